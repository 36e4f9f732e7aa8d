/* SPDX-License-Identifier: Apache-2.0 */
/* What would stop a job after an analysis of hours, and can be known before it; and values that
 * were given and change nothing. */
#include <string.h>

#include "api/handles.h"
#include "base/log.h"
#include "base/mem.h"
#include "infer/manifest.h"
#include "node/param.h"

static const char *text_of(const struct fth_graph *graph, int index, const char *id)
{
    const struct fth_value *value = fth_graph_value(graph, index, id);
    return value && value->text ? value->text : "";
}

/* The id of a choice: what was set, or its default. */
static const char *choice_of(const struct fth_graph *graph, int index, const char *id)
{
    const struct fth_param *row = fth_param_find(fth_graph_desc(graph, index)->params, id);
    const struct fth_value *value = fth_graph_value(graph, index, id);
    return row->choices[(int)(value ? value->numbers[0] : row->def[0])].id;
}

/* Whether the network that the node will ask certainly knows no metres. When the list cannot be
 * read, or names none, that is told where it is asked. */
static bool is_relative(const struct fth_graph *graph, int index, const char *session_model)
{
    struct fth_manifest *manifest = NULL;
    const char *model = text_of(graph, index, "model");
    bool better = strcmp(choice_of(graph, index, "mode"), "better") == 0;
    if (!model[0] && session_model)
        model = session_model;
    if (fth_manifest_open(&manifest, NULL) != FTH_OK)
        return false;
    const struct fth_network *network = model[0] ? fth_manifest_find(manifest, model) : NULL;
    bool known = model[0] || fth_manifest_best(manifest, better, &network, NULL) == FTH_OK;
    bool relative = network ? network->meaning == FTH_MEANS_RELATIVE_INVERSE
                            : known && (!model[0] || fth_manifest_set(manifest, model));
    fth_manifest_close(&manifest);
    return relative;
}

/* Distances of relative depth cannot be written without somebody's word for its ends. */
static enum fth_status check_encoding(const struct fth_document *document, int index,
                                      struct fth_error *error)
{
    const struct fth_graph *graph = document->flat;
    if (strcmp(fth_graph_desc(graph, index)->id, "depth_encode") != 0)
        return FTH_OK;
    const char *encoding = choice_of(graph, index, "encoding");
    int from = fth_graph_input(graph, index, 0);
    bool needs = strcmp(encoding, "linear") == 0 || strcmp(encoding, "log") == 0;
    bool ranged = fth_graph_value(graph, index, "near_m") && fth_graph_value(graph, index, "far_m");
    if (!needs || ranged || from < 0 ||
        strcmp(fth_graph_desc(graph, from)->id, "depth_map") != 0 ||
        fth_graph_input(graph, from, 1) >= 0 || !is_relative(graph, from, document->session->model))
        return FTH_OK;
    return fth_fail(error, FTH_ERR_USAGE,
                    "the network that is asked knows no metres: encoding '%s' needs the distances "
                    "of the nearest and the farthest thing; give --near and --far, or take "
                    "'inverse'", encoding);
}

enum fth_status fth_document_check_early(const struct fth_document *document,
                                         struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = 0; status == FTH_OK && i < fth_graph_count(document->flat); i++)
        status = check_encoding(document, i, error);
    return status;
}

static void remark_on_node(const struct fth_graph *graph, int index, void *params)
{
    const struct fth_node_desc *desc = fth_graph_desc(graph, index);
    struct fth_common common;
    fth_graph_params(graph, index, 0, params, &common);
    for (const struct fth_param *row = desc->params; row && row->type != FTH_PARAM_END; row++) {
        const struct fth_param *why = row->when.id ? fth_param_find(desc->params, row->when.id)
                                                   : NULL;
        if (!why || fth_graph_curve(graph, index, why->id) ||
            !fth_graph_value(graph, index, row->id) || fth_param_shown(desc->params, row, params))
            continue;
        struct fth_value value = fth_value_load(why, params);
        char *text = fth_value_print(why, &value);
        fth_log(FTH_LOG_WARNING, "%s: %s (%s) has no effect while %s (%s) is %s", desc->id,
                row->label, row->id, why->label, why->id, text ? text : "as it is");
        fth_free(text);
    }
}

void fth_document_remark_idle(const struct fth_document *document)
{
    const struct fth_graph *graph = document->flat;
    for (int i = 0; i < fth_graph_count(graph); i++) {
        void *params = fth_alloc(1, fth_graph_desc(graph, i)->params_size + 1);
        if (params)
            remark_on_node(graph, i, params);
        fth_free(params);
    }
}
