/* SPDX-License-Identifier: Apache-2.0 */
/* What noise is like: blocks less their slope, of which the calmest say how strong it is at their
 * brightness, how far neighbours agree, and how far colours do. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ops/noise.h"

enum { SIDE = 24, SMALL_SIDE = 12, MOST_AREA = SIDE * SIDE, LEAST_BLOCKS = 4, LEVELS = 3 };

/* What one block says. */
struct block {
    double mean[3], variance[3], beside[3], across; /* across: mean correlation of two channels */
    bool says;
};

/* By what the calmest quarter of blocks is chosen. */
struct calm {
    double value;
    const struct block *block;
};

struct job {
    const struct fth_grid *rgb;
    struct block *blocks;
    int32_t columns, side;
};

/* values: the block less its mean and slope. False: it stands still, or is beyond reason. */
static bool level_out(const struct fth_grid *plane, int32_t x0, int32_t y0, int32_t side,
                      float values[MOST_AREA], double *mean)
{
    double sum = 0, along = 0, down = 0, middle = (side - 1) / 2.0;
    /* sum of (x - middle)^2 over a block */
    double spread = side * (side * ((double)side * side - 1) / 12);
    int still = 0, area = side * side;
    for (int32_t i = 0; i < area; i++) {
        const float *row = fth_grid_row(plane, y0 + i / side) + x0;
        double value = row[i % side];
        sum += value;
        along += value * (i % side - middle);
        down += value * (i / side - middle);
        still += i % side && row[i % side] == row[i % side - 1];
    }
    *mean = sum / area;
    for (int32_t i = 0; i < area; i++) {
        const float *row = fth_grid_row(plane, y0 + i / side) + x0;
        values[i] = (float)(row[i % side] - *mean - along / spread * (i % side - middle) -
                            down / spread * (i / side - middle));
    }
    return still < area / 2 && fabs(*mean) < 1e4;
}

static double product(const float *a, const float *b, int area)
{
    double sum = 0;
    for (int i = 0; i < area; i++)
        sum += (double)a[i] * b[i];
    return sum / area;
}

/* Mean product of pixels beside each other, both ways. */
static double neighbours(const float *values, int side)
{
    double sum = 0;
    for (int i = 0; i < side * side; i++) {
        if (i % side)
            sum += (double)values[i] * values[i - 1];
        if (i >= side)
            sum += (double)values[i] * values[i - side];
    }
    return sum / (2 * side * (side - 1));
}

static struct block look(const struct job *job, int32_t x, int32_t y)
{
    float values[3][MOST_AREA];
    struct block block = {.says = true};
    int area = job->side * job->side;
    for (int c = 0; c < 3; c++) {
        block.says = level_out(&job->rgb[c], x, y, job->side, values[c], &block.mean[c]) &&
                     block.says;
        block.variance[c] = product(values[c], values[c], area);
        block.beside[c] = neighbours(values[c], job->side);
        block.says = block.says && block.variance[c] > 0 && block.variance[c] < 1e4;
    }
    for (int c = 0; c < 3 && block.says; c++) {
        int other = (c + 1) % 3;
        block.across += product(values[c], values[other], area) /
                        sqrt(block.variance[c] * block.variance[other]) / 3;
    }
    return block;
}

static void look_rows(void *context, int32_t first, int32_t end)
{
    const struct job *job = context;
    for (int32_t j = first; j < end; j++)
        for (int32_t i = 0; i < job->columns; i++)
            job->blocks[(ptrdiff_t)j * job->columns + i] = look(job, i * job->side, j * job->side);
}

static int by_value(const void *a, const void *b)
{
    const struct calm *p = a, *q = b;
    if (p->value != q->value)
        return p->value < q->value ? -1 : 1;
    return (p->block > q->block) - (p->block < q->block);
}

static int level_of(double mean)
{
    return mean < 1.0 / 3 ? 0 : mean < 2.0 / 3 ? 1 : 2;
}

/* The calmest of a channel's blocks at a level (LEVELS: at any) come first. Returns how many. */
static size_t sort(const struct job *job, size_t count, int channel, int level, struct calm *calm)
{
    size_t known = 0;
    for (size_t i = 0; i < count; i++) {
        const struct block *block = &job->blocks[i];
        if (block->says && (level == LEVELS || level_of(block->mean[channel]) == level))
            calm[known++] = (struct calm){block->variance[channel], block};
    }
    qsort(calm, known, sizeof(*calm), by_value);
    return known;
}

/* Neighbours' correlation r of soft grains of sigma s: r = exp(-1 / (4 s^2)). Over all distances
 * correlations sum up to 4 pi s^2, their squares to half of that. */
static double area_of(double alike)
{
    double r = fmin(fmax(alike, 0.02), 0.95);
    return fmax(3.14159265358979 / -log(r), 1);
}

/* What taking the slope away has taken of the noise: three of all its coarsest parts. */
static double share_of_slope(const struct job *job, double alike)
{
    return fmin(3 * area_of(alike) / (job->side * job->side), 0.5);
}

static void find_likeness(const struct job *job, size_t count, struct calm *calm,
                          struct fth_noise_profile *profile)
{
    double beside = 0, across = 0, all = 0;
    for (int c = 0; c < 3; c++) {
        size_t known = sort(job, count, c, LEVELS, calm);
        for (size_t i = 0; i < (known + 3) / 4; i++) {
            beside += calm[i].block->beside[c] / calm[i].block->variance[c];
            across += calm[i].block->across;
            all++;
        }
    }
    if (all == 0)
        return;
    double seen = beside / all;
    profile->alike = seen;
    for (int i = 0; i < 8; i++) { /* with the slope its part of the correlation has gone too */
        double slope = share_of_slope(job, profile->alike);
        profile->alike = seen * (1 - slope) + slope;
    }
    profile->colour = fmin(fmax(1 - across / all, 0), 1);
}

/* The quartile of what blocks of a level have, as if they were all of nothing but noise: then it
 * lies .674 standard deviations of a block's variance below the mean. */
static void find_sigmas(const struct job *job, size_t count, struct calm *calm,
                        struct fth_noise_profile *profile)
{
    double area = area_of(profile->alike), scatter = 0.674 * sqrt(area) / job->side;
    double kept = (1 - share_of_slope(job, profile->alike)) * (1 - fmin(scatter, 0.5));
    for (int c = 0; c < 3; c++) {
        bool has[LEVELS];
        for (int level = 0; level < LEVELS; level++) {
            size_t known = sort(job, count, c, level, calm);
            has[level] = known >= LEAST_BLOCKS;
            if (has[level])
                profile->sigma[c][level] = sqrt(calm[known / 4].value / kept);
        }
        size_t known = sort(job, count, c, LEVELS, calm);
        for (int level = 0; level < LEVELS; level++) {
            if (has[level])
                continue;
            double value = known ? sqrt(calm[known / 4].value / kept) : 0;
            for (int away = LEVELS - 1; away > 0; away--) {
                if (level + away < LEVELS && has[level + away])
                    value = profile->sigma[c][level + away];
                if (level - away >= 0 && has[level - away])
                    value = profile->sigma[c][level - away];
            }
            profile->sigma[c][level] = value;
        }
    }
}

enum fth_status fth_noise_profile(const struct fth_work *work, const struct fth_grid rgb[3],
                                  struct fth_noise_profile *profile, struct fth_error *error)
{
    /* where large blocks are few, small ones */
    bool large = (rgb[0].width / SIDE) * (int64_t)(rgb[0].height / SIDE) >= 4 * LEAST_BLOCKS;
    struct job job = {.rgb = rgb, .side = large ? SIDE : SMALL_SIDE};
    int32_t rows = rgb[0].height / job.side;
    job.columns = rgb[0].width / job.side;
    size_t count = (size_t)job.columns * (size_t)rows, mark = fth_arena_mark(work->arena);
    *profile = (struct fth_noise_profile){.alike = 0};
    if (count < LEAST_BLOCKS)
        return FTH_OK;
    struct calm *calm = fth_arena_take(work->arena, count, sizeof(*calm));
    job.blocks = fth_arena_take(work->arena, count, sizeof(*job.blocks));
    if (!calm || !job.blocks)
        return fth_fail_memory(error, count * sizeof(*job.blocks), "scratch");
    enum fth_status status = fth_rows_run(work, rows, 2, look_rows, &job);
    if (status == FTH_OK) {
        find_likeness(&job, count, calm, profile);
        find_sigmas(&job, count, calm, profile);
    }
    fth_arena_return(work->arena, mark);
    return status;
}
