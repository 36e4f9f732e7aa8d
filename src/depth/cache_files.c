/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the disk cache: how many, how large, how old, and which go first. Only what is
 * certainly ours counts: FOLDER/depth/ab/, 32 digits, and the ending of a kind. A file's time of
 * change is when it was last used. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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
#include "depth/cache.h"

/* A new kind of entries is a new line here. */
static const struct {
    const char *name, *ending;
} kinds[] = {{"depth", ".exr"}, {"looks", ".look"}};
_Static_assert(FTH_ARRAY_COUNT(kinds) <= FTH_CACHE_KINDS, "room for a tally of each kind");

struct entry {
    char name[40]; /* HEX.exr or HEX.look */
    int kind;
    struct timespec used;
    int64_t size;
};

struct listing {
    struct entry *entries;
    size_t count, capacity;
    uint64_t size;
    bool clear;       /* what killed processes left goes after a minute */
    int failed_errno; /* a folder cannot be read, or memory is out */
};

/* Of an entry's name, or -1. */
static int kind_of(const char *name)
{
    if (strspn(name, "0123456789abcdef") != 32)
        return -1;
    for (int i = 0; i < (int)FTH_ARRAY_COUNT(kinds); i++) {
        if (strcmp(name + 32, kinds[i].ending) == 0)
            return i;
    }
    return -1;
}

static void list_entry(const char *name, int kind, const struct stat *info,
                       struct listing *listing)
{
    if (listing->count == listing->capacity) {
        size_t capacity = FTH_MAX(2 * listing->capacity, 256);
        struct entry *grown = fth_realloc(listing->entries, capacity, sizeof(*grown));
        if (!grown) {
            listing->failed_errno = ENOMEM;
            return;
        }
        listing->entries = grown;
        listing->capacity = capacity;
    }
    struct entry *entry = &listing->entries[listing->count++];
    snprintf(entry->name, sizeof(entry->name), "%.39s", name);
    entry->kind = kind;
    entry->used = info->st_mtim;
    entry->size = info->st_size;
    listing->size += (uint64_t)info->st_size;
}

/* What a killed process left: a hidden name of ours that nobody has written to for so long. */
static bool is_abandoned(const char *name, const struct stat *info, int64_t for_s)
{
    return name[0] == '.' && strstr(name, ".fathom-") && time(NULL) - info->st_mtime > for_s;
}

static void list_bucket(const char *folder, struct listing *listing)
{
    enum { MINUTE_S = 60, DAY_S = 24 * 60 * MINUTE_S };
    DIR *bucket = opendir(folder);
    struct stat info;
    if (!bucket && errno != ENOENT)
        listing->failed_errno = errno;
    enum fth_status status = FTH_OK;
    for (struct dirent *file; bucket && (file = fth_folder_next(bucket, folder, &status, NULL));) {
        const char *name = file->d_name;
        int kind = kind_of(name);
        if (fstatat(dirfd(bucket), name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
            if (kind >= 0 && errno != ENOENT) /* gone is gone */
                listing->failed_errno = errno;
            continue;
        }
        if (!S_ISREG(info.st_mode))
            continue;
        if (kind >= 0)
            list_entry(name, kind, &info, listing);
        else if (is_abandoned(name, &info, listing->clear ? MINUTE_S : DAY_S))
            unlinkat(dirfd(bucket), name, 0);
    }
    if (status != FTH_OK)
        listing->failed_errno = EIO;
    if (bucket)
        closedir(bucket);
}

static void list_all(const char *cache_folder, struct listing *listing)
{
    for (int i = 0; i < 256; i++) {
        struct fth_text folder = {0};
        fth_text_append(&folder, "%s/depth/%02x", cache_folder, (unsigned)i);
        if (folder.failed)
            listing->failed_errno = ENOMEM;
        else
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
static int remove_entry(const char *cache_folder, const struct entry *entry)
{
    struct fth_text path = {0};
    int code = ENOMEM;
    fth_text_append(&path, "%s/depth/%.2s/%s", cache_folder, entry->name, entry->name);
    if (!path.failed)
        code = unlink(path.data) == 0 || errno == ENOENT ? 0 : errno;
    fth_text_clear(&path);
    return code;
}

void fth_bundle_trim(const char *cache_folder, uint64_t limit)
{
    struct listing listing = {0};
    list_all(cache_folder, &listing);
    bool too_much = listing.size > limit && listing.failed_errno != ENOMEM;
    uint64_t left = listing.size;
    if (too_much)
        qsort(listing.entries, listing.count, sizeof(*listing.entries), by_age);
    for (size_t i = 0; too_much && i < listing.count && left > limit / 10 * 9; i++) {
        if (remove_entry(cache_folder, &listing.entries[i]) == 0)
            left -= (uint64_t)listing.entries[i].size;
    }
    fth_free(listing.entries);
}

uint64_t fth_cache_size_limit(void)
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

static void count_entry(const struct entry *entry, struct fth_cache_kind *kind)
{
    int64_t age_s = FTH_MAX((int64_t)(time(NULL) - entry->used.tv_sec), (int64_t)0);
    kind->oldest_s = kind->count ? FTH_MAX(kind->oldest_s, age_s) : age_s;
    kind->newest_s = kind->count ? FTH_MIN(kind->newest_s, age_s) : age_s;
    kind->count++;
    kind->size += entry->size;
}

static void remove_buckets(const char *cache_folder)
{
    for (int i = 0; i < 256; i++) {
        struct fth_text folder = {0};
        fth_text_append(&folder, "%s/depth/%02x", cache_folder, (unsigned)i);
        if (!folder.failed)
            rmdir(folder.data); /* stays when somebody just put something in */
        fth_text_clear(&folder);
    }
}

enum fth_status fth_cache_count(const char *cache_folder, bool clear, struct fth_cache_tally *tally,
                                struct fth_error *error)
{
    struct listing listing = {.clear = clear};
    *tally = (struct fth_cache_tally){.kind_count = FTH_ARRAY_COUNT(kinds),
                                      .limit = fth_cache_size_limit()};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(kinds); i++)
        tally->kinds[i].name = kinds[i].name;
    list_all(cache_folder, &listing);
    int code = listing.failed_errno;
    for (size_t i = 0; i < listing.count; i++) {
        const struct entry *entry = &listing.entries[i];
        int failed = clear ? remove_entry(cache_folder, entry) : 0;
        if (failed == 0)
            count_entry(entry, &tally->kinds[entry->kind]);
        code = failed ? failed : code;
    }
    if (clear)
        remove_buckets(cache_folder);
    fth_free(listing.entries);
    if (code == 0)
        return FTH_OK;
    return fth_fail(error, FTH_ERR_IO, "%s: cannot %s everything: %s", cache_folder,
                    clear ? "remove" : "read", strerror(code));
}
