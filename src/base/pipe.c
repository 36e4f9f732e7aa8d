/* SPDX-License-Identifier: Apache-2.0 */
/* The spool of standard input. */
#include "base/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/mem.h"

enum { CHUNK = 1 << 20, LARGE = 64 << 20 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int spool = -1; /* once read */
static int64_t spool_size;

bool fth_pipe_is_named(const char *path)
{
    return strcmp(path, "-") == 0;
}

static enum fth_status open_spool(int *file, const char **folder, struct fth_error *error)
{
    const char *folders[] = {getenv("TMPDIR"), "/var/tmp", "/tmp"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(folders); i++) {
        if (!folders[i] || !folders[i][0])
            continue;
        *folder = folders[i];
        *file = open(folders[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        char name[4096];
        int length = snprintf(name, sizeof(name), "%s/fathom-pipe-XXXXXX", folders[i]);
        if (*file < 0 && length < (int)sizeof(name) && (*file = mkostemp(name, O_CLOEXEC)) >= 0)
            unlink(name); /* where a folder has no files without names */
        if (*file >= 0)
            return FTH_OK;
    }
    return fth_fail(error, FTH_ERR_IO, "-: no folder to keep what comes through the pipe in; set "
                                       "TMPDIR to one that can be written");
}

static bool write_fully(int file, const char *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = write(file, bytes + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

/* A pipe that never ends may not fill the disk: a twentieth of it stays free for others. */
static bool leaves_room(int file)
{
    struct statvfs disk;
    return fstatvfs(file, &disk) != 0 || disk.f_bavail >= disk.f_blocks / 20;
}

/* Copies standard input to its end. poll is never restarted after a signal, unlike read. */
static enum fth_status copy_input(int file, const char *folder, char *chunk,
                                  struct fth_error *error)
{
    for (;;) {
        struct pollfd wait = {.fd = STDIN_FILENO, .events = POLLIN};
        if (poll(&wait, 1, -1) < 0 && errno == EINTR)
            return fth_fail(error, FTH_CANCELLED, "cancelled");
        ssize_t n = read(STDIN_FILENO, chunk, CHUNK);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n < 0)
            return fth_fail(error, FTH_ERR_IO, "-: cannot read: %s", strerror(errno));
        if (n == 0)
            break;
        if (spool_size >= LARGE && !leaves_room(file))
            return fth_fail(error, FTH_ERR_LIMIT, "-: what comes through the pipe would fill the "
                            "disk of %s (%lld MiB so far); set TMPDIR to a folder with room",
                            folder, (long long)(spool_size >> 20));
        if (!write_fully(file, chunk, (size_t)n))
            return fth_fail(error, FTH_ERR_IO, "-: cannot keep what comes through the pipe in %s: "
                            "%s; set TMPDIR to a folder with room", folder, strerror(errno));
        spool_size += n;
    }
    if (spool_size == 0)
        return fth_fail(error, FTH_ERR_DATA, "-: nothing came through the pipe");
    return FTH_OK;
}

static enum fth_status read_input(struct fth_error *error)
{
    struct stat info;
    if (isatty(STDIN_FILENO))
        return fth_fail(error, FTH_ERR_USAGE, "-: the input is a terminal; pipe footage into it");
    int mode = fcntl(STDIN_FILENO, F_GETFL);
    if (mode >= 0 && (mode & O_ACCMODE) == O_WRONLY) /* a face's stand-in for a closed one, say */
        return fth_fail(error, FTH_ERR_IO, "-: there is no input");
    if (fstat(STDIN_FILENO, &info) != 0)
        return fth_fail(error, FTH_ERR_IO, "-: there is no input: %s", strerror(errno));
    if (S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode) || S_ISDIR(info.st_mode))
        return fth_fail(error, FTH_ERR_IO, "-: the input is a %s; pipe footage into it",
                        S_ISDIR(info.st_mode) ? "folder" : "device");
    if (S_ISREG(info.st_mode)) {
        spool = STDIN_FILENO;
        spool_size = info.st_size;
        return FTH_OK;
    }
    const char *folder = NULL;
    int file = -1;
    enum fth_status status = open_spool(&file, &folder, error);
    if (status != FTH_OK)
        return status;
    char *chunk = fth_alloc(CHUNK, 1);
    spool_size = 0;
    status = chunk ? copy_input(file, folder, chunk, error) : fth_fail_memory(error, CHUNK, "-");
    fth_free(chunk);
    if (status == FTH_OK)
        spool = file;
    else
        close(file);
    return status;
}

enum fth_status fth_pipe_open(int *file, int64_t *size, struct fth_error *error)
{
    char name[48];
    pthread_mutex_lock(&lock);
    enum fth_status status = spool < 0 ? read_input(error) : FTH_OK;
    snprintf(name, sizeof(name), "/proc/self/fd/%d", spool);
    int64_t length = spool_size;
    pthread_mutex_unlock(&lock);
    if (status != FTH_OK)
        return status;
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fth_fail(error, FTH_ERR_IO, "-: cannot be read again: %s", strerror(errno));
    *file = fd;
    *size = length;
    return FTH_OK;
}
