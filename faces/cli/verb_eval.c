/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"
int fth_cli_run_eval(const struct fth_cli_call *call){(void)call;return 1;}
