/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the real program as a user types it, in the test's own folder. */
#ifndef FTH_TESTS_CLI_H
#define FTH_TESTS_CLI_H

#include <stdbool.h>

#include "base/json.h"
#include "check.h"

/* What the last command said. */
struct cli_answer {
    int status;
    char *out, *err;
};
extern struct cli_answer cli;

/* cli_run("depth in.pfm -o %s", name): through a shell, so quote what must not be split. The
 * program is $FATHOM_BIN, its cache a folder of this test. */
void cli_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The last command's status, and that stderr is one line holding `words`. */
#define CLI_CHECK_REFUSED(wanted, words)                                                           \
    do {                                                                                           \
        FTH_CHECK_INT(cli.status, wanted);                                                         \
        if (!cli_is_one_line(cli.err, words))                                                      \
            fth_test_fail(__FILE__, __LINE__, "stderr is \"%s\", wanted \"%s\"", cli.err,          \
                          words);                                                                  \
    } while (0)
#define CLI_CHECK_DONE()                                                                           \
    do {                                                                                           \
        if (cli.status != 0)                                                                       \
            fth_test_fail(__FILE__, __LINE__, "status %d: %s", cli.status, cli.err);               \
    } while (0)
bool cli_is_one_line(const char *text, const char *words);

/* stdout as JSON (destroy it), or NULL after a failed check. */
struct fth_json *cli_json(const char *file, int line);

bool cli_exists(const char *name);
/* Files in the folder `name` of the test's folder ("." is itself), hidden ones too. */
int cli_count_files(const char *name);

/* Still pictures as PFM: `shade` gives each pixel's value. */
typedef float cli_shade(int x, int y, int frame);
void cli_write_pfm(const char *name, int width, int height, int frame, cli_shade *shade);
/* The mean of a PFM's first channel over columns x0..x1-1; NAN when it cannot be read. */
double cli_read_mean(const char *name, int x0, int x1);

#endif
