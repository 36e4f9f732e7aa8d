/* SPDX-License-Identifier: Apache-2.0 */
/* Text laid out in columns for a terminal. */
#ifndef FTH_CLI_WRAP_H
#define FTH_CLI_WRAP_H

#include "base/text.h"

/* Columns of the terminal behind a file descriptor; 80 when it is none. 40..120. */
int fth_cli_terminal_width(int descriptor);

/* Appends the words of `words` between columns `indent` and `width`, the first line from column
 * `column` on, and ends the line. */
void fth_cli_wrap(struct fth_text *text, const char *words, int column, int indent, int width);

#endif
