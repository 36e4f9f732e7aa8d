/* SPDX-License-Identifier: Apache-2.0 */
/* Planes and the pool their memory returns to. */
#include "image/plane.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"

enum { KEPT_MOST = 256 };

struct kept {
    void *data;
    size_t size;
};

struct fth_buffers {
    pthread_mutex_t lock;
    struct kept kept[KEPT_MOST];
    int kept_count;
    uint64_t keep_size, kept_size, used, peak;
    int64_t most_pixels;
    int refs; /* the owner's and one for each plane alive */
    bool poison;
};

enum fth_status fth_buffers_create(uint64_t keep_size, struct fth_buffers **buffers,
                                   struct fth_error *error)
{
    struct fth_buffers *made = fth_alloc(1, sizeof(*made));
    if (!made)
        return fth_fail_memory(error, sizeof(*made), "the buffer pool");
    pthread_mutex_init(&made->lock, NULL);
    made->keep_size = keep_size;
    made->most_pixels = FTH_LIMIT_PIXELS;
    made->refs = 1;
    *buffers = made;
    return FTH_OK;
}

static void drop_kept(struct fth_buffers *buffers)
{
    while (buffers->kept_count)
        fth_free(buffers->kept[--buffers->kept_count].data);
    buffers->kept_size = 0;
}

static void buffers_unref(struct fth_buffers *buffers)
{
    if (__atomic_sub_fetch(&buffers->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    drop_kept(buffers);
    pthread_mutex_destroy(&buffers->lock);
    fth_free(buffers);
}

void fth_buffers_destroy(struct fth_buffers **buffers)
{
    if (!buffers || !*buffers)
        return;
    pthread_mutex_lock(&(*buffers)->lock);
    (*buffers)->keep_size = 0;
    drop_kept(*buffers);
    pthread_mutex_unlock(&(*buffers)->lock);
    buffers_unref(*buffers);
    *buffers = NULL;
}

uint64_t fth_buffers_used(const struct fth_buffers *buffers)
{
    return __atomic_load_n(&buffers->used, __ATOMIC_RELAXED);
}

uint64_t fth_buffers_peak(const struct fth_buffers *buffers)
{
    return __atomic_load_n(&buffers->peak, __ATOMIC_RELAXED);
}

void fth_buffers_set_most_pixels(struct fth_buffers *buffers, int64_t pixels)
{
    buffers->most_pixels = FTH_MIN(pixels, (int64_t)FTH_LIMIT_PIXELS);
}

int64_t fth_buffers_most_pixels(const struct fth_buffers *buffers)
{
    return buffers ? buffers->most_pixels : FTH_LIMIT_PIXELS;
}

void fth_buffers_set_poison(struct fth_buffers *buffers, bool poison)
{
    buffers->poison = poison;
}

/* Called locked. The youngest buffer that fits without wasting more than a quarter. */
static void *take_kept(struct fth_buffers *buffers, size_t size, size_t *got)
{
    for (int i = buffers->kept_count - 1; i >= 0; i--) {
        struct kept found = buffers->kept[i];
        if (found.size < size || found.size - size > size / 4)
            continue;
        memmove(&buffers->kept[i], &buffers->kept[i + 1],
                (size_t)(--buffers->kept_count - i) * sizeof(found));
        buffers->kept_size -= found.size;
        *got = found.size;
        return found.data;
    }
    return NULL;
}

/* Called locked. */
static void count_up(struct fth_buffers *buffers, uint64_t size)
{
    uint64_t used = buffers->used + size;
    __atomic_store_n(&buffers->used, used, __ATOMIC_RELAXED);
    if (used > buffers->peak)
        __atomic_store_n(&buffers->peak, used, __ATOMIC_RELAXED);
    __atomic_add_fetch(&buffers->refs, 1, __ATOMIC_RELAXED);
}

void fth_buffers_count(struct fth_buffers *buffers, uint64_t size)
{
    if (!buffers)
        return;
    pthread_mutex_lock(&buffers->lock);
    count_up(buffers, size);
    pthread_mutex_unlock(&buffers->lock);
}

void fth_buffers_discount(struct fth_buffers *buffers, uint64_t size)
{
    if (!buffers)
        return;
    pthread_mutex_lock(&buffers->lock);
    __atomic_store_n(&buffers->used, buffers->used - size, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&buffers->lock);
    buffers_unref(buffers);
}

static void *buffer_take(struct fth_buffers *buffers, size_t size, size_t *got)
{
    *got = size;
    if (!buffers)
        return fth_alloc_aligned(size);
    pthread_mutex_lock(&buffers->lock);
    void *data = take_kept(buffers, size, got);
    if (!data)
        data = fth_alloc_aligned(size);
    if (data)
        count_up(buffers, *got);
    pthread_mutex_unlock(&buffers->lock);
    return data;
}

static void buffer_return(struct fth_buffers *buffers, void *data, size_t size)
{
    if (!buffers) {
        fth_free(data);
        return;
    }
    pthread_mutex_lock(&buffers->lock);
    __atomic_store_n(&buffers->used, buffers->used - size, __ATOMIC_RELAXED);
    /* the oldest kept buffers go first: sizes nobody asks for any more must not fill the pool */
    while (buffers->kept_count &&
           (buffers->kept_count == KEPT_MOST || buffers->kept_size + size > buffers->keep_size)) {
        fth_free(buffers->kept[0].data);
        buffers->kept_size -= buffers->kept[0].size;
        memmove(&buffers->kept[0], &buffers->kept[1],
                (size_t)--buffers->kept_count * sizeof(buffers->kept[0]));
    }
    bool keep = buffers->kept_size + size <= buffers->keep_size;
    if (keep) {
        buffers->kept[buffers->kept_count++] = (struct kept){data, size};
        buffers->kept_size += size;
    }
    pthread_mutex_unlock(&buffers->lock);
    if (!keep)
        fth_free(data);
    buffers_unref(buffers);
}

enum fth_status fth_plane_new(struct fth_buffers *buffers, struct fth_rect rect,
                              struct fth_plane **result, struct fth_error *error)
{
    if (fth_rect_empty(rect))
        rect = (struct fth_rect){0};
    int64_t width = (int64_t)rect.x1 - rect.x0, height = (int64_t)rect.y1 - rect.y0;
    if (width > FTH_LIMIT_SIDE * 2 || height > FTH_LIMIT_SIDE * 2 ||
        width * height > FTH_LIMIT_PIXELS)
        return fth_fail(error, FTH_ERR_LIMIT, "a plane of %lldx%lld pixels, the limit is %d pixels",
                        (long long)width, (long long)height, FTH_LIMIT_PIXELS);
    struct fth_plane *plane = fth_alloc(1, sizeof(*plane));
    if (!plane)
        return fth_fail_memory(error, sizeof(*plane), "a plane");
    plane->rect = rect;
    plane->row_stride = (ptrdiff_t)(width + 15) / 16 * 16;
    plane->buffers = buffers;
    plane->refs = 1;
    size_t size = (size_t)plane->row_stride * (size_t)height * sizeof(float);
    plane->data = buffer_take(buffers, FTH_MAX(size, FTH_ALIGN), &plane->size);
    if (!plane->data) {
        fth_free(plane);
        return fth_fail_memory(error, size, "a plane");
    }
    if (buffers && buffers->poison)
        fth_plane_fill(plane, NAN);
    *result = plane;
    return FTH_OK;
}

enum fth_status fth_plane_part(struct fth_plane *owner, struct fth_rect rect,
                               struct fth_plane **result, struct fth_error *error)
{
    assert(fth_rect_contains(owner->rect, rect) && rect.x0 == owner->rect.x0 &&
           rect.x1 == owner->rect.x1);
    struct fth_plane *plane = fth_alloc(1, sizeof(*plane));
    if (!plane)
        return fth_fail_memory(error, sizeof(*plane), "a plane");
    *plane = (struct fth_plane){.rect = rect, .row_stride = owner->row_stride, .refs = 1,
                                .data = fth_plane_at(owner, rect.x0, rect.y0),
                                .owner = fth_plane_ref(owner)};
    if (owner->buffers && owner->buffers->poison)
        fth_plane_fill(plane, NAN);
    *result = plane;
    return FTH_OK;
}

struct fth_plane *fth_plane_ref(struct fth_plane *plane)
{
    if (plane)
        __atomic_add_fetch(&plane->refs, 1, __ATOMIC_RELAXED);
    return plane;
}

void fth_plane_unref(struct fth_plane **pointer)
{
    struct fth_plane *plane = pointer ? *pointer : NULL;
    if (!plane)
        return;
    *pointer = NULL;
    if (__atomic_sub_fetch(&plane->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    if (plane->owner)
        fth_plane_unref(&plane->owner);
    else
        buffer_return(plane->buffers, plane->data, plane->size);
    fth_free(plane);
}

void fth_plane_fill(struct fth_plane *plane, float value)
{
    size_t count = (size_t)plane->row_stride * (size_t)fth_rect_height(plane->rect);
    for (size_t i = 0; i < count; i++)
        plane->data[i] = value;
}

void fth_plane_copy(struct fth_plane *dst, const struct fth_plane *src, struct fth_rect rect,
                    float outside)
{
    struct fth_rect both = src ? fth_rect_intersect(src->rect, rect) : (struct fth_rect){0};
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        bool has = y >= both.y0 && y < both.y1;
        int32_t left = has ? both.x0 : rect.x1, right = has ? both.x1 : rect.x1;
        float *row = fth_plane_at(dst, rect.x0, y) - rect.x0;
        for (int32_t x = rect.x0; x < left; x++)
            row[x] = outside;
        if (has)
            memcpy(row + left, fth_plane_at(src, left, y), (size_t)(right - left) * sizeof(float));
        for (int32_t x = right; x < rect.x1; x++)
            row[x] = outside;
    }
}
