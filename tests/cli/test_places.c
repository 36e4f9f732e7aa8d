/* SPDX-License-Identifier: Apache-2.0 */
/* Whose files are touched, and who may read what is made: links in the way are not followed, and
 * what is written has the mode the user's umask gives. */
#include "cli.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* Whatever the shell does before the program proper. */
#define FIRST "version >.run/version; "

static const char *const outs[] = {"x.png", "x.exr", "x.tif", "x.pfm", "x.jpg", "x.mkv", "x.mp4",
                                   "x.y4m", "x.0001.png"};

static float slope(int x, int y, int frame)
{
    (void)frame;
    return (float)(x + y) / 64;
}

static int mode_of(const char *name)
{
    struct stat info;
    return lstat(fth_test_path(name), &info) == 0 ? (int)(info.st_mode & 07777) : -1;
}

FTH_TEST(outputs_have_the_mode_of_the_umask)
{
    static const struct {
        const char *umask;
        int mode;
    } cases[] = {{"022", 0644}, {"077", 0600}, {"002", 0664}};
    cli_write_pfm("in.pfm", 32, 16, 1, slope);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        for (size_t j = 0; j < FTH_ARRAY_COUNT(outs); j++) {
            cli_run(FIRST "umask %s; rm -f %s; $FATHOM_BIN apply grade in.pfm -o %s",
                    cases[i].umask, outs[j], outs[j]);
            CLI_CHECK_DONE();
            FTH_CHECK_INT(mode_of(outs[j]), cases[i].mode);
        }
    }
}

static void check_victim(const char *what)
{
    cli_run(FIRST "cat victim");
    if (strcmp(cli.out, "mine\n") != 0)
        fth_test_fail(__FILE__, __LINE__, "%s: written through a link: \"%.9s\"", what, cli.out);
}

/* A name that is a link is taken: refused, or with --overwrite itself replaced by the file. */
FTH_TEST(links_in_the_way_are_not_followed)
{
    cli_write_pfm("in.pfm", 32, 16, 1, slope);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(outs); i++) {
        cli_run(FIRST "echo mine >victim; ln -sf victim %s; ln -sf nowhere n%s; true", outs[i],
                outs[i]);
        cli_run("apply grade in.pfm -o %s", outs[i]);
        CLI_CHECK_REFUSED(1, "exists");
        cli_run("apply grade in.pfm -o n%s", outs[i]);
        CLI_CHECK_REFUSED(1, "exists");
        check_victim(outs[i]);
        FTH_CHECK(!cli_exists("nowhere"));
        cli_run("apply grade in.pfm -o %s --overwrite", outs[i]);
        CLI_CHECK_DONE();
        check_victim(outs[i]);
        cli_run(FIRST "test -f %s -a ! -L %s", outs[i], outs[i]);
        FTH_CHECK_INT(cli.status, 0);
        cli_run("apply grade in.pfm -o n%s --overwrite", outs[i]);
        CLI_CHECK_DONE();
        FTH_CHECK(!cli_exists("nowhere"));
    }
}

/* The names of unfinished files can be guessed: the shell's process becomes the program's. */
FTH_TEST(links_at_guessed_names_are_not_followed)
{
    cli_write_pfm("in.pfm", 32, 16, 1, slope);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(outs); i++) {
        const char *dot = strrchr(outs[i], '.');
        int stem = (int)(dot - outs[i]);
        cli_run(FIRST "echo mine >victim; rm -f %s .x*; for i in 0 1 2 3; do "
                "ln -s victim .%.*s.fathom-$$-$i%s; done; ln -s victim .%s.fathom-job.0-0; "
                "exec $FATHOM_BIN apply grade in.pfm -o %s", outs[i], stem, outs[i], dot, outs[i],
                outs[i]);
        bool has_journal = strcmp(dot, ".mkv") == 0 || strcmp(dot, ".mp4") == 0 ||
                           strcmp(dot, ".y4m") == 0;
        if (has_journal)
            CLI_CHECK_REFUSED(1, "cannot write the job's journal");
        else
            CLI_CHECK_DONE();
        check_victim(outs[i]);
        cli_run(FIRST "rm -f %s .%s.fathom-job.0-0; for i in 0 1 2 3; do "
                "ln -s victim .%.*s.fathom-$$-$i%s; done; "
                "exec $FATHOM_BIN apply grade in.pfm -o %s", outs[i], outs[i], stem, outs[i], dot,
                outs[i]);
        CLI_CHECK_DONE();
        check_victim(outs[i]);
        FTH_CHECK(cli_exists(outs[i]));
    }
}
