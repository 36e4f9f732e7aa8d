/* SPDX-License-Identifier: Apache-2.0 */
/* Quick powers, with their tables in registers. */
#include "ops/kernel.h"

#include <math.h>

#include "ops/power.h"
#include "ops/vectors.h"

typedef uint32_t lot_words FTH_VECTOR(LOT * 4);

#define NO_SIGN 0x7fffffffu

enum { GROUP = 8 }; /* registers that are worked on beside each other */

#define ALL(value) ((lot){0} + (value))

#if defined(__AVX512F__)

typedef lot table;

ALWAYS void load_table(table *to, const void *from)
{
    memcpy(to, from, sizeof(*to));
}

/* from[place & 15] of each */
ALWAYS void look_up(lot *to, const table *from, const lot_words *place)
{
    *to = (lot)_mm512_permutexvar_ps((__m512i)*place, (__m512)*from);
}

#elif defined(__AVX2__)

typedef struct {
    lot low, high;
} table;

ALWAYS void load_table(table *to, const void *from)
{
    memcpy(to, from, sizeof(*to));
}

ALWAYS void look_up(lot *to, const table *from, const lot_words *place)
{
    __m256 low = _mm256_permutevar8x32_ps((__m256)from->low, (__m256i)*place);
    __m256 high = _mm256_permutevar8x32_ps((__m256)from->high, (__m256i)*place);
    *to = (lot)_mm256_blendv_ps(low, high, (__m256)(*place << 28));
}

#else

typedef const float *table;

ALWAYS void load_table(table *to, const void *from)
{
    *to = from;
}

ALWAYS void look_up(lot *to, const table *from, const lot_words *place)
{
    lot result;
    for (int i = 0; i < LOT; i++)
        result[i] = (*from)[(*place)[i] & 15];
    *to = result;
}

#endif

/* The product a b, or 0 where src or 2^t is below 2^-126, with the sign of src; src itself where
 * that is 0, endless or NaN. */
ALWAYS void store_power(float *dst, const float *src, const lot *a, const lot *b, const lot *t)
{
    const lot limit = ALL(FTH_POW_LEAST);
    lot from, result;
    load_lot(&from, src);
#if defined(__AVX512F__)
    enum { PICK_BITS = 0xd8, DENORMAL = 0x20 };
    enum { AS_IT_IS = 0x00110111 }; /* NaN, 0, endless: a digit a class */
    __mmask16 small = _mm512_fpclass_ps_mask((__m512)from, DENORMAL);
    __mmask16 is = _mm512_mask_cmp_ps_mask((__mmask16)~small, (__m512)limit, (__m512)*t,
                                           _CMP_LT_OQ);
    __m512i bits = (__m512i)_mm512_maskz_mul_ps(is, (__m512)*a, (__m512)*b);
    bits = _mm512_ternarylogic_epi32((__m512i)from, bits, _mm512_set1_epi32(NO_SIGN), PICK_BITS);
    result = (lot)_mm512_fixupimm_ps((__m512)bits, (__m512)from, _mm512_set1_epi32(AS_IT_IS), 0);
#else
    const lot least = ALL(0x1p-126f), inf = ALL(INFINITY);
    lot x = (lot)((lot_words)from & NO_SIGN), product = *a * *b;
    lot_words kept = (lot_words)~(x < inf) | ~NO_SIGN;
    lot_words is = (lot_words)((limit < *t) & ~(x < least));
    result = (lot)(((lot_words)from & kept) | ((lot_words)product & is & ~kept));
#endif
    store_lot(dst, &result);
}

struct tables {
    table inverse, log_more, log_low, two_to;
};

/* dst = what fth_pow_near makes of |src|, with the sign of src, step by step for some registers: a
 * power is one long chain, in which each step waits for the one before. */
ALWAYS void power_lots(float *dst, const float *src, const struct fth_exponent *y,
                       const struct tables *tables, int count)
{
    const lot most = ALL(128.0f);
    lot r[GROUP], log[GROUP], low[GROUP], rest[GROUP], t[GROUP], sum[GROUP], f[GROUP], two[GROUP];
    lot_words near[GROUP];
    UNROLL for (int k = 0; k < count; k++) {
        load_lot(&r[k], src + k * LOT);
        near[k] = ((lot_words)r[k] & NO_SIGN) + (FTH_POW_HALF - FTH_POW_ONE);
        r[k] = (lot)(((lot_words)r[k] & NO_SIGN) - (near[k] & 0xff800000u));
        r[k] -= (lot)((near[k] & FTH_POW_PLACE) | FTH_POW_ONE);
    }
    UNROLL for (int k = 0; k < count; k++) {
        lot inverse, more;
        lot_words place = (lot_words)((lot_bits)near[k] >> 19);
        look_up(&inverse, &tables->inverse, &place);
        look_up(&more, &tables->log_more, &place);
        look_up(&low[k], &tables->log_low, &place);
        log[k] = __builtin_convertvector((lot_bits)place + (lot_bits)more, lot);
        r[k] *= inverse;
    }
    UNROLL for (int k = 0; k < count; k++)
        rest[k] = FTH_POW_LOG_1 + r[k] * (FTH_POW_LOG_2 + r[k] * FTH_POW_LOG_3);
    UNROLL for (int k = 0; k < count; k++) {
        rest[k] = r[k] * rest[k] + low[k];
        rest[k] = y->low * log[k] + y->whole * rest[k];
        log[k] = y->high * log[k];
    }
    UNROLL for (int k = 0; k < count; k++) {
        t[k] = log[k] + rest[k];
        least_of(&sum[k], &t[k], &most);
        sum[k] += FTH_POW_ROUND;
    }
    UNROLL for (int k = 0; k < count; k++) {
        lot_words place = (lot_words)sum[k];
        f[k] = (log[k] - (sum[k] - FTH_POW_ROUND)) + rest[k];
        look_up(&two[k], &tables->two_to, &place);
        two[k] = (lot)((lot_words)two[k] + (place << 19));
    }
    UNROLL for (int k = 0; k < count; k++)
        f[k] = 1 + f[k] * (FTH_POW_EXP_1 + f[k] * (FTH_POW_EXP_2 + f[k] * FTH_POW_EXP_3));
    UNROLL for (int k = 0; k < count; k++)
        store_power(dst + k * LOT, src + k * LOT, &two[k], &f[k], &t[k]);
}

/* |x|^exponent with the sign of x, to 1e-6 of itself: grades. */
void FTH_KERNEL(power)(float *dst, const float *src, float exponent, size_t n)
{
    if (exponent == 1 || !(exponent > 0 && exponent <= 10)) {
        FTH_KERNEL(power_exact)(dst, src, exponent, n);
        return;
    }
    const struct fth_exponent y = fth_exponent_of(exponent);
    struct tables tables;
    load_table(&tables.inverse, fth_pow_inverse);
    load_table(&tables.log_more, fth_pow_log_more);
    load_table(&tables.log_low, fth_pow_log_low);
    load_table(&tables.two_to, fth_pow_two_to);
    size_t i = 0;
    for (; i + GROUP * LOT <= n; i += GROUP * LOT)
        power_lots(dst + i, src + i, &y, &tables, GROUP);
    for (; i + LOT <= n; i += LOT)
        power_lots(dst + i, src + i, &y, &tables, 1);
    for (; i < n; i++)
        dst[i] = copysignf(fth_pow_near(fabsf(src[i]), &y), src[i]);
}
