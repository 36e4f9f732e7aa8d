/* SPDX-License-Identifier: Apache-2.0 */
/* What the world around a process may do to it: signals at any moment, streams that are closed or
 * full, pipes nobody reads, a full disk, hardly any descriptors or memory. One line and status 1 at
 * most, nothing half made under a final name, nothing hidden left but a journal. */
#include "cli.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/thread.h"

/* Whatever the shell does before the program proper. */
#define FIRST "version >.run/version; "
#define FATHOM "\"$FATHOM_BIN\" "

enum { FRAMES = 12, WIDTH = 96, HEIGHT = 64 };

static float noise(int x, int y, int frame)
{
    unsigned mixed = ((unsigned)x * 2654435761u) ^ ((unsigned)y * 40503u) ^ (unsigned)frame * 977u;
    return (float)(mixed >> 8 & 1023) / 1024;
}

static void make_clip(void)
{
    mkdir(fth_test_path("in"), 0777);
    mkdir(fth_test_path("out"), 0777);
    mkdir(fth_test_path("want"), 0777);
    for (int i = 1; i <= FRAMES; i++) {
        char name[32];
        snprintf(name, sizeof(name), "in/%04d.pfm", i);
        cli_write_pfm(name, WIDTH, HEIGHT, i, noise);
    }
}

/* No file in "out" but whole ones, which "want" has too, and journals. */
static void check_nothing_half_made(const char *when)
{
    char command[2048];
    DIR *folder = opendir(fth_test_path("out"));
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strstr(name, ".fathom-job."))
            continue;
        snprintf(command, sizeof(command), "cd '%s' && cmp -s 'out/%s' 'want/%s'",
                 fth_test_folder(), name, name);
        if (system(command) != 0)
            fth_test_fail(__FILE__, __LINE__, "%s: out/%s is not whole", when, name);
    }
    if (folder)
        closedir(folder);
    snprintf(command, sizeof(command), "rm -rf '%s/out' && mkdir '%s/out'", fth_test_folder(),
             fth_test_folder());
    FTH_CHECK(system(command) == 0);
}

/* ---- signals */

/* Starts the job, sends the signal after so long, waits; waitpid's status. */
static int strike(const char *out, int with, int after_us)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        if (chdir(fth_test_folder()) != 0 || !freopen(".run/err", "w", stderr))
            _exit(99);
        execl(getenv("FATHOM_BIN"), "fathom", "apply", "blur", "in/####.pfm", "--radius", "9", "-o",
              out, (char *)NULL);
        _exit(99);
    }
    usleep((useconds_t)after_us);
    kill(child, with);
    waitpid(child, &status, 0);
    return status;
}

/* Before the program has come to itself the signal kills it, which leaves nothing either. */
FTH_TEST(signals_at_any_moment)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    static const char *const outs[] = {"x.####.png", "x.mkv", "x.####.exr"};
    int cancelled = 0;
    char out[32];
    make_clip();
    for (size_t i = 0; i < FTH_ARRAY_COUNT(outs); i++) {
        cli_run("apply blur 'in/####.pfm' --radius 9 -o 'want/%s'", outs[i]);
        CLI_CHECK_DONE();
    }
    double begun_s = fth_clock_s();
    cli_run("apply blur 'in/####.pfm' --radius 9 -o 'out/x.mkv'");
    double whole_us = (fth_clock_s() - begun_s) * 1e6;
    check_nothing_half_made("a whole run");
    for (int i = 0; i < 18; i++) {
        int with = signals[i % 3];
        snprintf(out, sizeof(out), "out/%s", outs[i / 3 % 3]);
        int status = strike(out, with, (int)(whole_us * (i % 9 + 1) / 10));
        bool ended = WIFEXITED(status) && (WEXITSTATUS(status) == 130 || WEXITSTATUS(status) == 0);
        cancelled += WIFEXITED(status) && WEXITSTATUS(status) == 130;
        if (!ended && !(WIFSIGNALED(status) && WTERMSIG(status) == with))
            fth_test_fail(__FILE__, __LINE__, "signal %d: status %x", with, (unsigned)status);
        check_nothing_half_made("a signal");
    }
    FTH_CHECK(cancelled >= 2); /* otherwise the moments were chosen badly */
}

/* ---- streams */

/* What is said must not find its way into a file that got the number of a closed stream. */
FTH_TEST(closed_streams_get_no_file)
{
    static const char *const closed[] = {"<&-", ">&-", "2>&-", "<&- >&- 2>&-"};
    static const char *const outs[] = {"x.y4m", "x.####.exr", "x.mkv"};
    make_clip();
    for (size_t i = 0; i < FTH_ARRAY_COUNT(outs); i++) {
        cli_run("apply blur 'in/####.pfm' -o 'want/%s'", outs[i]);
        CLI_CHECK_DONE();
        for (size_t j = 0; j < FTH_ARRAY_COUNT(closed); j++) {
            cli_run("apply blur 'in/####.pfm' -o 'out/%s' --progress json --verbose %s", outs[i],
                    closed[j]);
            FTH_CHECK_INT(cli.status, 0);
            FTH_CHECK(cli_count_files("out") > 0);
            check_nothing_half_made(closed[j]);
        }
    }
    cli_run("version >&-");
    CLI_CHECK_REFUSED(1, "cannot write to standard output: Bad file descriptor");
    cli_run("apply blur 'in/####.pfm' -o - >&-");
    CLI_CHECK_REFUSED(1, "-: cannot be written: Bad file descriptor");
    cli_run("probe - <&-");
    CLI_CHECK_REFUSED(1, "-: there is no input");
}

FTH_TEST(full_streams_are_told)
{
    static const char *const words[] = {"version", "help --reference", "nodes --json",
                                        "probe in/0001.pfm --json", "probe in/0001.pfm",
                                        "cache show", "models list",
                                        "apply grade 'in/####.pfm' -o -"};
    if (access("/dev/full", W_OK) != 0)
        FTH_SKIP("there is no /dev/full here");
    make_clip();
    for (size_t i = 0; i < FTH_ARRAY_COUNT(words); i++) {
        cli_run("%s >/dev/full", words[i]);
        CLI_CHECK_REFUSED(1, "");
        FTH_CHECK(strstr(cli.err, "No space left") || strstr(cli.err, "is the disk full?"));
    }
    cli_run("apply grade in/none.pfm -o out/x.png 2>/dev/full");
    FTH_CHECK_INT(cli.status, 1);
    check_nothing_half_made("no room to complain");
}

FTH_TEST(a_reader_that_leaves_is_no_crash)
{
    make_clip();
    cli_run("probe in/0001.pfm --json | head -c 1 >.run/byte");
    FTH_CHECK_TEXT(cli.err, "");
    cli_run("help --reference | head -c 1 >.run/byte");
    FTH_CHECK_TEXT(cli.err, "");
    cli_run(FIRST "{ " FATHOM "apply grade 'in/####.pfm' -o -; echo $? >status; } | head -c 1 "
            ">.run/byte; exit $(cat status)");
    CLI_CHECK_REFUSED(1, "-: the program behind the pipe has ended after");
}

/* ---- want of room, descriptors, memory */

FTH_TEST(a_full_disk)
{
    static const char *const outs[] = {"x.mov", "x.mp4", "x.y4m", "x.####.png", "x.####.exr",
                                       "x.0001.tif", "x.0001.pfm", "x.0001.jpg"};
    cli_run("version; unshare -m true");
    if (geteuid() != 0 || cli.status != 0)
        FTH_SKIP("only root may mount");
    make_clip();
    for (size_t i = 0; i < FTH_ARRAY_COUNT(outs); i++) {
        bool still = strchr(outs[i], '.') && strstr(outs[i], ".0001.");
        cli_run(FIRST "unshare -m sh -c \"mount -t tmpfs -o size=4k none out && "
                "{ $FATHOM_BIN apply grade 'in/####.pfm' %s -o 'out/%s' || "
                "{ ls -A out; exit 1; }; }\"", still ? "--frames 1" : "", outs[i]);
        CLI_CHECK_REFUSED(1, "No space left on device");
        FTH_CHECK_TEXT(cli.out, "");
    }
}

FTH_TEST(a_pipe_without_end_leaves_room_on_the_disk)
{
    cli_run("version; unshare -m true");
    if (geteuid() != 0 || cli.status != 0)
        FTH_SKIP("only root may mount");
    cli_run("version; unshare -m sh -c \"mkdir -p spool && "
            "mount -t tmpfs -o size=80m none spool && "
            "yes | TMPDIR=spool $FATHOM_BIN probe - >/dev/null\"");
    CLI_CHECK_REFUSED(1, "would fill the disk of spool");
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif
#else
enum { SANITIZED = 0 };
#endif

/* The job under the limit is done to the same bytes, or says one line. */
static void check_limited(const char *limit, const char *out)
{
    cli_run(FIRST "ulimit %s; exec " FATHOM "apply blur 'in/####.pfm' -o 'out/%s'", limit, out);
    if (cli.status == 0)
        FTH_CHECK_TEXT(cli.err, "");
    else
        CLI_CHECK_REFUSED(1, "");
    check_nothing_half_made(limit);
}

FTH_TEST(few_descriptors)
{
    static const char *const outs[] = {"x.mkv", "x.####.png", "x.####.exr"};
    static const char *const limits[] = {"-n 16", "-n 8", "-n 6", "-n 5", "-n 4"};
    make_clip();
    for (size_t i = 0; i < FTH_ARRAY_COUNT(outs); i++) {
        cli_run("apply blur 'in/####.pfm' -o 'want/%s'", outs[i]);
        CLI_CHECK_DONE();
        for (size_t j = 0; j < FTH_ARRAY_COUNT(limits); j++)
            check_limited(limits[j], outs[i]);
    }
    cli_run(FIRST "ulimit -n 16; exec " FATHOM "apply blur 'in/####.pfm' -o 'out/x.####.exr'");
    CLI_CHECK_DONE(); /* so many are enough */
}

FTH_TEST(little_memory)
{
    static const char *const outs[] = {"x.mkv", "x.####.png", "x.####.exr"};
    static const char *const limits[] = {"-v 50000", "-v 100000", "-v 160000", "-v 220000",
                                         "-v 260000", "-v 300000", "-v 400000"};
    if (SANITIZED)
        FTH_SKIP("sanitizers map more than any limit");
    make_clip();
    for (size_t i = 0; i < FTH_ARRAY_COUNT(outs); i++) {
        cli_run("apply blur 'in/####.pfm' -o 'want/%s'", outs[i]);
        CLI_CHECK_DONE();
        for (size_t j = 0; j < FTH_ARRAY_COUNT(limits); j++)
            check_limited(limits[j], outs[i]);
    }
}

/* The verbs of whole workflows: %s is the folder they write into. */
static const char *const verbs[] = {
    "key 'in/####.pfm' --clean in/0001.pfm -o '%s/x.mkv'",
    "key 'in/####.pfm' --clean in/0001.pfm --auto --quiet --frames 1-2 -o '%s/y.####.exr'",
    "plate 'in/####.pfm' --frame-count 3 -o '%s/z.exr'",
    "example key_clean_plate 'in/####.pfm' -o '%s/w.####.png'",
    "render g.json -o 'a=%s/a.mov' -o 'b=%s/b.####.tif'"};

static void make_workflows(char lines[FTH_ARRAY_COUNT(verbs)][160], const char *folder)
{
    static const char document[] =
        "{\"fathom\":1,\"nodes\":{\"c\":{\"node\":\"media_in\",\"params\":{\"file\":"
        "\"in/####.pfm\"}},\"s\":{\"node\":\"blur\",\"inputs\":{\"input\":\"c\"}},\"a\":{\"node\":"
        "\"media_out\",\"inputs\":{\"input\":\"s\"}},\"b\":{\"node\":\"media_out\",\"inputs\":{"
        "\"input\":\"c\"}}}}";
    FTH_CHECK_INT(fth_file_write(fth_test_path("g.json"), document, strlen(document), true, NULL),
                  FTH_OK);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(verbs); i++) {
        const char *from = verbs[i], *place;
        lines[i][0] = '\0';
        for (; (place = strstr(from, "%s")); from = place + 2) {
            strncat(lines[i], from, (size_t)(place - from));
            strcat(lines[i], folder);
        }
        strcat(lines[i], from);
    }
}

FTH_TEST(workflows_in_want_of_everything)
{
    static const char *const limits[] = {"-f 1", "-f 8", "-n 16", "-n 6", "-v 160000", "-v 300000"};
    char lines[FTH_ARRAY_COUNT(verbs)][160];
    int refused = 0;
    make_clip();
    make_workflows(lines, "want");
    for (size_t i = 0; i < FTH_ARRAY_COUNT(verbs); i++) {
        cli_run("%s", lines[i]);
        CLI_CHECK_DONE();
    }
    make_workflows(lines, "out");
    for (size_t i = 0; i < FTH_ARRAY_COUNT(verbs); i++) {
        /* sanitizers map more than the last two */
        for (size_t j = 0; j < FTH_ARRAY_COUNT(limits) - (SANITIZED ? 2 : 0); j++) {
            cli_run(FIRST "ulimit %s; exec " FATHOM "%s", limits[j], lines[i]);
            refused += cli.status != 0;
            if (cli.status == 0)
                FTH_CHECK_TEXT(cli.err, "");
            else
                CLI_CHECK_REFUSED(1, "");
            check_nothing_half_made(limits[j]);
        }
    }
    FTH_CHECK(refused >= (int)FTH_ARRAY_COUNT(verbs)); /* else the limits were none */
}
