/* SPDX-License-Identifier: Apache-2.0 */
/* One estimator, one clip: which networks, when they are loaded, who answers (the shot as a whole
 * in Better, the frames before in Faster), and what a bundle is made of. */
#include "depth/estimate.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "depth/ahead.h"
#include "depth/causal.h"
#include "depth/draft.h"
#include "depth/shot.h"
#include "infer/device.h"
#include "infer/runtime.h"
#include "ops/resize.h"

enum { DEPTH = FTH_DRAFT_DEPTH, PEOPLE = FTH_DRAFT_PEOPLE, MOST_NETWORKS };

struct fth_estimator {
    struct fth_estimator_options options;
    struct fth_manifest *manifest;
    const struct fth_network *networks[MOST_NETWORKS];
    char *paths[MOST_NETWORKS];
    struct fth_known_file files[MOST_NETWORKS + 1]; /* these, and the runtime */
    struct fth_infer_session *sessions[MOST_NETWORKS];
    struct fth_batch *batch;
    int network_count; /* the second one looks for people; a strong network does without, too */
    bool as_is;        /* one strong network; else the draft set */
    size_t device;     /* infer/device.h */
    char name[96];
    char licence[64];             /* of all of them */
    enum fth_network_meaning meaning;

    struct fth_arena *arena;      /* of one frame */
    char *cache_folder;
    struct fth_arena *scratch;    /* of an answer */
    struct fth_shot *shot;        /* one of these two, ... */
    struct fth_causal *causal;    /* ... from the first question on */
    struct fth_ahead *ahead;      /* of Faster with the draft set; NULL: nothing is asked early */
    atomic_bool loaded;           /* networks are there for those who look ahead */
};

/* ---- choosing networks */

static enum fth_status add_network(struct fth_estimator *e, const char *id,
                                   struct fth_error *error)
{
    int i = e->network_count;
    enum fth_status status =
        fth_manifest_need(e->manifest, id, &e->networks[i], &e->paths[i], error);
    if (status == FTH_OK)
        e->network_count++;
    return status;
}

static enum fth_status choose_set(struct fth_estimator *e, const struct fth_network_set *set,
                                  struct fth_error *error)
{
    enum fth_status status = add_network(e, set->depth, error);
    if (status == FTH_OK)
        status = add_network(e, set->people, error);
    if (status != FTH_OK)
        return status;
    const char *licences[2] = {e->networks[0]->licence, e->networks[1]->licence};
    bool is_one = strcmp(licences[0], licences[1]) == 0;
    snprintf(e->name, sizeof(e->name), "%.30s (%.30s, %.30s)", set->id, set->depth, set->people);
    snprintf(e->licence, sizeof(e->licence), "%.24s%s%.24s", licences[0], is_one ? "" : " AND ",
             is_one ? "" : licences[1]);
    e->meaning = FTH_MEANS_RELATIVE_INVERSE; /* of the recipe, whatever its networks' is */
    fth_log_once(FTH_LOG_WARNING,
                 "depth comes from the %s set, which is weak on %s; `fathom models get %s` "
                 "installs a stronger network",
                 set->id, set->weakness, set->stronger);
    return FTH_OK;
}

/* People's mattes go with any network's depth, where the draft set's network for them is there. */
static enum fth_status add_people(struct fth_estimator *e, struct fth_error *error)
{
    const struct fth_network_set *set = fth_manifest_set(e->manifest, "draft");
    const struct fth_network *people = set ? fth_manifest_find(e->manifest, set->people) : NULL;
    char *path = NULL;
    enum fth_status status = people ? fth_network_path(people, &path, error) : FTH_OK;
    if (status != FTH_OK)
        return status;
    if (!path) {
        fth_log_once(FTH_LOG_INFO, "no network for people's mattes is installed (`./run setup` "
                                   "does that): subject_lift will change nothing");
        return FTH_OK;
    }
    fth_free(path);
    return add_network(e, set->people, error);
}

static enum fth_status choose_single(struct fth_estimator *e, const char *id,
                                     struct fth_error *error)
{
    enum fth_status status = add_network(e, id, error);
    if (status == FTH_OK && e->networks[0]->task != FTH_NETWORK_DEPTH)
        status = fth_fail(error, FTH_ERR_USAGE, "network %s gives mattes, not depth", id);
    if (status != FTH_OK)
        return status;
    snprintf(e->name, sizeof(e->name), "%.90s", id);
    snprintf(e->licence, sizeof(e->licence), "%.63s", e->networks[0]->licence);
    e->meaning = e->networks[0]->meaning;
    e->as_is = true;
    return add_people(e, error);
}

/* The named one; else the installed network that is preferred in this mode; else the draft set. */
static enum fth_status choose(struct fth_estimator *e, struct fth_error *error)
{
    const char *wanted = e->options.model && *e->options.model ? e->options.model : NULL;
    const struct fth_network_set *set = fth_manifest_set(e->manifest, wanted ? wanted : "draft");
    if (!set && !wanted)
        return fth_fail(error, FTH_ERR_DATA, "the list of networks has no set called draft");
    if (!set)
        return choose_single(e, wanted, error);
    const struct fth_network *best = NULL;
    bool better = e->options.mode == FTH_DEPTH_BETTER;
    enum fth_status status =
        wanted ? FTH_OK : fth_manifest_best(e->manifest, better, &best, error);
    if (status != FTH_OK)
        return status;
    return best ? choose_single(e, best->id, error) : choose_set(e, set, error);
}

/* A named file of the runtime must be there; a system library is found when it is loaded. */
static enum fth_status find_runtime(struct fth_error *error)
{
    char *path = fth_runtime_path();
    enum fth_status status = FTH_OK;
    if (!path)
        status = fth_fail_memory(error, 0, "a path");
    else if (strchr(path, '/') && !fth_file_exists(path))
        status = fth_fail(error, FTH_ERR_NOT_FOUND, "onnx runtime: %s: no such file", path);
    fth_free(path);
    return status;
}

/* Left to choose, a still does not wait for a device: that takes seconds to be ready, and is worth
 * it from some ten frames on. The clip counts, not the frames asked for: its bytes hang on it. */
static const char *wanted_device(const struct fth_estimator_options *options)
{
    const char *device = options->device;
    bool is_free = !device || !*device || strcmp(device, "auto") == 0;
    return is_free && options->first == options->last ? "cpu" : device;
}

enum fth_status fth_estimator_open(const struct fth_estimator_options *options,
                                   struct fth_estimator **result, struct fth_error *error)
{
    struct fth_estimator *e = fth_alloc(1, sizeof(*e));
    if (!e)
        return fth_fail_memory(error, sizeof(*e), "a depth estimator");
    e->options = *options;
    enum fth_status status = fth_device_choose(wanted_device(options), &e->device, error);
    if (status == FTH_OK)
        status = fth_manifest_open(&e->manifest, error);
    if (status == FTH_OK)
        status = choose(e, error);
    if (status == FTH_OK)
        status = find_runtime(error);
    if (status == FTH_OK)
        status = fth_arena_create(&e->arena, error);
    if (status == FTH_OK)
        status = fth_arena_create(&e->scratch, error);
    if (status == FTH_OK && options->cache_folder) {
        e->cache_folder = fth_strdup(options->cache_folder);
        status = e->cache_folder ? FTH_OK : fth_fail_memory(error, FTH_LIMIT_PATH, "a path");
    }
    /* the caller's texts may go */
    e->options.model = e->options.device = e->options.cache_folder = NULL;
    if (status == FTH_OK)
        *result = e;
    else
        fth_estimator_close(&e);
    return status;
}

void fth_estimator_close(struct fth_estimator **pointer)
{
    struct fth_estimator *e = pointer ? *pointer : NULL;
    if (!e)
        return;
    fth_batch_destroy(&e->batch);
    for (int i = 0; i < MOST_NETWORKS; i++) {
        fth_infer_session_close(&e->sessions[i]);
        fth_free(e->paths[i]);
    }
    fth_manifest_close(&e->manifest);
    fth_arena_destroy(&e->arena);
    fth_arena_destroy(&e->scratch);
    fth_shot_destroy(&e->shot);
    fth_causal_destroy(&e->causal);
    fth_ahead_destroy(&e->ahead);
    fth_free(e->cache_folder);
    fth_free(e);
    *pointer = NULL;
}

const char *fth_estimator_name(const struct fth_estimator *e)
{
    return e->name;
}

enum fth_status fth_estimator_hash(struct fth_estimator *e, struct fth_hasher *hasher,
                                   struct fth_error *error)
{
    struct fth_known_file *files = e->files;
    enum fth_status status = FTH_OK;
    char *runtime = fth_runtime_path();
    if (!runtime)
        return fth_fail_memory(error, 0, "a path");
    fth_hash_text(hasher, e->name);
    fth_hash_int(hasher, fth_draft_recipe.version);
    if (e->as_is)
        fth_hash_int(hasher, fth_draft_recipe.version_as_is);
    if (e->options.mode == FTH_DEPTH_FASTER)
        fth_hash_int(hasher, fth_draft_recipe.version_faster);
    fth_hash_int(hasher, e->options.mode);
    fth_hash_int(hasher, e->options.per_frame);
    if (e->device) /* other devices add up in other orders */
        fth_hash_text(hasher, fth_device_name(e->device));
    for (int i = 0; i < e->network_count && status == FTH_OK; i++) {
        status = fth_file_key_again(e->paths[i], &files[i], error);
        if (status == FTH_OK)
            fth_hash_key(hasher, files[i].key);
    }
    if (status == FTH_OK && strchr(runtime, '/')) {
        status = fth_file_key_again(runtime, &files[MOST_NETWORKS], error);
        if (status == FTH_OK)
            fth_hash_key(hasher, files[MOST_NETWORKS].key);
    } else {
        fth_hash_text(hasher, runtime);
    }
    fth_free(runtime);
    return status;
}

/* ---- which frame leans on which */

static bool by_shots(const struct fth_estimator *e)
{
    return e->options.mode == FTH_DEPTH_BETTER && !e->options.per_frame;
}

void fth_estimator_span(const struct fth_estimator *e, int64_t frame, int64_t *first,
                        int64_t *last)
{
    if (by_shots(e))
        return;
    *first = fth_causal_start(e->options.per_frame, frame, *first);
    *last = frame;
}

static enum fth_status provide(struct fth_estimator *e, struct fth_error *error)
{
    if (by_shots(e) && !e->shot) {
        enum fth_status status = fth_shot_create(e->options.first, e->options.last,
                                                 e->cache_folder, &e->shot, error);
        if (status == FTH_OK && e->networks[DEPTH]->layout == FTH_LAYOUT_NFCHW)
            fth_shot_use_windows(e->shot);
        return status;
    }
    if (by_shots(e) || e->causal)
        return FTH_OK;
    enum fth_status status = fth_causal_create(e->options.per_frame, &e->causal, error);
    /* a strong network takes all there is for itself */
    if (status == FTH_OK && !e->as_is)
        status = fth_ahead_create(&e->ahead, error);
    return status;
}

bool fth_estimator_wants(struct fth_estimator *e, int64_t frame, int64_t *wanted)
{
    if (!e->shot && !e->causal && provide(e, NULL) != FTH_OK) {
        *wanted = frame; /* push will say why */
        return true;
    }
    return e->shot ? fth_shot_wants(e->shot, frame, wanted)
                   : fth_causal_wants(e->causal, frame, e->options.first, wanted);
}

/* ---- a frame */

static enum fth_status load_networks(struct fth_estimator *e, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    int threads = e->options.network_threads ? e->options.network_threads
                                             : fth_pool_thread_count(e->options.pool);
    /* the draft set's are small; a strong network wants all threads, and a device is one */
    int lanes = e->as_is || e->device ? 1 : fth_batch_lanes(threads);
    bool better = e->options.mode == FTH_DEPTH_BETTER;
    const struct fth_infer_options options = {
        .thread_count = lanes > 1 && better ? fth_batch_threads(threads) : threads,
        .device = fth_device_name(e->device),
        .cancel = e->options.cancel};
    for (int i = 0; i < e->network_count && status == FTH_OK; i++) {
        if (!e->sessions[i])
            status =
                fth_infer_session_open(e->networks[i], e->paths[i], &options, &e->sessions[i],
                                       error);
    }
    if (status == FTH_OK && !e->batch)
        status = fth_batch_create(e->sessions, lanes, e->options.cancel, &e->batch, error);
    if (status == FTH_OK && e->ahead)
        atomic_store(&e->loaded, true);
    return status;
}

static struct fth_draft draft_of(const struct fth_estimator *e)
{
    return (struct fth_draft){.depth = e->sessions[DEPTH],
                              .people = e->sessions[PEOPLE],
                              .batch = e->batch,
                              .ahead = e->ahead,
                              .better = e->options.mode == FTH_DEPTH_BETTER,
                              .per_frame = e->options.per_frame,
                              .as_is = e->as_is};
}

static enum fth_status add_plane(const struct fth_estimator *e, struct fth_image *image,
                                 const char *name, struct fth_grid *grid, struct fth_error *error)
{
    struct fth_plane *plane;
    struct fth_rect all = fth_format_rect(image->format);
    enum fth_status status =
        fth_image_add(image, name, e->options.buffers, all, &plane, error);
    if (status == FTH_OK)
        *grid = fth_grid_of_plane(plane, all);
    return status;
}

static void half_rows(void *context, int32_t y0, int32_t y1)
{
    const struct fth_grid *grid = context;
    for (int32_t y = y0; y < y1; y++)
        fth_draft_round_to_half(fth_grid_row(grid, y), grid->width);
}

static enum fth_status add_sky(struct fth_estimator *e, const struct fth_work *work,
                               const struct fth_grid *small, struct fth_image *image,
                               struct fth_error *error)
{
    struct fth_grid sky;
    enum fth_status status = add_plane(e, image, "sky", &sky, error);
    if (status == FTH_OK)
        status = fth_resize_bilinear(work, small, &sky, error);
    return status == FTH_OK ? fth_rows_run(work, sky.height, 64, half_rows, &sky) : status;
}

/* Metric networks say how far 1 and 0 are; relative ones never do. */
static void note_range(const struct fth_draft_seen *seen, double low, double high,
                       struct fth_image *image)
{
    if (!seen->metric || low <= 0 || high <= low)
        return;
    image->near_m = 1 / high;
    image->far_m = 1 / low;
}

static enum fth_status fill_planes(struct fth_estimator *e, const struct fth_work *work,
                                   int64_t frame, const struct fth_grid picture[3],
                                   struct fth_image *image, const struct fth_draft_planes *planes,
                                   struct fth_error *error)
{
    struct fth_draft draft = draft_of(e);
    struct fth_draft_seen own_seen;
    struct fth_draft_result own_result;
    struct fth_shot_facts facts = {0};
    const struct fth_draft_seen *seen = &own_seen;
    const struct fth_draft_result *result = &own_result;
    const struct fth_draft_past *past;
    enum fth_status status = FTH_OK;
    if (e->shot) {
        status = fth_shot_result(e->shot, &draft, work, frame, picture, &own_seen, &own_result,
                                 &facts, error);
    } else {
        result = fth_causal_result(e->causal, &seen, &past);
        facts.low = past->low;
        facts.high = past->high;
    }
    if (status == FTH_OK)
        status = fth_draft_enlarge(&draft, work, seen, result, picture, planes, error);
    if (status == FTH_OK && seen->sky_found)
        status = add_sky(e, work, &seen->sky, image, error);
    if (status == FTH_OK)
        note_range(seen, facts.low, facts.high, image);
    if (e->shot)
        image->depth_facts = (struct fth_depth_facts){
            .known = true, .shot_first = facts.first, .shot_last = facts.last,
            .scale = facts.scale, .shift = facts.shift, .flicker = facts.flicker,
            .flicker_alone = facts.flicker_alone, .drift = facts.drift};
    return status;
}

/* Key of the picture's own content: its size and 64 rows spread evenly, never a path or a date. */
static struct fth_key picture_key(const struct fth_grid picture[3])
{
    enum { ROWS = 64 };
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    fth_hash_int(&hasher, picture->width);
    fth_hash_int(&hasher, picture->height);
    int32_t rows = FTH_MIN(picture->height, ROWS);
    for (int32_t i = 0; i < rows; i++) {
        int32_t y = (int32_t)(((int64_t)i * picture->height + picture->height / 2) / rows);
        for (int c = 0; c < 3; c++)
            fth_hash_bytes(&hasher, fth_grid_row(&picture[c], FTH_MIN(y, picture->height - 1)),
                           (size_t)picture->width * sizeof(float));
    }
    return fth_hash_end(&hasher);
}

static enum fth_status make_bundle(struct fth_estimator *e, const struct fth_work *work,
                                   int64_t frame, const struct fth_grid picture[3],
                                   struct fth_image *image, struct fth_error *error)
{
    struct fth_draft_planes planes;
    enum fth_status status = add_plane(e, image, "disparity", &planes.disparity, error);
    if (status == FTH_OK)
        status = add_plane(e, image, "confidence", &planes.confidence, error);
    if (status == FTH_OK)
        status = add_plane(e, image, "subject", &planes.subject, error);
    image->depth = FTH_DEPTH_RELATIVE_INVERSE;
    image->depth_source = picture_key(picture);
    snprintf(image->depth_model, sizeof(image->depth_model), "%.*s",
             (int)sizeof(image->depth_model) - 1, e->name);
    memcpy(image->depth_licence, e->licence, sizeof(e->licence));
    snprintf(image->depth_meaning, sizeof(image->depth_meaning), "%s",
             fth_network_meaning_name(e->meaning));
    if (status == FTH_OK)
        status = fill_planes(e, work, frame, picture, image, &planes, error);
    return status;
}

enum fth_status fth_estimator_push(struct fth_estimator *e, int64_t frame,
                                   const struct fth_image *picture, struct fth_key key,
                                   struct fth_error *error)
{
    struct fth_work work = {e->options.pool, e->arena, e->options.cancel};
    struct fth_grid rgb[3] = {{0}};
    enum fth_status status = provide(e, error);
    if (status == FTH_OK && picture)
        status = fth_draft_borrow(picture, rgb, error);
    if (status == FTH_OK)
        status = load_networks(e, error);
    struct fth_draft draft = draft_of(e);
    draft.key = key;
    fth_arena_return(e->arena, 0);
    if (status == FTH_OK && e->shot)
        status = fth_shot_push(e->shot, &draft, &work, frame, rgb, key, error);
    else if (status == FTH_OK)
        status = fth_causal_push(e->causal, &draft, &work, frame, rgb, error);
    return status;
}

void fth_estimator_look_ahead(struct fth_estimator *e, int64_t frame,
                              const struct fth_image *picture, struct fth_key key)
{
    struct fth_work work = {e->options.pool, NULL, e->options.cancel};
    struct fth_grid rgb[3];
    if (!atomic_load(&e->loaded) || fth_draft_borrow(picture, rgb, NULL) != FTH_OK)
        return;
    struct fth_draft draft = draft_of(e);
    draft.key = key;
    fth_ahead_look(e->ahead, &draft, &work, frame, rgb);
}

enum fth_status fth_estimator_result(struct fth_estimator *e, int64_t frame,
                                     const struct fth_image *picture, struct fth_image **bundle,
                                     struct fth_error *error)
{
    struct fth_work work = {e->options.pool, e->scratch, e->options.cancel};
    struct fth_grid rgb[3];
    struct fth_image *image = NULL;
    enum fth_status status = fth_draft_borrow(picture, rgb, error);
    if (status == FTH_OK)
        status = fth_image_new(picture->format, fth_format_rect(picture->format), &image, error);
    if (status == FTH_OK)
        status = make_bundle(e, &work, frame, rgb, image, error);
    fth_arena_return(e->scratch, 0);
    if (status == FTH_OK)
        *bundle = image;
    else
        fth_image_unref(&image);
    return status;
}
