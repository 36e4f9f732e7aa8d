/* SPDX-License-Identifier: Apache-2.0 */
/* A network loaded and ready to run: one float tensor in, one out. What the file itself wants
 * (half floats, bytes, constants beside the picture, what it remembers of the frames before) is
 * given to it here, and what comes out is checked: shape, and that every value is finite. One
 * thread at a time may use a session. */
#ifndef FTH_INFER_SESSION_H
#define FTH_INFER_SESSION_H

#include <stdint.h>

#include "base/status.h"
#include "base/thread.h"
#include "infer/manifest.h"

enum { FTH_TENSOR_RANK = 5 };

struct fth_tensor {
    float *data;
    int rank;
    int64_t dims[FTH_TENSOR_RANK];
};

struct fth_infer_session;

struct fth_infer_options {
    int thread_count;   /* 0: one a core */
    const char *device; /* infer/device.h; NULL: chosen */
    const struct fth_cancel *cancel; /* ends a run under way, within about 20 ms on the CPU; may be
                                        NULL, and outlives the session */
};

/* Loads `network` from the file at `path` and holds it against the manifest: names, ranks, element
 * types, fixed sizes. `options` may be NULL. Every message names the file. */
enum fth_status fth_infer_session_open(const struct fth_network *network, const char *path,
                                       const struct fth_infer_options *options,
                                       struct fth_infer_session **session,
                                       struct fth_error *error);
/* Another session of the same loaded network, for another thread to run at the same time. They
 * share weights and threads. Not of a network that remembers. It is closed before `session` is. */
enum fth_status fth_infer_session_twin(const struct fth_infer_session *session,
                                       const struct fth_cancel *cancel,
                                       struct fth_infer_session **twin, struct fth_error *error);
void fth_infer_session_close(struct fth_infer_session **session); /* accepts NULL */

const struct fth_network *fth_infer_session_network(const struct fth_infer_session *session);

/* *output is borrowed: valid until the next run or close. A network that remembers (layout
 * recurrent) is given what its last run left. FTH_CANCELLED when the flag ended it. */
enum fth_status fth_infer_session_run(struct fth_infer_session *session,
                                      const struct fth_tensor *input, struct fth_tensor *output,
                                      struct fth_error *error);

/* The next run is of a shot's first frame: nothing is remembered. */
void fth_infer_session_forget(struct fth_infer_session *session);

/* Sessions opened and runs made since the program began: tests count them. */
uint64_t fth_infer_session_count(void);
uint64_t fth_infer_run_count(void);
/* Seconds spent inside the runtime's own call since the program began. */
double fth_infer_run_s(void);

#endif
