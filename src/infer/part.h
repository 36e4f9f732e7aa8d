/* SPDX-License-Identifier: Apache-2.0 */
/* The unfinished file of a download: FINAL.part, locked while it is written, and FINAL.part.from,
 * which remembers of what it is the beginning. */
#ifndef FTH_INFER_PART_H
#define FTH_INFER_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { FTH_ETAG = 256 };

/* Begin with = {.file = -1}. */
struct fth_part {
    char *path, *note_path;
    int file;
    int64_t size;        /* bytes of it that are there */
    char etag[FTH_ETAG]; /* the server's name for the version it is of, or "" */
};

/* Opens or makes it, and takes what an earlier download of `url` left. What no ETag vouches for is
 * only taken when `is_summed`: then the finished file will be compared with a known sum. Refuses
 * when another process is writing it. */
enum fth_status fth_part_open(struct fth_part *part, const char *final, const char *url,
                              bool is_summed, struct fth_error *error);
/* Empties it and notes where the new bytes come from. */
enum fth_status fth_part_restart(struct fth_part *part, const char *url, const char *etag,
                                 struct fth_error *error);
enum fth_status fth_part_append(struct fth_part *part, const void *bytes, size_t count,
                                struct fth_error *error);
/* Makes it the file `final`, which it replaces. */
enum fth_status fth_part_publish(struct fth_part *part, const char *final,
                                 struct fth_error *error);
/* Removes it from the disk. */
void fth_part_discard(struct fth_part *part);
/* Leaves what is there for the next time, unless it is empty. */
void fth_part_close(struct fth_part *part);

#endif
