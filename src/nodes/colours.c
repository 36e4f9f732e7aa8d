/* SPDX-License-Identifier: Apache-2.0 */
/* Colours by custom: of files, of tags, of what people type. */
#include "nodes/colours.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
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

/* An EXR that says nothing has Rec.709's; one whose primaries are nobody's is taken for it too. */
static enum fth_colour_space of_chromaticities(const float xy[8])
{
    struct fth_white corners[4];
    for (int i = 0; i < 4; i++)
        corners[i] = (struct fth_white){(double)xy[2 * i], (double)xy[2 * i + 1]};
    struct fth_primaries_xy primaries = {corners[0], corners[1], corners[2], corners[3]};
    enum fth_colour_space found = fth_space_of_primaries(&primaries);
    return found == FTH_COLOUR_FILE ? FTH_COLOUR_LINEAR_REC709 : found;
}

enum fth_colour_space fth_colours_of_file(const struct fth_media_info *info, bool scene)
{
    struct fth_tags tags = info->footage.tags;
    enum fth_colour_space said;
    if (!has_colours(info))
        return FTH_COLOUR_DATA;
    if (info->footage.colour[0] && fth_colour_find(info->footage.colour, &said) &&
        said != FTH_COLOUR_FILE)
        return said;
    if (info->kind == FTH_MEDIA_VIDEO || fth_tag_is_known(tags.transfer))
        return fth_space_of_tags(tags, scene);
    return info->is_float ? of_chromaticities(info->footage.chromaticities) : FTH_COLOUR_SRGB;
}

void fth_colours_say(enum fth_colour_space space, const char *path, struct fth_footage *footage)
{
    enum fth_colour_space taken = FTH_COLOUR_SRGB; /* for */
    footage->colour[0] = '\0';
    memset(footage->chromaticities, 0, sizeof(footage->chromaticities));
    if (!fth_colour_is_known(space))
        return;
    struct fth_primaries_xy xy = fth_space_primaries(space);
    const struct fth_white corners[4] = {xy.red, xy.green, xy.blue, xy.white};
    for (int i = 0; i < 4; i++) {
        footage->chromaticities[2 * i] = (float)corners[i].x;
        footage->chromaticities[2 * i + 1] = (float)corners[i].y;
    }
    bool still = fth_name_is_still(path) || fth_sequence_is_pattern(path);
    if (still && fth_ends_with(path, ".exr"))
        taken = fth_colour_linear(space);
    else if (!still || (fth_ends_with(path, ".png") && fth_tag_is_known(footage->tags.transfer)))
        taken = fth_space_of_tags(footage->tags, false);
    if (taken != space)
        snprintf(footage->colour, sizeof(footage->colour), "%s", fth_colour_id(space));
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
