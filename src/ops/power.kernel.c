/* SPDX-License-Identifier: Apache-2.0 */
/* Quick powers, with their tables in registers. */
#include "ops/kernel.h"

#include <math.h>

#include "ops/power.h"
#include "ops/vectors.h"

typedef uint32_t lot_words FTH_VECTOR(LOT * 4);

#define NO_SIGN 0x7fffffffu

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

/* a < b ? yes : no of each */
ALWAYS void choose_less(lot *to, const lot *a, const lot *b, const lot *yes, const lot *no)
{
#if defined(__AVX512F__)
    __mmask16 less = _mm512_cmp_ps_mask((__m512)*a, (__m512)*b, _CMP_LT_OQ);
    *to = (lot)_mm512_mask_blend_ps(less, (__m512)*no, (__m512)*yes);
#elif defined(__AVX2__)
    __m256 less = _mm256_cmp_ps((__m256)*a, (__m256)*b, _CMP_LT_OQ);
    *to = (lot)_mm256_blendv_ps((__m256)*no, (__m256)*yes, less);
#else
    lot_bits less = *a < *b;
    *to = (lot)(((lot_bits)*yes & less) | ((lot_bits)*no & ~less));
#endif
}

struct tables {
    table inverse, log_high, log_low, two_to;
};

static const float endless = INFINITY;

#define ALL(value) ((lot){0} + (value))

/* What fth_pow_near does, for x >= 0 or NaN, but for the result's sign. */
ALWAYS void power_lot(lot *to, const lot *x, const struct fth_exponent *y, const struct tables *t)
{
    const lot nought = {0}, least = ALL(0x1p-126f), most = ALL(128.0f), none = ALL(-127.0f);
    const lot limit = ALL(FTH_POW_LEAST), inf = ALL(endless);
    lot inverse, high, low, two;
    lot_words bits = (lot_words)*x, near = bits + (FTH_POW_HALF - FTH_POW_ONE), place = near >> 19;
    lot e = __builtin_convertvector((lot_bits)near >> 23, lot);
    lot m = (lot)(bits - (near & 0xff800000u)), a = (lot)((near & FTH_POW_PLACE) | FTH_POW_ONE);
    look_up(&inverse, &t->inverse, &place);
    look_up(&high, &t->log_high, &place);
    look_up(&low, &t->log_low, &place);
    lot r = (m - a) * inverse, log = e + high;
    lot rest = r * (FTH_POW_LOG_1 + r * (FTH_POW_LOG_2 + r * FTH_POW_LOG_3));
    rest = y->low * log + y->whole * (rest + low);
    log = y->high * log;
    lot sum = log + rest;
    choose_less(&sum, &limit, &sum, &sum, &none);
    least_of(&sum, &sum, &most);
    sum += FTH_POW_ROUND;
    lot f = (log - (sum - FTH_POW_ROUND)) + rest;
    lot_words count = (lot_words)sum;
    look_up(&two, &t->two_to, &count);
    two = (lot)((lot_words)two + (count << 19));
    lot result = two * (1 + f * (FTH_POW_EXP_1 + f * (FTH_POW_EXP_2 + f * FTH_POW_EXP_3)));
    choose_less(&result, x, &least, &nought, &result);
    choose_less(to, x, &inf, &result, x);
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
    for (; i + LOT <= n; i += LOT) {
        lot x, result;
        load_lot(&x, src + i);
        lot_words sign = (lot_words)x & ~NO_SIGN;
        x = (lot)((lot_words)x & NO_SIGN);
        power_lot(&result, &x, &y, &tables);
        result = (lot)(((lot_words)result & NO_SIGN) | sign);
        store_lot(dst + i, &result);
    }
    for (; i < n; i++)
        dst[i] = copysignf(fth_pow_near(fabsf(src[i]), &y), src[i]);
}
