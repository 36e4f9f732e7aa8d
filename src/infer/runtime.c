/* SPDX-License-Identifier: Apache-2.0 */
/* Order: the user's file, ours, the system's. Newer libraries send usage data unless told not to
 * before they are opened, so that is done always. */
#include "infer/runtime.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "infer/places.h"

enum { API_VERSION = 17 };

/* OrtApiBase: the only struct of the library whose layout we name. */
struct api_base {
    const void *(*get_api)(uint32_t version);
    const char *(*get_version)(void);
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const fth_runtime_call *loaded;
static void *handle; /* of the library, never closed */
static char version[32];

static const char *const system_names[] = {"libonnxruntime.so.1", "libonnxruntime.so.1.21"};

char *fth_runtime_path(void)
{
    const char *wanted = getenv("FATHOM_ORT");
    if (wanted && *wanted)
        return fth_strdup(wanted);
    char *found = NULL;
    if (fth_place_find(FTH_PLACE_RUNTIME, "libonnxruntime.so.1", &found, NULL) != FTH_OK)
        return NULL;
    return found ? found : fth_strdup(system_names[0]);
}

static void *open_library(const char *path)
{
    void *here;
    /* The C library fetches what it unwinds its own frames with when an exception first comes by.
     * When memory is out that fails, and ends the process: have it fetched now. */
    (void)backtrace(&here, 1);
    setenv("ORT_DISABLE_TELEMETRY", "1", 1);
    return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

static enum fth_status fail_absent(const char *path, struct fth_error *error)
{
    const char *why = dlerror();
    const char *wanted = getenv("FATHOM_ORT");
    if (wanted && *wanted)
        return fth_fail(error, FTH_ERR_NOT_FOUND,
                        "onnx runtime: FATHOM_ORT=%s cannot be loaded (%.200s); give the path of "
                        "libonnxruntime.so, or unset it to use the one of ./run setup",
                        path, why ? why : "no reason given");
    if (strchr(path, '/'))
        return fth_fail(error, FTH_ERR_LIMIT, "onnx runtime: %s cannot be loaded (%.200s)", path,
                        why ? why : "no reason given");
    return fth_fail(error, FTH_ERR_NOT_FOUND,
                    "onnx runtime: %s was not found; install it with `./run setup`, or set "
                    "FATHOM_ORT to the path of libonnxruntime.so",
                    system_names[0]);
}

static enum fth_status take_table(void *library, const char *path, struct fth_error *error)
{
    const struct api_base *(*get_base)(void);
    void *symbol = dlsym(library, "OrtGetApiBase");
    memcpy(&get_base, &symbol, sizeof(get_base)); /* ISO C has no cast from data to function */
    const struct api_base *base = symbol ? get_base() : NULL;
    const void *table = base ? base->get_api(API_VERSION) : NULL;
    if (!table)
        return fth_fail(error, FTH_ERR_NETWORK,
                        "onnx runtime: %s is not a library with the C API of version %d or later",
                        path, API_VERSION);
    strncpy(version, base->get_version(), sizeof(version) - 1);
    loaded = table;
    fth_log(FTH_LOG_DEBUG, "onnx runtime %s from %s", version, path);
    return FTH_OK;
}

static enum fth_status load(struct fth_error *error)
{
    char *path = fth_runtime_path();
    if (!path)
        return fth_fail_memory(error, 0, "a path");
    void *library = open_library(path);
    if (!library && strcmp(path, system_names[0]) == 0)
        library = open_library(system_names[1]);
    enum fth_status status =
        library ? take_table(library, path, error) : fail_absent(path, error);
    handle = library;
    fth_free(path);
    return status;
}

enum fth_status fth_runtime_load(const fth_runtime_call **calls, struct fth_error *error)
{
    pthread_mutex_lock(&lock);
    enum fth_status status = loaded ? FTH_OK : load(error);
    if (status == FTH_OK)
        *calls = loaded;
    pthread_mutex_unlock(&lock);
    return status;
}

void *fth_runtime_symbol(const char *name)
{
    return handle ? dlsym(handle, name) : NULL;
}

const char *fth_runtime_version(void)
{
    return version;
}
