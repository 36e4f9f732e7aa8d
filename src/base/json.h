/* SPDX-License-Identifier: Apache-2.0 */
/* JSON, read and written. jansson's only home: nobody else includes it.
 * A value belongs to the tree it sits in; only the root returned by parse/new is freed. */
#ifndef FTH_BASE_JSON_H
#define FTH_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json_text.h"
#include "base/status.h"
#include "base/text.h"

struct fth_json; /* one value of a tree */

enum fth_json_kind {
    FTH_JSON_NULL, FTH_JSON_BOOL, FTH_JSON_NUMBER, FTH_JSON_TEXT, FTH_JSON_ARRAY, FTH_JSON_OBJECT
};

/* Parses `length` bytes; `name` (a file, say) opens the message: "NAME:LINE:COLUMN: ...".
 * Trailing text, duplicate keys and numbers out of range are refused. */
enum fth_status fth_json_parse(const char *text, size_t length, const char *name,
                               struct fth_json **root, struct fth_error *error);
/* The same of a text in which `count` values, in the order they stand, are not looked at and read
 * as null: those that are too large for a tree. */
enum fth_status fth_json_parse_less(const char *text, size_t length, const char *name,
                                    const struct fth_json_span *values, size_t count,
                                    struct fth_json **root, struct fth_error *error);
/* Reads a file of at most 16 MiB. */
enum fth_status fth_json_read(const char *path, struct fth_json **root, struct fth_error *error);
void fth_json_destroy(struct fth_json **root);

enum fth_json_kind fth_json_kind(const struct fth_json *value); /* NULL counts as FTH_JSON_NULL */
/* A member of an object / element of an array, or NULL when absent or of another kind. */
const struct fth_json *fth_json_get(const struct fth_json *object, const char *key);
const struct fth_json *fth_json_at(const struct fth_json *array, size_t index);
size_t fth_json_count(const struct fth_json *array_or_object);
/* Members in file order; NULL past the end. */
const char *fth_json_key_at(const struct fth_json *object, size_t index);
/* The next member; `place` begins as NULL, and `key` may be NULL. NULL past the end. For objects
 * that may be large: fth_json_key_at counts from the first each time. */
const struct fth_json *fth_json_next(const struct fth_json *object, void **place,
                                     const char **key);
/* The same kinds and values, members in any order; 1.0 is 1. */
bool fth_json_equal(const struct fth_json *a, const struct fth_json *b);
const char *fth_json_text(const struct fth_json *value, const char *fallback);
double fth_json_number(const struct fth_json *value, double fallback);
int64_t fth_json_int(const struct fth_json *value, int64_t fallback);
bool fth_json_bool(const struct fth_json *value, bool fallback);

/* Writers build trees; the set/add calls take the value over (also when they fail, silently: a
 * failed tree prints as NULL). Numbers print shortest-round-trip; NaN and infinity as null. */
struct fth_json *fth_json_new(enum fth_json_kind array_or_object);
void fth_json_set(struct fth_json *object, const char *key, struct fth_json *value);
void fth_json_add(struct fth_json *array, struct fth_json *value);
struct fth_json *fth_json_new_text(const char *text);
struct fth_json *fth_json_new_number(double value);
struct fth_json *fth_json_new_int(int64_t value);
struct fth_json *fth_json_new_bool(bool value);
/* The value and all below it, as a tree of its own. NULL when memory is out. */
struct fth_json *fth_json_copy(const struct fth_json *value);
/* The value itself once more, to be set or added somewhere else as well; neither is changed from
 * then on. */
struct fth_json *fth_json_share(const struct fth_json *value);
void fth_json_remove(struct fth_json *object, const char *key);
/* Set and new in one; a NULL text counts as empty. */
void fth_json_set_text(struct fth_json *object, const char *key, const char *text);
void fth_json_set_number(struct fth_json *object, const char *key, double value);
void fth_json_set_int(struct fth_json *object, const char *key, int64_t value);
void fth_json_set_bool(struct fth_json *object, const char *key, bool value);
/* The same of a text that grew, and may have failed to. */
void fth_json_set_grown(struct fth_json *object, const char *key, const struct fth_text *text);
/* Indented text; free with fth_free. NULL when memory is out, or was out for a part of the tree: a
 * thread knows of what it put together. */
char *fth_json_print(const struct fth_json *root);
/* The same for people: what fits into 100 columns stands in one line, but for what lies less than
 * `open` levels deep. Ends with a newline. */
char *fth_json_print_neat(const struct fth_json *root, int open);
/* The tree's text (fth_free), and the tree's end, whatever happens. */
enum fth_status fth_json_deliver(struct fth_json *root, char **text, struct fth_error *error);

#endif
