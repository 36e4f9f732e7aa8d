/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the writing of Fusion's text: places of a text that get other words, and how values
 * and splines are written. */
#ifndef FTH_GRAPH_FUSION_EDIT_H
#define FTH_GRAPH_FUSION_EDIT_H

#include "base/text.h"
#include "graph/fusion_reader.h"

struct fth_fusion_edit {
    struct fth_fusion_span span;
    char *text; /* owned */
};

struct fth_fusion_edits {
    const struct fth_fusion_tree *tree;
    struct fth_fusion_edit *list;
    size_t count, capacity;
    bool *dropped; /* by value: its entry is taken out, or says something else */
    bool failed;   /* memory was out */
};

/* `tree` must outlive the edits. */
enum fth_status fth_fusion_edits_begin(const struct fth_fusion_tree *tree,
                                       struct fth_fusion_edits *edits, struct fth_error *error);
void fth_fusion_edits_clear(struct fth_fusion_edits *edits);
void fth_fusion_edit_replace(struct fth_fusion_edits *edits, struct fth_fusion_span span,
                             const char *text);
/* Takes an entry out of its table, with the line it stands on. */
void fth_fusion_edit_drop(struct fth_fusion_edits *edits, int32_t value);
/* Entries at the end of a table: each begins with a line break and ends with a comma. To be called
 * once a table, after all drops. */
void fth_fusion_edit_append(struct fth_fusion_edits *edits, int32_t table, const char *entries);
/* The text with all of it done. */
void fth_fusion_edits_apply(struct fth_fusion_edits *edits, struct fth_text *text);

/* "a \"b\"" */
void fth_fusion_print_text(struct fth_text *text, const char *words);
void fth_fusion_print_number(struct fth_text *text, double number);
/* What stands behind "Value = " for this row; false: Fusion has no such value. */
bool fth_fusion_print_value(struct fth_text *text, const struct fth_param *param,
                            const struct fth_fusion_row *row, const struct fth_value *value);
/* "{ [0] = { ... }, ... }" of component `component` of a curve; `shift` is taken off its frames. */
bool fth_fusion_print_keys(struct fth_text *text, const struct fth_fusion_row *row,
                           const struct fth_curve *curve, int component, double shift);

#endif
