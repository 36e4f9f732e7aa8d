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

/* What a stage reads, by number: its ports, the step before it, then further frames of ports. */
enum {
    FTH_PREVIOUS = FTH_LIMIT_INPUTS,
    FTH_FURTHER,
    FTH_MOST_MOMENTS = 64, /* of all inputs of a node together */
    FTH_MOST_READS = FTH_FURTHER + FTH_MOST_MOMENTS
};

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
    pthread_mutex_t calls; /* held in calls of an analysis, which do not get the state, so that
                              plans are made beside them; taken after `lock` */
    pthread_mutex_t guard; /* held where `lives` change, and by who looks ahead; taken last */
    struct fth_live lives[FTH_MOST_STEPS];
    struct fth_span_key spans[FTH_MOST_STEPS]; /* under the engine's lock */
};

/* Why a node passes its main input on. */
enum fth_skip { FTH_SKIP_NOT, FTH_SKIP_BLEND, FTH_SKIP_MASK };

/* One frame of an input that a node with frames_in asked for. */
struct fth_moment {
    int port, member;
    int64_t frame;
    struct fth_rect domain; /* as the node sees it */
};

/* The other frames that one node looks at: port after port. */
struct fth_window {
    struct fth_moment moments[FTH_MOST_MOMENTS];
    int64_t frames[FTH_MOST_MOMENTS];
    int count;
    struct fth_moments told[FTH_LIMIT_INPUTS];
    struct fth_info infos[FTH_LIMIT_INPUTS];
};

/* A node at a frame. */
struct fth_member {
    int index;     /* in the graph; of a fitter that of the node whose picture it fits */
    int number;    /* in the plan */
    int64_t frame;
    int next_same; /* the next member of the same node + 1, 0: none */
    bool is_fitter; /* brings a picture to another frame; no node of the graph */
    bool info_only; /* only what is known of its picture counts: it has no stages */
    const char *name;
    const struct fth_node_desc *desc;
    void *params;
    struct fth_shutter *shutter; /* NULL: none */
    struct fth_common common;
    struct fth_slot *slot;       /* NULL: nothing lives longer */
    int inputs[FTH_LIMIT_INPUTS]; /* members at its own frame, -1: not connected or not asked */
    struct fth_info views[FTH_LIMIT_INPUTS]; /* these as this node sees them */
    struct fth_window *window;   /* NULL: it looks at its own frame alone */
    const struct fth_info *infos[FTH_LIMIT_INPUTS];
    struct fth_info info;        /* of its steps */
    struct fth_info out_info;    /* after the common controls */
    int out_stage;
    enum fth_skip skip;
    bool has_extra;
    struct fth_key extra;
};

/* A further frame of a port, and the stage that makes it. */
struct fth_further {
    int port, stage;
    struct fth_rect domain;
};

/* What an effect mask that has no pixel spares: the node's own steps. */
enum fth_guard {
    FTH_GUARD_NONE,
    FTH_GUARD_OPEN, /* nobody has looked at the mask yet */
    FTH_GUARD_FULL,
    FTH_GUARD_EMPTY
};

struct fth_stage {
    int member, step; /* FTH_STEP_COMMON: its common controls */
    enum fth_node_kind kind;
    int previous;                /* stage of the step before, -1: none */
    int same;                    /* an earlier stage of the same key + 1, 0: none. It is read */
    int ports[FTH_LIMIT_INPUTS]; /* stages, -1: not read */
    struct fth_further *further; /* of ports that are read at several frames */
    int further_count;
    enum fth_guard guard;        /* common controls: does their mask let anything through? */
    bool live, needed, materialised, before_analysis;
    bool unguarded;              /* live whatever effect masks will turn out to be */
    bool is_guard_mask;          /* the mask of a stage with a guard */
    bool looked_for;             /* in the cache */
    bool certain;                /* needed whatever open guards will turn out to be */
    bool before_guard;           /* an open guard waits for it */
    bool after_analysis;
    bool is_root;                /* asked for: its pixels stay until the plan ends */
    bool plain;                  /* some of who needs it want its planes; of the others its picture
                                    may be bare (image/origin.h) */
    bool again;                  /* one of the job's next frames has the same key in it */
    bool of_many;                /* of a job: looked at together with other frames of its node, or
                                    a source of what is */
    bool below_many;             /* read on the way to that */
    int group, depth;            /* the materialised stage it is computed with, and how far above */
    int last_use;                /* the last materialised stage that reads it */
    int reads;                   /* by how many inputs of needed stages */
    struct fth_key key;
    struct fth_key frame_key, signature; /* ANALYSIS: see struct fth_call and struct fth_live */
    struct fth_span exists, span;        /* ANALYSIS: frames there are, frames it depends on */
    struct fth_rect need;
    struct fth_image *image;     /* its pixels over need, once computed */
    const void *prepared;        /* for its bands, while they run; in `prepared_in` */
    struct fth_arena *prepared_in;
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
    bool inputs_only;   /* of the root only what goes in is asked for */
    struct fth_rect rect; /* ... of the roots; empty: all */
    struct fth_member **members;
    int member_count, member_capacity;
    struct fth_stage *stages;
    int stage_count, stage_capacity;
    uint64_t size; /* about what its frame takes, for a job */
    struct fth_root roots[FTH_LIMIT_OUTPUTS]; /* in the order of the target's nodes */
    int root_count;
};

/* What scratch memory is for. Whole pictures take a lot of it, and few of them are worked on at
 * once: their arenas are not handed to the many who want little, or all of them would grow. */
enum fth_scratch { FTH_SCRATCH_PART, FTH_SCRATCH_WHOLE, FTH_SCRATCHES };

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
    struct {
        struct fth_arena *arenas[64];
        int count;
    } scratch[FTH_SCRATCHES];
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
/* What a step sees of a window, out of `images` by the numbers of fth_stage_read. */
struct fth_looks {
    struct fth_moments ports[FTH_LIMIT_INPUTS];
    const struct fth_image *images[FTH_MOST_MOMENTS];
};
const struct fth_moments *fth_plan_moments(const struct fth_member *member,
                                           const struct fth_stage *stage,
                                           struct fth_image *const images[FTH_MOST_READS],
                                           struct fth_looks *looks);
const struct fth_info *fth_plan_info(const struct fth_plan *plan, const struct fth_stage *stage);
/* The stage of a plan for one picture. */
struct fth_stage *fth_plan_root(const struct fth_plan *plan);
bool fth_plan_has_common(const struct fth_member *member);
bool fth_plan_is_sink(const struct fth_member *member);
/* The effect mask's port of a node that has one, else -1. */
int fth_plan_mask_port(const struct fth_member *member);
/* The channel (enum fth_mask_channel) a node reads its mask input from: its parameter
 * PORT_channel, own or common. Of a node that picks one itself, any that is not auto. */
int32_t fth_plan_mask_channel(const struct fth_member *member, const struct fth_port *port);
/* How many numbers there are for what a stage reads; the stage of one of them, -1: not read; the
 * port it is of, -1: none; its data window as the stage's node sees it. */
int fth_stage_reads(const struct fth_stage *stage);
int fth_stage_read(const struct fth_stage *stage, int number);
int fth_stage_port(const struct fth_stage *stage, int number);
struct fth_rect fth_stage_window(const struct fth_plan *plan, const struct fth_stage *stage,
                                 int number);
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
void fth_live_end(struct fth_slot *slot, int step);

/* stages.c: the stages of a member whose inputs have theirs. */
enum fth_status fth_plan_add_stages(struct fth_plan *plan, struct fth_member *member,
                                    struct fth_error *error);

/* walk.c */
/* Cuts the data window as the clipping mode says. */
void fth_plan_clip(const struct fth_member *member, struct fth_info *info);
/* The members that the target's nodes are made of, what each puts out, and their stages. */
enum fth_status fth_plan_walk(struct fth_plan *plan, const struct fth_target *target,
                              struct fth_error *error);

/* plan.c: members, infos and stages, without keys. No pixel is touched. */
enum fth_status fth_plan_lay(struct fth_engine *engine, const struct fth_target *target,
                             struct fth_plan **plan, struct fth_error *error);
void fth_plan_destroy(struct fth_plan **plan); /* accepts NULL */
/* Which stages the roots depend on. */
void fth_plan_mark_live(struct fth_plan *plan);
/* What goes into an ANALYSIS stage of this plan at another frame. */
struct fth_target fth_plan_target(const struct fth_plan *plan, const struct fth_stage *stage,
                                  int64_t frame);

/* describe.c: how the nodes before `sink` are set, a line each thing, for people and for telling
 * two jobs apart: no names of files, no defaults. New string (fth_free), NULL: memory is out. */
char *fth_engine_describe(const struct fth_engine *engine, const struct fth_graph *graph, int sink);

/* keys.c */
/* Marks node `index` and all it hangs on. `stack` has room for every node. */
void fth_plan_mark_upstream(const struct fth_graph *graph, int index, bool *marked, int *stack);
/* A plan with its keys. */
enum fth_status fth_plan_create(struct fth_engine *engine, const struct fth_target *target,
                                struct fth_plan **plan, struct fth_error *error);

/* True when a frame that fails so is a gap in the clip, not the end of the work. */
bool fth_plan_is_gap(enum fth_status status);

/* result.c */
struct fth_arena *fth_engine_arena(struct fth_engine *engine,
                                   enum fth_scratch use); /* NULL: memory is out */
void fth_engine_arena_back(struct fth_engine *engine, enum fth_scratch use,
                           struct fth_arena *arena);
/* Bytes of the arenas for whole pictures that nobody works with just now. */
uint64_t fth_engine_scratch_size(struct fth_engine *engine);
/* Checks what a node handed out over `rect`, and makes it say what the plan said. */
enum fth_status fth_plan_finish(struct fth_plan *plan, const struct fth_stage *stage,
                                struct fth_rect rect, struct fth_image **image,
                                struct fth_error *error);
/* An analysis' result from disk, into the stage. False: it is not there. */
bool fth_plan_recall(struct fth_plan *plan, struct fth_stage *stage);
/* Puts a bare picture with its planes in its place. */
enum fth_status fth_plan_unpack(const struct fth_plan *plan, struct fth_image **image,
                                struct fth_error *error);
/* The same for the stage's picture, where it is bare and somebody wants its planes. */
enum fth_status fth_plan_unpack_stage(const struct fth_plan *plan, struct fth_stage *stage,
                                      struct fth_error *error);
/* Of a source that is looked at from other frames, what the planes can be made of. */
enum fth_status fth_plan_pack(struct fth_stage *stage, struct fth_error *error);
/* Puts what the stage made into the cache, if it is of those that the plan keeps. */
void fth_plan_cache(struct fth_plan *plan, const struct fth_stage *stage);
/* Keeps a new result of an analysis on disk, and in the cache. */
void fth_plan_keep(struct fth_plan *plan, const struct fth_stage *stage);

/* region.c: what is kept in memory, what of it is needed, what the cache has. `inputs_only`: the
 * root itself is not looked for. */
void fth_plan_prepare(struct fth_plan *plan, struct fth_rect rect, bool inputs_only);

/* About how many bytes the pictures take that are still to be made; of those that the plan gives up
 * on the way, too. */
uint64_t fth_plan_size(const struct fth_plan *plan);

/* guard.c: looks at the mask in stage `index`, whose pixels have come. True: what is needed of the
 * plan is no longer the same. */
enum fth_status fth_plan_look(struct fth_plan *plan, int index, bool *changed,
                              struct fth_error *error);
/* Common controls whose mask is 0 over `rect`: from their main input alone. */
enum fth_status fth_plan_spared(const struct fth_plan *plan, const struct fth_stage *stage,
                                const struct fth_image *before, struct fth_rect rect,
                                struct fth_image **out, struct fth_error *error);
/* region.c: what is needed, anew. */
void fth_plan_need(struct fth_plan *plan);

/* render.c: rows of the bands that a POINT or AREA stage is computed in. */
int32_t fth_plan_band_rows(const struct fth_plan *plan, const struct fth_stage *stage);
/* The pixels of stage `index`, not an ANALYSIS, from those of its inputs. */
enum fth_status fth_plan_render(struct fth_plan *plan, int index, struct fth_error *error);
/* The inputs of a stage that looks beyond a pixel: never more than the data window is in them.
 * `images` has a place for each number of fth_stage_read; new references. */
enum fth_status fth_plan_inputs(struct fth_plan *plan, const struct fth_stage *stage,
                                struct fth_image *images[FTH_MOST_READS],
                                struct fth_error *error);

/* evaluate.c */
enum fth_phase { FTH_PHASE_SOURCES, FTH_PHASE_ANALYSES, FTH_PHASE_INPUTS, FTH_PHASE_ALL };
enum fth_status fth_plan_evaluate(struct fth_plan *plan, enum fth_phase phase,
                                  struct fth_error *error);
/* Shows the plan's frame, whose sources are there, to the analysis that will be pushed it. */
void fth_plan_look_ahead(struct fth_plan *plan);

#endif
