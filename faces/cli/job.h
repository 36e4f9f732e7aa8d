/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs share that run something between files: options given to it, and the sink. */
#ifndef FTH_CLI_JOB_H
#define FTH_CLI_JOB_H

#include "verbs.h"

/* Everything is borrowed. */
struct fth_cli_job {
    const struct fth_cli_call *call;
    struct fth_document *document;
    const char *in;        /* IN, or NULL */
    const char *node_name; /* of the node in the document: its id */
    const char *sink_name;
};

/* Was parameter `id` (NULL: any) of that target given? */
bool fth_cli_job_is_given(const struct fth_cli_call *call, enum fth_cli_target target,
                          const char *id);
/* Sets what was given for the target, on the node called `name`; presets where nothing was. */
enum fth_status fth_cli_job_set_given(const struct fth_cli_job *job, enum fth_cli_target target,
                                      const char *name, struct fth_error *error);
enum fth_status fth_cli_job_set_presets(const struct fth_cli_job *job,
                                        const struct fth_cli_preset *preset,
                                        enum fth_cli_target target, const char *name,
                                        struct fth_error *error);
/* What writes -o OUT, fed by `last`, with the sound of IN. */
enum fth_status fth_cli_job_add_sink(const struct fth_cli_job *job, const char *last,
                                     struct fth_error *error);

#endif
