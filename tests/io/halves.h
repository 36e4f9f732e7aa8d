/* SPDX-License-Identifier: Apache-2.0 */
/* 16-bit floats, exactly: reading loses nothing but that a NaN signals, writing rounds to nearest,
 * ties to even. The definition that the kernels are held to. */
#ifndef FTH_TESTS_IO_HALVES_H
#define FTH_TESTS_IO_HALVES_H

#include <stdint.h>
#include <string.h>

static inline float fth_half_float(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, rest = (uint32_t)(half & 0x7fff) << 13, bits;
    float value;
    if (rest >= 0x0f800000) { /* infinity, NaN: a quiet one (IEEE 754, 6.2.3) */
        bits = rest | (rest > 0x0f800000 ? 0x7fc00000 : 0x7f800000);
        memcpy(&value, &bits, sizeof(value));
    } else { /* 2^112 brings the exponent over, denormals included */
        memcpy(&value, &rest, sizeof(value));
        value *= 0x1p112f;
        memcpy(&bits, &value, sizeof(bits));
    }
    bits |= sign;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static inline uint16_t fth_float_half(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    bits &= 0x7fffffff;
    if (bits > 0x7f800000)
        return sign | 0x7e00;
    if (bits >= 0x477ff000) /* from 65520 on: infinity */
        return sign | 0x7c00;
    if (bits < 0x38800000) { /* a denormal: the sum's rounding is the one that is wanted */
        float magnitude;
        memcpy(&magnitude, &bits, sizeof(magnitude));
        magnitude += 0.5f;
        memcpy(&bits, &magnitude, sizeof(bits));
        return sign | (uint16_t)(bits - 0x3f000000);
    }
    bits += 0xfff + (bits >> 13 & 1);
    return sign | (uint16_t)((bits - 0x38000000) >> 13);
}

#endif
