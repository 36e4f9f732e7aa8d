/* SPDX-License-Identifier: Apache-2.0 */
/* The flow is searched and refined from the coarsest level of two pyramids to the preset's finest,
 * then enlarged. */
#include "ops/flow.h"

#include "base/mem.h"
#include "ops/flow_level.h"
#include "ops/kernels.h"
#include "ops/resize.h"

struct preset {
    int finest, stride, search_iterations, refine_iterations;
    float epsilon;
};

/* OpenCV's refinement had epsilon .001 to 4.7 and has .01 since. On scenes of known motion the
 * smaller one errs 4 % less with FAST and the same with MEDIUM, which keeps what the scorer has. */
static const struct preset presets[] = {
    [FTH_FLOW_ULTRAFAST] = {2, 4, 12, 0, 0},
    [FTH_FLOW_FAST] = {2, 4, 16, 5, .001f},
    [FTH_FLOW_MEDIUM] = {1, 3, 25, 5, .01f},
};

/* ---- remap */

struct remap {
    const struct fth_grid *src, *mx, *my, *dst;
};

static void remap_rows(void *context, int32_t y0, int32_t y1)
{
    const struct remap *r = context;
    const int32_t size[2] = {r->src->width, r->src->height};
    for (int32_t y = y0; y < y1; y++)
        fth_kernels()->remap(fth_grid_row(r->dst, y), fth_grid_row(r->mx, y),
                             fth_grid_row(r->my, y), r->src->data, r->src->row_stride, size,
                             (size_t)r->dst->width);
}

enum fth_status fth_remap(const struct fth_work *work, const struct fth_grid *src,
                          const struct fth_grid *mx, const struct fth_grid *my,
                          const struct fth_grid *dst, struct fth_error *error)
{
    (void)error;
    struct remap r = {src, mx, my, dst};
    return fth_rows_run(work, dst->height, fth_flow_block_rows(dst->width), remap_rows, &r);
}

/* ---- the flow */

static void scale_grid(const struct fth_grid *grid, float factor)
{
    for (int32_t y = 0; y < grid->height; y++) {
        float *row = fth_grid_row(grid, y);
        for (int32_t x = 0; x < grid->width; x++)
            row[x] *= factor;
    }
}

static enum fth_status enlarge(const struct fth_work *work, const struct fth_grid *src,
                               const struct fth_grid *dst, float factor, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    if (src->width == dst->width && src->height == dst->height)
        fth_grid_copy(dst, src);
    else
        status = fth_resize_bilinear(work, src, dst, error);
    if (status == FTH_OK)
        scale_grid(dst, factor);
    return status;
}

static enum fth_status solve_level(const struct fth_work *work, const struct fth_flow_level *level,
                                   const struct preset *preset, struct fth_error *error)
{
    enum fth_status status =
        fth_flow_search(work, level, preset->stride, preset->search_iterations, error);
    if (status == FTH_OK && preset->refine_iterations)
        status = fth_flow_refine(work, level, preset->refine_iterations, preset->epsilon, error);
    return status;
}

static enum fth_status new_level(struct fth_arena *arena, const struct fth_flow_layer *from,
                                 const struct fth_flow_layer *to, struct fth_flow_level *level,
                                 struct fth_error *error)
{
    int32_t width = from->picture.width, height = from->picture.height;
    *level = (struct fth_flow_level){
        .from = from->picture, .to = to->picture, .gx = from->gx, .gy = from->gy};
    enum fth_status status = fth_grid_new(arena, width, height, &level->u, error);
    return status == FTH_OK ? fth_grid_new(arena, width, height, &level->v, error) : status;
}

/* From the coarsest level to the finest, then up to the pictures' size. */
static enum fth_status solve(const struct fth_work *work, const struct fth_flow_pyramid *from,
                             const struct fth_flow_pyramid *to, const struct preset *preset,
                             const struct fth_grid uv[2], struct fth_error *error)
{
    struct fth_flow_level level, next;
    int last = from->count - 1;
    enum fth_status status = FTH_OK;
    if (from->count == 0) {
        fth_grid_fill(&uv[0], 0);
        fth_grid_fill(&uv[1], 0);
        return FTH_OK;
    }
    size_t mark = fth_arena_mark(work->arena);
    for (int i = last; i >= 0 && status == FTH_OK; i--) {
        status = new_level(work->arena, &from->layers[i], &to->layers[i], &next, error);
        if (status == FTH_OK && i == last) {
            fth_grid_fill(&next.u, 0);
            fth_grid_fill(&next.v, 0);
        } else if (status == FTH_OK) {
            status = enlarge(work, &level.u, &next.u, 2, error);
        }
        if (status == FTH_OK && i < last)
            status = enlarge(work, &level.v, &next.v, 2, error);
        level = next;
        if (status == FTH_OK)
            status = solve_level(work, &level, preset, error);
    }
    for (int i = 0; i < 2 && status == FTH_OK; i++)
        status = enlarge(work, i ? &level.v : &level.u, &uv[i], (float)(1 << from->finest), error);
    fth_arena_return(work->arena, mark);
    return status;
}

enum fth_status fth_flow_dis(const struct fth_work *work, const struct fth_grid *from,
                             const struct fth_grid *to, enum fth_flow_preset preset,
                             const struct fth_grid *u, const struct fth_grid *v,
                             struct fth_error *error)
{
    const struct fth_grid *const pictures[2] = {from, to}, uv[2] = {*u, *v};
    struct fth_flow_pyramid pyramids[2];
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 2 && status == FTH_OK; i++) {
        status = fth_flow_pyramid_new(work->arena, from->width, from->height,
                                      presets[preset].finest, &pyramids[i], error);
        if (status == FTH_OK)
            status = fth_flow_pyramid_set(work, &pyramids[i], pictures[i],
                                          i ? FTH_FLOW_AS_TO : FTH_FLOW_AS_FROM, error);
    }
    if (status == FTH_OK)
        status = solve(work, &pyramids[0], &pyramids[1], &presets[preset], uv, error);
    fth_arena_return(work->arena, mark);
    return status;
}

/* ---- pictures that are kept */

struct fth_flow_picture {
    enum fth_flow_preset preset;
    struct fth_arena *arena; /* the pyramid, and above it what a flow from here works with */
    struct fth_flow_pyramid pyramid;
};

enum fth_status fth_flow_picture_create(int32_t width, int32_t height, enum fth_flow_preset preset,
                                        struct fth_flow_picture **result, struct fth_error *error)
{
    struct fth_flow_picture *picture = fth_alloc(1, sizeof(*picture));
    if (!picture)
        return fth_fail_memory(error, sizeof(*picture), "a picture of the flow");
    picture->preset = preset;
    enum fth_status status = fth_arena_create(&picture->arena, error);
    if (status == FTH_OK)
        status = fth_flow_pyramid_new(picture->arena, width, height, presets[preset].finest,
                                      &picture->pyramid, error);
    if (status != FTH_OK)
        fth_flow_picture_destroy(&picture);
    else
        *result = picture;
    return status;
}

void fth_flow_picture_destroy(struct fth_flow_picture **picture)
{
    if (!picture || !*picture)
        return;
    fth_arena_destroy(&(*picture)->arena);
    fth_free(*picture);
    *picture = NULL;
}

enum fth_status fth_flow_picture_set(const struct fth_work *work, struct fth_flow_picture *picture,
                                     const struct fth_grid *grey, struct fth_error *error)
{
    return fth_flow_pyramid_set(work, &picture->pyramid, grey, FTH_FLOW_AS_FROM | FTH_FLOW_AS_TO,
                                error);
}

enum fth_status fth_flow_between(const struct fth_work *work, struct fth_flow_picture *from,
                                 const struct fth_flow_picture *to, const struct fth_grid *u,
                                 const struct fth_grid *v, struct fth_error *error)
{
    const struct fth_work own = {work->pool, from->arena, work->cancel};
    const struct fth_grid uv[2] = {*u, *v};
    return solve(&own, &from->pyramid, &to->pyramid, &presets[from->preset], uv, error);
}

struct both {
    const struct fth_work *work;
    struct fth_flow_picture *pictures[2];
    const struct fth_grid *flows[2];
    enum fth_status status[2];
    struct fth_error errors[2];
};

static void run_direction(void *context, size_t i)
{
    struct both *b = context;
    b->status[i] = fth_flow_between(b->work, b->pictures[i], b->pictures[1 - i], &b->flows[i][0],
                                    &b->flows[i][1], &b->errors[i]);
}

enum fth_status fth_flow_both(const struct fth_work *work, struct fth_flow_picture *a,
                              struct fth_flow_picture *b, const struct fth_grid forward[2],
                              const struct fth_grid backward[2], struct fth_error *error)
{
    struct both both = {.work = work, .pictures = {a, b}, .flows = {forward, backward}};
    fth_pool_run(work->pool, 2, run_direction, &both);
    int failed = both.status[0] == FTH_OK;
    if (both.status[failed] != FTH_OK && error)
        *error = both.errors[failed];
    return both.status[failed];
}

/* ---- there and back */

struct mismatch {
    const struct fth_grid *forward, *backward, *dst;
};

static void mismatch_rows(void *context, int32_t y0, int32_t y1)
{
    const struct mismatch *m = context;
    const int32_t size[2] = {m->dst->width, m->dst->height};
    const struct fth_flow_field back = {m->backward[0].data, m->backward[1].data,
                                        m->backward[0].row_stride, m->backward[1].row_stride};
    for (int32_t y = y0; y < y1; y++) {
        float *dst = fth_grid_row(m->dst, y);
        fth_kernels()->flow_mismatch(dst, fth_grid_row(&m->forward[0], y),
                                     fth_grid_row(&m->forward[1], y), y, &back, size);
        for (int32_t x = 0; x < size[0]; x++)
            dst[x] = dst[x] < 0 ? FTH_FLOW_LOST : dst[x];
    }
}

enum fth_status fth_flow_mismatch(const struct fth_work *work, const struct fth_grid forward[2],
                                  const struct fth_grid backward[2], const struct fth_grid *dst,
                                  struct fth_error *error)
{
    (void)error;
    struct mismatch m = {forward, backward, dst};
    return fth_rows_run(work, dst->height, fth_flow_block_rows(dst->width), mismatch_rows, &m);
}
