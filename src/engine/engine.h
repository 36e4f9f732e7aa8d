/* SPDX-License-Identifier: Apache-2.0 */
/* The engine: plans a graph, asks regions back to front, renders bands on one pool of threads,
 * overlaps frames, keeps results by content within a byte budget. Output depends on nothing but the
 * graph, the files and the frame: not on threads, bands, caches or what was rendered before. */
#ifndef FTH_ENGINE_ENGINE_H
#define FTH_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/status.h"
#include "base/thread.h"
#include "graph/graph.h"

struct fth_engine;

struct fth_engine_options {
    int thread_count;         /* 0: one a core */
    uint64_t memory_size;     /* budget of pictures: in work, kept for later, buffers between two
                                 uses; 0: 1 GiB. A job takes what one frame needs in any case;
                                 pictures of more than 16 million pixels that do not fit are not
                                 read */
    const char *cache_folder; /* depth on disk; NULL: fth_cache_folder(); "": none */
    const char *model;        /* NULL or "": best installed */
    const char *device;       /* networks run on it; NULL or "": chosen */
    int scale_denominator;    /* 1 (or 0), 2, 4: previews of that fraction of the size */
    int32_t band_rows;        /* 0: chosen; tests vary it */
    bool poison;              /* tests: fresh planes hold NaN */
};

enum fth_status fth_engine_create(const struct fth_engine_options *options,
                                  struct fth_engine **engine, struct fth_error *error);
void fth_engine_destroy(struct fth_engine **engine); /* accepts NULL */

/* What node `index` puts out: format, data window, frames, rate. */
enum fth_status fth_engine_info(struct fth_engine *engine, const struct fth_graph *graph, int index,
                                int64_t frame, struct fth_info *info, struct fth_error *error);

/* The picture of node `index` at `frame` over `rect` (empty: its data window). New image. `cancel`
 * may be NULL; otherwise it outlives the engine, because an analysis that is to go on with the next
 * frame remembers it. */
enum fth_status fth_engine_render(struct fth_engine *engine, const struct fth_graph *graph,
                                  int index, int64_t frame, struct fth_rect rect,
                                  const struct fth_cancel *cancel, struct fth_image **image,
                                  struct fth_error *error);

/* The key of that picture: equal keys, equal bytes. */
enum fth_status fth_engine_key(struct fth_engine *engine, const struct fth_graph *graph, int index,
                               int64_t frame, struct fth_key *key, struct fth_error *error);

struct fth_progress {
    const char *stage;        /* "rendering" */
    int64_t done, total;      /* frames */
    int64_t frame;            /* the last one finished */
    double rate, left_s;      /* frames a second; seconds left, < 0 when not known */
};

/* What a job's pictures said of one shot's depth (struct fth_depth_facts). */
struct fth_shot_summary {
    int64_t first, last; /* frames of the shot */
    int64_t frames;      /* of them in the job */
    double flicker, flicker_alone; /* means; -1: of no frame */
    double correction;   /* largest over smallest scale that frames were brought together by */
    double drift;        /* what is left: most by which the spread of depth grew or shrank, as a
                            ratio minus 1 */
};

struct fth_job {
    int64_t first_frame, last_frame, step; /* inclusive; step 0 counts as 1 */
    bool resume; /* frames that the sink has finished in a run before are not made again */
    const struct fth_cancel *cancel;
    void (*progress)(void *context, const struct fth_progress *progress); /* may be NULL */
    /* Called for every shot there was, in order, when the job is done. May be NULL. */
    void (*shot)(void *context, const struct fth_shot_summary *shot);
    void *context;
};

/* A SINK of a job. It gets those of its own frames that the job makes. */
struct fth_output {
    int node;
    int64_t first_frame, last_frame; /* inclusive */
};

/* Runs the outputs over the frames of the job in one pass: what several of them need of a frame is
 * computed once. Decode, analysis, render and encode overlap; sinks get frames in order. On failure
 * and cancel all sinks are closed without finishing. Sinks and `progress` are called on the
 * caller's own thread. */
enum fth_status fth_engine_run_all(struct fth_engine *engine, const struct fth_graph *graph,
                                   const struct fth_output *outputs, int count,
                                   const struct fth_job *job, struct fth_error *error);
/* The same for one SINK that gets all frames of the job. */
enum fth_status fth_engine_run(struct fth_engine *engine, const struct fth_graph *graph, int index,
                               const struct fth_job *job, struct fth_error *error);

/* A step of a plan, as people want to see it. */
struct fth_explained_step {
    char node[FTH_LIMIT_NAME], type[FTH_LIMIT_NAME], step[FTH_LIMIT_NAME];
    enum fth_node_kind kind; /* AREA steps that need but their own pixel are POINT */
    int computed_with;       /* the step of the list in whose bands it is computed; itself: alone */
    bool is_cached;          /* nothing is to be done */
    int64_t frame;           /* of the node: another one where a node asks for others */
    struct fth_rect rect;    /* what is needed of it */
    int32_t band_rows;       /* 0: in one call, or in those of computed_with */
    uint64_t size;           /* about what it keeps of a frame in memory; 0: nothing */
    double least_s;          /* about: moving the pixels of all that is computed with it, by one
                                thread; 0: not known */
    /* Since the engine was first asked to explain, all threads and frames together: */
    uint64_t calls, made_size; /* bytes of planes; what is shared with an input counts nothing */
    double spent_s;
};

/* A node that is not run, and why. */
struct fth_explained_skip {
    char node[FTH_LIMIT_NAME], type[FTH_LIMIT_NAME];
    const char *why; /* a constant text: "its Blend is 0" */
};

struct fth_explained {
    struct fth_explained_step *steps;
    int step_count;
    struct fth_explained_skip *skips;
    int skip_count;
};
void fth_explained_clear(struct fth_explained *explained);

/* How `frame` of node `index` (or of what the SINK `index` is fed) would be made, and what its
 * steps have cost so far; from the first call on, time is taken. Later calls tell of all steps,
 * whatever is in the cache by then. Steps come after those they read. Told with them are nodes that
 * are not run: those that hand on their input, what only those would have read, and what no sink
 * shows. New: fth_explained_clear. */
enum fth_status fth_engine_explain(struct fth_engine *engine, const struct fth_graph *graph,
                                   int index, int64_t frame, struct fth_explained *explained,
                                   struct fth_error *error);

/* Counters since creation, for tests and --verbose. */
struct fth_engine_stats {
    uint64_t steps_rendered, cache_hits, analyses_pushed, analyses_recalled, source_frames;
    uint64_t memory_peak_size;
};
struct fth_engine_stats fth_engine_stats(const struct fth_engine *engine);

#endif
