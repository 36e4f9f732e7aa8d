/* SPDX-License-Identifier: Apache-2.0 */
/* Files as wholes: read one under a size limit, write one so that its final name never shows a
 * half of it, find the folders fathom keeps things in. */
#ifndef FTH_BASE_FILE_H
#define FTH_BASE_FILE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/status.h"

/* Opens a regular file for reading: a descriptor for the caller to close, and its size in bytes.
 * Devices, pipes and folders are refused, and cannot hang us; only "-" is standard input
 * (base/pipe.h). */
enum fth_status fth_file_open(const char *path, int *file, int64_t *size, struct fth_error *error);

/* All of the `size` bytes from `offset` on, or false (errno; 0 when the file ends before). */
bool fth_file_read_at(int file, void *bytes, size_t size, int64_t offset);

/* Reads a regular file of at most `limit` bytes; a zero byte follows the data (not counted).
 * Free *bytes with fth_free. */
enum fth_status fth_file_read(const char *path, size_t limit, void **bytes, size_t *size,
                              struct fth_error *error);

bool fth_file_exists(const char *path);
bool fth_file_is_folder(const char *path);
/* Something is there that is neither a file nor a link: a device, a pipe, a folder. */
bool fth_file_is_special(const char *path);

/* "dir/.name.fathom-PID-N.ext": a name beside `path` for the unfinished file, same extension, so
 * that encoders which go by it still can. New string (fth_free), NULL when memory is out. */
char *fth_file_temporary_name(const char *path);

/* Makes such a file and opens it for writing: *temporary (fth_free) and *file are the caller's.
 * What lies there already, a link of somebody else's too, is neither written nor followed. */
enum fth_status fth_file_create(const char *path, char **temporary, int *file,
                                struct fth_error *error);

/* Moves a finished temporary file to its final name, once its bytes are on the disk: not even a
 * power cut leaves a name without them. Without `overwrite` an existing file of other content is
 * refused (FTH_ERR_EXISTS) and the temporary one removed; this is decided by the file system, not
 * by an earlier look. One of the same bytes is left as it is. */
enum fth_status fth_file_publish(const char *temporary, const char *path, bool overwrite,
                                 struct fth_error *error);

/* Writes all bytes to a temporary name, then publishes. */
enum fth_status fth_file_write(const char *path, const void *bytes, size_t size, bool overwrite,
                               struct fth_error *error);

/* The same two for caches, whose readers notice what is not whole: what is there is replaced, and
 * nobody waits for the disk. */
enum fth_status fth_file_replace(const char *temporary, const char *path, struct fth_error *error);
enum fth_status fth_file_write_cached(const char *path, const void *bytes, size_t size,
                                      struct fth_error *error);

/* The next entry of a folder; NULL at its end, and when it cannot be read, which sets *status. */
struct dirent *fth_folder_next(DIR *folder, const char *path, enum fth_status *status,
                               struct fth_error *error);

/* mkdir -p. A private folder, if it has to be made, is open to nobody else. */
enum fth_status fth_file_make_private_folder(const char *path, struct fth_error *error);
enum fth_status fth_file_make_folder(const char *path, struct fth_error *error);

/* Key of a file's content: its size, and 64 KiB blocks of it: the first, the last, and 62 spread
 * evenly between (all of it when it is smaller than 4 MiB). Never its name, path or date. */
enum fth_status fth_file_key(const char *path, struct fth_key *key, struct fth_error *error);

/* The key of a file that is asked for again and again: found anew only when size, times or place on
 * the disk are no longer those of the last time. Begin with all zero. */
struct fth_known_file {
    struct fth_key key;
    int64_t facts[6];
};
enum fth_status fth_file_key_again(const char *path, struct fth_known_file *known,
                                   struct fth_error *error);

/* $FATHOM_CACHE, else $XDG_CACHE_HOME/fathom, else ~/.cache/fathom. New string. */
char *fth_cache_folder(void);
/* $FATHOM_DATA, else $XDG_DATA_HOME/fathom, else ~/.local/share/fathom. New string. */
char *fth_data_folder(void);

#endif
