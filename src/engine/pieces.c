/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/pieces.h"

#include <string.h>

#include "base/mem.h"
#include "ops/kernels.h"

enum {
    MOST_LINKS = 24,                /* longer groups go in bands */
    CHANNELS = 4,
    PICTURES = FTH_PIECE_PORTS + 1, /* that a link reads: of its ports, then the step before */
    MOST_ALONE = 6                  /* planes that a link by itself may read */
};

static const char *const names[CHANNELS] = {"R", "G", "B", "A"};

/* Where a channel stands: in a plane that is there as a whole, in what a link makes, nowhere. */
struct source {
    const struct fth_plane *plane;
    int link; /* -1: none */
    int channel; /* of the link */
};

/* One step. */
struct link {
    int stage;
    struct fth_pieces pieces;
    struct source in[PICTURES][CHANNELS]; /* of ports, and of the step before */
    struct source out[CHANNELS];
    int opaque_as; /* the first link that asks whether the same alpha is 1 all along */
    int slot;      /* where in scratch it makes its channels */
};

struct fth_chain {
    const struct fth_plan *plan;
    struct fth_rect need;
    struct fth_arena *arena; /* of what steps keep for their pieces */
    struct fth_plane *to[CHANNELS]; /* NULL: not filled. Borrowed */
    bool streams, fails;
    int count, slots;
    struct link links[MOST_LINKS];
};

static bool can_be_link(const struct fth_plan *plan, const struct fth_stage *stage)
{
    const struct fth_member *member = plan->members[stage->member];
    return stage->kind == FTH_NODE_POINT && stage->step != FTH_STEP_COMMON && !stage->meter &&
           stage->further_count == 0 && member->desc->steps[stage->step].pieces;
}

struct fth_chain *fth_chain_begin(const struct fth_plan *plan, int group)
{
    int count = 0;
    for (int i = 0; i <= group; i++) {
        const struct fth_stage *stage = &plan->stages[i];
        if (!stage->needed || stage->group != group)
            continue;
        if (!can_be_link(plan, stage) || ++count > MOST_LINKS)
            return NULL;
    }
    struct fth_chain *chain = fth_alloc(1, sizeof(*chain));
    if (!chain)
        return NULL;
    *chain = (struct fth_chain){.plan = plan, .need = plan->stages[group].need};
    chain->arena = fth_engine_arena(plan->engine, FTH_SCRATCH_PART);
    if (!chain->arena)
        fth_chain_drop(&chain);
    return chain;
}

void fth_chain_drop(struct fth_chain **chain)
{
    if (!*chain)
        return;
    fth_engine_arena_back((*chain)->plan->engine, FTH_SCRATCH_PART, (*chain)->arena);
    fth_free(*chain);
    *chain = NULL;
}

/* ---- what the first band tells --------------------------------------------------------------- */

static const struct link *link_of(const struct fth_chain *chain, int stage)
{
    for (int i = 0; i < chain->count; i++)
        if (chain->links[i].stage == stage)
            return &chain->links[i];
    return NULL;
}

/* The channels of what is read under `number`. False where some rows have them from elsewhere: a
 * picture that does not lie over all that is needed. */
static bool find_sources(const struct fth_chain *chain, const struct fth_stage *stage, int number,
                         const struct fth_image *image, struct source sources[CHANNELS])
{
    const struct fth_plan *plan = chain->plan;
    int at = fth_stage_read(stage, number);
    const struct link *link = link_of(chain, at);
    if (!fth_rect_contains(fth_stage_window(plan, stage, number), chain->need) ||
        !fth_rect_contains(image->domain, chain->need))
        return false;
    if (!plan->stages[at].image) {
        if (link)
            memcpy(sources, link->out, sizeof(link->out));
        return link;
    }
    for (int c = 0; c < CHANNELS; c++) {
        const struct fth_plane *plane = fth_image_plane(image, names[c]);
        if (plane && !fth_rect_contains(plane->rect, chain->need))
            return false;
        sources[c] = (struct source){plane, -1, 0};
    }
    return true;
}

/* What a step does not make by itself: another channel again, or one of its pictures'. */
static bool find_handed_on(const struct link *link,
                           struct fth_image *const images[FTH_MOST_READS],
                           const struct fth_image *out, int channel, struct source *source)
{
    const struct fth_plane *plane = fth_image_plane(out, names[channel]);
    *source = (struct source){NULL, -1, 0};
    for (int c = 0; c < CHANNELS && plane; c++)
        if (link->pieces.makes >> c & 1 && fth_image_plane(out, names[c]) == plane) {
            *source = link->out[c];
            return true;
        }
    for (int p = 0; p < PICTURES && plane; p++) {
        const struct fth_image *image = images[p < FTH_PIECE_PORTS ? p : FTH_PREVIOUS];
        if (image && fth_image_plane(image, names[channel]) == plane) {
            *source = link->in[p][channel];
            return true;
        }
    }
    return !plane;
}

static bool is_same(const struct source *a, const struct source *b)
{
    return a->plane == b->plane && a->link == b->link && a->channel == b->channel;
}

/* Whether an alpha is 1 is looked at once, however many links ask. */
static int opaque_as(const struct fth_chain *chain, const struct link *link)
{
    const int previous = FTH_PIECE_PORTS, alpha = 3;
    for (int i = 0; i < chain->count; i++) {
        const struct link *before = &chain->links[i];
        if (before->pieces.asks_opaque &&
            is_same(&before->in[previous][alpha], &link->in[previous][alpha]))
            return i;
    }
    return chain->count;
}

static bool make_link(struct fth_chain *chain, const struct fth_call *call,
                      const struct fth_stage *stage,
                      struct fth_image *const images[FTH_MOST_READS], const struct fth_image *out)
{
    const struct fth_plan *plan = chain->plan;
    struct link *link = &chain->links[chain->count];
    struct fth_call own = *call;
    *link = (struct link){.stage = (int)(stage - plan->stages)};
    own.arena = chain->arena;
    plan->members[stage->member]->desc->steps[stage->step].pieces(&own, &link->pieces);
    bool fits = link->pieces.run && fth_rect_contains(call->info.domain, chain->need);
    for (int p = 0; p < PICTURES; p++)
        for (int c = 0; c < CHANNELS; c++)
            link->in[p][c].link = -1;
    for (int number = 0; number < FTH_FURTHER && fits; number++) {
        int p = number == FTH_PREVIOUS ? FTH_PIECE_PORTS : number;
        if (images[number])
            fits = p < PICTURES &&
                   find_sources(chain, stage, number, images[number], link->in[p]);
    }
    for (int c = 0; c < CHANNELS; c++)
        link->out[c] = (struct source){NULL, chain->count, c};
    for (int c = 0; c < CHANNELS && fits; c++)
        if (!(link->pieces.makes >> c & 1))
            fits = find_handed_on(link, images, out, c, &link->out[c]);
    link->opaque_as = opaque_as(chain, link);
    return fits;
}

void fth_chain_add(struct fth_chain *chain, const struct fth_call *call,
                   const struct fth_stage *stage, struct fth_image *const images[FTH_MOST_READS],
                   const struct fth_image *out)
{
    if (!chain || chain->fails)
        return;
    chain->fails = !make_link(chain, call, stage, images, out);
    if (!chain->fails)
        chain->count++;
}

/* The last link that reads what `index` makes; of the last one, itself. */
static int last_reader(const struct fth_chain *chain, int index)
{
    const struct link *last = &chain->links[chain->count - 1];
    int reader = index;
    for (int i = index + 1; i < chain->count; i++)
        for (int c = 0; c < PICTURES * CHANNELS; c++)
            if (chain->links[i].in[c / CHANNELS][c % CHANNELS].link == index)
                reader = i;
    for (int c = 0; c < CHANNELS; c++)
        if (last->out[c].link == index)
            reader = chain->count - 1;
    return reader;
}

/* Scratch that nobody reads any more is made use of again: what is in use stays small. */
static void find_slots(struct fth_chain *chain)
{
    int free_after[MOST_LINKS]; /* by slot: the link that is the last to read it */
    for (int i = 0; i < chain->count; i++) {
        int slot = 0;
        while (slot < chain->slots && free_after[slot] >= i)
            slot++;
        chain->slots = FTH_MAX(chain->slots, slot + 1);
        free_after[slot] = last_reader(chain, i);
        chain->links[i].slot = slot;
    }
}

/* A step by itself gains by its planes being fetched ahead, unless they are so many that it waits
 * for lines (those of two pictures: 12.7 ms at 4K where bands take 9.6). */
static bool is_worth_it(const struct fth_chain *chain)
{
    int planes = 0;
    for (int i = 0; i < PICTURES * CHANNELS; i++)
        planes += chain->links[0].in[i / CHANNELS][i % CHANNELS].plane != NULL;
    return chain->count > 1 || planes <= MOST_ALONE;
}

bool fth_chain_end(struct fth_chain *chain, const struct fth_image *out,
                   const struct fth_image *filled, bool streams)
{
    int found = 0;
    chain->streams = streams;
    if (chain->fails || !chain->count || !filled || !is_worth_it(chain))
        return false;
    const struct link *last = &chain->links[chain->count - 1];
    for (int c = 0; c < CHANNELS; c++) {
        chain->to[c] = fth_image_plane(filled, names[c]);
        if (chain->to[c] && chain->to[c] != fth_image_plane(out, names[c]))
            return false;
        if (chain->to[c] && !last->out[c].plane && last->out[c].link < 0)
            return false;
        found += chain->to[c] != NULL;
    }
    find_slots(chain);
    return found == filled->channel_count;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* A chain at work on one thread. What stands in planes moves along the row, what links make for
 * each other stays where it is. */
struct work {
    const struct fth_chain *chain;
    const struct fth_kernels *kernels;
    float *scratch; /* for each slot CHANNELS pieces, then those that all steps share */
    struct fth_piece pieces[MOST_LINKS];
    struct moving {
        const float **at;
        const struct fth_plane *plane;
    } moving[(MOST_LINKS * PICTURES + 1) * CHANNELS];
    int moving_count;
    int ahead[(MOST_LINKS * PICTURES + 1) * CHANNELS]; /* one of them for each plane */
    int ahead_count, made_count;
    const float *made[CHANNELS]; /* what goes to chain->to */
};

static float *scratch_at(const struct work *work, int slot, int channel)
{
    return work->scratch + ((ptrdiff_t)slot * CHANNELS + channel) * FTH_PIECE;
}

static void place_source(struct work *work, const struct source *source, const float **at)
{
    bool is_known = false;
    *at = NULL;
    if (source->link >= 0)
        *at = scratch_at(work, work->chain->links[source->link].slot, source->channel);
    if (!source->plane)
        return;
    for (int i = 0; i < work->ahead_count; i++)
        is_known = is_known || work->moving[work->ahead[i]].plane == source->plane;
    if (!is_known)
        work->ahead[work->ahead_count++] = work->moving_count;
    work->moving[work->moving_count++] = (struct moving){at, source->plane};
}

static void place_link(struct work *work, int index)
{
    const struct link *link = &work->chain->links[index];
    struct fth_piece *piece = &work->pieces[index];
    for (int c = 0; c < CHANNELS; c++) {
        for (int p = 0; p < PICTURES; p++)
            place_source(work, &link->in[p][c],
                         p < FTH_PIECE_PORTS ? &piece->in[p][c] : &piece->previous[c]);
        piece->out[c] = link->pieces.makes >> c & 1 ? scratch_at(work, link->slot, c) : NULL;
    }
    for (int i = 0; i < FTH_PIECE_SCRATCH; i++)
        piece->scratch[i] = scratch_at(work, work->chain->slots, 0) + (ptrdiff_t)i * FTH_PIECE;
}

static void place_chain(struct work *work)
{
    const struct fth_chain *chain = work->chain;
    const struct link *last = &chain->links[chain->count - 1];
    for (int i = 0; i < chain->count; i++)
        place_link(work, i);
    for (int c = 0; c < CHANNELS; c++) {
        if (!chain->to[c])
            continue;
        place_source(work, &last->out[c], &work->made[c]);
        work->made_count++;
    }
}

static void run_link(struct work *work, int index, size_t n)
{
    const struct link *link = &work->chain->links[index];
    struct fth_piece *piece = &work->pieces[index];
    piece->n = n;
    if (link->pieces.asks_opaque && link->opaque_as < index) {
        piece->is_opaque = work->pieces[link->opaque_as].is_opaque;
    } else if (link->pieces.asks_opaque) {
        bool other = false;
        work->kernels->find_other(&other, piece->previous[3], 1, n);
        piece->is_opaque = !other;
    }
    link->pieces.run(link->pieces.context, piece);
}

/* What lies `by` floats ahead in the plane that is fetched as number `index`. */
static const float *ahead_of(const struct work *work, int index, size_t by)
{
    return fth_row_ahead(*work->moving[work->ahead[index]].at, by);
}

/* Planes are fetched ahead little by little, most of it while others are written: many lines asked
 * for at once are waited for. Places move on before what is made is written, since a step that
 * takes two of them at once would wait for them. */
static void run_piece(struct work *work, float *const to[CHANNELS], size_t n)
{
    const struct fth_chain *chain = work->chain;
    const struct fth_kernels *k = work->kernels;
    const float *made[CHANNELS];
    const size_t by = fth_ahead(work->ahead_count);
    int fetched = 0, before = work->ahead_count - (chain->streams ? work->made_count : 0);
    for (int i = 0; i < chain->count; i++) {
        for (; fetched * chain->count < before * (i + 1); fetched++)
            fth_fetch(ahead_of(work, fetched, by), n);
        run_link(work, i, n);
    }
    memcpy(made, work->made, sizeof(made));
    for (int i = 0; i < work->moving_count; i++)
        *work->moving[i].at += n;
    for (int c = 0; c < CHANNELS; c++) {
        if (to[c] && fetched < work->ahead_count)
            k->stream_fetch(to[c], made[c], ahead_of(work, fetched++, by - n), n);
        else if (to[c] && chain->streams)
            k->stream(to[c], made[c], n);
        else if (to[c])
            memcpy(to[c], made[c], n * sizeof(float));
    }
}

static void run_row(struct work *work, struct fth_rect rect, int32_t y)
{
    float *to[CHANNELS] = {NULL};
    for (int i = 0; i < work->moving_count; i++)
        *work->moving[i].at = fth_plane_at(work->moving[i].plane, rect.x0, y);
    for (int32_t x = rect.x0; x < rect.x1; x += FTH_PIECE) {
        for (int c = 0; c < CHANNELS; c++)
            if (work->chain->to[c])
                to[c] = fth_plane_at(work->chain->to[c], x, y);
        run_piece(work, to, (size_t)FTH_MIN(rect.x1 - x, FTH_PIECE));
    }
}

enum fth_status fth_chain_run(const struct fth_chain *chain, struct fth_rect rect,
                              struct fth_error *error)
{
    struct fth_arena *arena = fth_engine_arena(chain->plan->engine, FTH_SCRATCH_PART);
    size_t count = ((size_t)chain->slots * CHANNELS + FTH_PIECE_SCRATCH) * FTH_PIECE;
    struct work work = {.chain = chain, .kernels = fth_kernels()};
    if (arena)
        work.scratch = fth_arena_take(arena, count, sizeof(float));
    if (work.scratch) {
        place_chain(&work);
        for (int32_t y = rect.y0; y < rect.y1; y++)
            run_row(&work, rect, y);
    }
    fth_engine_arena_back(chain->plan->engine, FTH_SCRATCH_PART, arena);
    return work.scratch ? FTH_OK : fth_fail_memory(error, count * sizeof(float), "rows");
}
