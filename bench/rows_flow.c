/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the flow: its time, and its error on scenes whose motion is known. */
#include "bench.h"

#include "../tests/ops/moving.h"
#include "base/mem.h"
#include "ops/flow.h"

/* number: 10 * preset + scene */
static const struct moving_scene *scene_of(const struct bench_case *c)
{
    return &moving_scenes[(int)c->row->number % 10];
}

static enum fth_status make_flow(struct bench_case *c, struct fth_error *error)
{
    struct fth_grid *const grids[] = {&c->in[0], &c->in[1], &c->out[0],
                                      &c->out[1], &c->out[2], &c->out[3]};
    enum fth_status status = FTH_OK;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(grids) && status == FTH_OK; i++)
        status = fth_grid_new(c->work.arena, c->row->width, c->row->height, grids[i], error);
    for (int i = 0; i < 2 && status == FTH_OK; i++)
        moving_picture(scene_of(c), i, &c->in[i]);
    return status;
}

static enum fth_status run_flow(struct bench_case *c, struct fth_error *error)
{
    return fth_flow_dis(&c->work, &c->in[0], &c->in[1], (enum fth_flow_preset)(c->row->number / 10),
                        &c->out[0], &c->out[1], error);
}

static double error_of_flow(const struct bench_case *c)
{
    return moving_error(scene_of(c), &c->out[0], &c->out[1]);
}

/* A frame more of a clip: it is made ready, then both flows between it and the one before. */
static enum fth_status make_both(struct bench_case *c, struct fth_error *error)
{
    struct fth_flow_picture **pictures = c->held = fth_alloc(2, sizeof(*pictures));
    enum fth_status status = pictures ? make_flow(c, error) : FTH_ERR_MEMORY;
    for (int i = 0; i < 2 && status == FTH_OK; i++) {
        status = fth_flow_picture_create(c->row->width, c->row->height,
                                         (enum fth_flow_preset)(c->row->number / 10), &pictures[i],
                                         error);
        if (status == FTH_OK)
            status = fth_flow_picture_set(&c->work, pictures[i], &c->in[i], error);
    }
    return status;
}

static enum fth_status run_both(struct bench_case *c, struct fth_error *error)
{
    struct fth_flow_picture **pictures = c->held;
    enum fth_status status = fth_flow_picture_set(&c->work, pictures[1], &c->in[1], error);
    return status == FTH_OK
               ? fth_flow_both(&c->work, pictures[0], pictures[1], &c->out[0], &c->out[2], error)
               : status;
}

static void drop_both(struct bench_case *c)
{
    struct fth_flow_picture **pictures = c->held;
    for (int i = 0; i < 2 && pictures; i++)
        fth_flow_picture_destroy(&pictures[i]);
    fth_free(pictures);
}

static const struct bench_kind both = {"flow both ways", make_both, run_both, error_of_flow,
                                       drop_both, NULL};
static const struct bench_kind flow = {"flow", make_flow, run_flow, error_of_flow, NULL, NULL};

/* The recipe's preset has a goal for its error as well. */
#define FLOW(label, number, width, height, threads)                                                \
    {&flow, label, number, width, height, threads, BENCH_WORK, 1, (number) < 20 ? 1.1 : 0, 1, 0}

const struct bench_row bench_rows_flow[] = {
    FLOW("fast, shift", 10, 320, 180, 1),
    FLOW("fast, shift", 10, 320, 180, 2),
    FLOW("fast, turn", 11, 320, 180, 1),
    FLOW("fast, zoom", 12, 320, 180, 1),
    FLOW("fast, occluder", 13, 320, 180, 1),
    FLOW("fast, noisy occluder", 14, 320, 180, 1),
    FLOW("fast, occluder", 13, 960, 540, 1),
    FLOW("fast, occluder", 13, 960, 540, 2),
    {&both, "fast, occluder", 13, 320, 180, 1, BENCH_WORK, 1, 1.1, 1, 0},
    {&both, "fast, occluder", 13, 320, 180, 2, BENCH_WORK, 1, 1.1, 1, 0},
    {&both, "fast, occluder", 13, 960, 540, 2, BENCH_WORK, 1, 1.1, 1, 0},
    FLOW("medium, shift", 20, 320, 180, 1),
    FLOW("medium, zoom", 22, 320, 180, 1),
    FLOW("medium, occluder", 23, 320, 180, 1),
    FLOW("medium, noisy occluder", 24, 320, 180, 1),
    FLOW("medium, occluder", 23, 960, 540, 1),
    FLOW("medium, occluder", 23, 960, 540, 2),
    {NULL, NULL, 0, 0, 0, 0, BENCH_WORK, 0, 0, 0, 0}};
