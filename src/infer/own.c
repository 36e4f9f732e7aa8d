/* SPDX-License-Identifier: Apache-2.0 */
/* Every change reads the list, leaves one id out, puts the new words in and writes it anew. */
#include "infer/own.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "infer/places.h"

char *fth_own_list_path(void)
{
    struct fth_text path = {0};
    char *folder = fth_place_own(FTH_PLACE_NETWORK);
    if (folder)
        fth_text_append(&path, "%s/own.json", folder);
    fth_free(folder);
    return path.data;
}

/* Locks the folder of the list, which is made when it is not there. The descriptor is closed to
 * unlock. */
static enum fth_status lock_folder(int *lock, struct fth_error *error)
{
    char *folder = fth_place_own(FTH_PLACE_NETWORK);
    if (!folder)
        return fth_fail_memory(error, 0, "a path");
    enum fth_status status = fth_file_make_folder(folder, error);
    int fd = status == FTH_OK ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (status == FTH_OK && (fd < 0 || flock(fd, LOCK_EX) != 0))
        status = fth_fail(error, FTH_ERR_IO, "%s: cannot lock: %s", folder, strerror(errno));
    if (status == FTH_OK)
        *lock = fd;
    else if (fd >= 0)
        close(fd);
    fth_free(folder);
    return status;
}

/* The array `key` of `list` less the entry called `id`. Returns new. */
static struct fth_json *others(const struct fth_json *list, const char *key, const char *id)
{
    const struct fth_json *old = fth_json_get(list, key);
    struct fth_json *array = fth_json_new(FTH_JSON_ARRAY);
    for (size_t i = 0; i < fth_json_count(old); i++) {
        const struct fth_json *entry = fth_json_at(old, i);
        if (strcmp(fth_json_text(fth_json_get(entry, "id"), ""), id) != 0)
            fth_json_add(array, fth_json_copy(entry));
    }
    return array;
}

static enum fth_status write_list(const char *path, struct fth_json *list, struct fth_error *error)
{
    struct fth_text lines = {0};
    char *text = fth_json_print(list);
    if (text)
        fth_text_append(&lines, "%s\n", text);
    enum fth_status status = lines.data && !lines.failed
                                 ? fth_file_write(path, lines.data, lines.length, true, error)
                                 : fth_fail_memory(error, 0, path);
    fth_text_clear(&lines);
    fth_free(text);
    return status;
}

/* Leaves out what the list says of `id`, then adds `network` and `pin` (both taken, or NULL). */
static enum fth_status change(const char *id, struct fth_json *network, struct fth_json *pin,
                              struct fth_error *error)
{
    int lock = -1;
    struct fth_json *old = NULL, *list = fth_json_new(FTH_JSON_OBJECT);
    char *path = fth_own_list_path();
    enum fth_status status =
        path ? lock_folder(&lock, error) : fth_fail_memory(error, 0, "a path");
    if (status == FTH_OK && fth_file_exists(path))
        status = fth_json_read(path, &old, error);
    struct fth_json *networks = others(old, "networks", id), *pins = others(old, "pins", id);
    if (network)
        fth_json_add(networks, network);
    if (pin)
        fth_json_add(pins, pin);
    fth_json_set(list, "fathom_models", fth_json_new_int(1));
    fth_json_set(list, "networks", networks);
    fth_json_set(list, "pins", pins);
    if (status == FTH_OK)
        status = write_list(path, list, error);
    fth_json_destroy(&list);
    fth_json_destroy(&old);
    fth_free(path);
    if (lock >= 0)
        close(lock);
    return status;
}

enum fth_status fth_own_add(struct fth_json *entry, struct fth_error *error)
{
    char *id = fth_strdup(fth_json_text(fth_json_get(entry, "id"), ""));
    if (!id || !entry) {
        fth_free(id);
        fth_json_destroy(&entry);
        return fth_fail_memory(error, 0, "a name");
    }
    enum fth_status status = change(id, entry, NULL, error);
    fth_free(id);
    return status;
}

enum fth_status fth_own_pin(const char *id, const char *url, int64_t size, const char *sha256,
                            struct fth_error *error)
{
    struct fth_json *pin = fth_json_new(FTH_JSON_OBJECT);
    if (!pin)
        return fth_fail_memory(error, 0, "a name");
    fth_json_set(pin, "id", fth_json_new_text(id));
    fth_json_set(pin, "url", fth_json_new_text(url));
    fth_json_set(pin, "bytes", fth_json_new_int(size));
    fth_json_set(pin, "sha256", fth_json_new_text(sha256));
    return change(id, NULL, pin, error);
}

enum fth_status fth_own_forget(const char *id, struct fth_error *error)
{
    return change(id, NULL, NULL, error);
}
