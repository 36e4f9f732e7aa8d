/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a shot and its plate as they are compared: luma, B - luma and R - luma, the latter two
 * smoothed. They are made while one walks down the pictures and kept for a few rows, which costs
 * less than to keep them all; so are the grades and the samples, by which noise is found. */
#include <string.h>

#include "base/compiler.h"
#include "depth/plate_parts.h"

enum { RAW = 3, KEPT = 4 };                           /* rows */
enum { CHANNELS = 3, OF_PICTURE = KEPT * CHANNELS + 2 * RAW };
enum { BLOCK = 32 };
enum { DENSE = 600000 }; /* above so many pixels every second of every second row counts */

/* ---- walking */

size_t fth_plate_walk_size(int32_t width)
{
    return 2 * OF_PICTURE * fth_plate_row_step(width) * sizeof(float);
}

void fth_plate_walk_begin(struct fth_plate_walk *walk, const struct fth_plate_pair *pair,
                          int32_t y, void *memory)
{
    *walk = (struct fth_plate_walk){pair, memory, FTH_MAX(y - 2, 0), FTH_MAX(y - 1, 0), 1};
}

/* Of picture 0, the shot, or 1: row y of channel 0 to 2 as it is kept. */
static float *kept_row(const struct fth_plate_walk *walk, int picture, int channel, int32_t y)
{
    size_t at = (size_t)(picture * OF_PICTURE + channel * KEPT + y % KEPT);
    return walk->memory + at * fth_plate_row_step(walk->pair->shot_rgb->width);
}

/* Of channel 1 or 2, not smoothed. */
static float *raw_row(const struct fth_plate_walk *walk, int picture, int channel, int32_t y)
{
    size_t at = (size_t)(picture * OF_PICTURE + CHANNELS * KEPT + (channel - 1) * RAW + y % RAW);
    return walk->memory + at * fth_plate_row_step(walk->pair->shot_rgb->width);
}

static void split_row(const struct fth_plate_walk *walk, int32_t y)
{
    for (int p = 0; p < 2; p++) {
        const struct fth_grid *rgb = p ? walk->pair->plate_rgb : walk->pair->shot_rgb;
        const float *const from[3] = {fth_grid_row(&rgb[0], y), fth_grid_row(&rgb[1], y),
                                      fth_grid_row(&rgb[2], y)};
        float *const to[3] = {kept_row(walk, p, 0, y), raw_row(walk, p, 1, y),
                              raw_row(walk, p, 2, y)};
        fth_kernels()->plate_split(to, from, (size_t)rgb->width);
    }
}

static void smooth_row(const struct fth_plate_walk *walk, int32_t y, int32_t last)
{
    for (int p = y % walk->stride ? 1 : 0; p < 2; p++) {
        for (int c = 1; c < CHANNELS; c++) {
            const float *const rows[3] = {raw_row(walk, p, c, FTH_MAX(y - 1, 0)),
                                          raw_row(walk, p, c, y),
                                          raw_row(walk, p, c, FTH_MIN(y + 1, last))};
            fth_kernels()->plate_mean(kept_row(walk, p, c, y), rows,
                                      (size_t)walk->pair->shot_rgb->width);
        }
    }
}

void fth_plate_walk_to(struct fth_plate_walk *walk, int32_t y)
{
    int32_t last = walk->pair->shot_rgb->height - 1;
    for (; walk->smoothed <= FTH_MIN(y + 1, last); walk->smoothed++) {
        for (; walk->split <= FTH_MIN(walk->smoothed + 1, last); walk->split++)
            split_row(walk, walk->split);
        smooth_row(walk, walk->smoothed, last);
    }
}

void fth_plate_rows(const struct fth_plate_walk *walk, int32_t y, const float *rows[6])
{
    int32_t at = FTH_MIN(FTH_MAX(y, 0), walk->pair->shot_rgb->height - 1);
    for (int i = 0; i < 6; i++)
        rows[i] = kept_row(walk, i / CHANNELS, i % CHANNELS, at);
}

/* ---- grades and samples */

struct sampling {
    const struct fth_plate_pair *pair;
    const struct fth_plate_samples *samples;
};

/* The border's pixels are as steep as those next to them. */
static void grade_row(const struct fth_plate_walk *walk, int32_t y, uint8_t *grades)
{
    const float *planes[9], *above[6], *here[6], *below[6];
    int32_t width = walk->pair->shot_rgb->width;
    fth_plate_rows(walk, y - 1, above);
    fth_plate_rows(walk, y, here);
    fth_plate_rows(walk, y + 1, below);
    for (int i = 0; i < 3; i++) {
        planes[3 * i] = above[3 + i] + 1;
        planes[3 * i + 1] = here[3 + i] + 1;
        planes[3 * i + 2] = below[3 + i] + 1;
    }
    fth_kernels()->plate_grades(grades + 1, planes, (size_t)width - 2);
    grades[0] = grades[1];
    grades[width - 1] = grades[width - 2];
}

static void sample_row(const struct sampling *s, const struct fth_plate_walk *walk, int32_t y)
{
    const struct fth_plate_samples *to = s->samples;
    const uint8_t *grades = fth_mask_row(&s->pair->grades, y);
    const float *rows[6];
    int32_t at = y / to->stride, n = to->grades.width;
    uint8_t *own = fth_mask_row(&to->grades, at);
    float *const dst[3] = {fth_grid_row(&to->apart[0], at), fth_grid_row(&to->apart[1], at),
                           fth_grid_row(&to->apart[2], at)};
    fth_plate_rows(walk, y, rows);
    fth_kernels()->plate_sample(dst, rows, fth_grid_row(s->pair->seen, y), to->stride, (size_t)n);
    for (int32_t x = 0; x < n; x++)
        own[x] = grades[x * to->stride];
}

static void sample_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct sampling *s = context;
    int32_t width = s->pair->shot_rgb->width, height = s->pair->shot_rgb->height;
    struct fth_plate_walk walk;
    fth_plate_walk_begin(&walk, s->pair, FTH_MIN(y0, FTH_MAX(height - 2, 0)), scratch);
    walk.stride = s->samples->stride;
    for (int32_t y = y0; y < y1; y++) {
        uint8_t *grades = fth_mask_row(&s->pair->grades, y);
        int32_t middle = FTH_MIN(FTH_MAX(y, 1), height - 2);
        fth_plate_walk_to(&walk, FTH_MAX(y, middle));
        if (width < 3 || height < 3)
            memset(grades, 0, (size_t)width);
        else
            grade_row(&walk, middle, grades);
        if (y % s->samples->stride == 0)
            sample_row(s, &walk, y);
    }
}

enum fth_status fth_plate_sample(const struct fth_work *work, const struct fth_plate_pair *pair,
                                 struct fth_plate_samples *samples, struct fth_error *error)
{
    int32_t width = pair->shot_rgb->width, height = pair->shot_rgb->height;
    struct sampling sampling = {pair, samples};
    struct fth_rows rows = {sample_rows, &sampling, BLOCK, fth_plate_walk_size(width)};
    int32_t stride = (int64_t)width * height > DENSE ? 2 : 1;
    int32_t across = (width + stride - 1) / stride, down = (height + stride - 1) / stride;
    enum fth_status status = fth_mask_new(work->arena, across, down, &samples->grades, error);
    samples->stride = stride;
    for (int i = 0; i < 3 && status == FTH_OK; i++)
        status = fth_grid_new(work->arena, across, down, &samples->apart[i], error);
    return status == FTH_OK ? fth_rows_run_scratch(work, height, &rows, error) : status;
}
