/* SPDX-License-Identifier: Apache-2.0 */
/* A few places, each for one frame, with memory of its own. */
#include "depth/ahead.h"

#include <pthread.h>

#include "base/mem.h"
#include "depth/draft.h"

enum { PLACES = 4 }; /* as many frames as wait for the one at hand, and one that is being asked */

enum state { EMPTY, ASKING, ANSWERED };

struct place {
    enum state state;
    int64_t frame, turn; /* turn: the least is the oldest */
    struct fth_key key;
    struct fth_arena *arena;
    struct fth_draft_asked asked;
};

struct fth_ahead {
    pthread_mutex_t lock, batch;
    pthread_cond_t changed;
    int64_t turn;
    struct place places[PLACES];
};

enum fth_status fth_ahead_create(struct fth_ahead **result, struct fth_error *error)
{
    struct fth_ahead *ahead = fth_alloc(1, sizeof(*ahead));
    if (!ahead)
        return fth_fail_memory(error, sizeof(*ahead), "a depth estimator");
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_mutex_init(&ahead->batch, NULL);
    pthread_cond_init(&ahead->changed, NULL);
    enum fth_status status = FTH_OK;
    for (int i = 0; i < PLACES && status == FTH_OK; i++)
        status = fth_arena_create(&ahead->places[i].arena, error);
    if (status == FTH_OK)
        *result = ahead;
    else
        fth_ahead_destroy(&ahead);
    return status;
}

void fth_ahead_destroy(struct fth_ahead **pointer)
{
    struct fth_ahead *ahead = pointer ? *pointer : NULL;
    if (!ahead)
        return;
    for (int i = 0; i < PLACES; i++)
        fth_arena_destroy(&ahead->places[i].arena);
    pthread_mutex_destroy(&ahead->lock);
    pthread_mutex_destroy(&ahead->batch);
    pthread_cond_destroy(&ahead->changed);
    fth_free(ahead);
    *pointer = NULL;
}

void fth_ahead_lock(struct fth_ahead *ahead)
{
    pthread_mutex_lock(&ahead->batch);
}

void fth_ahead_unlock(struct fth_ahead *ahead)
{
    pthread_mutex_unlock(&ahead->batch);
}

/* Called locked, as those below. */
static struct place *find(struct fth_ahead *ahead, int64_t frame, struct fth_key key)
{
    for (int i = 0; i < PLACES; i++) {
        struct place *place = &ahead->places[i];
        if (place->state != EMPTY && place->frame == frame && fth_key_equal(place->key, key))
            return place;
    }
    return NULL;
}

/* An empty place, or the oldest answer, which nobody came for; NULL: all are being asked. */
static struct place *make_room(struct fth_ahead *ahead)
{
    struct place *best = NULL;
    for (int i = 0; i < PLACES; i++) {
        struct place *place = &ahead->places[i];
        if (place->state == EMPTY)
            return place;
        if (place->state == ANSWERED && (!best || place->turn < best->turn))
            best = place;
    }
    return best;
}

void fth_ahead_look(struct fth_ahead *ahead, const struct fth_draft *draft,
                    const struct fth_work *work, int64_t frame, const struct fth_grid picture[3])
{
    pthread_mutex_lock(&ahead->lock);
    struct place *place = find(ahead, frame, draft->key) ? NULL : make_room(ahead);
    if (place) {
        place->state = ASKING;
        place->frame = frame;
        place->key = draft->key;
        place->turn = ahead->turn++;
    }
    pthread_mutex_unlock(&ahead->lock);
    if (!place)
        return;
    fth_arena_return(place->arena, 0);
    const struct fth_work own = {work->pool, place->arena, work->cancel};
    enum fth_status status = fth_draft_expect(draft, &own, frame, picture, &place->asked, NULL);
    pthread_mutex_lock(&ahead->lock);
    place->state = status == FTH_OK ? ANSWERED : EMPTY;
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
}

bool fth_ahead_take(struct fth_ahead *ahead, const struct fth_draft *draft,
                    const struct fth_work *work, int64_t frame, struct fth_draft_asked *asked)
{
    struct place *place;
    pthread_mutex_lock(&ahead->lock);
    while ((place = find(ahead, frame, draft->key)) && place->state == ASKING)
        pthread_cond_wait(&ahead->changed, &ahead->lock);
    bool found = place;
    if (place) {
        *asked = place->asked;
        found = fth_draft_keep_answers(work, asked, NULL) == FTH_OK;
        place->state = EMPTY;
    }
    pthread_mutex_unlock(&ahead->lock);
    return found;
}
