/* SPDX-License-Identifier: Apache-2.0 */
/* FORMULAS 6.0: d = (1/Z - 1/far) / (1/near - 1/far), the range a running mean of percentiles. */
#include "depth/single.h"

#include <math.h>

#include "infer/predict.h"
#include "ops/regions.h"

static const double percents[2] = {1, 99.5};
static const double keep_range = 0.9;

static void invert(const struct fth_grid *grid, float least)
{
    for (int32_t y = 0; y < grid->height; y++) {
        float *row = fth_grid_row(grid, y);
        for (int32_t x = 0; x < grid->width; x++)
            row[x] = 1 / FTH_MAX(row[x], least); /* resampling may undershoot */
    }
}

static enum fth_status follow_range(const struct fth_work *work, const struct fth_grid *grid,
                                    struct fth_single_range *range, struct fth_error *error)
{
    size_t room = ((size_t)grid->width / 4 + 1) * ((size_t)grid->height / 4 + 1), count = 0;
    float *values = fth_arena_take(work->arena, room, sizeof(*values));
    double now[2];
    if (!values)
        return fth_fail_memory(error, room * sizeof(*values), "scratch");
    for (int32_t y = 0; y < grid->height; y += 4) {
        for (int32_t x = 0; x < grid->width; x += 4)
            values[count++] = fth_grid_row(grid, y)[x];
    }
    fth_percentiles(values, count, percents, now, 2);
    double keep = range->any ? keep_range : 0;
    range->far = range->any ? keep * range->far + (1 - keep) * now[0] : now[0];
    range->near = range->any ? keep * range->near + (1 - keep) * now[1] : now[1];
    range->any = true;
    return FTH_OK;
}

enum fth_status fth_single_estimate(const struct fth_single *single, const struct fth_work *work,
                                    const struct fth_grid picture[3],
                                    const struct fth_grid *disparity,
                                    struct fth_single_range *range, struct fth_image *image,
                                    struct fth_error *error)
{
    const struct fth_network *network = fth_infer_session_network(single->session);
    bool metric = network->meaning == FTH_MEANS_METRIC_Z;
    enum fth_status status =
        fth_predict(work, single->session, picture, single->better ? 0 : network->side_faster,
                    disparity, error);
    if (status == FTH_OK && metric)
        invert(disparity, (float)network->valid_least);
    if (status == FTH_OK)
        status = follow_range(work, disparity, range, error);
    if (status != FTH_OK)
        return status;
    float far = (float)range->far, span = (float)fmax(range->near - range->far, 1e-6);
    for (int32_t y = 0; y < disparity->height; y++) {
        float *row = fth_grid_row(disparity, y);
        for (int32_t x = 0; x < disparity->width; x++)
            row[x] = (row[x] - far) / span;
    }
    if (metric && range->far > 0) {
        image->near_m = 1 / range->near;
        image->far_m = 1 / range->far;
    }
    return FTH_OK;
}
