/* SPDX-License-Identifier: Apache-2.0 */
/* JSON as text: where things stand in it, and how much it is before a tree is made of it. Nothing
 * here trusts the text; what is no JSON is simply not found. */
#ifndef FTH_BASE_JSON_TEXT_H
#define FTH_BASE_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes [begin, end) of a text. */
struct fth_json_span {
    size_t begin, end;
};

/* Goes over the members of an object, or the elements of an array, in the order they stand. */
struct fth_json_walk {
    const char *text;
    size_t length, at; /* `at`: where it goes on; the end of the container when it is done */
    bool is_object, is_sound;
    bool has_comma;    /* behind what was found last: something must follow */
};

/* Stands before the first member of what begins at or behind `at`; false when that is neither an
 * object nor an array. */
bool fth_json_walk_begin(struct fth_json_walk *walk, const char *text, size_t length, size_t at);
/* `key` (quotes included; empty in an array) and value of the next one. False at the end, and where
 * the text is no JSON: then is_sound is false. */
bool fth_json_walk_next(struct fth_json_walk *walk, struct fth_json_span *key,
                        struct fth_json_span *value);

/* True when the quoted text in `key` says `name`. */
bool fth_json_key_is(const char *text, struct fth_json_span key, const char *name);
/* The member called `name` of the object that begins at or behind `object`. */
bool fth_json_find(const char *text, size_t length, size_t object, const char *name,
                   struct fth_json_span *key, struct fth_json_span *value);

/* Where the value of that member begins: its end, which may be far, is not looked for. */
bool fth_json_find_begin(const char *text, size_t length, size_t object, const char *name,
                         size_t *begin);

/* Line and column of a byte, both from 1; a column is a character. */
void fth_json_place(const char *text, size_t offset, int *line, int *column);

/* How much there is. */
struct fth_json_amount {
    size_t containers, values; /* objects and arrays; everything else, keys too */
    size_t depth;              /* of the deepest */
};
struct fth_json_amount fth_json_measure(const char *text, size_t length);

#endif
