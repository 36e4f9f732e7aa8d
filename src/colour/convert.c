/* SPDX-License-Identifier: Apache-2.0 */
/* What two spaces come to is counted once in doubles; rows then go through the kernels in pieces
 * that stay in the first cache from one to the next. */
#include "colour/convert.h"

#include <math.h>
#include <string.h>

#include "base/compiler.h"
#include "ops/kernels.h"

enum { PIECE = 1024 };

#define REFERENCE_WHITE 203.0f /* nits */
#define HLG_PEAK 1000.0f
#define PQ_PEAK 10000.0f
#define KNEE 0.9
#define OPEN_PEAK 100.0 /* of light that has no brightest code: what Intermediate holds */
#define ROUNDING 1e-4   /* of published primaries: P3 is as good as within P3 */

/* the gamut of `inner` lies in that of `outer` */
static bool gamut_fits(enum fth_colour_space inner, enum fth_colour_space outer)
{
    double matrix[9];
    fth_space_matrix(inner, outer, matrix);
    for (int i = 0; i < 9; i++) {
        if (matrix[i] < -ROUNDING)
            return false;
    }
    return true;
}

/* bend = ln(1 + bend span) has one solution above 0, which Newton's steps reach from above. */
static double bend_for(double span)
{
    double bend = 2 + log(1 + span) * 2;
    for (int i = 0; i < 60; i++)
        bend -= (bend - log(1 + bend * span)) / (1 - span / (1 + bend * span));
    return bend;
}

static void make_shoulder(double peak, double to_peak, struct fth_conversion *conversion)
{
    double knee = KNEE * to_peak, room = to_peak - knee, span = (peak - knee) / room;
    conversion->bends = true;
    conversion->shoulder = (struct fth_shoulder){(float)knee, (float)room, (float)bend_for(span),
                                                 (float)(peak - knee)};
}

void fth_conversion_make(enum fth_colour_space from, enum fth_colour_space to,
                         const struct fth_conversion_options *options,
                         struct fth_conversion *conversion)
{
    double matrix[9], xyz[9];
    enum fth_colour_space fits = fth_colour_is_known(options->fits) ? options->fits : from;
    struct fth_curve_form made;
    *conversion = (struct fth_conversion){.is_same = from == to};
    fth_space_curve(from, &conversion->from);
    fth_space_curve(to, &conversion->to);
    fth_space_curve(fits, &made);
    fth_space_matrix(from, to, matrix);
    fth_space_to_xyz(to, xyz);
    for (int i = 0; i < 9; i++) {
        conversion->matrix[i] = (float)matrix[i];
        conversion->mixes = conversion->mixes || matrix[i] != (i % 4 == 0);
    }
    for (int i = 0; i < 3; i++)
        conversion->weights[i] = (float)xyz[3 + i];
    if (!conversion->to.is_display || conversion->is_same)
        return;
    conversion->draws_in = options->map_gamut && !gamut_fits(fits, to);
    double peak = made.peak > 0 ? made.peak : OPEN_PEAK;
    if (options->map_tones && peak > conversion->to.peak * (1 + ROUNDING))
        make_shoulder(peak, conversion->to.peak, conversion);
}

/* HLG's light of a display from that of the scene, (r, g, b) Y^0.2, or back (BT.2100). Below a
 * millionth Y counts as it, so that black comes back from a power below 0. */
static void system_gamma(float *const rgb[3], float exponent, float least, size_t n)
{
    const struct fth_kernels *k = fth_kernels();
    float luma[PIECE];
    for (size_t i = 0; i < n; i++) {
        float y = fabsf(0.2627f * rgb[0][i] + 0.6780f * rgb[1][i] + 0.0593f * rgb[2][i]);
        luma[i] = y > least ? y : least;
    }
    k->power_exact(luma, luma, exponent, n);
    for (int c = 0; c < 3; c++)
        k->multiply(rgb[c], rgb[c], luma, n);
}

static void scale(float *const rgb[3], float by, size_t n)
{
    for (int c = 0; c < 3; c++)
        fth_kernels()->scale_offset(rgb[c], rgb[c], by, 0, n);
}

static void decode_gamma(const struct fth_gamma_curve *gamma, float *row, size_t n)
{
    const struct fth_kernels *k = fth_kernels();
    if (gamma->cut < 0)
        k->power(row, row, gamma->decode, n);
    else
        k->gamma_decode(row, row, gamma, n);
}

static void encode_gamma(const struct fth_gamma_curve *gamma, float *row, size_t n)
{
    const struct fth_kernels *k = fth_kernels();
    if (gamma->cut < 0)
        k->power(row, row, gamma->encode, n);
    else
        k->gamma_encode(row, row, gamma, n);
}

static void decode_piece(const struct fth_curve_form *form, float *const rgb[3], size_t n)
{
    const struct fth_kernels *k = fth_kernels();
    for (int c = 0; c < 3; c++) {
        switch (form->kind) {
        case FTH_CURVE_LINEAR: break;
        case FTH_CURVE_LOG: k->log_decode(rgb[c], rgb[c], &form->log, n); break;
        case FTH_CURVE_GAMMA: decode_gamma(&form->gamma, rgb[c], n); break;
        case FTH_CURVE_PQ: k->pq_decode(rgb[c], rgb[c], n); break;
        case FTH_CURVE_HLG: k->hlg_decode(rgb[c], rgb[c], n); break;
        }
    }
    if (form->kind == FTH_CURVE_PQ)
        scale(rgb, PQ_PEAK / REFERENCE_WHITE, n);
    if (form->kind == FTH_CURVE_HLG) {
        system_gamma(rgb, 0.2f, 1e-6f, n);
        scale(rgb, HLG_PEAK / REFERENCE_WHITE, n);
    }
}

static void encode_piece(const struct fth_curve_form *form, float *const rgb[3], size_t n)
{
    const struct fth_kernels *k = fth_kernels();
    if (form->kind == FTH_CURVE_PQ)
        scale(rgb, REFERENCE_WHITE / PQ_PEAK, n);
    if (form->kind == FTH_CURVE_HLG) {
        scale(rgb, REFERENCE_WHITE / HLG_PEAK, n);
        system_gamma(rgb, -1 / 6.0f, 6.30957344e-8f, n); /* 1e-6^1.2 */
    }
    for (int c = 0; c < 3; c++) {
        switch (form->kind) {
        case FTH_CURVE_LINEAR: break;
        case FTH_CURVE_LOG: k->log_encode(rgb[c], rgb[c], &form->log, n); break;
        case FTH_CURVE_GAMMA: encode_gamma(&form->gamma, rgb[c], n); break;
        case FTH_CURVE_PQ: k->pq_encode(rgb[c], rgb[c], n); break;
        case FTH_CURVE_HLG: k->hlg_encode(rgb[c], rgb[c], n); break;
        }
    }
}

static void convert_piece(const struct fth_conversion *conversion, float *const rgb[3], size_t n)
{
    const struct fth_kernels *k = fth_kernels();
    decode_piece(&conversion->from, rgb, n);
    if (conversion->mixes)
        k->matrix(rgb[0], rgb[1], rgb[2], conversion->matrix, n);
    if (conversion->draws_in)
        k->draw_in(rgb[0], rgb[1], rgb[2], conversion->weights, n);
    if (conversion->bends)
        k->shoulder(rgb[0], rgb[1], rgb[2], &conversion->shoulder, n);
    encode_piece(&conversion->to, rgb, n);
}

void fth_conversion_rows(const struct fth_conversion *conversion, float *const rgb[3], size_t n)
{
    for (size_t at = 0; at < n && !conversion->is_same; at += PIECE)
        convert_piece(conversion, (float *[3]){rgb[0] + at, rgb[1] + at, rgb[2] + at},
                      FTH_MIN(n - at, (size_t)PIECE));
}

void fth_curve_decode(const struct fth_curve_form *form, float *const rgb[3], size_t n)
{
    for (size_t at = 0; at < n; at += PIECE)
        decode_piece(form, (float *[3]){rgb[0] + at, rgb[1] + at, rgb[2] + at},
                     FTH_MIN(n - at, (size_t)PIECE));
}

void fth_curve_encode(const struct fth_curve_form *form, float *const rgb[3], size_t n)
{
    for (size_t at = 0; at < n; at += PIECE)
        encode_piece(form, (float *[3]){rgb[0] + at, rgb[1] + at, rgb[2] + at},
                     FTH_MIN(n - at, (size_t)PIECE));
}
