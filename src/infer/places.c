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

/* FOLDER/BELOW/NAME when that file is there. */
static char *look(const char *folder, const char *below, const char *name)
{
    struct fth_text path = {0};
    fth_text_append(&path, "%s/%s%s%s", folder, below, *below ? "/" : "", name);
    if (!path.failed && fth_file_exists(path.data))
        return path.data;
    fth_text_clear(&path);
    return NULL;
}

/* Goes up from `file` (".../bin/fathom", ".../lib/x86_64-linux-gnu/libfathom.so"), at most three
 * folders, and looks below each as if it were the prefix. */
static char *look_above(const char *file, const char *const *below, const char *name)
{
    char folder[FTH_LIMIT_PATH];
    if (strlen(file) >= sizeof(folder))
        return NULL;
    strcpy(folder, file);
    for (int up = 0; up < 4; up++) {
        char *slash = strrchr(folder, '/');
        if (!slash || slash == folder)
            return NULL;
        *slash = '\0';
        for (size_t i = 0; up > 0 && below[i]; i++) {
            char *found = look(folder, below[i], name);
            if (found)
                return found;
        }
    }
    return NULL;
}

static char *look_installed(const char *const *below, const char *name)
{
    static const char here;
    Dl_info info;
    char *found = NULL;
    if (dladdr(&here, &info) && info.dli_fname && info.dli_fname[0] == '/')
        found = look_above(info.dli_fname, below, name);
    char self[FTH_LIMIT_PATH];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (!found && length > 0) {
        self[length] = '\0';
        found = look_above(self, below, name);
    }
    return found;
}

char *fth_place_own(enum fth_place place)
{
    const char *wanted = getenv("FATHOM_MODELS");
    if (place != FTH_PLACE_RUNTIME && wanted && *wanted)
        return fth_strdup(wanted);
    char *data = fth_data_folder();
    struct fth_text folder = {0};
    fth_text_append(&folder, "%s/%s", data ? data : ".", folders[place].own);
    fth_free(data);
    return folder.data;
}

char *fth_place_find(enum fth_place place, const char *name)
{
    const char *wanted = getenv("FATHOM_MODELS");
    char *found = NULL;
    if (place != FTH_PLACE_RUNTIME && wanted && *wanted) {
        found = look(wanted, "", name);
        if (found || place == FTH_PLACE_NETWORK)
            return found;
    }
    found = look_installed(folders[place].installed, name);
    for (size_t i = 0; !found && folders[place].project[i]; i++)
        found = look(FTH_PROJECT_ROOT, folders[place].project[i], name);
    if (found)
        return found;
    char *data = fth_data_folder();
    if (data)
        found = look(data, folders[place].own, name);
    fth_free(data);
    return found;
}
