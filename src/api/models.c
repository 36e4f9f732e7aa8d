/* SPDX-License-Identifier: Apache-2.0 */
/* Networks as faces see them: what the list says, what is installed, and how to change that. */
#include "base/json.h"
#include "base/mem.h"
#include "fathom/fathom.h"
#include "infer/device.h"
#include "infer/manifest.h"
#include "infer/runtime.h"
#include "infer/store.h"

/* ---- list */

/* NULL when memory is out. */
static struct fth_json *describe_network(const struct fth_network *network)
{
    char *path = NULL;
    if (fth_network_path(network, &path, NULL) != FTH_OK)
        return NULL;
    struct fth_json *object = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set_text(object, "id", network->id);
    fth_json_set_text(object, "title", network->title);
    fth_json_set_text(object, "task", network->task == FTH_NETWORK_DEPTH ? "depth" : "matte");
    fth_json_set_text(object, "meaning", fth_network_meaning_name(network->meaning));
    fth_json_set_text(object, "licence", network->licence);
    fth_json_set_bool(object, "non_commercial", network->non_commercial);
    fth_json_set_bool(object, "installed", path != NULL);
    fth_json_set_text(object, "path", path ? path : "");
    fth_json_set_text(object, "file", network->file);
    fth_json_set_text(object, "url", network->url);
    fth_json_set_int(object, "size", network->size);
    fth_json_set_text(object, "sha256", network->sha256);
    fth_json_set_bool(object, "pinned", network->is_pinned);
    fth_json_set_bool(object, "own", network->is_own);
    fth_free(path);
    return object;
}

static enum fth_status is_installed(const struct fth_manifest *manifest, const char *id,
                                    bool *installed)
{
    const struct fth_network *network = fth_manifest_find(manifest, id);
    char *path = NULL;
    enum fth_status status = network ? fth_network_path(network, &path, NULL) : FTH_OK;
    *installed = path != NULL;
    fth_free(path);
    return status;
}

/* "" when nothing that could be used is installed; NULL when memory is out. */
static struct fth_json *best_of(const struct fth_manifest *manifest, bool better)
{
    const struct fth_network *best = NULL;
    const struct fth_network_set *draft = fth_manifest_set(manifest, "draft");
    bool has_depth = false, has_people = false;
    if (fth_manifest_best(manifest, better, &best, NULL) != FTH_OK ||
        (draft && (is_installed(manifest, draft->depth, &has_depth) != FTH_OK ||
                   is_installed(manifest, draft->people, &has_people) != FTH_OK)))
        return NULL;
    return fth_json_new_text(best ? best->id : has_depth && has_people ? draft->id : "");
}

enum fth_status fth_models_list(char **json, struct fth_error *error)
{
    struct fth_manifest *manifest = NULL;
    enum fth_status status = fth_manifest_open(&manifest, error);
    if (status != FTH_OK)
        return status;
    struct fth_json *root = fth_json_new(FTH_JSON_OBJECT), *list = fth_json_new(FTH_JSON_ARRAY);
    for (size_t i = 0; i < fth_manifest_count(manifest); i++)
        fth_json_add(list, describe_network(fth_manifest_at(manifest, i)));
    fth_json_set(root, "networks", list);
    struct fth_json *best = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set(best, "better", best_of(manifest, true));
    fth_json_set(best, "faster", best_of(manifest, false));
    fth_json_set(root, "best", best);
    fth_manifest_close(&manifest);
    return fth_json_deliver(root, json, error);
}

static struct fth_json *describe_device(size_t index)
{
    static const char *const states[] = {[FTH_DEVICE_ABSENT] = "absent",
                                         [FTH_DEVICE_BROKEN] = "broken",
                                         [FTH_DEVICE_WORKS] = "works"};
    char why[FTH_DEVICE_WHY] = "";
    struct fth_json *object = fth_json_new(FTH_JSON_OBJECT);
    enum fth_device_state state = fth_device_try(index, why);
    fth_json_set_text(object, "name", fth_device_name(index));
    fth_json_set_text(object, "provider", fth_device_provider(index));
    fth_json_set_text(object, "state", states[state]);
    fth_json_set_text(object, "why", why);
    return object;
}

enum fth_status fth_models_devices(char **json, struct fth_error *error)
{
    const fth_runtime_call *calls;
    size_t chosen = 0;
    enum fth_status status = fth_runtime_load(&calls, error);
    if (status == FTH_OK)
        status = fth_device_choose(NULL, &chosen, error);
    if (status != FTH_OK)
        return status;
    char *path = fth_runtime_path();
    struct fth_json *root = fth_json_new(FTH_JSON_OBJECT), *list = fth_json_new(FTH_JSON_ARRAY);
    fth_json_set_text(root, "runtime", fth_runtime_version());
    fth_json_set_text(root, "path", path ? path : "");
    fth_json_set_text(root, "chosen", fth_device_name(chosen));
    for (size_t i = 0; fth_device_name(i); i++)
        fth_json_add(list, describe_device(i));
    fth_json_set(root, "devices", list);
    fth_free(path);
    return fth_json_deliver(root, json, error);
}

/* ---- get and add */

static enum fth_status deliver_file(const char *id, struct fth_store_file *file, char **json,
                                    struct fth_error *error)
{
    struct fth_json *root = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set_text(root, "id", id);
    fth_json_set_text(root, "path", file->path);
    fth_json_set_int(root, "size", file->size);
    fth_json_set_text(root, "sha256", file->sha256);
    fth_json_set_bool(root, "was_there", file->was_there);
    fth_json_set_bool(root, "newly_pinned", file->is_new_pin);
    fth_free(file->path);
    return fth_json_deliver(root, json, error);
}

struct bridge {
    const char *name;
    const struct fth_models_options *options;
};

static bool pass_progress(void *context, const struct fth_download_progress *progress)
{
    const struct bridge *bridge = context;
    struct fth_models_progress shown = {bridge->name, progress->done, progress->total,
                                        progress->rate, progress->left_s};
    return bridge->options->progress(bridge->options->context, &shown);
}

enum fth_status fth_models_get(const char *name, const struct fth_models_options *options,
                               char **json, struct fth_error *error)
{
    static const struct fth_models_options none;
    struct bridge bridge = {name, options ? options : &none};
    struct fth_store_get_options get = {.accept_licence = bridge.options->accept_licence,
                                        .again = bridge.options->again,
                                        .progress =
                                            bridge.options->progress ? pass_progress : NULL,
                                        .context = &bridge};
    struct fth_manifest *manifest = NULL;
    struct fth_store_file file = {0};
    enum fth_status status = fth_manifest_open(&manifest, error);
    if (status == FTH_OK)
        status = fth_store_get(manifest, name, &get, &file, error);
    if (status == FTH_OK)
        status = deliver_file(name, &file, json, error);
    fth_manifest_close(&manifest);
    return status;
}

enum fth_status fth_models_add(const char *path, const struct fth_models_add_options *options,
                               char **json, struct fth_error *error)
{
    const struct fth_store_add_options add = {options->like, options->name, options->input,
                                              options->output};
    struct fth_manifest *manifest = NULL;
    struct fth_store_file file = {0};
    char *added = NULL;
    enum fth_status status = fth_manifest_open(&manifest, error);
    if (status == FTH_OK)
        status = fth_store_add(manifest, path, &add, &added, &file, error);
    if (status == FTH_OK)
        status = deliver_file(added, &file, json, error);
    fth_free(added);
    fth_manifest_close(&manifest);
    return status;
}

/* ---- verify and remove */

static struct fth_json *describe_check(const struct fth_network *network,
                                       const struct fth_store_file *file)
{
    static const char *const states[] = {[FTH_STORE_GOOD] = "good",
                                         [FTH_STORE_UNSUMMED] = "unknown",
                                         [FTH_STORE_DAMAGED] = "damaged"};
    struct fth_json *object = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set_text(object, "id", network->id);
    fth_json_set_text(object, "path", file->path);
    fth_json_set_text(object, "state", states[file->state]);
    fth_json_set_int(object, "size", file->size);
    fth_json_set_text(object, "sha256", file->sha256);
    fth_json_set_text(object, "expected_sha256", network->sha256);
    return object;
}

/* Adds what is found out about the network, nothing when it is not installed. */
static enum fth_status verify_one(const struct fth_network *network, struct fth_json *list,
                                  int64_t *damaged_count, struct fth_error *error)
{
    struct fth_store_file file = {0};
    enum fth_status status = fth_store_check(network, &file, error);
    if (status != FTH_OK)
        return status;
    fth_json_add(list, describe_check(network, &file));
    *damaged_count += file.state == FTH_STORE_DAMAGED;
    fth_free(file.path);
    return FTH_OK;
}

static enum fth_status verify_all(const struct fth_manifest *manifest, struct fth_json *list,
                                  int64_t *damaged_count, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (size_t i = 0; i < fth_manifest_count(manifest) && status == FTH_OK; i++) {
        char *path = NULL;
        status = fth_network_path(fth_manifest_at(manifest, i), &path, error);
        if (path)
            status = verify_one(fth_manifest_at(manifest, i), list, damaged_count, error);
        fth_free(path);
    }
    return status;
}

enum fth_status fth_models_verify(const char *name, char **json, struct fth_error *error)
{
    struct fth_manifest *manifest = NULL;
    const struct fth_network *network = NULL;
    int64_t damaged_count = 0;
    struct fth_json *root = fth_json_new(FTH_JSON_OBJECT), *list = fth_json_new(FTH_JSON_ARRAY);
    enum fth_status status = fth_manifest_open(&manifest, error);
    if (status == FTH_OK && name)
        status = fth_manifest_named(manifest, name, &network, error);
    if (status == FTH_OK)
        status = network ? verify_one(network, list, &damaged_count, error)
                         : verify_all(manifest, list, &damaged_count, error);
    fth_manifest_close(&manifest);
    fth_json_set(root, "networks", list);
    fth_json_set_int(root, "damaged_count", damaged_count);
    if (status == FTH_OK)
        return fth_json_deliver(root, json, error);
    fth_json_destroy(&root);
    return status;
}

enum fth_status fth_models_remove(const char *name, struct fth_error *error)
{
    struct fth_manifest *manifest = NULL;
    enum fth_status status = fth_manifest_open(&manifest, error);
    if (status == FTH_OK)
        status = fth_store_remove(manifest, name, error);
    fth_manifest_close(&manifest);
    return status;
}
