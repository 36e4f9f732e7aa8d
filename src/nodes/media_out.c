/* SPDX-License-Identifier: Apache-2.0 */
/* Media Out: writes a video, a still or a sequence. The file is begun with the first picture and
 * gets its final name when it is whole. */
#include <math.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/pipe.h"
#include "base/text.h"
#include "depth/bundle.h"
#include "io/journal.h"
#include "io/media.h"
#include "node/node.h"
#include "nodes/colours.h"
#include "ops/kernels.h"

struct params {
    const char *file, *pixels, *audio;
    int32_t colour, bits, codec, compression, parts;
    int64_t quality;
    bool alpha, grey, overwrite;
};

static const struct fth_choice colour_choices[] = {
    {"auto", "Auto", "The document's output, or the colours the picture comes in."},
#define COLOUR(name, id, label, primaries, curve, linear, help) {id, label, help},
#include "image/colours.list.h"
#undef COLOUR
    {NULL},
};

static const struct fth_choice bits_choices[] = {
    {"default", "As the format likes", "PNG and TIFF 16 bit, EXR half for colours, video its own."},
    {"8", "8 bit", "256 steps a channel; smooth depth shows bands."},
    {"16", "16 bit", "65536 steps a channel."},
    {"half", "Half float", "EXR and TIFF: 11 bits of precision at any brightness."},
    {"float", "Float", "EXR, TIFF and PFM: everything as it was computed."},
    {NULL},
};

/* In the order of enum fth_exr_compression. */
static const struct fth_choice compressions[] = {
    {"zip", "ZIP", "Exact; 16 rows at a time, what most programs write."},
    {"zips", "ZIP, single rows", "Exact; quickest to look at a part of."},
    {"none", "None", "Exact and largest."},
    {"rle", "Run lengths", "Exact; small for flat mattes."},
    {"piz", "PIZ", "Exact; smallest for grainy footage."},
    {"pxr24", "PXR24", "Floats keep 24 bits, halves all."},
    {"b44", "B44", "Halves lose some; every frame has the same size."},
    {"b44a", "B44, flat areas smaller", "B44 where it matters, less where nothing is."},
    {"dwaa", "DWAA", "Colours like a fine JPEG, much smaller; depth stays exact."},
    {"dwab", "DWAB", "DWAA in larger blocks."},
    {NULL},
};

enum { PARTS_ONE, PARTS_SPLIT };
static const struct fth_choice parts_choices[] = {
    {"one", "One", "All channels side by side, which every program reads."},
    {"split", "One a layer", "Colours in the first part, depth in the part 'depth', every other "
                             "layer in one of its own, so that a program reads what it needs."},
    {NULL},
};

static const struct fth_choice codec_choices[] = {
    [FTH_CODEC_DEFAULT] = {"default", "As the ending likes", "ProRes, FFV1, H.264 or VP9."},
    [FTH_CODEC_H264] = {"h264", "H.264", "8 bits, for every player: .mp4 .mov .mkv."},
    [FTH_CODEC_HEVC] = {"hevc", "HEVC", "10 bits, for high dynamic range: .mp4 .mov .mkv."},
    [FTH_CODEC_PRORES] = {"prores", "ProRes 4444", "10 bits, alpha of 16, for editing: .mov."},
    [FTH_CODEC_DNXHR] = {"dnxhr", "DNxHR 444", "10 bits, no alpha, for editing: .mov."},
    [FTH_CODEC_FFV1] = {"ffv1", "FFV1", "16 bits with alpha, nothing lost: .mkv."},
    [FTH_CODEC_VP9] = {"vp9", "VP9", "8 bits with alpha, for the web: .webm .mkv."},
    [FTH_CODEC_Y4M] = {"y4m", "YUV4MPEG", "Bare samples that say their shape: - and .y4m."},
    [FTH_CODEC_RAW] = {"raw", "Raw video", "Bare samples and nothing else."},
    {NULL},
};

static const struct fth_param table[] = {
    FTH_PARAM(FILE, struct params, file, .label = "File",
              .help = "Where to write. The ending decides: .mov ProRes 4444 with alpha, .mkv FFV1 "
                      "with alpha, .webm VP9 with alpha, .mp4 H.264 without, .png, .exr, .jpg, "
                      ".tif; shot.####.exr writes one file a frame; - is the pipe behind (y4m, or "
                      "--codec raw).",
              .group = "Media", .flags = FTH_PARAM_NEEDS_FILE | FTH_PARAM_NO_PIXELS),
    FTH_PARAM(CHOICE, struct params, colour, .label = "Colour",
              .help = "The colours the file holds, whatever the document's output is: linear "
                      "ACEScg for an EXR beside a video, say. Files are tagged with what they "
                      "hold. Maps and mattes are never converted.",
              .choices = colour_choices, .max = FTH_COLOUR_COUNT - FTH_COLOUR_DATA - 1,
              .group = "Media", .flags = FTH_PARAM_NO_PIXELS),
    FTH_PARAM(CHOICE, struct params, bits, .label = "Bits",
              .help = "Precision of a stored channel, where the format leaves a choice.",
              .choices = bits_choices, .max = 4, .group = "Media", .flags = FTH_PARAM_NO_PIXELS),
    FTH_PARAM(CHOICE, struct params, codec, .label = "Codec",
              .help = "How a video is coded, where its ending leaves a choice.",
              .choices = codec_choices, .max = 8, .group = "Media", .flags = FTH_PARAM_NO_PIXELS),
    FTH_PARAM(TEXT, struct params, pixels, .label = "Pixels",
              .help = "How y4m and raw video store their pixels, by FFmpeg's name: yuv420p, "
                      "yuv422p10le, gray, rgb48le, rgba ... Empty: y4m 4:4:4, raw RGB, grey where "
                      "that is asked for; of 16 bits, or 8 (Bits).",
              .group = "Media", .flags = FTH_PARAM_NO_PIXELS),
    FTH_PARAM(SWITCH, struct params, alpha, .label = "Alpha",
              .help = "Stores the picture's transparency where the format can hold it. Off: the "
                      "picture is written as it stands over black.",
              .max = 1, .def = {1}, .group = "Media", .flags = FTH_PARAM_NO_PIXELS),
    FTH_PARAM(SWITCH, struct params, grey, .label = "Grey",
              .help = "Stores one channel instead of three, where the format can: for depth maps "
                      "and mattes shown as grey.",
              .max = 1, .group = "Media", .flags = FTH_PARAM_NO_PIXELS),
    FTH_PARAM(INT, struct params, quality, .label = "JPEG Quality",
              .help = "How fine a .jpg is, as most programs count it; lower is a smaller file. "
                      "Other files are not touched by it.",
              .min = 1, .max = 100, .ui_min = 50, .ui_max = 100, .step = 1, .def = {97},
              .group = "Media", .flags = FTH_PARAM_NO_PIXELS),
    FTH_PARAM(CHOICE, struct params, compression, .label = "EXR Compression",
              .help = "How an .exr is packed; other files are not touched by it.",
              .choices = compressions, .max = 9, .group = "Media",
              .flags = FTH_PARAM_NO_PIXELS),
    FTH_PARAM(CHOICE, struct params, parts, .label = "EXR Parts",
              .help = "Whether the layers of an .exr lie together or in a part each.",
              .choices = parts_choices, .max = 1, .group = "Media",
              .flags = FTH_PARAM_NO_PIXELS),
    FTH_PARAM(FILE, struct params, audio, .label = "Sound From",
              .help = "A file whose sound is copied unchanged beside the picture.",
              .group = "Media", .flags = FTH_PARAM_NO_PIXELS),
    FTH_PARAM(SWITCH, struct params, overwrite, .label = "Overwrite",
              .help = "Allows an existing file to be replaced. Off: an existing file is an error.",
              .max = 1, .group = "Media", .flags = FTH_PARAM_NO_PIXELS),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    {"input", "Input", "The picture to write.", FTH_PORT_PICTURE, 0},
    {NULL},
};

static const char *const depth_names[] = {
    [FTH_DEPTH_NONE] = NULL,
    [FTH_DEPTH_RELATIVE_INVERSE] = "relative inverse, 1 near",
    [FTH_DEPTH_METRIC_INVERSE] = "inverse metres",
    [FTH_DEPTH_METRIC_Z] = "metres",
    [FTH_DEPTH_NORMALISED] = "normalised, 1 near",
};

struct output {
    struct fth_journal *journal;
    struct fth_writer *writer; /* NULL until the first picture */
    const char *attributes[5];
    char colour[40]; /* the id of its colours, where the file has to say it; or "" */
    bool is_map;    /* depth shown as grey */
    bool tells;     /* the file says how its depth is encoded */
    bool maps_only; /* an EXR of it: the map's own planes, without the grey picture of it */
    bool is_bundle;
    bool one_header; /* a video: what it says of its range, it says of all frames */
    double near_m, far_m; /* that range */
    struct fth_bundle_header header; /* of the frame being written */
};

static void close_output(void **state)
{
    struct output *output = *state;
    if (output) {
        fth_writer_abort(&output->writer);
        fth_journal_close(&output->journal, false);
    }
    fth_free(output);
    *state = NULL;
}

static void fill_header(struct output *output, const struct fth_image *image)
{
    struct fth_bundle_info info;
    fth_bundle_describe(image, &info);
    fth_bundle_header_fill(&output->header, &info, image);
}

/* Depth written as EXR is a bundle where it can be one; its grey picture would only repeat it.
 * Other files say the same of themselves, but that they are no bundles. */
static void choose_maps(const struct params *params, const struct fth_image *image,
                        struct output *output, struct fth_writer_spec *spec)
{
    bool has_map = fth_image_plane(image, "disparity") || fth_image_plane(image, "depth");
    output->is_map = params->grey && has_map;
    output->maps_only = output->is_map && fth_ends_with(params->file, ".exr");
    output->is_bundle = output->maps_only && fth_bundle_is_one(image);
    output->one_header = !fth_sequence_is_pattern(params->file) &&
                         !fth_name_is_still(params->file);
    output->near_m = image->near_m;
    output->far_m = image->far_m;
    if (output->maps_only)
        spec->half_channels = fth_bundle_half_channels;
    output->tells = output->is_map || (has_map && fth_ends_with(params->file, ".exr"));
    if (!output->tells)
        return;
    fill_header(output, image);
    spec->attributes = output->header.list + (output->is_bundle ? 0 : 2);
    /* a picture that is nearness and no more needs no file beside it to say so */
    spec->sidecar = image->near_m > 0 || image->depth_encoding == FTH_ENCODED_LINEAR ||
                    image->depth_encoding == FTH_ENCODED_LOG;
}

static bool stores_8_bits(const struct params *params)
{
    static const char *const always[] = {".jpg", ".jpeg"}, *const usually[] = {".mp4", ".webm"};
    bool eight = params->bits == FTH_BITS_8;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(always); i++)
        eight = eight || fth_ends_with(params->file, always[i]) ||
                (fth_ends_with(params->file, usually[i]) && params->bits == FTH_BITS_DEFAULT &&
                 params->codec == 0);
    return eight;
}

/* 6.11: even steps of distance are far too coarse near the camera. */
static void warn_of_bands(const struct params *params, const struct output *output,
                          const struct fth_image *image)
{
    if (output->is_map && image->depth_encoding == FTH_ENCODED_LINEAR && stores_8_bits(params))
        fth_log_once(FTH_LOG_WARNING,
                     "linear depth in 8 bits goes in steps of %.3g m and shows bands; take 16 bits "
                     "or --encode log or inverse", (image->far_m - image->near_m) / 255);
}

/* What is known before there is a picture. */
static struct fth_writer_spec spec_of(const struct fth_call *call)
{
    const struct params *params = call->params;
    const struct fth_info *info = call->input_infos[0];
    bool ranged = call->env->job_first_frame <= call->env->job_last_frame;
    struct fth_writer_spec spec = {
        .format = info->format,
        .rate = {info->rate_num, info->rate_den},
        .alpha = params->alpha && info->has_alpha,
        .grey = params->grey,
        .bits = (enum fth_bits)params->bits,
        .codec = (enum fth_codec)params->codec,
        .pixels = params->pixels,
        .overwrite = params->overwrite,
        .footage = info->footage,
        .quality = (int)params->quality,
        .compression = (enum fth_exr_compression)params->compression,
        .split = params->parts == PARTS_SPLIT,
        .audio_from = params->audio[0] ? params->audio : NULL,
        .first_frame = ranged ? call->env->job_first_frame : 0,
        .last_frame = ranged ? call->env->job_last_frame : 0,
        .pool = call->env->pool,
    };
    fth_colours_say(info->colour, params->file, &spec.footage);
    if (info->rate_num <= 0 || info->rate_den <= 0)
        spec.rate = (struct fth_rational){0, 0};
    return spec;
}

/* The job's settings and those of the file: what another run must have alike to go on. */
static enum fth_status open_journal(const struct fth_call *call, struct fth_journal **journal,
                                    struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_text text = {0};
    struct fth_journal_spec spec = {.path = params->file,
                                    .first_frame = call->env->job_first_frame,
                                    .last_frame = call->env->job_last_frame,
                                    .resume = call->env->job_resume,
                                    .overwrite = params->overwrite};
    if (fth_pipe_is_named(params->file)) /* leaves nothing to go on with */
        return !call->env->job_resume ? FTH_OK
                                      : fth_fail(error, FTH_ERR_USAGE,
                                                 "-: what went into a pipe cannot be resumed");
    fth_text_append(&text, "%s", call->env->job_settings ? call->env->job_settings : "");
    fth_text_append(&text, "bits=%s\ncodec=%s\npixels=%s\nalpha=%d\ngrey=%d\n",
                    bits_choices[params->bits].id, codec_choices[params->codec].id, params->pixels,
                    params->alpha, params->grey);
    fth_text_append(&text, "quality=%d\ncompression=%d\nparts=%d\n",
                    (int)params->quality, params->compression, params->parts);
    spec.settings = text.data;
    enum fth_status status = text.failed ? fth_fail_memory(error, text.length, "the job's settings")
                                         : fth_journal_open(&spec, journal, error);
    fth_text_clear(&text);
    return status;
}

/* What was chosen for another kind of file. */
static void warn_of_idle(const struct params *params)
{
    const char *file = params->file;
    bool is_exr = fth_ends_with(file, ".exr");
    bool is_still = fth_name_is_still(file) || fth_sequence_is_pattern(file);
    bool is_bare = fth_pipe_is_named(file) || fth_ends_with(file, ".y4m") ||
                   params->codec == FTH_CODEC_Y4M || params->codec == FTH_CODEC_RAW;
    if (params->compression != 0 && !is_exr)
        fth_log(FTH_LOG_WARNING, "%s: --compression has no effect: it is for .exr", file);
    if (params->quality != 97 && !fth_ends_with(file, ".jpg") && !fth_ends_with(file, ".jpeg"))
        fth_log(FTH_LOG_WARNING, "%s: --quality has no effect: it is for .jpg", file);
    if (params->parts == PARTS_SPLIT && !is_exr)
        fth_log(FTH_LOG_WARNING, "%s: --parts has no effect: it is for .exr", file);
    if (params->pixels[0] && (is_still || !is_bare))
        fth_log(FTH_LOG_WARNING, "%s: --pixels has no effect: it is for bare samples (y4m, raw)",
                file);
    if (params->codec != 0 && is_still)
        fth_log(FTH_LOG_WARNING, "%s: --codec has no effect: it is for videos", file);
}

/* Tries whether the file can be begun at all, so that what is in the way is told before the first
 * picture is worked on. A video's trial leaves a temporary file if it is killed: its journal comes
 * first. */
static enum fth_status try_output(const struct fth_call *call, struct output *output,
                                  struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_writer_spec spec = spec_of(call);
    struct fth_writer *writer = NULL;
    bool sequence = fth_sequence_is_pattern(params->file);
    enum fth_status status = open_journal(call, &output->journal, error);
    if (status == FTH_OK)
        warn_of_idle(params);
    spec.journal = output->journal;
    if (status == FTH_OK && !sequence)
        status = fth_journal_begin(output->journal, error);
    if (status == FTH_OK)
        status = fth_writer_open(params->file, &spec, &writer, error);
    fth_writer_abort(&writer);
    if (status == FTH_OK && sequence)
        status = fth_journal_begin(output->journal, error);
    return status;
}

static enum fth_status open_output(const struct fth_call *call, void **state,
                                   struct fth_error *error)
{
    struct output *output = fth_alloc(1, sizeof(*output));
    if (!output)
        return fth_fail_memory(error, sizeof(*output), "an output");
    void *opened = output;
    enum fth_status status = try_output(call, output, error);
    if (status == FTH_OK)
        *state = output;
    else
        close_output(&opened);
    return status;
}

static void add_attributes(const struct fth_image *image, struct fth_writer_spec *spec,
                           struct output *output)
{
    int count = 0;
    if (depth_names[image->depth]) {
        output->attributes[count++] = "fathom:depth";
        output->attributes[count++] = depth_names[image->depth];
    }
    strcpy(output->colour, spec->footage.colour);
    if (output->colour[0]) {
        output->attributes[count++] = "fathom/colour";
        output->attributes[count++] = output->colour;
    }
    output->attributes[count] = NULL;
    spec->attributes = count ? output->attributes : NULL;
}

/* A mask and no more: files whose channels have no names show it as grey, which is how they are
 * read as a mask again. */
static bool is_bare_mask(const struct params *params, const struct fth_image *image)
{
    return fth_image_plane(image, "A") && !fth_image_plane(image, "R") &&
           !fth_ends_with(params->file, ".exr");
}

static enum fth_status begin_file(const struct fth_call *call, const struct fth_image *image,
                                  struct fth_error *error)
{
    const struct params *params = call->params;
    struct output *output = call->state;
    struct fth_writer_spec spec = spec_of(call);
    spec.journal = output->journal;
    spec.format = image->format;
    spec.alpha = params->alpha && fth_image_plane(image, "A") && !is_bare_mask(params, image);
    add_attributes(image, &spec, output);
    choose_maps(params, image, output, &spec);
    warn_of_bands(params, output, image);
    enum fth_status status = fth_writer_open(params->file, &spec, &output->writer, error);
    const char *remark = status == FTH_OK ? fth_writer_remark(output->writer) : NULL;
    if (remark)
        fth_log_once(FTH_LOG_WARNING, "%s", remark);
    return status;
}

/* The image's maps alone. */
static enum fth_status without_colours(const struct fth_image *image, struct fth_image **maps,
                                       struct fth_error *error)
{
    static const char *const colours[] = {"R", "G", "B", "A"};
    enum fth_status status = fth_image_new_like(image, maps, error);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(colours) && status == FTH_OK; i++)
        status = fth_image_set(*maps, colours[i], NULL, error);
    return status;
}

static enum fth_status to_grey(const struct fth_image *image, struct fth_image **grey,
                               struct fth_error *error)
{
    static const char *const names[] = {"R", "G", "B"};
    enum fth_status status = fth_image_new_like(image, grey, error);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names) && status == FTH_OK; i++)
        status = fth_image_set(*grey, names[i], fth_plane_ref(fth_image_plane(image, "A")), error);
    return status == FTH_OK ? fth_image_set(*grey, "A", NULL, error) : status;
}

/* value := a value + b, which brings a code of `image`'s range to the range that the file says. All
 * encodings are lines over distance, its inverse or its logarithm. */
static void find_line(const struct output *output, const struct fth_image *image, double *a,
                      double *b)
{
    double n = image->near_m, f = image->far_m, to_n = output->near_m, to_f = output->far_m;
    if (image->depth_encoding == FTH_ENCODED_LOG) {
        double extent = log(to_f / to_n);
        *a = log(f / n) / extent;
        *b = log(n / to_n) / extent;
    } else if (image->depth_encoding == FTH_ENCODED_LINEAR) {
        *a = (f - n) / (to_f - to_n);
        *b = (n - to_n) / (to_f - to_n);
    } else {
        double extent = 1 / to_n - 1 / to_f;
        *a = (1 / n - 1 / f) / extent;
        *b = (1 / f - 1 / to_f) / extent;
    }
}

/* The picture in the range of the file: a network that knows metres finds others in every frame,
 * and a video says them once. */
static enum fth_status to_files_range(const struct fth_call *call, const struct fth_image *image,
                                      struct fth_image **out, struct fth_error *error)
{
    const struct output *output = call->state;
    const struct fth_plane *code = fth_image_plane(image, "R");
    struct fth_plane *made = NULL;
    double a, b;
    find_line(output, image, &a, &b);
    enum fth_status status = fth_image_new_like(image, out, error);
    if (status == FTH_OK)
        status = fth_plane_new(call->env->buffers, code->rect, &made, error);
    if (status != FTH_OK)
        return status;
    for (int32_t y = made->rect.y0; y < made->rect.y1; y++)
        fth_kernels()->scale_offset(fth_plane_at(made, made->rect.x0, y),
                                    fth_plane_at(code, made->rect.x0, y), (float)a, (float)b,
                                    (size_t)fth_rect_width(made->rect));
    static const char *const names[] = {"R", "G", "B"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names) && status == FTH_OK; i++)
        status = fth_image_set(*out, names[i], fth_plane_ref(made), error);
    fth_plane_unref(&made);
    return status;
}

static bool is_of_another_range(const struct output *output, const struct fth_image *image)
{
    return output->is_map && output->one_header && output->near_m > 0 && image->near_m > 0 &&
           (image->near_m != output->near_m || image->far_m != output->far_m) &&
           fth_image_plane(image, "R");
}

static enum fth_status take(const struct fth_call *call, const struct fth_image *image,
                            struct fth_error *error)
{
    struct output *output = call->state;
    enum fth_status status = FTH_OK;
    if (!output->writer)
        status = begin_file(call, image, error);
    struct fth_image *maps = NULL;
    if (status == FTH_OK && output->tells && !output->one_header)
        fill_header(output, image);
    if (status == FTH_OK && output->maps_only)
        status = without_colours(image, &maps, error);
    else if (status == FTH_OK && is_bare_mask(call->params, image))
        status = to_grey(image, &maps, error);
    else if (status == FTH_OK && is_of_another_range(output, image))
        status = to_files_range(call, image, &maps, error);
    if (status == FTH_OK)
        status = fth_writer_frame(output->writer, call->frame, maps ? maps : image, error);
    if (status == FTH_OK)
        status = fth_journal_add(output->journal, call->frame, call->key, error);
    fth_image_unref(&maps);
    return status;
}

static enum fth_status finish(void **state, struct fth_error *error)
{
    struct output *output = *state;
    return output->writer ? fth_writer_finish(&output->writer, error) : FTH_OK;
}

/* As long as another output of the job is not finished, the job can be gone on with. */
static void settle(void **state)
{
    struct output *output = *state;
    fth_journal_close(&output->journal, true);
}

static const char *remains(const void *state)
{
    const struct output *output = state;
    return fth_journal_remains(output->journal);
}

static enum fth_status is_finished(const struct fth_call *call, bool *finished,
                                   struct fth_error *error)
{
    const struct output *output = call->state;
    return fth_journal_finished(output->journal, call->frame, call->key, finished, error);
}

static const struct fth_step steps[] = {
    {.id = "write", .kind = FTH_NODE_SINK, .ports = 1},
    {NULL},
};

const struct fth_node_desc fth_node_media_out = {
    .id = "media_out",
    .label = "Media Out",
    .tag = "Out",
    .group = "Media",
    .help = "Writes the picture into a video, a still or a sequence. Nothing half-written ever "
            "carries the final name.",
    .version = 1,
    .flags = FTH_NODE_NO_COMMON,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .open = open_output,
    .close = close_output,
    .sink = take,
    .finish = finish,
    .settle = settle,
    .remains = remains,
    .finished = is_finished,
};
