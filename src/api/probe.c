/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of a file, as JSON (docs/json.md). */
#include <math.h>
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
    fth_json_set_grown(root, "rate", &rate);
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

/* How a still's pixels lie in its file. */
static void add_layout(struct fth_json *root, const struct fth_media_info *info)
{
    struct fth_json *parts = fth_json_new(FTH_JSON_ARRAY);
    fth_json_set_text(root, "compression", info->compression);
    fth_json_set_text(root, "layout", info->layout);
    for (int i = 0; i < info->part_count; i++)
        fth_json_add(parts, fth_json_new_text(info->parts[i]));
    fth_json_set(root, "parts", parts);
    if (fth_rect_empty(info->data_window))
        return;
    struct fth_json *window = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set_int(window, "x", info->data_window.x0);
    fth_json_set_int(window, "y", info->data_window.y0);
    fth_json_set_int(window, "width", fth_rect_width(info->data_window));
    fth_json_set_int(window, "height", fth_rect_height(info->data_window));
    fth_json_set(root, "data_window", window);
}

/* The frames of a sequence that have no file, as ranges. */
static void add_gaps(struct fth_json *root, const struct fth_reader *reader)
{
    enum { RANGES = 1000 };
    const struct fth_media_info *info = fth_reader_info(reader);
    struct fth_json *ranges = fth_json_new(FTH_JSON_ARRAY);
    int64_t frame = info->first_frame, next, missing = 0;
    if (info->kind == FTH_MEDIA_SEQUENCE)
        for (; fth_reader_neighbour(reader, frame, 1, &next); frame = next) {
            struct fth_text range = {0};
            if (next == frame + 1)
                continue;
            missing += next - frame - 1;
            fth_text_append(&range, "%lld", (long long)frame + 1);
            if (next > frame + 2)
                fth_text_append(&range, "-%lld", (long long)next - 1);
            if (fth_json_count(ranges) < RANGES)
                fth_json_add(ranges, range.failed ? NULL : fth_json_new_text(range.data));
            fth_text_clear(&range);
        }
    fth_json_set_int(root, "missing_count", missing);
    fth_json_set(root, "missing", ranges);
}

/* What the file says of its depth, or nothing. */
static void add_depth(struct fth_json *root, const struct fth_media_info *info)
{
    if (info->depth_encoding == FTH_ENCODED_UNKNOWN)
        return;
    struct fth_json *depth = fth_json_new(FTH_JSON_OBJECT);
    bool ranged = info->near_m > 0;
    fth_json_set_text(depth, "encoding", fth_depth_encoding_name(info->depth_encoding));
    fth_json_set(depth, "near_m", fth_json_new_number(ranged ? info->near_m : NAN));
    fth_json_set(depth, "far_m", fth_json_new_number(ranged ? info->far_m : NAN));
    fth_json_set_bool(depth, "is_given", info->range_is_given);
    fth_json_set(root, "depth", depth);
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
    struct fth_depth_facts facts = bundle->depth_facts;
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
    if (facts.known) {
        fth_json_set_int(depth, "shot_first_frame", facts.shot_first);
        fth_json_set_int(depth, "shot_last_frame", facts.shot_last);
        bool first = facts.flicker < 0; /* no frame before it to differ from: null */
        fth_json_set(depth, "flicker", fth_json_new_number(first ? NAN : facts.flicker));
        fth_json_set(depth, "flicker_alone",
                     fth_json_new_number(facts.flicker_alone < 0 ? NAN : facts.flicker_alone));
        fth_json_set(depth, "drift", fth_json_new_number(facts.drift));
    }
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
    struct fth_reader_options options = {.lenient = true};
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
    add_gaps(root, reader);
    add_coding(root, info);
    add_layout(root, info);
    add_depth(root, info);
    fth_json_set_text(root, "content", fth_key_print(key, digits));
    first_file(path, info, file);
    add_bundle(root, file);
    status = fth_json_deliver(root, json, error);
done:
    fth_reader_close(&reader);
    return status;
}
