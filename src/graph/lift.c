/* SPDX-License-Identifier: Apache-2.0 */
/* A million keyframes are a fair document, and a tree of them takes twelve times the memory of
 * their text. So long lists of keys are found beforehand, left out of the tree, and read from the
 * text (curve_text.c). */
#include <string.h>

#include "base/mem.h"
#include "graph/reader.h"

enum { LEAST_SIZE = 256 << 10 }; /* bytes of a parameter that is worth it */

/* The row that a quoted key names, when it is spelt without escapes. */
static const struct fth_param *find_row(const struct fth_node_desc *desc, const char *text,
                                        struct fth_json_span key)
{
    char id[FTH_LIMIT_NAME];
    size_t length = key.end - key.begin - 2;
    if (length >= sizeof(id) || memchr(text + key.begin, '\\', key.end - key.begin))
        return NULL;
    memcpy(id, text + key.begin + 1, length);
    id[length] = '\0';
    const struct fth_param *row = fth_node_param(desc, id, NULL);
    return row && row->flags & FTH_PARAM_ANIMATES ? row : NULL;
}

static const struct fth_node_desc *find_kind(const struct fth_reader *reader, size_t node)
{
    const struct fth_document_text *source = reader->source;
    const struct fth_catalogue *all = reader->graph->catalogue;
    struct fth_json_span key, kind;
    if (!fth_json_find(source->text, source->length, reader->values[node].begin, "node", &key,
                       &kind))
        return NULL;
    for (size_t i = 0; i < all->count; i++) {
        /* upgrade wants to see all there is */
        if (fth_json_key_is(source->text, kind, all->nodes[i]->id))
            return all->nodes[i]->upgrade ? NULL : all->nodes[i];
    }
    return NULL;
}

static bool add(struct fth_reader *reader, size_t node, const struct fth_param *row,
                struct fth_json_span keys)
{
    size_t count = reader->lifted_count + 1;
    struct fth_lifted *lifted = fth_realloc(reader->lifted, count, sizeof(*lifted));
    if (lifted)
        reader->lifted = lifted;
    struct fth_json_span *spans = fth_realloc(reader->lifted_spans, count, sizeof(*spans));
    if (spans)
        reader->lifted_spans = spans;
    if (!lifted || !spans)
        return false;
    lifted[reader->lifted_count] = (struct fth_lifted){node, row};
    spans[reader->lifted_count++] = keys;
    return true;
}

static bool lift_node(struct fth_reader *reader, size_t node)
{
    const struct fth_document_text *source = reader->source;
    const struct fth_node_desc *desc = find_kind(reader, node);
    struct fth_json_span key, value, keys;
    struct fth_json_walk walk;
    size_t params;
    if (!desc || !fth_json_find_begin(source->text, source->length, reader->values[node].begin,
                                      "params", &params) ||
        !fth_json_walk_begin(&walk, source->text, source->length, params) || !walk.is_object)
        return true;
    while (fth_json_walk_next(&walk, &key, &value)) {
        const struct fth_param *row = NULL;
        struct fth_json_span name;
        if (value.end - value.begin >= LEAST_SIZE && source->text[value.begin] == '{')
            row = find_row(desc, source->text, key);
        if (row && fth_json_find(source->text, source->length, value.begin, "keys", &name, &keys) &&
            source->text[keys.begin] == '[' && !fth_reader_lifted(reader, node, row) &&
            !add(reader, node, row, keys))
            return false;
    }
    return true;
}

enum fth_status fth_reader_lift(struct fth_reader *reader, struct fth_error *error)
{
    for (size_t i = 0; i < reader->node_count; i++) {
        if (reader->values[i].end - reader->values[i].begin >= LEAST_SIZE && !lift_node(reader, i))
            return fth_fail_memory(error, 0, "keyframes");
    }
    return FTH_OK;
}

const struct fth_json_span *fth_reader_lifted(const struct fth_reader *reader, size_t node,
                                              const struct fth_param *row)
{
    for (size_t i = 0; i < reader->lifted_count; i++) {
        if (reader->lifted[i].node == node && reader->lifted[i].row == row)
            return &reader->lifted_spans[i];
    }
    return NULL;
}
