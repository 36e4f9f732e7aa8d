/* SPDX-License-Identifier: Apache-2.0 */
/* Colours by custom: of files, of tags, of what people type. */
#include "nodes/colours.h"

#include <string.h>

#include "colour/convert.h"

/* A picture's map is in a channel of its own; what has none but says what its depth means has it in
 * place of colours. */
static bool has_colours(const struct fth_media_info *info)
{
    bool colours = info->channel_count == 0, others = false;
    for (int i = 0; i < info->channel_count; i++) {
        bool one = info->channels[i][0] && strchr("RGB", info->channels[i][0]) &&
                   !info->channels[i][1];
        colours = colours || one;
        others = others || (!one && strcmp(info->channels[i], "A") != 0);
    }
    return colours && (others || info->depth_encoding == FTH_ENCODED_UNKNOWN);
}

enum fth_colour_space fth_colours_of_file(const struct fth_media_info *info, bool scene)
{
    struct fth_tags tags = info->footage.tags;
    if (!has_colours(info))
        return FTH_COLOUR_DATA;
    if (info->kind == FTH_MEDIA_VIDEO || fth_tag_is_known(tags.transfer))
        return fth_space_of_tags(tags, scene);
    return info->is_float ? FTH_COLOUR_LINEAR_REC709 : FTH_COLOUR_SRGB;
}

void fth_colours_tag(struct fth_info *info)
{
    struct fth_tags tags = fth_space_tags(info->colour);
    tags.range = info->footage.tags.range;
    info->footage.tags = tags;
}

void fth_colours_typed(enum fth_colour_space space, const double typed[3], float rgb[3])
{
    for (int i = 0; i < 3; i++)
        rgb[i] = (float)typed[i];
    /* these show a typed colour as it is, to what an eye can tell */
    if (!fth_colour_is_known(space) || space == FTH_COLOUR_REC709_GAMMA24 ||
        space == FTH_COLOUR_REC709_GAMMA22 || space == FTH_COLOUR_SRGB ||
        space == FTH_COLOUR_REC709_SCENE)
        return;
    struct fth_conversion_options none = {0};
    struct fth_conversion conversion;
    fth_conversion_make(FTH_COLOUR_REC709_GAMMA24, space, &none, &conversion);
    fth_conversion_rows(&conversion, (float *[3]){&rgb[0], &rgb[1], &rgb[2]}, 1);
}
