/* SPDX-License-Identifier: Apache-2.0 */
/* An unlinked file and a list of what lies where in it. Space that is given up goes back to the
 * file system as a hole. */
#include "depth/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

struct record {
    enum fth_spool_kind kind;
    int64_t frame, offset;
    size_t size;
};

struct fth_spool {
    int file;
    int64_t end;
    struct record *records;
    size_t count, capacity;
};

static int open_in(const char *folder)
{
    struct fth_text path = {0};
    int file = -1;
    if (!folder || !*folder)
        return -1;
    fth_text_append(&path, "%s/.fathom-XXXXXX", folder);
    if (!path.failed)
        file = mkostemp(path.data, O_CLOEXEC);
    if (file >= 0)
        unlink(path.data);
    fth_text_clear(&path);
    return file;
}

enum fth_status fth_spool_create(const char *folder, struct fth_spool **result,
                                 struct fth_error *error)
{
    const char *wanted = getenv("TMPDIR");
    const char *const places[] = {wanted, "/tmp", folder};
    struct fth_spool *spool = fth_alloc(1, sizeof(*spool));
    if (!spool)
        return fth_fail_memory(error, sizeof(*spool), "working data");
    spool->file = -1;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(places) && spool->file < 0; i++)
        spool->file = open_in(places[i]);
    if (spool->file < 0) {
        fth_free(spool);
        return fth_fail(error, FTH_ERR_IO,
                        "depth: no file for working data can be made in %s (%s): set TMPDIR to a "
                        "folder that can be written",
                        wanted && *wanted ? wanted : "/tmp", strerror(errno));
    }
    *result = spool;
    return FTH_OK;
}

void fth_spool_destroy(struct fth_spool **pointer)
{
    struct fth_spool *spool = pointer ? *pointer : NULL;
    if (!spool)
        return;
    close(spool->file);
    fth_free(spool->records);
    fth_free(spool);
    *pointer = NULL;
}

/* The newest ones are asked for most. */
static struct record *find(const struct fth_spool *spool, enum fth_spool_kind kind, int64_t frame)
{
    for (size_t i = spool->count; i-- > 0;) {
        if (spool->records[i].kind == kind && spool->records[i].frame == frame)
            return &spool->records[i];
    }
    return NULL;
}

bool fth_spool_has(const struct fth_spool *spool, enum fth_spool_kind kind, int64_t frame)
{
    return find(spool, kind, frame) != NULL;
}

static enum fth_status write_all(int file, const char *bytes, size_t size, int64_t offset,
                                 struct fth_error *error)
{
    while (size > 0) {
        ssize_t done = pwrite(file, bytes, size, offset);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return fth_fail(error, FTH_ERR_IO,
                            "depth: working data cannot be put aside (%s): set TMPDIR to a folder "
                            "with more room",
                            strerror(done < 0 ? errno : ENOSPC));
        bytes += done;
        size -= (size_t)done;
        offset += done;
    }
    return FTH_OK;
}

enum fth_status fth_spool_put(struct fth_spool *spool, enum fth_spool_kind kind, int64_t frame,
                              const void *bytes, size_t size, struct fth_error *error)
{
    struct record *record = find(spool, kind, frame);
    if (!record && spool->count == spool->capacity) {
        size_t capacity = FTH_MAX(2 * spool->capacity, 256);
        struct record *grown = fth_realloc(spool->records, capacity, sizeof(*grown));
        if (!grown)
            return fth_fail_memory(error, capacity * sizeof(*grown), "working data");
        spool->records = grown;
        spool->capacity = capacity;
    }
    enum fth_status status = write_all(spool->file, bytes, size, spool->end, error);
    if (status != FTH_OK)
        return status;
    if (!record)
        record = &spool->records[spool->count++];
    *record = (struct record){kind, frame, spool->end, size};
    spool->end += (int64_t)size;
    return FTH_OK;
}

enum fth_status fth_spool_get(struct fth_spool *spool, enum fth_spool_kind kind, int64_t frame,
                              void **bytes, size_t *size, struct fth_error *error)
{
    const struct record *record = find(spool, kind, frame);
    if (!record)
        return fth_fail(error, FTH_ERR_NOT_FOUND, "depth: nothing is put aside for frame %lld",
                        (long long)frame);
    char *out = fth_alloc(record->size + 1, 1);
    if (!out)
        return fth_fail_memory(error, record->size, "working data");
    for (size_t done = 0; done < record->size;) {
        ssize_t got = pread(spool->file, out + done, record->size - done,
                            record->offset + (int64_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            fth_free(out);
            return fth_fail(error, FTH_ERR_IO, "depth: working data cannot be read back (%s)",
                            strerror(got < 0 ? errno : EIO));
        }
        done += (size_t)got;
    }
    *bytes = out;
    *size = record->size;
    return FTH_OK;
}

/* Where the file system has holes. */
static void punch(const struct fth_spool *spool, const struct record *record)
{
    (void)fallocate(spool->file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, record->offset,
                    (off_t)record->size);
}

void fth_spool_drop(struct fth_spool *spool, enum fth_spool_kind kind, int64_t frame)
{
    struct record *record = find(spool, kind, frame);
    if (!record)
        return;
    punch(spool, record);
    *record = spool->records[--spool->count];
}

void fth_spool_keep_only(struct fth_spool *spool, int64_t first, int64_t last)
{
    size_t kept = 0;
    for (size_t i = 0; i < spool->count; i++) {
        const struct record *record = &spool->records[i];
        if (record->frame >= first && record->frame <= last) {
            spool->records[kept++] = *record;
            continue;
        }
        punch(spool, record);
    }
    spool->count = kept;
    if (kept == 0 && ftruncate(spool->file, 0) == 0)
        spool->end = 0;
}
