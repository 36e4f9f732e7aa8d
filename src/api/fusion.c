/* SPDX-License-Identifier: Apache-2.0 */
/* Fusion's text to documents and back, as texts. */
#include <string.h>

#include "api/handles.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "graph/fusion.h"
#include "graph/fusion_alias.h"
#include "nodes/catalogue.h"

enum { OPEN_LEVELS = 2 }; /* of a document, as fth_graph_format opens it */

/* The tree as text, for people. Ends the tree. */
static enum fth_status print(struct fth_json *tree, char **text, struct fth_error *error)
{
    *text = fth_json_print_neat(tree, OPEN_LEVELS);
    fth_json_destroy(&tree);
    return *text ? FTH_OK : fth_fail_memory(error, 0, "JSON");
}

enum fth_status fth_fusion_import(const char *text, size_t length, const char *name,
                                  char **document, char **report, struct fth_error *error)
{
    struct fth_fusion_result result = {0};
    char *made = NULL, *told = NULL;
    enum fth_status status =
        fth_fusion_read(fth_catalogue_all(), name, text, length, &result, error);
    if (status != FTH_OK)
        return status;
    status = print(result.document, &made, error);
    enum fth_status second = print(result.report, &told, error);
    if (status == FTH_OK && second == FTH_OK) {
        *document = made;
        *report = told;
        return FTH_OK;
    }
    fth_free(made);
    fth_free(told);
    return FTH_ERR_MEMORY;
}

bool fth_fusion_is_named(const char *path)
{
    return fth_ends_with(path, ".setting") || fth_ends_with(path, ".comp");
}

enum fth_status fth_fusion_load(const char *path, void **bytes, size_t *size,
                                struct fth_error *error)
{
    struct fth_fusion_result result = {0};
    char *made = NULL;
    enum fth_status status =
        fth_fusion_read(fth_catalogue_all(), path, *bytes, *size, &result, error);
    const struct fth_json *notes = fth_json_get(result.report, "notes");
    for (size_t i = 0; i < fth_json_count(notes); i++) {
        const struct fth_json *note = fth_json_at(notes, i);
        const char *input = fth_json_text(fth_json_get(note, "input"), "");
        fth_log(FTH_LOG_WARNING, "%s: %s%s%s: %s", path,
                fth_json_text(fth_json_get(note, "tool"), ""), input[0] ? "." : "", input,
                fth_json_text(fth_json_get(note, "why"), ""));
    }
    fth_json_destroy(&result.report);
    if (status == FTH_OK)
        status = print(result.document, &made, error);
    if (status == FTH_OK) {
        fth_free(*bytes);
        *bytes = made;
        *size = strlen(made);
    }
    return status;
}

enum fth_status fth_fusion_export(const char *document, size_t length, const char *name,
                                  char **text, char **report, struct fth_error *error)
{
    struct fth_json *tree = NULL, *notes = NULL;
    struct fth_text made = {0};
    char *told = NULL;
    enum fth_status status = fth_json_parse(document, length, name, &tree, error);
    if (status == FTH_OK && fth_json_kind(fth_json_get(tree, "nodes")) != FTH_JSON_OBJECT)
        status = fth_fail(error, FTH_ERR_DATA, "%s: no document of fathom: there are no \"nodes\"",
                          name);
    if (status == FTH_OK)
        status = fth_fusion_write(fth_catalogue_all(), tree, &made, &notes, error);
    if (status == FTH_OK)
        status = print(notes, &told, error);
    fth_json_destroy(&tree);
    if (status == FTH_OK) {
        *text = made.data;
        *report = told;
    } else {
        fth_text_clear(&made);
    }
    return status;
}

enum fth_status fth_fusion_names(char **json, struct fth_error *error)
{
    size_t length = 0;
    const char *bytes = fth_fusion_aliases(&length);
    char *text = fth_alloc(length + 1, 1);
    if (!text)
        return fth_fail_memory(error, length, "Fusion's names");
    memcpy(text, bytes, length);
    *json = text;
    return FTH_OK;
}
