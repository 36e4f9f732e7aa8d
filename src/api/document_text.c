/* SPDX-License-Identifier: Apache-2.0 */
/* Documents as text: read, printed, examined, drawn, compared. */
#include <string.h>

#include "api/handles.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/path.h"
#include "graph/diff.h"
#include "graph/document.h"
#include "graph/draw.h"
#include "graph/expand.h"
#include "graph/schema.h"
#include "nodes/catalogue.h"

enum { MOST_SIZE = 64 << 20 }; /* bytes of a document */

enum fth_status fth_document_parse(struct fth_session *session, const char *text, size_t length,
                                   const char *folder, struct fth_document **result,
                                   struct fth_error *error)
{
    struct fth_document_text source = {text, length, "document", folder};
    return fth_document_of_text(session, &source, result, error);
}

enum fth_status fth_document_of_text(struct fth_session *session,
                                     const struct fth_document_text *source,
                                     struct fth_document **result, struct fth_error *error)
{
    struct fth_graph *graph = NULL;
    struct fth_document *document = NULL;
    struct fth_document_text text = *source;
    text.allows_outside = session->allows_outside;
    enum fth_status status = fth_graph_read(fth_catalogue_all(), &text, NULL, &graph, error);
    if (status == FTH_OK)
        status = fth_document_new(session, &document, error);
    if (status == FTH_OK) {
        fth_graph_destroy(&document->graph);
        document->graph = graph;
        *result = document;
    } else {
        fth_graph_destroy(&graph);
    }
    return status;
}

/* The bytes of a document's file, and the folder it lies in; both are the caller's. Fusion's text
 * becomes a document, and places in messages are that one's. */
static enum fth_status load(const char *path, struct fth_document_text *source,
                            struct fth_error *error)
{
    void *bytes = NULL;
    size_t size = 0;
    enum fth_status status = fth_file_read(path, MOST_SIZE, &bytes, &size, error);
    char *folder = status == FTH_OK ? fth_path_folder(path) : NULL;
    if (status == FTH_OK && !folder)
        status = fth_fail_memory(error, strlen(path), "a path");
    if (status == FTH_OK && fth_fusion_is_named(path))
        status = fth_fusion_load(path, &bytes, &size, error);
    if (status == FTH_OK) {
        *source = (struct fth_document_text){bytes, size, path, folder};
    } else {
        fth_free(bytes);
        fth_free(folder);
    }
    return status;
}

static void unload(struct fth_document_text *source)
{
    fth_free((void *)(uintptr_t)source->text);
    fth_free((void *)(uintptr_t)source->folder);
}

enum fth_status fth_document_read(struct fth_session *session, const char *path,
                                  struct fth_document **document, struct fth_error *error)
{
    struct fth_document_text source = {0};
    enum fth_status status = load(path, &source, error);
    if (status != FTH_OK)
        return status;
    status = fth_document_of_text(session, &source, document, error);
    unload(&source);
    return status;
}

enum fth_status fth_document_print(const struct fth_document *document, char **text,
                                   struct fth_error *error)
{
    return fth_graph_print(document->graph, text, error);
}

enum fth_status fth_document_format(const struct fth_document *document, char **text,
                                    struct fth_error *error)
{
    return fth_graph_format(document->graph, text, error);
}

enum fth_status fth_document_draw(const struct fth_document *document,
                                  enum fth_document_drawing drawing, int width, char **text,
                                  struct fth_error *error)
{
    if (drawing == FTH_DRAW_DOT)
        return fth_graph_draw_dot(document->graph, text, error);
    return fth_graph_draw_tree(document->graph, drawing == FTH_DRAW_TREE_ASCII, width, text, error);
}

enum fth_status fth_document_diff(const struct fth_document *before,
                                  const struct fth_document *after, char **json,
                                  struct fth_error *error)
{
    struct fth_json *changes = NULL, *root = fth_json_new(FTH_JSON_OBJECT);
    enum fth_status status = fth_graph_diff(before->graph, after->graph, &changes, error);
    if (status != FTH_OK) {
        fth_json_destroy(&root);
        return status;
    }
    fth_json_set_bool(root, "same", fth_json_count(changes) == 0);
    fth_json_set(root, "changes", changes);
    return fth_json_deliver(root, json, error);
}

enum fth_status fth_document_schema(char **json, struct fth_error *error)
{
    return fth_schema_print(fth_catalogue_all(), json, error);
}

/* ---- all that is wrong ----------------------------------------------------------------------- */

struct findings {
    struct fth_json *list;
    size_t error_count;
};

static void note(void *context, const struct fth_problem *problem)
{
    struct findings *findings = context;
    struct fth_json *one = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set_text(one, "level", problem->is_warning ? "warning" : "error");
    fth_json_set_int(one, "line", problem->line);
    fth_json_set_int(one, "column", problem->column);
    fth_json_set_text(one, "node", problem->node);
    fth_json_set_text(one, "key", problem->key);
    fth_json_set_text(one, "message", problem->words);
    fth_json_add(findings->list, one);
    findings->error_count += !problem->is_warning;
}

/* What shows only when groups are opened. */
static enum fth_status examine_whole(struct fth_graph *graph, struct findings *findings,
                                     struct fth_error *failure)
{
    struct fth_graph *flat = NULL;
    struct fth_error error = {0};
    enum fth_status status = fth_graph_check_unwritten(graph, &error);
    if (status == FTH_OK)
        status = fth_graph_expand(graph, &flat, NULL, &error);
    if (status == FTH_OK)
        status = fth_graph_check_unwritten(flat, &error);
    fth_graph_destroy(&flat);
    if (status == FTH_OK || status == FTH_ERR_MEMORY) {
        if (failure && status != FTH_OK)
            *failure = error;
        return status;
    }
    struct fth_problem problem = {.node = error.node, .key = "", .message = error.message,
                                  .words = error.message};
    note(findings, &problem);
    return FTH_OK;
}

enum fth_status fth_document_examine(const char *path, bool allow_outside, char **json,
                                     struct fth_error *error)
{
    struct fth_document_text source = {0};
    struct fth_graph *graph = NULL;
    struct findings findings = {0};
    enum fth_status status = load(path, &source, error);
    if (status != FTH_OK)
        return status;
    source.allows_outside = allow_outside;
    const struct fth_listener listener = {note, &findings};
    struct fth_json *root = fth_json_new(FTH_JSON_OBJECT);
    findings.list = fth_json_new(FTH_JSON_ARRAY);
    status = fth_graph_read(fth_catalogue_all(), &source, &listener, &graph, error);
    if (status == FTH_OK)
        status = examine_whole(graph, &findings, error);
    fth_json_set_text(root, "file", path);
    fth_json_set_bool(root, "sound", findings.error_count == 0);
    fth_json_set_int(root, "nodes", graph ? fth_graph_count(graph) : 0);
    fth_json_set(root, "problems", findings.list);
    fth_graph_destroy(&graph);
    unload(&source);
    if (status == FTH_ERR_MEMORY) {
        fth_json_destroy(&root);
        return status;
    }
    return fth_json_deliver(root, json, error);
}
