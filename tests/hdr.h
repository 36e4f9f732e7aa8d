/* SPDX-License-Identifier: Apache-2.0 */
/* Ordinary pictures put into PQ and HLG, in doubles: what a broadcaster does with old footage. */
#ifndef FTH_TESTS_HDR_H
#define FTH_TESTS_HDR_H

#include <math.h>
#include <stdbool.h>

static inline void hdr_primaries(const double in[3], double out[3])
{
    static const double m[9] = {0.627404, 0.329283, 0.043313, 0.069097, 0.919540,
                                0.011362, 0.016391, 0.088013, 0.895595};
    for (int i = 0; i < 3; i++)
        out[i] = m[3 * i] * in[0] + m[3 * i + 1] * in[1] + m[3 * i + 2] * in[2];
}

/* An ordinary picture's code as HLG or PQ shows it at 203 nits for white (BT.2408, 5.1). */
static inline void hdr_code(bool hlg, const double code[3], float out[3])
{
    double light[3], wide[3];
    for (int i = 0; i < 3; i++)
        light[i] = pow(code[i], 2.4) * 0.203;
    hdr_primaries(light, wide);
    double luma = 0.2627 * wide[0] + 0.6780 * wide[1] + 0.0593 * wide[2];
    for (int i = 0; i < 3; i++) {
        double scene = luma > 0 ? wide[i] * pow(luma, 1 / 1.2 - 1) : 0;
        double p = pow(wide[i] / 10, 2610.0 / 16384);
        out[i] = (float)(!hlg ? pow((3424.0 / 4096 + 2413.0 / 128 * p) / (1 + 2392.0 / 128 * p),
                                    2523.0 / 32)
                         : scene <= 1.0 / 12
                             ? sqrt(3 * scene)
                             : 0.17883277 * log(12 * scene - 0.28466892) + 0.55991073);
    }
}

#endif
