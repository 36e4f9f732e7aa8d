/* SPDX-License-Identifier: Apache-2.0 */
/* Quick powers, with their tables in registers. */
#include "ops/kernel.h"

#include <math.h>

#include "ops/power.h"
#include "ops/vectors.h"

typedef uint32_t lot_words FTH_VECTOR(LOT * 4);

#define NO_SIGN 0x7fffffffu

enum { GROUP = 4 }; /* registers that are worked on beside each other */

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

#if defined(__AVX512F__)
typedef __mmask16 sure;
#else
typedef lot_bits sure;
#endif

/* Where neither x nor 2^t is below 2^-126; NaN is not. */
ALWAYS void find_sure(sure *to, const lot *x, const lot *t)
{
    const lot least = ALL(0x1p-126f), limit = ALL(FTH_POW_LEAST);
#if defined(__AVX512F__)
    __mmask16 most = _mm512_cmp_ps_mask((__m512)*x, (__m512)least, _CMP_NLT_UQ);
    *to = _mm512_mask_cmp_ps_mask(most, (__m512)limit, (__m512)*t, _CMP_LT_OQ);
#else
    *to = (limit < *t) & ~(*x < least);
#endif
}

/* The result a b where that is sure, else 0, with the sign of src; src itself where that is endless
 * or NaN. */
ALWAYS void store_power(float *dst, const float *src, const lot *a, const lot *b, const sure *is)
{
    lot from, result;
    load_lot(&from, src);
#if defined(__AVX512F__)
    enum { PICK_BITS = 0xd8, QUIET_NAN = 0x01, ENDLESS = 0x18, LOUD_NAN = 0x80 };
    __m512i bits = (__m512i)_mm512_maskz_mul_ps(*is, (__m512)*a, (__m512)*b);
    const __m512i rest = _mm512_set1_epi32(NO_SIGN);
    __mmask16 ends = _mm512_fpclass_ps_mask((__m512)from, QUIET_NAN | ENDLESS | LOUD_NAN);
    result = (lot)_mm512_mask_ternarylogic_epi32((__m512i)from, (__mmask16)~ends, bits, rest,
                                                 PICK_BITS);
#else
    const lot inf = ALL(INFINITY);
    lot x = (lot)((lot_words)from & NO_SIGN), product = *a * *b;
    lot_words ends = (lot_words)~(x < inf), kept = ends | ~NO_SIGN;
    result = (lot)(((lot_words)from & kept) | ((lot_words)product & (lot_words)*is & ~kept));
#endif
    store_lot(dst, &result);
}

struct tables {
    table inverse, log_high, log_low, two_to;
};

/* dst = what fth_pow_near makes of |src|, with the sign of src, step by step for some registers: a
 * power is one long chain, in which each step waits for the one before. */
ALWAYS void power_lots(float *dst, const float *src, const struct fth_exponent *y,
                       const struct tables *t, int count)
{
    const lot most = ALL(128.0f);
    lot r[GROUP], log[GROUP], low[GROUP], rest[GROUP], f[GROUP], two[GROUP];
    sure is[GROUP];
    UNROLL for (int k = 0; k < count; k++) {
        lot x, inverse, high;
        load_lot(&x, src + k * LOT);
        lot_words bits = (lot_words)x & NO_SIGN, near = bits + (FTH_POW_HALF - FTH_POW_ONE);
        lot_words place = near >> 19;
        look_up(&inverse, &t->inverse, &place);
        look_up(&high, &t->log_high, &place);
        look_up(&low[k], &t->log_low, &place);
        lot m = (lot)(bits - (near & 0xff800000u));
        lot a = (lot)((near & FTH_POW_PLACE) | FTH_POW_ONE);
        r[k] = (m - a) * inverse;
        log[k] = __builtin_convertvector((lot_bits)near >> 23, lot) + high;
    }
    UNROLL for (int k = 0; k < count; k++) {
        rest[k] = r[k] * (FTH_POW_LOG_1 + r[k] * (FTH_POW_LOG_2 + r[k] * FTH_POW_LOG_3));
        rest[k] = y->low * log[k] + y->whole * (rest[k] + low[k]);
        log[k] = y->high * log[k];
    }
    UNROLL for (int k = 0; k < count; k++) {
        lot x, sum = log[k] + rest[k];
        load_lot(&x, src + k * LOT);
        x = (lot)((lot_words)x & NO_SIGN);
        find_sure(&is[k], &x, &sum);
        least_of(&sum, &sum, &most);
        sum += FTH_POW_ROUND;
        f[k] = (log[k] - (sum - FTH_POW_ROUND)) + rest[k];
        lot_words place = (lot_words)sum;
        look_up(&two[k], &t->two_to, &place);
        two[k] = (lot)((lot_words)two[k] + (place << 19));
    }
    UNROLL for (int k = 0; k < count; k++) {
        lot part = 1 + f[k] * (FTH_POW_EXP_1 + f[k] * (FTH_POW_EXP_2 + f[k] * FTH_POW_EXP_3));
        store_power(dst + k * LOT, src + k * LOT, &two[k], &part, &is[k]);
    }
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
    load_table(&tables.log_high, fth_pow_log_high);
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
