/* SPDX-License-Identifier: Apache-2.0 */
/* The line that updates itself. */
#include "line.h"

#include <stdio.h>

static bool line_is_up;

void fth_cli_line_draw(const char *line, int width)
{
    flockfile(stderr);
    fprintf(stderr, "\r\033[K%.*s", width - 1, line);
    fflush(stderr);
    line_is_up = true;
    funlockfile(stderr);
}

bool fth_cli_line_is_up(void)
{
    return line_is_up;
}

void fth_cli_line_clear(void)
{
    if (!line_is_up)
        return;
    fputs("\r\033[K", stderr);
    line_is_up = false;
}
