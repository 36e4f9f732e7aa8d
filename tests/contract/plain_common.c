/* SPDX-License-Identifier: Apache-2.0 */
/* The common controls of node/common.h told once more, a pixel at a time. */
#include <math.h>
#include <string.h>

#include "plain.h"

static bool is_inside(struct fth_rect rect, int32_t x, int32_t y)
{
    return x >= rect.x0 && x < rect.x1 && y >= rect.y0 && y < rect.y1;
}

/* A channel's value; 0 outside the data window. A picture without alpha is opaque inside it. */
static float value_of(const struct fth_image *image, const char *name, int32_t x, int32_t y)
{
    const struct fth_plane *plane = image ? fth_image_plane(image, name) : NULL;
    if (!image || !is_inside(image->domain, x, y))
        return 0;
    if (!plane)
        return strcmp(name, "A") == 0 ? 1 : 0;
    return is_inside(plane->rect, x, y) ? *fth_plane_at(plane, x, y) : 0;
}

/* The mask picture's own value, before it is stretched. */
static float mask_picture(const struct fth_image *mask, int32_t channel, int32_t x, int32_t y)
{
    bool has_alpha = fth_image_plane(mask, "A");
    static const char *const names[] = {NULL, "R", "G", "B", "A"};
    if (channel >= FTH_MASK_RED && channel <= FTH_MASK_ALPHA)
        return value_of(mask, names[channel], x, y);
    if (channel == FTH_MASK_AUTO && has_alpha)
        return value_of(mask, "A", x, y);
    if (fth_image_plane(mask, "R") && fth_image_plane(mask, "G") && fth_image_plane(mask, "B")) {
        float red = 0.2126f * value_of(mask, "R", x, y);
        float sum = red + 0.7152f * value_of(mask, "G", x, y);
        return sum + 0.0722f * value_of(mask, "B", x, y);
    }
    if (fth_image_plane(mask, "R"))
        return value_of(mask, "R", x, y);
    return mask->channel_count ? value_of(mask, mask->channels[0].name, x, y) : 0;
}

static float stretched(float value, double low, double high)
{
    float from = (float)low, scale = high > low ? (float)(1 / (high - low)) : 0;
    float at = scale > 0 ? (value - from) * scale : value > from ? 1.0f : 0.0f;
    return at > 0 ? (at < 1 ? at : 1) : 0;
}

static float effect_mask(const struct fth_common *common, const struct fth_image *mask, int32_t x,
                         int32_t y)
{
    return stretched(mask_picture(mask, common->effect_mask_channel, x, y),
                     common->effect_mask_low, common->effect_mask_high);
}

bool plain_mask_is_black(const struct fth_common *common, const struct fth_image *mask)
{
    struct fth_rect all = mask->domain;
    if (common->effect_mask_invert || common->effect_mask_low < 0)
        return false;
    for (int32_t y = all.y0; y < all.y1; y++) {
        for (int32_t x = all.x0; x < all.x1; x++) {
            if (effect_mask(common, mask, x, y) > 0)
                return false;
        }
    }
    return true;
}

static float by_id(const struct fth_image *before, const char *name, int64_t id, int32_t x,
                   int32_t y)
{
    bool has = before && fth_image_plane(before, name);
    return has && fabs((double)value_of(before, name, x, y) - (double)id) < 0.5 ? 1 : 0;
}

/* All masks together; 1 where there are none. */
static float whole_mask(const struct fth_common *common, const struct fth_image *before,
                        const struct fth_image *mask, int32_t x, int32_t y)
{
    float value = mask ? effect_mask(common, mask, x, y) : 1;
    bool ids = common->object_id >= 0 || common->material_id >= 0;
    if (common->object_id >= 0)
        value *= by_id(before, "ObjectID", common->object_id, x, y);
    if (common->material_id >= 0)
        value *= by_id(before, "MaterialID", common->material_id, x, y);
    if (ids && common->correct_edges && before && fth_image_plane(before, "Coverage")) {
        float part = value_of(before, "Coverage", x, y);
        value *= part > 0 ? (part < 1 ? part : 1) : 0;
    }
    return common->effect_mask_invert ? 1 - stretched(value, 0, 1) : value;
}

struct mixing {
    const struct fth_common *common;
    const struct fth_image *before, *after, *mask;
    bool matte, masked;
    bool multiplied; /* the result is, by its alpha */
};

static bool is_colour(const char *name)
{
    return !name[1] && strchr("RGBA", name[0]);
}

/* The input's value, with colours like those of the result. */
static float before_at(const struct mixing *mixing, const char *name, int32_t x, int32_t y)
{
    const struct fth_image *before = mixing->before;
    float value = value_of(before, name, x, y), alpha;
    bool differs = before && before->premultiplied != mixing->multiplied &&
                   !before->alpha_is_key && fth_image_plane(before, "A") &&
                   !(mixing->after && mixing->after->alpha_is_key);
    if (!differs || !is_colour(name) || strcmp(name, "A") == 0)
        return value;
    alpha = value_of(before, "A", x, y);
    if (mixing->multiplied)
        return value * alpha;
    return alpha > 0 ? value / alpha : 0;
}

static bool is_on(const struct fth_common *common, const char *name)
{
    const bool on[4] = {common->red, common->green, common->blue, common->alpha};
    return !is_colour(name) || on[strchr("RGBA", name[0]) - "RGBA"];
}

/* Equal values stay, -0 too. */
static float between(float before, float after, float share)
{
    return before == after ? after : before + share * (after - before);
}

static float mixed_at(const struct mixing *mixing, const char *name, int32_t x, int32_t y)
{
    const struct fth_common *common = mixing->common;
    float before = before_at(mixing, name, x, y), blend = (float)common->blend;
    float after = mixing->after ? value_of(mixing->after, name, x, y) : before;
    float mask = whole_mask(common, mixing->before, mixing->mask, x, y);
    bool is_alpha = strcmp(name, "A") == 0;
    bool from_zero = mixing->matte && common->outside_mask == FTH_OUTSIDE_ZERO &&
                     is_colour(name) && (is_alpha || mixing->multiplied);
    bool by_mask = mixing->masked && common->multiply_by_mask && is_colour(name) && !is_alpha &&
                   !from_zero;
    if (!is_on(common, name))
        return before;
    if (!is_colour(name) && !(mixing->before && fth_image_plane(mixing->before, name)))
        return after;
    if (!mixing->masked)
        return blend == 1 ? after : between(before, after, blend);
    if (from_zero) {
        after = mask > 0 ? after * mask : 0;
        return blend == 1 ? after : between(before, after, blend);
    }
    float value = mask > 0 ? between(before, after, blend * mask) : before;
    return by_mask ? value * mask : value;
}

/* Is the channel in the result at all? */
static bool has_channel(const struct mixing *mixing, const char *name, bool alpha_told)
{
    bool before = mixing->before && fth_image_plane(mixing->before, name);
    bool after = mixing->after ? fth_image_plane(mixing->after, name) != NULL : before;
    if (strcmp(name, "A") == 0)
        return alpha_told;
    if (!is_on(mixing->common, name))
        return before;
    return after || (is_colour(name) && before);
}

static enum fth_status add_channel(const struct mixing *mixing, const char *name,
                                   const struct fth_info *result, struct fth_image *out,
                                   struct fth_error *error)
{
    struct fth_plane *plane = NULL;
    struct fth_rect all = result->domain;
    if (!has_channel(mixing, name, result->has_alpha))
        return FTH_OK;
    enum fth_status status = fth_image_add(out, name, NULL, all, &plane, error);
    for (int32_t y = all.y0; y < all.y1 && status == FTH_OK; y++) {
        for (int32_t x = all.x0; x < all.x1; x++)
            *fth_plane_at(plane, x, y) = mixed_at(mixing, name, x, y);
    }
    return status;
}

enum fth_status plain_common(const struct fth_common *common, bool matte,
                             const struct fth_image *before, const struct fth_image *after,
                             const struct fth_image *mask, const struct fth_info *said,
                             const struct fth_info *result, struct fth_image **out,
                             struct fth_error *error)
{
    static const char *const colours[] = {"R", "G", "B", "A"};
    bool masked = mask || common->object_id >= 0 || common->material_id >= 0;
    struct mixing mixing = {common, before, after, mask, matte, masked,
                            after ? after->premultiplied : said->premultiplied};
    const struct fth_image *like = after ? after : before;
    struct fth_image *made = NULL;
    enum fth_status status = fth_image_new(result->format, result->domain, &made, error);
    for (int i = 0; i < 4 && status == FTH_OK; i++)
        status = add_channel(&mixing, colours[i], result, made, error);
    for (int i = 0; i < like->channel_count && status == FTH_OK; i++) {
        if (!is_colour(like->channels[i].name))
            status = add_channel(&mixing, like->channels[i].name, result, made, error);
    }
    if (status != FTH_OK) {
        fth_image_unref(&made);
        return status;
    }
    made->premultiplied = mixing.multiplied;
    made->alpha_is_key = like->alpha_is_key;
    made->colour = after ? after->colour : said->colour; /* a frame's mask does not change it */
    fth_image_copy_depth(made, like);
    *out = made;
    return FTH_OK;
}
