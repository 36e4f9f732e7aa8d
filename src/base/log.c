/* SPDX-License-Identifier: Apache-2.0 */
/* One sink; lines arrive whole and one at a time. */
#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/hash.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static fth_log_fn *sink;
static void *sink_context;
static struct fth_key said[256];
static size_t said_count;

void fth_log_set(fth_log_fn *function, void *context)
{
    pthread_mutex_lock(&lock);
    sink = function;
    sink_context = context;
    said_count = 0;
    pthread_mutex_unlock(&lock);
}

static bool said_before(const char *line)
{
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    fth_hash_text(&hasher, line);
    struct fth_key key = fth_hash_end(&hasher);
    for (size_t i = 0; i < said_count; i++) {
        if (fth_key_equal(said[i], key))
            return true;
    }
    if (said_count < FTH_ARRAY_COUNT(said))
        said[said_count++] = key;
    return false;
}

static void emit(enum fth_log_level level, bool once, const char *format, va_list list)
{
    char line[1024];
    vsnprintf(line, sizeof(line), format, list);
    pthread_mutex_lock(&lock);
    if (sink && !(once && said_before(line)))
        sink(sink_context, level, line);
    pthread_mutex_unlock(&lock);
}

void fth_log(enum fth_log_level level, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    emit(level, false, format, list);
    va_end(list);
}

void fth_log_once(enum fth_log_level level, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    emit(level, true, format, list);
    va_end(list);
}
