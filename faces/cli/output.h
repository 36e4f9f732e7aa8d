/* SPDX-License-Identifier: Apache-2.0 */
/* What can be known of -o OUT before any work is done. */
#ifndef FTH_CLI_OUTPUT_H
#define FTH_CLI_OUTPUT_H

#include "verbs.h"

/* FTH_ERR_USAGE: no `out` (NULL), or it is one of the `count` files read. FTH_ERR_EXISTS: it is
 * there and --overwrite was not given. FTH_ERR_NOT_FOUND: its folder is not there. */
enum fth_status fth_cli_output_check(const struct fth_cli_call *call, const char *out,
                                     const char *const *inputs, int count,
                                     struct fth_error *error);

#endif
