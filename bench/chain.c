/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes in a row between a source that hands out what is in memory and a sink that drops what it
 * gets: what rows of whole pictures through the engine work on. */
#include "chain.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* ---- the two ends */

static struct fth_image *held[2]; /* what the sources hand out */

struct hold {
    int64_t which;
};

static const struct fth_param hold_table[] = {
    FTH_PARAM(INT, struct hold, which, .label = "Which", .help = "Which picture.", .max = 1),
    FTH_PARAM_TABLE_END,
};

static enum fth_status hold_domain(const struct fth_call *call, struct fth_info *out,
                                   struct fth_error *error)
{
    const struct fth_image *image = held[((const struct hold *)call->params)->which];
    (void)error;
    out->format = image->format;
    out->domain = image->domain;
    out->has_alpha = fth_image_plane(image, "A");
    out->premultiplied = image->premultiplied;
    return FTH_OK;
}

static enum fth_status hold_render(const struct fth_call *call, struct fth_image **out,
                                   struct fth_error *error)
{
    (void)error;
    *out = fth_image_ref(held[((const struct hold *)call->params)->which]);
    return FTH_OK;
}

static const struct fth_step hold_steps[] = {
    {.id = "hold", .kind = FTH_NODE_SOURCE, .render = hold_render}, {NULL}};

static const struct fth_node_desc hold_node = {
    .id = "hold", .label = "Hold", .tag = "Hld", .group = "Bench", .help = "A picture in memory.",
    .flags = FTH_NODE_NO_COMMON, .params = hold_table, .params_size = sizeof(struct hold),
    .steps = hold_steps, .domain = hold_domain};

static enum fth_status drop(const struct fth_call *call, const struct fth_image *image,
                            struct fth_error *error)
{
    (void)call, (void)image, (void)error;
    return FTH_OK;
}

static enum fth_status drop_open(const struct fth_call *call, void **state,
                                 struct fth_error *error)
{
    (void)call, (void)state, (void)error;
    return FTH_OK;
}

static enum fth_status drop_finish(void **state, struct fth_error *error)
{
    (void)state, (void)error;
    return FTH_OK;
}

static const struct fth_port drop_ports[] = {
    {"input", "Input", "What is dropped.", FTH_PORT_PICTURE, 0}, {NULL}};
static const struct fth_step drop_steps[] = {
    {.id = "drop", .kind = FTH_NODE_SINK, .ports = 1}, {NULL}};

static const struct fth_node_desc drop_node = {
    .id = "drop", .label = "Drop", .tag = "Drp", .group = "Bench", .help = "Drops pictures.",
    .flags = FTH_NODE_NO_COMMON, .inputs = drop_ports, .steps = drop_steps, .sink = drop,
    .open = drop_open, .finish = drop_finish};

/* ---- chains */

static void build(struct fth_graph *graph, const struct bench_link *links, int count,
                  enum fth_status *status, struct fth_error *error)
{
    char name[16] = "first", next[16];
#define DO(call) *status = *status == FTH_OK ? call : *status
    DO(fth_graph_add(graph, "first", "hold", error));
    DO(fth_graph_add(graph, "second", "hold", error));
    DO(fth_graph_set(graph, "second", "which", "1", error));
    for (int i = 0; i < count; i++) {
        snprintf(next, sizeof(next), "node%d", i);
        DO(fth_graph_add(graph, next, links[i].node, error));
        const struct fth_port *ports = fth_graph_desc(graph, fth_graph_find(graph, next))->inputs;
        bool is_taken = links[i].other && strcmp(links[i].other, ports[0].id) == 0;
        DO(fth_graph_link(graph, next, ports[is_taken].id, name, error));
        if (links[i].other)
            DO(fth_graph_link(graph, next, links[i].other, "second", error));
        if (links[i].param)
            DO(fth_graph_set(graph, next, links[i].param, links[i].value, error));
        snprintf(name, sizeof(name), "%s", next);
    }
    DO(fth_graph_add(graph, "out", "drop", error));
    DO(fth_graph_link(graph, "out", "input", name, error));
#undef DO
}

/* Colours of no meaning; alpha is a disc with a soft edge, as something cut out has. */
static void fill(struct fth_plane *plane, struct fth_format format, int channel)
{
    for (int32_t y = 0; y < format.height; y++)
        for (int32_t x = 0; x < format.width; x++) {
            double value = ((x * 7 + y * 13 + channel * 29) % 200 + 20) / 256.0;
            double from_middle = hypot(x - format.width / 2, y - format.height / 2);
            if (channel == 3)
                value = fmin(fmax((format.height - from_middle) / 40, 0), 1);
            *fth_plane_at(plane, x, y) = (float)value;
        }
}

static enum fth_status hold_picture(struct bench_case *c, int which, const char *const *names,
                                    struct fth_error *error)
{
    struct fth_format format = {.width = c->row->width, .height = c->row->height,
                                .pixel_aspect = 1};
    struct fth_rect all = fth_format_rect(format);
    enum fth_status status = fth_image_new(format, all, &held[which], error);
    for (int i = 0; names[i] && i < c->row->planes && status == FTH_OK; i++) {
        struct fth_plane *plane = NULL;
        status = fth_image_add(held[which], names[i], NULL, all, &plane, error);
        if (status != FTH_OK)
            break;
        fill(plane, format, i);
        c->in[which * 4 + i] = fth_grid_of_plane(plane, all);
    }
    return status;
}

static const char *const rgba[] = {"R", "G", "B", "A", NULL};
static const char *const bundle[] = {"disparity", "confidence", "subject", NULL};

enum fth_status bench_make_chain(struct bench_case *c, const struct bench_link *links, int count,
                                  struct fth_error *error)
{
    bool on_depth = strcmp(links[0].node, "depth_map") == 0;
    const struct fth_catalogue *all = fth_catalogue_all();
    struct bench_chain *chain = c->held = fth_alloc(1, sizeof(*chain));
    if (!chain)
        return fth_fail_memory(error, sizeof(*chain), "a chain");
    chain->nodes[0] = &hold_node;
    chain->nodes[1] = &drop_node;
    for (size_t i = 0; i < all->count && i + 2 < BENCH_NODES; i++)
        chain->nodes[i + 2] = all->nodes[i];
    chain->catalogue = (struct fth_catalogue){chain->nodes, all->count + 2};
    enum fth_status status = hold_picture(c, 0, rgba, error);
    if (status == FTH_OK)
        status = hold_picture(c, 1, on_depth ? bundle : rgba, error);
    for (int i = 0; i < c->row->planes && status == FTH_OK; i++) /* for peers */
        status = fth_grid_new(c->work.arena, c->row->width, c->row->height, &c->out[i], error);
    /* little, so that the cache is soon full: before that every result lies in fresh memory, and
     * clearing it is what would be measured */
    uint64_t picture = (uint64_t)c->row->width * (uint64_t)c->row->height * 4 * sizeof(float);
    struct fth_engine_options options = {.thread_count = c->row->threads, .cache_folder = "",
                                         .memory_size = (on_depth ? 12 : 6) * picture};
    if (status == FTH_OK)
        status = fth_engine_create(&options, &chain->engine, error);
    for (int i = 0; i < 2 && status == FTH_OK; i++) {
        status = fth_graph_create(&chain->catalogue, &chain->graphs[i], error);
        if (status == FTH_OK)
            build(chain->graphs[i], links, i == 0 ? count : 1, &status, error);
    }
    return status;
}

static enum fth_status run_graph(struct bench_case *c, int which, struct fth_error *error)
{
    struct bench_chain *chain = c->held;
    struct fth_graph *graph = chain->graphs[which];
    struct fth_job job = {.first_frame = 1, .last_frame = 1};
    return fth_engine_run(chain->engine, graph, fth_graph_find(graph, "out"), &job, error);
}

enum fth_status bench_run_chain(struct bench_case *c, struct fth_error *error)
{
    return run_graph(c, 0, error);
}

enum fth_status bench_run_one(struct bench_case *c, struct fth_error *error)
{
    return run_graph(c, 1, error);
}

void bench_drop_chain(struct bench_case *c)
{
    struct bench_chain *chain = c->held;
    if (!chain)
        return;
    fth_graph_destroy(&chain->graphs[0]);
    fth_graph_destroy(&chain->graphs[1]);
    fth_engine_destroy(&chain->engine);
    fth_image_unref(&held[0]);
    fth_image_unref(&held[1]);
    fth_free(chain);
}
