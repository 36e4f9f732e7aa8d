/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the engine: the sinks of a job, from the files being begun to their being whole. A
 * failure of one ends all of them. */
#ifndef FTH_ENGINE_SINKS_H
#define FTH_ENGINE_SINKS_H

#include "engine/plan.h"

struct fth_sinks;

/* Begins all outputs, so that a file in the way is told before anything is decoded. */
enum fth_status fth_sinks_open(struct fth_engine *engine, const struct fth_graph *graph,
                               const struct fth_job *job, const struct fth_output *outputs,
                               int count, struct fth_sinks **sinks, struct fth_error *error);
/* Finishes what `status` (of the job) and their own say can be finished, drops the rest. What is
 * said in *error of a failed job is completed by what remains of it. */
enum fth_status fth_sinks_close(struct fth_sinks **sinks, enum fth_status status,
                                struct fth_error *error);

/* Plans the frame for those sinks that get it; NULL when none does. On the planning thread. */
enum fth_status fth_sinks_plan(struct fth_sinks *sinks, int64_t frame, struct fth_plan **plan,
                               struct fth_error *error);
/* Hands the frame to each sink that wants it. On the caller's thread. */
enum fth_status fth_sinks_take(struct fth_sinks *sinks, const struct fth_plan *plan,
                               struct fth_error *error);

#endif
