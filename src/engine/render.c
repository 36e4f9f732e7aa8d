/* SPDX-License-Identifier: Apache-2.0 */
/* Pixels of one stage: point and area stages in bands of rows over the pool, with everything fused
 * to them computed inside the band; sources and steps over the whole picture in one call. */
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "engine/pieces.h"
#include "engine/plan.h"
#include "image/origin.h"
#include "ops/kernels.h"

/* pixels of a band: a few planes of it stay in a core's own cache. Of a chain of point steps there
 * are the planes that come out of one and those that go into the next. */
enum { BAND_PIXELS = 32768, BAND_ROWS_LEAST = 16, POINT_PIXELS = 16384, POINT_ROWS_LEAST = 4 };

/* of a picture that no core's own caches hold: to write it past them costs less than to have it
 * read before, even where the last cache would have kept it */
enum { STREAM_SIZE = 4 << 20 };

/* ---- one call of a node ---- */

static enum fth_status call_common(struct fth_plan *plan, const struct fth_stage *stage,
                                   struct fth_image *const images[FTH_MOST_READS],
                                   struct fth_rect rect, struct fth_image **out,
                                   struct fth_error *error)
{
    const struct fth_member *member = plan->members[stage->member];
    int mask = fth_plan_mask_port(member);
    if (!images[FTH_PREVIOUS])
        return fth_plan_spared(plan, stage, images[0], rect, out, error);
    return fth_common_apply(&member->common, member->desc->flags & FTH_NODE_MAKES_MATTE, images[0],
                            images[FTH_PREVIOUS], images[mask], rect, plan->engine->buffers, out,
                            error);
}

/* What a call is to make, and planes that it may make it in. */
struct place {
    struct fth_rect rect;
    const struct fth_image *into;
    bool streams;
    struct fth_chain *chain; /* that is told of the call; or NULL */
};

static enum fth_status call_step(struct fth_plan *plan, const struct fth_stage *stage,
                                 struct fth_image *const images[FTH_MOST_READS],
                                 const struct place *place, struct fth_image **out,
                                 struct fth_error *error)
{
    const struct fth_member *member = plan->members[stage->member];
    const struct fth_image *inputs[FTH_LIMIT_INPUTS];
    struct fth_looks looks;
    if (stage->step == FTH_STEP_COMMON)
        return call_common(plan, stage, images, place->rect, out, error);
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++)
        inputs[p] = images[p];
    enum fth_scratch use =
        stage->kind == FTH_NODE_WHOLE ? FTH_SCRATCH_WHOLE : FTH_SCRATCH_PART;
    struct fth_arena *arena = fth_engine_arena(plan->engine, use);
    if (!arena)
        return fth_fail_memory(error, 0, "scratch memory");
    struct fth_call call = fth_plan_call(plan, member);
    bool banded = stage->kind == FTH_NODE_POINT || stage->kind == FTH_NODE_AREA;
    bool locks = !banded && member->slot;
    call.rect = place->rect;
    call.into = place->into;
    call.streams = place->streams;
    call.inputs = inputs;
    call.previous = images[FTH_PREVIOUS];
    call.moments = fth_plan_moments(member, stage, images, &looks);
    call.arena = arena;
    call.prepared = stage->prepared;
    if (banded)
        call.state = NULL; /* bands run at once, calls on a state never do */
    if (locks)
        pthread_mutex_lock(&member->slot->lock);
    enum fth_status status = member->desc->steps[stage->step].render(&call, out, error);
    if (locks)
        pthread_mutex_unlock(&member->slot->lock);
    if (status == FTH_OK && *out)
        fth_chain_add(place->chain, &call, stage, images, *out);
    fth_engine_arena_back(plan->engine, use, arena);
    return status;
}

/* Bytes of the planes that are none of an input's. */
static uint64_t made_size(const struct fth_image *made, const struct fth_stage *stage,
                          struct fth_image *const images[FTH_MOST_READS])
{
    uint64_t size = 0;
    for (int c = 0; c < made->channel_count && stage->meter; c++) {
        const struct fth_plane *plane = made->channels[c].plane;
        bool shared = c > 0 && plane == made->channels[c - 1].plane;
        for (int i = 0; i < fth_stage_reads(stage) && !shared; i++)
            for (int k = 0; images[i] && k < images[i]->channel_count; k++)
                shared = shared || images[i]->channels[k].plane == plane;
        if (!shared)
            size += (uint64_t)fth_rect_width(plane->rect) *
                    (uint64_t)fth_rect_height(plane->rect) * sizeof(float);
    }
    return size;
}

static enum fth_status render_stage(struct fth_plan *plan, const struct fth_stage *stage,
                                    struct fth_image *const images[FTH_MOST_READS],
                                    const struct place *place, struct fth_image **out,
                                    struct fth_error *error)
{
    struct fth_image *made = NULL;
    double begun = stage->meter ? fth_clock_s() : 0;
    enum fth_status status = call_step(plan, stage, images, place, &made, error);
    if (status == FTH_OK && !made)
        status = fth_fail(error, FTH_ERR_DATA, "no picture came out");
    if (status == FTH_OK)
        fth_meter_add(stage->meter, begun, made_size(made, stage, images));
    if (status == FTH_OK)
        status = fth_plan_finish(plan, stage, place->rect, &made, error);
    if (status == FTH_OK)
        *out = made;
    return fth_plan_blame(plan->members[stage->member], status, error);
}

/* ---- inputs that are looked at beyond a pixel ---- */

/* `image` with nothing outside `domain`; only what is within `part` of it need be there. */
static enum fth_status crop(struct fth_plan *plan, const struct fth_image *image,
                            struct fth_rect domain, struct fth_rect part, struct fth_image **out,
                            struct fth_error *error)
{
    struct fth_image *made = NULL;
    bool fits = fth_rect_contains(domain, image->domain);
    for (int i = 0; i < image->channel_count && fits; i++)
        fits = fth_rect_contains(domain, image->channels[i].plane->rect);
    if (fits) {
        *out = fth_image_ref(image);
        return FTH_OK;
    }
    enum fth_status status = fth_image_new_like(image, &made, error);
    if (status != FTH_OK)
        return status;
    made->domain = fth_rect_intersect(image->domain, domain);
    for (int i = 0; i < image->channel_count && status == FTH_OK; i++) {
        struct fth_plane *plane = image->channels[i].plane, *cut = NULL;
        struct fth_rect rect =
            fth_rect_intersect(plane->rect, fth_rect_intersect(made->domain, part));
        if (fth_rect_equal(rect, plane->rect))
            continue;
        status = fth_plane_new(plan->engine->buffers, rect, &cut, error);
        if (status != FTH_OK)
            break;
        fth_plane_copy(cut, plane, rect, 0);
        status = fth_image_set(made, image->channels[i].name, cut, error);
    }
    if (status == FTH_OK)
        *out = made;
    else
        fth_image_unref(&made);
    return status;
}

static void release_images(struct fth_image *images[FTH_MOST_READS])
{
    for (int i = 0; i < FTH_MOST_READS; i++)
        fth_image_unref(&images[i]);
}

enum fth_status fth_plan_inputs(struct fth_plan *plan, const struct fth_stage *stage,
                                struct fth_image *images[FTH_MOST_READS],
                                struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int k = 0; k < fth_stage_reads(stage) && status == FTH_OK; k++) {
        int at = fth_stage_read(stage, k);
        if (at < 0)
            continue;
        struct fth_image *image = fth_image_ref(plan->stages[at].image);
        struct fth_rect domain =
            k == FTH_PREVIOUS ? image->domain : fth_stage_window(plan, stage, k);
        if (fth_image_is_bare(image) && !fth_rect_contains(domain, image->domain))
            status = fth_plan_unpack(plan, &image, error);
        if (status == FTH_OK)
            status = crop(plan, image, domain, domain, &images[k], error);
        fth_image_unref(&image);
    }
    if (status != FTH_OK)
        release_images(images);
    return status;
}

/* ---- bands ---- */

struct bands {
    struct fth_plan *plan;
    int index; /* of the stage */
    int32_t rows;
    struct fth_image *views[FTH_MOST_READS]; /* AREA: its inputs */
    pthread_mutex_t lock;
    struct fth_image *out; /* planes that all bands share are input's own, the others are filled */
    struct fth_image *filled; /* these others, each under one name, where bands may write at once */
    bool streams;          /* what is made is larger than the caches */
    size_t done;           /* bands that are ready before those that run at once */
    struct fth_chain *chain; /* is told of the first band; all others go through it. NULL: there is
                                none */
    bool varies;           /* some bands share other planes than the rest: a mask spares them, or
                              they mix other parts of two data windows */
    size_t failed;         /* lowest band that failed + 1 */
    enum fth_status status;
    struct fth_error error;
};

/* A band under way: each fused stage is computed once. */
struct band {
    struct bands *bands;
    struct fth_rect rect;
    struct fth_image **memo; /* by stage, of those that are read more than once */
    struct fth_error *error;
};

static enum fth_status stage_image(struct band *band, int index, struct fth_image **out);

/* Common controls whose mask is looked at band by band. */
static bool spares_bands(const struct fth_plan *plan, const struct fth_stage *stage)
{
    return stage->guard == FTH_GUARD_FULL && !plan->stages[stage->previous].image &&
           plan->members[stage->member]->desc->flags & FTH_NODE_SAME_PLANES;
}

/* True where an empty mask, of the whole picture or of these rows, spares the steps before the
 * common controls. */
static enum fth_status is_spared(const struct band *band, const struct fth_stage *stage,
                                 struct fth_rect rect, bool *spared)
{
    const struct fth_plan *plan = band->bands->plan;
    const struct fth_member *member = plan->members[stage->member];
    *spared = stage->guard == FTH_GUARD_EMPTY;
    if (!spares_bands(plan, stage))
        return FTH_OK;
    const struct fth_image *mask = plan->stages[stage->ports[fth_plan_mask_port(member)]].image;
    return fth_mask_is_empty(mask, &member->common, rect, plan->engine->buffers, spared,
                             band->error);
}

/* What the stage reads under `number` over `rect`, as its node sees it: a picture beyond its own
 * frame is cut off where the clipping mode says so. */
static enum fth_status read_image(struct band *band, const struct fth_stage *stage, int number,
                                  struct fth_rect rect, struct fth_image **out)
{
    struct fth_plan *plan = band->bands->plan;
    struct fth_image *image = NULL;
    enum fth_status status = stage_image(band, fth_stage_read(stage, number), &image);
    if (status != FTH_OK || number == FTH_PREVIOUS) {
        *out = image;
        return status;
    }
    struct fth_rect window = fth_stage_window(plan, stage, number);
    if (fth_rect_contains(window, fth_rect_intersect(rect, image->domain))) {
        *out = image;
        return FTH_OK;
    }
    status = crop(plan, image, window, rect, out, band->error);
    fth_image_unref(&image);
    return status;
}

/* Where the last step of a band may write what else would be copied there. */
static struct place place_of(const struct band *band, int index, struct fth_rect rect)
{
    struct bands *bands = band->bands;
    struct fth_rect need = bands->plan->stages[bands->index].need;
    struct place place = {.rect = rect, .chain = bands->done ? NULL : bands->chain};
    if (index != bands->index || bands->varies || rect.x0 != need.x0 || rect.x1 != need.x1)
        return place;
    pthread_mutex_lock(&bands->lock);
    place.into = bands->filled;
    place.streams = bands->streams;
    pthread_mutex_unlock(&bands->lock);
    return place;
}

static enum fth_status fused_image(struct band *band, int index, struct fth_image **out)
{
    struct fth_plan *plan = band->bands->plan;
    const struct fth_stage *stage = &plan->stages[index];
    struct fth_image *images[FTH_MOST_READS] = {0};
    bool spared = false;
    struct fth_rect rect = fth_rect_intersect(band->rect, fth_plan_info(plan, stage)->domain);
    enum fth_status status = is_spared(band, stage, rect, &spared);
    for (int k = 0; k < fth_stage_reads(stage) && status == FTH_OK; k++) {
        int at = fth_stage_read(stage, k);
        if (stage->kind == FTH_NODE_AREA)
            images[k] = fth_image_ref(band->bands->views[k]);
        else if (at >= 0 && (!spared || k == 0))
            status = read_image(band, stage, k, rect, &images[k]);
    }
    struct place place = place_of(band, index, rect);
    if (status == FTH_OK)
        status = render_stage(plan, stage, images, &place, out, band->error);
    release_images(images);
    return status;
}

static enum fth_status stage_image(struct band *band, int index, struct fth_image **out)
{
    const struct fth_stage *stage = &band->bands->plan->stages[index];
    const struct fth_image *known = stage->image ? stage->image : band->memo[index];
    enum fth_status status = FTH_OK;
    if (known)
        *out = fth_image_ref(known);
    else
        status = fused_image(band, index, out);
    /* what nobody else reads is given back at once, while it is warm: the next step gets it */
    if (!known && status == FTH_OK && stage->reads > 1)
        band->memo[index] = fth_image_ref(*out);
    return status;
}

/* True when the plane belongs to a picture that is there as a whole, so every band has it. */
static bool is_whole_plane(const struct bands *bands, const struct fth_plane *plane)
{
    const struct fth_plan *plan = bands->plan;
    if (!fth_rect_contains(plane->rect, plan->stages[bands->index].need))
        return false;
    for (int i = 0; i < bands->index; i++) {
        const struct fth_image *image = plan->stages[i].image;
        for (int c = 0; image && c < image->channel_count; c++) {
            if (image->channels[c].plane == plane)
                return true;
        }
    }
    return false;
}

/* The picture that bands are copied into, laid out like the first one that is ready. */
static enum fth_status begin_out(struct bands *bands, const struct fth_image *first,
                                 struct fth_error *error)
{
    struct fth_image *out = NULL, *filled = NULL;
    struct fth_plane *made = NULL;
    struct fth_rect need = bands->plan->stages[bands->index].need;
    enum fth_status status = fth_image_new_like(first, &out, error);
    if (status == FTH_OK)
        status = fth_image_new(first->format, need, &filled, error);
    for (int i = 0; status == FTH_OK && i < first->channel_count; i++) {
        struct fth_plane *plane = first->channels[i].plane;
        int twin = bands->varies ? i : 0; /* of the same plane: grey as R, G and B */
        while (first->channels[twin].plane != plane)
            twin++;
        const char *name = first->channels[i].name;
        if (twin < i)
            status = fth_image_set(out, name, fth_plane_ref(out->channels[twin].plane), error);
        else if (bands->varies || !is_whole_plane(bands, plane))
            status = fth_image_add(out, name, bands->plan->engine->buffers, need, &made, error);
        else
            continue;
        if (status == FTH_OK && twin == i)
            status = fth_image_set(filled, name, fth_plane_ref(made), error);
    }
    if (status == FTH_OK) {
        bands->out = out;
        bands->filled = filled;
    } else {
        fth_image_unref(&out);
        fth_image_unref(&filled);
    }
    bands->streams = (int64_t)fth_rect_width(need) * fth_rect_height(need) * 4 *
                         first->channel_count >=
                     STREAM_SIZE;
    return status;
}

/* A band is warm, where it goes need not be. */
static void copy_rows(const struct bands *bands, const struct fth_plane *from,
                      const struct fth_plane *to, struct fth_rect rect)
{
    const struct fth_kernels *k = fth_kernels();
    size_t n = (size_t)fth_rect_width(rect);
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        float *dst = fth_plane_at(to, rect.x0, y);
        const float *src = fth_plane_at(from, rect.x0, y);
        if (bands->streams)
            k->stream(dst, src, n);
        else
            memcpy(dst, src, n * sizeof(*dst));
    }
}

static enum fth_status copy_band(struct bands *bands, const struct fth_image *image,
                                 struct fth_rect rect, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    pthread_mutex_lock(&bands->lock);
    if (!bands->out)
        status = begin_out(bands, image, error);
    pthread_mutex_unlock(&bands->lock);
    const struct fth_image *out = bands->out;
    if (status == FTH_OK && out->channel_count != image->channel_count)
        status = fth_fail(error, FTH_ERR_DATA, "bands of one picture have different channels");
    for (int i = 0; status == FTH_OK && i < image->channel_count; i++) {
        struct fth_plane *to = out->channels[i].plane, *from = image->channels[i].plane;
        bool twin = i && out->channels[i - 1].plane == to;
        if (strcmp(out->channels[i].name, image->channels[i].name) != 0)
            status = fth_fail(error, FTH_ERR_DATA, "bands of one picture have different channels");
        else if (to != from && from->owner != to && !twin)
            copy_rows(bands, from, to, rect);
    }
    return status;
}

static enum fth_status run_band(struct bands *bands, struct fth_rect rect, struct fth_error *error)
{
    struct fth_plan *plan = bands->plan;
    struct fth_image *image = NULL;
    size_t count = (size_t)bands->index + 1;
    struct band band = {.bands = bands, .rect = rect, .error = error};
    if (fth_cancelled(plan->env.cancel))
        return fth_fail(error, FTH_CANCELLED, "cancelled");
    if (bands->done && bands->chain)
        return fth_chain_run(bands->chain, rect, error);
    band.memo = fth_alloc(count, sizeof(*band.memo));
    if (!band.memo)
        return fth_fail_memory(error, count * sizeof(*band.memo), "a band");
    enum fth_status status = fused_image(&band, bands->index, &image);
    if (status == FTH_OK && fth_rect_equal(rect, plan->stages[bands->index].need))
        bands->out = fth_image_ref(image); /* the only band: nothing to put together */
    else if (status == FTH_OK)
        status = copy_band(bands, image, rect, error);
    fth_image_unref(&image);
    for (size_t i = 0; i < count; i++)
        fth_image_unref(&band.memo[i]);
    fth_free(band.memo);
    return status;
}

static void band_piece(void *context, size_t index)
{
    struct bands *bands = context;
    struct fth_rect need = bands->plan->stages[bands->index].need;
    struct fth_error error = {0};
    index += bands->done;
    int64_t top = need.y0 + (int64_t)index * bands->rows;
    struct fth_rect rect = need;
    pthread_mutex_lock(&bands->lock);
    bool failed = bands->failed != 0;
    pthread_mutex_unlock(&bands->lock);
    if (failed)
        return;
    rect.y0 = (int32_t)top;
    rect.y1 = (int32_t)FTH_MIN(top + bands->rows, (int64_t)need.y1);
    enum fth_status status = run_band(bands, fth_rect_empty(need) ? need : rect, &error);
    if (status == FTH_OK)
        return;
    pthread_mutex_lock(&bands->lock);
    if (!bands->failed || index + 1 < bands->failed) {
        bands->failed = index + 1;
        bands->status = status;
        bands->error = error;
    }
    pthread_mutex_unlock(&bands->lock);
}

/* An area step computes its halo anew for each band: such bands are as high as four halos. */
int32_t fth_plan_band_rows(const struct fth_plan *plan, const struct fth_stage *stage)
{
    struct fth_rect need = stage->need;
    if (plan->engine->band_rows > 0)
        return plan->engine->band_rows;
    int32_t width = FTH_MAX(fth_rect_width(need), 1);
    if (stage->kind != FTH_NODE_AREA)
        return FTH_MAX(POINT_PIXELS / width, POINT_ROWS_LEAST);
    int32_t rows = FTH_MAX(BAND_PIXELS / width, BAND_ROWS_LEAST);
    const struct fth_member *member = plan->members[stage->member];
    struct fth_call call = fth_plan_call(plan, member);
    struct fth_rect line = {need.x0, need.y0, need.x1, need.y0 + 1};
    int input = stage->previous >= 0 ? -1 : 0;
    struct fth_rect read = member->desc->steps[stage->step].region_in(&call, input, line);
    int64_t halo = (int64_t)fth_rect_height(read) - 1;
    return (int32_t)FTH_MIN(FTH_MAX((int64_t)rows, 2 * halo), (int64_t)FTH_LIMIT_SIDE);
}

/* Common controls that mix what has different data windows: where both windows are the same a plane
 * may be shared, in other rows it is mixed. */
static bool mixes_windows(const struct fth_plan *plan, const struct fth_stage *stage)
{
    if (stage->step != FTH_STEP_COMMON || stage->ports[0] < 0)
        return false;
    struct fth_rect joined = fth_plan_info(plan, stage)->domain;
    struct fth_rect before = fth_plan_info(plan, &plan->stages[stage->ports[0]])->domain;
    before = fth_rect_intersect(before, fth_stage_window(plan, stage, 0));
    return !fth_rect_equal(joined, plan->members[stage->member]->info.domain) ||
           !fth_rect_equal(joined, before);
}

/* Does one of the stages in the bands decide anew for each of them whether it is run, or mixed? */
static bool varies(const struct fth_plan *plan, int group)
{
    for (int i = 0; i <= group; i++) {
        const struct fth_stage *stage = &plan->stages[i];
        if (stage->needed && stage->group == group &&
            (spares_bands(plan, stage) || mixes_windows(plan, stage)))
            return true;
    }
    return false;
}

/* The first band tells whether the others can be made in pieces, and how. */
static void run_first(struct bands *bands)
{
    const struct fth_plan *plan = bands->plan;
    bands->chain = bands->varies ? NULL : fth_chain_begin(plan, bands->index);
    if (!bands->chain)
        return;
    fth_pool_run(plan->engine->pool, 1, band_piece, bands);
    bands->done = 1;
    if (bands->failed || !fth_chain_end(bands->chain, bands->out, bands->filled, bands->streams))
        fth_chain_drop(&bands->chain);
}

static enum fth_status run_bands(struct fth_plan *plan, int index, struct fth_error *error)
{
    struct fth_stage *stage = &plan->stages[index];
    struct bands bands = {.plan = plan, .index = index};
    enum fth_status status = FTH_OK;
    if (stage->kind == FTH_NODE_AREA)
        status = fth_plan_inputs(plan, stage, bands.views, error);
    if (status != FTH_OK)
        return status;
    bands.rows = fth_plan_band_rows(plan, stage);
    bands.varies = varies(plan, index);
    int64_t height = fth_rect_height(stage->need);
    size_t count = (size_t)FTH_MAX((height + bands.rows - 1) / bands.rows, (int64_t)1);
    pthread_mutex_init(&bands.lock, NULL);
    if (count > 1)
        run_first(&bands);
    fth_pool_run(plan->engine->pool, count - bands.done, band_piece, &bands);
    fth_chain_drop(&bands.chain);
    pthread_mutex_destroy(&bands.lock);
    release_images(bands.views);
    fth_image_unref(&bands.filled);
    if (bands.failed) {
        fth_image_unref(&bands.out);
        if (error)
            *error = bands.error;
        return bands.status;
    }
    stage->image = bands.out;
    return FTH_OK;
}

/* ---- the stage ---- */

static enum fth_status run_whole(struct fth_plan *plan, struct fth_stage *stage,
                                 struct fth_error *error)
{
    struct fth_image *images[FTH_MOST_READS] = {0};
    if (fth_cancelled(plan->env.cancel))
        return fth_fail(error, FTH_CANCELLED, "cancelled");
    enum fth_status status = fth_plan_inputs(plan, stage, images, error);
    if (status == FTH_OK)
        status = render_stage(plan, stage, images, &(struct place){.rect = stage->need},
                              &stage->image, error);
    release_images(images);
    if (stage->kind == FTH_NODE_SOURCE && status == FTH_OK)
        atomic_fetch_add(&plan->engine->counts.sources, 1);
    return status;
}

/* Masks and keys are there as a whole before the stages of a group run: now they can be looked
 * at. */
static void check_masks(const struct fth_plan *plan, int group)
{
    for (int i = 0; i <= group; i++) {
        const struct fth_stage *stage = &plan->stages[i];
        const struct fth_member *member = plan->members[stage->member];
        if (!stage->needed || stage->group != group)
            continue;
        for (int p = 0; p < fth_node_port_count(member->desc); p++) {
            const struct fth_port *port = fth_node_port_at(member->desc, p);
            int mask = stage->ports[p];
            if (port->kind != FTH_PORT_MASK || mask < 0 || !plan->stages[mask].image)
                continue;
            fth_mask_check(plan->stages[mask].image, fth_plan_mask_channel(member, port));
        }
    }
}

static enum fth_status prepare_stage(struct fth_plan *plan, struct fth_stage *stage,
                                     struct fth_error *error)
{
    const struct fth_member *member = plan->members[stage->member];
    if (stage->step == FTH_STEP_COMMON || !member->desc->steps[stage->step].prepare)
        return FTH_OK;
    struct fth_call call = fth_plan_call(plan, member);
    stage->prepared_in = call.arena = fth_engine_arena(plan->engine, FTH_SCRATCH_WHOLE);
    if (!call.arena)
        return fth_fail_memory(error, 0, "scratch memory");
    enum fth_status status =
        member->desc->steps[stage->step].prepare(&call, &stage->prepared, error);
    return fth_plan_blame(member, status, error);
}

/* What the bands of a group have in common. */
static enum fth_status prepare_group(struct fth_plan *plan, int group, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = 0; i <= group && status == FTH_OK; i++) {
        if (plan->stages[i].needed && plan->stages[i].group == group)
            status = prepare_stage(plan, &plan->stages[i], error);
    }
    return status;
}

static void release_group(struct fth_plan *plan, int group)
{
    for (int i = 0; i <= group; i++) {
        if (plan->stages[i].group != group)
            continue;
        fth_engine_arena_back(plan->engine, FTH_SCRATCH_WHOLE, plan->stages[i].prepared_in);
        plan->stages[i].prepared_in = NULL;
        plan->stages[i].prepared = NULL;
    }
}

enum fth_status fth_plan_render(struct fth_plan *plan, int index, struct fth_error *error)
{
    struct fth_stage *stage = &plan->stages[index];
    check_masks(plan, index);
    if (stage->kind == FTH_NODE_SOURCE || stage->kind == FTH_NODE_WHOLE)
        return run_whole(plan, stage, error);
    enum fth_status status = prepare_group(plan, index, error);
    if (status == FTH_OK)
        status = run_bands(plan, index, error);
    release_group(plan, index);
    return status;
}
