/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's life, and single pictures. */
#include "engine/engine.h"

#include "base/file.h"
#include "base/mem.h"
#include "engine/plan.h"

static const uint64_t DEFAULT_MEMORY_SIZE = 1ull << 30;
/* R, G, B and A of a picture fit into the budget, or it is not read. Those of 16 million pixels are
 * always: what three of them take is no danger. */
enum { PIXEL_SIZE = 16, ALWAYS_PIXELS = 16 << 20 };

static enum fth_status fill(struct fth_engine *engine, const struct fth_engine_options *options,
                            struct fth_error *error)
{
    uint64_t memory = options->memory_size ? options->memory_size : DEFAULT_MEMORY_SIZE;
    enum fth_status status = fth_pool_create(options->thread_count, &engine->pool, error);
    /* a quarter for buffers between two uses, the rest for results */
    if (status == FTH_OK)
        status = fth_buffers_create(memory / 4, &engine->buffers, error);
    if (status == FTH_OK)
        status = fth_cache_create(memory - memory / 4, engine->buffers, &engine->cache, error);
    if (status != FTH_OK)
        return status;
    engine->keeper = fth_keeper_create();
    engine->cache_folder = options->cache_folder ? fth_strdup(options->cache_folder)
                                                 : fth_cache_folder();
    engine->model = fth_strdup(options->model ? options->model : "");
    engine->device = fth_strdup(options->device ? options->device : "");
    if (!engine->keeper || !engine->cache_folder || !engine->model || !engine->device)
        return fth_fail_memory(error, FTH_LIMIT_PATH, "the engine");
    engine->scale_denominator = options->scale_denominator ? options->scale_denominator : 1;
    engine->band_rows = options->band_rows;
    engine->memory_size = memory;
    fth_buffers_set_most_pixels(engine->buffers, (int64_t)FTH_MAX(memory / PIXEL_SIZE,
                                                                  (uint64_t)ALWAYS_PIXELS));
    fth_buffers_set_poison(engine->buffers, options->poison);
    return FTH_OK;
}

enum fth_status fth_engine_create(const struct fth_engine_options *options,
                                  struct fth_engine **result, struct fth_error *error)
{
    struct fth_engine_options standard = {0};
    struct fth_engine *engine = fth_alloc(1, sizeof(*engine));
    if (!engine)
        return fth_fail_memory(error, sizeof(*engine), "the engine");
    pthread_mutex_init(&engine->lock, NULL);
    int scale = options ? options->scale_denominator : 0;
    enum fth_status status = FTH_OK;
    if (scale < 0 || scale > 64)
        status = fth_fail(error, FTH_ERR_USAGE, "scale denominator %d is not between 1 and 64",
                          scale);
    if (status == FTH_OK)
        status = fill(engine, options ? options : &standard, error);
    if (status == FTH_OK)
        *result = engine;
    else
        fth_engine_destroy(&engine);
    return status;
}

void fth_engine_destroy(struct fth_engine **pointer)
{
    struct fth_engine *engine = pointer ? *pointer : NULL;
    if (!engine)
        return;
    fth_keeper_destroy(&engine->keeper);
    fth_slots_destroy(engine);
    fth_meters_destroy(engine);
    fth_cache_destroy(&engine->cache);
    for (int i = 0; i < FTH_SCRATCHES; i++) {
        while (engine->scratch[i].count)
            fth_arena_destroy(&engine->scratch[i].arenas[--engine->scratch[i].count]);
    }
    fth_buffers_destroy(&engine->buffers);
    fth_pool_destroy(&engine->pool);
    pthread_mutex_destroy(&engine->lock);
    fth_free(engine->cache_folder);
    fth_free(engine->model);
    fth_free(engine->device);
    fth_free(engine);
    *pointer = NULL;
}

static enum fth_status make_plan(struct fth_engine *engine, const struct fth_graph *graph,
                                 const struct fth_target *target, struct fth_plan **plan,
                                 struct fth_error *error)
{
    if (error)
        *error = (struct fth_error){0};
    int node = target->nodes[0];
    if (node < 0 || node >= fth_graph_count(graph))
        return fth_fail(error, FTH_ERR_USAGE, "there is no node number %d", node);
    enum fth_status status = fth_graph_check(graph, error);
    return status == FTH_OK ? fth_plan_create(engine, target, plan, error) : status;
}

enum fth_status fth_engine_info(struct fth_engine *engine, const struct fth_graph *graph, int index,
                                int64_t frame, struct fth_info *info, struct fth_error *error)
{
    struct fth_plan *plan = NULL;
    struct fth_target target = {.graph = graph, .nodes = &index, .node_count = 1, .step = -1,
                                .frame = frame, .infos_only = true};
    enum fth_status status = make_plan(engine, graph, &target, &plan, error);
    if (status == FTH_OK)
        *info = plan->members[plan->roots[0].member]->out_info;
    fth_plan_destroy(&plan);
    return status;
}

enum fth_status fth_engine_key(struct fth_engine *engine, const struct fth_graph *graph, int index,
                               int64_t frame, struct fth_key *key, struct fth_error *error)
{
    struct fth_plan *plan = NULL;
    struct fth_target target = {.graph = graph, .nodes = &index, .node_count = 1, .step = -1,
                                .frame = frame};
    enum fth_status status = make_plan(engine, graph, &target, &plan, error);
    if (status == FTH_OK)
        *key = fth_plan_root(plan)->key;
    fth_plan_destroy(&plan);
    return status;
}

enum fth_status fth_engine_render(struct fth_engine *engine, const struct fth_graph *graph,
                                  int index, int64_t frame, struct fth_rect rect,
                                  const struct fth_cancel *cancel, struct fth_image **image,
                                  struct fth_error *error)
{
    struct fth_plan *plan = NULL;
    struct fth_target target = {.graph = graph, .nodes = &index, .node_count = 1, .step = -1,
                                .frame = frame, .cancel = cancel};
    enum fth_status status = make_plan(engine, graph, &target, &plan, error);
    if (status != FTH_OK)
        return status;
    plan->keeping = FTH_KEEP_ALL;
    fth_plan_prepare(plan, rect, false);
    status = fth_plan_evaluate(plan, FTH_PHASE_ALL, error);
    if (status == FTH_OK)
        *image = fth_image_ref(fth_plan_root(plan)->image);
    fth_keeper_flush(engine->keeper);
    fth_plan_destroy(&plan);
    return status;
}

struct fth_engine_stats fth_engine_stats(const struct fth_engine *engine)
{
    return (struct fth_engine_stats){.steps_rendered = atomic_load(&engine->counts.rendered),
                                     .cache_hits = atomic_load(&engine->counts.hits),
                                     .analyses_pushed = atomic_load(&engine->counts.pushed),
                                     .analyses_recalled = atomic_load(&engine->counts.recalled),
                                     .source_frames = atomic_load(&engine->counts.sources),
                                     .memory_peak_size = fth_buffers_peak(engine->buffers)};
}
