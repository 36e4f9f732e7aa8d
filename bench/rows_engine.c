/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of whole pictures through the engine, as jobs make them: a source that hands out what is in
 * memory, point nodes, a sink that drops what it gets. */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "nodes/catalogue.h"

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

enum { MOST_NODES = 64 };

struct chain {
    struct fth_catalogue catalogue;
    const struct fth_node_desc *nodes[MOST_NODES];
    struct fth_engine *engine;
    struct fth_graph *graphs[2]; /* the chain, and its first node alone */
    int moves;
};

struct link {
    const char *node, *param, *value, *other; /* other: a port that gets the second picture */
};

static void build(struct fth_graph *graph, const struct link *links, int count,
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

static enum fth_status make_chain(struct bench_case *c, const struct link *links, int count,
                                  struct fth_error *error)
{
    bool on_depth = strcmp(links[0].node, "depth_map") == 0;
    const struct fth_catalogue *all = fth_catalogue_all();
    struct chain *chain = c->held = fth_alloc(1, sizeof(*chain));
    if (!chain)
        return fth_fail_memory(error, sizeof(*chain), "a chain");
    chain->nodes[0] = &hold_node;
    chain->nodes[1] = &drop_node;
    for (size_t i = 0; i < all->count && i + 2 < MOST_NODES; i++)
        chain->nodes[i + 2] = all->nodes[i];
    chain->catalogue = (struct fth_catalogue){chain->nodes, all->count + 2};
    enum fth_status status = hold_picture(c, 0, rgba, error);
    if (status == FTH_OK)
        status = hold_picture(c, 1, on_depth ? bundle : rgba, error);
    for (int i = 0; i < c->row->planes && status == FTH_OK; i++) /* for peers */
        status = fth_grid_new(c->work.arena, c->row->width, c->row->height, &c->out[i], error);
    struct fth_engine_options options = {.thread_count = c->row->threads, .cache_folder = "",
                                         .memory_size = on_depth ? 400u << 20 : 2ull << 30};
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
    struct chain *chain = c->held;
    struct fth_graph *graph = chain->graphs[which];
    struct fth_job job = {.first_frame = 1, .last_frame = 1};
    return fth_engine_run(chain->engine, graph, fth_graph_find(graph, "out"), &job, error);
}

static enum fth_status run_chain(struct bench_case *c, struct fth_error *error)
{
    return run_graph(c, 0, error);
}

static enum fth_status run_one(struct bench_case *c, struct fth_error *error)
{
    return run_graph(c, 1, error);
}

static void drop_chain(struct bench_case *c)
{
    struct chain *chain = c->held;
    if (!chain)
        return;
    fth_graph_destroy(&chain->graphs[0]);
    fth_graph_destroy(&chain->graphs[1]);
    fth_engine_destroy(&chain->engine);
    fth_image_unref(&held[0]);
    fth_image_unref(&held[1]);
    fth_free(chain);
}

static enum fth_status make_grades(struct bench_case *c, struct fth_error *error)
{
    static const struct link links[] = {{"grade", "gain", "1.1", NULL},
                                        {"grade", "gain", "0.9", NULL},
                                        {"grade", "gain", "1.2", NULL},
                                        {"grade", "gain", "0.8", NULL}};
    return make_chain(c, links, (int)c->row->number, error);
}

static enum fth_status make_merged(struct bench_case *c, struct fth_error *error)
{
    static const struct link links[] = {{"grade", "gain", "1.1", NULL},
                                        {"grade", "offset", "0.02", NULL},
                                        {"grade", "contrast", "1.1", NULL},
                                        {"merge", NULL, NULL, "background"}};
    return make_chain(c, links, (int)c->row->number, error);
}

static const struct bench_kind grades = {"chain of grades", make_grades, run_chain, NULL,
                                         drop_chain, run_one};
static const struct bench_kind merged = {"chain with merge", make_merged, run_chain, NULL,
                                         drop_chain, NULL};

/* ---- one node of grading, by what is asked of it */

static enum fth_status make_grading(struct bench_case *c, struct fth_error *error)
{
    static const struct {
        struct link link;
        const char *more[9][2];
    } cases[] = {
        {{"grade", "gain", "1.1", NULL}, {{NULL}}},
        {{"grade", "gain", "1.1", "key"}, {{NULL}}},
        {{"grade", "gain", "1.1", "key"}, {{"key_blur", "12"}}},
        {{"grade", "gamma", "1.2", NULL}, {{NULL}}},
        {{"grade", "temperature", "15", NULL},
         {{"lift", "0.02"}, {"gamma", "1.2"}, {"gain", "1.1"}, {"log_shadow", "0.05"},
          {"shadows", "0.3"}, {"highlights", "-0.5"}, {"contrast", "1.1"}, {"saturation", "1.2"}}},
        {{"curves", "curve_rgb", "{\"points\": [[0.25, 0.2], [0.75, 0.8]]}", NULL}, {{NULL}}},
        {{"curves", "hue_hue", "{\"points\": [[0.2, 0.6], [0.7, 0.5]]}", NULL},
         {{"hue_saturation", "{\"points\": [[0.2, 0.6], [0.7, 0.5]]}"}}},
    };
    int which = (int)c->row->number;
    enum fth_status status = make_chain(c, &cases[which].link, 1, error);
    struct chain *chain = c->held;
    for (int i = 0; i < 9 && cases[which].more[i][0] && status == FTH_OK; i++)
        status = fth_graph_set(chain->graphs[0], "node0", cases[which].more[i][0],
                               cases[which].more[i][1], error);
    return status;
}

static const struct bench_kind grading = {"grading", make_grading, run_chain, NULL, drop_chain,
                                          NULL};

/* ---- sliders: the frame is known, one value changes */

static enum fth_status run_slider(struct bench_case *c, struct fth_error *error)
{
    struct chain *chain = c->held;
    struct fth_image *image = NULL;
    char value[32];
    snprintf(value, sizeof(value), "%.6f", 0.2 + 1e-6 * chain->moves++);
    enum fth_status status = fth_graph_set(chain->graphs[0], "node0", "far_limit", value, error);
    if (status == FTH_OK)
        status = fth_engine_render(chain->engine, chain->graphs[0],
                                   fth_graph_find(chain->graphs[0], "node0"), 1,
                                   (struct fth_rect){0}, NULL, &image, error);
    fth_image_unref(&image);
    return status;
}

static enum fth_status make_slider(struct bench_case *c, struct fth_error *error)
{
    static const struct link link = {"depth_map", "adjust_map_levels", "true", "depth"};
    static const char *const more[][2] = {
        {"preview", "false"},       {"isolation", "true"},  {"target_depth", "0.6"},
        {"post_processing", "true"}, {"contract_expand", "2"}, {"blur", "4"}};
    enum fth_status status = make_chain(c, &link, 1, error);
    struct chain *chain = c->held;
    int count = c->row->number > 1 ? (int)FTH_ARRAY_COUNT(more) : 1;
    for (int i = 0; i < count && status == FTH_OK; i++)
        status = fth_graph_set(chain->graphs[0], "node0", more[i][0], more[i][1], error);
    for (int i = 0; i < 12 && status == FTH_OK; i++) /* until the cache is full, as it soon is */
        status = run_slider(c, error);
    return status;
}

static const struct bench_kind slider = {"slider", make_slider, run_slider, NULL, drop_chain, NULL};

#define UHD 3840, 2160
#define HD 1920, 1080

const struct bench_row bench_rows_engine[] = {
    {&grades, "4 nodes to 1, RGB", 4, UHD, 1, BENCH_MEMORY, 1.6, 0, 3},
    {&grades, "4 nodes to 1, RGBA", 4, UHD, 1, BENCH_MEMORY, 1.6, 0, 4},
    {&grades, "4 nodes to 1, RGBA", 4, UHD, 2, BENCH_MEMORY, 1.6, 0, 4},
    {&merged, "4 nodes, RGBA", 4, UHD, 1, BENCH_MEMORY, 10 / 76.0, 0, 4},
    {&grading, "gain, RGB", 0, HD, 1, BENCH_MEMORY, 0, 0, 3},
    {&grading, "gain by a key, RGB", 1, HD, 1, BENCH_MEMORY, 0, 0, 3},
    {&grading, "gain by a soft key, RGB", 2, HD, 1, BENCH_MEMORY, 0, 0, 3},
    {&grading, "gamma, RGB", 3, HD, 1, BENCH_MEMORY, 0, 0, 3},
    {&grading, "all controls, RGB", 4, HD, 1, BENCH_MEMORY, 0, 0, 3},
    {&grading, "a curve, RGB", 5, HD, 1, BENCH_MEMORY, 0, 0, 3},
    {&grading, "hue curves, RGB", 6, HD, 1, BENCH_MEMORY, 0, 0, 3},
    {&slider, "levels", 1, 1920, 1080, 2, BENCH_MEMORY, 0, 0, 3},
    {&slider, "levels, isolation, finesse", 2, 1920, 1080, 2, BENCH_MEMORY, -25 / 1.2, 0, 3},
    {NULL, NULL, 0, 0, 0, 0, BENCH_WORK, 0, 0, 0}};
