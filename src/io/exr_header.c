/* SPDX-License-Identifier: Apache-2.0 */
/* OpenEXR's C library asks for as much memory as an attribute of the header says it is long, before
 * it looks whether the file has so much. So every length is held against the file first. */
#include "io/exr_header.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/file.h"
#include "base/seal.h"
#include "io/internal.h"

enum { START = 8, MANY_PARTS = 0x10, NAME_LIMIT = 256, ROOM = 4096 };

/* A stretch of the file. */
struct window {
    int fd;
    int64_t size, at, count; /* of the file; of the bytes: where they begin, how many there are */
    unsigned char bytes[ROOM];
};

/* `count` bytes from `at` on; NULL: the file ends before. */
static const unsigned char *look(struct window *w, int64_t at, int64_t count)
{
    if (at > w->size - count)
        return NULL;
    if (at < w->at || at + count > w->at + w->count) {
        w->at = at;
        w->count = FTH_MIN((int64_t)ROOM, w->size - at);
        if (!fth_file_read_at(w->fd, w->bytes, (size_t)w->count, at))
            w->count = 0;
    }
    return w->count >= count ? w->bytes + (at - w->at) : NULL;
}

/* Bytes of the text at `at` with its zero; 0: it does not end. */
static int64_t text_size(struct window *w, int64_t at)
{
    int64_t most = FTH_MIN((int64_t)NAME_LIMIT, w->size - at);
    const unsigned char *text = most > 0 ? look(w, at, most) : NULL;
    const unsigned char *end = text ? memchr(text, 0, (size_t)most) : NULL;
    return end ? end - text + 1 : 0;
}

/* False: an attribute claims so many bytes that the file has not. */
static bool fits(int fd, int64_t size, int64_t *claimed)
{
    struct window w = {.fd = fd, .size = size};
    const unsigned char *start = look(&w, 0, START);
    bool many = start && (start[5] & MANY_PARTS);
    bool ended = false; /* one header has; another empty name behind it ends them all */
    for (int64_t at = START;;) {
        int64_t name = text_size(&w, at);
        if (name == 1 && (ended || !many))
            return true;
        ended = name == 1;
        at += name;
        if (ended)
            continue;
        int64_t kind = name ? text_size(&w, at) : 0;
        const unsigned char *length = kind ? look(&w, at + kind, 4) : NULL;
        if (!length)
            return true; /* no header, or one that is cut: the library says so */
        uint32_t count = length[0] | (uint32_t)length[1] << 8 | (uint32_t)length[2] << 16 |
                         (uint32_t)length[3] << 24;
        at += kind + 4;
        if ((int64_t)count > size - at) {
            *claimed = count;
            return false;
        }
        at += count;
    }
}

enum fth_status fth_exr_header_check(const char *path, int fd, int64_t size,
                                     struct fth_error *error)
{
    int64_t claimed = 0;
    if (fits(fd, size, &claimed))
        return FTH_OK;
    return fth_fail(error, FTH_ERR_DATA, "%s: exr: damaged or cut short: an attribute says it is "
                    "of %lld bytes", path, (long long)claimed);
}

const char *fth_exr_compression_name(unsigned compression)
{
    static const char *const names[] = {"none", "rle",  "zips", "zip",  "piz",
                                        "pxr24", "b44", "b44a", "dwaa", "dwab"};
    return compression < FTH_ARRAY_COUNT(names) ? names[compression] : "unknown";
}

int64_t fth_exr_read_bytes(int fd, void *buffer, uint64_t size, uint64_t offset)
{
    for (uint64_t done = 0; done < size;) {
        ssize_t n = offset + done > INT64_MAX ? 0
                                              : pread(fd, (char *)buffer + done, size - done,
                                                      (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            return (int64_t)done;
        done += (uint64_t)n;
    }
    return (int64_t)size;
}

enum fth_status fth_exr_hold(const struct fth_decode *how, int fd, int64_t size,
                             struct fth_plane **held, struct fth_error *error)
{
    enum { WIDTH = 4096, ROW_SIZE = WIDTH * (int)sizeof(float), MOST = 256 << 20 };
    if (size > MOST)
        return fth_file_check_seal(how->path, error);
    /* whole MiB: the next frame's bundle is about as large, and gets the same buffer */
    int64_t rows = (size + ROW_SIZE - 1) / ROW_SIZE;
    struct fth_rect rect = {0, 0, WIDTH, (int32_t)((rows + 63) / 64 * 64)};
    enum fth_status status = fth_plane_new(how->buffers, rect, held, error);
    if (status != FTH_OK)
        return status;
    if (!fth_file_read_at(fd, (*held)->data, (size_t)size, 0))
        return fth_fail(error, FTH_ERR_IO, "%s: cannot read: %s", how->path, strerror(errno));
    return fth_seal_check(how->path, (*held)->data, (size_t)size, error);
}

bool fth_exr_plane_name(const char *prefix, const char *channel, char name[FTH_LIMIT_NAME])
{
    size_t length = prefix ? strlen(prefix) : 0;
    bool has_it = length == 0 ||
                  (strncmp(channel, prefix, length) == 0 && channel[length] == '.');
    int needed = has_it ? snprintf(name, FTH_LIMIT_NAME, "%s", channel)
                        : snprintf(name, FTH_LIMIT_NAME, "%s.%s", prefix, channel);
    return needed > 0 && needed < FTH_LIMIT_NAME;
}
