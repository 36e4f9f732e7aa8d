/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of a shot's facts over the frames of a job. */
#include "engine/tally.h"

#include <math.h>

#include "base/mem.h"

struct shot_sum {
    int64_t first, last, frames, compared;
    double flicker, flicker_alone;
    double least_scale, most_scale;
    double growth, least_growth, most_growth; /* logarithms, since the first frame */
};

/* A shot that was cut into sections goes on under its first frame. */
static struct shot_sum *find(struct fth_tally *tally, const struct fth_depth_facts *facts)
{
    struct shot_sum *last = tally->count ? &tally->shots[tally->count - 1] : NULL;
    if (last && last->first == facts->shot_first)
        return last;
    if (tally->count == tally->capacity) {
        size_t capacity = FTH_MAX(2 * tally->capacity, (size_t)16);
        struct shot_sum *grown = fth_realloc(tally->shots, capacity, sizeof(*grown));
        if (!grown)
            return NULL;
        tally->shots = grown;
        tally->capacity = capacity;
    }
    last = &tally->shots[tally->count++];
    *last = (struct shot_sum){.first = facts->shot_first,
                              .least_scale = facts->scale,
                              .most_scale = facts->scale};
    return last;
}

void fth_tally_take(struct fth_tally *tally, const struct fth_depth_facts *facts)
{
    struct shot_sum *sum = facts->known ? find(tally, facts) : NULL;
    if (!sum)
        return;
    sum->last = FTH_MAX(facts->shot_last, sum->last);
    sum->frames++;
    sum->least_scale = fmin(sum->least_scale, facts->scale);
    sum->most_scale = fmax(sum->most_scale, facts->scale);
    if (facts->flicker < 0)
        return;
    sum->compared++;
    sum->flicker += facts->flicker;
    sum->flicker_alone += facts->flicker_alone;
    sum->growth += facts->drift;
    sum->least_growth = fmin(sum->least_growth, sum->growth);
    sum->most_growth = fmax(sum->most_growth, sum->growth);
}

void fth_tally_tell(const struct fth_tally *tally, const struct fth_job *job)
{
    for (size_t i = 0; job->shot && i < tally->count; i++) {
        const struct shot_sum *sum = &tally->shots[i];
        double n = (double)sum->compared;
        struct fth_shot_summary shot = {.first = sum->first,
                                        .last = sum->last,
                                        .frames = sum->frames,
                                        .flicker = n > 0 ? sum->flicker / n : -1,
                                        .flicker_alone = n > 0 ? sum->flicker_alone / n : -1,
                                        .correction = sum->most_scale / sum->least_scale,
                                        .drift = exp(sum->most_growth - sum->least_growth) - 1};
        job->shot(job->context, &shot);
    }
}

void fth_tally_clear(struct fth_tally *tally)
{
    fth_free(tally->shots);
    *tally = (struct fth_tally){0};
}
