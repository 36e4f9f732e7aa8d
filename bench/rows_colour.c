/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of colour conversions: the grading space of Resolve to an HD monitor, as everybody's
 * transform does it and with our gamut and tone mapping. */
#include "bench.h"

#include <math.h>
#include <string.h>

#include "colour/convert.h"

static enum fth_status make(struct bench_case *c, struct fth_error *error)
{
    uint32_t state = 5;
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        status = fth_grid_new(c->work.arena, c->row->width, c->row->height, &c->in[i], error);
        if (status == FTH_OK)
            status = fth_grid_new(c->work.arena, c->row->width, c->row->height, &c->out[i], error);
        for (int32_t y = 0; y < c->row->height && status == FTH_OK; y++)
            for (int32_t x = 0; x < c->row->width; x++) {
                state = state * 1664525u + 1013904223u;
                fth_grid_row(&c->in[i], y)[x] =
                    0.1f + 0.5f * (float)x / (float)c->row->width +
                    0.1f * (float)(state >> 8) / 16777216.0f;
            }
    }
    return status;
}

static struct fth_conversion conversion_of(bool maps)
{
    struct fth_conversion_options options = {.map_gamut = maps, .map_tones = maps};
    struct fth_conversion conversion;
    fth_conversion_make(FTH_COLOUR_DAVINCI_INTERMEDIATE_WG, FTH_COLOUR_REC709_GAMMA24, &options,
                        &conversion);
    return conversion;
}

struct job {
    const struct bench_case *c;
    struct fth_conversion conversion;
};

static void convert_rows(void *context, int32_t y0, int32_t y1)
{
    enum { PIECE = 1024 }; /* as the node does it */
    const struct job *job = context;
    for (int32_t y = y0; y < y1; y++)
        for (int32_t x = 0; x < job->c->row->width; x += PIECE) {
            size_t n = (size_t)FTH_MIN(job->c->row->width - x, PIECE);
            float *rows[3];
            for (int i = 0; i < 3; i++) {
                rows[i] = fth_grid_row(&job->c->out[i], y) + x;
                memcpy(rows[i], fth_grid_row(&job->c->in[i], y) + x, n * sizeof(float));
            }
            fth_conversion_rows(&job->conversion, rows, n);
        }
}

static enum fth_status run(struct bench_case *c, struct fth_error *error)
{
    struct job job = {c, conversion_of(false)};
    (void)error;
    return fth_rows_run(&c->work, c->row->height, 16, convert_rows, &job);
}

static enum fth_status run_mapped(struct bench_case *c, struct fth_error *error)
{
    struct job job = {c, conversion_of(true)};
    (void)error;
    return fth_rows_run(&c->work, c->row->height, 16, convert_rows, &job);
}

/* Of the first row, against doubles, in light: a matrix is as exact as its largest input, and where
 * little is left of that a curve about black magnifies what is wrong. */
static double error_of(const struct bench_case *c)
{
    double m[9], most = 0;
    fth_space_matrix(FTH_COLOUR_DAVINCI_INTERMEDIATE_WG, FTH_COLOUR_REC709_GAMMA24, m);
    for (int32_t x = 0; x < c->row->width; x++) {
        double light[3], largest = 1e-3;
        for (int i = 0; i < 3; i++)
            light[i] = exp2((double)c->in[i].data[x] / 0.07329248 - 7) - 0.0075;
        for (int i = 0; i < 3; i++)
            largest = fmax(largest, fabs(light[i]));
        for (int i = 0; i < 3; i++) {
            double mixed = m[3 * i] * light[0] + m[3 * i + 1] * light[1] + m[3 * i + 2] * light[2];
            double code = (double)c->out[i].data[x];
            most = fmax(most, fabs(copysign(pow(fabs(code), 2.4), code) - mixed) / largest);
        }
    }
    return most;
}

static const struct bench_kind plain = {"intermediate to rec709", make, run, error_of, NULL, NULL};
static const struct bench_kind mapped = {"the same, mapped", make, run_mapped, NULL, NULL, NULL};

const struct bench_row bench_rows_colour[] = {
    {&plain, "RGB", 0, 3840, 2160, 1, BENCH_WORK, 1 / 6.0, -1e-5, 3, 6},
    {&mapped, "RGB", 0, 3840, 2160, 1, BENCH_WORK, 0, 0, 3, 6},
    {NULL, NULL, 0, 0, 0, 0, BENCH_WORK, 0, 0, 0, 0}};
