/* SPDX-License-Identifier: Apache-2.0 */
/* Running what a verb has put together: progress, cancelling, --explain, --report. */
#ifndef FTH_CLI_RUNNING_H
#define FTH_CLI_RUNNING_H

#include "verbs.h"

/* Everything is borrowed. */
struct fth_cli_running {
    const struct fth_cli_call *call;
    struct fth_session *session;
    struct fth_document *document;
    const char *const *names; /* the sinks, or with `makes` off any nodes */
    size_t count;
    bool makes;               /* false: it is only to be explained */
};

enum fth_status fth_cli_running_run(const struct fth_cli_running *running,
                                    struct fth_error *error);

#endif
