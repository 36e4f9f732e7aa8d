/* SPDX-License-Identifier: Apache-2.0 */
/* Parts and layers by name. The reader names what is not in the first part PART.CHANNEL, and a
 * layer's channels are LAYER.CHANNEL: what is chosen is what begins so. */
#include "nodes/clip_layers.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

static bool begins(const char *name, const char *prefix)
{
    size_t length = strlen(prefix);
    return length == 0 || (strncmp(name, prefix, length) == 0 && name[length] == '.');
}

/* The part whose channels have their own names is the one that no channel is named after. */
static bool is_named_after(const struct fth_media_info *info, const char *part)
{
    for (int i = 0; i < info->channel_count; i++) {
        if (part[0] && begins(info->channels[i], part))
            return true;
    }
    return false;
}

static bool is_of_another_part(const struct fth_media_info *info, const char *part,
                               const char *channel)
{
    for (int i = 0; i < info->part_count; i++) {
        bool other = strcmp(info->parts[i], part) != 0 && info->parts[i][0];
        if (other && begins(channel, info->parts[i]))
            return true;
    }
    return false;
}

/* R, red and r are R. */
static void name_colour(const char *word, char name[FTH_LIMIT_NAME])
{
    static const char *const words[][2] = {{"red", "R"}, {"green", "G"}, {"blue", "B"},
                                           {"alpha", "A"}, {"r", "R"}, {"g", "G"},
                                           {"b", "B"}, {"a", "A"}, {"z", "Z"}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(words); i++) {
        if (strcasecmp(word, words[i][0]) == 0) {
            strcpy(name, words[i][1]);
            return;
        }
    }
    snprintf(name, FTH_LIMIT_NAME, "%s", word);
}

/* What the clip calls the file's channel; false: it shows it under no name. */
static bool show_name(const struct fth_clip *clip, const char *channel, char name[FTH_LIMIT_NAME])
{
    const struct fth_media_info *info = clip->info;
    const char *rest = channel;
    if (clip->part[0] && is_named_after(info, clip->part)) {
        if (!begins(rest, clip->part))
            return false;
        rest += strlen(clip->part) + 1;
    } else if (clip->part[0] && is_of_another_part(info, clip->part, channel)) {
        return false;
    }
    if (clip->layer[0] && !begins(rest, clip->layer))
        return false;
    if (clip->layer[0])
        rest += strlen(clip->layer) + 1;
    if (rest == channel)
        snprintf(name, FTH_LIMIT_NAME, "%s", channel);
    else
        name_colour(rest, name);
    return clip->alpha != FTH_ALPHA_IGNORE || strcmp(name, "A") != 0;
}

bool fth_clip_channel(const struct fth_clip *clip, int index, char name[FTH_LIMIT_NAME])
{
    return show_name(clip, clip->info->channels[index], name);
}

/* ---- choosing -------------------------------------------------------------------------------- */

static enum fth_status fail_name(const struct fth_clip *clip, const char *what, const char *word,
                                 const char *const *names, size_t count, struct fth_error *error)
{
    struct fth_text list = {0};
    const char *nearest = fth_nearest_word(word, names, count);
    for (size_t i = 0; i < count && i < 12; i++)
        fth_text_append(&list, "%s%s", i ? ", " : "", names[i]);
    enum fth_status status =
        fth_fail(error, FTH_ERR_USAGE, "%s: there is no %s '%.60s'%s%s%s; it has %s", clip->path,
                 what, word, nearest ? "; did you mean '" : "", nearest ? nearest : "",
                 nearest ? "'?" : "", count && list.data ? list.data : "none");
    fth_text_clear(&list);
    return status;
}

static enum fth_status choose_part(struct fth_clip *clip, const char *part,
                                   struct fth_error *error)
{
    const struct fth_media_info *info = clip->info;
    const char *names[FTH_MEDIA_PARTS];
    for (int i = 0; i < info->part_count; i++)
        names[i] = info->parts[i];
    for (int i = 0; i < info->part_count && part[0]; i++) {
        if (strcmp(names[i], part) == 0) {
            strcpy(clip->part, names[i]);
            return FTH_OK;
        }
    }
    return part[0] ? fail_name(clip, "part", part, names, (size_t)info->part_count, error)
                   : FTH_OK;
}

/* The layers of the chosen part: what stands before the last dot of its channels. */
static size_t list_layers(const struct fth_clip *clip, char layers[][FTH_LIMIT_NAME])
{
    size_t count = 0;
    for (int i = 0; i < clip->info->channel_count; i++) {
        char name[FTH_LIMIT_NAME];
        bool known = false;
        char *dot = fth_clip_channel(clip, i, name) ? strrchr(name, '.') : NULL;
        if (!dot)
            continue;
        *dot = '\0';
        for (size_t k = 0; k < count && !known; k++)
            known = strcmp(layers[k], name) == 0;
        if (!known)
            strcpy(layers[count++], name);
    }
    return count;
}

static enum fth_status choose_layer(struct fth_clip *clip, const char *layer,
                                    struct fth_error *error)
{
    char layers[FTH_LIMIT_PLANES][FTH_LIMIT_NAME];
    const char *names[FTH_LIMIT_PLANES];
    if (!layer[0])
        return FTH_OK;
    size_t count = list_layers(clip, layers);
    for (size_t i = 0; i < count; i++) {
        names[i] = layers[i];
        if (strcmp(layers[i], layer) == 0) {
            strcpy(clip->layer, layers[i]);
            return FTH_OK;
        }
    }
    return fail_name(clip, "layer", layer, names, count, error);
}

enum fth_status fth_clip_choose(struct fth_clip *clip, const struct fth_clip_choice *choice,
                                struct fth_error *error)
{
    const struct fth_media_info *info = clip->info;
    bool chooses = choice->part[0] || choice->layer[0];
    enum fth_status status = choose_part(clip, choice->part, error);
    if (status == FTH_OK)
        status = choose_layer(clip, choice->layer, error);
    if (status != FTH_OK)
        return status;
    clip->alpha = choice->alpha;
    clip->has_alpha = chooses ? false : info->has_alpha && choice->alpha != FTH_ALPHA_IGNORE;
    for (int i = 0; i < info->channel_count && chooses; i++) {
        char name[FTH_LIMIT_NAME];
        if (fth_clip_channel(clip, i, name) && strcmp(name, "A") == 0)
            clip->has_alpha = true;
    }
    clip->is_premultiplied = choice->alpha == FTH_ALPHA_AUTO
                                 ? info->is_premultiplied
                                 : choice->alpha != FTH_ALPHA_STRAIGHT;
    return FTH_OK;
}

/* ---- showing --------------------------------------------------------------------------------- */

enum fth_status fth_clip_show(const struct fth_clip *clip, const struct fth_image *image,
                              struct fth_image **out, struct fth_error *error)
{
    struct fth_image *made = NULL;
    bool chooses = clip->part[0] || clip->layer[0];
    if (!chooses && clip->alpha == FTH_ALPHA_AUTO) {
        *out = fth_image_ref(image);
        return FTH_OK;
    }
    enum fth_status status = fth_image_new_like(image, &made, error);
    for (int i = 0; i < image->channel_count && status == FTH_OK; i++)
        status = fth_image_set(made, image->channels[i].name, NULL, error);
    for (int i = 0; i < image->channel_count && status == FTH_OK; i++) {
        char name[FTH_LIMIT_NAME];
        if (show_name(clip, image->channels[i].name, name))
            status = fth_image_set(made, name, fth_plane_ref(image->channels[i].plane), error);
    }
    if (status == FTH_OK && chooses && !made->channel_count)
        status = fth_fail(error, FTH_ERR_DATA, "%s: this frame has no %s '%s'", clip->path,
                          clip->layer[0] ? "layer" : "part",
                          clip->layer[0] ? clip->layer : clip->part);
    if (status == FTH_OK && clip->alpha != FTH_ALPHA_AUTO)
        made->premultiplied = clip->alpha != FTH_ALPHA_STRAIGHT || !fth_image_plane(made, "A");
    if (status == FTH_OK)
        *out = made;
    else
        fth_image_unref(&made);
    return status;
}
