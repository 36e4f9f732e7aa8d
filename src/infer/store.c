/* SPDX-License-Identifier: Apache-2.0 */
/* A network's file gets its final name only after its sum was right, or, where no sum is known,
 * after it was loaded and run: a page of a hotel's network must not become "the network". */
#include "infer/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "infer/fit.h"
#include "infer/own.h"
#include "infer/places.h"
#include "infer/runtime.h"
#include "infer/trial.h"

/* "FOLDER/NAME" in the user's models folder. New string, NULL when memory is out. */
static char *own_path(const char *name)
{
    struct fth_text path = {0};
    char *folder = fth_place_own(FTH_PLACE_NETWORK);
    if (folder)
        fth_text_append(&path, "%s/%s", folder, name);
    fth_free(folder);
    return path.data;
}

/* The path a file of that name gets; its folder is made. */
static enum fth_status prepare_path(const char *name, char **path, struct fth_error *error)
{
    char *folder = fth_place_own(FTH_PLACE_NETWORK), *file = own_path(name);
    enum fth_status status = folder && file ? fth_file_make_folder(folder, error)
                                            : fth_fail_memory(error, strlen(name), "a path");
    fth_free(folder);
    if (status == FTH_OK)
        *path = file;
    else
        fth_free(file);
    return status;
}

static enum fth_status measure(const char *path, int64_t *size, char sha256[FTH_SHA256_TEXT],
                               struct fth_error *error)
{
    int fd = -1;
    enum fth_status status = fth_file_open(path, &fd, size, error);
    if (status != FTH_OK)
        return status;
    close(fd);
    return fth_sha256_file(path, NULL, sha256, error);
}

/* ---- check */

enum fth_status fth_store_check(const struct fth_network *network, struct fth_store_file *file,
                                struct fth_error *error)
{
    struct fth_store_file result = {.path = NULL};
    enum fth_status status = fth_network_path(network, &result.path, error);
    if (status != FTH_OK)
        return status;
    if (!result.path)
        return fth_fail(error, FTH_ERR_NOT_FOUND, "network %s is not installed", network->id);
    status = measure(result.path, &result.size, result.sha256, error);
    if (status != FTH_OK) {
        fth_free(result.path);
        return status;
    }
    bool right_size = network->size == 0 || result.size == network->size;
    if (!right_size || (*network->sha256 && strcmp(result.sha256, network->sha256) != 0))
        result.state = FTH_STORE_DAMAGED;
    else
        result.state = *network->sha256 ? FTH_STORE_GOOD : FTH_STORE_UNSUMMED;
    *file = result;
    return FTH_OK;
}

/* ---- get */

static enum fth_status check_request(const struct fth_network *network, bool accepted,
                                     struct fth_error *error)
{
    if (!*network->url && *network->package)
        return fth_fail(error, FTH_ERR_NOT_FOUND,
                        "network %s comes with `./run setup`, not from an address", network->id);
    if (!*network->url)
        return fth_fail(error, FTH_ERR_NOT_FOUND,
                        "network %s cannot be had as a file: make it from its authors' weights, "
                        "then `fathom models add FILE --like %s`",
                        network->id, network->id);
    if (network->non_commercial && !accepted)
        return fth_fail(error, FTH_ERR_USAGE,
                        "network %s is licensed %s, which forbids commercial use; if that suits "
                        "you, say --accept-licence",
                        network->id, network->licence);
    return FTH_OK;
}

struct getting {
    const struct fth_network *network;
    const struct fth_store_get_options *options;
};

static bool pass_progress(void *context, const struct fth_download_progress *progress)
{
    const struct getting *getting = context;
    return !getting->options->progress ||
           getting->options->progress(getting->options->context, progress);
}

/* What no sum vouches for must at least be a network. */
static enum fth_status try_unsummed(void *context, const char *path, struct fth_error *error)
{
    const struct getting *getting = context;
    const fth_runtime_call *calls;
    if (*getting->network->sha256 || fth_runtime_load(&calls, NULL) != FTH_OK)
        return FTH_OK;
    enum fth_status status = fth_network_try(getting->network, path, error);
    if (status != FTH_OK && error)
        fth_error_prefix(error, "%.400s: what came cannot be used", getting->network->url);
    return status;
}

static enum fth_status fetch(const struct fth_network *network,
                             const struct fth_store_get_options *options,
                             struct fth_store_file *file, struct fth_error *error)
{
    struct getting getting = {network, options};
    struct fth_store_file result = {.state = FTH_STORE_GOOD};
    enum fth_status status = prepare_path(network->file, &result.path, error);
    struct fth_download download = {.url = network->url,
                                    .path = result.path,
                                    .size = network->size,
                                    .sha256 = network->sha256,
                                    .progress = pass_progress,
                                    .check = try_unsummed,
                                    .context = &getting};
    if (status == FTH_OK)
        status = fth_download(&download, result.sha256, error);
    if (status == FTH_OK)
        status = measure(result.path, &result.size, result.sha256, error);
    if (status == FTH_OK && !*network->sha256) {
        result.is_new_pin = true;
        status = fth_own_pin(network->id, network->url, result.size, result.sha256, error);
    }
    if (status == FTH_OK)
        *file = result;
    else
        fth_free(result.path);
    return status;
}

enum fth_status fth_store_get(const struct fth_manifest *manifest, const char *id,
                              const struct fth_store_get_options *options,
                              struct fth_store_file *file, struct fth_error *error)
{
    const struct fth_network *network;
    struct fth_store_file there = {0};
    enum fth_status status = fth_manifest_named(manifest, id, &network, error);
    if (status != FTH_OK)
        return status;
    if (!options->again && fth_store_check(network, &there, NULL) == FTH_OK) {
        if (there.state != FTH_STORE_DAMAGED) {
            there.was_there = true;
            *file = there;
            return FTH_OK;
        }
        fth_free(there.path);
    }
    status = check_request(network, options->accept_licence, error);
    return status == FTH_OK ? fetch(network, options, file, error) : status;
}

/* ---- add */

static bool is_name(const char *id)
{
    size_t length = strlen(id);
    return length > 0 && length < 64 && id[0] != '.' && id[0] != '-' &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789._-") == length;
}

/* A name out of the file's: "My Net v2.onnx" is my-net-v2. */
static void name_of_file(const char *path, char id[64])
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    size_t length = dot && dot != name ? (size_t)(dot - name) : strlen(name), i;
    for (i = 0; i < length && i < 63; i++) {
        char c = name[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (i > 0 && c == '.');
        id[i] = plain || (i > 0 && c == '_') ? c : '-';
    }
    id[i] = '\0';
    if (id[0] == '-')
        id[0] = 'n';
}

static enum fth_status check_name(const struct fth_manifest *manifest, const char *id,
                                  struct fth_error *error)
{
    if (!is_name(id))
        return fth_fail(error, FTH_ERR_USAGE,
                        "\"%.80s\" is no name for a network: 1 to 63 small letters, digits, dots, "
                        "dashes and underscores",
                        id);
    if (fth_manifest_find(manifest, id) || fth_manifest_set(manifest, id))
        return fth_fail(error, FTH_ERR_USAGE,
                        "the name %s is taken; give another with --name, or `fathom models remove "
                        "%s` first",
                        id, id);
    return FTH_OK;
}

static enum fth_status fail_copy(const char *what, const char *path, struct fth_error *error)
{
    return fth_fail(error, FTH_ERR_IO, "%s: cannot %s: %s", path, what, strerror(errno));
}

static enum fth_status write_all(int to, const char *block, size_t count, const char *path,
                                 struct fth_error *error)
{
    while (count > 0) {
        ssize_t n = write(to, block, count);
        if (n < 0 && errno != EINTR)
            return fail_copy("write", path, error);
        block += n > 0 ? n : 0;
        count -= n > 0 ? (size_t)n : 0;
    }
    return FTH_OK;
}

static enum fth_status pour(int from, int to, const char *path, const char *target,
                            struct fth_error *error)
{
    enum { BLOCK = 1 << 20 };
    enum fth_status status = FTH_OK;
    char *block = fth_alloc(BLOCK, 1);
    if (!block)
        return fth_fail_memory(error, BLOCK, path);
    for (ssize_t n = 1; n != 0 && status == FTH_OK;) {
        n = read(from, block, BLOCK);
        if (n < 0 && errno != EINTR)
            status = fail_copy("read", path, error);
        else if (n > 0)
            status = write_all(to, block, (size_t)n, target, error);
    }
    fth_free(block);
    return status;
}

/* Copies the file to its final name in one step. */
static enum fth_status copy_file(const char *path, const char *target, bool overwrite,
                                 struct fth_error *error)
{
    int from = -1, to = -1;
    int64_t size = 0;
    char *temporary = NULL;
    enum fth_status status = fth_file_open(path, &from, &size, error);
    if (status != FTH_OK)
        return status;
    status = fth_file_create(target, &temporary, &to, error);
    if (status == FTH_OK)
        status = pour(from, to, path, target, error);
    if (to >= 0 && close(to) != 0 && status == FTH_OK)
        status = fail_copy("write", target, error);
    close(from);
    if (status == FTH_OK)
        status = fth_file_publish(temporary, target, overwrite, error);
    else if (temporary)
        unlink(temporary);
    fth_free(temporary);
    return status;
}

/* The entry of `like` under its new name; where it comes from and its licence are not known. */
static struct fth_json *make_entry(const struct fth_network *like, const struct fth_fit *fit,
                                   const char *id, const char *name,
                                   const struct fth_store_file *file)
{
    static const char *const kept[] = {"task", "preference", "window", "overlap"};
    struct fth_json *entry = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set(entry, "id", fth_json_new_text(id));
    fth_json_set(entry, "title", fth_json_new_text(id));
    fth_json_set(entry, "file", fth_json_new_text(name));
    fth_json_set(entry, "licence", fth_json_new_text("NOASSERTION")); /* SPDX: nobody said */
    fth_json_set(entry, "bytes", fth_json_new_int(file->size));
    fth_json_set(entry, "sha256", fth_json_new_text(file->sha256));
    for (size_t i = 0; i < FTH_ARRAY_COUNT(kept); i++) {
        const struct fth_json *value = fth_json_get(like->entry, kept[i]);
        if (value)
            fth_json_set(entry, kept[i], fth_json_copy(value));
    }
    fth_json_set(entry, "input", fth_fit_input(like, fit));
    fth_json_set(entry, "output", fth_fit_output(like, fit));
    return entry;
}

/* Puts the tried file in its place, and into the user's list unless it is one of ours. */
static enum fth_status install(const char *path, const struct fth_network *like,
                               const struct fth_fit *fit, const char *id,
                               struct fth_store_file *file, struct fth_error *error)
{
    struct fth_text name = {0};
    bool is_ours = strcmp(id, like->id) == 0;
    char *target = NULL;
    if (is_ours)
        fth_text_append(&name, "%s", like->file);
    else
        fth_text_append(&name, "%s.onnx", id);
    enum fth_status status = name.failed ? fth_fail_memory(error, 0, "a name")
                                         : prepare_path(name.data, &target, error);
    if (status == FTH_OK)
        status = copy_file(path, target, is_ours, error);
    bool is_copied = status == FTH_OK;
    if (status == FTH_OK)
        status = measure(target, &file->size, file->sha256, error);
    if (status == FTH_OK && !is_ours)
        status = fth_own_add(make_entry(like, fit, id, name.data, file), error);
    if (status != FTH_OK && is_copied)
        unlink(target);
    fth_text_clear(&name);
    if (status == FTH_OK)
        file->path = target;
    else
        fth_free(target);
    return status;
}

/* Fits and tries the file; the very network `like` needs no fitting. */
static enum fth_status try_file(const struct fth_network *like, const char *path,
                                const struct fth_store_add_options *options, struct fth_fit *fit,
                                struct fth_error *error)
{
    enum fth_status status =
        fth_fit_file(like, path, options->input, options->output, fit, error);
    return status == FTH_OK ? fth_network_try(&fit->network, path, error) : status;
}

enum fth_status fth_store_add(const struct fth_manifest *manifest, const char *path,
                              const struct fth_store_add_options *options, char **added,
                              struct fth_store_file *file, struct fth_error *error)
{
    const struct fth_network *like;
    struct fth_store_file result = {.state = FTH_STORE_GOOD};
    struct fth_fit fit;
    char made[64] = "";
    enum fth_status status = fth_manifest_named(manifest, options->like, &like, error);
    if (status == FTH_OK)
        status = measure(path, &result.size, result.sha256, error);
    if (status != FTH_OK)
        return status;
    const char *id = options->id;
    bool is_like = !id && strcmp(result.sha256, like->sha256) == 0;
    if (!id && !is_like)
        name_of_file(path, made);
    const char *name = id ? id : is_like ? like->id : made;
    if (!is_like)
        status = check_name(manifest, name, error);
    if (status == FTH_OK)
        status = try_file(like, path, options, &fit, error);
    char *copy = fth_strdup(name);
    if (status == FTH_OK && !copy)
        status = fth_fail_memory(error, strlen(name), "a name");
    if (status == FTH_OK)
        status = install(path, like, &fit, name, &result, error);
    if (status != FTH_OK) {
        fth_free(copy);
        return status;
    }
    *added = copy;
    *file = result;
    return FTH_OK;
}

/* ---- remove */

/* What an unfinished download left. */
static void remove_parts(const char *path)
{
    static const char *const endings[] = {".part", ".part.from"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(endings); i++) {
        struct fth_text part = {0};
        fth_text_append(&part, "%s%s", path, endings[i]);
        if (!part.failed)
            unlink(part.data);
        fth_text_clear(&part);
    }
}

static enum fth_status remove_file(const struct fth_network *network, const char *found,
                                   const char *own, struct fth_error *error)
{
    if (!found && !network->is_own)
        return fth_fail(error, FTH_ERR_NOT_FOUND, "network %s is not installed", network->id);
    if (found && strcmp(found, own) != 0)
        return fth_fail(error, FTH_ERR_USAGE,
                        "network %s: %s belongs to the installation and is left alone",
                        network->id, found);
    if (found && unlink(found) != 0)
        return fth_fail(error, FTH_ERR_IO, "%s: cannot remove: %s", found, strerror(errno));
    return FTH_OK;
}

enum fth_status fth_store_remove(const struct fth_manifest *manifest, const char *id,
                                 struct fth_error *error)
{
    const struct fth_network *network;
    enum fth_status status = fth_manifest_named(manifest, id, &network, error);
    if (status != FTH_OK)
        return status;
    char *own = own_path(network->file), *found = NULL;
    status = own ? fth_network_path(network, &found, error) : fth_fail_memory(error, 0, "a path");
    if (status == FTH_OK)
        status = remove_file(network, found, own, error);
    if (own)
        remove_parts(own);
    if (status == FTH_OK && (network->is_own || network->is_pinned))
        status = fth_own_forget(id, error);
    fth_free(own);
    fth_free(found);
    return status;
}
