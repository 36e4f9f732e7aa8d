/* SPDX-License-Identifier: Apache-2.0 */
/* The one line on stderr that is drawn over and over, and gives way to any other. */
#ifndef FTH_CLI_LINE_H
#define FTH_CLI_LINE_H

#include <stdbool.h>

/* Shows `line` in place of what stood there, cut to `width` columns. */
void fth_cli_line_draw(const char *line, int width);
bool fth_cli_line_is_up(void);
/* Wipes it, so that another line can take its place. */
void fth_cli_line_clear(void);

#endif
