/* SPDX-License-Identifier: Apache-2.0 */
/* Errors: one line of text, safe to print whatever a file name had in it. */
#include "base/status.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const char *fth_status_name(enum fth_status status)
{
    static const char *const names[] = {
        [FTH_OK] = "ok",
        [FTH_END] = "end",
        [FTH_CANCELLED] = "cancelled",
        [FTH_ERR_USAGE] = "wrong usage",
        [FTH_ERR_MEMORY] = "out of memory",
        [FTH_ERR_LIMIT] = "limit reached",
        [FTH_ERR_NOT_FOUND] = "not found",
        [FTH_ERR_EXISTS] = "exists already",
        [FTH_ERR_IO] = "input/output error",
        [FTH_ERR_DATA] = "damaged data",
        [FTH_ERR_UNSUPPORTED] = "not supported",
        [FTH_ERR_NETWORK] = "network failed",
    };
    return (size_t)status < FTH_ARRAY_COUNT(names) ? names[status] : "unknown status";
}

/* What a terminal would obey, or JSON could not hold, becomes '?'. */
static void make_one_line(char *text)
{
    for (char *at = text; *at;) {
        size_t size = fth_utf8_size(at);
        if (size == 0 || (unsigned char)*at < 0x20 || *at == 0x7f)
            *at = '?';
        at += size ? size : 1;
    }
}

/* What is too long, a name of 4000 letters say, loses its middle: the reason stands at the end.
 * `room` is at least 600 bytes. */
static void print_ends(char *message, size_t room, const char *format, va_list list)
{
    enum { HEAD = 300 };
    char *whole = NULL;
    int length = vasprintf(&whole, format, list);
    if (length < 0)
        return; /* cut, as it is */
    size_t tail = room - HEAD - 6;
    snprintf(message, room, "%.*s ... %s", HEAD, whole, whole + (size_t)length - tail);
    free(whole);
}

enum fth_status fth_fail(struct fth_error *error, enum fth_status status, const char *format, ...)
{
    if (!error)
        return status;
    error->status = status;
    error->node[0] = '\0';
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    int length = vsnprintf(error->message, sizeof(error->message), format, list);
    if (length >= (int)sizeof(error->message))
        print_ends(error->message, sizeof(error->message), format, again);
    va_end(again);
    va_end(list);
    make_one_line(error->message);
    return status;
}

enum fth_status fth_fail_memory(struct fth_error *error, unsigned long long size, const char *what)
{
    return fth_fail(error, FTH_ERR_MEMORY, "out of memory (%llu bytes for %s)", size, what);
}

void fth_error_prefix(struct fth_error *error, const char *format, ...)
{
    if (!error)
        return;
    char joined[sizeof(error->message)];
    va_list list;
    va_start(list, format);
    int used = vsnprintf(joined, sizeof(joined), format, list);
    va_end(list);
    if (used < 0 || (size_t)used >= sizeof(joined))
        return;
    snprintf(joined + used, sizeof(joined) - (size_t)used, ": %.*s",
             (int)(sizeof(joined) - (size_t)used - 3), error->message);
    make_one_line(joined);
    memcpy(error->message, joined, sizeof(joined));
}
