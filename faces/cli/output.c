/* SPDX-License-Identifier: Apache-2.0 */
/* A long job should not fail at its last step for a reason that could be seen at its first. The
 * library checks again when it writes. */
#include "output.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/pipe.h"
#include "base/status.h"

static bool is_same_file(const char *a, const char *b)
{
    struct stat sa, sb;
    if (strcmp(a, b) == 0)
        return true;
    return stat(a, &sa) == 0 && stat(b, &sb) == 0 && sa.st_dev == sb.st_dev &&
           sa.st_ino == sb.st_ino;
}

static enum fth_status check_folder(const char *out, struct fth_error *error)
{
    char folder[FTH_LIMIT_PATH];
    const char *slash = strrchr(out, '/');
    size_t length = slash ? (size_t)(slash - out) : 0;
    if (!slash || length == 0)
        return FTH_OK;
    if (length >= sizeof(folder))
        return fth_fail(error, FTH_ERR_LIMIT, "-o: a path of %zu bytes, limit is %d", strlen(out),
                        FTH_LIMIT_PATH - 1);
    memcpy(folder, out, length);
    folder[length] = '\0';
    if (!fth_file_is_folder(folder))
        return fth_fail(error, FTH_ERR_NOT_FOUND, "%s: the folder '%s' is not there", out, folder);
    return FTH_OK;
}

enum fth_status fth_cli_output_check(const struct fth_cli_call *call, const char *out,
                                     const char *const *inputs, int count,
                                     struct fth_error *error)
{
    if (!out || !out[0])
        return fth_fail(error, FTH_ERR_USAGE, "name the file to write: -o OUT");
    if (fth_pipe_is_named(out))
        return FTH_OK;
    for (int i = 0; i < count; i++)
        if (is_same_file(out, inputs[i]))
            return fth_fail(error, FTH_ERR_USAGE, "%s: would be read and written at once", out);
    if (fth_file_is_folder(out))
        return fth_fail(error, FTH_ERR_USAGE, "%s: a folder; name a file, or a sequence as "
                        "%s/frame.####.exr", out, out);
    if (fth_file_is_special(out))
        return fth_fail(error, FTH_ERR_USAGE, "%s: is a device or a pipe, not a file; name a file, "
                        "or write to - and send that there", out);
    if (fth_file_exists(out) && !call->common.overwrite && !call->common.resume)
        return fth_fail(error, FTH_ERR_EXISTS, "%s: exists; --overwrite replaces it", out);
    return check_folder(out, error);
}
