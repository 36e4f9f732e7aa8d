/* SPDX-License-Identifier: Apache-2.0 */
/* Measuring maps and mattes against what is known to be true: depth, mattes, steadiness in time.
 * Maps are inverse depth, larger is nearer, of any scale and shift, in 8 or 16-bit PNG, EXR, PFM,
 * NPY or NPZ. Zeroed option structs are the defaults; strings are borrowed. */
#ifndef FATHOM_EVAL_H
#define FATHOM_EVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "fathom/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Figures by name, in the order they are to be shown. A figure that cannot be had is left out. */
struct fth_figures {
    int count;
    struct {
        char name[16];
        double value;
    } items[32];
};

enum fth_truth_kind {
    FTH_TRUTH_DEPTH,     /* stored value times scale is metres */
    FTH_TRUTH_DISPARITY, /* stored value times scale plus offset is inverse depth up to a factor */
    FTH_TRUTH_RELATIVE,  /* as disparity, its offset unknown: no metric figures */
    FTH_TRUTH_SOFT       /* a picture whose dark is near: order and likeness only */
};

enum fth_truth_bits {
    FTH_TRUTH_BITS_PLAIN,
    FTH_TRUTH_BITS_SHR3, /* the value is shifted up by 3 bits */
    FTH_TRUTH_BITS_ROTR3 /* the value is rotated by 3 bits within 16 (SUN RGB-D) */
};

struct fth_eval_depth_options {
    const char *prediction, *truth;
    enum fth_truth_kind truth_kind;
    enum fth_truth_bits truth_bits;
    double truth_scale;  /* 0: 1 */
    double truth_offset;
    double truth_none;   /* this value, too, means "not measured" (0, inf and NaN always do) */
    double cap_m;        /* farther is counted as this; 0: 1.25 times the farthest */
    bool far;            /* the prediction's larger is farther */
    bool sparse;         /* the truth is too sparse for boundaries */
    int threads;         /* 0: one for each core */
};

/* absrel d1 rmselog rabsrel rd1 rrmselog (metric truths), nrmse ord slope, bf bp br (dense). */
FTH_API enum fth_status fth_eval_depth(const struct fth_eval_depth_options *options,
                                       struct fth_figures *figures, struct fth_error *error);

struct fth_eval_matte_options {
    const char *prediction, *truth;
    const char *trimap; /* only pixels of value 128 count; NULL: all */
    bool levels;        /* find the best far, near and gamma first */
    int threads;
};

/* far near gamma (with levels), iou sad mad mse grad conn. */
FTH_API enum fth_status fth_eval_matte(const struct fth_eval_matte_options *options,
                                       struct fth_figures *figures, struct fth_error *error);

struct fth_eval_flicker_options {
    const char *footage, *maps; /* a film or a folder each */
    const char *reference;      /* maps to compare with, or NULL */
    int32_t width;              /* all is measured at this width; 0: 480 */
    int threads;
};

/* pairs flicker rel, and with a reference: ref refrel ratio moved. */
FTH_API enum fth_status fth_eval_flicker(const struct fth_eval_flicker_options *options,
                                         struct fth_figures *figures, struct fth_error *error);

struct fth_eval_sequence_options {
    const char *truths;  /* a folder: *.depth.png, or else all its pictures */
    const char *maps;    /* a film or a folder, one map a truth */
    double truth_scale;  /* 0: 0.001 */
    double truth_none;   /* 0: 65535 */
    double cap_m;        /* 0: 10 */
    int threads;
};

/* frames, absrel and d1 with one scale and shift for all, own_absrel, own_d1 with one a frame. */
FTH_API enum fth_status fth_eval_sequence(const struct fth_eval_sequence_options *options,
                                          struct fth_figures *figures, struct fth_error *error);

#ifdef __cplusplus
}
#endif
#endif
