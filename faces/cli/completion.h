/* SPDX-License-Identifier: Apache-2.0 */
/* Shell completion, printed from the tables. */
#ifndef FTH_CLI_COMPLETION_H
#define FTH_CLI_COMPLETION_H

#include <stdbool.h>

/* bash, zsh or fish, on stdout; false for another shell. */
bool fth_cli_completion_print(const char *shell);

#endif
