/* SPDX-License-Identifier: Apache-2.0 */
/* What 'fathom graph' does in files of their own. Each returns the exit status. */
#ifndef FTH_CLI_VERB_GRAPH_H
#define FTH_CLI_VERB_GRAPH_H

#include "verbs.h"

int fth_cli_graph_import(const struct fth_cli_call *call, struct fth_session *session);
int fth_cli_graph_export(const struct fth_cli_call *call, struct fth_session *session);

#endif
