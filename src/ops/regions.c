/* SPDX-License-Identifier: Apache-2.0 */
/* Connected parts by union-find in the label picture itself: until the second pass a label is the
 * number of another pixel of the same part plus one, the root being the part's first pixel. Order
 * statistics by radix selection: three histograms of 11 bits, so that no input is a bad one. */
#include "ops/regions.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"

/* ---- connected parts */

static int32_t find_root(int32_t *parent, int32_t pixel)
{
    while (parent[pixel] != pixel + 1) {
        int32_t above = parent[pixel] - 1;
        parent[pixel] = parent[above]; /* halves the path for the next who comes */
        pixel = above;
    }
    return pixel;
}

static void unite(int32_t *parent, int32_t a, int32_t b)
{
    a = find_root(parent, a);
    b = find_root(parent, b);
    if (a < b)
        parent[b] = a + 1;
    else
        parent[a] = b + 1;
}

/* Links pixel x of a row to its neighbours seen before. A neighbour that touches another of them is
 * left out: those two are one part already. */
static void link_pixel(int32_t *labels, int32_t at, const uint8_t *row, const uint8_t *above,
                       int32_t x, const struct fth_mask *mask, int connectivity)
{
    int32_t width = mask->width;
    bool left = x > 0 && row[x - 1];
    bool up = above && above[x];
    bool up_left = above && x > 0 && above[x - 1];
    bool up_right = above && x + 1 < width && above[x + 1];
    labels[at] = left ? labels[at - 1] : at + 1;
    if (up) {
        if (!left || !up_left)
            unite(labels, at, at - width);
    } else if (connectivity == 8) {
        if (up_left && !left)
            unite(labels, at, at - width - 1);
        if (up_right)
            unite(labels, at, at - width + 1);
    }
}

static void link_rows(const struct fth_mask *mask, int connectivity, int32_t *labels)
{
    for (int32_t y = 0; y < mask->height; y++) {
        const uint8_t *row = fth_mask_row(mask, y);
        const uint8_t *above = y ? fth_mask_row(mask, y - 1) : NULL;
        int32_t start = y * mask->width;
        for (int32_t x = 0; x < mask->width; x++) {
            if (row[x])
                link_pixel(labels, start + x, row, above, x, mask, connectivity);
            else
                labels[start + x] = 0;
        }
    }
}

/* A parent lies before its pixel, so that it has its final label when the pixel comes. */
static int32_t number_parts(int32_t *labels, int32_t pixel_count)
{
    int32_t parts = 0;
    for (int32_t i = 0; i < pixel_count; i++) {
        if (labels[i] == i + 1)
            labels[i] = ++parts;
        else if (labels[i])
            labels[i] = labels[labels[i] - 1];
    }
    return parts;
}

static void measure_parts(const int32_t *labels, const struct fth_mask *mask,
                          struct fth_region *regions)
{
    for (int32_t y = 0; y < mask->height; y++) {
        const int32_t *row = labels + (ptrdiff_t)y * mask->width;
        for (int32_t x = 0; x < mask->width; x++) {
            if (!row[x])
                continue;
            struct fth_region *region = &regions[row[x] - 1];
            if (!region->area)
                *region = (struct fth_region){x, y, 1, 1, 0};
            int32_t right = FTH_MAX(region->x + region->width, x + 1);
            region->x = FTH_MIN(region->x, x);
            region->width = right - region->x;
            region->height = y + 1 - region->y;
            region->area++;
        }
    }
}

enum fth_status fth_label_regions(const struct fth_work *work, const struct fth_mask *mask,
                                  int connectivity, int32_t **labels_out,
                                  struct fth_region **regions_out, int32_t *region_count,
                                  struct fth_error *error)
{
    int32_t pixel_count = mask->width * mask->height; /* at most FTH_LIMIT_PIXELS, below 2^31 */
    int32_t *labels = fth_arena_take(work->arena, (size_t)pixel_count, sizeof(*labels));
    if (!labels)
        return fth_fail_memory(error, (size_t)pixel_count * sizeof(*labels), "labels");
    link_rows(mask, connectivity, labels);
    int32_t parts = number_parts(labels, pixel_count);
    struct fth_region *regions = fth_arena_take(work->arena, (size_t)parts, sizeof(*regions));
    if (!regions)
        return fth_fail_memory(error, (size_t)parts * sizeof(*regions), "regions");
    memset(regions, 0, (size_t)parts * sizeof(*regions));
    measure_parts(labels, mask, regions);
    *labels_out = labels;
    *regions_out = regions;
    *region_count = parts;
    return fth_cancelled(work->cancel) ? FTH_CANCELLED : FTH_OK;
}

/* ---- order statistics */

/* Bits of a float as a whole number that orders as the floats do. */
static uint32_t order_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

static float value_of(uint32_t order)
{
    uint32_t bits = order & 0x80000000u ? order & 0x7fffffffu : ~order;
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

enum { RADIX_BITS = 11, RADIX = 1 << RADIX_BITS, FEW = 4096 };

/* Among the values whose order begins with the bits of `prefix` above `shift + bits`: puts into
 * *prefix the next `bits` of the one at rank *rank, and makes *rank count from there. */
static void select_digit(const float *values, size_t count, int shift, int bits, uint32_t *prefix,
                         size_t *rank)
{
    size_t histogram[RADIX] = {0}, odd[RADIX] = {0}; /* by turns: many neighbours are alike */
    uint32_t mask = (1u << bits) - 1;
    uint32_t above = shift + bits < 32 ? UINT32_MAX << (shift + bits) : 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t order = order_of(values[i]);
        size_t *at = i % 2 ? odd : histogram;
        at[(order >> shift) & mask] += ((order ^ *prefix) & above) == 0; /* no branch to guess */
    }
    for (uint32_t i = 0; i <= mask; i++)
        histogram[i] += odd[i];
    uint32_t digit = 0;
    while (*rank >= histogram[digit])
        *rank -= histogram[digit++];
    *prefix |= digit << shift;
}

/* The values whose order begins with the bits of `prefix` above `shift`, of which there may be
 * more than FEW: then the first FEW. */
static size_t gather_few(const float *values, size_t count, int shift, uint32_t prefix,
                         float few[FEW])
{
    size_t found = 0;
    for (size_t i = 0; i < count && found < FEW; i++) {
        few[found] = values[i];
        found += (order_of(values[i]) ^ prefix) >> shift == 0;
    }
    return found;
}

static float select_rank(const float *values, size_t count, size_t rank)
{
    uint32_t order = 0;
    float few[FEW] = {0};
    select_digit(values, count, 21, RADIX_BITS, &order, &rank);
    size_t found = gather_few(values, count, 21, order, few);
    if (found < FEW) {
        values = few;
        count = found;
    }
    select_digit(values, count, 10, RADIX_BITS, &order, &rank);
    select_digit(values, count, 0, 10, &order, &rank);
    return value_of(order);
}

/* The value one rank above `rank`, whose own value is `value`. */
static float next_value(const float *values, size_t count, size_t rank, float value)
{
    size_t not_above = 0;
    float next = INFINITY;
    for (size_t i = 0; i < count; i++) {
        if (values[i] <= value)
            not_above++;
        else if (values[i] < next)
            next = values[i];
    }
    return not_above > rank + 1 ? value : next;
}

void fth_percentiles(const float *values, size_t count, const double *percents, double *results,
                     size_t percent_count)
{
    for (size_t i = 0; i < percent_count; i++) {
        double position = (double)(count - 1) * (percents[i] / 100);
        size_t rank = (size_t)position;
        double t = position - (double)rank;
        float low = select_rank(values, count, rank);
        results[i] = low;
        if (t > 0) {
            double step = (double)next_value(values, count, rank, low) - low;
            /* as numpy's interpolation, from the nearer end */
            results[i] = t < 0.5 ? low + step * t : low + step - step * (1 - t);
        }
    }
}
