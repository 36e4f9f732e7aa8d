/* SPDX-License-Identifier: Apache-2.0 */
/* A network loaded and ready to run: one float tensor in, one out. What comes out is checked:
 * shape, and that every value is finite. One thread at a time may use a session. */
#ifndef FTH_INFER_SESSION_H
#define FTH_INFER_SESSION_H

#include <stdint.h>

#include "base/status.h"
#include "infer/manifest.h"

enum { FTH_TENSOR_RANK = 5 };

struct fth_tensor {
    float *data;
    int rank;
    int64_t dims[FTH_TENSOR_RANK];
};

struct fth_infer_session;

/* Loads `network` from the file at `path` and holds it against the manifest: names, ranks, element
 * types, fixed sizes. `thread_count` 0: one a core. Every message names the file. */
enum fth_status fth_infer_session_open(const struct fth_network *network, const char *path,
                                 int thread_count, struct fth_infer_session **session,
                                 struct fth_error *error);
void fth_infer_session_close(struct fth_infer_session **session); /* accepts NULL */

const struct fth_network *fth_infer_session_network(const struct fth_infer_session *session);

/* *output is borrowed: valid until the next run or close. */
enum fth_status fth_infer_session_run(struct fth_infer_session *session,
                                      const struct fth_tensor *input, struct fth_tensor *output,
                                      struct fth_error *error);

/* Sessions opened and runs made since the program began: tests count them. */
uint64_t fth_infer_session_count(void);
uint64_t fth_infer_run_count(void);

#endif
