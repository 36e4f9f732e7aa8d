/* SPDX-License-Identifier: Apache-2.0 */
/* The networks that are installed: fetched, added from a file of the user's, checked against their
 * sums, removed. New ones go into the user's models folder. */
#ifndef FTH_INFER_STORE_H
#define FTH_INFER_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sha256.h"
#include "base/status.h"
#include "infer/download.h"
#include "infer/manifest.h"

struct fth_store_get_options {
    bool accept_licence; /* needed for licences that forbid commercial use */
    bool again;          /* fetch it even when it is there and right */
    bool (*progress)(void *context, const struct fth_download_progress *progress);
    void *context;
};

/* A file that was checked. */
enum fth_store_state {
    FTH_STORE_GOOD,
    FTH_STORE_UNSUMMED, /* there is no sum to hold it against */
    FTH_STORE_DAMAGED
};

struct fth_store_file {
    char *path;                   /* fth_free */
    int64_t size;
    char sha256[FTH_SHA256_TEXT]; /* as it is */
    enum fth_store_state state;
    bool was_there;               /* get: nothing was fetched */
    bool is_new_pin;              /* get: its sum was not known and is the user's own from now on */
};

/* FTH_ERR_USAGE for unknown names, and where the licence must be accepted and was not. */
enum fth_status fth_store_get(const struct fth_manifest *manifest, const char *id,
                              const struct fth_store_get_options *options,
                              struct fth_store_file *file, struct fth_error *error);

struct fth_store_add_options {
    const char *like;           /* the network of the list that it is fed and read like */
    const char *id;             /* what to call it; NULL: made of the file's name */
    const char *input, *output; /* of the file's own; NULL: like's, or the only ones (fit.h) */
};

/* Copies the file `path` as a network of its own, after loading and trying it. A file that is, by
 * its sum, the very network `like` is installed as that one. *added (new string) is the name it now
 * has. */
enum fth_status fth_store_add(const struct fth_manifest *manifest, const char *path,
                              const struct fth_store_add_options *options, char **added,
                              struct fth_store_file *file, struct fth_error *error);

/* FTH_ERR_NOT_FOUND when it is not installed. */
enum fth_status fth_store_check(const struct fth_network *network, struct fth_store_file *file,
                                struct fth_error *error);

/* Removes the file, and what the user's own list says of it. What belongs to the installation is
 * left alone: FTH_ERR_USAGE. */
enum fth_status fth_store_remove(const struct fth_manifest *manifest, const char *id,
                                 struct fth_error *error);

#endif
