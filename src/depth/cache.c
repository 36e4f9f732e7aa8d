/* SPDX-License-Identifier: Apache-2.0 */
/* The disk cache of depth: content-addressed, checked on reading, trimmed by age of use, never a
 * reason for a job to fail. A file's time of change is when it was last used. */
#include "depth/cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

/* The first entry a process keeps, and every so many after it, looks at the cache's size. */
enum { KEPT_BETWEEN_LOOKS = 256 };
static atomic_uint kept_count;

/* ---- trimming */

struct entry {
    char name[40]; /* HEX.exr or HEX.look */
    struct timespec used;
    int64_t size;
};

struct listing {
    struct entry *entries;
    size_t count, capacity;
    uint64_t size;
    bool failed; /* memory */
};

static bool is_hex(const char *name, size_t length)
{
    return strspn(name, "0123456789abcdef") == length;
}

static void list_entry(const char *name, const struct stat *info, struct listing *listing)
{
    if (listing->count == listing->capacity) {
        size_t capacity = FTH_MAX(2 * listing->capacity, 256);
        struct entry *grown = fth_realloc(listing->entries, capacity, sizeof(*grown));
        listing->failed |= !grown;
        if (!grown)
            return;
        listing->entries = grown;
        listing->capacity = capacity;
    }
    struct entry *entry = &listing->entries[listing->count++];
    snprintf(entry->name, sizeof(entry->name), "%.39s", name);
    entry->used = info->st_mtim;
    entry->size = info->st_size;
    listing->size += (uint64_t)info->st_size;
}

/* What a killed process left: a hidden name of ours that nobody has written to for a day. */
static bool is_abandoned(const char *name, const struct stat *info)
{
    enum { DAY_S = 24 * 60 * 60 };
    return name[0] == '.' && strstr(name, ".fathom-") && time(NULL) - info->st_mtime > DAY_S;
}

static void list_bucket(const char *folder, struct listing *listing)
{
    DIR *bucket = opendir(folder);
    struct stat info;
    for (struct dirent *file; bucket && (file = readdir(bucket));) {
        const char *name = file->d_name;
        if (fstatat(dirfd(bucket), name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(info.st_mode))
            continue;
        if (is_hex(name, 32) && (strcmp(name + 32, ".exr") == 0 || strcmp(name + 32, ".look") == 0))
            list_entry(name, &info, listing);
        else if (is_abandoned(name, &info))
            unlinkat(dirfd(bucket), name, 0);
    }
    if (bucket)
        closedir(bucket);
}

static void list_all(const char *cache_folder, struct listing *listing)
{
    for (int i = 0; i < 256; i++) {
        struct fth_text folder = {0};
        fth_text_append(&folder, "%s/depth/%02x", cache_folder, (unsigned)i);
        if (!folder.failed)
            list_bucket(folder.data, listing);
        fth_text_clear(&folder);
    }
}

static int by_age(const void *pointer_a, const void *pointer_b)
{
    const struct entry *a = pointer_a, *b = pointer_b;
    if (a->used.tv_sec != b->used.tv_sec)
        return a->used.tv_sec < b->used.tv_sec ? -1 : 1;
    if (a->used.tv_nsec != b->used.tv_nsec)
        return a->used.tv_nsec < b->used.tv_nsec ? -1 : 1;
    return strcmp(a->name, b->name);
}

/* Another process may do the same at the same time: what is gone is gone. */
void fth_bundle_trim(const char *cache_folder, uint64_t limit)
{
    struct listing listing = {0};
    list_all(cache_folder, &listing);
    bool too_much = listing.size > limit && !listing.failed;
    uint64_t left = listing.size;
    if (too_much)
        qsort(listing.entries, listing.count, sizeof(*listing.entries), by_age);
    for (size_t i = 0; too_much && i < listing.count && left > limit / 10 * 9; i++) {
        const struct entry *entry = &listing.entries[i];
        struct fth_text path = {0};
        fth_text_append(&path, "%s/depth/%.2s/%s", cache_folder, entry->name, entry->name);
        if (!path.failed)
            unlink(path.data);
        fth_text_clear(&path);
        left -= (uint64_t)entry->size;
    }
    fth_free(listing.entries);
}

static uint64_t size_limit(void)
{
    static const uint64_t usual = (uint64_t)20 << 30;
    const char *wanted = getenv("FATHOM_CACHE_SIZE");
    uint64_t limit = usual;
    if (wanted && *wanted && !fth_parse_size(wanted, &limit)) {
        fth_log_once(FTH_LOG_WARNING, "FATHOM_CACHE_SIZE=%s is not a size such as 20G: the depth "
                     "cache may grow to 20G", wanted);
        return usual;
    }
    return limit;
}

/* ---- entries */

/* FOLDER/depth/ab/abcdef....exr, or another ending; `folder` gets what is before the last slash. */
static bool entry_path(const char *cache_folder, struct fth_key key, const char *ending,
                       struct fth_text *folder, struct fth_text *path)
{
    char digits[33];
    fth_key_print(key, digits);
    fth_text_append(folder, "%s/depth/%.2s", cache_folder, digits);
    fth_text_append(path, "%s/%s%s", folder->data ? folder->data : "", digits, ending);
    return !folder->failed && !path->failed;
}

enum fth_status fth_bundle_recall(const char *cache_folder, struct fth_key key,
                                  struct fth_pool *pool, struct fth_buffers *buffers,
                                  struct fth_image **bundle)
{
    struct fth_text folder = {0}, path = {0};
    struct fth_error error;
    enum fth_status status = FTH_END;
    if (entry_path(cache_folder, key, ".exr", &folder, &path) && fth_file_exists(path.data))
        status = fth_bundle_read(path.data, pool, buffers, bundle, NULL, &error);
    if (status == FTH_OK)
        utimensat(AT_FDCWD, path.data, NULL, 0); /* used just now */
    if (status == FTH_ERR_DATA || status == FTH_ERR_UNSUPPORTED || status == FTH_ERR_LIMIT) {
        fth_log(FTH_LOG_WARNING, "depth cache: a damaged entry is made anew (%s)", error.message);
        unlink(path.data);
    }
    fth_text_clear(&folder);
    fth_text_clear(&path);
    return status == FTH_OK ? FTH_OK : FTH_END;
}

void fth_bundle_keep(const char *cache_folder, struct fth_key key, const struct fth_image *bundle,
                     const struct fth_bundle_info *info, struct fth_pool *pool)
{
    struct fth_text folder = {0}, path = {0};
    struct fth_error error = {.message = "out of memory"};
    enum fth_status status = FTH_ERR_MEMORY;
    if (entry_path(cache_folder, key, ".exr", &folder, &path))
        status = fth_file_make_folder(folder.data, &error);
    if (status == FTH_OK)
        status = fth_bundle_write(path.data, bundle, info, true, pool, &error);
    if (status != FTH_OK) /* without the reason, which names a file: one warning for all frames */
        fth_log_once(FTH_LOG_WARNING,
                     "depth cache: entries cannot be kept in %s (%s); going on without",
                     cache_folder, fth_status_name(status));
    fth_text_clear(&folder);
    fth_text_clear(&path);
    if (atomic_fetch_add(&kept_count, 1) % KEPT_BETWEEN_LOOKS == 0)
        fth_bundle_trim(cache_folder, size_limit());
}

enum fth_status fth_look_recall(const char *cache_folder, struct fth_key key, void **bytes,
                                size_t *size)
{
    enum { MOST = 256 << 20 };
    struct fth_text folder = {0}, path = {0};
    enum fth_status status = FTH_END;
    if (entry_path(cache_folder, key, ".look", &folder, &path) && fth_file_exists(path.data))
        status = fth_file_read(path.data, MOST, bytes, size, NULL);
    if (status == FTH_OK)
        utimensat(AT_FDCWD, path.data, NULL, 0); /* used just now */
    fth_text_clear(&folder);
    fth_text_clear(&path);
    return status == FTH_OK ? FTH_OK : FTH_END;
}

void fth_look_keep(const char *cache_folder, struct fth_key key, const void *bytes, size_t size)
{
    struct fth_text folder = {0}, path = {0};
    enum fth_status status = FTH_ERR_MEMORY;
    if (entry_path(cache_folder, key, ".look", &folder, &path))
        status = fth_file_make_folder(folder.data, NULL);
    if (status == FTH_OK)
        status = fth_file_write(path.data, bytes, size, true, NULL);
    if (status != FTH_OK)
        fth_log_once(FTH_LOG_WARNING,
                     "depth cache: entries cannot be kept in %s (%s); going on without",
                     cache_folder, fth_status_name(status));
    fth_text_clear(&folder);
    fth_text_clear(&path);
}
