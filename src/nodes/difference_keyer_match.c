/* SPDX-License-Identifier: Apache-2.0 */
/* The Difference Keyer on real plates: the plate is laid where the shot shows it and exposed as the
 * shot is; with a noise model the matte is made at once. What is left on the subject's edge of the
 * set is taken away by the plate as well. */
#include <math.h>
#include <stdatomic.h>

#include "base/log.h"
#include "colour/convert.h"
#include "colour/display.h"
#include "depth/plate.h"
#include "nodes/difference_keyer.h"
#include "ops/kernels.h"

struct fth_keyer_how fth_keyer_how(const struct fth_keyer_params *params)
{
    struct fth_keyer_how how = {params->register_plate, params->match_exposure,
                                params->noise_sigmas[1] > 0, params->despill,
                                {{(float)params->noise_sigmas[0], (float)params->noise_sigmas[1]},
                                 (float)params->shadow}};
    if (params->automatic) {
        how = (struct fth_keyer_how){FTH_PLATE_HOMOGRAPHY, true, true, 1, fth_plate_auto};
        how.matte.shadow = (float)params->shadow;
    }
    return how;
}

bool fth_keyer_as_it_lies(const struct fth_call *call)
{
    struct fth_keyer_how how = fth_keyer_how(call->params);
    return how.lies == FTH_PLATE_STAYS && !how.exposes && !how.models;
}

bool fth_keyer_lies(const struct fth_call *call)
{
    return fth_keyer_how(call->params).lies == FTH_PLATE_STAYS;
}

/* ---- match ----------------------------------------------------------------------------------- */

/* What a match works with: planes of its own over the node's data window. */
struct match {
    const struct fth_call *call;
    struct fth_work work;
    struct fth_keyer_how how;
    struct fth_plane *front[4], *plate[4], *seen, *moved[3], *hint, *alpha;
};

struct finding {
    const struct fth_plane *plane;
    struct fth_rect rect;
    atomic_bool found;
};

static void find_endless(void *context, int32_t y0, int32_t y1)
{
    struct finding *f = context;
    bool endless = false;
    for (int32_t y = y0; y < y1 && !endless; y++)
        fth_kernels()->find_endless(&endless, fth_plane_at(f->plane, f->rect.x0, f->rect.y0 + y),
                                    (size_t)fth_rect_width(f->rect));
    if (endless)
        atomic_store(&f->found, true);
}

static enum fth_status is_finite(const struct fth_call *call, const struct fth_plane *plane,
                                 bool *finite)
{
    struct finding f = {.plane = plane, .rect = call->info.domain};
    struct fth_work work = fth_pixels_work(call);
    enum fth_status status = fth_rows_run(&work, fth_rect_height(f.rect), 64, find_endless, &f);
    *finite = !atomic_load(&f.found);
    return status;
}

/* Numbers only: what is none becomes 0, in a copy. */
static enum fth_status make_finite(const struct fth_call *call, struct fth_plane **plane,
                                   struct fth_error *error)
{
    struct fth_rect rect = call->info.domain;
    struct fth_plane *made = NULL;
    bool finite;
    enum fth_status status = is_finite(call, *plane, &finite);
    if (status != FTH_OK || finite)
        return status;
    status = fth_plane_new(call->env->buffers, rect, &made, error);
    if (status != FTH_OK)
        return status;
    fth_plane_copy(made, *plane, rect, 0);
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        float *row = fth_plane_at(made, rect.x0, y);
        for (int32_t x = 0; x < fth_rect_width(rect); x++)
            row[x] = isfinite(row[x]) ? row[x] : 0;
    }
    fth_plane_unref(plane);
    *plane = made;
    fth_log_once(FTH_LOG_WARNING, "difference_keyer: values that are no numbers count as black");
    return FTH_OK;
}

static void see(struct fth_plane *const planes[3], struct fth_rect rect, struct fth_grid grids[3])
{
    for (int i = 0; i < 3; i++)
        grids[i] = fth_grid_of_plane(planes[i], rect);
}

static const char *const room_names[FTH_PLATE_ROOMS] = {"details", "details2", "details3"};

static enum fth_status find_details(const struct fth_call *call, struct fth_plane *const plate[3],
                                    struct fth_image *image, struct fth_error *error)
{
    struct fth_rect rect = call->info.domain;
    float *rooms[FTH_PLATE_ROOMS];
    struct fth_work work = fth_pixels_work(call);
    struct fth_grid grids[3];
    int count = fth_plate_room_count(fth_rect_width(rect), fth_rect_height(rect));
    enum fth_status status = FTH_OK;
    see(plate, rect, grids);
    for (int i = 0; i < count && status == FTH_OK; i++) {
        struct fth_plane *plane = NULL;
        status = fth_image_add(image, room_names[i], call->env->buffers, rect, &plane, error);
        if (status == FTH_OK)
            rooms[i] = plane->data;
    }
    return status == FTH_OK ? fth_plate_find_details(&work, grids, rooms, error) : status;
}

enum fth_status fth_keyer_details(const struct fth_call *call, struct fth_image **out,
                                  struct fth_error *error)
{
    struct fth_plane *plate[4] = {NULL};
    struct fth_image *image = NULL;
    if (fth_rect_empty(call->info.domain)) {
        *out = fth_image_ref(call->previous);
        return FTH_OK;
    }
    enum fth_status status = fth_image_new(call->info.format, call->info.domain, &image, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        plate[i] = fth_plane_ref(fth_image_plane(call->previous, fth_rgba_names[i]));
        status = make_finite(call, &plate[i], error);
        if (status == FTH_OK)
            status = fth_image_set(image, fth_rgba_names[i], fth_plane_ref(plate[i]), error);
    }
    if (status == FTH_OK)
        status = find_details(call, plate, image, error);
    fth_pixels_drop(plate);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

static enum fth_status take_pictures(struct match *m, struct fth_error *error)
{
    const struct fth_call *call = m->call;
    struct fth_rect rect = call->info.domain;
    enum fth_status status = fth_keyer_shown(call, FTH_KEYER_FRONT, rect, m->front, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        m->plate[i] = fth_plane_ref(fth_image_plane(call->previous, fth_rgba_names[i]));
        if (fth_keyer_lies(call)) /* else it has been looked at */
            status = make_finite(call, &m->plate[i], error);
        if (status == FTH_OK)
            status = make_finite(call, &m->front[i], error);
        if (status == FTH_OK)
            status = fth_plane_new(call->env->buffers, rect, &m->moved[i], error);
    }
    if (status == FTH_OK)
        status = fth_plane_new(call->env->buffers, rect, &m->seen, error);
    return status;
}

static enum fth_status lay(struct match *m, struct fth_error *error)
{
    struct fth_rect rect = m->call->info.domain;
    struct fth_grid front[3], plate[3], moved[3], seen = fth_grid_of_plane(m->seen, rect);
    struct fth_plate_motion motion;
    see(m->front, rect, front);
    see(m->plate, rect, plate);
    see(m->moved, rect, moved);
    float *rooms[FTH_PLATE_ROOMS];
    for (int i = 0; i < FTH_PLATE_ROOMS; i++) {
        const struct fth_plane *plane = fth_image_plane(m->call->previous, room_names[i]);
        rooms[i] = plane ? plane->data : NULL;
    }
    enum fth_status status = fth_plate_register_by(&m->work, front, rooms,
                                                   (enum fth_plate_register)m->how.lies, &motion,
                                                   error);
    if (status == FTH_OK && !motion.found)
        fth_log_once(FTH_LOG_WARNING,
                     "difference_keyer: frame %lld and its plate show too little in common to be "
                     "registered; the plate stays where it is",
                     (long long)m->call->frame);
    if (status == FTH_OK)
        status = fth_plate_warp(&m->work, plate, &motion, moved, &seen, error);
    if (status == FTH_OK && m->how.exposes)
        status = fth_plate_expose(&m->work, front, &seen, moved, NULL, NULL, error);
    return status;
}

/* The depth matte as what is known besides, -1..1. */
static enum fth_status take_hint(struct match *m, struct fth_error *error)
{
    const struct fth_call *call = m->call;
    struct fth_rect rect = call->info.domain;
    struct fth_key_view view = {call->inputs[FTH_KEYER_DEPTH], FTH_MASK_AUTO, false};
    if (!view.image)
        return FTH_OK;
    enum fth_status status = fth_pixels_key(call, &view, rect, &m->hint, error);
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK; y++) {
        float *row = fth_plane_at(m->hint, rect.x0, y);
        fth_kernels()->scale_offset(row, row, 2, -1, (size_t)fth_rect_width(rect));
    }
    return status == FTH_OK ? make_finite(call, &m->hint, error) : status;
}

static void remark(const struct fth_call *call, const struct fth_plate_noise *noise)
{
    if (noise->changed > 0.6)
        fth_log_once(FTH_LOG_WARNING,
                     "difference_keyer: %.0f %% of frame %lld is not what the plate shows; is it "
                     "of this place, and without the subject?",
                     100 * noise->changed, (long long)call->frame);
}

/* Of drawn subjects at most .15 of the border is the plate's own, of ghosts at least .5. */
static void remark_ghost(const struct fth_call *call, const struct fth_plate_ghost *ghost)
{
    const double share = 0.25, enough = 100;
    if (ghost->share > share && ghost->decided >= enough)
        fth_log_once(FTH_LOG_WARNING,
                     "difference_keyer: the plate shows something that frame %lld does not, about "
                     "pixel %.0f,%.0f (the subject itself?), and it is keyed as well; use another "
                     "plate, or make one by \"fathom plate\"",
                     (long long)call->frame, ghost->x, ghost->y);
}

static enum fth_status key(struct match *m, struct fth_error *error)
{
    struct fth_rect rect = m->call->info.domain;
    struct fth_grid front[3], moved[3], hint, alpha, seen = fth_grid_of_plane(m->seen, rect);
    struct fth_plate_noise noise;
    enum fth_status status = fth_plane_new(m->call->env->buffers, rect, &m->alpha, error);
    if (status == FTH_OK)
        status = take_hint(m, error);
    if (status != FTH_OK)
        return status;
    see(m->front, rect, front);
    see(m->moved, rect, moved);
    alpha = fth_grid_of_plane(m->alpha, rect);
    if (m->hint)
        hint = fth_grid_of_plane(m->hint, rect);
    status = fth_plate_matte(&m->work, front, moved, &seen, m->hint ? &hint : NULL, &m->how.matte,
                             &alpha, &noise, error);
    if (status == FTH_OK) {
        struct fth_plate_ghost_view view = {front, moved, &alpha};
        struct fth_plate_ghost ghost;
        status = fth_plate_find_ghost(&m->work, &view, &ghost, error);
        remark(m->call, &noise);
        if (status == FTH_OK)
            remark_ghost(m->call, &ghost);
    }
    return status;
}

static enum fth_status hand_on(struct match *m, struct fth_image **out, struct fth_error *error)
{
    struct fth_image *image = NULL;
    enum fth_status status =
        fth_image_new(m->call->info.format, m->call->info.domain, &image, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++)
        status = fth_image_set(image, fth_rgba_names[i], fth_plane_ref(m->moved[i]), error);
    if (status == FTH_OK && m->alpha)
        status = fth_image_set(image, FTH_KEYER_MATTE, fth_plane_ref(m->alpha), error);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

enum fth_status fth_keyer_match(const struct fth_call *call, struct fth_image **out,
                                struct fth_error *error)
{
    struct match m = {.call = call, .work = fth_pixels_work(call),
                      .how = fth_keyer_how(call->params)};
    enum fth_status status = FTH_OK;
    if (fth_rect_empty(call->info.domain)) {
        *out = fth_image_ref(call->previous);
        return FTH_OK;
    }
    status = take_pictures(&m, error);
    if (status == FTH_OK)
        status = lay(&m, error);
    if (status == FTH_OK && m.how.models)
        status = key(&m, error);
    if (status == FTH_OK)
        status = hand_on(&m, out, error);
    fth_pixels_drop(m.front);
    fth_pixels_drop(m.plate);
    for (int i = 0; i < 3; i++)
        fth_plane_unref(&m.moved[i]);
    fth_plane_unref(&m.seen);
    fth_plane_unref(&m.hint);
    fth_plane_unref(&m.alpha);
    return status;
}

/* ---- despill --------------------------------------------------------------------------------- */

bool fth_keyer_despills(const struct fth_call *call)
{
    return fth_keyer_how(call->params).despills > 0;
}

/* The plate, which is as a display shows it, in the foreground's own space: what a display shows of
 * both is put back, and their difference is laid on the foreground. The more of the foreground is
 * lost on the way, above a display's white or out of its gamut, the less of it. */
struct way_back {
    struct fth_conversion there, back;
    struct fth_plane *rows; /* three for the foreground, three for the plate */
    bool differs;
};

static enum fth_status find_way_back(const struct fth_call *call, struct way_back *way,
                                     struct fth_error *error)
{
    const struct fth_info *info = call->input_infos[FTH_KEYER_FRONT];
    struct fth_conversion_options shown = {true, true, info->fits}, plain = {false, false, 0};
    enum fth_colour_space space = call->inputs[FTH_KEYER_FRONT]->colour;
    struct fth_rect rect = {call->rect.x0, 0, call->rect.x1, 6};
    way->differs = fth_display_differs(space);
    if (!way->differs)
        return FTH_OK;
    fth_conversion_make(space, FTH_COLOUR_REC709_GAMMA24, &shown, &way->there);
    fth_conversion_make(FTH_COLOUR_REC709_GAMMA24, space, &plain, &way->back);
    return fth_plane_new(call->env->buffers, rect, &way->rows, error);
}

/* plate[c] is set to rows of the plate at y, fit for the foreground's. */
static void bring_back(const struct way_back *way, struct fth_plane *const front[3], int32_t x0,
                       int32_t y, size_t n, const float *plate[3])
{
    float *shown[3], *put[3];
    for (int c = 0; c < 3 && way->differs; c++) {
        shown[c] = fth_plane_at(way->rows, x0, c);
        put[c] = fth_plane_at(way->rows, x0, 3 + c);
        memcpy(shown[c], fth_plane_at(front[c], x0, y), n * sizeof(float));
        memcpy(put[c], plate[c], n * sizeof(float));
    }
    if (!way->differs)
        return;
    fth_conversion_rows(&way->there, shown, n);
    fth_conversion_rows(&way->back, shown, n);
    fth_conversion_rows(&way->back, put, n);
    const float *own[3];
    for (int c = 0; c < 3; c++) {
        own[c] = fth_plane_at(front[c], x0, y);
        plate[c] = put[c];
    }
    for (size_t i = 0; i < n; i++) {
        float lost = 0, apart = 1e-12f;
        for (int c = 0; c < 3; c++) {
            float l = own[c][i] - shown[c][i], d = put[c][i] - shown[c][i];
            lost += l * l;
            apart += d * d;
        }
        float trust = apart / (apart + lost);
        for (int c = 0; c < 3; c++)
            put[c][i] = own[c][i] + trust * (put[c][i] - shown[c][i]);
    }
}

static void despill_row(const struct fth_call *call, const struct way_back *way,
                        struct fth_plane *const planes[4], struct fth_plane *const made[4],
                        int32_t y)
{
    const struct fth_plane *alpha = made[3];
    float amount = (float)fth_keyer_how(call->params).despills;
    int32_t x0 = call->rect.x0;
    size_t n = (size_t)fth_rect_width(call->rect);
    const float *plate[3];
    for (int c = 0; c < 3; c++)
        plate[c] = fth_plane_at(fth_image_plane(call->previous, fth_rgba_names[c]), x0, y);
    bring_back(way, planes, x0, y, n, plate);
    for (int c = 0; c < 3; c++)
        fth_kernels()->unmix(fth_plane_at(made[c], x0, y), fth_plane_at(planes[c], x0, y), plate[c],
                             fth_plane_at(alpha, x0, y), amount, n);
}

/* How much of a pixel is the subject's: the key, and all of it where it is held opaque. */
static enum fth_status take_cover(const struct fth_call *call, struct fth_plane **out,
                                  struct fth_error *error)
{
    const struct fth_keyer_params *params = call->params;
    bool fills = params->garbage_mode == FTH_GARBAGE_FILL;
    const struct fth_image *solid = call->inputs[FTH_KEYER_SOLID];
    const struct fth_image *garbage = fills ? call->inputs[FTH_KEYER_GARBAGE] : NULL;
    struct fth_plane *key = fth_image_plane(call->previous, "A"), *cover = NULL;
    if (!solid && !garbage) {
        *out = fth_plane_ref(key);
        return FTH_OK;
    }
    enum fth_status status = fth_plane_new(call->env->buffers, call->rect, &cover, error);
    if (status == FTH_OK) {
        fth_plane_copy(cover, key, call->rect, 0);
        status = fth_matte_hold(call, solid, garbage, cover, error);
    }
    if (status == FTH_OK)
        *out = cover;
    else
        fth_plane_unref(&cover);
    return status;
}

enum fth_status fth_keyer_despill(const struct fth_call *call, struct fth_image **out,
                                  struct fth_error *error)
{
    const struct fth_image *front = call->inputs[FTH_KEYER_FRONT];
    struct fth_rect rect = call->rect;
    struct fth_plane *planes[4] = {NULL}, *made[4] = {NULL};
    struct way_back way = {.rows = NULL};
    enum fth_status status = fth_pixels_rgba(call, front, rect, planes, error);
    if (status == FTH_OK)
        status = find_way_back(call, &way, error);
    for (int c = 0; c < 3 && status == FTH_OK; c++)
        status = fth_plane_new(call->env->buffers, rect, &made[c], error);
    if (status == FTH_OK)
        status = take_cover(call, &made[3], error);
    for (int32_t y = rect.y0; y < rect.y1 && status == FTH_OK; y++)
        despill_row(call, &way, planes, made, y);
    if (status == FTH_OK) {
        fth_plane_unref(&made[3]);
        made[3] = fth_plane_ref(planes[3]);
        status = fth_pixels_with(call, front, made, out, error);
    }
    fth_plane_unref(&way.rows);
    fth_pixels_drop(planes);
    fth_pixels_drop(made);
    return status;
}
