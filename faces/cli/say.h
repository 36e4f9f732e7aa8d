/* SPDX-License-Identifier: Apache-2.0 */
/* What the program says to people and to other programs: errors, remarks and JSON lines on stderr.
 * Results go to stdout and are checked once at the end. */
#ifndef FTH_CLI_SAY_H
#define FTH_CLI_SAY_H

#include <stdbool.h>

#include "base/json.h"
#include "fathom/fathom.h"

enum fth_cli_exit {
    FTH_CLI_DONE = 0,
    FTH_CLI_FAILED = 1,
    FTH_CLI_USAGE = 2,
    FTH_CLI_CANCELLED = 130
};

/* How loud to be; set once, before the first word. */
struct fth_cli_voice {
    bool quiet, verbose, log_json;
};

void fth_cli_say_setup(struct fth_cli_voice voice);

/* Prints the error as one line and returns the exit status that goes with it. */
int fth_cli_say_error(const struct fth_error *error);
/* The same for a call's answer: FTH_OK is FTH_CLI_DONE and prints nothing. */
int fth_cli_say_status(enum fth_status status, const struct fth_error *error);
/* A remark of the face's own; shown and formatted like the library's. */
void fth_cli_say_remark(enum fth_remark_level level, const char *line);

/* Prints `object` as one line of JSON on stderr and frees it. */
void fth_cli_say_json(struct fth_json *object);
/* Prints `root` on stdout and frees it. */
int fth_cli_print_json(struct fth_json *root);

/* Instead of FTH_CLI_DONE, of what only prints: FTH_CLI_FAILED, and a line, when memory was out for
 * a part of it. */
int fth_cli_say_printed(void);

/* Flushes stdout. A reader that went away is no reason for words; a full disk is. */
int fth_cli_say_goodbye(int exit_status);

#endif
