/* SPDX-License-Identifier: Apache-2.0 */
/* Conversions kept ready: making one reads a config and its tables, and nodes ask for theirs with
 * every band of rows. The last few are held by name; a config's file that changes is another. What
 * is linked with OpenColorIO is loaded with the first of them. */
#include "colour/ocio.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "colour/ocio_cxx.h"

enum { KEPT = 8 };

struct fth_ocio {
    char *name;                 /* of all that was asked for */
    struct fth_ocio_cxx *made;
    int users;                  /* under the lock, with the place in kept[] as one */
};

static const struct fth_ocio_cxx_calls *calls; /* NULL: there is none */

/* Beside the library when installed, where it is built otherwise; tests stand two folders away. */
static void load(void)
{
    static const char *const places[] = {"fathom/", "colour/", "../../src/colour/"};
    Dl_info ours;
    if (!dladdr((void *)load, &ours) || !ours.dli_fname)
        return;
    const char *slash = strrchr(ours.dli_fname, '/');
    int folder = slash ? (int)(slash - ours.dli_fname) + 1 : 0;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(places) && !calls; i++) {
        char path[FTH_LIMIT_PATH];
        snprintf(path, sizeof(path), "%.*s%slibfathom-ocio.so", folder, ours.dli_fname, places[i]);
        void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        void *found = module ? dlsym(module, "fth_ocio_module") : NULL;
        if (found)
            calls = ((const struct fth_ocio_cxx_calls *(*)(void))found)();
    }
}

static bool is_there(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return calls != NULL;
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct fth_ocio *kept[KEPT]; /* the newest first */

static void let_go(struct fth_ocio *ocio)
{
    if (!ocio || --ocio->users > 0)
        return;
    if (ocio->made)
        calls->drop(ocio->made);
    fth_free(ocio->name);
    fth_free(ocio);
}

static char *name_of(const struct fth_ocio_cxx_request *r)
{
    struct fth_text text = {0};
    struct stat about = {0};
    if (stat(r->config, &about) != 0)
        about.st_mtim.tv_sec = 0;
    fth_text_append(&text, "%s\n%lld.%ld\n%s\n%s\n%s\n%s", r->config,
                    (long long)about.st_mtim.tv_sec, (long)about.st_mtim.tv_nsec, r->from, r->to,
                    r->display, r->view);
    if (!text.failed)
        return text.data;
    fth_text_clear(&text);
    return NULL;
}

/* The one called `name`, moved to the front; under the lock. */
static struct fth_ocio *recall(const char *name)
{
    for (int i = 0; i < KEPT && kept[i]; i++) {
        struct fth_ocio *found = kept[i];
        if (strcmp(found->name, name) != 0)
            continue;
        memmove(kept + 1, kept, (size_t)i * sizeof(kept[0]));
        kept[0] = found;
        return found;
    }
    return NULL;
}

/* OpenColorIO would wait for a pipe, and read a device for ever. The largest configs that studios
 * have are some megabytes of text; an archive holds their tables as well. */
static enum fth_status check_config(const char *path, struct fth_error *error)
{
    const int64_t limit = 64 << 20;
    int file = -1;
    int64_t size = 0;
    if (strncmp(path, "ocio://", 7) == 0)
        return FTH_OK;
    enum fth_status status = fth_file_open(path, &file, &size, error);
    if (status != FTH_OK)
        return status;
    close(file);
    if (size > limit && !fth_ends_with(path, ".ocioz"))
        return fth_fail(error, FTH_ERR_DATA, "%s: %lld bytes of text, an OpenColorIO config has at "
                        "most %lld", path, (long long)size, (long long)limit);
    return FTH_OK;
}

/* Takes `name`; under the lock, so that a config is read once. */
static enum fth_status make(const struct fth_ocio_cxx_request *r, char *name,
                            struct fth_ocio **result, struct fth_error *error)
{
    char message[FTH_OCIO_MESSAGE] = "";
    struct fth_ocio *ocio = fth_alloc(1, sizeof(*ocio));
    if (!ocio) {
        fth_free(name);
        return fth_fail_memory(error, sizeof(*ocio), "a colour conversion");
    }
    *ocio = (struct fth_ocio){.name = name, .users = 1, .made = calls->make(r, message)};
    if (!ocio->made) {
        let_go(ocio);
        return fth_fail(error, FTH_ERR_DATA, "%s: OpenColorIO: %s", r->config, message);
    }
    let_go(kept[KEPT - 1]);
    memmove(kept + 1, kept, (KEPT - 1) * sizeof(kept[0]));
    kept[0] = *result = ocio;
    return FTH_OK;
}

enum fth_status fth_ocio_open(const struct fth_ocio_request *request, struct fth_ocio **ocio,
                              struct fth_error *error)
{
    struct fth_ocio_cxx_request r = {request->config, request->from, request->to,
                                     request->display, request->view};
    const char *ours = getenv("OCIO");
    enum fth_status status = FTH_OK;
    if (!is_there())
        return fth_fail(error, FTH_ERR_UNSUPPORTED, "OpenColorIO's part of fathom, "
                        "libfathom-ocio.so, is not installed, or the library is not");
    if (!r.config[0])
        r.config = ours ? ours : "";
    if (!r.config[0])
        return fth_fail(error, FTH_ERR_NOT_FOUND, "no OpenColorIO config is named: set $OCIO, or "
                                                  "say which file");
    if (!r.from[0])
        return fth_fail(error, FTH_ERR_USAGE, "%s: OpenColorIO: say the colour space the picture "
                                              "is in", r.config);
    status = check_config(r.config, error);
    if (status != FTH_OK)
        return status;
    char *name = name_of(&r);
    if (!name)
        return fth_fail_memory(error, sizeof(**ocio), r.config);
    pthread_mutex_lock(&lock);
    struct fth_ocio *found = recall(name);
    if (found)
        fth_free(name);
    else
        status = make(&r, name, &found, error);
    if (status == FTH_OK) {
        found->users++;
        *ocio = found;
    }
    pthread_mutex_unlock(&lock);
    return status;
}

void fth_ocio_close(struct fth_ocio **ocio)
{
    pthread_mutex_lock(&lock);
    let_go(ocio ? *ocio : NULL);
    pthread_mutex_unlock(&lock);
    if (ocio)
        *ocio = NULL;
}

void fth_ocio_hash(const struct fth_ocio *ocio, struct fth_hasher *hasher)
{
    fth_hash_text(hasher, calls->version);
    fth_hash_text(hasher, calls->id(ocio->made));
}

enum fth_status fth_ocio_rows(const struct fth_ocio *ocio, float *const rgb[3], size_t n,
                              struct fth_error *error)
{
    char message[FTH_OCIO_MESSAGE] = "";
    if (n == 0 || calls->rows(ocio->made, rgb, n, message))
        return FTH_OK;
    return fth_fail(error, FTH_ERR_DATA, "OpenColorIO: %s", message);
}

const char *fth_ocio_version(void)
{
    return is_there() ? calls->version : "";
}
