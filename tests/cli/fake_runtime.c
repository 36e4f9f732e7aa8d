/* SPDX-License-Identifier: Apache-2.0 */
/* An ONNX Runtime for tests that offers CUDA: the real one ($FATHOM_TEST_ORT) with four calls
 * replaced. $FATHOM_TEST_CUDA "works" runs everything on the CPU all the same; anything else is the
 * reason why it does not. */
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* 217 entries are in every table of version 17: nothing behind them is used. */
enum { ENTRIES = 217, PROVIDERS = 125, FREE_PROVIDERS = 126, APPEND = 204, CREATE = 205 };
enum { UPDATE = 206, RELEASE = 208, CREATE_STATUS = 0 };

typedef void (*call)(void);
struct base {
    const void *(*get_api)(uint32_t version);
    const char *(*get_version)(void);
};

static call table[ENTRIES];
static const struct base *real;

static void *offer(char ***names, int *count)
{
    static char *both[] = {(char *)"CUDAExecutionProvider", (char *)"CPUExecutionProvider"};
    *names = both;
    *count = 2;
    return NULL;
}

static void *free_offer(char **names, int count)
{
    (void)names, (void)count;
    return NULL;
}

static void *create(void **options)
{
    static int it;
    *options = &it;
    return NULL;
}

static void *update(void *options, const char *const *keys, const char *const *values, size_t n)
{
    (void)options, (void)keys, (void)values, (void)n;
    return NULL;
}

static void *append(void *options, const void *cuda)
{
    void *(*create_status)(int code, const char *message);
    const char *why = getenv("FATHOM_TEST_CUDA");
    (void)options, (void)cuda;
    memcpy(&create_status, &table[CREATE_STATUS], sizeof(create_status));
    return why && strcmp(why, "works") == 0 ? NULL : create_status(1, why ? why : "no reason");
}

static void release(void *options)
{
    (void)options;
}

static const void *get_api(uint32_t version)
{
    const void *whole = real->get_api(version);
    if (!whole)
        return NULL;
    memcpy(table, whole, sizeof(table));
    table[PROVIDERS] = (call)offer;
    table[FREE_PROVIDERS] = (call)free_offer;
    table[CREATE] = (call)create;
    table[UPDATE] = (call)update;
    table[APPEND] = (call)append;
    table[RELEASE] = (call)release;
    return table;
}

__attribute__((visibility("default"))) const struct base *OrtGetApiBase(void);
const struct base *OrtGetApiBase(void)
{
    static struct base fake;
    const char *path = getenv("FATHOM_TEST_ORT");
    void *library = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    void *symbol = library ? dlsym(library, "OrtGetApiBase") : NULL;
    const struct base *(*get_base)(void);
    memcpy(&get_base, &symbol, sizeof(get_base));
    real = symbol ? get_base() : NULL;
    if (!real)
        return NULL;
    fake = (struct base){get_api, real->get_version};
    return &fake;
}
