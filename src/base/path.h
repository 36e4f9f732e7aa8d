/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as texts: nothing here looks at the disk. */
#ifndef FTH_BASE_PATH_H
#define FTH_BASE_PATH_H

/* The folder that `path` lies in: "a/b" -> "a", "b" -> "", "/b" -> "/". New string (fth_free), NULL
 * when memory is out. */
char *fth_path_folder(const char *path);

/* `path` as it is found from where `folder` is found; absolute paths, "", and "-" (a pipe) stay as
 * they are, and so does every path when `folder` is "". New string, NULL when memory is out. */
char *fth_path_join(const char *folder, const char *path);

/* The other way round: what fth_path_join(folder, ...) makes `path` of. Goes up by ".." where it
 * must; absolute paths that do not lie in the folder stay as they are. New string. */
char *fth_path_relative(const char *folder, const char *path);

#endif
