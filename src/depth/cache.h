/* SPDX-License-Identifier: Apache-2.0 */
/* The disk cache of depth bundles: FOLDER/depth/ab/abcdef....exr by key, each file sealed
 * (base/seal.h) so that no damaged one is ever believed. Any number of processes may use one folder
 * at once. */
#ifndef FTH_DEPTH_CACHE_H
#define FTH_DEPTH_CACHE_H

#include "depth/bundle.h"

/* FTH_END when it is not there; a damaged entry is removed, FTH_END, one warning for all. */
enum fth_status fth_bundle_recall(const char *cache_folder, struct fth_key key,
                                  struct fth_pool *pool, struct fth_buffers *buffers,
                                  struct fth_image **bundle);

/* Never fails the job: a full disk is one warning. Now and then (for each sixteenth of it
 * that was added) looks whether the cache has grown beyond $FATHOM_CACHE_SIZE (20 GiB), and trims
 * it. */
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

/* $FATHOM_CACHE_SIZE in bytes. */
uint64_t fth_cache_size_limit(void);

enum { FTH_CACHE_KINDS = 8 };

struct fth_cache_tally {
    uint64_t limit;
    int kind_count;
    struct fth_cache_kind {
        const char *name;           /* "depth" */
        int64_t count, size;        /* entries, their bytes */
        int64_t oldest_s, newest_s; /* seconds since they were last used */
    } kinds[FTH_CACHE_KINDS];
};

/* What is in the cache; `clear`: what was in it, removed. Files that are not certainly ours are
 * left alone and not counted. */
enum fth_status fth_cache_count(const char *cache_folder, bool clear, struct fth_cache_tally *tally,
                                struct fth_error *error);

#endif
