/* SPDX-License-Identifier: Apache-2.0 */
/* Motion blur of nodes that move things by themselves: while the shutter is open their values are
 * taken at several moments, and what they make at each is averaged. */
#ifndef FTH_NODES_SHUTTER_H
#define FTH_NODES_SHUTTER_H

#include "node/node.h"

/* In the parameter struct of a node that has it; rows for them are FTH_SHUTTER_ROWS. */
#define FTH_SHUTTER_FIELDS                                                                         \
    bool motion_blur;                                                                              \
    int64_t quality;                                                                               \
    double shutter_angle, centre_bias, sample_spread;

#define FTH_SHUTTER_ROWS(strukt)                                                                   \
    FTH_PARAM(SWITCH, strukt, motion_blur, .label = "Motion Blur",                                 \
              .help = "What moves by keyframes is smeared along its way, as it would be while a "  \
                      "shutter is open.",                                                          \
              .max = 1, .group = "Motion Blur"),                                                   \
        FTH_PARAM(INT, strukt, quality, .label = "Quality",                                        \
                  .help = "Moments looked at on either side of the frame: more of them for long "  \
                          "ways, where single pictures show.",                                     \
                  .min = 1, .max = 15, .ui_min = 1, .ui_max = 10, .step = 1, .def = {2},           \
                  .group = "Motion Blur", .when = {"motion_blur", 2}),                             \
        FTH_PARAM(NUMBER, strukt, shutter_angle, .label = "Shutter Angle",                         \
                  .help = "How long the shutter is open: 360 is the whole frame, 180 half of it.", \
                  .unit = "deg", .max = 720, .ui_max = 360, .def = {180},                          \
                  .group = "Motion Blur", .when = {"motion_blur", 2},                              \
                  .flags = FTH_PARAM_ANIMATES),                                                    \
        FTH_PARAM(NUMBER, strukt, centre_bias, .label = "Centre Bias",                             \
                  .help = "When it is open: 0 about the frame, -1 before it, so that things draw " \
                          "a trail, 1 after it.",                                                  \
                  .min = -1, .max = 1, .group = "Motion Blur", .when = {"motion_blur", 2},         \
                  .flags = FTH_PARAM_ANIMATES),                                                    \
        FTH_PARAM(NUMBER, strukt, sample_spread, .label = "Sample Spread",                         \
                  .help = "1 sees every moment alike; towards 0 those far from the middle fade, "  \
                          "and the smear tapers off.",                                             \
                  .max = 1, .def = {1}, .group = "Motion Blur", .when = {"motion_blur", 2},        \
                  .flags = FTH_PARAM_ANIMATES)

struct fth_shutter_params {
    FTH_SHUTTER_FIELDS
};

/* For fth_node_desc.moments: the middles of 2 quality + 1 equal parts of the time it is open. */
int fth_shutter_moments(const struct fth_shutter_params *params,
                        double offsets[FTH_LIMIT_MOMENTS]);
/* What moment `index` counts, all of them together 1. */
double fth_shutter_weight(const struct fth_shutter_params *params, int index);

#endif
