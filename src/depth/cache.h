/* SPDX-License-Identifier: Apache-2.0 */
/* The disk cache of depth bundles: FOLDER/depth/ab/abcdef....exr by key. Any number of processes
 * may use one folder at once. */
#ifndef FTH_DEPTH_CACHE_H
#define FTH_DEPTH_CACHE_H

#include "depth/bundle.h"

/* FTH_END when it is not there; a damaged entry is removed, one warning, FTH_END. */
enum fth_status fth_bundle_recall(const char *cache_folder, struct fth_key key,
                                  struct fth_pool *pool, struct fth_buffers *buffers,
                                  struct fth_image **bundle);

/* Never fails the job: a full disk is one warning. Now and then looks whether the cache has grown
 * beyond $FATHOM_CACHE_SIZE (20 GiB), and trims it. */
void fth_bundle_keep(const char *cache_folder, struct fth_key key, const struct fth_image *bundle,
                     const struct fth_bundle_info *info, struct fth_pool *pool);

/* Looks (depth/look.h), FOLDER/depth/ab/abcdef....look: what a frame's networks said, so that a
 * shot that was cut off goes on where it stopped. The bytes know themselves whether they are
 * sound. Free *bytes with fth_free; FTH_END when it is not there. */
enum fth_status fth_look_recall(const char *cache_folder, struct fth_key key, void **bytes,
                                size_t *size);
void fth_look_keep(const char *cache_folder, struct fth_key key, const void *bytes, size_t size);

/* Removes the entries least recently used, until nine tenths of `limit` are left, when there are
 * more bytes than `limit`. Also what killed processes left half-written a day ago. */
void fth_bundle_trim(const char *cache_folder, uint64_t limit);

#endif
