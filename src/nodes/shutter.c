/* SPDX-License-Identifier: Apache-2.0 */
/* Moments while a shutter is open, and what they count. */
#include "nodes/shutter.h"

#include <math.h>

static int count_of(const struct fth_shutter_params *params)
{
    return 2 * (int)params->quality + 1;
}

/* -1..1: the middle of part `index` of the time it is open. */
static double part_at(const struct fth_shutter_params *params, int index)
{
    return (2.0 * index + 1) / count_of(params) - 1;
}

int fth_shutter_moments(const struct fth_shutter_params *params,
                        double offsets[FTH_LIMIT_MOMENTS])
{
    if (!params->motion_blur || !(params->shutter_angle > 0))
        return 0;
    for (int i = 0; i < count_of(params); i++)
        offsets[i] = params->shutter_angle / 720 * (part_at(params, i) + params->centre_bias);
    return count_of(params);
}

double fth_shutter_weight(const struct fth_shutter_params *params, int index)
{
    double sum = 0, own = 0;
    for (int i = 0; i < count_of(params); i++) {
        double weight = 1 - (1 - params->sample_spread) * fabs(part_at(params, i));
        sum += weight;
        own = i == index ? weight : own;
    }
    return own / sum;
}
