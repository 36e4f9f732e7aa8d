/* SPDX-License-Identifier: Apache-2.0 */
/* Ctrl-C and friends: the first asks the running session to stop, the second kills. */
#ifndef FTH_CLI_SIGNALS_H
#define FTH_CLI_SIGNALS_H

#include <stdbool.h>

#include "fathom/fathom.h"

/* Installs the handlers. Closed pipes become write errors instead of deaths. */
void fth_cli_signals_watch(void);
/* The session to cancel; NULL: none. */
void fth_cli_signals_session(struct fth_session *session);
/* True once somebody asked to stop. */
bool fth_cli_signals_asked(void);

#endif
