/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table of entries that also hang in one list, youngest first. Planes shared by several
 * entries are counted for each: the budget is kept, at worst a little unused. */
#include "engine/cache.h"

#include <pthread.h>

#include "base/mem.h"

enum { BUCKETS = 1024 };

struct entry {
    struct entry *next_in_bucket, *younger, *older;
    struct fth_key key;
    struct fth_image *image;
    struct fth_rect rect;
    uint64_t size;
    bool passes;
    int64_t turn; /* when it was last asked for */
};

struct fth_cache {
    pthread_mutex_t lock;
    int64_t turn;
    struct entry *buckets[BUCKETS];
    struct entry *youngest, *oldest;
    uint64_t size, budget_size;
    const struct fth_buffers *buffers; /* borrowed */
};

enum fth_status fth_cache_create(uint64_t budget_size, const struct fth_buffers *buffers,
                                 struct fth_cache **cache, struct fth_error *error)
{
    struct fth_cache *made = fth_alloc(1, sizeof(*made));
    if (!made)
        return fth_fail_memory(error, sizeof(*made), "the cache");
    pthread_mutex_init(&made->lock, NULL);
    made->budget_size = budget_size;
    made->buffers = buffers;
    *cache = made;
    return FTH_OK;
}

static struct entry **bucket_of(struct fth_cache *cache, struct fth_key key)
{
    return &cache->buckets[key.low % BUCKETS];
}

static struct entry *find(struct fth_cache *cache, struct fth_key key)
{
    struct entry *entry = *bucket_of(cache, key);
    while (entry && !fth_key_equal(entry->key, key))
        entry = entry->next_in_bucket;
    return entry;
}

static void leave_list(struct fth_cache *cache, struct entry *entry)
{
    if (entry->younger)
        entry->younger->older = entry->older;
    else
        cache->youngest = entry->older;
    if (entry->older)
        entry->older->younger = entry->younger;
    else
        cache->oldest = entry->younger;
    entry->younger = entry->older = NULL;
}

static void join_list(struct fth_cache *cache, struct entry *entry)
{
    entry->older = cache->youngest;
    if (cache->youngest)
        cache->youngest->younger = entry;
    else
        cache->oldest = entry;
    cache->youngest = entry;
}

static void drop(struct fth_cache *cache, struct entry *entry)
{
    struct entry **link = bucket_of(cache, entry->key);
    while (*link != entry)
        link = &(*link)->next_in_bucket;
    *link = entry->next_in_bucket;
    leave_list(cache, entry);
    cache->size -= entry->size;
    fth_image_unref(&entry->image);
    fth_free(entry);
}

void fth_cache_destroy(struct fth_cache **pointer)
{
    struct fth_cache *cache = pointer ? *pointer : NULL;
    if (!cache)
        return;
    while (cache->oldest)
        drop(cache, cache->oldest);
    pthread_mutex_destroy(&cache->lock);
    fth_free(cache);
    *pointer = NULL;
}

struct fth_image *fth_cache_get(struct fth_cache *cache, struct fth_key key, struct fth_rect rect)
{
    struct fth_image *image = NULL;
    pthread_mutex_lock(&cache->lock);
    struct entry *entry = find(cache, key);
    if (entry && fth_rect_contains(entry->rect, rect)) {
        leave_list(cache, entry);
        join_list(cache, entry);
        entry->turn = cache->turn;
        image = fth_image_ref(entry->image);
    }
    pthread_mutex_unlock(&cache->lock);
    return image;
}

/* Called locked. */
static uint64_t outside_size(const struct fth_cache *cache)
{
    uint64_t used = fth_buffers_used(cache->buffers);
    return used > cache->size ? used - cache->size : 0;
}

uint64_t fth_cache_outside_size(struct fth_cache *cache)
{
    pthread_mutex_lock(&cache->lock);
    uint64_t size = outside_size(cache);
    pthread_mutex_unlock(&cache->lock);
    return size;
}

/* Called locked. */
static void insert(struct fth_cache *cache, const struct entry *fresh)
{
    uint64_t outside = outside_size(cache); /* `fresh` is still among it */
    outside -= FTH_MIN(outside, fresh->size);
    uint64_t room = cache->budget_size - FTH_MIN(outside, cache->budget_size / 4 * 3);
    while (cache->oldest && cache->size + fresh->size > room)
        drop(cache, cache->oldest);
    struct entry *entry = fth_alloc(1, sizeof(*entry));
    if (!entry)
        return;
    *entry = *fresh;
    entry->image = fth_image_ref(fresh->image);
    entry->next_in_bucket = *bucket_of(cache, entry->key);
    *bucket_of(cache, entry->key) = entry;
    join_list(cache, entry);
    cache->size += entry->size;
}

void fth_cache_put(struct fth_cache *cache, struct fth_key key, const struct fth_image *image,
                   struct fth_rect rect, bool passes)
{
    struct entry fresh = {.key = key, .rect = rect, .size = fth_image_size(image),
                          .passes = passes};
    fresh.image = (struct fth_image *)(uintptr_t)image;
    if (fresh.size > cache->budget_size)
        return;
    pthread_mutex_lock(&cache->lock);
    struct entry *old = find(cache, key);
    bool covered = old && fth_rect_contains(old->rect, rect);
    fresh.turn = cache->turn;
    if (covered) {
        old->passes = old->passes && passes;
    } else {
        if (old)
            drop(cache, old);
        insert(cache, &fresh);
    }
    pthread_mutex_unlock(&cache->lock);
}

void fth_cache_turn(struct fth_cache *cache)
{
    pthread_mutex_lock(&cache->lock);
    cache->turn++;
    for (struct entry *entry = cache->oldest, *next; entry; entry = next) {
        next = entry->younger;
        if (entry->passes && cache->turn - entry->turn > FTH_CACHE_TURNS)
            drop(cache, entry);
    }
    pthread_mutex_unlock(&cache->lock);
}
