/* SPDX-License-Identifier: Apache-2.0 */
/* Which frames of a clip are wanted, and what is taken from each. Asking changes nothing but what
 * is remembered of cuts that are certain. */
#include "depth/shot.h"

#include <string.h>

#include "base/mem.h"
#include "depth/cache.h"
#include "depth/draft_people.h"
#include "depth/look.h"
#include "depth/shot_parts.h"

/* Backwards the clip is looked through in stretches: seeking is dear. */
enum { STRETCH = 48, LOOK_VERSION = 1 };

static const int64_t no_end = INT64_MAX;

enum fth_status fth_shot_create(int64_t first, int64_t last, const char *cache_folder,
                                struct fth_shot **result, struct fth_error *error)
{
    struct fth_shot *shot = fth_alloc(1, sizeof(*shot));
    if (!shot)
        return fth_fail_memory(error, sizeof(*shot), "a shot");
    shot->first = first;
    shot->last = last;
    shot->block.first = 1;
    shot->window_begin = first - 1;
    shot->cache_folder = fth_strdup(cache_folder ? cache_folder : "");
    enum fth_status status =
        shot->cache_folder ? FTH_OK : fth_fail_memory(error, FTH_LIMIT_PATH, "a path");
    if (status == FTH_OK)
        status = fth_cuts_create(first, last, &shot->cuts, error);
    if (status == FTH_OK)
        status = fth_spool_create(cache_folder, &shot->spool, error);
    if (status == FTH_OK)
        status = fth_arena_create(&shot->memory, error);
    if (status == FTH_OK)
        *result = shot;
    else
        fth_shot_destroy(&shot);
    return status;
}

void fth_shot_use_windows(struct fth_shot *shot)
{
    shot->by_windows = true;
}

void fth_shot_drop_solution(struct fth_shot *shot)
{
    for (size_t i = 0; i < shot->section_count; i++) {
        fth_free(shot->sections[i].scale);
        fth_free(shot->sections[i].shift);
    }
    fth_free(shot->sections);
    shot->sections = NULL;
    shot->section_count = 0;
    fth_block_clear(&shot->block);
}

void fth_shot_destroy(struct fth_shot **pointer)
{
    struct fth_shot *shot = pointer ? *pointer : NULL;
    if (!shot)
        return;
    fth_shot_drop_solution(shot);
    fth_window_run_free(&shot->windows);
    fth_cuts_destroy(&shot->cuts);
    fth_motion_finder_clear(&shot->finder);
    fth_spool_destroy(&shot->spool);
    fth_arena_destroy(&shot->memory);
    fth_free(shot->cache_folder);
    fth_free(shot);
    *pointer = NULL;
}

/* ---- where things lie */

/* Sections begin every `step` frames and overlap; the last one of a shot may be short. */
static int64_t section_step(void)
{
    return fth_draft_recipe.section - fth_draft_recipe.section_overlap;
}

struct fth_frames fth_shot_section(const struct fth_shot *shot, size_t index)
{
    int64_t first = shot->begin + (int64_t)index * section_step();
    return (struct fth_frames){first, FTH_MIN(first + fth_draft_recipe.section - 1, shot->end)};
}

/* A shot that ends within the overlap has no section of its own there. */
size_t fth_shot_section_of(const struct fth_shot *shot, int64_t frame)
{
    int64_t step = section_step(), index = (frame - shot->begin) / step;
    if (shot->end != no_end) {
        int64_t beyond = shot->end - shot->begin + 1 - fth_draft_recipe.section_overlap;
        int64_t last = beyond > step ? (beyond + step - 1) / step - 1 : 0;
        index = FTH_MIN(index, last);
    }
    return (size_t)index;
}

struct fth_frames fth_shot_block_needs(const struct fth_shot *shot, int64_t frame,
                                       struct fth_frames *own)
{
    const struct fth_draft_recipe *k = &fth_draft_recipe;
    own->first = frame - (frame - shot->begin) % k->shot_block;
    own->last = FTH_MIN(own->first + k->shot_block - 1, shot->end);
    return (struct fth_frames){FTH_MAX(own->first - k->shot_run_up - 1, shot->begin),
                               FTH_MIN(own->last + k->shot_run_up, shot->end)};
}

/* ---- what is wanted */

static bool has_look(const struct fth_shot *shot, int64_t frame)
{
    return fth_spool_has(shot->spool, FTH_SPOOL_LOOK, frame);
}

static bool has_grey(const struct fth_shot *shot, int64_t frame)
{
    return (shot->grey_held && shot->grey_frame == frame) || has_look(shot, frame);
}

/* How `frame` follows the one before is not known: that one first, if it is not at hand. */
static bool want_pair(struct fth_shot *shot, int64_t frame, int64_t *wanted)
{
    shot->wants_look = shot->wants_window = false;
    *wanted = has_grey(shot, frame - 1) ? frame : frame - 1;
    return true;
}

/* True when a frame is wanted to find where the shot of `frame` begins; else shot->begin is. */
static bool want_begin(struct fth_shot *shot, int64_t frame, int64_t *wanted)
{
    int64_t begin = frame, unknown;
    enum fth_cut cut;
    if (shot->known && frame >= shot->begin && frame <= shot->checked)
        return false;
    if (shot->known && shot->end != no_end && frame == shot->end + 1) {
        begin = frame; /* the next shot */
    } else {
        while ((cut = fth_cuts_at(shot->cuts, begin, &unknown)) == FTH_CUT_NONE)
            begin--;
        if (cut == FTH_CUT_UNKNOWN) {
            int64_t from = unknown;
            while (from > shot->first + 1 && unknown < begin && unknown - from < STRETCH &&
                   !fth_cuts_knows(shot->cuts, from - 1))
                from--;
            return want_pair(shot, from, wanted);
        }
    }
    if (!shot->known || begin != shot->begin)
        fth_shot_drop_solution(shot);
    shot->known = true;
    shot->end = no_end;
    shot->begin = begin;
    shot->checked = frame;
    return false;
}

/* The first frame of first..last whose look is not there. */
static bool want_single_look(struct fth_shot *shot, int64_t first, int64_t last, int64_t *wanted)
{
    for (int64_t i = first; i <= last; i++) {
        if (has_look(shot, i) || fth_cuts_is_gap(shot->cuts, i))
            continue;
        shot->wants_look = true;
        shot->wants_window = false;
        *wanted = i;
        return true;
    }
    return false;
}

static bool is_solved(const struct fth_shot *shot, size_t index)
{
    return index < shot->section_count && shot->sections[index].solved;
}

/* Goes on until the shot is known to end, or to reach `to`. */
static bool want_end(struct fth_shot *shot, int64_t from, int64_t to, int64_t *wanted)
{
    int64_t unknown;
    while (shot->end == no_end && shot->checked < to) {
        if (shot->checked == shot->last) {
            shot->end = shot->last;
            break;
        }
        switch (fth_cuts_at(shot->cuts, shot->checked + 1, &unknown)) {
        case FTH_CUT_HERE:
            shot->end = shot->checked;
            break;
        case FTH_CUT_NONE:
            shot->checked++;
            break;
        case FTH_CUT_UNKNOWN: /* the frames on the way there will be wanted anyway */
            return (!shot->by_windows &&
                    want_single_look(shot, from, FTH_MIN(unknown, shot->last), wanted)) ||
                   want_pair(shot, unknown, wanted);
        }
    }
    return false;
}

/* Frames are shown to a network of windows one after the other from the shot's first; none is, as
 * long as it may belong to the next shot. */
static bool want_window(struct fth_shot *shot, int64_t frame, int64_t *wanted)
{
    if (shot->window_begin != shot->begin || frame < shot->window_told) {
        shot->window_begin = shot->window_next = shot->window_told = shot->begin;
        shot->window_fresh = true;
        shot->window_ended = false;
    }
    if (shot->window_next > shot->checked && want_end(shot, frame, shot->window_next, wanted))
        return true;
    shot->wants_look = false;
    shot->wants_window = true;
    *wanted = FTH_MIN(shot->window_next, shot->end); /* the last once more: so it ends */
    return true;
}

/* True when something is wanted for the look of a frame of first..last. */
static bool want_look(struct fth_shot *shot, int64_t first, int64_t last, int64_t *wanted)
{
    if (!want_single_look(shot, first, last, wanted))
        return false;
    if (shot->by_windows && !fth_spool_has(shot->spool, FTH_SPOOL_NEAR, *wanted))
        return want_window(shot, *wanted, wanted);
    return true;
}

bool fth_shot_wants(struct fth_shot *shot, int64_t frame, int64_t *wanted)
{
    struct fth_frames own;
    bool ahead = shot->known && shot->end == no_end && frame > shot->checked &&
                 frame - shot->checked <= STRETCH;
    if (ahead && want_end(shot, shot->checked + 1, frame, wanted))
        return true;
    if (want_begin(shot, frame, wanted))
        return true;
    struct fth_frames needs = fth_shot_block_needs(shot, frame, &own);
    size_t first = fth_shot_section_of(shot, needs.first);
    /* the section before fades into this one */
    if (first > 0 && needs.first < fth_shot_section(shot, first - 1).last + 1)
        first--;
    struct fth_frames from = fth_shot_section(shot, first);
    size_t reached = fth_shot_section_of(shot, needs.last);
    if (want_end(shot, from.first, fth_shot_section(shot, reached).last, wanted))
        return true;
    if (frame > shot->end) /* a cut came before it */
        return fth_shot_wants(shot, frame, wanted);
    needs = fth_shot_block_needs(shot, frame, &own);
    for (size_t i = first; i <= fth_shot_section_of(shot, needs.last); i++) {
        struct fth_frames section = fth_shot_section(shot, i);
        if (!is_solved(shot, i) && want_look(shot, section.first, section.last, wanted))
            return true;
    }
    if (frame >= shot->block.first && frame <= shot->block.last)
        return want_look(shot, frame, frame, wanted);
    return want_look(shot, needs.first, needs.last, wanted);
}

/* ---- what is taken */

enum fth_status fth_shot_look(const struct fth_shot *shot, const struct fth_work *work,
                              int64_t frame, unsigned parts, struct fth_draft_seen *seen,
                              struct fth_error *error)
{
    void *bytes = NULL;
    size_t size;
    enum fth_status status =
        fth_spool_get(shot->spool, FTH_SPOOL_LOOK, frame, &bytes, &size, error);
    if (status == FTH_OK)
        status = fth_look_unpack(work, bytes, size, parts, seen, error);
    fth_free(bytes);
    return status;
}

/* The frame's grey picture, from wherever it is at hand. */
static enum fth_status grey_of(const struct fth_shot *shot, const struct fth_work *work,
                               int64_t frame, struct fth_grid *grey, struct fth_error *error)
{
    struct fth_draft_seen seen;
    if (shot->grey_held && shot->grey_frame == frame) {
        *grey = shot->grey;
        return FTH_OK;
    }
    enum fth_status status = fth_shot_look(shot, work, frame, FTH_LOOK_GREY, &seen, error);
    *grey = seen.grey;
    return status;
}

enum fth_status fth_shot_motion(struct fth_shot *shot, const struct fth_work *work, int64_t frame,
                                struct fth_motion *motion, struct fth_error *error)
{
    struct fth_grid earlier, later;
    void *bytes = NULL, *held = NULL;
    size_t size, expected = fth_motion_size(shot->width / 2, shot->height / 2);
    enum fth_status status = FTH_OK;
    if (fth_spool_has(shot->spool, FTH_SPOOL_MOTION, frame)) {
        status = fth_spool_get(shot->spool, FTH_SPOOL_MOTION, frame, &bytes, &size, error);
        if (status == FTH_OK && size == expected && (held = fth_arena_take(work->arena, size, 1)))
            memcpy(held, bytes, size);
        fth_free(bytes);
        if (held)
            *motion = fth_motion_of_bytes(held, shot->width / 2, shot->height / 2);
        return status == FTH_OK && !held ? fth_fail_memory(error, expected, "motion") : status;
    }
    status = grey_of(shot, work, frame - 1, &earlier, error);
    if (status == FTH_OK)
        status = grey_of(shot, work, frame, &later, error);
    if (status == FTH_OK)
        status = fth_motion_find(&shot->finder, work, &earlier, &later, motion, error);
    if (status == FTH_OK)
        status = fth_spool_put(shot->spool, FTH_SPOOL_MOTION, frame, motion->bytes, expected,
                               error);
    return status;
}

/* The look from disk, or NULL. */
static void *recall_look(const struct fth_shot *shot, struct fth_key key, size_t *size)
{
    void *bytes = NULL;
    if (!shot->cache_folder[0] ||
        fth_look_recall(shot->cache_folder, key, &bytes, size) != FTH_OK)
        return NULL;
    return bytes;
}

static struct fth_key look_key(struct fth_key key)
{
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    fth_hash_text(&hasher, "look");
    fth_hash_int(&hasher, LOOK_VERSION);
    fth_hash_key(&hasher, key);
    return fth_hash_end(&hasher);
}

/* True when the bytes are a look of the frame that is before us. */
static bool is_look_of(const struct fth_work *work, const void *bytes, size_t size,
                       const struct fth_draft_seen *seen)
{
    size_t mark = fth_arena_mark(work->arena);
    struct fth_draft_seen look;
    bool sound = fth_look_unpack(work, bytes, size, FTH_LOOK_GREY, &look, NULL) == FTH_OK &&
                 look.grey.width == seen->grey.width && look.grey.height == seen->grey.height;
    for (int32_t y = 0; sound && y < look.grey.height; y++)
        sound = memcmp(fth_grid_row(&look.grey, y), fth_grid_row(&seen->grey, y),
                       (size_t)look.grey.width * sizeof(float)) == 0;
    fth_arena_return(work->arena, mark);
    return sound;
}

/* Who passes for a person by this frame alone. */
static enum fth_status believe(const struct fth_work *work, struct fth_draft_seen *seen,
                               struct fth_error *error)
{
    struct fth_draft_past past = {.soft = {seen->mattes[0], seen->mattes[1]}};
    struct fth_grid nobody;
    enum fth_status status = fth_draft_grid(work, &seen->near, &seen->believed, error);
    if (status == FTH_OK)
        status = fth_draft_grid(work, &seen->near, &nobody, error);
    if (status != FTH_OK)
        return status;
    past.believed = seen->believed;
    fth_grid_fill(&nobody, 0);
    int count;
    return fth_draft_people(work, seen->matte_count, &nobody, &past, NULL, &count, error);
}

static enum fth_status take_look(struct fth_shot *shot, const struct fth_draft *draft,
                                 const struct fth_work *work, int64_t frame,
                                 const struct fth_grid picture[3], struct fth_key key,
                                 struct fth_draft_seen *seen, struct fth_error *error)
{
    size_t size = 0;
    struct fth_key at = look_key(key);
    /* what windows say hangs on other frames too */
    bool keeps = shot->cache_folder[0] && !shot->by_windows;
    void *bytes = keeps ? recall_look(shot, at, &size) : NULL;
    struct fth_draft told = *draft;
    struct fth_grid near, invalid;
    enum fth_status status = FTH_OK;
    if (bytes && !is_look_of(work, bytes, size, seen)) {
        fth_free(bytes);
        bytes = NULL;
    }
    if (shot->by_windows) {
        status = fth_shot_window_near(shot, work, frame, &near, &invalid, error);
        told.near = &near;
        told.invalid = &invalid;
    }
    if (!bytes) {
        if (status == FTH_OK)
            status = fth_draft_see(&told, work, frame, picture, seen, error);
        if (status == FTH_OK && seen->matte_count)
            status = believe(work, seen, error);
        if (status == FTH_OK)
            status = fth_look_pack(work, seen, &bytes, &size, error);
        if (status == FTH_OK && keeps)
            fth_look_keep(shot->cache_folder, at, bytes, size);
    }
    if (status == FTH_OK)
        status = fth_spool_put(shot->spool, FTH_SPOOL_LOOK, frame, bytes, size, error);
    fth_spool_drop(shot->spool, FTH_SPOOL_NEAR, frame);
    fth_free(bytes);
    return status;
}

/* How the frame follows the one before, where that is at hand. */
static enum fth_status relate(struct fth_shot *shot, const struct fth_work *work, int64_t frame,
                              const struct fth_grid *grey, struct fth_error *error)
{
    struct fth_motion motion;
    struct fth_grid earlier;
    size_t mark = fth_arena_mark(work->arena);
    bool knows = fth_cuts_knows(shot->cuts, frame) || !has_grey(shot, frame - 1);
    enum fth_status status = FTH_OK;
    if (!knows)
        status = grey_of(shot, work, frame - 1, &earlier, error);
    if (status == FTH_OK && !knows)
        status = fth_motion_find(&shot->finder, work, &earlier, grey, &motion, error);
    if (status == FTH_OK && !knows)
        status = fth_spool_put(shot->spool, FTH_SPOOL_MOTION, frame, motion.bytes,
                               fth_motion_size(motion.width, motion.height), error);
    if (status == FTH_OK)
        status = fth_cuts_take(shot->cuts, frame, grey, knows ? NULL : &motion, error);
    fth_arena_return(work->arena, mark);
    return status;
}

static enum fth_status hold_grey(struct fth_shot *shot, int64_t frame, const struct fth_grid *grey,
                                 struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    if (!shot->grey.data)
        status = fth_grid_new(shot->memory, grey->width, grey->height, &shot->grey, error);
    shot->grey_held = status == FTH_OK;
    shot->grey_frame = frame;
    if (status == FTH_OK)
        fth_grid_copy(&shot->grey, grey);
    return status;
}

static enum fth_status check_size(struct fth_shot *shot, const struct fth_grid *small,
                                  struct fth_error *error)
{
    if (!shot->width) {
        shot->width = small->width;
        shot->height = small->height;
    }
    if (shot->width != small->width || shot->height != small->height)
        return fth_fail(error, FTH_ERR_DATA, "depth: the pictures of a clip have different shapes");
    return FTH_OK;
}

enum fth_status fth_shot_push(struct fth_shot *shot, const struct fth_draft *draft,
                              const struct fth_work *work, int64_t frame,
                              const struct fth_grid picture[3], struct fth_key key,
                              struct fth_error *error)
{
    struct fth_draft_seen seen;
    enum fth_status status;
    if (!picture[0].data) {
        shot->grey_held = false;
        status = shot->wants_window
                     ? fth_shot_show_window(shot, draft, work, frame, picture, error)
                     : FTH_OK;
        return status == FTH_OK ? fth_cuts_gap(shot->cuts, frame, error) : status;
    }
    status = fth_draft_prepare(draft, work, picture, &seen, error);
    if (status == FTH_OK)
        status = check_size(shot, seen.small, error);
    if (status == FTH_OK && shot->wants_window)
        status = fth_shot_show_window(shot, draft, work, frame, seen.picture, error);
    if (status == FTH_OK && shot->wants_look && !has_look(shot, frame))
        status = take_look(shot, draft, work, frame, picture, key, &seen, error);
    if (status == FTH_OK)
        status = relate(shot, work, frame, &seen.grey, error);
    if (status == FTH_OK)
        status = hold_grey(shot, frame, &seen.grey, error);
    return status;
}

/* ---- what is answered */

static enum fth_status solve_sections(struct fth_shot *shot, const struct fth_draft *draft,
                                      const struct fth_work *work, int64_t frame,
                                      struct fth_error *error)
{
    struct fth_frames own, needs = fth_shot_block_needs(shot, frame, &own);
    size_t first = fth_shot_section_of(shot, needs.first);
    size_t last = fth_shot_section_of(shot, needs.last);
    enum fth_status status = FTH_OK;
    if (first > 0 && needs.first <= fth_shot_section(shot, first - 1).last)
        first--;
    if (frame >= shot->block.first && frame <= shot->block.last)
        return FTH_OK;
    for (size_t i = first; i <= last && status == FTH_OK; i++)
        status = fth_shot_solve(shot, draft, work, i, error);
    return status;
}

/* The block's maps of the frame, as a past that is shown. */
static enum fth_status read_past(const struct fth_shot *shot, const struct fth_work *work,
                                 int64_t frame, struct fth_draft_past *past,
                                 struct fth_draft_seen *seen, struct fth_error *error)
{
    const struct fth_block_frame *kept = &shot->block.frames[frame - shot->block.first + 1];
    enum fth_status status =
        fth_draft_past_new(work->arena, shot->width, shot->height, past, error);
    if (status == FTH_OK)
        status = fth_draft_grid(work, &past->base, &seen->motion.sure, error);
    if (status != FTH_OK)
        return status;
    past->has_range = true;
    past->low = 0;
    past->high = 1;
    fth_block_read(&shot->block, frame, FTH_BLOCK_NEAR, &past->base);
    fth_block_read(&shot->block, frame, FTH_BLOCK_SURE, &seen->motion.sure);
    for (int i = 0; i < kept->matte_count; i++)
        fth_block_read(&shot->block, frame, FTH_BLOCK_MATTE + (unsigned)i, &past->soft[i]);
    if (kept->matte_count)
        fth_block_read(&shot->block, frame, FTH_BLOCK_BELIEVED, &past->believed);
    seen->motion.follows = kept->follows;
    return FTH_OK;
}

static void tell_facts(const struct fth_shot *shot, int64_t frame, struct fth_shot_facts *facts)
{
    const struct fth_block_frame *kept = &shot->block.frames[frame - shot->block.first + 1];
    *facts = (struct fth_shot_facts){.first = shot->begin,
                                     .last = fth_shot_section(
                                         shot, fth_shot_section_of(shot, frame)).last,
                                     .flicker = kept->flicker,
                                     .flicker_alone = kept->flicker_alone,
                                     .drift = kept->drift};
    fth_shot_measure(shot, frame, facts);
}

enum fth_status fth_shot_result(struct fth_shot *shot, const struct fth_draft *draft,
                                const struct fth_work *work, int64_t frame,
                                const struct fth_grid picture[3], struct fth_draft_seen *seen,
                                struct fth_draft_result *result, struct fth_shot_facts *facts,
                                struct fth_error *error)
{
    struct fth_draft_past past;
    enum fth_status status = solve_sections(shot, draft, work, frame, error);
    if (status == FTH_OK)
        status = fth_shot_steady(shot, work, frame, error);
    if (status == FTH_OK)
        status = fth_draft_prepare(draft, work, picture, seen, error);
    if (status == FTH_OK)
        status = fth_shot_look(shot, work, frame, FTH_LOOK_REST, seen, error);
    if (status == FTH_OK)
        status = read_past(shot, work, frame, &past, seen, error);
    if (status != FTH_OK)
        return status;
    seen->near = past.base;
    fth_draft_measure(draft, picture, seen);
    status = fth_draft_show(draft, work, seen, &past, result, error);
    if (status == FTH_OK)
        tell_facts(shot, frame, facts);
    /* what lies far behind will hardly be asked for again, and could be had again */
    fth_spool_keep_only(shot->spool, FTH_MAX(shot->begin, frame - 2 * fth_draft_recipe.section),
                        INT64_MAX);
    return status;
}
