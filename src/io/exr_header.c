/* SPDX-License-Identifier: Apache-2.0 */
/* OpenEXR's C library asks for as much memory as an attribute of the header says it is long, before
 * it looks whether the file has so much. So every length is held against the file first, and to
 * its kind: the C++ library takes what a kind has, whatever the length says, and reads on there. */
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

enum { START = 8, MANY_PARTS = 0x10, NAME_LIMIT = 256, KIND_LIMIT = 16, ROOM = 4096 };

/* Kinds that are of one size. */
static const struct kind {
    char name[KIND_LIMIT];
    int64_t size;
} kinds[] = {{"box2f", 16},     {"box2i", 16},         {"chromaticities", 32}, {"compression", 1},
             {"double", 8},     {"deepImageState", 1}, {"envmap", 1},          {"float", 4},
             {"int", 4},        {"keycode", 28},       {"lineOrder", 1},       {"m33d", 72},
             {"m33f", 36},      {"m44d", 128},         {"m44f", 64},           {"rational", 8},
             {"tiledesc", 9},   {"timecode", 8},       {"v2d", 16},            {"v2f", 8},
             {"v2i", 8},        {"v3d", 24},           {"v3f", 12},            {"v3i", 12}};

/* Of an attribute. */
struct claim {
    char kind[KIND_LIMIT];
    int64_t size;
};

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

static bool read_count(struct window *w, int64_t at, uint32_t *count)
{
    const unsigned char *bytes = look(w, at, 4);
    if (bytes)
        *count = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                 (uint32_t)bytes[3] << 24;
    return bytes != NULL;
}

/* Names with 16 bytes each, and an empty one. */
static bool is_channel_list(struct window *w, int64_t at, int64_t end)
{
    int64_t name;
    while ((name = text_size(w, at)) > 1 && at < end)
        at += name + 16;
    return name == 1 && at + 1 == end;
}

static bool is_string_list(struct window *w, int64_t at, int64_t end)
{
    uint32_t count = 0;
    while (at < end && read_count(w, at, &count))
        at += 4 + (int64_t)count;
    return at == end;
}

/* Whether an attribute of that kind can be what lies in [at, end). */
static bool is_of_kind(struct window *w, const char *kind, int64_t at, int64_t end)
{
    uint32_t width, height;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(kinds); i++)
        if (strcmp(kinds[i].name, kind) == 0)
            return end - at == kinds[i].size;
    if (strcmp(kind, "chlist") == 0)
        return is_channel_list(w, at, end);
    if (strcmp(kind, "stringvector") == 0)
        return is_string_list(w, at, end);
    if (strcmp(kind, "floatvector") == 0)
        return (end - at) % 4 == 0;
    if (strcmp(kind, "preview") != 0)
        return true;
    return end - at >= 8 && read_count(w, at, &width) && read_count(w, at + 4, &height) &&
           width <= FTH_LIMIT_SIDE && height <= FTH_LIMIT_SIDE &&
           end - at == 8 + 4 * (int64_t)width * height;
}

/* False: an attribute claims so many bytes that the file has not, or that it cannot have. */
static bool fits(int fd, int64_t size, struct claim *claim)
{
    struct window w = {.fd = fd, .size = size};
    const unsigned char *start = look(&w, 0, START);
    bool many = start && (start[5] & MANY_PARTS);
    bool ended = false; /* one header has; another empty name behind it ends them all */
    for (int64_t at = START;;) {
        uint32_t count;
        int64_t name = text_size(&w, at);
        if (name == 1 && (ended || !many))
            return true;
        ended = name == 1;
        at += name;
        if (ended)
            continue;
        int64_t kind = name ? text_size(&w, at) : 0;
        if (kind && kind <= KIND_LIMIT)
            memcpy(claim->kind, look(&w, at, kind), (size_t)kind);
        else
            claim->kind[0] = '\0';
        at += kind + 4;
        if (!kind || !read_count(&w, at - 4, &count))
            return true; /* no header, or one that is cut: the library says so */
        claim->size = count;
        if ((int64_t)count > size - at || !is_of_kind(&w, claim->kind, at, at + count))
            return false;
        at += count;
    }
}

enum fth_status fth_exr_header_check(const char *path, int fd, int64_t size,
                                     struct fth_error *error)
{
    struct claim claim = {.size = 0};
    if (fits(fd, size, &claim))
        return FTH_OK;
    return fth_fail(error, FTH_ERR_DATA, "%s: exr: damaged or cut short: an attribute says it is "
                    "of %lld bytes, which it cannot be", path, (long long)claim.size);
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
