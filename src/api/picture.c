/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures handed out: an image behind a handle. */
#include "api/handles.h"
#include "base/mem.h"
#include "io/media.h"

struct fth_picture {
    struct fth_image *image;
};

enum fth_status fth_picture_render(struct fth_document *document, const char *name, int64_t frame,
                                   struct fth_picture **result, struct fth_error *error)
{
    struct fth_session *session = document->session;
    int index = 0;
    fth_session_begin(session);
    enum fth_status status = fth_document_find(document, name, &index, error);
    if (status != FTH_OK)
        return status;
    struct fth_picture *picture = fth_alloc(1, sizeof(*picture));
    if (!picture)
        return fth_fail_memory(error, sizeof(*picture), "a picture");
    status = fth_engine_render(session->engine, document->flat, index, frame,
                               (struct fth_rect){0}, &session->cancel, &picture->image, error);
    if (status == FTH_OK)
        *result = picture;
    else
        fth_free(picture);
    return status;
}

void fth_picture_free(struct fth_picture **picture)
{
    if (!picture || !*picture)
        return;
    fth_image_unref(&(*picture)->image);
    fth_free(*picture);
    *picture = NULL;
}

const struct fth_image *fth_picture_image(const struct fth_picture *picture)
{
    return picture->image;
}

int fth_picture_width(const struct fth_picture *picture)
{
    return picture->image->format.width;
}

int fth_picture_height(const struct fth_picture *picture)
{
    return picture->image->format.height;
}

int fth_picture_channel_count(const struct fth_picture *picture)
{
    return picture->image->channel_count;
}

const char *fth_picture_channel_name(const struct fth_picture *picture, int index)
{
    bool there = index >= 0 && index < picture->image->channel_count;
    return there ? picture->image->channels[index].name : NULL;
}

bool fth_picture_premultiplied(const struct fth_picture *picture)
{
    return picture->image->premultiplied;
}

enum fth_status fth_picture_read(const struct fth_picture *picture, const char *channel,
                                 float *pixels, struct fth_error *error)
{
    const struct fth_image *image = picture->image;
    const struct fth_plane *plane = fth_image_plane(image, channel);
    if (!plane)
        return fth_fail(error, FTH_ERR_NOT_FOUND, "the picture has no channel '%.80s'", channel);
    /* the caller's memory as a plane without gaps: the copy below only walks rows */
    struct fth_plane frame = {.rect = fth_format_rect(image->format),
                              .row_stride = image->format.width,
                              .data = pixels};
    struct fth_plane inside = *plane;
    struct fth_rect has = fth_rect_intersect(plane->rect, image->domain);
    if (!fth_rect_empty(has))
        inside.data = fth_plane_at(plane, has.x0, has.y0);
    inside.rect = has;
    fth_plane_copy(&frame, &inside, frame.rect, 0);
    return FTH_OK;
}

enum fth_status fth_image_write(const struct fth_image *image, enum fth_bits bits,
                                const char *path, bool overwrite, struct fth_error *error)
{
    struct fth_writer_spec spec = {.format = image->format,
                                   .alpha = fth_image_plane(image, "A") != NULL,
                                   .bits = bits,
                                   .overwrite = overwrite};
    struct fth_writer *writer = NULL;
    enum fth_status status = fth_writer_open(path, &spec, &writer, error);
    if (status == FTH_OK)
        status = fth_writer_frame(writer, 1, image, error);
    if (status == FTH_OK)
        return fth_writer_finish(&writer, error);
    fth_writer_abort(&writer);
    return status;
}

enum fth_status fth_picture_write(const struct fth_picture *picture, const char *path,
                                  bool overwrite, struct fth_error *error)
{
    return fth_image_write(picture->image, FTH_BITS_DEFAULT, path, overwrite, error);
}
