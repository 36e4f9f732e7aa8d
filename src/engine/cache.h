/* SPDX-License-Identifier: Apache-2.0 */
/* Results by content key, least recently used first out, within a budget of bytes. Thread-safe. */
#ifndef FTH_ENGINE_CACHE_H
#define FTH_ENGINE_CACHE_H

#include "base/hash.h"
#include "base/status.h"
#include "image/image.h"

struct fth_cache;

/* Planes of `buffers` that are in use and not kept here count against the budget too, up to three
 * quarters of it. */
enum fth_status fth_cache_create(uint64_t budget_size, const struct fth_buffers *buffers,
                                 struct fth_cache **cache, struct fth_error *error);
void fth_cache_destroy(struct fth_cache **cache); /* accepts NULL */

/* The image kept under `key` if its pixels cover `rect`, else NULL. New reference. */
struct fth_image *fth_cache_get(struct fth_cache *cache, struct fth_key key, struct fth_rect rect);
/* Keeps `image`, whose pixels over `rect` are sound, in place of a smaller one. Never fails: what
 * does not fit is not kept. `passes`: a job wants it for some frames, and then nobody. */
void fth_cache_put(struct fth_cache *cache, struct fth_key key, const struct fth_image *image,
                   struct fth_rect rect, bool passes);
/* A job's next frame begins: of what passes, that goes which the last FTH_CACHE_TURNS frames did
 * not ask for. No node leaves as many out between two looks at one. */
enum { FTH_CACHE_TURNS = 8 };
void fth_cache_turn(struct fth_cache *cache);
/* Bytes of planes in use that are not kept here: what is being worked on. */
uint64_t fth_cache_outside_size(struct fth_cache *cache);

#endif
