/* SPDX-License-Identifier: Apache-2.0 */
/* The ONNX Runtime library: found, loaded once for the process and never unloaded. It is opened at
 * run time, never linked: its symbols carry its release, and fathom must start without it. */
#ifndef FTH_INFER_RUNTIME_H
#define FTH_INFER_RUNTIME_H

#include "base/status.h"

/* One entry of the library's table of calls, to be cast to the call's real type. */
typedef void (*fth_runtime_call)(void);

/* *calls is the library's table, numbered as its C API version 17 is. FTH_ERR_NOT_FOUND with the
 * command that installs it when there is none. Loads at the first call; thread-safe. */
enum fth_status fth_runtime_load(const fth_runtime_call **calls, struct fth_error *error);

/* The file it would be or was loaded from: $FATHOM_ORT, ours, or the system's name for it. New
 * string. Nothing is loaded. */
char *fth_runtime_path(void);

/* What the loaded library exports under that name, or NULL. */
void *fth_runtime_symbol(const char *name);

/* "1.28.0", or "" when nothing has been loaded. */
const char *fth_runtime_version(void);

#endif
