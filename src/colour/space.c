/* SPDX-License-Identifier: Apache-2.0 */
/* Constants of the colour spaces, each as its maker publishes it; where one is named after a
 * standard, by the standard. */
#include "colour/space.h"

#include <math.h>
#include <string.h>

#define D65 {0.3127, 0.3290}
#define ACES_WHITE {0.32168, 0.33767}

enum {
    PRIMARIES_REC709, PRIMARIES_P3, PRIMARIES_REC2020, PRIMARIES_DAVINCI_WG, PRIMARIES_AP0,
    PRIMARIES_AP1, PRIMARIES_ARRI_WG3, PRIMARIES_ARRI_WG4, PRIMARIES_SGAMUT3,
    PRIMARIES_SGAMUT3_CINE
};

static const struct fth_primaries_xy primaries[] = {
    [PRIMARIES_REC709] = {{0.64, 0.33}, {0.30, 0.60}, {0.15, 0.06}, D65},
    [PRIMARIES_P3] = {{0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}, D65},
    [PRIMARIES_REC2020] = {{0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}, D65},
    [PRIMARIES_DAVINCI_WG] = {{0.8000, 0.3130}, {0.1682, 0.9877}, {0.0790, -0.1155}, D65},
    [PRIMARIES_AP0] = {{0.73470, 0.26530}, {0, 1}, {0.00010, -0.07700}, ACES_WHITE},
    [PRIMARIES_AP1] = {{0.713, 0.293}, {0.165, 0.830}, {0.128, 0.044}, ACES_WHITE},
    [PRIMARIES_ARRI_WG3] = {{0.6840, 0.3130}, {0.2210, 0.8480}, {0.0861, -0.1020}, D65},
    [PRIMARIES_ARRI_WG4] = {{0.7347, 0.2653}, {0.1424, 0.8576}, {0.0991, -0.0308}, D65},
    [PRIMARIES_SGAMUT3] = {{0.730, 0.280}, {0.140, 0.855}, {0.100, -0.050}, D65},
    [PRIMARIES_SGAMUT3_CINE] = {{0.766, 0.275}, {0.225, 0.800}, {0.089, -0.087}, D65},
};

enum {
    CURVE_LINEAR, CURVE_GAMMA24, CURVE_GAMMA22, CURVE_SRGB, CURVE_REC709, CURVE_REC2020,
    CURVE_PQ, CURVE_HLG, CURVE_DAVINCI_INTERMEDIATE,
    CURVE_ACESCCT, CURVE_LOGC3, CURVE_LOGC4, CURVE_SLOG3
};

static const struct {
    unsigned char primaries, curve;
} spaces[FTH_COLOUR_COUNT] = {
#define COLOUR(name, id, label, primaries, curve, linear, help)                                    \
    [FTH_COLOUR_##name] = {PRIMARIES_##primaries, CURVE_##curve},
#include "image/colours.list.h"
#undef COLOUR
};

/* code = slope log2(gain L + base) + offset above the cut, a line below it */
struct log_constants {
    double gain, base, slope, offset, cut, line_slope, line_offset;
};

static void make_log(struct log_constants c, struct fth_curve_form *form)
{
    struct fth_log_curve *log = &form->log;
    if (c.base != 0) { /* within the logarithm 1 is left: nothing is lost about black */
        c.offset += c.slope * log2(c.base);
        c.gain /= c.base;
        c.base = 1;
    }
    double code_cut = c.slope * log2(c.gain * c.cut + c.base) + c.offset;
    double rate = 1 / c.slope, shift = -c.offset / c.slope, whole = rint(shift);
    uint32_t bits;
    float high = (float)rate;
    memcpy(&bits, &high, sizeof(bits));
    bits &= 0xfffff000; /* its product with 12 bits of a code is exact */
    memcpy(&high, &bits, sizeof(high));
    form->kind = FTH_CURVE_LOG;
    *log = (struct fth_log_curve){
        .scale = (float)c.gain, .shift = (float)c.base, .slope = (float)c.slope,
        .offset = (float)c.offset, .cut = (float)c.cut,
        .line_slope = (float)c.line_slope, .line_offset = (float)c.line_offset,
        .code_cut = (float)code_cut, .code_top = (float)((120 - shift) / rate),
        .rate = (float)rate, .rate_high = high, .rate_low = (float)(rate - (double)high),
        .whole = (float)whole, .rest = (float)(shift - whole),
        .unscale = (float)(1 / c.gain), .line_unslope = (float)(1 / c.line_slope),
    };
    form->peak = (exp2((1 - c.offset) / c.slope) - c.base) / c.gain;
}

/* code = (1 + extra) L^(1/exponent) - extra above the cut */
static void make_gamma(double exponent, double extra, double cut, double line_slope,
                       struct fth_curve_form *form)
{
    form->kind = FTH_CURVE_GAMMA;
    form->gamma = (struct fth_gamma_curve){
        .outer = (float)(1 + extra), .inner = (float)extra, .encode = (float)(1 / exponent),
        .cut = (float)cut, .line_slope = (float)line_slope,
        .scale = (float)(1 / (1 + extra)), .shift = (float)(extra / (1 + extra)),
        .decode = (float)exponent, .code_cut = (float)(cut < 0 ? -1 : cut * line_slope),
        .line_unslope = (float)(1 / line_slope),
    };
    form->peak = 1;
    form->is_display = true;
}

#define LOG2_10 3.3219280948873624

/* ARRI LogC4 specification, 2022 */
static struct log_constants logc4(void)
{
    double a = (262144.0 - 16) / 117.45, b = (1023.0 - 95) / 1023, c = 95.0 / 1023;
    double s = 7 * 0.69314718055994531 * exp2(7 - 14 * c / b) / (a * b);
    double t = (exp2(14 * (-c / b) + 6) - 64) / a;
    return (struct log_constants){a, 64, b / 14, c - 6 * b / 14, t, 1 / s, -t / s};
}

void fth_space_curve(enum fth_colour_space space, struct fth_curve_form *form)
{
    const double log10_slope = 261.5 / 1023 / LOG2_10;
    *form = (struct fth_curve_form){.kind = FTH_CURVE_LINEAR};
    switch (spaces[space].curve) {
    case CURVE_GAMMA24: make_gamma(2.4, 0, -1, 1, form); break;
    case CURVE_GAMMA22: make_gamma(2.2, 0, -1, 1, form); break;
    case CURVE_SRGB: make_gamma(2.4, 0.055, 0.0031308, 12.92, form); break;
    case CURVE_REC709: make_gamma(1 / 0.45, 0.099, 0.018, 4.5, form); break; /* BT.709-6 */
    case CURVE_REC2020: /* where the same two pieces meet smoothly */
        make_gamma(1 / 0.45, 0.09929682680944, 0.018053968510807, 4.5, form);
        break;
    case CURVE_PQ: *form = (struct fth_curve_form){FTH_CURVE_PQ, .peak = 10000.0 / 203,
                                             .is_display = true}; break;
    case CURVE_HLG: *form = (struct fth_curve_form){FTH_CURVE_HLG, .peak = 1000.0 / 203,
                                              .is_display = true}; break;
    case CURVE_DAVINCI_INTERMEDIATE: /* Blackmagic, "Wide Gamut Intermediate" */
        make_log((struct log_constants){1, 0.0075, 0.07329248, 7 * 0.07329248, 0.00262409,
                                        10.44426855, 0}, form);
        break;
    case CURVE_ACESCCT: /* S-2016-001 */
        make_log((struct log_constants){1, 0, 1 / 17.52, 9.72 / 17.52, 0.0078125,
                                        10.5402377416545, 0.0729055341958355}, form);
        break;
    case CURVE_LOGC3: /* ARRI LogC curve, EI 800 */
        make_log((struct log_constants){5.555556, 0.052272, 0.247190 / LOG2_10, 0.385537, 0.010591,
                                        5.367655, 0.092809}, form);
        break;
    case CURVE_LOGC4: make_log(logc4(), form); break;
    case CURVE_SLOG3: /* Sony technical summary: 420/1023 is grey */
        make_log((struct log_constants){1 / 0.19, 0.01 / 0.19, log10_slope, 420.0 / 1023, 0.01125,
                                        (171.2102946929 - 95) / 0.01125 / 1023, 95.0 / 1023}, form);
        break;
    }
}

struct fth_primaries_xy fth_space_primaries(enum fth_colour_space space)
{
    return primaries[spaces[space].primaries];
}

static void primaries_to_xyz(const struct fth_primaries_xy *p, double matrix[9])
{
    const double columns[9] = {p->red.x, p->green.x, p->blue.x,
                               p->red.y, p->green.y, p->blue.y,
                               1 - p->red.x - p->red.y, 1 - p->green.x - p->green.y,
                               1 - p->blue.x - p->blue.y};
    const double white[3] = {p->white.x / p->white.y, 1,
                             (1 - p->white.x - p->white.y) / p->white.y};
    double inverse[9];
    fth_matrix_invert(columns, inverse);
    for (int c = 0; c < 3; c++) { /* all three together make white */
        const double *row = inverse + 3 * c;
        double share = row[0] * white[0] + row[1] * white[1] + row[2] * white[2];
        for (int r = 0; r < 3; r++)
            matrix[3 * r + c] = columns[3 * r + c] * share;
    }
}

void fth_space_to_xyz(enum fth_colour_space space, double matrix[9])
{
    primaries_to_xyz(&primaries[spaces[space].primaries], matrix);
}

void fth_space_matrix(enum fth_colour_space from, enum fth_colour_space to, double matrix[9])
{
    const struct fth_primaries_xy *a = &primaries[spaces[from].primaries];
    const struct fth_primaries_xy *b = &primaries[spaces[to].primaries];
    static const double identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    double to_xyz[9], b_to_xyz[9], from_xyz[9], adapt[9], seen[9];
    if (a == b) {
        memcpy(matrix, identity, sizeof(identity));
        return;
    }
    primaries_to_xyz(a, to_xyz);
    primaries_to_xyz(b, b_to_xyz);
    fth_matrix_invert(b_to_xyz, from_xyz);
    if (a->white.x == b->white.x && a->white.y == b->white.y) {
        fth_matrix_multiply(from_xyz, to_xyz, matrix);
        return;
    }
    fth_matrix_adapt(a->white, b->white, adapt);
    fth_matrix_multiply(adapt, to_xyz, seen);
    fth_matrix_multiply(from_xyz, seen, matrix);
}

enum { UNTAGGED = 2 };

struct fth_tags fth_space_tags(enum fth_colour_space space)
{
    static const uint8_t primaries_codes[] = {[PRIMARIES_REC709] = FTH_PRIMARIES_BT709,
                                              [PRIMARIES_P3] = FTH_PRIMARIES_P3,
                                              [PRIMARIES_REC2020] = FTH_PRIMARIES_BT2020};
    static const uint8_t curve_codes[] = {
        [CURVE_LINEAR] = FTH_TRANSFER_LINEAR, [CURVE_GAMMA24] = FTH_TRANSFER_BT709,
        [CURVE_GAMMA22] = FTH_TRANSFER_GAMMA22, [CURVE_SRGB] = FTH_TRANSFER_SRGB,
        [CURVE_REC709] = FTH_TRANSFER_BT709, [CURVE_REC2020] = FTH_TRANSFER_BT2020_10,
        [CURVE_PQ] = FTH_TRANSFER_PQ, [CURVE_HLG] = FTH_TRANSFER_HLG};
    size_t p = spaces[space].primaries, c = spaces[space].curve;
    struct fth_tags tags = {UNTAGGED, UNTAGGED, UNTAGGED, FTH_RANGE_UNTAGGED};
    if (!fth_colour_is_known(space) || p > PRIMARIES_REC2020 || c > CURVE_HLG)
        return tags;
    tags.primaries = primaries_codes[p];
    tags.transfer = curve_codes[c];
    if (p == PRIMARIES_REC2020 && tags.transfer == FTH_TRANSFER_BT709)
        tags.transfer = FTH_TRANSFER_BT2020_10;
    tags.matrix = p == PRIMARIES_REC2020 ? FTH_PRIMARIES_BT2020 : FTH_PRIMARIES_BT709;
    return tags;
}

/* By primaries: the spaces of a display, of scene light and of linear light. */
static enum fth_colour_space of_group(struct fth_tags tags, enum fth_colour_space rec709,
                                      enum fth_colour_space p3, enum fth_colour_space rec2020)
{
    if (tags.primaries == FTH_PRIMARIES_P3 || tags.primaries == FTH_PRIMARIES_P3_DCI)
        return p3;
    return tags.primaries == FTH_PRIMARIES_BT2020 ? rec2020 : rec709;
}

enum fth_colour_space fth_space_of_tags(struct fth_tags tags, bool scene)
{
    switch (tags.transfer) {
    case FTH_TRANSFER_PQ: return FTH_COLOUR_REC2100_PQ;
    case FTH_TRANSFER_HLG: return FTH_COLOUR_REC2100_HLG;
    case FTH_TRANSFER_LINEAR:
        return of_group(tags, FTH_COLOUR_LINEAR_REC709, FTH_COLOUR_LINEAR_P3,
                        FTH_COLOUR_LINEAR_REC2020);
    case FTH_TRANSFER_SRGB:
        return of_group(tags, FTH_COLOUR_SRGB, FTH_COLOUR_DISPLAY_P3, FTH_COLOUR_REC2020_GAMMA24);
    case FTH_TRANSFER_GAMMA22:
        return of_group(tags, FTH_COLOUR_REC709_GAMMA22, FTH_COLOUR_DISPLAY_P3,
                        FTH_COLOUR_REC2020_GAMMA24);
    default: break;
    }
    if (scene)
        return of_group(tags, FTH_COLOUR_REC709_SCENE, FTH_COLOUR_REC709_SCENE,
                        FTH_COLOUR_REC2020_SCENE);
    return of_group(tags, FTH_COLOUR_REC709_GAMMA24, FTH_COLOUR_DISPLAY_P3,
                    FTH_COLOUR_REC2020_GAMMA24);
}

static bool is_near(struct fth_white a, struct fth_white b)
{
    return fabs(a.x - b.x) <= 0.001 && fabs(a.y - b.y) <= 0.001;
}

enum fth_colour_space fth_space_of_primaries(const struct fth_primaries_xy *xy)
{
    for (int i = FTH_COLOUR_DATA + 1; i < FTH_COLOUR_COUNT; i++) {
        const struct fth_primaries_xy *p = &primaries[spaces[i].primaries];
        if (spaces[i].curve == CURVE_LINEAR && is_near(p->red, xy->red) &&
            is_near(p->green, xy->green) && is_near(p->blue, xy->blue) &&
            is_near(p->white, xy->white))
            return (enum fth_colour_space)i;
    }
    return FTH_COLOUR_FILE;
}
