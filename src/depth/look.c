/* SPDX-License-Identifier: Apache-2.0 */
/* Nearness is kept as half floats, all else in bytes, each plane deflated by itself. */
#include "depth/look.h"

#include <string.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/mem.h"
#include "io/pack.h"
#include "ops/kernels.h"

enum { MAGIC = 0x4b4c5446, VERSION = 1, MOST_PLANES = 7 }; /* "FTLK" */
enum { HAS_SKY = 1, IS_METRIC = 2, HAS_INVALID = 4 };

struct header {
    uint32_t magic, version;
    int32_t width, height, grey_width, grey_height;
    uint32_t flags, matte_count;
    double ramp_share;
    uint32_t sizes[MOST_PLANES]; /* packed, in the order of the planes */
    struct fth_key sum;          /* of everything behind the header */
};

/* A plane on its way in or out. */
struct item {
    struct fth_grid *grid;
    size_t item_size;
    float scale; /* of bytes: value times scale */
    int32_t width, height;
    unsigned part;
};

static int list_planes(const struct header *h, struct fth_draft_seen *seen, struct item *items)
{
    int count = 0;
    int32_t w = h->width, hh = h->height;
    items[count++] = (struct item){&seen->grey, 1, 1, h->grey_width, h->grey_height, FTH_LOOK_GREY};
    items[count++] = (struct item){&seen->near, 2, 1, w, hh, FTH_LOOK_NEAR};
    if (h->flags & HAS_INVALID)
        items[count++] = (struct item){&seen->invalid, 1, 255, w, hh, FTH_LOOK_REST};
    if (h->flags & HAS_SKY)
        items[count++] = (struct item){&seen->sky, 1, 255, w, hh, FTH_LOOK_REST};
    for (uint32_t i = 0; i < h->matte_count; i++)
        items[count++] = (struct item){&seen->mattes[i], 1, 255, w, hh, FTH_LOOK_REST};
    if (h->matte_count)
        items[count++] = (struct item){&seen->believed, 1, 255, w, hh, FTH_LOOK_REST};
    return count;
}

/* ---- packing */

static bool any_above_zero(const struct fth_grid *grid)
{
    for (int32_t y = 0; y < grid->height; y++) {
        const float *row = fth_grid_row(grid, y);
        for (int32_t x = 0; x < grid->width; x++) {
            if (row[x] > 0)
                return true;
        }
    }
    return false;
}

static void fold(const struct item *item, uint8_t *bytes)
{
    size_t n = (size_t)item->width;
    for (int32_t y = 0; y < item->height; y++, bytes += n * item->item_size) {
        const float *row = fth_grid_row(item->grid, y);
        if (item->item_size == 2) {
            fth_kernels()->to_half((uint16_t *)(void *)bytes, row, n);
            continue;
        }
        for (size_t x = 0; x < n; x++) {
            float value = row[x] * item->scale + 0.5f;
            bytes[x] = (uint8_t)(value > 0 ? value < 255 ? value : 255 : 0);
        }
    }
}

static struct header header_of(const struct fth_draft_seen *seen)
{
    struct header h;
    memset(&h, 0, sizeof(h)); /* padding too: the bytes are compared */
    h.magic = MAGIC;
    h.version = VERSION;
    h.width = seen->near.width;
    h.height = seen->near.height;
    h.grey_width = seen->grey.width;
    h.grey_height = seen->grey.height;
    h.flags = (seen->sky_found ? HAS_SKY : 0u) | (seen->metric ? IS_METRIC : 0u) |
              (any_above_zero(&seen->invalid) ? HAS_INVALID : 0u);
    h.matte_count = (uint32_t)seen->matte_count;
    h.ramp_share = seen->ramp_share;
    return h;
}

static size_t raw_size(const struct item *item)
{
    return (size_t)item->width * (size_t)item->height * item->item_size;
}

/* Packs the planes behind one another; the bytes they took, or 0 when memory is out. */
static size_t pack_planes(const struct fth_work *work, const struct item *items, int count,
                          uint8_t *out, struct header *h)
{
    size_t total = 0;
    for (int i = 0; i < count; i++) {
        size_t mark = fth_arena_mark(work->arena), size = raw_size(&items[i]);
        uint8_t *raw = fth_arena_take(work->arena, size + 1, 1);
        size_t packed = 0;
        if (raw) {
            fold(&items[i], raw);
            packed = fth_pack(raw, size, items[i].item_size, out + total);
        }
        fth_arena_return(work->arena, mark);
        if (!packed)
            return 0;
        h->sizes[i] = (uint32_t)packed;
        total += packed;
    }
    return total;
}

enum fth_status fth_look_pack(const struct fth_work *work, const struct fth_draft_seen *seen,
                              void **bytes, size_t *size, struct fth_error *error)
{
    struct fth_draft_seen lent = *seen;
    struct item items[MOST_PLANES];
    struct header h = header_of(seen);
    struct fth_hasher hasher;
    int count = list_planes(&h, &lent, items);
    size_t room = sizeof(h);
    for (int i = 0; i < count; i++)
        room += fth_pack_room(raw_size(&items[i]));
    uint8_t *out = fth_alloc(room, 1);
    size_t packed = out ? pack_planes(work, items, count, out + sizeof(h), &h) : 0;
    if (!packed) {
        fth_free(out);
        return fth_fail_memory(error, room, "a frame's look");
    }
    fth_hash_begin(&hasher);
    fth_hash_bytes(&hasher, out + sizeof(h), packed);
    h.sum = fth_hash_end(&hasher);
    memcpy(out, &h, sizeof(h));
    *bytes = out;
    *size = sizeof(h) + packed;
    return FTH_OK;
}

/* ---- unpacking */

static bool read_header(const void *bytes, size_t size, struct header *h)
{
    if (size < sizeof(*h))
        return false;
    memcpy(h, bytes, sizeof(*h));
    bool sane = h->magic == MAGIC && h->version == VERSION && h->matte_count <= FTH_DRAFT_MATTES;
    const int32_t sides[4] = {h->width, h->height, h->grey_width, h->grey_height};
    for (int i = 0; i < 4; i++)
        sane = sane && sides[i] > 0 && sides[i] <= FTH_LIMIT_SIDE;
    return sane && (int64_t)h->width * h->height <= FTH_LIMIT_PIXELS &&
           (int64_t)h->grey_width * h->grey_height <= FTH_LIMIT_PIXELS;
}

static bool is_sound(const struct header *h, const struct item *items, const uint8_t *bytes,
                     size_t size, int count)
{
    enum { MOST_RATIO = 1032 }; /* of deflate: more is a lie that would only cost memory */
    struct fth_hasher hasher;
    uint64_t total = 0;
    for (int i = 0; i < count; i++) {
        if (raw_size(&items[i]) / MOST_RATIO > h->sizes[i])
            return false;
        total += h->sizes[i];
    }
    if (total != size - sizeof(*h))
        return false;
    fth_hash_begin(&hasher);
    fth_hash_bytes(&hasher, bytes + sizeof(*h), size - sizeof(*h));
    return fth_key_equal(fth_hash_end(&hasher), h->sum);
}

static void unfold(const struct item *item, const uint8_t *bytes)
{
    size_t n = (size_t)item->width;
    for (int32_t y = 0; y < item->height; y++, bytes += n * item->item_size) {
        float *row = fth_grid_row(item->grid, y);
        if (item->item_size == 2) {
            fth_kernels()->from_half(row, (const uint16_t *)(const void *)bytes, n);
            continue;
        }
        for (size_t x = 0; x < n; x++)
            row[x] = (float)bytes[x] / item->scale;
    }
}

static enum fth_status unpack_plane(const struct fth_work *work, const struct item *item,
                                    const uint8_t *packed, size_t size, struct fth_error *error)
{
    enum fth_status status =
        fth_grid_new(work->arena, item->width, item->height, item->grid, error);
    size_t mark = fth_arena_mark(work->arena);
    uint8_t *raw = status == FTH_OK ? fth_arena_take(work->arena, raw_size(item) + 1, 1) : NULL;
    if (status == FTH_OK && !raw)
        status = fth_fail_memory(error, raw_size(item), "a frame's look");
    if (status == FTH_OK && !fth_unpack(packed, size, item->item_size, raw, raw_size(item)))
        status = fth_fail(error, FTH_ERR_DATA, "depth: a frame's look is damaged");
    if (status == FTH_OK)
        unfold(item, raw);
    fth_arena_return(work->arena, mark);
    return status;
}

/* What was 0 everywhere has not been kept. */
static enum fth_status fill_absent(const struct fth_work *work, const struct header *h,
                                   struct fth_draft_seen *seen, struct fth_error *error)
{
    struct fth_grid *const grids[] = {&seen->invalid, &seen->sky};
    const uint32_t bits[] = {HAS_INVALID, HAS_SKY};
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 2 && status == FTH_OK; i++) {
        if (h->flags & bits[i])
            continue;
        status = fth_grid_new(work->arena, h->width, h->height, grids[i], error);
        if (status == FTH_OK)
            fth_grid_fill(grids[i], 0);
    }
    return status;
}

enum fth_status fth_look_unpack(const struct fth_work *work, const void *bytes, size_t size,
                                unsigned parts, struct fth_draft_seen *seen,
                                struct fth_error *error)
{
    struct header h;
    struct item items[MOST_PLANES];
    enum fth_status status = FTH_OK;
    int count = read_header(bytes, size, &h) ? list_planes(&h, seen, items) : 0;
    if (!count || !is_sound(&h, items, bytes, size, count))
        return fth_fail(error, FTH_ERR_DATA, "depth: a frame's look is damaged");
    const uint8_t *at = (const uint8_t *)bytes + sizeof(h);
    for (int i = 0; i < count && status == FTH_OK; at += h.sizes[i++]) {
        if (items[i].part & parts)
            status = unpack_plane(work, &items[i], at, h.sizes[i], error);
    }
    if (status == FTH_OK && parts & FTH_LOOK_REST)
        status = fill_absent(work, &h, seen, error);
    seen->sky_found = h.flags & HAS_SKY;
    seen->metric = h.flags & IS_METRIC;
    seen->matte_count = (int)h.matte_count;
    seen->ramp_share = h.ramp_share;
    return status;
}
