/* SPDX-License-Identifier: Apache-2.0 */
/* Moments, not least squares: those would shrink the scale wherever maps are noisy. The systems are
 * symmetric, positive definite and narrow, and are solved exactly. */
#include "depth/align.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "ops/regions.h"

/* How much a frame's own measure counts against its neighbours': a pull towards the shot's mean
 * that is felt over some hundred frames where motion is believed, and at once where it is not. */
static const double own_weight = 1e-8;
/* A pair that is off by this much (of the measure) counts half. */
static const double off_least = 0.02;
/* No pair tells the ratio of two scales better than this. */
static const double surest = 2e-3;
/* Samples that count for what is usual: half believed and more. */
static const float believed_least = 0.25f;
enum { ROUNDS = 4, STEP = 3 };

/* ---- one pair */

/* Value at a position of whole-number pixel centres, bilinear, edges repeated. */
static float sample(const struct fth_grid *grid, float x, float y)
{
    float cx = x < 0 ? 0 : x > (float)(grid->width - 1) ? (float)(grid->width - 1) : x;
    float cy = y < 0 ? 0 : y > (float)(grid->height - 1) ? (float)(grid->height - 1) : y;
    int32_t x0 = (int32_t)cx, y0 = (int32_t)cy;
    int32_t x1 = FTH_MIN(x0 + 1, grid->width - 1), y1 = FTH_MIN(y0 + 1, grid->height - 1);
    float tx = cx - (float)x0, ty = cy - (float)y0;
    const float *a = fth_grid_row(grid, y0), *b = fth_grid_row(grid, y1);
    float top = a[x0] + tx * (a[x1] - a[x0]), bottom = b[x0] + tx * (b[x1] - b[x0]);
    return top + ty * (bottom - top);
}

/* Values that belong together, and how far that is believed. */
struct samples {
    float *earlier, *later, *sorted;
    float *believed, *weight; /* by the motion; by what fits as well */
    size_t count;
};

/* From the pixels of one map into the other along one way. */
static void gather_way(const struct fth_motion *motion, const struct fth_motion_way *way,
                       const struct fth_grid *here, const struct fth_grid *there, bool later_here,
                       struct samples *samples)
{
    float *values_here = later_here ? samples->later : samples->earlier;
    float *values_there = later_here ? samples->earlier : samples->later;
    float fx = (float)here->width / (float)motion->width;
    float fy = (float)here->height / (float)motion->height;
    for (int32_t y = STEP / 2; y < motion->height; y += STEP) {
        ptrdiff_t at = (ptrdiff_t)y * motion->width;
        for (int32_t x = STEP / 2; x < motion->width; x += STEP) {
            float sure = (float)way->sure[at + x] / 255;
            float px = ((float)x + 0.5f) * fx - 0.5f, py = ((float)y + 0.5f) * fy - 0.5f;
            float dx = (float)way->dx[at + x] / FTH_MOTION_STEPS;
            float dy = (float)way->dy[at + x] / FTH_MOTION_STEPS;
            size_t i = samples->count++;
            values_here[i] = sample(here, px, py);
            values_there[i] = sample(there, px + dx * fx, py + dy * fy);
            samples->weight[i] = samples->believed[i] = sure * sure + 1e-4f;
        }
    }
}

/* Both ways: sampling between pixels takes spread from what is sampled there, and must take as much
 * from either, or every pair would be off to the same side. */
static enum fth_status gather(const struct fth_work *work, const struct fth_grid *earlier,
                              const struct fth_grid *later, const struct fth_motion *motion,
                              struct samples *samples, struct fth_error *error)
{
    size_t room = 2 * ((size_t)motion->width / STEP + 1) * ((size_t)motion->height / STEP + 1);
    float *values = fth_arena_take(work->arena, room, 5 * sizeof(float));
    if (!values)
        return fth_fail_memory(error, room * 5 * sizeof(float), "scratch");
    *samples = (struct samples){values, values + room, values + 2 * room, values + 3 * room,
                                values + 4 * room, 0};
    gather_way(motion, &motion->back, later, earlier, true, samples);
    gather_way(motion, &motion->forth, earlier, later, false, samples);
    return FTH_OK;
}

/* Samples that count, and the variance of their values. */
struct moments {
    double weight, variance;
};

/* Means and spreads under the weights. */
static struct moments take_moments(const struct samples *s, struct fth_align_pair *pair)
{
    double w = 0, a = 0, b = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < s->count; i++) {
        w += s->weight[i];
        a += (double)s->weight[i] * s->earlier[i];
        b += (double)s->weight[i] * s->later[i];
    }
    a /= w;
    b /= w;
    for (size_t i = 0; i < s->count; i++) {
        double da = s->earlier[i] - a, db = s->later[i] - b;
        aa += s->weight[i] * da * da;
        bb += s->weight[i] * db * db;
    }
    pair->earlier_mean = a;
    pair->later_mean = b;
    double ratio = aa > 1e-9 * w && bb > 1e-9 * w ? 0.5 * log(aa / bb) : 0;
    pair->ratio = fmin(fmax(ratio, -0.7), 0.7);
    return (struct moments){w, 0.5 * (aa + bb) / w};
}

/* Takes the say from what does not fit: things that moved otherwise, or were seen otherwise, and
 * the rims of things. What is off by three times the median, which is returned, counts a
 * quarter. */
static double doubt(const struct samples *s, const struct fth_align_pair *pair)
{
    float scale = (float)exp(pair->ratio), b = (float)pair->later_mean;
    float a = (float)pair->earlier_mean;
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++) {
        float off = scale * (s->later[i] - b) - (s->earlier[i] - a);
        s->weight[i] = fabsf(off);
        if (s->believed[i] > believed_least)
            s->sorted[count++] = fabsf(off);
    }
    double median = count ? fth_median(s->sorted, count) : 1;
    float unit = 1 / (float)fmax(3 * median, 1e-5);
    for (size_t i = 0; i < s->count; i++) {
        float off = s->weight[i] * unit, fits = 1 / (1 + off * off);
        s->weight[i] = s->believed[i] * fits * fits;
    }
    return median;
}

/* By the variance that the ratio of two spreads has when the values are off by so much, and samples
 * near each other err together; no pair is surer than `surest`. At most 1. */
static double weigh(const struct moments *moments, double off)
{
    enum { TOGETHER = 16 };
    double free_count = moments->weight / TOGETHER + 1e-9;
    double variance = 2.2 * off * off / (free_count * (moments->variance + 1e-9));
    return surest * surest / (variance + surest * surest);
}

enum fth_status fth_align_compare(const struct fth_work *work, const struct fth_grid *earlier,
                                  const struct fth_grid *later, const struct fth_motion *motion,
                                  struct fth_align_pair *pair, struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    struct samples samples = {0};
    struct moments moments = {0};
    double off = 0;
    enum fth_status status = gather(work, earlier, later, motion, &samples, error);
    for (int round = 0; round < ROUNDS && status == FTH_OK; round++) {
        if (round)
            off = doubt(&samples, pair);
        moments = take_moments(&samples, pair);
    }
    pair->weight = weigh(&moments, off);
    fth_arena_return(work->arena, mark);
    return status;
}

/* ---- all pairs */

/* A symmetric system of narrow band: row i holds what couples it with i, i + 1, ... */
struct band {
    size_t count;
    double (*rows)[FTH_ALIGN_REACH + 1];
    double *right;
};

static void band_clear(struct band *band)
{
    memset(band->rows, 0, band->count * sizeof(*band->rows));
    memset(band->right, 0, band->count * sizeof(*band->right));
}

/* The wish that x[later] - x[earlier] = value. */
static void band_add_pair(struct band *band, const struct fth_align_pair *pair, double value,
                          double weight)
{
    band->rows[pair->earlier][0] += weight;
    band->rows[pair->later][0] += weight;
    band->rows[pair->earlier][pair->later - pair->earlier] -= weight;
    band->right[pair->earlier] -= weight * value;
    band->right[pair->later] += weight * value;
}

/* Cholesky's, in place; the solution ends in band->right. */
static void band_solve(struct band *band)
{
    enum { REACH = FTH_ALIGN_REACH };
    size_t n = band->count;
    for (size_t i = 0; i < n; i++) {
        double *row = band->rows[i], root = sqrt(fmax(row[0], 1e-300));
        for (size_t k = 0; k <= REACH; k++)
            row[k] /= root;
        band->right[i] /= root;
        for (size_t k = 1; k <= REACH && i + k < n; k++) {
            for (size_t l = k; l <= REACH; l++)
                band->rows[i + k][l - k] -= row[k] * row[l];
            band->right[i + k] -= row[k] * band->right[i];
        }
    }
    for (size_t i = n; i-- > 0;) {
        double sum = band->right[i];
        for (size_t k = 1; k <= REACH && i + k < n; k++)
            sum -= band->rows[i][k] * band->right[i + k];
        band->right[i] = sum / band->rows[i][0];
    }
}

static double robust(double off)
{
    return 1 / (1 + off * off / (off_least * off_least));
}

/* Logarithms of scales; their mean is taken out, so that the shot keeps its size. */
static void solve_scales(struct band *band, const struct fth_align_pair *pairs, size_t pair_count,
                         double *logs)
{
    for (int round = 0; round < ROUNDS; round++) {
        double mean = 0;
        band_clear(band);
        for (size_t i = 0; i < band->count; i++)
            band->rows[i][0] = own_weight;
        for (size_t p = 0; p < pair_count; p++) {
            const struct fth_align_pair *pair = &pairs[p];
            double off = round ? logs[pair->later] - logs[pair->earlier] - pair->ratio : 0;
            band_add_pair(band, pair, pair->ratio, pair->weight * robust(off));
        }
        band_solve(band);
        for (size_t i = 0; i < band->count; i++)
            mean += band->right[i] / (double)band->count;
        for (size_t i = 0; i < band->count; i++)
            logs[i] = band->right[i] - mean;
    }
}

static void solve_shifts(struct band *band, const struct fth_align_pair *pairs, size_t pair_count,
                         const double *scale, double *shift)
{
    for (int round = 0; round < ROUNDS; round++) {
        band_clear(band);
        for (size_t i = 0; i < band->count; i++) {
            /* scaled about the middle of 0..1 when nobody else has a say */
            band->rows[i][0] = own_weight;
            band->right[i] = own_weight * 0.5 * (1 - scale[i]);
        }
        for (size_t p = 0; p < pair_count; p++) {
            const struct fth_align_pair *pair = &pairs[p];
            double wish = scale[pair->earlier] * pair->earlier_mean -
                          scale[pair->later] * pair->later_mean;
            double off = round ? shift[pair->later] - shift[pair->earlier] - wish : 0;
            band_add_pair(band, pair, wish, pair->weight * robust(off));
        }
        band_solve(band);
        memcpy(shift, band->right, band->count * sizeof(*shift));
    }
}

enum fth_status fth_align_solve(struct fth_align_pair *pairs, size_t pair_count, size_t count,
                                double *scale, double *shift, struct fth_error *error)
{
    struct band band = {count, fth_alloc(count, sizeof(*band.rows)),
                        fth_alloc(count, sizeof(*band.right))};
    enum fth_status status = FTH_OK;
    if (band.rows && band.right) {
        solve_scales(&band, pairs, pair_count, scale);
        for (size_t i = 0; i < count; i++)
            scale[i] = exp(scale[i]);
        solve_shifts(&band, pairs, pair_count, scale, shift);
    } else {
        status = fth_fail_memory(error, count * sizeof(*band.rows), "the frames of a shot");
    }
    fth_free(band.rows);
    fth_free(band.right);
    return status;
}
