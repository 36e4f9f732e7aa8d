/* SPDX-License-Identifier: Apache-2.0 */
/* Where the library's remarks go: to a function the face sets. The library never prints. */
#ifndef FTH_BASE_LOG_H
#define FTH_BASE_LOG_H

#include <stdbool.h>

#include "base/compiler.h"

enum fth_log_level { FTH_LOG_WARNING, FTH_LOG_INFO, FTH_LOG_DEBUG };

typedef void fth_log_fn(void *context, enum fth_log_level level, const char *line);

/* One sink for the process, set before any work starts. NULL: remarks are dropped. */
void fth_log_set(fth_log_fn *sink, void *context);
void fth_log(enum fth_log_level level, const char *format, ...) FTH_PRINTF(2, 3);
/* Says it the first time only (compared by text, 256 remembered). */
void fth_log_once(enum fth_log_level level, const char *format, ...) FTH_PRINTF(2, 3);

#endif
