/* SPDX-License-Identifier: Apache-2.0 */
/* Ctrl-C: status 130 within a frame, finished files whole, nothing unfinished left. */
#include "cli.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/thread.h"

enum { LONG = 2000 };

static float noise(int x, int y, int frame)
{
    unsigned mixed = ((unsigned)x * 2654435761u) ^ ((unsigned)y * 40503u) ^ (unsigned)frame * 97u;
    return (float)(mixed >> 8 & 1023) / 1024;
}

/* A long clip that takes no room: every frame is a link to one picture. */
static void make_clip(void)
{
    FTH_REQUIRE(mkdir(fth_test_path("clip"), 0777) == 0);
    cli_write_pfm("clip/still", 320, 240, 1, noise);
    for (int i = 1; i <= LONG; i++) {
        char name[32];
        snprintf(name, sizeof(name), "clip/%04d.pfm", i);
        FTH_REQUIRE(symlink("still", fth_test_path(name)) == 0);
    }
}

/* Starts a job of many frames with its stderr in a pipe; *from gets the reading end. */
static pid_t start(const char *out, int *from)
{
    int ends[2];
    if (pipe(ends) != 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        if (chdir(fth_test_folder()) != 0)
            _exit(99);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl(getenv("FATHOM_BIN"), "fathom", "apply", "blur", "clip/####.pfm", "--radius", "40",
              "--progress", "json", "-o", out, (char *)NULL);
        _exit(99);
    }
    close(ends[1]);
    *from = ends[0];
    return child;
}

/* Waits for a line that says `done` is at least 2. */
static bool wait_for_work(int from)
{
    char text[65536];
    size_t length = 0;
    while (length + 1 < sizeof(text)) {
        ssize_t count = read(from, text + length, sizeof(text) - 1 - length);
        if (count <= 0)
            return false;
        length += (size_t)count;
        text[length] = '\0';
        if (strstr(text, "\"done\": 2"))
            return true;
    }
    return false;
}

static void drain(int from, char *tail, size_t size)
{
    ssize_t count;
    size_t length = 0;
    char text[4096];
    while ((count = read(from, text, sizeof(text))) > 0) {
        if (length + (size_t)count >= size)
            length = 0;
        memcpy(tail + length, text, (size_t)count);
        length += (size_t)count;
    }
    tail[length] = '\0';
    close(from);
}

static void cancel_job(const char *out, int with)
{
    int from = -1, status = 0;
    char said[16384] = "";
    make_clip();
    pid_t child = start(out, &from);
    FTH_REQUIRE(child > 0);
    bool working = wait_for_work(from);
    FTH_CHECK(working);
    double asked_s = fth_clock_s();
    kill(child, with);
    drain(from, said, sizeof(said));
    waitpid(child, &status, 0);
    FTH_CHECK(WIFEXITED(status));
    FTH_CHECK_INT(WEXITSTATUS(status), 130);
    FTH_CHECK(strstr(said, strchr(out, '#') ? "fathom: cancelled; finished frames stay, the same "
                                              "command with --resume makes the others\n"
                                            : "fathom: cancelled\n"));
    /* a frame of this job takes some ten milliseconds; a busy machine under sanitizers, seconds */
    FTH_CHECK(fth_clock_s() - asked_s < 10);
}

FTH_TEST(cancel_leaves_no_video)
{
    cancel_job("out.mkv", SIGINT);
    FTH_CHECK_INT(cli_count_files("."), 1); /* the clip */
}

FTH_TEST(cancel_by_sigterm)
{
    cancel_job("out.mov", SIGTERM);
    FTH_CHECK_INT(cli_count_files("."), 1);
}

FTH_TEST(cancel_keeps_finished_frames)
{
    cancel_job("out.####.pfm", SIGINT);
    int count = cli_count_files(".") - 2; /* the clip, and what --resume goes by */
    FTH_CHECK(count >= 1 && count < LONG);
    /* whole ones under their own names, in order and without a gap */
    for (int i = 1; i <= count; i++) {
        char name[32];
        snprintf(name, sizeof(name), "out.%04d.pfm", i);
        FTH_CHECK(isfinite(cli_read_mean(name, 0, 320)));
    }
}
