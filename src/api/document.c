/* SPDX-License-Identifier: Apache-2.0 */
/* Documents: a graph over the catalogue, and jobs that run one of its sinks. */
#include <string.h>

#include "api/handles.h"
#include "base/mem.h"
#include "base/text.h"
#include "graph/expand.h"
#include "graph/group.h"
#include "graph/library.h"
#include "nodes/catalogue.h"

enum { MOST_NAMES = 256 };

enum fth_status fth_document_new(struct fth_session *session, struct fth_document **result,
                                 struct fth_error *error)
{
    struct fth_document *document = fth_alloc(1, sizeof(*document));
    if (!document)
        return fth_fail_memory(error, sizeof(*document), "a document");
    document->session = session;
    enum fth_status status = fth_graph_create(fth_catalogue_all(), &document->graph, error);
    if (status != FTH_OK) {
        fth_free(document);
        return status;
    }
    fth_graph_allow_outside(document->graph, session->allows_outside);
    *result = document;
    return FTH_OK;
}

void fth_document_free(struct fth_document **document)
{
    if (!document || !*document)
        return;
    fth_graph_destroy(&(*document)->flat);
    fth_free((*document)->outputs);
    fth_graph_destroy(&(*document)->graph);
    fth_free(*document);
    *document = NULL;
}

enum fth_status fth_document_add(struct fth_document *document, const char *name, const char *type,
                                 struct fth_error *error)
{
    return fth_graph_add(document->graph, name, type, error);
}

enum fth_status fth_document_set(struct fth_document *document, const char *name, const char *param,
                                 const char *text, struct fth_error *error)
{
    return fth_graph_set(document->graph, name, param, text, error);
}

enum fth_status fth_document_link(struct fth_document *document, const char *name,
                                  const char *input, const char *from, struct fth_error *error)
{
    return fth_graph_link(document->graph, name, input, from, error);
}

enum fth_status fth_document_set_keys(struct fth_document *document, const char *name,
                                      const char *param, const char *keys,
                                      struct fth_error *error)
{
    struct fth_json *json = NULL;
    enum fth_status status = fth_json_parse(keys, strlen(keys), param, &json, error);
    if (status == FTH_OK)
        status = fth_graph_set_keys(document->graph, name, param, json, error);
    fth_json_destroy(&json);
    return status;
}

enum fth_status fth_document_check(const struct fth_document *document, struct fth_error *error)
{
    struct fth_graph *flat = NULL;
    enum fth_status status = fth_graph_check(document->graph, error);
    if (status == FTH_OK)
        status = fth_graph_expand(document->graph, &flat, NULL, error);
    if (status == FTH_OK)
        status = fth_graph_check(flat, error);
    fth_graph_destroy(&flat);
    return status;
}

const char *fth_document_sink_at(const struct fth_document *document, size_t index)
{
    const struct fth_graph *graph = document->graph;
    for (int i = 0; i < fth_graph_count(graph); i++) {
        if (fth_graph_desc(graph, i)->steps[0].kind == FTH_NODE_SINK && index-- == 0)
            return fth_graph_name(graph, i);
    }
    return NULL;
}

enum fth_status fth_document_output(const struct fth_document *document, const char **name,
                                    struct fth_error *error)
{
    int index = 0;
    enum fth_status status = fth_graph_output(document->graph, &index, error);
    if (status == FTH_OK)
        *name = fth_graph_name(document->graph, index);
    return status;
}

enum fth_status fth_document_flatten(struct fth_document *document, struct fth_error *error)
{
    struct fth_graph *flat = NULL;
    uint64_t revision = fth_graph_revision(document->graph);
    if (document->flat && document->flat_revision == revision)
        return FTH_OK;
    size_t count = (size_t)FTH_MAX(fth_graph_count(document->graph), 1);
    int *outputs = fth_realloc(document->outputs, count, sizeof(*outputs));
    if (!outputs)
        return fth_fail_memory(error, count * sizeof(*outputs), "a document");
    document->outputs = outputs;
    fth_graph_destroy(&document->flat);
    enum fth_status status = fth_graph_expand(document->graph, &flat, outputs, error);
    if (status != FTH_OK)
        return status;
    document->flat = flat;
    document->flat_revision = revision;
    return FTH_OK;
}

enum fth_status fth_document_find(struct fth_document *document, const char *name, int *index,
                                  struct fth_error *error)
{
    const char *names[MOST_NAMES];
    enum fth_status status = fth_document_flatten(document, error);
    if (status != FTH_OK)
        return status;
    int own = fth_graph_find(document->graph, name);
    int found = own >= 0 ? document->outputs[own] : fth_graph_find(document->flat, name);
    if (found >= 0) {
        *index = found;
        return FTH_OK;
    }
    if (own >= 0)
        return fth_fail(error, FTH_ERR_USAGE,
                        "'%s' puts out nothing: nodes of the kind '%.80s' are not known here, and "
                        "nothing feeds it", name, fth_graph_desc(document->graph, own)->id);
    int count = FTH_MIN(fth_graph_count(document->graph), MOST_NAMES);
    for (int i = 0; i < count; i++)
        names[i] = fth_graph_name(document->graph, i);
    const char *nearest = fth_nearest_word(name, names, (size_t)count);
    return fth_fail(error, FTH_ERR_USAGE, "there is no node called '%.80s'%s%s%s", name,
                    nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}
