/* SPDX-License-Identifier: Apache-2.0 */
/* Four toys: a source, a point node with a mask, a sink, and a node that was another once. */
#include "toys.h"

static const struct fth_param table[] = {
    FTH_PARAM(NUMBER, struct fth_toy_params, gamma, .label = "Gamma", .help = "Gamma.", .min = 0.1,
              .max = 5, .def = {1}, .flags = FTH_PARAM_ANIMATES),
    FTH_PARAM(FILE, struct fth_toy_params, file, .label = "File", .help = "File.",
              .flags = FTH_PARAM_NEEDS_FILE),
    FTH_PARAM_TABLE_END};
static const struct fth_port ports[] = {
    {"input", "Input", "Main.", FTH_PORT_PICTURE, 0},
    {"key", "Key", "Key.", FTH_PORT_MASK, 1},
    {0}};

static enum fth_status no_render(const struct fth_call *call, struct fth_image **out,
                                 struct fth_error *error)
{
    (void)call;
    (void)out;
    return fth_fail(error, FTH_ERR_UNSUPPORTED, "a toy");
}

#define TEXTS .label = "L", .tag = "T", .group = "G", .help = "H.", .version = 1
static const struct fth_step source_steps[] = {
    {.id = "s", .kind = FTH_NODE_SOURCE, .render = no_render}, {0}};
static const struct fth_step point_steps[] = {
    {.id = "s", .kind = FTH_NODE_POINT, .ports = 3, .render = no_render}, {0}};
static const struct fth_step sink_steps[] = {{.id = "s", .kind = FTH_NODE_SINK, .ports = 1}, {0}};
static const struct fth_node_desc media = {.id = "media_in", TEXTS, .flags = FTH_NODE_NO_COMMON,
                                           .params = table,
                                           .params_size = sizeof(struct fth_toy_params),
                                           .steps = source_steps};
static const struct fth_node_desc grade = {.id = "grade", TEXTS, .params = table,
                                           .params_size = sizeof(struct fth_toy_params),
                                           .inputs = ports, .steps = point_steps};
static const struct fth_node_desc out = {.id = "media_out", TEXTS, .flags = FTH_NODE_NO_COMMON,
                                         .inputs = ports, .steps = sink_steps};

static enum fth_status bring_up(uint32_t from, struct fth_json *params, struct fth_error *error)
{
    const struct fth_json *old = fth_json_get(params, "strength");
    if (from >= 3 || !old)
        return FTH_OK;
    if (fth_json_kind(old) != FTH_JSON_NUMBER)
        return fth_fail(error, FTH_ERR_USAGE, "parameter 'strength' takes a number");
    fth_json_set_number(params, "gamma", fth_json_number(old, 0) / 100);
    fth_json_remove(params, "strength");
    return FTH_OK;
}

static const struct fth_param old_table[] = {
    FTH_PARAM(NUMBER, struct fth_toy_params, gamma, .label = "Gamma", .help = "Gamma.", .min = 0.1,
              .max = 5, .def = {1}),
    FTH_PARAM_TABLE_END};
static const struct fth_node_desc old = {.id = "old", .label = "L", .tag = "T", .group = "G",
                                         .help = "H.", .version = 3, .params = old_table,
                                         .params_size = sizeof(struct fth_toy_params),
                                         .inputs = ports, .steps = point_steps,
                                         .upgrade = bring_up};
static const struct fth_node_desc *const nodes[] = {&media, &grade, &out, &old};
const struct fth_catalogue fth_toys = {nodes, FTH_ARRAY_COUNT(nodes)};
