/* SPDX-License-Identifier: Apache-2.0 */
/* What came out of a stage: checked, made to say what the plan said, and, where an analysis made
 * it, kept on disk and found there again. The engine's scratch memory. */
#include "engine/plan.h"
#include "image/origin.h"

struct fth_arena *fth_engine_arena(struct fth_engine *engine, enum fth_scratch use)
{
    struct fth_arena *arena = NULL;
    pthread_mutex_lock(&engine->lock);
    if (engine->scratch[use].count)
        arena = engine->scratch[use].arenas[--engine->scratch[use].count];
    pthread_mutex_unlock(&engine->lock);
    if (!arena && fth_arena_create(&arena, NULL) != FTH_OK)
        return NULL;
    return arena;
}

void fth_engine_arena_back(struct fth_engine *engine, enum fth_scratch use,
                           struct fth_arena *arena)
{
    if (!arena)
        return;
    fth_arena_return(arena, 0);
    pthread_mutex_lock(&engine->lock);
    if (engine->scratch[use].count < (int)FTH_ARRAY_COUNT(engine->scratch[use].arenas)) {
        engine->scratch[use].arenas[engine->scratch[use].count++] = arena;
        arena = NULL;
    }
    pthread_mutex_unlock(&engine->lock);
    fth_arena_destroy(&arena);
}

uint64_t fth_engine_scratch_size(struct fth_engine *engine)
{
    uint64_t size = 0;
    pthread_mutex_lock(&engine->lock);
    for (int i = 0; i < engine->scratch[FTH_SCRATCH_WHOLE].count; i++)
        size += fth_arena_size(engine->scratch[FTH_SCRATCH_WHOLE].arenas[i]);
    pthread_mutex_unlock(&engine->lock);
    return size;
}

static enum fth_status check_planes(const struct fth_member *member, const struct fth_image *image,
                                    struct fth_rect rect, struct fth_error *error)
{
    for (int i = 0; i < image->channel_count; i++) {
        struct fth_rect has = image->channels[i].plane->rect;
        if (!fth_rect_contains(has, rect))
            return fth_fail(error, FTH_ERR_DATA,
                            "%s (%s): channel %s holds %d,%d..%d,%d, asked for was "
                            "%d,%d..%d,%d",
                            member->name, member->desc->id, image->channels[i].name, has.x0, has.y0,
                            has.x1, has.y1, rect.x0, rect.y0, rect.x1, rect.y1);
    }
    return FTH_OK;
}

enum fth_status fth_plan_finish(struct fth_plan *plan, const struct fth_stage *stage,
                                struct fth_rect rect, struct fth_image **image,
                                struct fth_error *error)
{
    const struct fth_info *info = fth_plan_info(plan, stage);
    struct fth_image *like = NULL;
    enum fth_status status = check_planes(plan->members[stage->member], *image, rect, error);
    bool right = fth_rect_equal((*image)->domain, info->domain) &&
                 (*image)->format.width == info->format.width &&
                 (*image)->format.height == info->format.height;
    if (status == FTH_OK && !right) {
        status = fth_image_new_like(*image, &like, error);
        if (status == FTH_OK) {
            like->domain = info->domain;
            like->format = info->format;
        }
    }
    if (status != FTH_OK || like) {
        fth_image_unref(image);
        *image = like;
    }
    return status;
}

enum fth_status fth_plan_unpack(const struct fth_plan *plan, struct fth_image **image,
                                struct fth_error *error)
{
    struct fth_image *whole = NULL;
    enum fth_status status = fth_image_unpack(*image, (*image)->domain, plan->engine->pool,
                                              plan->engine->buffers, &whole, error);
    if (status != FTH_OK)
        return status;
    fth_image_unref(image);
    *image = whole;
    return FTH_OK;
}

enum fth_status fth_plan_unpack_stage(const struct fth_plan *plan, struct fth_stage *stage,
                                      struct fth_error *error)
{
    if (!stage->image || !stage->plain || !fth_image_is_bare(stage->image))
        return FTH_OK;
    enum fth_status status = fth_plan_unpack(plan, &stage->image, error);
    return fth_plan_blame(plan->members[stage->member], status, error);
}

enum fth_status fth_plan_pack(struct fth_stage *stage, struct fth_error *error)
{
    struct fth_image *bare = NULL;
    if (!stage->image->origin || (stage->plain && !stage->of_many))
        return FTH_OK;
    enum fth_status status = fth_image_bare(stage->image, &bare, error);
    if (status != FTH_OK)
        return status;
    fth_image_unref(&stage->image);
    stage->image = bare;
    return FTH_OK;
}

static const struct fth_analysis *analysis_of(const struct fth_plan *plan,
                                              const struct fth_stage *stage)
{
    return plan->members[stage->member]->desc->steps[stage->step].analysis;
}

/* From disk, or NULL. */
static struct fth_image *recall(struct fth_plan *plan, const struct fth_stage *stage)
{
    const struct fth_member *member = plan->members[stage->member];
    const struct fth_analysis *analysis = analysis_of(plan, stage);
    struct fth_call call = fth_plan_call(plan, member);
    struct fth_image *image = NULL;
    if (!analysis->recall || !plan->env.cache_folder[0])
        return NULL;
    pthread_mutex_lock(&member->slot->lock);
    bool found = analysis->recall(&call, stage->key, &image) == FTH_OK && image;
    pthread_mutex_unlock(&member->slot->lock);
    if (!found || fth_plan_finish(plan, stage, stage->need, &image, NULL) != FTH_OK)
        return NULL;
    return image;
}

bool fth_plan_recall(struct fth_plan *plan, struct fth_stage *stage)
{
    stage->image = recall(plan, stage);
    if (!stage->image)
        return false;
    atomic_fetch_add(&plan->engine->counts.recalled, 1);
    fth_plan_cache(plan, stage);
    return true;
}

void fth_plan_cache(struct fth_plan *plan, const struct fth_stage *stage)
{
    bool costly = stage->kind == FTH_NODE_SOURCE || stage->kind == FTH_NODE_ANALYSIS;
    if (stage->again || plan->keeping == FTH_KEEP_ALL ||
        (plan->keeping == FTH_KEEP_COSTLY && costly))
        fth_cache_put(plan->engine->cache, stage->key, stage->image, stage->need,
                      plan->keeping == FTH_KEEP_AGAIN);
}

void fth_plan_keep(struct fth_plan *plan, const struct fth_stage *stage)
{
    const struct fth_member *member = plan->members[stage->member];
    const struct fth_analysis *analysis = analysis_of(plan, stage);
    struct fth_call call = fth_plan_call(plan, member);
    if (analysis->keep && plan->env.cache_folder[0])
        fth_keeper_put(plan->engine->keeper, analysis, member->desc, &call, stage->key,
                       stage->image);
    fth_plan_cache(plan, stage);
}
