/* SPDX-License-Identifier: Apache-2.0 */
/* The test pictures, and how they are compared. */
#include "pictures.h"

#include <stdlib.h>

struct fth_image *make_picture(int width, int height, int frame, bool alpha)
{
    static const char *const names[] = {"R", "G", "B", "A"};
    struct fth_image *image = NULL;
    struct fth_format format = {width, height, 1};
    if (fth_image_new(format, fth_format_rect(format), &image, NULL) != FTH_OK)
        abort();
    image->premultiplied = !alpha;
    for (int c = 0; c < (alpha ? 4 : 3); c++) {
        struct fth_plane *plane = NULL;
        if (fth_image_add(image, names[c], NULL, image->domain, &plane, NULL) != FTH_OK)
            abort();
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                *fth_plane_at(plane, x, y) =
                    (float)(0.5 + 0.45 * sin(0.11 * x + 0.05 * y * (c + 1) + 0.7 * frame + c));
    }
    return image;
}

double channel_difference(const struct fth_image *a, const struct fth_image *b, const char *name)
{
    const struct fth_plane *p = fth_image_plane(a, name), *q = fth_image_plane(b, name);
    if (!p || !q || !fth_rect_equal(p->rect, q->rect))
        return 1e9;
    double worst = 0;
    for (int32_t y = p->rect.y0; y < p->rect.y1; y++)
        for (int32_t x = p->rect.x0; x < p->rect.x1; x++)
            worst = fmax(worst, fabs((double)*fth_plane_at(p, x, y) - *fth_plane_at(q, x, y)));
    return worst;
}

double mean_difference(const struct fth_image *a, const struct fth_image *b, const char *name)
{
    const struct fth_plane *p = fth_image_plane(a, name), *q = fth_image_plane(b, name);
    if (!p || !q || !fth_rect_equal(p->rect, q->rect))
        return 1e9;
    double sum = 0;
    for (int32_t y = p->rect.y0; y < p->rect.y1; y++)
        for (int32_t x = p->rect.x0; x < p->rect.x1; x++)
            sum += fabs((double)*fth_plane_at(p, x, y) - *fth_plane_at(q, x, y));
    return sum / ((double)fth_rect_width(p->rect) * fth_rect_height(p->rect));
}

bool same_bytes(const struct fth_image *a, const struct fth_image *b)
{
    if (a->channel_count != b->channel_count)
        return false;
    for (int i = 0; i < a->channel_count; i++) {
        const struct fth_plane *p = a->channels[i].plane, *q = b->channels[i].plane;
        if (!fth_rect_equal(p->rect, q->rect))
            return false;
        for (int32_t y = p->rect.y0; y < p->rect.y1; y++)
            if (memcmp(fth_plane_at(p, p->rect.x0, y), fth_plane_at(q, p->rect.x0, y),
                       (size_t)fth_rect_width(p->rect) * sizeof(float)) != 0)
                return false;
    }
    return true;
}

enum fth_status write_pictures(const char *path, const struct fth_writer_spec *spec, int count,
                               struct fth_error *error)
{
    struct fth_writer *writer = NULL;
    enum fth_status status = fth_writer_open(path, spec, &writer, error);
    for (int i = 1; i <= count && status == FTH_OK; i++) {
        struct fth_image *image =
            make_picture(spec->format.width, spec->format.height, i, spec->alpha);
        status = fth_writer_frame(writer, i, image, error);
        fth_image_unref(&image);
    }
    if (status == FTH_OK)
        return fth_writer_finish(&writer, error);
    fth_writer_abort(&writer);
    return status;
}

enum fth_status read_picture(const char *path, int64_t frame, struct fth_image **image,
                             struct fth_error *error)
{
    struct fth_reader *reader = NULL;
    enum fth_status status = fth_reader_open(path, NULL, &reader, error);
    if (status == FTH_OK)
        status = fth_reader_frame(reader, frame, image, error);
    fth_reader_close(&reader);
    return status;
}
