/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of chains of nodes through the engine, as jobs and faces run them. */
#include "chain.h"

#include <stdio.h>

static enum fth_status make_grades(struct bench_case *c, struct fth_error *error)
{
    static const struct bench_link links[] = {{"grade", "gain", "1.1", NULL},
                                        {"grade", "gain", "0.9", NULL},
                                        {"grade", "gain", "1.2", NULL},
                                        {"grade", "gain", "0.8", NULL}};
    return bench_make_chain(c, links, (int)c->row->number, error);
}

static enum fth_status make_merged(struct bench_case *c, struct fth_error *error)
{
    static const struct bench_link links[] = {{"grade", "gain", "1.1", NULL},
                                        {"grade", "offset", "0.02", NULL},
                                        {"grade", "contrast", "1.1", NULL},
                                        {"merge", NULL, NULL, "background"}};
    return bench_make_chain(c, links, (int)c->row->number, error);
}

static const struct bench_kind grades = {"chain of grades", make_grades, bench_run_chain, NULL,
                                         bench_drop_chain, bench_run_one};
static const struct bench_kind merged = {"chain with merge", make_merged, bench_run_chain, NULL,
                                         bench_drop_chain, NULL};

/* ---- one node of grading, by what is asked of it */

static enum fth_status make_grading(struct bench_case *c, struct fth_error *error)
{
    static const struct {
        struct bench_link link;
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
    enum fth_status status = bench_make_chain(c, &cases[which].link, 1, error);
    struct bench_chain *chain = c->held;
    for (int i = 0; i < 9 && cases[which].more[i][0] && status == FTH_OK; i++)
        status = fth_graph_set(chain->graphs[0], "node0", cases[which].more[i][0],
                               cases[which].more[i][1], error);
    return status;
}

static const struct bench_kind grading = {"grading", make_grading, bench_run_chain, NULL,
                                          bench_drop_chain, NULL};

/* ---- sliders: the frame is known, one value changes */

static enum fth_status run_slider(struct bench_case *c, struct fth_error *error)
{
    struct bench_chain *chain = c->held;
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
    static const struct bench_link link = {"depth_map", "adjust_map_levels", "true", "depth"};
    static const char *const more[][2] = {
        {"preview", "false"},       {"isolation", "true"},  {"target_depth", "0.6"},
        {"post_processing", "true"}, {"contract_expand", "2"}, {"blur", "4"}};
    enum fth_status status = bench_make_chain(c, &link, 1, error);
    struct bench_chain *chain = c->held;
    int count = c->row->number > 1 ? (int)FTH_ARRAY_COUNT(more) : 1;
    for (int i = 0; i < count && status == FTH_OK; i++)
        status = fth_graph_set(chain->graphs[0], "node0", more[i][0], more[i][1], error);
    for (int i = 0; i < 12 && status == FTH_OK; i++) /* until the cache is full, as it soon is */
        status = run_slider(c, error);
    return status;
}

static const struct bench_kind slider = {"slider", make_slider, run_slider, NULL, bench_drop_chain,
                                         NULL};

#define UHD 3840, 2160
#define HD 1920, 1080

const struct bench_row bench_rows_engine[] = {
    {&grades, "4 nodes to 1, RGB", 4, UHD, 1, BENCH_MEMORY, 1.6, 0, 3, 6},
    {&grades, "4 nodes to 1, RGBA", 4, UHD, 1, BENCH_MEMORY, 1.6, 0, 4, 8},
    {&grades, "4 nodes to 1, RGBA", 4, UHD, 2, BENCH_MEMORY, 1.6, 0, 4, 8},
    {&merged, "4 nodes, RGBA", 4, UHD, 1, BENCH_MEMORY, 10 / 76.0, 0, 4, 12},
    {&grading, "gain, RGB", 0, HD, 1, BENCH_MEMORY, 0, 0, 3, 6},
    {&grading, "gain by a key, RGB", 1, HD, 1, BENCH_MEMORY, 0, 0, 3, 7},
    {&grading, "gain by a soft key, RGB", 2, HD, 1, BENCH_MEMORY, 0, 0, 3, 7},
    {&grading, "gamma, RGB", 3, HD, 1, BENCH_MEMORY, 0, 0, 3, 6},
    {&grading, "all controls, RGB", 4, HD, 1, BENCH_MEMORY, 0, 0, 3, 6},
    {&grading, "a curve, RGB", 5, HD, 1, BENCH_MEMORY, 0, 0, 3, 6},
    {&grading, "hue curves, RGB", 6, HD, 1, BENCH_MEMORY, 0, 0, 3, 6},
    {&slider, "levels", 1, 1920, 1080, 2, BENCH_MEMORY, 0, 0, 3, 0},
    {&slider, "levels, isolation, finesse", 2, 1920, 1080, 2, BENCH_MEMORY, -25 / 1.2, 0, 3, 0},
    {NULL, NULL, 0, 0, 0, 0, BENCH_WORK, 0, 0, 0, 0}};
