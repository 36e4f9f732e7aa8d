/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes are filters along rows, then along columns (strips.h), one after the other as running sums;
 * so is the kept Gaussian, a direct sum while narrow and Deriche's recursion above that. */
#include "ops/blur.h"

#include <math.h>
#include <string.h>

#include "base/limits.h"
#include "ops/box.h"
#include "ops/gaussian.h"
#include "ops/math.h"
#include "ops/strips.h"

/* Up to here the direct kernel is as fast as the recursion, and it has no negative lobe. */
enum { LARGEST_DIRECT_SIGMA = 4, MOST_PASSES = 64 };

/* ---- boxes ---- */

struct boxes {
    const struct fth_kernels *kernels;
    struct fth_box box;
    int passes;
};

/* Each pass is shorter than the one before by the reach of a box on either side. */
static void run_boxes(const void *context, const struct fth_strip *strip)
{
    const struct boxes *boxes = context;
    size_t reach = fth_box_reach(&boxes->box), n = (size_t)strip->n;
    size_t left = reach * (size_t)boxes->passes;
    const float *src = strip->src - left * FTH_LANES;
    float *spare[2] = {strip->scratch, (float *)strip->scratch + (n + 2 * left) * FTH_LANES};
    for (int pass = 1; pass <= boxes->passes; pass++) {
        left -= reach;
        float *dst = pass == boxes->passes ? strip->dst : spare[pass & 1];
        boxes->kernels->box_lanes(dst, src, &boxes->box, n + 2 * left);
        src = dst;
    }
}

/* The extended box of which `passes` have the variance of one box of `radius`: Gwosdek et al. 2011
 * (6.6), with v = 12 sigma^2 / passes so that whole radii come out exactly for one pass. */
static struct fth_box box_of(int passes, double radius)
{
    double width = 2 * radius + 1, v = (width * width - 1) / passes;
    double r = floor((sqrt(v + 1) - 1) / 2), next = r + 1;
    double edge = (2 * r + 1) * (r * (r + 1) - v / 4) / (6 * (v / 12 - next * next));
    return (struct fth_box){(size_t)r, FTH_MAX(edge, 0.0)};
}

static enum fth_status blur_boxes(const struct fth_work *work, const struct fth_grid *src,
                                  const struct fth_grid *dst, enum fth_axis axis,
                                  const struct boxes *boxes, enum fth_border border,
                                  struct fth_error *error)
{
    int32_t pad = (int32_t)fth_box_reach(&boxes->box) * boxes->passes;
    size_t length = (size_t)(axis == FTH_AXIS_X ? src->width : src->height) + 2 * (size_t)pad;
    struct fth_strip_filter filter = {.run = run_boxes, .context = boxes, .pad = pad,
                                      .border = border};
    if (boxes->passes > 1)
        filter.scratch_size = 2 * length * FTH_LANES * sizeof(float);
    return fth_strips_run(work, src, dst, axis, &filter, error);
}

/* ---- Gaussians ---- */

struct direct {
    const struct fth_kernels *kernels;
    double weights[FTH_MOST_RADIUS + 1];
    size_t radius;
};

_Static_assert(4 * LARGEST_DIRECT_SIGMA <= FTH_MOST_RADIUS, "a direct kernel reaches 4 sigma");

static void run_direct(const void *context, const struct fth_strip *strip)
{
    const struct direct *direct = context;
    direct->kernels->symmetric_lanes(strip->dst, strip->src, direct->weights, direct->radius,
                                     (size_t)strip->n);
}

static void fill_direct(struct direct *direct, double sigma)
{
    double sum = 0;
    direct->kernels = fth_kernels();
    direct->radius = (size_t)ceil(4 * sigma);
    for (size_t i = 0; i <= direct->radius; i++) {
        direct->weights[i] = fth_exp(-(double)(i * i) / (2 * sigma * sigma));
        sum += i ? 2 * direct->weights[i] : direct->weights[i];
    }
    for (size_t i = 0; i <= direct->radius; i++)
        direct->weights[i] /= sum;
}

struct recursive {
    const struct fth_kernels *kernels;
    struct fth_recursion recursion;
};

static void run_recursive(const void *context, const struct fth_strip *strip)
{
    const struct recursive *recursive = context;
    recursive->kernels->recursive_lanes(strip->dst, strip->src, strip->scratch,
                                        &recursive->recursion, (size_t)strip->n);
}

/* One of the two damped waves e^(-b k) (p cos w k + q sin w k) as a recursion of second order. As a
 * sum of two sections it stays exact where one of fourth order would lose sigma^4 of precision. */
static void fill_wave(struct fth_recursion_wave *wave, double p, double q, double b, double w)
{
    double decay = fth_exp(-b);
    wave->back[0] = 2 * decay * fth_cos(w);
    wave->back[1] = -decay * decay;
    wave->causal[0] = p;
    wave->causal[1] = decay * (q * fth_sin(w) - p * fth_cos(w));
    wave->anticausal[0] = wave->causal[1] + wave->back[0] * p;
    wave->anticausal[1] = wave->back[1] * p;
}

/* Deriche 1993 (INRIA RR-1893), fourth order, scaled so that its samples sum to 1. */
static void fill_recursive(struct recursive *recursive, double sigma, enum fth_border border)
{
    struct fth_recursion *r = &recursive->recursion;
    recursive->kernels = fth_kernels();
    fill_wave(&r->waves[0], 1.68, 3.735, 1.783 / sigma, .6318 / sigma);
    fill_wave(&r->waves[1], -.6803, -.2598, 1.723 / sigma, 1.997 / sigma);
    double sum = 0;
    for (int i = 0; i < 2; i++) {
        const struct fth_recursion_wave *wave = &r->waves[i];
        sum += (wave->causal[0] + wave->causal[1] + wave->anticausal[0] + wave->anticausal[1]) /
               (1 - wave->back[0] - wave->back[1]);
    }
    for (int i = 0; i < 2; i++) {
        struct fth_recursion_wave *wave = &r->waves[i];
        for (int k = 0; k < 2; k++) {
            wave->causal[k] /= sum;
            wave->anticausal[k] /= sum;
        }
    }
    /* Zeros and a repeated edge need no padding: the recursion starts in the state it would have
     * after endlessly many of them. */
    r->pad = border == FTH_BORDER_REFLECT ? (size_t)ceil(4 * sigma) : 0;
    r->endless = border != FTH_BORDER_ZERO;
}

static enum fth_status blur_gaussian_axis(const struct fth_work *work, const struct fth_grid *src,
                                          const struct fth_grid *dst, enum fth_axis axis,
                                          double sigma, enum fth_border border,
                                          struct fth_error *error)
{
    size_t length = (size_t)(axis == FTH_AXIS_X ? src->width : src->height);
    struct fth_strip_filter filter = {.border = border};
    struct direct direct;
    struct recursive recursive;
    if (sigma <= LARGEST_DIRECT_SIGMA) {
        fill_direct(&direct, sigma);
        filter.run = run_direct;
        filter.context = &direct;
        filter.pad = (int32_t)direct.radius;
    } else {
        fill_recursive(&recursive, sigma, border);
        filter.run = run_recursive;
        filter.context = &recursive;
        filter.pad = (int32_t)recursive.recursion.pad;
        filter.scratch_size = length * FTH_LANES * sizeof(double);
    }
    return fth_strips_run(work, src, dst, axis, &filter, error);
}

/* ---- both axes ---- */

struct filter {
    enum fth_blur_filter kind;
    int passes;
    double size; /* sigma of a Gaussian, else the radius */
    enum fth_border border;
};

static enum fth_status blur_axis(const struct fth_work *work, const struct fth_grid *src,
                                 const struct fth_grid *dst, enum fth_axis axis,
                                 const struct filter *filter, struct fth_error *error)
{
    if (filter->kind == FTH_BLUR_GAUSSIAN)
        return blur_gaussian_axis(work, src, dst, axis, filter->size, filter->border, error);
    struct boxes boxes = {fth_kernels(), box_of(filter->passes, filter->size), filter->passes};
    return blur_boxes(work, src, dst, axis, &boxes, filter->border, error);
}

static enum fth_status blur_axes(const struct fth_work *work, const struct fth_grid *src,
                                 const struct fth_grid *dst, struct filter filter, double size_x,
                                 double size_y, struct fth_error *error)
{
    const struct fth_grid *from = src;
    enum fth_status status = FTH_OK;
    filter.size = size_x;
    if (size_x > 0) {
        status = blur_axis(work, from, dst, FTH_AXIS_X, &filter, error);
        from = dst;
    }
    filter.size = size_y;
    if (status == FTH_OK && size_y > 0) {
        status = blur_axis(work, from, dst, FTH_AXIS_Y, &filter, error);
        from = dst;
    }
    if (status == FTH_OK && from->data != dst->data)
        fth_grid_copy(dst, src);
    return status;
}

/* Also false for NaN. */
static bool is_size(double size)
{
    return size >= 0 && size <= FTH_LIMIT_SIDE;
}

static enum fth_status check_sizes(double x, double y, const char *what, struct fth_error *error)
{
    if (is_size(x) && is_size(y))
        return FTH_OK;
    return fth_fail(error, FTH_ERR_USAGE, "blur: %s %g x %g is not between 0 and %d pixels", what,
                    x, y, FTH_LIMIT_SIDE);
}

static int passes_of(enum fth_blur_filter filter, int passes)
{
    return filter == FTH_BLUR_BOX ? 1 : filter == FTH_BLUR_BARTLETT ? 2 : passes;
}

/* The sigma of a box of this radius. */
static double sigma_of(double radius)
{
    double width = 2 * radius + 1;
    return sqrt((width * width - 1) / 12);
}

enum fth_status fth_blur_box(const struct fth_work *work, const struct fth_grid *src,
                             const struct fth_grid *dst, int32_t radius, enum fth_border border,
                             struct fth_error *error)
{
    return fth_blur(work, src, dst, FTH_BLUR_BOX, 1, radius, radius, border, error);
}

enum fth_status fth_blur(const struct fth_work *work, const struct fth_grid *src,
                         const struct fth_grid *dst, enum fth_blur_filter kind, int passes,
                         double radius_x, double radius_y, enum fth_border border,
                         struct fth_error *error)
{
    if (check_sizes(radius_x, radius_y, "radius", error) != FTH_OK)
        return FTH_ERR_USAGE;
    if (kind == FTH_BLUR_GAUSSIAN)
        return fth_blur_gaussian(work, src, dst, sigma_of(radius_x), sigma_of(radius_y), border,
                                 error);
    struct filter filter = {kind, passes_of(kind, passes), 0, border};
    bool whole = radius_x == floor(radius_x) && radius_y == floor(radius_y);
    if (filter.passes == 1 && whole && radius_x > 0 && radius_y > 0) {
        struct fth_box_mean mean = {{src}, NULL, dst, (int32_t)radius_x, (int32_t)radius_y, border};
        return fth_box_run(work, &mean, error);
    }
    if (filter.passes < 1 || filter.passes > MOST_PASSES)
        return fth_fail(error, FTH_ERR_USAGE, "blur: %d passes; it takes 1 to %d", passes,
                        MOST_PASSES);
    return blur_axes(work, src, dst, filter, radius_x, radius_y, error);
}

enum fth_status fth_blur_gaussian(const struct fth_work *work, const struct fth_grid *src,
                                  const struct fth_grid *dst, double sigma_x, double sigma_y,
                                  enum fth_border border, struct fth_error *error)
{
    const double sigma[2] = {sigma_x, sigma_y};
    if (check_sizes(sigma_x, sigma_y, "sigma", error) != FTH_OK)
        return FTH_ERR_USAGE;
    return fth_gaussian_run(work, src, dst, sigma, border, error);
}

enum fth_status fth_blur_gaussian_kept(const struct fth_work *work, const struct fth_grid *src,
                                       const struct fth_grid *dst, double sigma_x, double sigma_y,
                                       enum fth_border border, struct fth_error *error)
{
    if (check_sizes(sigma_x, sigma_y, "sigma", error) != FTH_OK)
        return FTH_ERR_USAGE;
    struct filter filter = {FTH_BLUR_GAUSSIAN, 1, 0, border};
    return blur_axes(work, src, dst, filter, sigma_x, sigma_y, error);
}

int32_t fth_blur_reach(enum fth_blur_filter filter, int passes, double radius)
{
    if (!(radius > 0) || !is_size(radius))
        return 0;
    if (filter == FTH_BLUR_GAUSSIAN)
        return (int32_t)ceil(4 * sigma_of(radius));
    passes = FTH_MAX(1, FTH_MIN(passes_of(filter, passes), MOST_PASSES));
    struct fth_box box = box_of(passes, radius);
    return (int32_t)fth_box_reach(&box) * passes;
}
