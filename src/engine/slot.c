/* SPDX-License-Identifier: Apache-2.0 */
/* Slots: the open files, sessions and running analyses of the nodes. */
#include <string.h>

#include "base/mem.h"
#include "engine/plan.h"

void fth_live_end(struct fth_slot *slot, int step)
{
    struct fth_live *live = &slot->lives[step];
    pthread_mutex_lock(&slot->guard);
    if (live->analysis)
        live->type->destroy(&live->analysis);
    *live = (struct fth_live){0};
    pthread_mutex_unlock(&slot->guard);
}

static void slot_close(struct fth_slot *slot)
{
    pthread_mutex_lock(&slot->calls);
    for (int i = 0; i < FTH_MOST_STEPS; i++)
        fth_live_end(slot, i);
    pthread_mutex_unlock(&slot->calls);
    if (slot->opened && slot->desc->close)
        slot->desc->close(&slot->state);
    slot->opened = false;
    slot->state = NULL;
}

void fth_slots_destroy(struct fth_engine *engine)
{
    while (engine->slots) {
        struct fth_slot *slot = engine->slots;
        engine->slots = slot->next;
        slot_close(slot);
        pthread_mutex_destroy(&slot->lock);
        pthread_mutex_destroy(&slot->order);
        pthread_mutex_destroy(&slot->calls);
        pthread_mutex_destroy(&slot->guard);
        fth_free(slot);
    }
}

/* The parameters that a state is opened with: files, texts and choices. Not those that animate:
 * frames under way at once have different ones. */
static struct fth_key state_key(const struct fth_member *member)
{
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    const struct fth_param *row = member->desc->params;
    for (; row && row->type != FTH_PARAM_END; row++) {
        struct fth_value value = fth_value_load(row, member->params);
        if (row->flags & FTH_PARAM_ANIMATES)
            continue;
        if (row->type == FTH_PARAM_CHOICE)
            fth_hash_double(&hasher, value.numbers[0]);
        else if (row->type == FTH_PARAM_FILE || row->type == FTH_PARAM_TEXT)
            fth_hash_text(&hasher, value.text);
    }
    return fth_hash_end(&hasher);
}

static bool needs_slot(const struct fth_node_desc *desc)
{
    bool analyses = false;
    if (desc->steps[0].kind == FTH_NODE_SINK) /* a run opens it, nobody else */
        return false;
    for (int i = 0; i < fth_node_step_count(desc); i++)
        analyses = analyses || desc->steps[i].kind == FTH_NODE_ANALYSIS;
    return analyses || desc->open;
}

static struct fth_slot *find_slot(struct fth_engine *engine, const struct fth_member *member)
{
    struct fth_slot *slot = engine->slots;
    while (slot && (slot->desc != member->desc || strcmp(slot->name, member->name) != 0))
        slot = slot->next;
    if (slot)
        return slot;
    slot = fth_alloc(1, sizeof(*slot));
    if (!slot)
        return NULL;
    strcpy(slot->name, member->name);
    slot->desc = member->desc;
    pthread_mutex_init(&slot->lock, NULL);
    pthread_mutex_init(&slot->order, NULL);
    pthread_mutex_init(&slot->calls, NULL);
    pthread_mutex_init(&slot->guard, NULL);
    slot->next = engine->slots;
    engine->slots = slot;
    return slot;
}

enum fth_status fth_slot_provide(struct fth_plan *plan, struct fth_member *member,
                                 struct fth_error *error)
{
    if (!needs_slot(member->desc))
        return FTH_OK;
    pthread_mutex_lock(&plan->engine->lock);
    struct fth_slot *slot = find_slot(plan->engine, member);
    pthread_mutex_unlock(&plan->engine->lock);
    if (!slot)
        return fth_fail_memory(error, sizeof(*slot), "a node's state");
    member->slot = slot;
    struct fth_key key = state_key(member);
    enum fth_status status = FTH_OK;
    pthread_mutex_lock(&slot->lock);
    if (slot->opened && !fth_key_equal(slot->state_key, key))
        slot_close(slot);
    if (!slot->opened) {
        struct fth_call call = fth_plan_call(plan, member);
        if (member->desc->open)
            status = member->desc->open(&call, &slot->state, error);
        slot->opened = status == FTH_OK;
        slot->state_key = key;
    }
    pthread_mutex_unlock(&slot->lock);
    return fth_plan_blame(member, status, error);
}
