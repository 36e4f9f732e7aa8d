/* SPDX-License-Identifier: Apache-2.0 */
/* Strips are handed out by a counter to one worker a thread, each with scratch of its own. */
#include "ops/strips.h"

#include <stdatomic.h>
#include <string.h>

struct run {
    const struct fth_strip_filter *filter;
    const struct fth_cancel *cancel;
    struct fth_grid src, dst;
    enum fth_axis axis;
    int32_t length, strip_count;
    size_t padded_size, worker_size; /* bytes */
    unsigned char *scratch;
    atomic_int next;
};

static int32_t lanes_of(const struct run *run, int32_t strip)
{
    int32_t across = run->axis == FTH_AXIS_X ? run->src.height : run->src.width;
    return FTH_MIN(across - strip * FTH_LANES, FTH_LANES);
}

static void load_rows(const struct run *run, int32_t y0, int32_t lanes, float *to)
{
    const float *rows[FTH_LANES];
    for (int32_t lane = 0; lane < FTH_LANES; lane++)
        rows[lane] = fth_grid_row(&run->src, y0 + FTH_MIN(lane, lanes - 1));
    fth_kernels()->rows_to_lanes(to, rows, (size_t)run->length);
}

static void store_rows(const struct run *run, int32_t y0, int32_t lanes, const float *from)
{
    float *rows[FTH_LANES];
    for (int32_t lane = 0; lane < lanes; lane++)
        rows[lane] = fth_grid_row(&run->dst, y0 + lane);
    if (lanes == FTH_LANES) {
        fth_kernels()->lanes_to_rows(rows, from, (size_t)run->length);
        return;
    }
    for (int32_t lane = 0; lane < lanes; lane++)
        for (int32_t x = 0; x < run->length; x++)
            rows[lane][x] = from[(size_t)x * FTH_LANES + (size_t)lane];
}

static void load_columns(const struct run *run, int32_t x0, int32_t lanes, float *to)
{
    for (int32_t y = 0; y < run->length; y++, to += FTH_LANES) {
        const float *row = fth_grid_row(&run->src, y) + x0;
        if (lanes == FTH_LANES) {
            memcpy(to, row, FTH_LANES * sizeof(*to));
            continue;
        }
        for (int32_t lane = 0; lane < FTH_LANES; lane++)
            to[lane] = row[FTH_MIN(lane, lanes - 1)];
    }
}

static void store_columns(const struct run *run, int32_t x0, int32_t lanes, const float *from)
{
    for (int32_t y = 0; y < run->length; y++, from += FTH_LANES)
        memcpy(fth_grid_row(&run->dst, y) + x0, from, (size_t)lanes * sizeof(*from));
}

/* Which position lies at `i` outside 0..n-1; -1: none. */
static int32_t border_index(enum fth_border border, int64_t i, int32_t n)
{
    if (border == FTH_BORDER_ZERO)
        return -1;
    if (border == FTH_BORDER_REPEAT)
        return i < 0 ? 0 : n - 1;
    int64_t period = 2 * (int64_t)n;
    int64_t within = ((i % period) + period) % period;
    return (int32_t)(within < n ? within : period - 1 - within);
}

static void pad_position(const struct run *run, float *src, int64_t i)
{
    float *to = src + i * FTH_LANES;
    int32_t from = border_index(run->filter->border, i, run->length);
    if (from >= 0)
        memcpy(to, src + (size_t)from * FTH_LANES, FTH_LANES * sizeof(*to));
    else
        for (int lane = 0; lane < FTH_LANES; lane++)
            to[lane] = run->filter->outside;
}

static void filter_strip(const struct run *run, int32_t strip, unsigned char *scratch)
{
    int32_t at = strip * FTH_LANES, lanes = lanes_of(run, strip), pad = run->filter->pad;
    float *src = (float *)scratch + (size_t)pad * FTH_LANES;
    float *dst = (float *)(scratch + run->padded_size);
    size_t dst_size = (size_t)run->length * FTH_LANES * sizeof(*dst);
    (run->axis == FTH_AXIS_X ? load_rows : load_columns)(run, at, lanes, src);
    for (int32_t i = 1; i <= pad; i++) {
        pad_position(run, src, -(int64_t)i);
        pad_position(run, src, (int64_t)run->length - 1 + i);
    }
    struct fth_strip work = {dst, src, run->length, (unsigned char *)dst + dst_size};
    run->filter->run(run->filter->context, &work);
    (run->axis == FTH_AXIS_X ? store_rows : store_columns)(run, at, lanes, dst);
}

static void run_worker(void *context, size_t index)
{
    struct run *run = context;
    int strip;
    while ((strip = atomic_fetch_add(&run->next, 1)) < run->strip_count) {
        if (fth_cancelled(run->cancel))
            return;
        filter_strip(run, strip, run->scratch + index * run->worker_size);
    }
}

enum fth_status fth_strips_run(const struct fth_work *work, const struct fth_grid *src,
                               const struct fth_grid *dst, enum fth_axis axis,
                               const struct fth_strip_filter *filter, struct fth_error *error)
{
    struct run run = {.filter = filter, .cancel = work->cancel, .src = *src, .dst = *dst,
                      .axis = axis};
    int32_t across = axis == FTH_AXIS_X ? src->height : src->width;
    run.length = axis == FTH_AXIS_X ? src->width : src->height;
    run.strip_count = (across + FTH_LANES - 1) / FTH_LANES;
    size_t position_size = FTH_LANES * sizeof(float), length = (size_t)run.length;
    run.padded_size = (length + 2 * (size_t)filter->pad) * position_size;
    run.worker_size =
        run.padded_size + length * position_size + (filter->scratch_size + 63) / 64 * 64;
    size_t workers = (size_t)FTH_MIN(fth_pool_thread_count(work->pool), run.strip_count);
    size_t mark = fth_arena_mark(work->arena);
    run.scratch = fth_arena_take(work->arena, workers, run.worker_size);
    enum fth_status status = FTH_OK;
    if (!run.scratch)
        status = fth_fail_memory(error, run.worker_size, "filter scratch");
    else
        fth_pool_run(work->pool, workers, run_worker, &run);
    fth_arena_return(work->arena, mark);
    if (status == FTH_OK && fth_cancelled(work->cancel))
        status = FTH_CANCELLED;
    return status;
}
