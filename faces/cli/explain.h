/* SPDX-License-Identifier: Apache-2.0 */
/* --explain: how a job is done, and what it took. */
#ifndef FTH_CLI_EXPLAIN_H
#define FTH_CLI_EXPLAIN_H

#include <stdbool.h>
#include <stdio.h>

#include "fathom/fathom.h"

/* What is asked about: nodes of a document, usually its sinks, over the frames of a job. All of it
 * is borrowed. */
struct fth_cli_plan {
    struct fth_document *document;
    const char *const *names;
    size_t count;
    const struct fth_job_options *options;
};

/* Prints how the job's first frame is made: with estimates, or with what was `measured` over the
 * frames that the job has made. */
enum fth_status fth_cli_explain(const struct fth_cli_plan *plan, bool measured, FILE *file,
                                struct fth_error *error);
/* The same as JSON (docs/json.md); `file` NULL: only asks, so that time is taken from now on. */
enum fth_status fth_cli_explain_json(const struct fth_cli_plan *plan, FILE *file,
                                     struct fth_error *error);

#endif
