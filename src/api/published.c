/* SPDX-License-Identifier: Apache-2.0 */
/* A document as a tool: what it publishes is set and fed by its published name. */
#include <string.h>

#include "api/handles.h"
#include "base/text.h"

enum { MOST_WORDS = 128 };

static enum fth_status find_published(const struct fth_graph *graph, bool is_input,
                                      const char *name, const struct fth_published **found,
                                      struct fth_error *error)
{
    const char *words[MOST_WORDS];
    size_t count = 0;
    for (int i = 0; i < fth_graph_published_count(graph); i++) {
        const struct fth_published *row = fth_graph_published(graph, i);
        if (row->is_input != is_input)
            continue;
        if (fth_id_equal(row->name, name)) {
            *found = row;
            return FTH_OK;
        }
        if (count < MOST_WORDS)
            words[count++] = row->name;
    }
    const char *nearest = fth_nearest_word(name, words, count);
    return fth_fail(error, FTH_ERR_USAGE, "the document publishes no %s '%.80s'%s%s%s",
                    is_input ? "input" : "parameter", name, nearest ? "; did you mean '" : "",
                    nearest ? nearest : "", nearest ? "'?" : "");
}

enum fth_status fth_document_set_published(struct fth_document *document, const char *name,
                                           const char *text, struct fth_error *error)
{
    const struct fth_published *row = NULL;
    enum fth_status status = find_published(document->graph, false, name, &row, error);
    if (status == FTH_OK)
        status = fth_graph_set(document->graph, fth_graph_name(document->graph, row->node), row->id,
                               text, error);
    return status;
}

enum fth_status fth_document_feed(struct fth_document *document, const char *name,
                                  const char *file, const char **node, struct fth_error *error)
{
    const struct fth_published *row = NULL;
    struct fth_graph *graph = document->graph;
    char reader[FTH_LIMIT_NAME];
    enum fth_status status = find_published(graph, true, name, &row, error);
    if (status != FTH_OK)
        return status;
    const char *target = fth_graph_name(graph, row->node);
    if (!row->id[0]) {
        *node = target;
        return fth_graph_set(graph, target, "file", file, error);
    }
    if (strlen(row->name) + sizeof("_in") > sizeof(reader))
        return fth_fail(error, FTH_ERR_LIMIT, "the input's name is too long");
    strcpy(reader, row->name);
    strcat(reader, "_in");
    status = fth_graph_add(graph, reader, "media_in", error);
    if (status == FTH_OK)
        status = fth_graph_set(graph, reader, "file", file, error);
    if (status == FTH_OK)
        status = fth_graph_link(graph, target, row->id, reader, error);
    if (status == FTH_OK)
        *node = fth_graph_name(graph, fth_graph_find(graph, reader));
    return status;
}
