/* SPDX-License-Identifier: Apache-2.0 */
/* How far a job is: one line that updates itself on a terminal, JSON lines for programs. */
#ifndef FTH_CLI_PROGRESS_H
#define FTH_CLI_PROGRESS_H

#include <stdbool.h>

#include "fathom/fathom.h"

enum fth_cli_progress_mode {
    FTH_CLI_PROGRESS_AUTO, /* a bar on a terminal, nothing in a pipe */
    FTH_CLI_PROGRESS_BAR,
    FTH_CLI_PROGRESS_JSON,
    FTH_CLI_PROGRESS_NONE
};

bool fth_cli_progress_parse(const char *text, enum fth_cli_progress_mode *mode);
/* What AUTO comes to, here and now. */
enum fth_cli_progress_mode fth_cli_progress_decide(enum fth_cli_progress_mode mode, bool quiet);

/* For struct fth_job_options; `context` points to the decided mode. */
void fth_cli_progress_show(void *context, const struct fth_job_progress *progress);
/* The same of a download, in bytes. */
void fth_cli_progress_bytes(enum fth_cli_progress_mode mode,
                            const struct fth_models_progress *progress);

#endif
