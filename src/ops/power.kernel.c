/* SPDX-License-Identifier: Apache-2.0 */
/* Quick powers, with their tables in registers. */
#include "ops/kernel.h"

#include <math.h>

#include "ops/power.h"
#include "ops/vectors.h"

typedef uint32_t lot_words FTH_VECTOR(LOT * 4);

#define NO_SIGN 0x7fffffffu
#define EXPONENT 0x7f800000 /* none of its bits: 0 or less than 2^-126 */

enum { GROUP = 6 }; /* registers that are worked on beside each other */

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
    enum { PICK_BITS = 0xd8 };
    enum { AS_IT_IS = 0x00110111 }; /* NaN, 0, endless: a digit a class */
    __mmask16 is = _mm512_test_epi32_mask((__m512i)from, _mm512_set1_epi32(EXPONENT));
    is = _mm512_mask_cmp_ps_mask(is, (__m512)limit, (__m512)*t, _CMP_LT_OQ);
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

#if defined(__SSE2__) && !defined(__AVX2__)

/* fth_fmaf of the first two. */
ALWAYS void fused_two(__m128 *to, const __m128 *a, const __m128 *b, const __m128 *c)
{
    const __m128d zero = _mm_setzero_pd();
    __m128d product = _mm_mul_pd(_mm_cvtps_pd(*a), _mm_cvtps_pd(*b)), more = _mm_cvtps_pd(*c);
    __m128d sum = _mm_add_pd(product, more), in_sum = _mm_sub_pd(sum, product);
    __m128d missing = _mm_add_pd(_mm_sub_pd(product, _mm_sub_pd(sum, in_sum)),
                                 _mm_sub_pd(more, in_sum));
    __m128d up = _mm_cmpgt_pd(missing, zero), is = _mm_or_pd(up, _mm_cmplt_pd(missing, zero));
    __m128i step = (__m128i)_mm_xor_pd(up, _mm_cmpgt_pd(sum, zero)), one = _mm_set1_epi64x(1);
    __m128i even = _mm_sub_epi64(_mm_and_si128((__m128i)sum, one), one);
    step = _mm_and_si128(_mm_or_si128(step, one), _mm_and_si128((__m128i)is, even));
    *to = _mm_cvtpd_ps((__m128d)_mm_add_epi64((__m128i)sum, step));
}

#endif

/* a b + c, rounded once */
ALWAYS void fused_lot(lot *to, const lot *a, const lot *b, const lot *c)
{
#if defined(__AVX512F__)
    *to = (lot)_mm512_fmadd_ps((__m512)*a, (__m512)*b, (__m512)*c);
#elif defined(__AVX2__)
    *to = (lot)_mm256_fmadd_ps((__m256)*a, (__m256)*b, (__m256)*c);
#elif defined(__SSE2__)
    __m128 low, high, high_a = _mm_movehl_ps((__m128)*a, (__m128)*a);
    __m128 high_b = _mm_movehl_ps((__m128)*b, (__m128)*b);
    __m128 high_c = _mm_movehl_ps((__m128)*c, (__m128)*c);
    fused_two(&low, (const __m128 *)a, (const __m128 *)b, (const __m128 *)c);
    fused_two(&high, &high_a, &high_b, &high_c);
    *to = (lot)_mm_movelh_ps(low, high);
#else
    for (int i = 0; i < LOT; i++)
        (*to)[i] = fth_fmaf((*a)[i], (*b)[i], (*c)[i]);
#endif
}

struct tables {
    table inverse, log_low, two_to;
};

/* dst = what fth_pow_near makes of |src|, with the sign of src, step by step for some registers: a
 * power is one long chain, in which each step waits for the one before. */
ALWAYS void power_lots(float *dst, const float *src, float y, const struct tables *tables,
                       int count)
{
    const lot most = ALL(128.0f), part = ALL(y / 16), one = ALL(1.0f), minus_one = -one;
    const lot log_1 = ALL(FTH_POW_LOG_1), log_2 = ALL(FTH_POW_LOG_2), log_3 = ALL(FTH_POW_LOG_3);
    const lot exp_1 = ALL(FTH_POW_EXP_1), exp_2 = ALL(FTH_POW_EXP_2), exp_3 = ALL(FTH_POW_EXP_3);
    lot r[GROUP], log[GROUP], low[GROUP], rest[GROUP], t[GROUP], sum[GROUP], f[GROUP], two[GROUP];
    UNROLL for (int k = 0; k < count; k++) {
        lot inverse;
        load_lot(&r[k], src + k * LOT);
        lot_words bits = (lot_words)r[k] & NO_SIGN, near = bits + (FTH_POW_HALF - FTH_POW_ONE);
        lot_words place = (lot_words)((lot_bits)near >> 19);
        look_up(&inverse, &tables->inverse, &place);
        look_up(&low[k], &tables->log_low, &place);
        log[k] = __builtin_convertvector((lot_bits)place, lot);
        r[k] = (lot)(bits - (near & 0xff800000u));
        fused_lot(&r[k], &r[k], &inverse, &minus_one);
    }
    UNROLL for (int k = 0; k < count; k++) {
        fused_lot(&rest[k], &r[k], &log_3, &log_2);
        fused_lot(&rest[k], &r[k], &rest[k], &log_1);
    }
    UNROLL for (int k = 0; k < count; k++) {
        fused_lot(&rest[k], &r[k], &rest[k], &low[k]);
        rest[k] *= y;
        fused_lot(&t[k], &part, &log[k], &rest[k]);
        least_of(&sum[k], &t[k], &most);
        sum[k] += FTH_POW_ROUND;
    }
    UNROLL for (int k = 0; k < count; k++) {
        lot_words place = (lot_words)sum[k];
        lot rounded = FTH_POW_ROUND - sum[k];
        fused_lot(&f[k], &part, &log[k], &rounded);
        f[k] += rest[k];
        look_up(&two[k], &tables->two_to, &place);
        two[k] = (lot)((lot_words)two[k] + (place << 19));
    }
    UNROLL for (int k = 0; k < count; k++) {
        fused_lot(&rest[k], &f[k], &exp_3, &exp_2);
        fused_lot(&rest[k], &f[k], &rest[k], &exp_1);
        fused_lot(&f[k], &f[k], &rest[k], &one);
    }
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
    struct tables tables;
    load_table(&tables.inverse, fth_pow_inverse);
    load_table(&tables.log_low, fth_pow_log_low);
    load_table(&tables.two_to, fth_pow_two_to);
    size_t i = 0;
    for (; i + GROUP * LOT <= n; i += GROUP * LOT)
        power_lots(dst + i, src + i, exponent, &tables, GROUP);
    for (; i + LOT <= n; i += LOT)
        power_lots(dst + i, src + i, exponent, &tables, 1);
    for (; i < n; i++)
        dst[i] = copysignf(fth_pow_near(fabsf(src[i]), exponent), src[i]);
}
