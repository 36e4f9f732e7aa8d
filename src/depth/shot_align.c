/* SPDX-License-Identifier: Apache-2.0 */
/* A section of a shot, solved as a whole: every frame against the one before it and against an
 * anchor up to sixteen frames back, which keeps small errors from adding up. Metric networks are
 * taken at their word: only the range is found. */
#include <math.h>

#include "base/mem.h"
#include "depth/align.h"
#include "depth/look.h"
#include "depth/shot_parts.h"

enum { SAMPLE = 12 }; /* pixels from one sample of the range to the next, each way */
static const float people_above = 0.3f; /* mean of the mattes that takes a sample out */
static const double least_range = 1e-3;

struct solving {
    struct fth_shot *shot;
    const struct fth_draft *draft;
    struct fth_section *section;
    size_t count;
    bool metric;
    struct fth_align_pair *pairs;
    size_t pair_count;
    float *samples;      /* of all frames, ... */
    size_t *sample_ends; /* ... frame by frame */
};

/* A frame while others are held against it. */
struct held {
    struct fth_arena *arena;
    struct fth_draft_seen seen;
};

/* ---- the range */

static size_t most_samples(const struct fth_shot *shot)
{
    return (size_t)(shot->width / SAMPLE + 1) * (size_t)(shot->height / SAMPLE + 1);
}

/* 6.0: people are not of the scene, unless a strong network's depth stands as it is. */
static void take_samples(struct solving *s, size_t i, const struct fth_draft_seen *seen)
{
    size_t end = i ? s->sample_ends[i - 1] : 0;
    for (int32_t y = SAMPLE / 2; y < seen->near.height; y += SAMPLE) {
        for (int32_t x = SAMPLE / 2; x < seen->near.width; x += SAMPLE) {
            float matte = 0;
            for (int k = 0; k < seen->matte_count && !s->draft->as_is; k++)
                matte += fth_grid_row(&seen->mattes[k], y)[x] / (float)seen->matte_count;
            if (matte <= people_above)
                s->samples[end++] = fth_grid_row(&seen->near, y)[x];
        }
    }
    s->sample_ends[i] = end;
}

static void find_range(struct solving *s)
{
    static const double percents[2] = {1, 99};
    struct fth_section *section = s->section;
    double range[2] = {0, 1};
    size_t total = s->sample_ends[s->count - 1];
    for (size_t i = 0, k = 0; i < s->count; i++) {
        for (; k < s->sample_ends[i]; k++)
            s->samples[k] = (float)(section->scale[i] * s->samples[k] + section->shift[i]);
    }
    if (total)
        fth_percentiles(s->samples, total,
                        s->draft->as_is ? fth_draft_recipe.as_is_span : percents, range, 2);
    section->low = range[0];
    section->high = fmax(range[1], range[0] + least_range);
}

/* ---- the pairs */

static enum fth_status compare(struct solving *s, const struct fth_work *work,
                               const struct fth_draft_seen *earlier, int32_t earlier_at,
                               const struct fth_draft_seen *later, int32_t later_at,
                               struct fth_error *error)
{
    struct fth_motion motion;
    struct fth_align_pair *pair = &s->pairs[s->pair_count];
    size_t mark = fth_arena_mark(work->arena);
    bool neighbours = later_at == earlier_at + 1;
    enum fth_status status = FTH_OK;
    if (neighbours) {
        status = fth_shot_motion(s->shot, work, s->section->first + later_at, &motion, error);
    } else {
        status = fth_motion_find(&s->shot->finder, work, &earlier->grey, &later->grey, &motion,
                                 error);
    }
    if (status == FTH_OK)
        status = fth_align_compare(work, &earlier->near, &later->near, &motion, pair, error);
    pair->earlier = earlier_at;
    pair->later = later_at;
    s->pair_count += status == FTH_OK;
    fth_arena_return(work->arena, mark);
    return status;
}

static enum fth_status take_frame(struct solving *s, const struct fth_work *work, size_t i,
                                  struct held *now, const struct held *before,
                                  const struct held *anchor, struct fth_error *error)
{
    struct fth_work own = {work->pool, now->arena, work->cancel};
    fth_arena_return(now->arena, 0);
    enum fth_status status = fth_shot_look(s->shot, &own, s->section->first + (int64_t)i,
                                           FTH_LOOK_ALL, &now->seen, error);
    int32_t at = (int32_t)i, anchor_at = (at - 1) / FTH_ALIGN_REACH * FTH_ALIGN_REACH;
    if (status != FTH_OK)
        return status;
    take_samples(s, i, &now->seen);
    s->metric = now->seen.metric;
    if (i == 0 || s->metric)
        return FTH_OK;
    status = compare(s, work, &before->seen, at - 1, &now->seen, at, error);
    if (status == FTH_OK && anchor_at != at - 1)
        status = compare(s, work, &anchor->seen, anchor_at, &now->seen, at, error);
    return status;
}

/* Three frames are at hand at a time: this one, the one before, the anchor. */
static enum fth_status take_frames(struct solving *s, const struct fth_work *work,
                                   struct fth_error *error)
{
    struct held held[3] = {{0}};
    int anchor = 2, before = 1, now = 0;
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 3 && status == FTH_OK; i++)
        status = fth_arena_create(&held[i].arena, error);
    for (size_t i = 0; i < s->count && status == FTH_OK; i++) {
        status = take_frame(s, work, i, &held[now], &held[before], &held[anchor], error);
        if (fth_cancelled(work->cancel))
            status = FTH_CANCELLED;
        before = now;
        if (i % FTH_ALIGN_REACH == 0)
            anchor = now;
        now = 0; /* whichever is neither */
        while (now == before || now == anchor)
            now++;
    }
    for (int i = 0; i < 3; i++)
        fth_arena_destroy(&held[i].arena);
    return status;
}

/* ---- the section */

static enum fth_status solve(struct solving *s, const struct fth_work *work,
                             struct fth_error *error)
{
    s->pairs = fth_alloc(2 * s->count, sizeof(*s->pairs));
    s->samples = fth_alloc(s->count * most_samples(s->shot), sizeof(*s->samples));
    s->sample_ends = fth_alloc(s->count, sizeof(*s->sample_ends));
    s->section->scale = fth_alloc(s->count, sizeof(double));
    s->section->shift = fth_alloc(s->count, sizeof(double));
    if (!s->pairs || !s->samples || !s->sample_ends || !s->section->scale || !s->section->shift)
        return fth_fail_memory(error, s->count * most_samples(s->shot) * sizeof(float),
                               "the frames of a shot");
    enum fth_status status = take_frames(s, work, error);
    for (size_t i = 0; i < s->count; i++)
        s->section->scale[i] = 1;
    if (status == FTH_OK && !s->metric)
        status = fth_align_solve(s->pairs, s->pair_count, s->count, s->section->scale,
                                 s->section->shift, error);
    if (status == FTH_OK)
        find_range(s);
    return status;
}

static enum fth_status make_room(struct fth_shot *shot, size_t index, struct fth_error *error)
{
    if (index < shot->section_count)
        return FTH_OK;
    struct fth_section *grown =
        fth_realloc(shot->sections, index + 1, sizeof(*shot->sections));
    if (!grown)
        return fth_fail_memory(error, (index + 1) * sizeof(*grown), "the frames of a shot");
    shot->sections = grown;
    for (size_t i = shot->section_count; i <= index; i++)
        shot->sections[i] = (struct fth_section){.solved = false};
    shot->section_count = index + 1;
    return FTH_OK;
}

enum fth_status fth_shot_solve(struct fth_shot *shot, const struct fth_draft *draft,
                               const struct fth_work *work, size_t index,
                               struct fth_error *error)
{
    struct fth_frames frames = fth_shot_section(shot, index);
    enum fth_status status = make_room(shot, index, error);
    if (status != FTH_OK || shot->sections[index].solved)
        return status;
    struct fth_section *section = &shot->sections[index];
    struct solving s = {.shot = shot, .draft = draft, .section = section,
                        .count = (size_t)(frames.last - frames.first + 1)};
    section->first = frames.first;
    section->last = frames.last;
    status = solve(&s, work, error);
    fth_free(s.pairs);
    fth_free(s.samples);
    fth_free(s.sample_ends);
    section->solved = status == FTH_OK;
    if (status != FTH_OK) {
        fth_free(section->scale);
        fth_free(section->shift);
        section->scale = section->shift = NULL;
    }
    return status;
}

/* ---- use */

/* nearness * facts->scale + facts->shift = disparity, by one section alone. */
static void measure(const struct fth_section *section, int64_t frame,
                    struct fth_shot_facts *facts)
{
    size_t i = (size_t)(frame - section->first);
    double range = section->high - section->low;
    facts->scale = section->scale[i] / range;
    facts->shift = (section->shift[i] - section->low) / range;
    facts->low = section->low;
    facts->high = section->high;
}

static double mix(double a, double b, double t)
{
    return a + t * (b - a);
}

void fth_shot_measure(const struct fth_shot *shot, int64_t frame, struct fth_shot_facts *facts)
{
    size_t index = fth_shot_section_of(shot, frame);
    const struct fth_section *section = &shot->sections[index];
    measure(section, frame, facts);
    int64_t into = frame - section->first, overlap = fth_draft_recipe.section_overlap;
    if (index == 0 || into >= overlap)
        return;
    struct fth_shot_facts before = {0};
    double t = ((double)into + 0.5) / (double)overlap;
    measure(&shot->sections[index - 1], frame, &before);
    facts->scale = mix(before.scale, facts->scale, t);
    facts->shift = mix(before.shift, facts->shift, t);
    facts->low = mix(before.low, facts->low, t);
    facts->high = mix(before.high, facts->high, t);
}
