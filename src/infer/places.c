/* SPDX-License-Identifier: Apache-2.0 */
/* Installed places are relative to where this code was loaded from, so that a moved installation
 * still works; the project's own folder comes from the build. */
#include "infer/places.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

/* Below the installation's prefix, below the project, below the user's data folder. */
static const struct {
    const char *const *installed;
    const char *const *project;
    const char *own;
} folders[] = {
    [FTH_PLACE_RUNTIME] = {(const char *const[]){FTH_INSTALLED_LIB "/fathom", "lib/fathom", NULL},
                           (const char *const[]){".fathom/lib", NULL}, "lib"},
    [FTH_PLACE_MANIFEST] = {(const char *const[]){FTH_INSTALLED_SHARE "/fathom/models", NULL},
                            (const char *const[]){"models", NULL}, "models"},
    [FTH_PLACE_NETWORK] = {(const char *const[]){FTH_INSTALLED_SHARE "/fathom/models", NULL},
                           (const char *const[]){".fathom/models", NULL}, "models"},
};

/* FOLDER/BELOW/NAME when that file is there; `found` stays NULL else. */
static enum fth_status look(const char *folder, const char *below, const char *name, char **found)
{
    struct fth_text path = {0};
    fth_text_append(&path, "%s/%s%s%s", folder, below, *below ? "/" : "", name);
    if (!path.failed && fth_file_exists(path.data)) {
        *found = path.data;
        return FTH_OK;
    }
    enum fth_status status = path.failed ? FTH_ERR_MEMORY : FTH_OK;
    fth_text_clear(&path);
    return status;
}

/* Goes up from `file` (".../bin/fathom", ".../lib/x86_64-linux-gnu/libfathom.so"), at most three
 * folders, and looks below each as if it were the prefix. */
static enum fth_status look_above(const char *file, const char *const *below, const char *name,
                                  char **found)
{
    enum fth_status status = FTH_OK;
    char folder[FTH_LIMIT_PATH];
    if (strlen(file) >= sizeof(folder))
        return FTH_OK;
    strcpy(folder, file);
    for (int up = 0; up < 4; up++) {
        char *slash = strrchr(folder, '/');
        if (!slash || slash == folder)
            break;
        *slash = '\0';
        for (size_t i = 0; up > 0 && below[i] && !*found && status == FTH_OK; i++)
            status = look(folder, below[i], name, found);
    }
    return status;
}

static enum fth_status look_installed(const char *const *below, const char *name, char **found)
{
    static const char here;
    Dl_info info;
    enum fth_status status = FTH_OK;
    if (dladdr(&here, &info) && info.dli_fname && info.dli_fname[0] == '/')
        status = look_above(info.dli_fname, below, name, found);
    char self[FTH_LIMIT_PATH];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (status == FTH_OK && !*found && length > 0) {
        self[length] = '\0';
        status = look_above(self, below, name, found);
    }
    return status;
}

char *fth_place_own(enum fth_place place)
{
    const char *wanted = getenv("FATHOM_MODELS");
    if (place != FTH_PLACE_RUNTIME && wanted && *wanted)
        return fth_strdup(wanted);
    char *data = fth_data_folder();
    struct fth_text folder = {0};
    if (data)
        fth_text_append(&folder, "%s/%s", data, folders[place].own);
    fth_free(data);
    return folder.data;
}

static enum fth_status look_everywhere(enum fth_place place, const char *name, char **found)
{
    enum fth_status status = look_installed(folders[place].installed, name, found);
    for (size_t i = 0; status == FTH_OK && !*found && folders[place].project[i]; i++)
        status = look(FTH_PROJECT_ROOT, folders[place].project[i], name, found);
    if (status != FTH_OK || *found)
        return status;
    char *data = fth_data_folder();
    status = data ? look(data, folders[place].own, name, found) : FTH_ERR_MEMORY;
    fth_free(data);
    return status;
}

enum fth_status fth_place_find(enum fth_place place, const char *name, char **found,
                               struct fth_error *error)
{
    const char *wanted = getenv("FATHOM_MODELS");
    enum fth_status status = FTH_OK;
    bool is_named = place != FTH_PLACE_RUNTIME && wanted && *wanted;
    *found = NULL;
    if (is_named)
        status = look(wanted, "", name, found);
    if (status == FTH_OK && !*found && !(is_named && place == FTH_PLACE_NETWORK))
        status = look_everywhere(place, name, found);
    return status == FTH_OK ? FTH_OK : fth_fail_memory(error, strlen(name), "a path");
}
