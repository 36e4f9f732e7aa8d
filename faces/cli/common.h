/* SPDX-License-Identifier: Apache-2.0 */
/* The options every verb takes, and what they come to. */
#ifndef FTH_CLI_COMMON_H
#define FTH_CLI_COMMON_H

#include <stdbool.h>

#include "fathom/fathom.h"
#include "options.h"
#include "progress.h"

extern const struct fth_cli_row fth_cli_common_rows[];

struct fth_cli_common {
    struct fth_session_options session;
    int64_t first_frame, last_frame, frame_step; /* all 0: everything there is */
    bool overwrite, resume, quiet, verbose, log_json;
    enum fth_cli_progress_mode progress;
};

/* Reads the parsed options; a value that makes no sense is FTH_ERR_USAGE. */
enum fth_status fth_cli_common_read(const struct fth_cli_options *options,
                                    struct fth_cli_common *common, struct fth_error *error);

#endif
