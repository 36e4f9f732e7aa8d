/* SPDX-License-Identifier: Apache-2.0 */
/* Flat OpenEXR files written through OpenEXRCore: scanlines, colour as half and the rest as float,
 * under a temporary name until whole. */
#include "io/exr.h"

#include <stdio.h>
#include <unistd.h>

#include <openexr.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/half.h"

struct exr_output {
    const struct fth_image *image;
    const struct fth_exr_write_options *options;
    const char *path;
    struct fth_rect window;
    exr_context_t context;
    int part;
    int32_t lines;              /* of a chunk */
    unsigned char *samples;     /* of a chunk: the channels one after the other */
};

static enum fth_status fail_exr(const struct exr_output *o, exr_result_t code,
                                struct fth_error *error)
{
    enum fth_status status = code == EXR_ERR_OUT_OF_MEMORY ? FTH_ERR_MEMORY : FTH_ERR_IO;
    return fth_fail(error, status, "%s: cannot be written: exr: %s", o->path,
                    exr_get_default_error_message(code));
}

static bool is_half(const struct exr_output *o, const char *name)
{
    static const char *const usual[] = {"R", "G", "B", "A", NULL};
    const char *const *names = o->options->half_channels ? o->options->half_channels : usual;
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static void keep_quiet(exr_const_context_t context, exr_result_t code, const char *words)
{
    (void)context, (void)code, (void)words;
}

static exr_result_t write_header(struct exr_output *o)
{
    static const exr_compression_t compressions[] = {
        [FTH_EXR_ZIP] = EXR_COMPRESSION_ZIP, [FTH_EXR_ZIPS] = EXR_COMPRESSION_ZIPS,
        [FTH_EXR_NONE] = EXR_COMPRESSION_NONE};
    struct fth_format format = o->image->format;
    exr_attr_box2i_t display = {{.x = 0, .y = 0}, {.x = format.width - 1, .y = format.height - 1}};
    exr_attr_box2i_t data = {{.x = o->window.x0, .y = o->window.y0},
                             {.x = o->window.x1 - 1, .y = o->window.y1 - 1}};
    exr_attr_v2f_t centre = {.x = 0, .y = 0};
    exr_result_t code = exr_add_part(o->context, NULL, EXR_STORAGE_SCANLINE, &o->part);
    float aspect = format.pixel_aspect > 0 ? (float)format.pixel_aspect : 1;
    exr_set_longname_support(o->context, 1);
    if (code == EXR_ERR_SUCCESS)
        code = exr_initialize_required_attr(o->context, o->part, &display, &data, aspect, &centre,
                                            1, EXR_LINEORDER_INCREASING_Y,
                                            compressions[o->options->compression]);
    for (int i = 0; i < o->image->channel_count && code == EXR_ERR_SUCCESS; i++) {
        const char *name = o->image->channels[i].name;
        code = exr_add_channel(o->context, o->part, name,
                               is_half(o, name) ? EXR_PIXEL_HALF : EXR_PIXEL_FLOAT,
                               EXR_PERCEPTUALLY_LOGARITHMIC, 1, 1);
    }
    for (const char *const *a = o->options->attributes; a && *a && code == EXR_ERR_SUCCESS; a += 2)
        code = exr_attr_set_string(o->context, o->part, a[0], a[1]);
    return code == EXR_ERR_SUCCESS ? exr_write_header(o->context) : code;
}

static void put_row(const struct exr_output *o, const struct fth_plane *plane, int32_t y, bool half,
                    unsigned char *dst)
{
    int32_t x0 = o->window.x0, x1 = o->window.x1;
    struct fth_rect row = {x0, y, x1, y + 1};
    row = fth_rect_intersect(row, fth_rect_intersect(plane->rect, o->image->domain));
    size_t size = half ? 2 : 4;
    memset(dst, 0, (size_t)(x1 - x0) * size);
    if (fth_rect_empty(row))
        return;
    const float *src = fth_plane_at(plane, row.x0, y);
    dst += (size_t)(row.x0 - x0) * size;
    if (!half) {
        memcpy(dst, src, (size_t)(row.x1 - row.x0) * 4);
        return;
    }
    for (int32_t x = 0; x < row.x1 - row.x0; x++) {
        uint16_t value = fth_float_half(src[x]);
        memcpy(dst + 2 * x, &value, 2);
    }
}

/* Points the pipeline's channels (in the file's order) at samples of ours. */
static void fill_chunk(struct exr_output *o, exr_encode_pipeline_t *pipeline, int32_t y0,
                       int32_t y1)
{
    unsigned char *at = o->samples;
    int32_t width = fth_rect_width(o->window);
    for (int i = 0; i < pipeline->channel_count; i++) {
        exr_coding_channel_info_t *c = &pipeline->channels[i];
        const struct fth_plane *plane = fth_image_plane(o->image, c->channel_name);
        bool half = is_half(o, c->channel_name);
        size_t size = half ? 2 : 4;
        c->user_bytes_per_element = (int16_t)size;
        c->user_data_type = half ? EXR_PIXEL_HALF : EXR_PIXEL_FLOAT;
        c->user_pixel_stride = (int32_t)size;
        c->user_line_stride = (int32_t)size * width;
        c->encode_from_ptr = at;
        for (int32_t y = y0; y < y1; y++, at += size * (size_t)width)
            put_row(o, plane, y, half, at);
    }
}

static exr_result_t write_chunks(struct exr_output *o)
{
    exr_encode_pipeline_t pipeline = EXR_ENCODE_PIPELINE_INITIALIZER;
    exr_result_t code = EXR_ERR_SUCCESS;
    bool begun = false;
    for (int32_t y = o->window.y0; y < o->window.y1 && code == EXR_ERR_SUCCESS; y += o->lines) {
        exr_chunk_info_t chunk;
        code = exr_write_scanline_chunk_info(o->context, o->part, y, &chunk);
        if (code != EXR_ERR_SUCCESS)
            break;
        code = begun ? exr_encoding_update(o->context, o->part, &chunk, &pipeline)
                     : exr_encoding_initialize(o->context, o->part, &chunk, &pipeline);
        if (code != EXR_ERR_SUCCESS)
            break;
        fill_chunk(o, &pipeline, y, FTH_MIN(y + o->lines, o->window.y1));
        if (!begun)
            code = exr_encoding_choose_default_routines(o->context, o->part, &pipeline);
        begun = true;
        if (code == EXR_ERR_SUCCESS)
            code = exr_encoding_run(o->context, o->part, &pipeline);
    }
    if (pipeline.context)
        exr_encoding_destroy(o->context, &pipeline);
    return code;
}

static enum fth_status write_all(struct exr_output *o, const char *temporary,
                                 struct fth_error *error)
{
    exr_context_initializer_t setup = EXR_DEFAULT_CONTEXT_INITIALIZER;
    setup.error_handler_fn = keep_quiet;
    setup.zip_level = 4; /* stated, so that a library's default cannot change our bytes */
    exr_result_t code = exr_start_write(&o->context, temporary, EXR_WRITE_FILE_DIRECTLY, &setup);
    if (code == EXR_ERR_SUCCESS)
        code = write_header(o);
    if (code == EXR_ERR_SUCCESS)
        code = exr_get_scanlines_per_chunk(o->context, o->part, &o->lines);
    if (code == EXR_ERR_SUCCESS) {
        size_t size = (size_t)fth_rect_width(o->window) * (size_t)o->lines *
                      (size_t)o->image->channel_count * 4;
        o->samples = fth_alloc(size, 1);
        code = o->samples ? write_chunks(o) : EXR_ERR_OUT_OF_MEMORY;
    }
    if (o->context) {
        exr_result_t closed = exr_finish(&o->context);
        code = code == EXR_ERR_SUCCESS ? closed : code;
    }
    fth_free(o->samples);
    return code == EXR_ERR_SUCCESS ? FTH_OK : fail_exr(o, code, error);
}

enum fth_status fth_exr_write(const char *path, const struct fth_image *image,
                              const struct fth_exr_write_options *options,
                              struct fth_error *error)
{
    struct exr_output output = {.image = image, .options = options, .path = path,
                                .window = image->domain};
    if (fth_rect_empty(output.window)) /* EXR has no empty window */
        output.window = (struct fth_rect){0, 0, 1, 1};
    if (image->channel_count == 0)
        return fth_fail(error, FTH_ERR_USAGE, "%s: a picture without channels", path);
    if (!options->overwrite && fth_file_exists(path))
        return fth_fail(error, FTH_ERR_EXISTS,
                        "%s: exists already; choose another name or allow it with --overwrite",
                        path);
    char *temporary = fth_file_temporary_name(path);
    if (!temporary)
        return fth_fail_memory(error, strlen(path), path);
    enum fth_status status = write_all(&output, temporary, error);
    if (status == FTH_OK)
        status = fth_file_publish(temporary, path, options->overwrite, error);
    else
        unlink(temporary);
    fth_free(temporary);
    return status;
}
