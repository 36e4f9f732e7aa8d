/* SPDX-License-Identifier: Apache-2.0 */
/* The user's own list of networks, own.json in the user's models folder: networks that were added,
 * and the sums of first downloads ("pins") where ours gives none. Changes are made under a lock and
 * appear whole; models/manifest.schema.json describes it. */
#ifndef FTH_INFER_OWN_H
#define FTH_INFER_OWN_H

#include <stdint.h>

#include "base/json.h"
#include "base/status.h"

/* New string, NULL when memory is out. The file need not be there. */
char *fth_own_list_path(void);

/* Takes `entry`, a network as the schema has it; one of the same id is replaced. */
enum fth_status fth_own_add(struct fth_json *entry, struct fth_error *error);
/* From now on the file at `url` is the one with this sum. */
enum fth_status fth_own_pin(const char *id, const char *url, int64_t size, const char *sha256,
                            struct fth_error *error);
/* Forgets the network and its sum. */
enum fth_status fth_own_forget(const char *id, struct fth_error *error);

#endif
