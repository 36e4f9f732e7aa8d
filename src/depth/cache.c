/* SPDX-License-Identifier: Apache-2.0 */
/* The disk cache of depth: content-addressed, checked on reading, trimmed by age of use, never a
 * reason for a job to fail. */
#include "depth/cache.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/seal.h"
#include "base/text.h"

/* Bytes kept since this process last looked at the cache's size. */
static atomic_uint_fast64_t kept_size;
static atomic_bool has_looked;

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
        status = fth_bundle_read_sealed(path.data, pool, buffers, bundle, &error);
    if (status == FTH_OK)
        utimensat(AT_FDCWD, path.data, NULL, 0); /* used just now */
    if (status == FTH_ERR_DATA || status == FTH_ERR_UNSUPPORTED || status == FTH_ERR_LIMIT) {
        fth_log_once(FTH_LOG_WARNING,
                     "depth cache: what is damaged (or of an older fathom) in %s is made anew",
                     cache_folder);
        fth_log(FTH_LOG_DEBUG, "depth cache: %s", error.message);
        unlink(path.data);
    }
    fth_text_clear(&folder);
    fth_text_clear(&path);
    return status == FTH_OK ? FTH_OK : FTH_END;
}

/* What footage shows is its owner's affair: a cache that is not there yet becomes a private folder.
 * One that others shall share is made beforehand. */
static enum fth_status make_bucket(const char *cache_folder, const char *folder,
                                   struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    if (!fth_file_is_folder(folder))
        status = fth_file_make_private_folder(cache_folder, error);
    return status == FTH_OK ? fth_file_make_folder(folder, error) : status;
}

/* Under a name of its own until it is sealed: no reader ever meets an entry without. */
static enum fth_status write_sealed(const char *path, const struct fth_image *bundle,
                                    const struct fth_bundle_info *info, struct fth_pool *pool,
                                    struct fth_error *error)
{
    char *temporary = fth_file_temporary_name(path);
    if (!temporary)
        return fth_fail_memory(error, strlen(path), path);
    enum fth_status status = fth_bundle_write(temporary, bundle, info, true, pool, error);
    if (status == FTH_OK)
        status = fth_file_seal(temporary, error);
    if (status == FTH_OK)
        status = fth_file_replace(temporary, path, error);
    if (status != FTH_OK)
        unlink(temporary);
    fth_free(temporary);
    return status;
}

/* With the first entry a process keeps, and whenever it has added a sixteenth of the limit. */
static void look_at_size(const char *cache_folder, const char *path)
{
    struct stat info;
    uint64_t limit = fth_cache_size_limit();
    uint64_t size = stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
    bool much = atomic_fetch_add(&kept_size, size) + size > limit / 16;
    if (!much && atomic_exchange(&has_looked, true))
        return;
    atomic_store(&has_looked, true);
    atomic_store(&kept_size, 0);
    fth_bundle_trim(cache_folder, limit);
}

void fth_bundle_keep(const char *cache_folder, struct fth_key key, const struct fth_image *bundle,
                     const struct fth_bundle_info *info, struct fth_pool *pool)
{
    struct fth_text folder = {0}, path = {0};
    struct fth_error error = {.message = "out of memory"};
    enum fth_status status = FTH_ERR_MEMORY;
    if (entry_path(cache_folder, key, ".exr", &folder, &path))
        status = make_bucket(cache_folder, folder.data, &error);
    if (status == FTH_OK)
        status = write_sealed(path.data, bundle, info, pool, &error);
    if (status != FTH_OK) /* without the reason, which names a file: one warning for all frames */
        fth_log_once(FTH_LOG_WARNING,
                     "depth cache: entries cannot be kept in %s (%s); going on without",
                     cache_folder, fth_status_name(status));
    else
        look_at_size(cache_folder, path.data);
    fth_text_clear(&folder);
    fth_text_clear(&path);
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
        status = make_bucket(cache_folder, folder.data, NULL);
    if (status == FTH_OK)
        status = fth_file_write_cached(path.data, bytes, size, NULL);
    if (status != FTH_OK)
        fth_log_once(FTH_LOG_WARNING,
                     "depth cache: entries cannot be kept in %s (%s); going on without",
                     cache_folder, fth_status_name(status));
    else
        look_at_size(cache_folder, path.data);
    fth_text_clear(&folder);
    fth_text_clear(&path);
}
