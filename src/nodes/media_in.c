/* SPDX-License-Identifier: Apache-2.0 */
/* Media In: the frames of a video, a still or a sequence. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "nodes/clip_layers.h"
#include "nodes/colours.h"

struct params {
    const char *file, *part, *layer, *size, *pixel_format, *rate;
    int64_t first, last;
    int32_t outside, alpha, colour, deinterlace, on_error;
};

enum { OUTSIDE_STOP, OUTSIDE_HOLD, OUTSIDE_LOOP, OUTSIDE_BLACK };

static const struct fth_choice outside_choices[] = {
    [OUTSIDE_STOP] = {"stop", "Stop", "The work ends with a line that says which there are."},
    [OUTSIDE_HOLD] = {"hold", "Hold", "The first and the last frame stand still."},
    [OUTSIDE_LOOP] = {"loop", "Loop", "The clip begins again."},
    [OUTSIDE_BLACK] = {"black", "Black", "Nothing is there: black and transparent."},
    {NULL},
};

static const struct fth_choice alpha_choices[] = {
    [FTH_ALPHA_AUTO] = {"auto", "Auto", "As its kind of file has it: EXR multiplied, others not."},
    [FTH_ALPHA_PREMULTIPLIED] = {"premultiplied", "Premultiplied",
                                 "Colours are already multiplied by it."},
    [FTH_ALPHA_STRAIGHT] = {"straight", "Straight", "Colours are as they would be without it."},
    [FTH_ALPHA_IGNORE] = {"ignore", "Ignore", "There is none: the picture is opaque."},
    {NULL},
};

enum { COLOUR_AUTO, COLOUR_SCENE, COLOUR_DATA };

static const struct fth_choice colour_choices[] = {
    [COLOUR_AUTO] = {"auto", "Auto", "As the file is tagged; video without tags is Rec.709 Gamma "
                                     "2.4, a still sRGB, floats linear light."},
    [COLOUR_SCENE] = {"scene", "Scene", "The same, but of video the light before the camera: its "
                                        "own curve (the OETF) undone, not a display's."},
    [COLOUR_DATA] = {"data", "Data", "A map or a matte: numbers that are never converted."},
#define COLOUR(name, id, label, primaries, curve, linear, help) {id, label, help},
#include "image/colours.list.h"
#undef COLOUR
    {NULL},
};

static const struct fth_choice deinterlace_choices[] = {
    [FTH_DEINTERLACE_AUTO] = {"auto", "Auto", "Frames that are marked as woven of two fields."},
    [FTH_DEINTERLACE_OFF] = {"off", "Off", "Frames stay as they are stored."},
    [FTH_DEINTERLACE_ON] = {"on", "On", "Every frame, whatever the file says."},
    {NULL},
};

static const struct fth_choice on_error_choices[] = {
    [FTH_ON_ERROR_STOP] = {"stop", "Stop", "The work ends with a line that says which frame."},
    [FTH_ON_ERROR_SKIP] = {"skip", "Skip", "Nothing is written for it: a sequence has the same "
                                           "gap, a video is shorter."},
    [FTH_ON_ERROR_HOLD] = {"hold", "Hold", "The last good frame is shown instead."},
    {NULL},
};

static const struct fth_param table[] = {
    FTH_PARAM(FILE, struct params, file, .label = "File",
              .help = "The video, still or sequence (shot.####.exr) to read. A still shows the "
                      "same picture at every frame. - is what comes through the pipe, kept in a "
                      "file without a name under $TMPDIR until the end.",
              .group = "Media", .flags = FTH_PARAM_NEEDS_FILE),
    FTH_PARAM(CHOICE, struct params, colour, .label = "Colour",
              .help = "What the file's colours are, where it does not say so or says it wrongly. "
                      "Of effect where colours are managed, on Colour Space, and on what networks "
                      "are shown.",
              .choices = colour_choices,
              .max = COLOUR_DATA + FTH_COLOUR_COUNT - FTH_COLOUR_DATA - 1,
              .group = "Media", .flags = FTH_PARAM_OF_FILE),
    FTH_PARAM(CHOICE, struct params, deinterlace, .label = "Deinterlace",
              .help = "Takes the two fields that are woven into a frame apart and completes the "
                      "first of them: one frame for one frame, without combs on what moves.",
              .choices = deinterlace_choices, .max = 2, .group = "Reading",
              .flags = FTH_PARAM_OF_FILE),
    FTH_PARAM(INT, struct params, first, .label = "In Point",
              .help = "The first frame of the file that is used, by the file's own numbers. 0: its "
                      "first.",
              .min = -1e9, .max = 1e9, .ui_max = 1000, .step = 1, .group = "Time",
              .flags = FTH_PARAM_OF_FILE),
    FTH_PARAM(INT, struct params, last, .label = "Out Point",
              .help = "The last frame of the file that is used. 0: its last.",
              .min = -1e9, .max = 1e9, .ui_max = 1000, .step = 1, .group = "Time",
              .flags = FTH_PARAM_OF_FILE),
    FTH_PARAM(CHOICE, struct params, outside, .label = "Outside",
              .help = "What is shown before the first and after the last frame that is used, where "
                      "another clip goes on.",
              .choices = outside_choices, .max = 3, .group = "Time",
              .flags = FTH_PARAM_OF_FILE),
    FTH_PARAM(CHOICE, struct params, alpha, .label = "Alpha",
              .help = "How the file's alpha is meant, where it is not as its kind has it.",
              .choices = alpha_choices, .max = 3, .group = "Reading",
              .flags = FTH_PARAM_OF_FILE),
    FTH_PARAM(TEXT, struct params, part, .label = "Part",
              .help = "The part of an EXR that is read, by its name. Empty: the first with "
                      "colours, and the channels of all others beside it.",
              .group = "Reading", .flags = FTH_PARAM_OF_FILE),
    FTH_PARAM(TEXT, struct params, layer, .label = "Layer",
              .help = "The layer of an EXR whose channels become the picture: diffuse shows "
                      "diffuse.R, diffuse.G and diffuse.B. Empty: the channels without a layer.",
              .group = "Reading", .flags = FTH_PARAM_OF_FILE),
    FTH_PARAM(CHOICE, struct params, on_error, .label = "On Error",
              .help = "What becomes of a frame that is missing from a sequence or damaged. How "
                      "many there were is told at the end.",
              .choices = on_error_choices, .max = 2, .group = "Reading",
              .flags = FTH_PARAM_OF_FILE),
    FTH_PARAM(TEXT, struct params, size, .label = "Size",
              .help = "WIDTHxHEIGHT of bare samples (raw video), which do not say it themselves. "
                      "Empty: the file says what it is.",
              .group = "Reading", .flags = FTH_PARAM_OF_FILE),
    FTH_PARAM(TEXT, struct params, pixel_format, .label = "Pixel Format",
              .help = "How raw video stores its pixels, by FFmpeg's name: yuv420p, yuv422p10le, "
                      "gray16le, rgb48le ... Empty: yuv420p.",
              .group = "Reading", .flags = FTH_PARAM_OF_FILE),
    FTH_PARAM(TEXT, struct params, rate, .label = "Rate",
              .help = "Frames a second of raw video: 24, 30000/1001. Empty: 25.",
              .group = "Reading", .flags = FTH_PARAM_OF_FILE),
    FTH_PARAM_TABLE_END,
};

/* The whole of `text` as "A", or "A<between>B"; *b stays what it is without one. */
static bool read_pair(const char *text, char between, int64_t *a, int64_t *b)
{
    char first[24];
    const char *mark = strchr(text, between);
    size_t length = mark ? (size_t)(mark - text) : strlen(text);
    if (length >= sizeof(first))
        return false;
    memcpy(first, text, length);
    first[length] = '\0';
    return fth_parse_int(first, a) && (!mark || fth_parse_int(mark + 1, b));
}

static enum fth_status read_raw(const struct params *params, struct fth_raw_video *raw,
                                struct fth_error *error)
{
    int64_t width = 0, height = 0, num = 0, den = 1;
    if (!params->size[0]) {
        if (params->pixel_format[0] || params->rate[0])
            return fth_fail(error, FTH_ERR_USAGE, "pixel format and rate are of raw video: give "
                                                  "its size too (--size 1920x1080)");
        return FTH_OK;
    }
    if (!read_pair(params->size, 'x', &width, &height) || width < 1 || height < 1 ||
        width > FTH_LIMIT_SIDE || height > FTH_LIMIT_SIDE)
        return fth_fail(error, FTH_ERR_USAGE, "size '%s' is not WIDTHxHEIGHT up to %d a side",
                        params->size, FTH_LIMIT_SIDE);
    if (params->rate[0] && (!read_pair(params->rate, '/', &num, &den) || num < 1 || den < 1 ||
                            num > INT32_MAX || den > INT32_MAX))
        return fth_fail(error, FTH_ERR_USAGE, "rate '%s' is not as 25 or 30000/1001", params->rate);
    *raw = (struct fth_raw_video){(int)width, (int)height, params->pixel_format, {num, den}};
    return FTH_OK;
}

static enum fth_status open_file(const struct fth_call *call, void **state, struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_clip *clip = fth_alloc(1, sizeof(*clip));
    if (!clip)
        return fth_fail_memory(error, sizeof(*clip), "a media file");
    struct fth_reader_options options = {.deinterlace = (enum fth_deinterlace)params->deinterlace,
                                         .lenient = params->on_error != FTH_ON_ERROR_STOP};
    enum fth_status status = read_raw(params, &options.raw, error);
    if (status == FTH_OK)
        status = fth_clip_open(call, params->file, &options, clip, error);
    struct fth_clip_choice choice = {params->part, params->layer,
                                     (enum fth_clip_alpha)params->alpha};
    if (status == FTH_OK)
        status = fth_clip_choose(clip, &choice, error);
    if (status == FTH_OK) {
        clip->on_error = (enum fth_on_error)params->on_error;
        *state = clip;
        return FTH_OK;
    }
    if (clip->reader)
        fth_clip_close(clip);
    fth_free(clip);
    return status;
}

static void close_file(void **state)
{
    struct fth_clip *clip = *state;
    if (clip)
        fth_clip_close(clip);
    fth_free(clip);
    *state = NULL;
}

/* ---- time ------------------------------------------------------------------------------------ */

/* The frames that are used. A still has no points. */
static enum fth_status used_frames(const struct params *params, const struct fth_clip *clip,
                                   struct fth_span *used, struct fth_error *error)
{
    const struct fth_media_info *info = clip->info;
    *used = (struct fth_span){info->first_frame, info->last_frame};
    if (info->kind == FTH_MEDIA_STILL)
        return FTH_OK;
    if (params->first)
        used->first = params->first;
    if (params->last)
        used->last = params->last;
    if (used->first >= info->first_frame && used->last <= info->last_frame &&
        used->first <= used->last)
        return FTH_OK;
    return fth_fail(error, FTH_ERR_USAGE,
                    "%s: first and last, %lld to %lld, are not within its frames, %lld to %lld",
                    clip->path, (long long)used->first, (long long)used->last,
                    (long long)info->first_frame, (long long)info->last_frame);
}

/* The file's frame that is shown at call->frame; *black: none is. */
static enum fth_status shown_at(const struct fth_call *call, int64_t *frame, bool *black,
                                struct fth_error *error)
{
    const struct params *params = call->params;
    const struct fth_clip *clip = call->state;
    struct fth_span used;
    enum fth_status status = used_frames(params, clip, &used, error);
    *frame = call->frame;
    *black = false;
    if (status != FTH_OK || clip->info->kind == FTH_MEDIA_STILL ||
        (call->frame >= used.first && call->frame <= used.last))
        return status;
    int64_t count = used.last - used.first + 1, past = (call->frame - used.first) % count;
    switch (params->outside) {
    case OUTSIDE_HOLD:
        *frame = call->frame < used.first ? used.first : used.last;
        return FTH_OK;
    case OUTSIDE_LOOP:
        *frame = used.first + (past + count) % count;
        return FTH_OK;
    case OUTSIDE_BLACK:
        *black = true;
        return FTH_OK;
    default:
        return fth_fail(error, FTH_ERR_NOT_FOUND, "there is no frame %lld, only %lld to %lld",
                        (long long)call->frame, (long long)used.first, (long long)used.last);
    }
}

/* ---- what is known --------------------------------------------------------------------------- */

static enum fth_colour_space colour_of(const struct params *params,
                                       const struct fth_media_info *info)
{
    if (params->colour >= COLOUR_DATA)
        return (enum fth_colour_space)(FTH_COLOUR_DATA + params->colour - COLOUR_DATA);
    return fth_colours_of_file(info, params->colour == COLOUR_SCENE);
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct fth_clip *clip = call->state;
    const struct params *params = call->params;
    struct fth_span used;
    int64_t frame;
    bool black = false;
    enum fth_status status = used_frames(params, clip, &used, error);
    if (status != FTH_OK)
        return status;
    fth_clip_info(clip, call, out);
    out->first_frame = used.first;
    out->last_frame = used.last;
    if (shown_at(call, &frame, &black, NULL) == FTH_OK && black)
        out->domain = (struct fth_rect){0};
    out->colour = colour_of(params, clip->info);
    /* floats may be brighter than any code */
    out->fits = clip->info->is_float ? FTH_COLOUR_FILE : out->colour;
    if (params->colour > COLOUR_DATA)
        fth_colours_tag(out);
    for (int i = 0; i < clip->info->channel_count; i++) {
        char name[FTH_LIMIT_NAME];
        if (!fth_clip_channel(clip, i, name))
            continue;
        if (fth_clip_is_z(name))
            out->depth = FTH_DEPTH_METRIC_Z;
        else if (strcmp(name, "disparity") == 0)
            out->depth = FTH_DEPTH_RELATIVE_INVERSE;
    }
    return FTH_OK;
}

static enum fth_status hash_frame(const struct fth_call *call, struct fth_hasher *hasher,
                                  struct fth_error *error)
{
    struct fth_call at = *call;
    bool black;
    enum fth_status status = shown_at(call, &at.frame, &black, error);
    if (status != FTH_OK)
        return status;
    fth_hash_int(hasher, black);
    return black ? FTH_OK : fth_clip_hash(call->state, &at, hasher, error);
}

static bool leaves_out(const struct fth_call *call)
{
    struct fth_call at = *call;
    bool black;
    return shown_at(call, &at.frame, &black, NULL) == FTH_OK && !black &&
           fth_clip_leaves_out(call->state, &at);
}

static enum fth_status make_black(const struct fth_call *call, struct fth_image **out,
                                  struct fth_error *error)
{
    static const char *const names[] = {"R", "G", "B", "A"};
    enum fth_status status = fth_image_new(call->info.format, call->info.domain, out, error);
    for (int i = 0; i < (call->info.has_alpha ? 4 : 3) && status == FTH_OK; i++) {
        struct fth_plane *plane = NULL;
        status = fth_image_add(*out, names[i], call->env->buffers, call->info.domain, &plane,
                               error);
        if (status == FTH_OK)
            fth_plane_fill(plane, 0);
    }
    if (status == FTH_OK)
        (*out)->premultiplied = call->info.premultiplied;
    return status;
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    struct fth_image *image = NULL, *told = NULL;
    struct fth_call at = *call;
    bool black;
    enum fth_status status = shown_at(call, &at.frame, &black, error);
    if (status == FTH_OK && black)
        status = make_black(call, &image, error);
    else if (status == FTH_OK)
        status = fth_clip_frame(call->state, &at, &image, error);
    if (status == FTH_OK)
        status = fth_image_new_like(image, &told, error);
    if (status == FTH_OK) {
        told->depth = call->info.depth;
        told->colour = call->info.colour;
        *out = told;
    }
    fth_image_unref(&image);
    return status;
}

static const struct fth_step steps[] = {
    {.id = "read", .kind = FTH_NODE_SOURCE, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_media_in = {
    .id = "media_in",
    .label = "Media In",
    .tag = "In",
    .group = "Media",
    .help = "Brings a video, a still or a numbered sequence into the graph, frame by frame.",
    .version = 1,
    .flags = FTH_NODE_NO_COMMON,
    .params = table,
    .params_size = sizeof(struct params),
    .steps = steps,
    .domain = tell,
    .hash_extra = hash_frame,
    .leaves_out = leaves_out,
    .open = open_file,
    .close = close_file,
};
