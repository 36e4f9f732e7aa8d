/* SPDX-License-Identifier: Apache-2.0 */
/* The disk cache as faces see it. */
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "depth/cache.h"
#include "fathom/fathom.h"

static struct fth_json *describe_kind(const struct fth_cache_kind *kind)
{
    struct fth_json *object = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set_text(object, "kind", kind->name);
    fth_json_set_int(object, "files", kind->count);
    fth_json_set_int(object, "bytes", kind->size);
    fth_json_set_int(object, "oldest_s", kind->oldest_s);
    fth_json_set_int(object, "newest_s", kind->newest_s);
    return object;
}

enum fth_status fth_cache_report(bool clear, char **json, struct fth_error *error)
{
    struct fth_cache_tally tally;
    char *folder = fth_cache_folder();
    if (!folder)
        return fth_fail_memory(error, FTH_LIMIT_PATH, "the cache folder's name");
    enum fth_status status = fth_cache_count(folder, clear, &tally, error);
    if (status == FTH_OK) {
        struct fth_json *root = fth_json_new(FTH_JSON_OBJECT);
        struct fth_json *kinds = fth_json_new(FTH_JSON_ARRAY);
        int64_t count = 0, size = 0;
        for (int i = 0; i < tally.kind_count; i++) {
            count += tally.kinds[i].count;
            size += tally.kinds[i].size;
            fth_json_add(kinds, describe_kind(&tally.kinds[i]));
        }
        fth_json_set_text(root, "folder", folder);
        fth_json_set_int(root, "files", count);
        fth_json_set_int(root, "bytes", size);
        fth_json_set_int(root, "limit", (int64_t)FTH_MIN(tally.limit, (uint64_t)INT64_MAX));
        fth_json_set_bool(root, "cleared", clear);
        fth_json_set(root, "kinds", kinds);
        status = fth_json_deliver(root, json, error);
    }
    fth_free(folder);
    return status;
}
