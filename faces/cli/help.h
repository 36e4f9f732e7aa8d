/* SPDX-License-Identifier: Apache-2.0 */
/* Helps for people at a terminal, wrapped to its width. */
#ifndef FTH_CLI_HELP_H
#define FTH_CLI_HELP_H

#include "base/text.h"
#include "fathom/fathom.h"
#include "options.h"
#include "verbs.h"

/* The program: what it is, its verbs. On stdout. */
void fth_cli_help_overview(void);
/* One verb, or one verb driving one node. On stdout; returns the exit status. */
int fth_cli_help_print(const struct fth_cli_verb *verb, const struct fth_node_type *node);

/* One option, wrapped, as helps show it. */
void fth_cli_help_option(struct fth_text *text, const struct fth_cli_option *option, int width);

/* The node called `id` (dashes count as underscores); FTH_ERR_USAGE with the nearest spelling. */
enum fth_status fth_cli_find_node(const char *id, const struct fth_node_type **node,
                                  struct fth_error *error);

/* The headings of `options` in the order to show them: the `index`th, or NULL past the end.
 * "Common" comes last. */
const char *fth_cli_section_at(const struct fth_cli_options *options, size_t index);
bool fth_cli_in_section(const struct fth_cli_option *option, const char *section);

#endif
