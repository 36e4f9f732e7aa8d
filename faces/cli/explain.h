/* SPDX-License-Identifier: Apache-2.0 */
/* --explain: how a job is done, and what it took. */
#ifndef FTH_CLI_EXPLAIN_H
#define FTH_CLI_EXPLAIN_H

#include <stdbool.h>
#include <stdio.h>

#include "fathom/fathom.h"

/* Prints the plan of the job's first frame: with estimates, or with what was `measured` over the
 * frames that the job has made. */
enum fth_status fth_cli_explain(struct fth_document *document, const char *name,
                                const struct fth_job_options *options, bool measured, FILE *file,
                                struct fth_error *error);

#endif
