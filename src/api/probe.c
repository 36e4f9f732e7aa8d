/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of a file, as JSON (docs/json.md). */
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "depth/bundle.h"
#include "fathom/fathom.h"
#include "io/media.h"

static const char *kind_name(enum fth_media_kind kind)
{
    return kind == FTH_MEDIA_VIDEO ? "video" : kind == FTH_MEDIA_STILL ? "still" : "sequence";
}

static void add_time(struct fth_json *root, const struct fth_media_info *info)
{
    bool timed = info->rate.num > 0 && info->rate.den > 0;
    struct fth_text rate = {0};
    fth_json_set_int(root, "first_frame", info->first_frame);
    fth_json_set_int(root, "last_frame", info->last_frame);
    if (timed)
        fth_text_append(&rate, "%lld/%lld", (long long)info->rate.num, (long long)info->rate.den);
    fth_json_set_text(root, "rate", rate.data ? rate.data : "");
    fth_json_set(root, "rate_fps",
                 timed ? fth_json_new_number((double)info->rate.num / (double)info->rate.den)
                       : fth_json_new_number(0));
    fth_json_set_bool(root, "constant_rate", info->constant_rate);
    fth_json_set(root, "duration_s", fth_json_new_number(info->duration_s));
    fth_json_set_text(root, "timecode", info->footage.timecode);
    fth_text_clear(&rate);
}

static void add_coding(struct fth_json *root, const struct fth_media_info *info)
{
    fth_json_set_int(root, "bits", info->bits);
    fth_json_set_bool(root, "is_float", info->is_float);
    fth_json_set_bool(root, "has_alpha", info->has_alpha);
    fth_json_set_bool(root, "has_audio", info->has_audio);
    fth_json_set_int(root, "rotation_degrees", info->rotation_degrees);
    fth_json_set_bool(root, "is_mirrored", info->is_mirrored);
    fth_json_set_bool(root, "is_interlaced", info->is_interlaced);
    fth_json_set_bool(root, "is_hdr", fth_tags_are_hdr(info->footage.tags));
    fth_json_set_text(root, "container", info->container);
    fth_json_set_text(root, "codec", info->codec);
    fth_json_set_text(root, "pixel_format", info->pixel_format);
    fth_json_set_text(root, "matrix", info->matrix);
    fth_json_set_text(root, "primaries", info->primaries);
    fth_json_set_text(root, "transfer", info->transfer);
    fth_json_set_text(root, "range", info->range);
    struct fth_json *channels = fth_json_new(FTH_JSON_ARRAY);
    for (int i = 0; i < info->channel_count; i++)
        fth_json_add(channels, fth_json_new_text(info->channels[i]));
    fth_json_set(root, "channels", channels);
}

/* The bundle's header, or nothing when the file is none. */
static void add_bundle(struct fth_json *root, const char *file)
{
    struct fth_bundle_info info;
    struct fth_image *bundle = NULL;
    char key[33];
    if (!fth_ends_with(file, ".exr") || 
        fth_bundle_read(file, NULL, NULL, &bundle, &info, NULL) != FTH_OK)
        return;
    fth_image_unref(&bundle);
    struct fth_json *depth = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set_text(depth, "model", info.model);
    fth_json_set_text(depth, "licence", info.licence);
    fth_json_set_text(depth, "meaning", info.meaning);
    fth_json_set_text(depth, "units", info.units);
    fth_json_set_text(depth, "encoding", info.encoding);
    fth_json_set_text(depth, "source", fth_key_print(info.source, key));
    fth_json_set(depth, "scale", fth_json_new_number(info.scale));
    fth_json_set(depth, "shift", fth_json_new_number(info.shift));
    fth_json_set_text(depth, "version", info.version);
    fth_json_set(root, "bundle", depth);
}

/* One file of what was named: itself, or the first of a sequence. */
static void first_file(const char *path, const struct fth_media_info *info,
                       char file[FTH_LIMIT_PATH])
{
    file[0] = '\0';
    if (info->kind == FTH_MEDIA_STILL && strlen(path) < FTH_LIMIT_PATH)
        strcpy(file, path);
    else if (info->kind == FTH_MEDIA_SEQUENCE && fth_sequence_is_pattern(path))
        (void)fth_sequence_file(path, info->first_frame, file, FTH_LIMIT_PATH, NULL);
}

enum fth_status fth_probe(const char *path, char **json, struct fth_error *error)
{
    struct fth_reader *reader = NULL;
    struct fth_reader_options options = {0};
    struct fth_key key;
    char digits[33], file[FTH_LIMIT_PATH];
    struct fth_json *root = NULL;
    enum fth_status status = fth_reader_open(path, &options, &reader, error);
    if (status == FTH_OK)
        status = fth_reader_key(reader, &key, error);
    if (status != FTH_OK)
        goto done;
    const struct fth_media_info *info = fth_reader_info(reader);
    root = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set_text(root, "path", path);
    fth_json_set_text(root, "kind", kind_name(info->kind));
    fth_json_set_int(root, "width", info->format.width);
    fth_json_set_int(root, "height", info->format.height);
    fth_json_set(root, "pixel_aspect",
                 fth_json_new_number(info->format.pixel_aspect ? info->format.pixel_aspect : 1));
    add_time(root, info);
    add_coding(root, info);
    fth_json_set_text(root, "content", fth_key_print(key, digits));
    first_file(path, info, file);
    add_bundle(root, file);
    status = fth_json_deliver(root, json, error);
done:
    fth_reader_close(&reader);
    return status;
}
