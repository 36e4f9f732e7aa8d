/* SPDX-License-Identifier: Apache-2.0 */
/* Grains row by row: white noise of a row depends on the seed and the row alone; it is softened
 * along the row, and the softened rows are softened across, all by sums whose order is that of the
 * taps. */
#include "ops/grain.h"

#include <math.h>
#include <string.h>

#include "ops/kernels.h"
#include "ops/math.h"

enum { BLOCK = 32, MOST_TAPS = 2 * FTH_GRAIN_MOST_REACH + 1 };

static void gaussian(float taps[MOST_TAPS], int reach, double sigma)
{
    double sum = 0, values[MOST_TAPS];
    for (int i = -reach; i <= reach; i++) {
        values[i + reach] = fth_exp(-0.5 * i * i / (sigma * sigma));
        sum += values[i + reach];
    }
    for (int i = 0; i < 2 * reach + 1; i++)
        taps[i] = (float)(values[i] / sum);
}

/* Sum of a(i) b(i + shift). */
static double product(const float *a, const float *b, int count, int shift)
{
    double sum = 0;
    for (int i = 0; i + shift < count; i++)
        sum += (double)a[i] * b[i + shift];
    return sum;
}

/* What white noise of 1 keeps of its variance, at a pixel or between two that are beside each
 * other: the taps are products of one across and one down. */
static double power(const struct fth_grain_shape *shape, int shift)
{
    int count = 2 * shape->reach + 1;
    double fine = product(shape->fine, shape->fine, count, 0);
    double both = product(shape->fine, shape->coarse, count, 0);
    double coarse = product(shape->coarse, shape->coarse, count, 0), share = shape->share;
    double along_both = (product(shape->fine, shape->coarse, count, shift) +
                         product(shape->coarse, shape->fine, count, shift)) / 2;
    return fine * product(shape->fine, shape->fine, count, shift) -
           2 * share * both * along_both +
           share * share * coarse * product(shape->coarse, shape->coarse, count, shift);
}

void fth_grain_shape(double size_px, double softness, struct fth_grain_shape *shape)
{
    /* a Gaussian's width at half its height is 2.3548 sigma */
    double sigma = fmin(fmax(size_px, 0.1), 16) / 2.3548200450309493;
    *shape = (struct fth_grain_shape){.share = (float)(1 - softness)};
    shape->reach = (int)fmin(ceil(3 * sigma * (softness < 1 ? 2 : 1)), FTH_GRAIN_MOST_REACH);
    gaussian(shape->fine, shape->reach, sigma);
    gaussian(shape->coarse, shape->reach, 2 * sigma);
    double all = power(shape, 0);
    shape->scale = (float)(1 / sqrt(fmax(all, 1e-12)));
    shape->alike = power(shape, 1) / fmax(all, 1e-12);
}

double fth_grain_size_of(double alike)
{
    struct fth_grain_shape shape;
    double low = 0.5, high = 16;
    for (int i = 0; i < 30; i++) {
        double middle = (low + high) / 2;
        fth_grain_shape(middle, 1, &shape);
        if (shape.alike < alike)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

struct job {
    const struct fth_grain_shape *shape;
    const struct fth_grid *grains;
    struct fth_rect rect;
    uint64_t seed;
    ptrdiff_t stride; /* of rows of scratch */
};

/* splitmix64's last step, of a row's own seed */
static uint32_t seed_of_row(uint64_t seed, int32_t y)
{
    uint64_t z = seed + (uint64_t)(int64_t)y * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (uint32_t)(z ^ (z >> 31));
}

static void weigh(float *to, const float *const *rows, const float *taps, int reach, size_t n)
{
    if (reach)
        fth_kernels()->weigh_pairs(to, rows, taps, (size_t)reach, n);
    else
        memcpy(to, rows[0], n * sizeof(*to));
}

/* Row y of white noise, softened along itself. */
static void make_row(const struct job *job, int32_t y, float *white, float *fine, float *coarse)
{
    const struct fth_grain_shape *shape = job->shape;
    const float *shifted[MOST_TAPS];
    int32_t width = fth_rect_width(job->rect);
    for (int i = 0; i < 2 * shape->reach + 1; i++)
        shifted[i] = white + i;
    fth_kernels()->white_noise(white, seed_of_row(job->seed, y), job->rect.x0 - shape->reach,
                               (size_t)(width + 2 * shape->reach));
    weigh(fine, shifted, shape->fine, shape->reach, (size_t)width);
    if (shape->share > 0)
        weigh(coarse, shifted, shape->coarse, shape->reach, (size_t)width);
}

static void grain_rows(void *context, int32_t first, int32_t end, void *scratch)
{
    const struct job *job = context;
    const struct fth_grain_shape *shape = job->shape;
    int reach = shape->reach, count = BLOCK + 2 * reach;
    size_t width = (size_t)job->grains->width;
    float *white = scratch, *fine = white + job->stride, *coarse = fine + count * job->stride;
    const float *fine_rows[BLOCK + MOST_TAPS], *coarse_rows[BLOCK + MOST_TAPS];
    for (int i = 0; i < end - first + 2 * reach; i++) {
        fine_rows[i] = fine + i * job->stride;
        coarse_rows[i] = coarse + i * job->stride;
        make_row(job, job->rect.y0 + first + i - reach, white, fine + i * job->stride,
                 coarse + i * job->stride);
    }
    for (int32_t y = first; y < end; y++) {
        float *to = fth_grid_row(job->grains, y);
        weigh(to, fine_rows + (y - first), shape->fine, reach, width);
        if (shape->share > 0) {
            weigh(white, coarse_rows + (y - first), shape->coarse, reach, width);
            for (size_t x = 0; x < width; x++)
                to[x] -= shape->share * white[x];
        }
        for (size_t x = 0; x < width; x++)
            to[x] *= shape->scale;
    }
}

enum fth_status fth_grain(const struct fth_work *work, const struct fth_grain_shape *shape,
                          uint64_t seed, struct fth_rect rect, const struct fth_grid *grains,
                          struct fth_error *error)
{
    struct job job = {shape, grains, rect, seed, 0};
    job.stride = ((ptrdiff_t)grains->width + 2 * shape->reach + 15) / 16 * 16;
    struct fth_rows rows = {grain_rows, &job, BLOCK, 0};
    rows.scratch_size = (size_t)(1 + 2 * (BLOCK + 2 * shape->reach)) * (size_t)job.stride *
                        sizeof(float);
    return fth_rows_run_scratch(work, grains->height, &rows, error);
}
