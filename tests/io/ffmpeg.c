/* SPDX-License-Identifier: Apache-2.0 */
/* Commands through the shell, in the folder of the running test. */
#include "ffmpeg.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "check.h"

/* Sanitised builds must not lend their settings (a preloaded runtime) to other programs. */
static int run(const char *arguments)
{
    char command[4096];
    int length = snprintf(command, sizeof(command),
                          "cd '%s' && unset LD_PRELOAD; exec ffmpeg -nostdin -hide_banner "
                          "-loglevel error -y %s >log.txt 2>&1", fth_test_folder(), arguments);
    return length < (int)sizeof(command) ? system(command) : -1;
}

bool ffmpeg_is_there(void)
{
    return system("command -v ffmpeg >/dev/null 2>&1") == 0;
}

bool ffmpeg_run(const char *format, ...)
{
    char arguments[3500];
    va_list list;
    va_start(list, format);
    vsnprintf(arguments, sizeof(arguments), format, list);
    va_end(list);
    if (run(arguments) == 0)
        return true;
    void *log = NULL;
    size_t size = 0;
    (void)fth_file_read(fth_test_path("log.txt"), 1 << 16, &log, &size, NULL);
    fth_test_fail(__FILE__, __LINE__, "ffmpeg %s: %.300s", arguments, log ? (char *)log : "");
    fth_free(log);
    return false;
}

long ffmpeg_count(const char *name, int width, int height)
{
    int file = -1;
    int64_t size = 0;
    if (!ffmpeg_run("-i %s -an -fps_mode passthrough -pix_fmt gray -f rawvideo count.gray", name) ||
        fth_file_open(fth_test_path("count.gray"), &file, &size, NULL) != FTH_OK)
        return -1;
    fclose(fdopen(file, "rb"));
    return (long)(size / width / height);
}
