/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the pixel operations, with the goals of the page on speed. Sizes are smaller than there
 * where a peer would take minutes. */
#include "bench.h"

#include <math.h>

#include "node/node.h"
#include "ops/blur.h"
#include "ops/guided.h"
#include "ops/kernels.h"
#include "ops/morph.h"
#include "ops/resize.h"

/* ---- what rows work on */

static enum fth_status new_grids(struct bench_case *c, struct fth_grid *grids, int count,
                                 struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = 0; i < count && status == FTH_OK; i++)
        status = fth_grid_new(c->work.arena, c->row->width, c->row->height, &grids[i], error);
    return status;
}

/* Waves and noise, 0..1, everywhere above 0. */
static void fill(const struct fth_grid *grid, uint32_t seed)
{
    uint32_t state = seed * 7919 + 1;
    for (int32_t y = 0; y < grid->height; y++)
        for (int32_t x = 0; x < grid->width; x++) {
            state = state * 1664525u + 1013904223u;
            float wave = sinf(0.02f * (float)x + (float)seed) * cosf(0.03f * (float)y);
            fth_grid_row(grid, y)[x] =
                0.5f + 0.35f * wave + 0.1f * ((float)(state >> 8) / 16777216.0f);
        }
}

/* Sources of as many planes as the row says, times `sources`, and one set of results. */
static enum fth_status make_planes(struct bench_case *c, int sources, struct fth_error *error)
{
    enum fth_status status = new_grids(c, c->in, sources * c->row->planes, error);
    if (status == FTH_OK)
        status = new_grids(c, c->out, c->row->planes, error);
    for (int i = 0; i < sources * c->row->planes && status == FTH_OK; i++)
        fill(&c->in[i], (uint32_t)i);
    return status;
}

static enum fth_status make_one(struct bench_case *c, struct fth_error *error)
{
    return make_planes(c, 1, error);
}

static enum fth_status make_two(struct bench_case *c, struct fth_error *error)
{
    return make_planes(c, 2, error);
}

/* Runs once for each plane. */
#define EACH_PLANE(name, call)                                                                     \
    static enum fth_status name(struct bench_case *c, struct fth_error *error)                     \
    {                                                                                              \
        enum fth_status status = FTH_OK;                                                           \
        for (int p = 0; p < c->row->planes && status == FTH_OK; p++) {                             \
            const struct fth_grid *src = &c->in[p], *dst = &c->out[p];                             \
            status = call;                                                                         \
        }                                                                                          \
        return status;                                                                             \
    }

/* ---- blurs */

static enum fth_status make_step(struct bench_case *c, struct fth_error *error)
{
    enum fth_status status = make_planes(c, 1, error);
    for (int p = 0; p < c->row->planes && status == FTH_OK; p++)
        for (int32_t y = 0; y < c->row->height; y++)
            for (int32_t x = 0; x < c->row->width; x++)
                fth_grid_row(&c->in[p], y)[x] = x >= c->row->width / 2;
    return status;
}

/* Largest difference from the exact kernel (to 8 sigma) at a step, in the middle row. */
static double error_of_step(const struct bench_case *c)
{
    double sigma = c->row->number, total = 0, most = 0;
    int32_t reach = (int32_t)ceil(8 * sigma), middle = c->row->width / 2;
    const float *row = fth_grid_row(&c->out[0], c->row->height / 2);
    for (int32_t i = -reach; i <= reach; i++)
        total += exp(-0.5 * i * i / (sigma * sigma));
    for (int32_t x = 0; x < c->row->width; x++) {
        double sum = 0; /* of the kernel's part that lies on ones */
        for (int32_t i = FTH_MAX(middle - x, -reach); i <= reach; i++)
            sum += exp(-0.5 * i * i / (sigma * sigma));
        most = fmax(most, fabs(sum / total - (double)row[x]));
    }
    return most;
}

EACH_PLANE(run_gaussian, fth_blur_gaussian(&c->work, src, dst, c->row->number, c->row->number,
                                           FTH_BORDER_REPEAT, error))
EACH_PLANE(run_box, fth_blur_box(&c->work, src, dst, (int32_t)c->row->number, FTH_BORDER_REFLECT,
                                 error))
static const struct bench_kind gaussian = {"gaussian", make_step, run_gaussian, error_of_step,
                                           NULL, NULL};
static const struct bench_kind box = {"box", make_one, run_box, NULL, NULL, NULL};

/* ---- morphology, guided filter, resampling */

EACH_PLANE(run_dilate, fth_dilate_rect(&c->work, src, dst, (int32_t)c->row->number,
                                       (int32_t)c->row->number, error))
EACH_PLANE(run_disc, fth_grow_disc(&c->work, src, dst, c->row->number, error))
static const struct bench_kind dilate = {"dilate rectangle", make_one, run_dilate, NULL, NULL,
                                         NULL};
static const struct bench_kind disc = {"dilate disc", make_one, run_disc, NULL, NULL, NULL};

static enum fth_status make_guided(struct bench_case *c, struct fth_error *error)
{
    enum fth_status status = new_grids(c, c->in, 4, error);
    if (status == FTH_OK)
        status = new_grids(c, c->out, 1, error);
    for (int i = 0; i < 4 && status == FTH_OK; i++)
        fill(&c->in[i], (uint32_t)i);
    return status;
}

static enum fth_status run_guided_grey(struct bench_case *c, struct fth_error *error)
{
    return fth_guided_grey(&c->work, &c->in[0], &c->in[3], NULL, &c->out[0],
                           (int32_t)c->row->number, 1e-3, error);
}

static enum fth_status run_guided_colour(struct bench_case *c, struct fth_error *error)
{
    return fth_guided_colour(&c->work, c->in, &c->in[3], NULL, c->in, &c->out[0],
                             (int32_t)c->row->number, 1e-3, error);
}

/* in: guide; out: the result, the small guide and the small map */
static enum fth_status make_upsampling(struct bench_case *c, struct fth_error *error)
{
    enum fth_status status = make_guided(c, error);
    for (int i = 1; i < 5 && status == FTH_OK; i++) {
        status = fth_grid_new(c->work.arena, c->row->width / 2, c->row->height / 2, &c->out[i],
                              error);
        if (status == FTH_OK)
            status = fth_resize_area(&c->work, &c->in[i - 1], &c->out[i], error);
    }
    return status;
}

static enum fth_status run_upsampling(struct bench_case *c, struct fth_error *error)
{
    return fth_guided_colour(&c->work, &c->out[1], &c->out[4], NULL, c->in, &c->out[0],
                             (int32_t)c->row->number, 1e-3, error);
}

static const struct bench_kind guided_grey = {"guided grey", make_guided, run_guided_grey, NULL,
                                              NULL, NULL};
static const struct bench_kind guided_colour = {"guided colour", make_guided, run_guided_colour,
                                                NULL, NULL, NULL};
static const struct bench_kind upsampling = {"guided upsampling", make_upsampling, run_upsampling,
                                             NULL, NULL, NULL};

/* number: by how much; the row's size is the larger one */
static enum fth_status make_resize(struct bench_case *c, struct fth_error *error)
{
    int32_t by = (int32_t)c->row->number;
    enum fth_status status = make_planes(c, 1, error);
    if (status == FTH_OK)
        status = fth_grid_new(c->work.arena, c->row->width / by, c->row->height / by, &c->out[1],
                              error);
    return status == FTH_OK ? fth_resize_area(&c->work, &c->in[0], &c->out[1], error) : status;
}

static enum fth_status run_area(struct bench_case *c, struct fth_error *error)
{
    return fth_resize_area(&c->work, &c->in[0], &c->out[1], error);
}

static enum fth_status run_bilinear(struct bench_case *c, struct fth_error *error)
{
    return fth_resize_bilinear(&c->work, &c->out[1], &c->out[0], error);
}

static const struct bench_kind area = {"resize area", make_resize, run_area, NULL, NULL, NULL};
static const struct bench_kind bilinear = {"resize bilinear", make_resize, run_bilinear, NULL,
                                           NULL, NULL};

/* ---- point operations: a kernel on every row of every plane */

struct point {
    struct bench_case *c;
    void (*row)(const struct bench_case *c, int plane, int32_t y);
};

static void point_rows(void *context, int32_t y0, int32_t y1)
{
    const struct point *point = context;
    for (int p = 0; p < point->c->row->planes; p++) /* plane by plane, as nodes do it */
        for (int32_t y = y0; y < y1; y++)
            point->row(point->c, p, y);
}

#define ROW_RUN(name)                                                                              \
    static enum fth_status run_##name(struct bench_case *c, struct fth_error *error)               \
    {                                                                                              \
        struct point point = {c, name##_row};                                                      \
        (void)error;                                                                               \
        return fth_rows_run(&c->work, c->row->height, 16, point_rows, &point);                     \
    }

#define POINT(name, call)                                                                          \
    static void name##_row(const struct bench_case *c, int p, int32_t y)                           \
    {                                                                                              \
        const struct fth_kernels *k = fth_kernels();                                               \
        float *dst = fth_grid_row(&c->out[p], y);                                                  \
        const float *a = fth_grid_row(&c->in[p], y);                                               \
        size_t n = (size_t)c->row->width;                                                          \
        call;                                                                                      \
    }                                                                                              \
    ROW_RUN(name)

/* As chains of nodes make what is larger than the caches: a piece at a time in a core's first
 * cache, and from there past the caches while what comes is fetched. */
enum { PIECE = FTH_PIECE };

static const float *ahead_of(const float *row, int rows)
{
    return fth_row_ahead(row, fth_ahead(rows));
}

#define PIECES(name, call, put)                                                                    \
    static void name##_row(const struct bench_case *c, int p, int32_t y)                           \
    {                                                                                              \
        const struct fth_kernels *k = fth_kernels();                                               \
        _Alignas(64) float dst[PIECE];                                                             \
        for (int32_t x = 0; x < c->row->width; x += PIECE) {                                       \
            const float *a = fth_grid_row(&c->in[p], y) + x;                                       \
            size_t n = (size_t)FTH_MIN(c->row->width - x, PIECE);                                  \
            call;                                                                                  \
            put;                                                                                   \
        }                                                                                          \
    }                                                                                              \
    ROW_RUN(name)
#define TO fth_grid_row(&c->out[p], y) + x
#define PUT k->stream_fetch(TO, dst, ahead_of(a, 1), n)

#define SECOND fth_grid_row(&c->in[p + c->row->planes], y)
/* As the node merges: the channels beside each other, a few lines of memory at a time. */
static void over_rows(void *context, int32_t y0, int32_t y1)
{
    enum { BESIDE = 8 * FTH_LINE };
    const struct bench_case *c = context;
    for (int32_t y = y0; y < y1; y++)
        for (int32_t x = 0; x < c->row->width; x += BESIDE)
            for (int p = 0; p < 4; p++)
                fth_kernels()->over_stream(fth_grid_row(&c->out[p], y) + x,
                                           fth_grid_row(&c->in[p], y) + x, SECOND + x,
                                           fth_grid_row(&c->in[3], y) + x,
                                           (size_t)FTH_MIN(c->row->width - x, BESIDE));
}

static enum fth_status run_over(struct bench_case *c, struct fth_error *error)
{
    (void)error;
    return fth_rows_run(&c->work, c->row->height, 16, over_rows, c);
}

PIECES(absdiff, fth_fetch(ahead_of(SECOND + x, 2), n); k->absdiff(dst, a, SECOND + x, n), PUT)
PIECES(levels, k->levels(dst, a, 0.1f, 0.9f, 1, n), PUT)
PIECES(isolate, k->isolate(dst, a, 0.5f, 0.1f, 0.1f, n), PUT)
POINT(gamma, k->power(dst, a, (float)c->row->number, n))
/* Bytes lie close, as in a frame of 8 bits. */
#define BYTES(grid) ((uint8_t *)(grid).data + (size_t)y * (size_t)c->row->width)
POINT(to_u8, k->to_u8(BYTES(c->out[p]), a, 255, n); (void)dst)
PIECES(from_u8, k->from_u8(dst, BYTES(c->in[p]) + x, 1 / 255.0f, n); (void)a,
       k->stream(TO, dst, n))

static double error_of_gamma(const struct bench_case *c)
{
    double most = 0, exponent = (double)(float)c->row->number;
    for (int32_t x = 0; x < c->row->width; x++) {
        double exact = pow((double)c->in[0].data[x], exponent);
        most = fmax(most, fabs((double)c->out[0].data[x] / exact - 1));
    }
    return most;
}

/* The three planes of a piece are made beside each other. */
static void stream_three(const struct bench_case *c, float work[3][PIECE], int32_t x, int32_t y,
                         size_t n)
{
    for (int i = 0; i < 3; i++)
        fth_kernels()->stream_fetch(fth_grid_row(&c->out[i], y) + x, work[i],
                                    ahead_of(fth_grid_row(&c->in[i], y) + x, 3), n);
}

static void yuv_rows(void *context, int32_t y0, int32_t y1)
{
    const struct bench_case *c = context;
    static const float weights[8] = {.2126f, .7152f, .0722f, .858f, .063f, .47f, .56f, .5f};
    _Alignas(64) float work[3][PIECE];
    float *const yuv[3] = {work[0], work[1], work[2]};
    for (int32_t y = y0; y < y1; y++)
        for (int32_t x = 0; x < c->row->width; x += PIECE) {
            const float *rgb[3];
            size_t n = (size_t)FTH_MIN(c->row->width - x, PIECE);
            for (int i = 0; i < 3; i++)
                rgb[i] = fth_grid_row(&c->in[i], y) + x;
            fth_kernels()->to_yuv(yuv, rgb, weights, n);
            stream_three(c, work, x, y, n);
        }
}

static enum fth_status run_to_yuv(struct bench_case *c, struct fth_error *error)
{
    (void)error;
    return fth_rows_run(&c->work, c->row->height, 16, yuv_rows, c);
}

/* in: the shot's colours, then the plate's; out: alpha, and the colours times it */
static enum fth_status make_key(struct bench_case *c, struct fth_error *error)
{
    enum fth_status status = make_two(c, error);
    return status == FTH_OK ? new_grids(c, &c->out[3], 1, error) : status;
}

static void key_piece(const struct bench_case *c, float *matte, int32_t x, int32_t y, size_t n)
{
    static const float range[2] = {0.05f, 0.2f};
    const float *front[3], *back[3];
    for (int i = 0; i < 3; i++) {
        front[i] = fth_grid_row(&c->in[i], y) + x;
        back[i] = fth_grid_row(&c->in[i + 3], y) + x;
    }
    fth_kernels()->key_max_abs(matte, front, back, range, n);
    fth_kernels()->stream(fth_grid_row(&c->out[3], y) + x, matte, n);
}

static void key_rows(void *context, int32_t y0, int32_t y1)
{
    const struct bench_case *c = context;
    _Alignas(64) float matte[PIECE];
    for (int32_t y = y0; y < y1; y++)
        for (int32_t x = 0; x < c->row->width; x += PIECE)
            key_piece(c, matte, x, y, (size_t)FTH_MIN(c->row->width - x, PIECE));
}

static void cut_rows(void *context, int32_t y0, int32_t y1)
{
    const struct bench_case *c = context;
    _Alignas(64) float matte[PIECE], work[3][PIECE];
    for (int32_t y = y0; y < y1; y++)
        for (int32_t x = 0; x < c->row->width; x += PIECE) {
            size_t n = (size_t)FTH_MIN(c->row->width - x, PIECE);
            key_piece(c, matte, x, y, n);
            for (int i = 0; i < 3; i++)
                fth_kernels()->cut(work[i], fth_grid_row(&c->in[i], y) + x, matte, n);
            stream_three(c, work, x, y, n);
        }
}

static enum fth_status run_key(struct bench_case *c, struct fth_error *error)
{
    (void)error;
    return fth_rows_run(&c->work, c->row->height, 16, key_rows, c);
}

static enum fth_status run_cut(struct bench_case *c, struct fth_error *error)
{
    (void)error;
    return fth_rows_run(&c->work, c->row->height, 16, cut_rows, c);
}

static const struct bench_kind key = {"difference key", make_key, run_key, NULL, NULL, NULL};
static const struct bench_kind cut = {"difference key, multiplied", make_key, run_cut, NULL, NULL,
                                      NULL};
static const struct bench_kind over = {"over", make_two, run_over, NULL, NULL, NULL};
static const struct bench_kind absdiff = {"absdiff", make_two, run_absdiff, NULL, NULL, NULL};
static const struct bench_kind levels = {"levels", make_one, run_levels, NULL, NULL, NULL};
static const struct bench_kind isolate = {"isolation", make_one, run_isolate, NULL, NULL, NULL};
static const struct bench_kind gamma_curve = {"gamma", make_one, run_gamma, error_of_gamma, NULL,
                                              NULL};
static const struct bench_kind to_u8 = {"float to 8 bit", make_one, run_to_u8, NULL, NULL, NULL};
static const struct bench_kind from_u8 = {"8 bit to float", make_one, run_from_u8, NULL, NULL,
                                          NULL};
static const struct bench_kind to_yuv = {"rgb to yuv", make_one, run_to_yuv, NULL, NULL, NULL};

/* ---- the rows */

#define UHD 3840, 2160
#define HD 1920, 1080
/* Of memory bandwidth nine tenths: a unit copies a plane, that is moves two. `moved`: planes read
 * and written. */
#define BANDWIDTH(moved) (-(moved) / 2.0 / 0.9)
/* Milliseconds where a plane of 4K, 66 MB to and fro, is copied in 1.2: 55 GB/s. */
#define KEY_GOAL(ms) (-(ms) / 1.2)

const struct bench_row bench_rows_ops[] = {
    {&gaussian, "sigma 2", 2, UHD, 1, BENCH_WORK, 1 / 1.8, -1e-3, 1, 2},
    {&gaussian, "sigma 10", 10, UHD, 1, BENCH_WORK, 1 / 14.0, -1e-3, 1, 2},
    {&gaussian, "sigma 50", 50, HD, 1, BENCH_WORK, 1 / 100.0, -1e-3, 1, 2},
    {&gaussian, "sigma 200", 200, HD, 1, BENCH_WORK, 1 / 550.0, -1e-3, 1, 2},
    {&gaussian, "sigma 10", 10, UHD, 2, BENCH_WORK, 0, -1e-3, 1, 2},
    {&box, "r 10", 10, UHD, 1, BENCH_WORK, 12 / 23.0, 0, 4, 8},
    {&dilate, "r 1", 1, UHD, 1, BENCH_WORK, 2.5 / 3.4, 0, 1, 2},
    {&dilate, "r 10", 10, UHD, 1, BENCH_WORK, 5 / 8.0, 0, 1, 2},
    {&dilate, "r 50", 50, UHD, 1, BENCH_WORK, 6 / 38.0, 0, 1, 2},
    {&disc, "r 10", 10, UHD, 1, BENCH_WORK, 25 / 60.0, 0, 1, 2},
    {&disc, "r 50", 50, UHD, 1, BENCH_WORK, 100 / 1450.0, 0, 1, 2},
    {&guided_grey, "r 8", 8, UHD, 1, BENCH_WORK, 18 / 92.0, 0, 1, 3},
    {&guided_grey, "r 8", 8, UHD, 2, BENCH_WORK, 11 / 85.0, 0, 1, 3},
    {&guided_colour, "r 8", 8, UHD, 1, BENCH_WORK, 60 / 444.0, 0, 1, 5},
    {&guided_colour, "r 8", 8, UHD, 2, BENCH_WORK, 35 / 269.0, 0, 1, 5},
    {&upsampling, "r 4 from half", 4, UHD, 1, BENCH_MEMORY, -20 / 1.2, 0, 1, 4},
    {&over, "RGBA", 0, UHD, 1, BENCH_MEMORY, BANDWIDTH(12), 0, 4, 12},
    {&absdiff, "RGBA", 0, UHD, 1, BENCH_MEMORY, BANDWIDTH(12), 0, 4, 12},
    {&key, "max_abs", 0, UHD, 1, BENCH_MEMORY, KEY_GOAL(7), 0, 3, 7},
    {&cut, "max_abs", 0, UHD, 1, BENCH_MEMORY, KEY_GOAL(9), 0, 3, 10},
    {&levels, "RGBA", 0, UHD, 1, BENCH_MEMORY, BANDWIDTH(8), 0, 4, 8},
    {&isolate, "one plane", 0, UHD, 1, BENCH_MEMORY, BANDWIDTH(2), 0, 1, 2},
    {&gamma_curve, "1 / 2.4", 1 / 2.4, UHD, 1, BENCH_WORK, 8 / 50.0, -1e-6, 4, 8},
    {&to_yuv, "Rec.709", 0, UHD, 1, BENCH_MEMORY, BANDWIDTH(6), 0, 3, 6},
    {&to_u8, "one plane", 0, UHD, 1, BENCH_MEMORY, 1, 0, 1, 0},
    {&from_u8, "one plane", 0, UHD, 1, BENCH_MEMORY, 1, 0, 1, 0},
    {&area, "to a half", 2, UHD, 1, BENCH_WORK, 1, 0, 1, 0},
    {&area, "to a third", 3, UHD, 1, BENCH_WORK, 1, 0, 1, 0},
    {&bilinear, "by three", 3, UHD, 1, BENCH_WORK, 1, 0, 1, 0},
    {NULL, NULL, 0, 0, 0, 0, BENCH_WORK, 0, 0, 0, 0}};
