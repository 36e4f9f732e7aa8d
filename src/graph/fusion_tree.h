/* SPDX-License-Identifier: Apache-2.0 */
/* Fusion's text (.setting, .comp, what copying a node leaves on the clipboard) as a tree. It is the
 * part of Lua that states data: tables, texts, numbers, words, and tables with a word in front
 * ("Input { ... }", "ordered() { ... }"). Nothing is run. Every value knows which bytes of the text
 * it is, so that what nobody edits is written back as it stood, comments and spaces included. A
 * tree is not changed once it is made; any thread may read it. */
#ifndef FTH_GRAPH_FUSION_TREE_H
#define FTH_GRAPH_FUSION_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum {
    FTH_FUSION_MOST_BYTES = 16 << 20,
    FTH_FUSION_MOST_VALUES = 1 << 20,
    FTH_FUSION_MOST_LEVELS = 128,
    FTH_FUSION_NONE = -1 /* no such value */
};

enum fth_fusion_kind { FTH_FUSION_WORD, FTH_FUSION_NUMBER, FTH_FUSION_TEXT, FTH_FUSION_TABLE };
enum fth_fusion_key_kind { FTH_FUSION_NO_KEY, FTH_FUSION_KEY_NAME, FTH_FUSION_KEY_NUMBER };

/* Bytes [begin, end) of the text. */
struct fth_fusion_span {
    uint32_t begin, end;
};

struct fth_fusion_value {
    enum fth_fusion_kind kind;
    enum fth_fusion_key_kind key_kind;
    struct fth_fusion_span key;   /* Name or ["Name"]: the name; [12]: the number */
    struct fth_fusion_span entry; /* key, value and the comma behind it */
    struct fth_fusion_span whole; /* the value with the word in front of it */
    struct fth_fusion_span word;  /* in front of a table; a word itself; a text inside its quotes */
    uint32_t brace;               /* TABLE: where its "{" is; its "}" is the last byte of `whole` */
    int32_t parent, first, last, next; /* FTH_FUSION_NONE: none */
    int32_t count;                /* TABLE: entries */
    double number, key_number;    /* of a NUMBER, of a KEY_NUMBER */
};

struct fth_fusion_tree;

/* `text` stays the caller's and must outlive the tree; `name` (a file) opens messages:
 * "NAME:LINE:COLUMN: ...". The root is value 0, a table. */
enum fth_status fth_fusion_parse(const char *text, size_t length, const char *name,
                                 struct fth_fusion_tree **tree, struct fth_error *error);
void fth_fusion_tree_destroy(struct fth_fusion_tree **tree); /* accepts NULL */

const char *fth_fusion_bytes(const struct fth_fusion_tree *tree, size_t *length);
int32_t fth_fusion_count(const struct fth_fusion_tree *tree);
/* NULL for FTH_FUSION_NONE. */
const struct fth_fusion_value *fth_fusion_at(const struct fth_fusion_tree *tree, int32_t index);
/* The entry of `table` called `key`, the last one when there are several, as in Lua; at any table
 * equally quick. FTH_FUSION_NONE: no such entry, no such table. */
int32_t fth_fusion_get(const struct fth_fusion_tree *tree, int32_t table, const char *key);
/* The entry without a key at `place` (0 the first); takes as long as the table is. */
int32_t fth_fusion_item(const struct fth_fusion_tree *tree, int32_t table, int32_t place);
/* Is it a table with this word in front, or this word? */
bool fth_fusion_is(const struct fth_fusion_tree *tree, int32_t index, const char *word);
bool fth_fusion_span_is(const struct fth_fusion_tree *tree, struct fth_fusion_span span,
                        const char *word);
/* The bytes as a new string (fth_free); NULL when memory is out, which fth_text_take_lost tells as
 * well. */
char *fth_fusion_span_text(const struct fth_fusion_tree *tree, struct fth_fusion_span span);
/* Number, or true and false as 1 and 0. */
bool fth_fusion_number(const struct fth_fusion_tree *tree, int32_t index, double *number);
/* A TEXT with its escapes taken apart: a new string (fth_free). NULL for another kind of value,
 * for one that is no UTF-8 or has a zero byte in it, and when memory is out
 * (likewise). */
char *fth_fusion_text(const struct fth_fusion_tree *tree, int32_t index);
/* Where byte `at` is, both from 1. */
void fth_fusion_place(const struct fth_fusion_tree *tree, uint32_t at, int *line, int *column);

#endif
