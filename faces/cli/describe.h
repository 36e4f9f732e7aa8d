/* SPDX-License-Identifier: Apache-2.0 */
/* A row of a table in words: used by help, man page and reference alike. */
#ifndef FTH_CLI_DESCRIBE_H
#define FTH_CLI_DESCRIBE_H

#include "base/text.h"
#include "fathom/fathom.h"
#include "options.h"

/* "--far-limit X", "--[no-]invert", "--key FILE". */
void fth_cli_describe_option(struct fth_text *text, const struct fth_cli_option *option);
/* "Far Limit. Black level of the map. 0 to 1, default 0. Only with --adjust-map-levels." */
void fth_cli_describe_meaning(struct fth_text *text, const struct fth_cli_option *option);

/* The parts of it. */
void fth_cli_describe_range(struct fth_text *text, const struct fth_param *param);
void fth_cli_describe_default(struct fth_text *text, const struct fth_param *param);
/* `table` holds the row that the condition names, `aliases` what the face calls it (or
 * NULL); nothing when there is no condition. */
void fth_cli_describe_when(struct fth_text *text, const struct fth_param *param,
                           const struct fth_param *table, const struct fth_cli_alias *aliases);
/* "number", "a,b", ... */
const char *fth_cli_describe_type(enum fth_param_type type);

#endif
