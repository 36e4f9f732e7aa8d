/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the engine. A plan is the graph at one frame, unrolled: members are the nodes that are
 * reached, in an order in which inputs come first; stages are their steps and, where the common
 * controls do something, one stage for those. What does nothing has no stage. */
#ifndef FTH_ENGINE_PLAN_H
#define FTH_ENGINE_PLAN_H

#include "base/arena.h"
#include "base/limits.h"
#include "engine/cache.h"
#include "engine/engine.h"
#include "engine/keeper.h"

enum { FTH_STEP_COMMON = -1, FTH_MOST_STEPS = 8 };

/* An analysis under way. It may go on for whoever has its signature: the same clip through the same
 * nodes with the same values. */
struct fth_live {
    void *analysis;
    const struct fth_analysis *type;
    const struct fth_cancel *cancel; /* the one it was created with; another makes it stale */
    struct fth_key signature;
};

/* The key of all frames of a span, as far as it has been worked out: first..last. */
struct fth_span_key {
    struct fth_key signature, key;
    struct fth_span span;
    bool valid;
};

/* What lives longer than a plan for one node of the graph, found by its name. */
struct fth_slot {
    struct fth_slot *next;
    char name[FTH_LIMIT_NAME];
    const struct fth_node_desc *desc;
    struct fth_key state_key;
    bool opened;
    void *state;
    pthread_mutex_t lock;  /* held in every call that gets the state */
    pthread_mutex_t order; /* held while frames are pushed; taken before `lock`, reader's first */
    struct fth_live lives[FTH_MOST_STEPS];
    struct fth_span_key spans[FTH_MOST_STEPS]; /* under the engine's lock */
};

struct fth_member {
    int index; /* in the graph */
    const char *name;
    const struct fth_node_desc *desc;
    void *params;
    struct fth_common common;
    struct fth_slot *slot;       /* NULL: nothing lives longer */
    int inputs[FTH_LIMIT_INPUTS]; /* members, -1: nothing connected */
    struct fth_info views[FTH_LIMIT_INPUTS]; /* inputs as this node sees them */
    const struct fth_info *infos[FTH_LIMIT_INPUTS];
    struct fth_info info;        /* of its steps */
    struct fth_info out_info;    /* after the common controls */
    int out_stage;
    bool skipped;
    bool has_extra;
    struct fth_key extra;
};

struct fth_stage {
    int member, step; /* FTH_STEP_COMMON: its common controls */
    enum fth_node_kind kind;
    int previous;                /* stage of the step before, -1: none */
    int ports[FTH_LIMIT_INPUTS]; /* stages, -1: not read */
    bool live, needed, materialised, before_analysis;
    bool is_root;                /* asked for: its pixels stay until the plan ends */
    bool again;                  /* the job's next frame has the same key in it */
    int group, depth;            /* the materialised stage it is computed with, and how far above */
    int last_use;                /* the last materialised stage that reads it */
    int reads;                   /* by how many inputs of needed stages */
    struct fth_key key;
    struct fth_key frame_key, signature; /* ANALYSIS: see struct fth_call and struct fth_live */
    struct fth_span exists, span;        /* ANALYSIS: frames there are, frames it depends on */
    struct fth_rect need;
    struct fth_image *image;     /* its pixels over need, once computed */
    struct fth_meter *meter;     /* NULL: time is not taken */
};

/* One of the pictures that a plan is for. */
struct fth_root {
    int member, stage;
    int sink;    /* of a job: which one gets it */
    bool wanted; /* false: nobody wants it after all */
};

/* Which materialised stages go to the cache. */
enum fth_keeping {
    FTH_KEEP_AGAIN,  /* a job's: those that its next frame has too */
    FTH_KEEP_COSTLY, /* sources and analyses */
    FTH_KEEP_ALL
};

struct fth_plan {
    struct fth_engine *engine;
    const struct fth_graph *graph;
    struct fth_env env;
    int64_t frame;
    enum fth_keeping keeping;
    bool ignores_cache; /* nothing is looked for in it */
    struct fth_member *members;
    int member_count;
    struct fth_stage *stages;
    int stage_count;
    struct fth_root roots[FTH_LIMIT_OUTPUTS]; /* in the order of the target's nodes */
    int root_count;
};

struct fth_engine {
    struct fth_pool *pool;
    struct fth_buffers *buffers;
    struct fth_cache *cache;
    struct fth_keeper *keeper;
    char *cache_folder, *model, *device;
    int scale_denominator;
    int32_t band_rows;
    uint64_t memory_size;
    pthread_mutex_t lock; /* slots, arenas, keys of spans */
    struct fth_slot *slots;
    struct fth_meter *meters;
    bool measures;
    struct fth_arena *arenas[64];
    int arena_count;
    struct {
        atomic_uint_fast64_t rendered, hits, pushed, recalled, sources;
    } counts;
    struct {
        atomic_bool running; /* an analysis is seeing other frames than the one asked for */
        atomic_int_fast64_t pushed, frame, last;
    } survey;
};

/* What to plan: the outputs of `nodes`, or (step >= 0) what goes into one ANALYSIS step of the only
 * one: the root's own key is then left out. */
struct fth_target {
    const struct fth_graph *graph;
    const int *nodes;
    int node_count, step;
    int64_t frame;
    const struct fth_cancel *cancel;
    bool infos_only; /* no keys: frames that are not there can be asked about */
};

/* The parts below call only those above them, and themselves. */

/* member.c: what a node's callbacks are told. */
struct fth_call fth_plan_call(const struct fth_plan *plan, const struct fth_member *member);
const struct fth_info *fth_plan_info(const struct fth_plan *plan, const struct fth_stage *stage);
/* The stage of a plan for one picture. */
struct fth_stage *fth_plan_root(const struct fth_plan *plan);
bool fth_plan_has_common(const struct fth_member *member);
/* The channel (enum fth_mask_channel) a node reads its mask input from: its parameter
 * PORT_channel, own or common. */
int32_t fth_plan_mask_channel(const struct fth_member *member, const struct fth_port *port);
/* Completes an error that came out of a node: its name, and words when it had none. */
enum fth_status fth_plan_blame(const struct fth_member *member, enum fth_status status,
                               struct fth_error *error);

/* explain.c. Lives as long as the engine; NULL when time is not taken or memory is out. */
struct fth_meter *fth_engine_meter(struct fth_engine *engine, const char *node, int step);
/* A call that began at fth_clock_s() `since_s` and made planes of so many bytes. Accepts NULL. */
void fth_meter_add(struct fth_meter *meter, double since_s, uint64_t made_size);
void fth_meters_destroy(struct fth_engine *engine);

/* slot.c */
enum fth_status fth_slot_provide(struct fth_plan *plan, struct fth_member *member,
                                 struct fth_error *error);
void fth_slots_destroy(struct fth_engine *engine);
void fth_live_end(struct fth_live *live);

/* plan.c: members, infos and stages, without keys. No pixel is touched. */
enum fth_status fth_plan_lay(struct fth_engine *engine, const struct fth_target *target,
                             struct fth_plan **plan, struct fth_error *error);
void fth_plan_destroy(struct fth_plan **plan); /* accepts NULL */
/* What goes into an ANALYSIS stage of this plan at another frame. */
struct fth_target fth_plan_target(const struct fth_plan *plan, const struct fth_stage *stage,
                                  int64_t frame);

/* describe.c: how the nodes before `sink` are set, a line each thing, for people and for telling
 * two jobs apart: no names of files, no defaults. New string (fth_free), NULL: memory is out. */
char *fth_engine_describe(const struct fth_engine *engine, const struct fth_graph *graph, int sink);

/* keys.c: a plan with its keys. */
enum fth_status fth_plan_create(struct fth_engine *engine, const struct fth_target *target,
                                struct fth_plan **plan, struct fth_error *error);

/* True when a frame that fails so is a gap in the clip, not the end of the work. */
bool fth_plan_is_gap(enum fth_status status);

/* result.c */
struct fth_arena *fth_engine_arena(struct fth_engine *engine); /* NULL: memory is out */
void fth_engine_arena_back(struct fth_engine *engine, struct fth_arena *arena);
/* Checks what a node handed out over `rect`, and makes it say what the plan said. */
enum fth_status fth_plan_finish(struct fth_plan *plan, const struct fth_stage *stage,
                                struct fth_rect rect, struct fth_image **image,
                                struct fth_error *error);
/* An analysis' result from disk, into the stage. False: it is not there. */
bool fth_plan_recall(struct fth_plan *plan, struct fth_stage *stage);
/* Puts what the stage made into the cache, if it is of those that the plan keeps. */
void fth_plan_cache(struct fth_plan *plan, const struct fth_stage *stage);
/* Keeps a new result of an analysis on disk, and in the cache. */
void fth_plan_keep(struct fth_plan *plan, const struct fth_stage *stage);

/* region.c: what is kept in memory, what of it is needed, what the cache has. `inputs_only`: the
 * root itself is not looked for. */
void fth_plan_prepare(struct fth_plan *plan, struct fth_rect rect, bool inputs_only);

/* render.c: rows of the bands that a POINT or AREA stage is computed in. */
int32_t fth_plan_band_rows(const struct fth_plan *plan, const struct fth_stage *stage);
/* The pixels of stage `index`, not an ANALYSIS, from those of its inputs. */
enum fth_status fth_plan_render(struct fth_plan *plan, int index, struct fth_error *error);
/* The inputs of a stage that looks beyond a pixel: never more than the data window is in them.
 * `images` has a place for each port and one for the step before; new references. */
enum fth_status fth_plan_inputs(struct fth_plan *plan, const struct fth_stage *stage,
                                struct fth_image *images[FTH_LIMIT_INPUTS + 1],
                                struct fth_error *error);

/* evaluate.c */
enum fth_phase { FTH_PHASE_SOURCES, FTH_PHASE_ANALYSES, FTH_PHASE_INPUTS, FTH_PHASE_ALL };
enum fth_status fth_plan_evaluate(struct fth_plan *plan, enum fth_phase phase,
                                  struct fth_error *error);

#endif
