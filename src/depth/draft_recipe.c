/* SPDX-License-Identifier: Apache-2.0 */
/* The recipe's constants, and the sample its steps take percentiles from. */
#include "depth/draft_recipe.h"

const struct fth_draft_recipe fth_draft_recipe = {
    .version = 6,
    .version_faster = 5,
    .version_as_is = 6,
    .work_width = 640,
    .longest_aspect = 4,
    .least_side = 32,

    .views_side = 448,
    .crop = 0.8,
    .feather = {3, 0.02},
    .span = {2, 98},

    .sky_blue = {0.05f, 0.45f, 0.02f},
    .sky_white = {0.94f, 0.1f, 0.02f},
    .sky_rough = 0.035f,
    .sky_least = {0.015, 0.06},
    .sky_near = {0.10, 0.16},
    .sky_low = {0.5, 0.6},

    .trust = {0.08, 0.16},
    .prior = {0.65, 0.8},
    .sky_counts = 0.04,
    .horizon = {0.25, 0.6},

    .guide_radius = 4,
    .guide_eps = 0.01,
    .snap_lambda = 1000,
    .snap_sigma = 0.010,
    .snap_rounds = 3,
    .crisp_amount = 0.3,
    .crisp_sigma = 0.04,

    .looks = {{352, false}, {320, true}},
    .look_faster = {256, true},
    .near_every = 4,
    .matte_every = 3,
    .matte_every_as_is = 2,
    .harden = {0.1f, 0.7f},
    .blob_above = 0.4f,
    .blob_least = 0.0015,
    .agree = {0.55, 0.75},
    .solid = {0.60, 0.80},
    .stay = 0.95,
    .gap = 0.08,
    .relief = {0.25, 0.04},
    .fill_levels = 7,

    .cut_below = 0.35,
    .flow_error = 10,
    .keep = 0.85f,
    .keep_matte = 0.6f,
    .keep_faster = 0.75f,
    .keep_matte_faster = 0.3f,
    .keep_matte_faster_as_is = 0.5f,
    .keep_range = 0.9,
    .fit_limits = {0.5, 2},

    .flow_return = 2,
    .carry = 0.85f,
    .carry_matte = 0.7f,
    .near_apart = 0.2f,

    .as_is_span = {1, 99.5},
    .reach = {2, 1.5},
    .core = 0.8,
    .refine_above = 2,
    .refine_radius = 5.5,
    .refine_eps = 1e-4,

    .alpha_radius = 4,
    .alpha_eps = 1e-4,
    .alpha_stretch = {0.08f, 0.92f},

    .block = 24,
    .run_up = 8,
    .fade = 8,
    .shot_block = 24,
    .shot_run_up = 16,
    .section = 480,
    .section_overlap = 48,
};

enum fth_status fth_draft_sample(const struct fth_work *work, const struct fth_grid *grid,
                                 const struct fth_mask *leave_out, float **values, size_t *count,
                                 struct fth_error *error)
{
    size_t room = ((size_t)grid->width / 4 + 1) * ((size_t)grid->height / 4 + 1);
    float *out = fth_arena_take(work->arena, room, sizeof(*out));
    if (!out)
        return fth_fail_memory(error, room * sizeof(*out), "scratch");
    *count = 0;
    for (int32_t y = 0; y < grid->height; y += 4) {
        const float *row = fth_grid_row(grid, y);
        for (int32_t x = 0; x < grid->width; x += 4) {
            if (!leave_out || !fth_mask_row(leave_out, y)[x])
                out[(*count)++] = row[x];
        }
    }
    *values = out;
    return FTH_OK;
}
