/* SPDX-License-Identifier: Apache-2.0 */
/* Documents: a graph over the catalogue, and jobs that run one of its sinks. */
#include <string.h>

#include "api/handles.h"
#include "base/mem.h"
#include "base/text.h"
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
    if (status == FTH_OK)
        *result = document;
    else
        fth_free(document);
    return status;
}

void fth_document_free(struct fth_document **document)
{
    if (!document || !*document)
        return;
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

enum fth_status fth_document_check(const struct fth_document *document, struct fth_error *error)
{
    return fth_graph_check(document->graph, error);
}

enum fth_status fth_document_find(const struct fth_document *document, const char *name, int *index,
                                  struct fth_error *error)
{
    const char *names[MOST_NAMES];
    int found = fth_graph_find(document->graph, name);
    if (found >= 0) {
        *index = found;
        return FTH_OK;
    }
    int count = FTH_MIN(fth_graph_count(document->graph), MOST_NAMES);
    for (int i = 0; i < count; i++)
        names[i] = fth_graph_name(document->graph, i);
    const char *nearest = fth_nearest_word(name, names, (size_t)count);
    return fth_fail(error, FTH_ERR_USAGE, "there is no node called '%.80s'%s%s%s", name,
                    nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}
