/* SPDX-License-Identifier: Apache-2.0 */
/* The clean plate of the Difference Keyer, brought to where the foreground is. */
#include "base/log.h"
#include "colour/display.h"
#include "nodes/difference_keyer.h"
#include "ops/kernels.h"
#include "ops/resize.h"

enum fth_status fth_keyer_shown(const struct fth_call *call, int port, struct fth_rect rect,
                                struct fth_plane *planes[4], struct fth_error *error)
{
    const struct fth_image *image = call->inputs[port];
    struct fth_image *part = NULL;
    enum fth_status status = FTH_OK;
    if (!fth_display_differs(image->colour)) {
        for (int i = 0; i < 3 && status == FTH_OK; i++)
            status = fth_pixels_over(call, image, fth_rgba_names[i], rect, 0, &planes[i], error);
        if (status != FTH_OK)
            fth_pixels_drop(planes);
        return status;
    }
    status = fth_image_new(image->format, rect, &part, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        struct fth_plane *plane = NULL;
        status = fth_pixels_over(call, image, fth_rgba_names[i], rect, 0, &plane, error);
        if (status == FTH_OK)
            status = fth_image_set(part, fth_rgba_names[i], plane, error);
    }
    if (status == FTH_OK)
        status = fth_display_image(image->colour, call->input_infos[port]->fits, NULL,
                                   call->env->buffers, &part, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++)
        planes[i] = fth_plane_ref(fth_image_plane(part, fth_rgba_names[i]));
    fth_image_unref(&part);
    return status;
}

/* ---- what is said of it ---------------------------------------------------------------------- */

static bool is_timed(const struct fth_info *info)
{
    return info->first_frame < info->last_frame && info->rate_num > 0 && info->rate_den > 0;
}

/* What of the plate can be seen in the foreground's frame; a plate of another size is resized. */
static struct fth_rect seen_of(struct fth_format front, struct fth_rect domain,
                               struct fth_format back, struct fth_rect plate)
{
    bool fits = front.width == back.width && front.height == back.height;
    return fth_rect_intersect(fits ? domain : fth_format_rect(back), plate);
}

void fth_keyer_remark(const struct fth_call *call)
{
    const struct fth_info *front = call->input_infos[FTH_KEYER_FRONT];
    const struct fth_info *back = call->input_infos[FTH_KEYER_BACK];
    struct fth_format f = front->format, b = back->format;
    if (fth_rect_empty(seen_of(f, front->domain, b, back->domain)))
        fth_log_once(FTH_LOG_WARNING, "difference_keyer: the plate has no pixel where the "
                                      "foreground has some; all that is not black is opaque");
    else if (f.width != b.width || f.height != b.height)
        fth_log_once(FTH_LOG_WARNING,
                     "difference_keyer: the plate is %dx%d and the foreground %dx%d; the plate is "
                     "resized, which keys worse than one of the shot's own size",
                     b.width, b.height, f.width, f.height);
    if (is_timed(front) && is_timed(back) &&
        front->rate_num * back->rate_den != back->rate_num * front->rate_den)
        fth_log_once(FTH_LOG_WARNING,
                     "difference_keyer: the plate has %.6g frames a second and the foreground "
                     "%.6g; they are taken frame by frame, retime brings them together",
                     (double)back->rate_num / (double)back->rate_den,
                     (double)front->rate_num / (double)front->rate_den);
}

static bool is_black(const struct fth_plane *plane, struct fth_rect rect)
{
    bool other = false;
    for (int32_t y = rect.y0; y < rect.y1 && !other; y++)
        fth_kernels()->find_other(&other, fth_plane_at(plane, rect.x0, y), 0,
                                  (size_t)fth_rect_width(rect));
    return !other;
}

static void remark_on_black(struct fth_plane *const planes[4], struct fth_rect rect)
{
    if (!fth_rect_empty(rect) && is_black(planes[0], rect) && is_black(planes[1], rect) &&
        is_black(planes[2], rect))
        fth_log_once(FTH_LOG_WARNING, "difference_keyer: the plate is black all over; all of the "
                                      "foreground that is not black is opaque");
}

/* ---- its size -------------------------------------------------------------------------------- */

/* One channel, from the plate's frame to the foreground's; 0 around it. In place of *plane. */
static enum fth_status resize(const struct fth_call *call, struct fth_rect from,
                              struct fth_rect frame, struct fth_plane **plane,
                              struct fth_error *error)
{
    struct fth_rect rect = call->info.domain, part;
    struct fth_plane *large = NULL, *made = NULL;
    struct fth_work work = fth_pixels_work(call);
    enum fth_status status = fth_plane_new(call->env->buffers, frame, &large, error);
    if (status == FTH_OK)
        status = fth_plane_new(call->env->buffers, rect, &made, error);
    if (status == FTH_OK) {
        struct fth_grid src = fth_grid_of_plane(*plane, from);
        struct fth_grid dst = fth_grid_of_plane(large, frame);
        status = fth_resize_area(&work, &src, &dst, error);
    }
    if (status == FTH_OK) {
        fth_plane_fill(made, 0);
        part = fth_rect_intersect(rect, frame);
        if (!fth_rect_empty(part))
            fth_plane_copy(made, large, part, 0);
        fth_plane_unref(plane);
        *plane = made;
        made = NULL;
    }
    fth_plane_unref(&large);
    fth_plane_unref(&made);
    return status;
}

enum fth_status fth_keyer_plate(const struct fth_call *call, struct fth_image **out,
                                struct fth_error *error)
{
    struct fth_rect frame = fth_format_rect(call->input_infos[FTH_KEYER_FRONT]->format);
    struct fth_rect own = fth_format_rect(call->input_infos[FTH_KEYER_BACK]->format);
    struct fth_rect rect = call->info.domain;
    struct fth_plane *planes[4] = {NULL};
    struct fth_image *image = NULL;
    bool fits = fth_rect_equal(frame, own);
    enum fth_status status =
        fth_keyer_shown(call, FTH_KEYER_BACK, fits ? rect : own, planes, error);
    for (int i = 0; i < 3 && status == FTH_OK && !fits; i++)
        status = resize(call, own, frame, &planes[i], error);
    if (status == FTH_OK) {
        if (!fth_rect_empty(seen_of(call->input_infos[FTH_KEYER_FRONT]->format, rect,
                                    call->input_infos[FTH_KEYER_BACK]->format,
                                    call->inputs[FTH_KEYER_BACK]->domain)))
            remark_on_black(planes, rect);
        status = fth_image_new(call->info.format, rect, &image, error);
    }
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        status = fth_image_set(image, fth_rgba_names[i], planes[i], error);
        planes[i] = NULL;
    }
    fth_pixels_drop(planes);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}
