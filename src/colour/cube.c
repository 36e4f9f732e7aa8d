/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of colours at work. */
#include "colour/cube.h"

#include <string.h>

#include "base/compiler.h"
#include "base/mem.h"

void fth_cube_clear(struct fth_cube *cube)
{
    fth_free(cube->curves.values);
    fth_free(cube->colours.values);
    *cube = (struct fth_cube){0};
}

/* Where a value lies between the entries: *at of 0 .. size - 2, the rest 0..1. NaN is the low
 * end. */
static float place(const struct fth_cube_table *table, int channel, float value, int32_t *at)
{
    float low = table->low[channel], top = (float)(table->size - 1);
    float t = (value - low) / (table->high[channel] - low) * top;
    t = t > 0 ? t : 0;
    t = t < top ? t : top;
    int32_t entry = (int32_t)t;
    entry = entry < table->size - 2 ? entry : table->size - 2;
    *at = entry;
    return t - (float)entry;
}

static void bend_row(const struct fth_cube_table *table, int channel, float *row, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int32_t at;
        float share = place(table, channel, row[i], &at);
        const float *entry = table->values + 3 * (size_t)at + channel;
        row[i] = entry[0] + (entry[3] - entry[0]) * share;
    }
}

/* The way from the corner nearest to black to the one nearest to white goes along the axes in the
 * order of their shares; the colour is mixed of the four corners on that way. */
static void mix_colour(const struct fth_cube_table *table, float rgb[3])
{
    size_t steps[3] = {3, 3 * (size_t)table->size, 3 * (size_t)table->size * (size_t)table->size};
    const float *corner = table->values;
    float share[3];
    for (int c = 0; c < 3; c++) {
        int32_t at;
        share[c] = place(table, c, rgb[c], &at);
        corner += steps[c] * (size_t)at;
    }
    int first = share[0] >= share[1] ? 0 : 1, last = 1 - first;
    int middle = 2;
    if (share[2] > share[first]) {
        middle = first;
        first = 2;
    } else if (share[2] <= share[last]) {
        middle = last;
        last = 2;
    }
    const float *one = corner + steps[first], *two = one + steps[middle], *all = two + steps[last];
    for (int c = 0; c < 3; c++)
        rgb[c] = corner[c] + share[first] * (one[c] - corner[c]) +
                 share[middle] * (two[c] - one[c]) + share[last] * (all[c] - two[c]);
}

void fth_cube_rows(const struct fth_cube *cube, float *const rgb[3], size_t n)
{
    for (int c = 0; c < 3 && cube->curves.size; c++)
        bend_row(&cube->curves, c, rgb[c], n);
    for (size_t i = 0; i < n && cube->colours.size; i++) {
        float colour[3] = {rgb[0][i], rgb[1][i], rgb[2][i]};
        mix_colour(&cube->colours, colour);
        for (int c = 0; c < 3; c++)
            rgb[c][i] = colour[c];
    }
}
