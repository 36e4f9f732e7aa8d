/* SPDX-License-Identifier: Apache-2.0 */
/* The lock is the file's own (flock), so that it ends with the process whatever happens to it. */
#include "infer/part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

enum { LARGEST_NOTE = 8192 };

static enum fth_status fail_write(const struct fth_part *part, struct fth_error *error)
{
    bool is_full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    return fth_fail(error, FTH_ERR_IO, "%s: cannot write: %s%s", part->path, strerror(errno),
                    is_full ? "; what came is kept, make room and run the command again" : "");
}

/* Is the open file still the one of that name? Another process may have published it meanwhile. */
static bool is_current(const struct fth_part *part)
{
    struct stat opened, named;
    return fstat(part->file, &opened) == 0 && stat(part->path, &named) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

static enum fth_status open_locked(struct fth_part *part, struct fth_error *error)
{
    int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    struct stat info;
    part->file = open(part->path, flags, 0666);
    if (part->file < 0)
        return fail_write(part, error);
    if (flock(part->file, LOCK_EX | LOCK_NB) != 0 || !is_current(part))
        return fth_fail(error, FTH_ERR_EXISTS, "%s: another process is downloading this file",
                        part->path);
    if (fstat(part->file, &info) != 0 || !S_ISREG(info.st_mode))
        return fth_fail(error, FTH_ERR_IO, "%s: not a regular file", part->path);
    part->size = info.st_size;
    return FTH_OK;
}

/* The note is two lines: the address, and the ETag or nothing. False when it is of another file. */
static bool read_note(struct fth_part *part, const char *url)
{
    void *bytes = NULL;
    size_t size = 0;
    if (fth_file_read(part->note_path, LARGEST_NOTE, &bytes, &size, NULL) != FTH_OK)
        return false;
    const char *text = bytes;
    size_t length = strlen(url);
    bool same = strncmp(text, url, length) == 0 && text[length] == '\n';
    const char *etag = same ? text + length + 1 : "";
    int etag_length = (int)strcspn(etag, "\n");
    if (etag_length < FTH_ETAG)
        snprintf(part->etag, sizeof(part->etag), "%.*s", etag_length, etag);
    fth_free(bytes);
    return same;
}

static enum fth_status empty(struct fth_part *part, struct fth_error *error)
{
    part->etag[0] = '\0';
    part->size = 0;
    return ftruncate(part->file, 0) == 0 ? FTH_OK : fail_write(part, error);
}

enum fth_status fth_part_open(struct fth_part *part, const char *final, const char *url,
                              bool is_summed, struct fth_error *error)
{
    struct fth_text path = {0}, note_path = {0};
    fth_text_append(&path, "%s.part", final);
    fth_text_append(&note_path, "%s.part.from", final);
    *part = (struct fth_part){path.data, note_path.data, .file = -1};
    enum fth_status status = path.failed || note_path.failed
                                 ? fth_fail_memory(error, strlen(final), "a path")
                                 : open_locked(part, error);
    if (status != FTH_OK)
        return status;
    bool is_known = read_note(part, url);
    return is_known && (part->etag[0] || is_summed) ? FTH_OK : empty(part, error);
}

enum fth_status fth_part_restart(struct fth_part *part, const char *url, const char *etag,
                                 struct fth_error *error)
{
    struct fth_text note = {0};
    enum fth_status status = empty(part, error);
    fth_text_append(&note, "%s\n%s\n", url, etag);
    if (status == FTH_OK && note.failed)
        status = fth_fail_memory(error, note.length, "a note");
    if (status == FTH_OK)
        status = fth_file_write(part->note_path, note.data, note.length, true, error);
    if (status == FTH_OK)
        snprintf(part->etag, sizeof(part->etag), "%s", etag);
    fth_text_clear(&note);
    return status;
}

enum fth_status fth_part_append(struct fth_part *part, const void *bytes, size_t count,
                                struct fth_error *error)
{
    const char *at = bytes;
    while (count > 0) {
        ssize_t n = write(part->file, at, count);
        if (n < 0 && errno != EINTR)
            return fail_write(part, error);
        at += n > 0 ? n : 0;
        count -= n > 0 ? (size_t)n : 0;
        part->size += n > 0 ? n : 0;
    }
    return FTH_OK;
}

enum fth_status fth_part_publish(struct fth_part *part, const char *final, struct fth_error *error)
{
    enum fth_status status = fth_file_publish(part->path, final, true, error);
    if (status == FTH_OK)
        unlink(part->note_path);
    return status;
}

void fth_part_discard(struct fth_part *part)
{
    unlink(part->path);
    unlink(part->note_path);
}

void fth_part_close(struct fth_part *part)
{
    /* without the lock it is somebody else's */
    struct stat info;
    if (part->file >= 0 && flock(part->file, LOCK_EX | LOCK_NB) == 0 && is_current(part) &&
        fstat(part->file, &info) == 0 && info.st_size == 0)
        fth_part_discard(part);
    if (part->file >= 0)
        close(part->file);
    fth_free(part->path);
    fth_free(part->note_path);
    *part = (struct fth_part){.file = -1};
}
