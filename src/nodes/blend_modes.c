/* SPDX-License-Identifier: Apache-2.0 */
/* The formulas as the recommendation has them; outside 0..1, where it says nothing, they go on as
 * they are and only what would not be a number is kept from being none. */
#include "nodes/blend_modes.h"

#include <math.h>

#include "base/compiler.h"

const struct fth_choice fth_blend_modes[] = {
    [FTH_BLEND_NORMAL] = {"normal", "Normal", "The foreground as it is."},
    [FTH_BLEND_MULTIPLY] = {"multiply", "Multiply", "Darkens: white changes nothing. Shadows."},
    [FTH_BLEND_SCREEN] = {"screen", "Screen", "Brightens: black changes nothing. Light, fire."},
    [FTH_BLEND_OVERLAY] = {"overlay", "Overlay",
                           "Darkens what is dark below, brightens what is bright."},
    [FTH_BLEND_DARKEN] = {"darken", "Darken", "The darker of both, in each channel."},
    [FTH_BLEND_LIGHTEN] = {"lighten", "Lighten", "The brighter of both, in each channel."},
    [FTH_BLEND_COLOR_DODGE] = {"color_dodge", "Colour Dodge",
                               "Brightens what is below until it burns out."},
    [FTH_BLEND_COLOR_BURN] = {"color_burn", "Colour Burn", "Darkens what is below, hard."},
    [FTH_BLEND_HARD_LIGHT] = {"hard_light", "Hard Light",
                              "Darkens where the foreground is dark, brightens where it is bright: "
                              "a harsh lamp."},
    [FTH_BLEND_SOFT_LIGHT] = {"soft_light", "Soft Light", "The same, gently: a diffuse lamp."},
    [FTH_BLEND_DIFFERENCE] = {"difference", "Difference",
                              "How far both are apart: black where they are alike."},
    [FTH_BLEND_EXCLUSION] = {"exclusion", "Exclusion", "As difference, with less contrast."},
    [FTH_BLEND_HUE] = {"hue", "Hue",
                       "The foreground's hue with saturation and brightness of what is below."},
    [FTH_BLEND_SATURATION] = {"saturation", "Saturation",
                              "The foreground's saturation on what is below."},
    [FTH_BLEND_COLOR] = {"color", "Colour",
                         "The foreground's colour with the brightness of what is below: tints."},
    [FTH_BLEND_LUMINOSITY] = {"luminosity", "Luminosity",
                              "The foreground's brightness in the colours of what is below."},
    {NULL},
};

/* ---- channel by channel ---------------------------------------------------------------------- */

static float screen(float b, float s)
{
    return b + s - b * s;
}

static float hard_light(float b, float s)
{
    return s <= 0.5f ? b * 2 * s : screen(b, 2 * s - 1);
}

static float dodge(float b, float s)
{
    if (b <= 0)
        return 0;
    return s >= 1 ? 1 : FTH_MIN(1, b / (1 - s));
}

static float burn(float b, float s)
{
    if (b >= 1)
        return 1;
    return s <= 0 ? 0 : 1 - FTH_MIN(1, (1 - b) / s);
}

static float soft_light(float b, float s)
{
    if (s <= 0.5f)
        return b - (1 - 2 * s) * b * (1 - b);
    float lifted = b <= 0.25f ? ((16 * b - 12) * b + 4) * b : sqrtf(b);
    return b + (2 * s - 1) * (lifted - b);
}

static float blend_channel(enum fth_blend_mode mode, float b, float s)
{
    switch (mode) {
    case FTH_BLEND_MULTIPLY:
        return b * s;
    case FTH_BLEND_SCREEN:
        return screen(b, s);
    case FTH_BLEND_OVERLAY:
        return hard_light(s, b);
    case FTH_BLEND_DARKEN:
        return FTH_MIN(b, s);
    case FTH_BLEND_LIGHTEN:
        return FTH_MAX(b, s);
    case FTH_BLEND_COLOR_DODGE:
        return dodge(b, s);
    case FTH_BLEND_COLOR_BURN:
        return burn(b, s);
    case FTH_BLEND_HARD_LIGHT:
        return hard_light(b, s);
    case FTH_BLEND_SOFT_LIGHT:
        return soft_light(b, s);
    case FTH_BLEND_DIFFERENCE:
        return fabsf(b - s);
    case FTH_BLEND_EXCLUSION:
        return b + s - 2 * b * s;
    default:
        return s;
    }
}

/* ---- all three together ---------------------------------------------------------------------- */

static float luminosity(const float c[3])
{
    return 0.3f * c[0] + 0.59f * c[1] + 0.11f * c[2];
}

static float least(const float c[3])
{
    return FTH_MIN(c[0], FTH_MIN(c[1], c[2]));
}

static float most(const float c[3])
{
    return FTH_MAX(c[0], FTH_MAX(c[1], c[2]));
}

/* Draws the colour towards its grey until it is within 0..1. */
static void clip_colour(float c[3])
{
    float grey = luminosity(c), low = least(c), high = most(c);
    for (int i = 0; i < 3 && low < 0 && grey > low; i++)
        c[i] = grey + (c[i] - grey) * grey / (grey - low);
    for (int i = 0; i < 3 && high > 1 && high > grey; i++)
        c[i] = grey + (c[i] - grey) * (1 - grey) / (high - grey);
}

static void set_luminosity(const float colour[3], float grey, float out[3])
{
    float step = grey - luminosity(colour);
    for (int i = 0; i < 3; i++)
        out[i] = colour[i] + step;
    clip_colour(out);
}

static void set_saturation(const float colour[3], float saturation, float out[3])
{
    float low = least(colour), span = most(colour) - low;
    for (int i = 0; i < 3; i++)
        out[i] = span > 0 ? (colour[i] - low) * saturation / span : 0;
}

void fth_blend(enum fth_blend_mode mode, const float back[3], const float front[3], float out[3])
{
    float mixed[3];
    switch (mode) {
    case FTH_BLEND_HUE:
        set_saturation(front, most(back) - least(back), mixed);
        set_luminosity(mixed, luminosity(back), out);
        return;
    case FTH_BLEND_SATURATION:
        set_saturation(back, most(front) - least(front), mixed);
        set_luminosity(mixed, luminosity(back), out);
        return;
    case FTH_BLEND_COLOR:
        set_luminosity(front, luminosity(back), out);
        return;
    case FTH_BLEND_LUMINOSITY:
        set_luminosity(back, luminosity(front), out);
        return;
    default:
        for (int i = 0; i < 3; i++)
            out[i] = blend_channel(mode, back[i], front[i]);
    }
}
