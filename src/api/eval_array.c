/* SPDX-License-Identifier: Apache-2.0 */
/* NumPy's files: .npy is a header in Python's notation and the numbers; .npz is a zip of those.
 * Only what a map can be is read: two or three axes of plain little-endian numbers. */
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#include "api/eval_internal.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

enum { MOST_HEADER = 64 << 10, MOST_ENTRIES = 4096 };
static const size_t most_size = (size_t)4 << 30; /* of a file, and of an entry unpacked */

struct bytes {
    const uint8_t *data;
    size_t size;
};

struct layout {
    char kind; /* u, i or f */
    int size;  /* bytes of a number */
    bool column_major;
    int64_t axes[3];
    int axis_count;
};

static uint32_t little(const uint8_t *p, int count)
{
    uint32_t value = 0;
    for (int i = count - 1; i >= 0; i--)
        value = value << 8 | p[i];
    return value;
}

/* ---- .npy */

/* What follows 'key': in the header, or NULL. */
static const char *header_value(const char *header, const char *key)
{
    const char *at = strstr(header, key);
    at = at ? strchr(at, ':') : NULL;
    return at ? at + 1 + strspn(at + 1, " ") : NULL;
}

static bool parse_header(const char *header, struct layout *layout)
{
    const char *type = header_value(header, "'descr'");
    const char *order = header_value(header, "'fortran_order'");
    const char *shape = header_value(header, "'shape'");
    if (!type || !order || !shape || *shape != '(' || type[0] != '\'' ||
        (type[1] != '<' && type[1] != '|') || !strchr("uif", type[2]) || !type[2])
        return false;
    layout->kind = type[2];
    layout->size = type[3] - '0';
    layout->column_major = strncmp(order, "True", 4) == 0;
    layout->axis_count = 0;
    for (const char *at = shape + 1; *at && *at != ')';) {
        char *end;
        long long axis = strtoll(at, &end, 10);
        if (end == at || layout->axis_count == 3)
            return false;
        layout->axes[layout->axis_count++] = axis;
        at = end + strspn(end, ", ");
    }
    bool whole = layout->kind != 'f' && (layout->size == 1 || layout->size == 2 ||
                                         layout->size == 4 || layout->size == 8);
    return whole || (layout->kind == 'f' && (layout->size == 4 || layout->size == 8));
}

static float number_at(const uint8_t *p, const struct layout *layout)
{
    int64_t whole = 0;
    double real;
    float single;
    if (layout->kind == 'f' && layout->size == 4) {
        memcpy(&single, p, 4);
        return single;
    }
    if (layout->kind == 'f') {
        memcpy(&real, p, 8);
        return (float)real;
    }
    memcpy(&whole, p, (size_t)layout->size);
    int unused = 64 - 8 * layout->size;
    if (layout->kind == 'i') /* the sign of a shorter number */
        return (float)((int64_t)((uint64_t)whole << unused) >> unused);
    return (float)(uint64_t)whole;
}

static void fill_channel(const struct bytes *numbers, const struct layout *layout, int channel,
                         const struct fth_grid *grid)
{
    int64_t h = layout->axes[0], w = layout->axes[1], c = layout->axes[2];
    for (int64_t y = 0; y < h; y++) {
        float *row = fth_grid_row(grid, (int32_t)y);
        for (int64_t x = 0; x < w; x++) {
            int64_t at = layout->column_major ? y + h * (x + w * channel)
                                              : (y * w + x) * c + channel;
            row[x] = number_at(numbers->data + (size_t)at * (size_t)layout->size, layout);
        }
    }
}

/* The highest number of an integer type, 0 for floats. */
static float top_of(const struct layout *layout)
{
    int bits = 8 * layout->size - (layout->kind == 'i');
    return layout->kind == 'f' ? 0 : (float)(bits < 64 ? ((uint64_t)1 << bits) - 1 : UINT64_MAX);
}

static enum fth_status read_npy(const char *path, struct bytes file, struct fth_arena *arena,
                                struct fth_eval_picture *picture, struct fth_error *error)
{
    struct layout layout;
    char header[MOST_HEADER];
    if (file.size < 12 || memcmp(file.data, "\x93NUMPY", 6) != 0)
        return fth_fail(error, FTH_ERR_DATA, "%s: not a NumPy array", path);
    size_t start = file.data[6] > 1 ? 12 : 10;
    size_t length = little(file.data + 8, file.data[6] > 1 ? 4 : 2);
    if (length >= MOST_HEADER || length > file.size - start)
        return fth_fail(error, FTH_ERR_DATA, "%s: array header of %zu bytes", path, length);
    memcpy(header, file.data + start, length);
    header[length] = 0;
    if (!parse_header(header, &layout) || layout.axis_count < 2)
        return fth_fail(error, FTH_ERR_DATA,
                        "%s: the array must have 2 or 3 axes of little-endian numbers", path);
    if (layout.axis_count == 2)
        layout.axes[2] = 1;
    if (layout.axes[0] < 1 || layout.axes[1] < 1 || layout.axes[0] > FTH_LIMIT_SIDE ||
        layout.axes[1] > FTH_LIMIT_SIDE || layout.axes[2] < 1 || layout.axes[2] > 4 ||
        layout.axes[0] * layout.axes[1] > FTH_LIMIT_PIXELS)
        return fth_fail(error, FTH_ERR_LIMIT,
                        "%s: array of %lld x %lld x %lld, limits are %d a side and 4 channels",
                        path, (long long)layout.axes[0], (long long)layout.axes[1],
                        (long long)layout.axes[2], FTH_LIMIT_SIDE);
    size_t count = (size_t)(layout.axes[0] * layout.axes[1] * layout.axes[2]);
    size_t wanted = count * (size_t)layout.size;
    struct bytes numbers = {file.data + start + length, file.size - start - length};
    if (numbers.size < wanted)
        return fth_fail(error, FTH_ERR_DATA, "%s: %zu bytes of numbers, %zu expected", path,
                        numbers.size, wanted);
    picture->channel_count = (int)layout.axes[2];
    picture->top = top_of(&layout);
    for (int c = 0; c < picture->channel_count; c++) {
        struct fth_grid *grid = &picture->channels[c];
        enum fth_status status = fth_grid_new(arena, (int32_t)layout.axes[1],
                                              (int32_t)layout.axes[0], grid, error);
        if (status != FTH_OK)
            return status;
        fill_channel(&numbers, &layout, c, grid);
    }
    return FTH_OK;
}

/* ---- .npz */

struct entry {
    int method;
    size_t packed, size, header; /* header: where its local header begins */
};

/* The end record is in the last 64 KiB; NULL when there is none. */
static const uint8_t *find_end(struct bytes file)
{
    for (size_t back = 22; back <= file.size && back < 22 + 65536; back++)
        if (memcmp(file.data + file.size - back, "PK\5\6", 4) == 0)
            return file.data + file.size - back;
    return NULL;
}

/* The entry "depth.npy", or the first. */
static bool find_entry(struct bytes file, struct entry *entry)
{
    const uint8_t *end = find_end(file);
    bool found = false;
    if (!end)
        return false;
    size_t at = little(end + 16, 4), count = little(end + 10, 2);
    for (size_t i = 0; i < count && i < MOST_ENTRIES; i++) {
        if (at > file.size || file.size - at < 46 || memcmp(file.data + at, "PK\1\2", 4) != 0)
            break;
        const uint8_t *p = file.data + at;
        size_t name = little(p + 28, 2), rest = little(p + 30, 2) + little(p + 32, 2);
        if (file.size - at < 46 + name + rest)
            break;
        bool depth = name == 9 && memcmp(p + 46, "depth.npy", 9) == 0;
        if (!found || depth)
            *entry = (struct entry){(int)little(p + 10, 2), little(p + 20, 4), little(p + 24, 4),
                                    little(p + 42, 4)};
        found = true;
        if (depth)
            break;
        at += 46 + name + rest;
    }
    return found;
}

static enum fth_status unpack(const char *path, struct bytes file, const struct entry *entry,
                              struct fth_arena *arena, struct bytes *out, struct fth_error *error)
{
    size_t at = entry->header;
    if (at > file.size || file.size - at < 30)
        return fth_fail(error, FTH_ERR_DATA, "%s: damaged archive", path);
    size_t skip = 30 + (size_t)little(file.data + at + 26, 2) + little(file.data + at + 28, 2);
    if (file.size - at < skip || file.size - at - skip < entry->packed)
        return fth_fail(error, FTH_ERR_DATA, "%s: the archive ends too early", path);
    const uint8_t *packed = file.data + at + skip;
    if (entry->method == 0) {
        *out = (struct bytes){packed, entry->packed};
        return FTH_OK;
    }
    /* deflate packs at best 1 : 1032; more is a lie that would only cost memory */
    if (entry->method != 8 || entry->size / 1032 > entry->packed)
        return fth_fail(error, FTH_ERR_DATA, "%s: array packed by method %d, only deflate is read",
                        path, entry->method);
    uint8_t *data = fth_arena_take(arena, entry->size, 1);
    struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
    if (!data || !inflater) {
        libdeflate_free_decompressor(inflater);
        return fth_fail_memory(error, entry->size, "an unpacked array");
    }
    enum libdeflate_result result =
        libdeflate_deflate_decompress(inflater, packed, entry->packed, data, entry->size, NULL);
    libdeflate_free_decompressor(inflater);
    if (result != LIBDEFLATE_SUCCESS)
        return fth_fail(error, FTH_ERR_DATA, "%s: damaged array in the archive", path);
    *out = (struct bytes){data, entry->size};
    return FTH_OK;
}

enum fth_status fth_eval_read_array(const char *path, struct fth_arena *arena,
                                    struct fth_eval_picture *picture, struct fth_error *error)
{
    void *data = NULL;
    struct bytes file = {0};
    enum fth_status status = fth_file_read(path, most_size, &data, &file.size, error);
    if (status != FTH_OK)
        return status;
    file.data = data;
    if (fth_ends_with(path, ".npz")) {
        struct entry entry;
        struct bytes array = {0};
        if (!find_entry(file, &entry))
            status = fth_fail(error, FTH_ERR_DATA, "%s: not an archive of arrays", path);
        else
            status = unpack(path, file, &entry, arena, &array, error);
        if (status == FTH_OK)
            status = read_npy(path, array, arena, picture, error);
    } else {
        status = read_npy(path, file, arena, picture, error);
    }
    fth_free(data);
    return status;
}
