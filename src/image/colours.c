/* SPDX-License-Identifier: Apache-2.0 */
/* Names of colour spaces, out of their list. */
#include "image/colours.h"

#include <ctype.h>
#include <stddef.h>

struct row {
    const char *id, *label;
    enum fth_colour_space linear;
};

static const struct row rows[FTH_COLOUR_COUNT] = {
    [FTH_COLOUR_FILE] = {"file", "As the file", FTH_COLOUR_FILE},
    [FTH_COLOUR_DATA] = {"data", "Data", FTH_COLOUR_DATA},
#define COLOUR(name, id, label, primaries, curve, linear, help)                                    \
    [FTH_COLOUR_##name] = {id, label, FTH_COLOUR_##linear},
#include "image/colours.list.h"
#undef COLOUR
};

const char *fth_colour_id(enum fth_colour_space space)
{
    return rows[space].id;
}

const char *fth_colour_label(enum fth_colour_space space)
{
    return rows[space].label;
}

enum fth_colour_space fth_colour_linear(enum fth_colour_space space)
{
    return rows[space].linear;
}

/* Displays, each of which shows what those before it do; 0: none such. */
static int reach_of(enum fth_colour_space space)
{
    switch (space) {
    case FTH_COLOUR_REC709_GAMMA24:
    case FTH_COLOUR_REC709_GAMMA22:
    case FTH_COLOUR_REC709_SCENE:
    case FTH_COLOUR_SRGB: return 1;
    case FTH_COLOUR_DISPLAY_P3: return 2;
    case FTH_COLOUR_REC2020_GAMMA24:
    case FTH_COLOUR_REC2020_SCENE: return 3;
    case FTH_COLOUR_REC2100_HLG: return 4;
    case FTH_COLOUR_REC2100_PQ: return 5;
    default: return 0;
    }
}

enum fth_colour_space fth_colour_wider(enum fth_colour_space a, enum fth_colour_space b)
{
    int reach_a = reach_of(a), reach_b = reach_of(b);
    if (a == b)
        return a;
    if (!reach_a || !reach_b)
        return FTH_COLOUR_FILE;
    return reach_a >= reach_b ? a : b;
}

static int folded(char c)
{
    return c == '-' ? '_' : tolower((unsigned char)c);
}

bool fth_colour_find(const char *id, enum fth_colour_space *space)
{
    for (int i = 0; i < FTH_COLOUR_COUNT; i++) {
        size_t at = 0;
        while (id[at] && folded(id[at]) == folded(rows[i].id[at]))
            at++;
        if (!id[at] && !rows[i].id[at]) {
            *space = (enum fth_colour_space)i;
            return true;
        }
    }
    return false;
}
