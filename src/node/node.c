/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors: finding things in them, and saying what is wrong with one. */
#include "node/node.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"

enum { MOST_STEPS = 8 };

const struct fth_node_desc *fth_catalogue_find(const struct fth_catalogue *catalogue,
                                               const char *id)
{
    for (size_t i = 0; i < catalogue->count; i++) {
        if (fth_id_equal(catalogue->nodes[i]->id, id))
            return catalogue->nodes[i];
    }
    return NULL;
}

const struct fth_param *fth_node_param(const struct fth_node_desc *node, const char *id,
                                       bool *is_common)
{
    const struct fth_param *found = fth_param_find(node->params, id);
    bool common = !found && !(node->flags & FTH_NODE_NO_COMMON);
    if (common)
        found = fth_param_find(fth_common_params, id);
    if (is_common)
        *is_common = found && common;
    return found;
}

static int own_port_count(const struct fth_node_desc *node)
{
    int count = 0;
    while (node->inputs && node->inputs[count].id)
        count++;
    return count;
}

int fth_node_port_count(const struct fth_node_desc *node)
{
    return own_port_count(node) + !(node->flags & FTH_NODE_NO_COMMON);
}

const struct fth_port *fth_node_port_at(const struct fth_node_desc *node, int index)
{
    int own = own_port_count(node);
    if (index < 0 || index >= fth_node_port_count(node))
        return NULL;
    return index < own ? &node->inputs[index] : &fth_effect_mask_port;
}

int fth_node_port(const struct fth_node_desc *node, const char *id)
{
    for (int i = 0; i < fth_node_port_count(node); i++) {
        if (fth_id_equal(fth_node_port_at(node, i)->id, id))
            return i;
    }
    return -1;
}

int fth_node_step_count(const struct fth_node_desc *node)
{
    int count = 0;
    while (node->steps && node->steps[count].id)
        count++;
    return count;
}

static bool is_said(const char *text)
{
    return text && text[0];
}

static const char *texts_complaint(const struct fth_node_desc *node)
{
    if (strspn(node->id, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(node->id) ||
        strlen(node->id) >= FTH_LIMIT_NAME)
        return "has an id that is not [a-z0-9_]+";
    if (!is_said(node->label) || !is_said(node->tag) || !is_said(node->group))
        return "has no label, tag or group";
    if (!is_said(node->help))
        return "has no help";
    return node->version ? NULL : "has no version";
}

static const char *ports_complaint(const struct fth_node_desc *node)
{
    int count = fth_node_port_count(node);
    if (count > FTH_LIMIT_INPUTS)
        return "has too many inputs";
    for (int i = 0; i < count; i++) {
        const struct fth_port *port = fth_node_port_at(node, i);
        if (!is_said(port->label) || !is_said(port->help))
            return "has an input without label or help";
        if (fth_node_port(node, port->id) != i)
            return "has two inputs of one id";
        if (fth_node_param(node, port->id, NULL))
            return "has a parameter and an input of one id";
    }
    return NULL;
}

static const char *step_complaint(const struct fth_node_desc *node, const struct fth_step *step)
{
    const struct fth_analysis *analysis = step->analysis;
    bool analyses = step->kind == FTH_NODE_ANALYSIS;
    if (step->ports >> own_port_count(node))
        return "has a step that reads a port that is not there";
    if (analyses != (analysis != NULL))
        return "has an analysis that is no ANALYSIS step, or the other way round";
    if (analyses && !(analysis->create && analysis->destroy && analysis->span && analysis->wants &&
                      analysis->push && analysis->result))
        return "has an analysis that lacks a callback";
    if (!analyses && !step->render && step->kind != FTH_NODE_SINK)
        return "has a step without render";
    if (step->kind == FTH_NODE_AREA && !step->region_in)
        return "has an AREA step that does not say its region";
    if (step->kind == FTH_NODE_SOURCE && step->ports)
        return "has a SOURCE step that reads inputs";
    if (step->kind == FTH_NODE_SINK && !(node->sink && node->finish && node->open))
        return "has a SINK step and lacks open, sink or finish";
    return NULL;
}

static const char *steps_complaint(const struct fth_node_desc *node)
{
    int count = fth_node_step_count(node);
    if (count < 1 || count > MOST_STEPS)
        return "must have 1 to 8 steps";
    const char *complaint = NULL;
    for (int i = 0; i < count && !complaint; i++) {
        complaint = step_complaint(node, &node->steps[i]);
        if (!complaint && i && node->steps[i].kind == FTH_NODE_SOURCE)
            complaint = "has a SOURCE step behind another step";
        if (!complaint && count > 1 && node->steps[i].kind == FTH_NODE_SINK)
            complaint = "has a SINK step beside others";
    }
    return complaint;
}

static const char *rest_complaint(const struct fth_node_desc *node)
{
    enum fth_node_kind kind = node->steps[0].kind;
    bool common = !(node->flags & FTH_NODE_NO_COMMON);
    if (common && (kind == FTH_NODE_SINK || own_port_count(node) == 0))
        return "has common controls and is a sink or has no main input";
    if ((node->open != NULL) != (node->close != NULL))
        return "has open without close, or the other way round";
    for (const struct fth_param *row = node->params; row && row->type != FTH_PARAM_END; row++) {
        if (row->affects >> fth_node_step_count(node))
            return "has a parameter that affects a step that is not there";
        if (common && fth_param_find(fth_common_params, row->id))
            return "has a parameter with the id of a common control";
    }
    return NULL;
}

const char *fth_node_complaint(const struct fth_node_desc *node)
{
    static _Thread_local char said[400];
    if (!is_said(node->id))
        return "a node has no id";
    const char *complaint = texts_complaint(node);
    if (!complaint)
        complaint = fth_params_complaint(node->params, node->params_size);
    if (!complaint)
        complaint = ports_complaint(node);
    if (!complaint)
        complaint = steps_complaint(node);
    if (!complaint)
        complaint = rest_complaint(node);
    if (!complaint)
        return NULL;
    snprintf(said, sizeof(said), "%s: %s", node->id, complaint);
    return said;
}

bool fth_node_fits(const struct fth_node_desc *node, int port, struct fth_format is,
                   struct fth_format should)
{
    const struct fth_port *at =
        port < fth_node_port_count(node) ? fth_node_port_at(node, port) : NULL;
    return at && at->kind != FTH_PORT_PICTURE &&
           (is.width != should.width || is.height != should.height);
}

void fth_fitter_params(const struct fth_node_desc *fitter, const struct fth_port *port,
                       struct fth_format should, void *params)
{
    const struct {
        const char *id;
        struct fth_value value;
    } values[] = {
        {"width", {.type = FTH_PARAM_INT, .numbers = {should.width}}},
        {"height", {.type = FTH_PARAM_INT, .numbers = {should.height}}},
        {"pixel_aspect", {.type = FTH_PARAM_NUMBER, .numbers = {should.pixel_aspect}}},
        {"of", {.type = FTH_PARAM_CHOICE, .numbers = {port->kind == FTH_PORT_DEPTH}}},
    };
    fth_params_default(fitter->params, params);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(values); i++)
        fth_value_store(fth_node_param(fitter, values[i].id, NULL), &values[i].value, params);
}
