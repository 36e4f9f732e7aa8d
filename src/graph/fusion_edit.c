/* SPDX-License-Identifier: Apache-2.0 */
/* A text of which only some places get other words: what nobody edits keeps its bytes. */
#include "graph/fusion_edit.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum fth_status fth_fusion_edits_begin(const struct fth_fusion_tree *tree,
                                       struct fth_fusion_edits *edits, struct fth_error *error)
{
    size_t count = (size_t)fth_fusion_count(tree);
    *edits = (struct fth_fusion_edits){.tree = tree};
    edits->dropped = fth_alloc(count, sizeof(*edits->dropped));
    return edits->dropped ? FTH_OK : fth_fail_memory(error, count, "a Fusion text");
}

void fth_fusion_edits_clear(struct fth_fusion_edits *edits)
{
    for (size_t i = 0; i < edits->count; i++)
        fth_free(edits->list[i].text);
    fth_free(edits->list);
    fth_free(edits->dropped);
    *edits = (struct fth_fusion_edits){0};
}

void fth_fusion_edit_replace(struct fth_fusion_edits *edits, struct fth_fusion_span span,
                             const char *text)
{
    if (edits->count == edits->capacity) {
        size_t capacity = edits->capacity ? edits->capacity * 2 : 64;
        struct fth_fusion_edit *list = fth_realloc(edits->list, capacity, sizeof(*list));
        edits->failed = edits->failed || !list;
        if (!list)
            return;
        edits->list = list;
        edits->capacity = capacity;
    }
    char *copy = text ? fth_strdup(text) : NULL;
    edits->failed = edits->failed || !copy;
    if (copy)
        edits->list[edits->count++] = (struct fth_fusion_edit){span, copy};
}

void fth_fusion_edit_drop(struct fth_fusion_edits *edits, int32_t value)
{
    size_t length = 0;
    const char *text = fth_fusion_bytes(edits->tree, &length);
    struct fth_fusion_span span = fth_fusion_at(edits->tree, value)->entry;
    if (edits->dropped[value])
        return;
    edits->dropped[value] = true;
    uint32_t begin = span.begin;
    while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t'))
        begin--;
    if (begin > 0 && text[begin - 1] == '\n')
        span.begin = begin - (begin > 1 && text[begin - 2] == '\r' ? 2 : 1);
    fth_fusion_edit_replace(edits, span, "");
}

void fth_fusion_edit_append(struct fth_fusion_edits *edits, int32_t table, const char *entries)
{
    size_t length = 0;
    const char *text = fth_fusion_bytes(edits->tree, &length);
    const struct fth_fusion_value *at = fth_fusion_at(edits->tree, table);
    const struct fth_fusion_value *last = fth_fusion_at(edits->tree, at->last);
    uint32_t place = last ? last->entry.end : at->brace + 1;
    struct fth_text words = {0};
    bool is_open = last && text[place - 1] != ',' && text[place - 1] != ';';
    fth_text_append(&words, "%s", is_open && !edits->dropped[at->last] ? "," : "");
    fth_text_append_bytes(&words, entries, strlen(entries));
    if (last == NULL && text[place] != '\n' && text[place] != '\r')
        fth_text_append(&words, "\n");
    edits->failed = edits->failed || words.failed;
    fth_fusion_edit_replace(edits, (struct fth_fusion_span){place, place}, words.data);
    fth_text_clear(&words);
}

/* By place; what is put in at a place stands behind what ends there. */
static int by_place(const void *a, const void *b)
{
    const struct fth_fusion_edit *first = a, *second = b;
    if (first->span.begin != second->span.begin)
        return first->span.begin < second->span.begin ? -1 : 1;
    return (first->span.end > second->span.end) - (first->span.end < second->span.end);
}

void fth_fusion_edits_apply(struct fth_fusion_edits *edits, struct fth_text *text)
{
    size_t length = 0, at = 0;
    const char *bytes = fth_fusion_bytes(edits->tree, &length);
    if (edits->count)
        qsort(edits->list, edits->count, sizeof(*edits->list), by_place);
    for (size_t i = 0; i < edits->count; i++) {
        const struct fth_fusion_edit *edit = &edits->list[i];
        if (edit->span.begin < at) /* inside of what is gone already */
            continue;
        fth_text_append_bytes(text, bytes + at, edit->span.begin - at);
        fth_text_append_bytes(text, edit->text, strlen(edit->text));
        at = edit->span.end;
    }
    fth_text_append_bytes(text, bytes + at, length - at);
}
