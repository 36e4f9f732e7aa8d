/* SPDX-License-Identifier: Apache-2.0 */
/* Every parameter of every node at the ends of its range, on pictures as nobody expects them: a
 * picture comes out, or one line says why not; in little time, and of finite numbers where only
 * finite ones went in. A build looks at each value on one of the pictures, another one each day;
 * FATHOM_EXTREMES=SEED looks at those of another day, FATHOM_EXTREMES=all at each value on all. */
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "case.h"
#include "check.h"
#include "graph/settings.h"
#include "nodes/catalogue.h"

enum { DAY_S = 86400, VALUES = 7, TEXT_LENGTH = 60000 };

/* A picture takes a few milliseconds. Sanitizers take their own, and memcheck most of all. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MOST_S = 20 };
#elif defined(__has_feature)
enum { MOST_S = 20 };
#else
enum { MOST_S = 2 };
#endif

/* What every input gets; `kind` is that of the ports that take any picture. */
static const struct scene {
    const char *name, *kind, *settings;
    bool finite; /* so must be what comes out of it */
} scenes[] = {
    {"1 x 1", "cutout", "width=1 height=1", true},
    {"one column", "photo", "width=1 height=19", true},
    {"one row", "straight", "width=23 height=1", true},
    {"odd", "straight", "width=17 height=3 moving=1", true},
    {"beside its frame", "cutout", "width=17 height=3 shift=60", true},
    {"a pixel of a frame", "cutout", "width=40 height=30 window=1 shift=7", true},
    {"larger than its frame", "straight", "width=7 height=9 inset=-5", true},
    {"no alpha", "photo", "width=9 height=7", true},
    {"no colours", "alpha", "width=9 height=7", true},
    {"distance alone", "far", "width=9 height=7", true},
    {"empty", "cutout", "width=9 height=7 inset=100", true},
    {"NaN", "cutout", "width=11 height=9 fill=nan", false},
    {"infinite", "straight", "width=11 height=9 fill=infinite", false},
    {"large", "cutout", "width=11 height=9 fill=large", false},
    {"denormal", "straight", "width=11 height=9 fill=denormal", true},
};

struct run {
    bool all;
    unsigned long long seed;
    int tried, rendered;
    double slowest_s;
    char slowest[200];
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bool feed(struct bench *bench, const struct fth_node_desc *node, const struct scene *scene,
                 int port_index)
{
    const struct fth_port *port = fth_node_port_at(node, port_index);
    const char *kind = port->kind == FTH_PORT_DEPTH  ? "depth"
                       : port->kind == FTH_PORT_MASK ? "mask"
                                                     : scene->kind;
    char name[32], settings[160];
    snprintf(name, sizeof(name), "source%d", port_index);
    snprintf(settings, sizeof(settings), "kind=%s %s", kind, scene->settings);
    return bench_add(bench, name, "test_scene", settings, "") &&
           fth_graph_link(bench->graph, "node", port->id, name, &bench->error) == FTH_OK;
}

/* A graph with the node in it, all its inputs fed. */
static bool build(struct bench *bench, const struct fth_node_desc *node, const struct scene *scene)
{
    struct fth_settings frame = {.width = 19, .height = 11};
    fth_graph_destroy(&bench->graph);
    bool good = fth_graph_create(bench_catalogue(), &bench->graph, &bench->error) == FTH_OK &&
                fth_graph_set_settings(bench->graph, &frame, &bench->error) == FTH_OK &&
                fth_graph_add(bench->graph, "node", node->id, &bench->error) == FTH_OK;
    for (int i = 0; i < fth_node_port_count(node) && good; i++)
        good = feed(bench, node, scene, i);
    for (const struct fth_param *row = node->params; row && row->type != FTH_PARAM_END; row++) {
        if (good && row->flags & FTH_PARAM_NEEDS_FILE)
            good = bench_set(bench, "node", row->id, case_file(0));
    }
    return good;
}

/* The ends of a row's range and what lies next to them; NULL: there is no such value of it. */
static char *extreme(const struct fth_param *row, int which)
{
    struct dice dice = {11};
    static const double tiny[] = {5e-324, -0.0, 1e-300};
    int count = fth_param_component_count(row->type);
    bool number = row->type == FTH_PARAM_NUMBER || row->type == FTH_PARAM_POINT ||
                  row->type == FTH_PARAM_COLOUR || row->type == FTH_PARAM_RANGE;
    if (which < 4 && !(number && which < 2))
        return case_value(row, &dice, which);
    if (row->type == FTH_PARAM_TEXT && which == 4) {
        char *text = fth_alloc(TEXT_LENGTH + 1, 1);
        if (text)
            memset(text, 'W', TEXT_LENGTH);
        return text;
    }
    double numbers[4] = {0};
    struct fth_value value;
    for (int i = 0; i < count; i++) {
        if (which < 2) /* where an end is not in the range, the value next to it */
            numbers[i] = which ? row->flags & FTH_PARAM_OPEN_MAX ? nextafter(row->max, row->min)
                                                                 : row->max
                         : row->flags & FTH_PARAM_OPEN_MIN ? nextafter(row->min, row->max)
                                                           : row->min;
        else
            numbers[i] = tiny[which - 4];
    }
    if (!number || fth_value_from_numbers(row, numbers, count, &value, NULL) != FTH_OK)
        return NULL;
    return fth_value_print(row, &value);
}

static bool one_line(const struct fth_error *error)
{
    return error->message[0] && !strchr(error->message, '\n');
}

static void look(struct run *run, struct bench *bench, const struct scene *scene, const char *what)
{
    double begin_s = now_s();
    struct fth_image *image = bench_render(bench, "node", 2);
    double took_s = now_s() - begin_s;
    run->tried++;
    run->rendered += image != NULL;
    if (took_s > run->slowest_s) {
        run->slowest_s = took_s;
        snprintf(run->slowest, sizeof(run->slowest), "%.120s on '%s'", what, scene->name);
    }
    if (took_s > MOST_S)
        fth_test_fail(__FILE__, __LINE__, "%s on '%s' takes %.2f s", what, scene->name, took_s);
    if (!image && !one_line(&bench->error))
        fth_test_fail(__FILE__, __LINE__, "%s on '%s' fails without a line", what, scene->name);
    if (image && scene->finite && bench_not_finite(image))
        fth_test_fail(__FILE__, __LINE__, "%s on '%s': %s is not finite", what, scene->name,
                      bench_not_finite(image));
    fth_image_unref(&image);
}

static void try_value(struct run *run, struct bench *bench, const struct fth_node_desc *node,
                      const struct fth_param *row, int which)
{
    unsigned long long first = run->all ? 0 : (run->seed + (unsigned)run->tried) %
                                                  FTH_ARRAY_COUNT(scenes);
    char *text = extreme(row, which), what[200];
    snprintf(what, sizeof(what), "%s.%s=%.60s", node->id, row->id, text ? text : "");
    for (size_t i = first; text && i < (run->all ? FTH_ARRAY_COUNT(scenes) : first + 1); i++) {
        bool common;
        bool good = build(bench, node, &scenes[i]) &&
                    (fth_node_param(node, row->id, &common) != row || common ||
                     case_show(bench, node, row)) &&
                    bench_set(bench, "node", row->id, text);
        if (good)
            look(run, bench, &scenes[i], what);
        else
            fth_test_fail(__FILE__, __LINE__, "%s: %s", what, bench->error.message);
    }
    fth_free(text);
}

static void try_table(struct run *run, struct bench *bench, const struct fth_node_desc *node,
                      const struct fth_param *table)
{
    for (const struct fth_param *row = table; row && row->type != FTH_PARAM_END; row++) {
        for (int which = 0; which < VALUES; which++) {
            if (row->type != FTH_PARAM_FILE || (row->flags & FTH_PARAM_NEEDS_FILE && which < 2))
                try_value(run, bench, node, row, which);
        }
    }
}

FTH_TEST(extreme_values_on_odd_pictures)
{
    const char *asked = getenv("FATHOM_EXTREMES");
    const struct fth_catalogue *all = fth_catalogue_all();
    struct run run = {.seed = (unsigned long long)time(NULL) / DAY_S};
    struct fth_engine_options options = {.thread_count = 1, .memory_size = 64 << 20};
    run.all = asked && strcmp(asked, "all") == 0;
    if (asked && !run.all)
        run.seed = strtoull(asked, NULL, 10);
    for (size_t i = 0; i < all->count; i++) {
        struct bench bench;
        if (!case_can_run(all->nodes[i]))
            continue;
        if (!bench_open(&bench, bench_catalogue(), &options))
            fth_test_fail(__FILE__, __LINE__, "%s", bench.error.message);
        else
            try_table(&run, &bench, all->nodes[i], all->nodes[i]->params);
        if (bench.graph && !(all->nodes[i]->flags & FTH_NODE_NO_COMMON))
            try_table(&run, &bench, all->nodes[i], fth_common_params);
        bench_close(&bench);
    }
    printf("  %d values tried, %d gave pictures, the slowest %.3f s: %s; seed %llu\n", run.tried,
           run.rendered, run.slowest_s, run.slowest, run.seed);
    FTH_CHECK(run.rendered > run.tried / 2);
}

/* A frame of 262 million pixels with a picture of 5 x 5 in it. */
static void try_huge(struct run *run, const struct fth_node_desc *node)
{
    static const struct scene scene = {"huge", "cutout", "width=65535 height=4000 window=5", true};
    static const struct fth_rect part = {0, 0, 16, 16};
    struct bench bench;
    struct fth_engine_options options = {.thread_count = 1, .memory_size = 64 << 20};
    struct fth_image *image = NULL;
    double begin_s = now_s();
    if (!bench_open(&bench, bench_catalogue(), &options) || !build(&bench, node, &scene)) {
        fth_test_fail(__FILE__, __LINE__, "%s: %s", node->id, bench.error.message);
    } else {
        int index = fth_graph_find(bench.graph, "node");
        run->rendered += fth_engine_render(bench.engine, bench.graph, index, 2, part, NULL, &image,
                                           &bench.error) == FTH_OK;
        run->tried++;
        if (!image && !one_line(&bench.error))
            fth_test_fail(__FILE__, __LINE__, "%s fails without a line", node->id);
        if (now_s() - begin_s > MOST_S)
            fth_test_fail(__FILE__, __LINE__, "%s on a huge frame takes %.2f s", node->id,
                          now_s() - begin_s);
    }
    fth_image_unref(&image);
    bench_close(&bench);
}

FTH_TEST(a_huge_frame_costs_what_is_in_it)
{
    const struct fth_catalogue *all = fth_catalogue_all();
    struct run run = {0};
    for (size_t i = 0; i < all->count; i++) {
        if (case_can_run(all->nodes[i]))
            try_huge(&run, all->nodes[i]);
    }
    printf("  %d of %d nodes gave a picture\n", run.rendered, run.tried);
    FTH_CHECK(run.rendered > run.tried / 2);
}
