/* SPDX-License-Identifier: Apache-2.0 */
/* Corrections of the ASC Color Decision List to documents and back. Which node is one, and at which
 * values, the nodes say themselves. */
#include "colour/cdl.h"

#include <stdio.h>
#include <string.h>

#include "api/handles.h"
#include "base/compiler.h"
#include "base/mem.h"
#include "base/text.h"
#include "graph/document.h"
#include "nodes/catalogue.h"

bool fth_cdl_is_named(const char *path)
{
    return fth_ends_with(path, ".cc") || fth_ends_with(path, ".ccc") || fth_ends_with(path, ".cdl");
}

/* ---- in -------------------------------------------------------------------------------------- */

static const struct fth_node_desc *grading_node(void)
{
    const struct fth_catalogue *all = fth_catalogue_all();
    for (size_t i = 0; i < all->count; i++) {
        if (all->nodes[i]->from_correction)
            return all->nodes[i];
    }
    return NULL;
}

static struct fth_correction correction_of(const struct fth_cdl *cdl)
{
    struct fth_correction correction = {.saturation = fth_float_as_written(cdl->saturation)};
    for (int i = 0; i < 3; i++) {
        correction.slope[i] = fth_float_as_written(cdl->slope[i]);
        correction.offset[i] = fth_float_as_written(cdl->offset[i]);
        correction.power[i] = fth_float_as_written(cdl->power[i]);
    }
    return correction;
}

/* The correction's id as a node may be called, and as none in the graph is. */
static void name_node(const struct fth_graph *graph, const char *id, char name[FTH_LIMIT_NAME])
{
    char plain[FTH_LIMIT_NAME - 8]; /* room for a number */
    size_t length = 0;
    for (; id[length] && length + 1 < sizeof(plain); length++) {
        char c = id[length];
        bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    strchr("_-.", c);
        plain[length] = '_';
        if (fits)
            plain[length] = c;
    }
    plain[length] = '\0';
    snprintf(name, FTH_LIMIT_NAME, "%s", length ? plain : "correction");
    for (int i = 2; fth_graph_find(graph, name) >= 0; i++)
        snprintf(name, FTH_LIMIT_NAME, "%s_%d", length ? plain : "correction", i);
}

static enum fth_status set_values(struct fth_graph *graph, const char *name,
                                  const struct fth_node_desc *desc, const void *params,
                                  struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (const struct fth_param *row = desc->params;
         row && row->type != FTH_PARAM_END && status == FTH_OK; row++) {
        struct fth_value value = fth_value_load(row, params), usual = {0};
        char *text = NULL;
        status = fth_value_default(row, &usual, error);
        if (status == FTH_OK && !fth_value_equal(&value, &usual)) {
            text = fth_value_print(row, &value);
            status = text ? fth_graph_set(graph, name, row->id, text, error)
                          : fth_fail_memory(error, 0, "a value");
        }
        fth_value_clear(&usual);
        fth_free(text);
    }
    return status;
}

/* One correction as a node whose picture is fed in from outside. */
static enum fth_status add_correction(struct fth_graph *graph, const struct fth_cdl *cdl,
                                      const char *file, struct fth_error *error)
{
    struct fth_error why = {0};
    const struct fth_node_desc *desc = grading_node();
    struct fth_correction correction = correction_of(cdl);
    char name[FTH_LIMIT_NAME], target[2 * FTH_LIMIT_NAME];
    void *params = fth_alloc(1, desc->params_size);
    if (!params)
        return fth_fail_memory(error, desc->params_size, "a correction");
    name_node(graph, cdl->id, name);
    fth_params_default(desc->params, params);
    desc->from_correction(&correction, params);
    enum fth_status status = fth_graph_add(graph, name, desc->id, error);
    if (status == FTH_OK)
        status = set_values(graph, name, desc, params, &why);
    if (why.message[0])
        status = fth_fail(error, status == FTH_ERR_MEMORY ? status : FTH_ERR_DATA, "%s: %s", file,
                          why.message);
    snprintf(target, sizeof(target), "%s.%s", name, desc->inputs[0].id);
    if (status == FTH_OK && fth_graph_published_count(graph) < FTH_LIMIT_INPUTS)
        status = fth_graph_publish(graph, true, name, target, error);
    fth_free(params);
    return status;
}

/* {"notes": []}: all of a correction is taken over. */
static enum fth_status no_notes(char **report, struct fth_error *error)
{
    static const char text[] = "{\"notes\": []}\n";
    *report = fth_alloc(sizeof(text), 1);
    if (!*report)
        return fth_fail_memory(error, sizeof(text), "a report");
    memcpy(*report, text, sizeof(text));
    return FTH_OK;
}

enum fth_status fth_cdl_import(const char *text, size_t length, const char *name, char **document,
                               char **report, struct fth_error *error)
{
    struct fth_cdl *list = NULL;
    struct fth_graph *graph = NULL;
    size_t count = 0;
    char *made = NULL;
    enum fth_status status = fth_cdl_parse(text, length, name, &list, &count, error);
    if (status == FTH_OK)
        status = fth_graph_create(fth_catalogue_all(), &graph, error);
    for (size_t i = 0; i < count && status == FTH_OK; i++)
        status = add_correction(graph, &list[i], name, error);
    if (status == FTH_OK)
        status = fth_graph_format(graph, &made, error);
    if (status == FTH_OK)
        status = no_notes(report, error);
    if (status == FTH_OK)
        *document = made;
    else
        fth_free(made);
    fth_graph_destroy(&graph);
    fth_free(list);
    return status;
}

/* ---- out ------------------------------------------------------------------------------------- */

static const char *keyed_row(const struct fth_graph *graph, int index,
                             const struct fth_param *rows)
{
    for (const struct fth_param *row = rows; row && row->type != FTH_PARAM_END; row++) {
        if (fth_graph_curve(graph, index, row->id))
            return row->id;
    }
    return NULL;
}

/* A mask says where; a correction is of the whole picture. */
static const char *masked_by(const struct fth_graph *graph, int index)
{
    const struct fth_node_desc *desc = fth_graph_desc(graph, index);
    for (int p = 0; p < fth_node_port_count(desc); p++) {
        const struct fth_port *port = fth_node_port_at(desc, p);
        if (port->kind == FTH_PORT_MASK && fth_graph_input(graph, index, p) >= 0)
            return port->id;
    }
    return NULL;
}

static enum fth_status take_numbers(const struct fth_graph *graph, int index, struct fth_cdl *cdl,
                                    struct fth_error *error)
{
    const struct fth_node_desc *desc = fth_graph_desc(graph, index);
    struct fth_correction correction = {.saturation = 1};
    struct fth_common common;
    void *params = fth_alloc(1, desc->params_size);
    if (!params)
        return fth_fail_memory(error, desc->params_size, "a correction");
    fth_graph_params(graph, index, 0, params, &common);
    enum fth_status status = FTH_OK;
    if (!fth_common_is_neutral(&common, false))
        status = fth_fail(error, FTH_ERR_UNSUPPORTED, "its Settings (Blend, channels)");
    if (status == FTH_OK)
        status = desc->to_correction(params, &correction, error);
    for (int i = 0; i < 3; i++) {
        cdl->slope[i] = (float)correction.slope[i];
        cdl->offset[i] = (float)correction.offset[i];
        cdl->power[i] = (float)correction.power[i];
    }
    cdl->saturation = (float)correction.saturation;
    snprintf(cdl->id, sizeof(cdl->id), "%s", fth_graph_name(graph, index));
    fth_free(params);
    return status;
}

/* The node as a correction; FTH_ERR_UNSUPPORTED with the words for what it is not. */
static enum fth_status take_node(const struct fth_graph *graph, int index, struct fth_cdl *cdl,
                                 struct fth_error *error)
{
    const char *keyed = keyed_row(graph, index, fth_graph_desc(graph, index)->params);
    const char *mask = masked_by(graph, index);
    struct fth_error what = {0};
    enum fth_status status = FTH_OK;
    if (!keyed)
        keyed = keyed_row(graph, index, fth_common_params);
    if (keyed)
        status = fth_fail(&what, FTH_ERR_UNSUPPORTED, "the keyframes of its %s", keyed);
    else if (mask)
        status = fth_fail(&what, FTH_ERR_UNSUPPORTED, "what its input %s limits", mask);
    else
        status = take_numbers(graph, index, cdl, &what);
    if (status == FTH_OK)
        return FTH_OK;
    return fth_fail(error, status, "an ASC CDL cannot say %s", what.message);
}

static void add_note(struct fth_json *notes, const char *node, const char *why)
{
    struct fth_json *note = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set_text(note, "tool", node);
    fth_json_set_text(note, "input", "");
    fth_json_set_text(note, "kind", "left_out");
    fth_json_set_text(note, "why", why);
    fth_json_add(notes, note);
}

struct corrections {
    struct fth_cdl *list;
    size_t count;
    struct fth_json *notes;
    char first[sizeof(((struct fth_error *)0)->message) / 2]; /* why the first was left out */
};

static enum fth_status collect(const struct fth_graph *graph, struct corrections *found,
                               struct fth_error *error)
{
    for (int i = 0; i < fth_graph_count(graph); i++) {
        struct fth_error why = {0};
        if (!fth_graph_desc(graph, i)->to_correction)
            continue;
        if (found->count == FTH_CDL_MOST)
            return fth_fail(error, FTH_ERR_LIMIT, "more than %d corrections", FTH_CDL_MOST);
        enum fth_status status = take_node(graph, i, &found->list[found->count], &why);
        if (status == FTH_OK) {
            found->count++;
            continue;
        }
        if (status != FTH_ERR_UNSUPPORTED)
            return fth_fail(error, status, "%s", why.message);
        add_note(found->notes, fth_graph_name(graph, i), why.message);
        if (!found->first[0])
            snprintf(found->first, sizeof(found->first), "%.60s: %.300s",
                     fth_graph_name(graph, i), why.message);
    }
    return FTH_OK;
}

static enum fth_status deliver(struct corrections *found, const char *name, const char *out,
                               char **text, char **report, struct fth_error *error)
{
    struct fth_json *told = fth_json_new(FTH_JSON_OBJECT);
    char *made = NULL;
    enum fth_status status = FTH_OK;
    if (!found->count)
        status = fth_fail(error, FTH_ERR_UNSUPPORTED, "%s: %s", name,
                          found->first[0] ? found->first : "there is no grade in it");
    if (status == FTH_OK)
        status = fth_cdl_print(out, found->list, found->count, &made, error);
    fth_json_set_int(told, "corrections", (int64_t)found->count);
    fth_json_set(told, "notes", found->notes);
    found->notes = NULL;
    char *notes = status == FTH_OK ? fth_json_print_neat(told, 2) : NULL;
    fth_json_destroy(&told);
    if (status == FTH_OK && !notes)
        status = fth_fail_memory(error, 0, "JSON");
    if (status == FTH_OK) {
        *text = made;
        *report = notes;
    } else {
        fth_free(made);
        fth_free(notes);
    }
    return status;
}

enum fth_status fth_cdl_export(const char *document, size_t length, const char *name,
                               const char *out, char **text, char **report,
                               struct fth_error *error)
{
    struct fth_document_text source = {.text = document, .length = length, .name = name};
    struct fth_graph *graph = NULL;
    struct corrections found = {.notes = fth_json_new(FTH_JSON_ARRAY)};
    enum fth_status status = fth_graph_read(fth_catalogue_all(), &source, NULL, &graph, error);
    if (status == FTH_OK) {
        found.list = fth_alloc((size_t)fth_graph_count(graph) + 1, sizeof(*found.list));
        if (!found.list)
            status = fth_fail_memory(error, 0, "corrections");
    }
    if (status == FTH_OK)
        status = collect(graph, &found, error);
    if (status == FTH_OK)
        status = deliver(&found, name, out, text, report, error);
    fth_json_destroy(&found.notes);
    fth_graph_destroy(&graph);
    fth_free(found.list);
    return status;
}
