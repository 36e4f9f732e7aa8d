/* SPDX-License-Identifier: Apache-2.0 */
/* DRAFT steps 2 to 4: sky is far, what is low is near as far as the network cannot be trusted, and
 * depth changes where the picture does. */
#include "depth/draft_scene.h"

#include <math.h>

#include "ops/blur.h"
#include "ops/guided.h"
#include "ops/smooth.h"

/* ---- sky */

static float clamped(const struct fth_grid *grid, int32_t x, int32_t y)
{
    /* mirrored without the edge pixel, as Sobel's usual border is; 1-pixel sides repeat */
    int32_t w = grid->width - 1, h = grid->height - 1;
    x = x < 0 ? FTH_MIN(1, w) : x > w ? FTH_MAX(w - 1, 0) : x;
    y = y < 0 ? FTH_MIN(1, h) : y > h ? FTH_MAX(h - 1, 0) : y;
    return fth_grid_row(grid, y)[x];
}

static void luma_rows(const struct fth_grid rgb[3], const struct fth_grid *luma)
{
    for (int32_t y = 0; y < luma->height; y++) {
        const float *r = fth_grid_row(&rgb[0], y), *g = fth_grid_row(&rgb[1], y);
        const float *b = fth_grid_row(&rgb[2], y);
        float *out = fth_grid_row(luma, y);
        for (int32_t x = 0; x < luma->width; x++)
            out[x] = 0.114f * b[x] + 0.587f * g[x] + 0.299f * r[x];
    }
}

/* |gx| + |gy| by Sobel / 8. */
static void steepness(const struct fth_grid *luma, const struct fth_grid *out)
{
    for (int32_t y = 0; y < luma->height; y++) {
        const float *a = fth_grid_row(luma, y ? y - 1 : FTH_MIN(1, luma->height - 1));
        const float *b = fth_grid_row(luma, y);
        const float *c = fth_grid_row(luma, y + 1 < luma->height ? y + 1 : FTH_MAX(y - 1, 0));
        float *row = fth_grid_row(out, y);
        for (int32_t x = 1; x + 1 < luma->width; x++) {
            float gx = a[x + 1] - a[x - 1] + 2 * (b[x + 1] - b[x - 1]) + c[x + 1] - c[x - 1];
            float gy = c[x - 1] - a[x - 1] + 2 * (c[x] - a[x]) + c[x + 1] - a[x + 1];
            row[x] = (fabsf(gx) + fabsf(gy)) / 8;
        }
        for (int32_t x = 0; x < luma->width; x += FTH_MAX(luma->width - 1, 1)) {
            float gy = 0; /* the columns left and right of the rim are equal: gx is 0 */
            for (int32_t i = -1; i <= 1; i++)
                gy += (i ? 1.0f : 2.0f) *
                      (clamped(luma, x + i, y + 1) - clamped(luma, x + i, y - 1));
            row[x] = fabsf(gy) / 8;
        }
    }
}

/* Blue or burnt-out, and smooth. */
static void sky_coloured(const struct fth_grid rgb[3], const struct fth_grid *rough,
                         const struct fth_mask *mask)
{
    const struct fth_draft_recipe *k = &fth_draft_recipe;
    for (int32_t y = 0; y < mask->height; y++) {
        const float *r = fth_grid_row(&rgb[0], y), *g = fth_grid_row(&rgb[1], y);
        const float *b = fth_grid_row(&rgb[2], y), *s = fth_grid_row(rough, y);
        uint8_t *out = fth_mask_row(mask, y);
        for (int32_t x = 0; x < mask->width; x++) {
            float top = FTH_MAX(FTH_MAX(r[x], g[x]), b[x]), cold = b[x] - r[x];
            bool blue = cold > k->sky_blue[0] && top > k->sky_blue[1] &&
                        b[x] >= g[x] - k->sky_blue[2];
            bool white = top > k->sky_white[0] && fabsf(cold) < k->sky_white[1] &&
                         cold > -k->sky_white[2];
            out[x] = (blue || white) && s[x] < k->sky_rough;
        }
    }
}

/* Share of the columns in which one of the top three rows belongs to the region. */
static double top_share(const int32_t *labels, int32_t label, int32_t width, int32_t height)
{
    int32_t columns = 0;
    for (int32_t x = 0; x < width; x++) {
        bool touched = false;
        for (int32_t y = 0; y < FTH_MIN(3, height); y++)
            touched |= labels[(ptrdiff_t)y * width + x] == label;
        columns += touched;
    }
    return (double)columns / width;
}

/* How certain a region is sky, by its own nearness and by how low it reaches. */
static enum fth_status certainty(const struct fth_work *work, const struct fth_grid *near,
                                 const int32_t *labels, int32_t label,
                                 const struct fth_region *region, double *certain,
                                 struct fth_error *error)
{
    const struct fth_draft_recipe *k = &fth_draft_recipe;
    size_t mark = fth_arena_mark(work->arena), count = 0;
    float *values = fth_arena_take(work->arena, (size_t)region->area * 2, sizeof(*values));
    if (!values)
        return fth_fail_memory(error, (size_t)region->area * 2 * sizeof(*values), "scratch");
    float *rows = values + region->area;
    for (int32_t y = region->y; y < region->y + region->height; y++) {
        for (int32_t x = region->x; x < region->x + region->width; x++) {
            if (labels[(ptrdiff_t)y * near->width + x] != label)
                continue;
            values[count] = fth_grid_row(near, y)[x];
            rows[count++] = (float)y;
        }
    }
    double percent = 95, bottom;
    fth_percentiles(rows, count, &percent, &bottom, 1);
    *certain = (1 - fth_draft_smoothstep(fth_median(values, count), k->sky_near)) *
               (1 - fth_draft_smoothstep(bottom / near->height, k->sky_low));
    fth_arena_return(work->arena, mark);
    return FTH_OK;
}

static void paint(const struct fth_grid *grid, const int32_t *labels, int32_t label,
                  const struct fth_region *region, float value)
{
    for (int32_t y = region->y; y < region->y + region->height; y++) {
        for (int32_t x = region->x; x < region->x + region->width; x++) {
            if (labels[(ptrdiff_t)y * grid->width + x] == label)
                fth_grid_row(grid, y)[x] = value;
        }
    }
}

static enum fth_status sky_regions(const struct fth_work *work, const struct fth_mask *mask,
                                   struct fth_draft_seen *seen, struct fth_error *error)
{
    const struct fth_draft_recipe *k = &fth_draft_recipe;
    int32_t *labels, count = 0;
    struct fth_region *regions;
    double pixels = (double)mask->width * mask->height;
    enum fth_status status = fth_label_regions(work, mask, 4, &labels, &regions, &count, error);
    for (int32_t i = 0; i < count && status == FTH_OK; i++) {
        double certain = 0;
        if ((double)regions[i].area < k->sky_least[0] * pixels || regions[i].y > 2 ||
            top_share(labels, i + 1, mask->width, mask->height) < k->sky_least[1])
            continue;
        status = certainty(work, &seen->near, labels, i + 1, &regions[i], &certain, error);
        paint(&seen->sky, labels, i + 1, &regions[i], (float)certain);
        seen->sky_found |= certain > 0;
    }
    return status;
}

static enum fth_status find_sky(const struct fth_work *work, struct fth_draft_seen *seen,
                                struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    struct fth_grid luma, rough;
    struct fth_mask mask;
    seen->sky_found = false;
    fth_grid_fill(&seen->sky, 0);
    enum fth_status status = fth_draft_grid(work, &seen->near, &luma, error);
    if (status == FTH_OK)
        status = fth_draft_grid(work, &seen->near, &rough, error);
    if (status == FTH_OK)
        status = fth_mask_new(work->arena, luma.width, luma.height, &mask, error);
    if (status == FTH_OK) {
        luma_rows(seen->small, &luma);
        steepness(&luma, &rough);
        status = fth_blur_box(work, &rough, &rough, 4, FTH_BORDER_REFLECT, error);
    }
    if (status == FTH_OK) {
        sky_coloured(seen->small, &rough, &mask);
        status = sky_regions(work, &mask, seen, error);
    }
    if (status == FTH_OK && seen->sky_found)
        status = fth_blur_box(work, &seen->sky, &seen->sky, 2, FTH_BORDER_REFLECT, error);
    fth_arena_return(work->arena, mark);
    return status;
}

/* ---- ground */

/* The 90th percentile of the rows that hold sky, as a share of the height; 0 without any. Also the
 * sky's mean. */
static double sky_bottom(const struct fth_grid *sky, float *rows, double *mean)
{
    size_t count = 0;
    double sum = 0, percent = 90, bottom;
    for (int32_t y = 0; y < sky->height; y++) {
        const float *row = fth_grid_row(sky, y);
        float most = 0, row_sum = 0;
        for (int32_t x = 0; x < sky->width; x++) {
            most = FTH_MAX(most, row[x]);
            row_sum += row[x];
        }
        if (most > 0.5f)
            rows[count++] = (float)y;
        sum += row_sum;
    }
    *mean = sum / ((double)sky->width * sky->height);
    if (!count)
        return 0;
    fth_percentiles(rows, count, &percent, &bottom, 1);
    return bottom / sky->height;
}

static enum fth_status mix_ground(const struct fth_work *work, struct fth_draft_seen *seen,
                                  double disagreement, struct fth_error *error)
{
    const struct fth_draft_recipe *k = &fth_draft_recipe;
    int32_t height = seen->near.height;
    size_t mark = fth_arena_mark(work->arena);
    float *rows = fth_arena_take(work->arena, (size_t)height, sizeof(*rows));
    if (!rows)
        return fth_fail_memory(error, (size_t)height * sizeof(*rows), "scratch");
    double mean, bottom = sky_bottom(&seen->sky, rows, &mean);
    double horizon = fmax(k->horizon[0], fmin(k->horizon[1], bottom));
    double share = fmax(k->prior[0] * fth_draft_smoothstep(disagreement, k->trust),
                        k->prior[1] * fmin(1, mean / k->sky_counts));
    for (int32_t y = 0; y < height; y++) {
        double at = height > 1 ? (double)y / (height - 1) : 0;
        float ramp = (float)(share * fmax(0, (at - horizon) / (1 - horizon)));
        float *near = fth_grid_row(&seen->near, y);
        const float *sky = fth_grid_row(&seen->sky, y);
        for (int32_t x = 0; x < seen->near.width; x++)
            near[x] = ((float)(1 - share) * near[x] + ramp) * (1 - sky[x]);
    }
    seen->ramp_share = share;
    fth_arena_return(work->arena, mark);
    return FTH_OK;
}

/* ---- edges */

static enum fth_status snap(const struct fth_work *work, struct fth_draft_seen *seen,
                            struct fth_error *error)
{
    const struct fth_draft_recipe *k = &fth_draft_recipe;
    size_t mark = fth_arena_mark(work->arena);
    struct fth_grid quiet[3];
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        status = fth_draft_grid(work, &seen->near, &quiet[i], error);
        if (status == FTH_OK) /* guided by itself: texture goes, outlines stay */
            status = fth_guided_grey(work, &seen->small[i], &seen->small[i], NULL, &quiet[i],
                                     k->guide_radius, k->guide_eps, error);
    }
    if (status == FTH_OK)
        status = fth_smooth_global(work, quiet, &seen->near, k->snap_lambda, k->snap_sigma,
                                   k->snap_rounds, error);
    fth_arena_return(work->arena, mark);
    return status;
}

static enum fth_status make_crisp(const struct fth_work *work, const struct fth_grid *near,
                                  struct fth_error *error)
{
    const struct fth_draft_recipe *k = &fth_draft_recipe;
    size_t mark = fth_arena_mark(work->arena);
    struct fth_grid soft;
    double sigma = k->crisp_sigma * near->width;
    float amount = (float)k->crisp_amount;
    enum fth_status status = fth_draft_grid(work, near, &soft, error);
    if (status == FTH_OK)
        status =
            fth_blur_gaussian_kept(work, near, &soft, sigma, sigma, FTH_BORDER_REFLECT, error);
    for (int32_t y = 0; y < near->height && status == FTH_OK; y++) {
        float *row = fth_grid_row(near, y);
        const float *blurred = fth_grid_row(&soft, y);
        for (int32_t x = 0; x < near->width; x++)
            row[x] += amount * (row[x] - blurred[x]);
    }
    fth_arena_return(work->arena, mark);
    return status;
}

enum fth_status fth_draft_normalise(const struct fth_work *work, const struct fth_grid *near,
                                    struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena), count;
    float *values;
    double span[2];
    enum fth_status status = fth_draft_sample(work, near, NULL, &values, &count, error);
    if (status == FTH_OK) {
        fth_percentiles(values, count, fth_draft_recipe.span, span, 2);
        float low = (float)span[0], range = (float)fmax(span[1] - span[0], 1e-3);
        for (int32_t y = 0; y < near->height; y++) {
            float *row = fth_grid_row(near, y);
            for (int32_t x = 0; x < near->width; x++)
                row[x] = (row[x] - low) / range;
        }
    }
    fth_arena_return(work->arena, mark);
    return status;
}

enum fth_status fth_draft_scene(const struct fth_work *work, struct fth_draft_seen *seen,
                                double disagreement, struct fth_error *error)
{
    enum fth_status status = fth_draft_normalise(work, &seen->near, error);
    if (status == FTH_OK)
        status = find_sky(work, seen, error);
    if (status == FTH_OK)
        status = mix_ground(work, seen, disagreement, error);
    if (status == FTH_OK)
        status = snap(work, seen, error);
    if (status == FTH_OK)
        status = make_crisp(work, &seen->near, error);
    return status;
}
