/* SPDX-License-Identifier: Apache-2.0 */
/* cache: how much estimated depth lies on disk, and how to be rid of it. Only files that are
 * certainly ours are touched: FOLDER/depth/ab/HEX.exr. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/status.h"
#include "base/text.h"
#include "say.h"
#include "verbs.h"

struct tally {
    bool clear;
    int64_t file_count, size;
    int failed_errno; /* of the last file that would not go */
};

static bool is_hex(const char *name, size_t length)
{
    return strspn(name, "0123456789abcdef") >= length;
}

static void visit_file(const char *folder, const char *name, struct tally *tally)
{
    char path[FTH_LIMIT_PATH];
    struct stat info;
    if (!is_hex(name, strcspn(name, ".")) || !fth_ends_with(name, ".exr"))
        return;
    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path) ||
        lstat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return;
    if (tally->clear && unlink(path) != 0) {
        tally->failed_errno = errno;
        return;
    }
    tally->file_count++;
    tally->size += info.st_size;
}

static void visit_bucket(const char *folder, const char *name, struct tally *tally)
{
    char path[FTH_LIMIT_PATH];
    if (strlen(name) != 2 || !is_hex(name, 2) ||
        snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
        return;
    DIR *bucket = opendir(path);
    for (struct dirent *entry; bucket && (entry = readdir(bucket));)
        visit_file(path, entry->d_name, tally);
    if (bucket)
        closedir(bucket);
    if (bucket && tally->clear)
        rmdir(path); /* stays when somebody just put something in */
}

static enum fth_status visit(const char *folder, struct tally *tally, struct fth_error *error)
{
    char path[FTH_LIMIT_PATH];
    snprintf(path, sizeof(path), "%s/depth", folder);
    DIR *buckets = opendir(path);
    if (!buckets && errno != ENOENT)
        return fth_fail(error, FTH_ERR_IO, "%s: %s", path, strerror(errno));
    for (struct dirent *entry; buckets && (entry = readdir(buckets));)
        visit_bucket(path, entry->d_name, tally);
    if (buckets)
        closedir(buckets);
    if (tally->failed_errno)
        return fth_fail(error, FTH_ERR_IO, "%s: cannot remove everything: %s", path,
                        strerror(tally->failed_errno));
    return FTH_OK;
}

static int print_tally(const struct fth_cli_call *call, const char *folder,
                       const struct tally *tally)
{
    if (fth_cli_options_given(call->options, "json")) {
        struct fth_json *root = fth_json_new(FTH_JSON_OBJECT);
        fth_json_set(root, "folder", fth_json_new_text(folder));
        fth_json_set(root, "files", fth_json_new_int(tally->file_count));
        fth_json_set(root, "bytes", fth_json_new_int(tally->size));
        fth_json_set(root, "cleared", fth_json_new_bool(tally->clear));
        return fth_cli_print_json(root);
    }
    printf("%s\n%s%lld frames of depth, %.1f MiB\n", folder, tally->clear ? "removed " : "",
           (long long)tally->file_count, (double)tally->size / (1 << 20));
    return FTH_CLI_DONE;
}

int fth_cli_run_cache(const struct fth_cli_call *call)
{
    struct fth_error error = {0};
    struct tally tally = {0};
    char *folder = NULL;
    enum fth_status status = fth_cli_expect_words(call, 1, 1, &error);
    const char *word = call->options->words[0];
    if (status == FTH_OK && strcmp(word, "show") != 0 && strcmp(word, "clear") != 0)
        status = fth_fail(&error, FTH_ERR_USAGE, "cache: '%s' is not show or clear", word);
    if (status == FTH_OK && !(folder = fth_cache_folder()))
        status = fth_fail_memory(&error, FTH_LIMIT_PATH, "the cache folder's name");
    if (status == FTH_OK) {
        tally.clear = strcmp(word, "clear") == 0;
        status = visit(folder, &tally, &error);
    }
    int exit_status = status == FTH_OK ? print_tally(call, folder, &tally)
                                       : fth_cli_say_status(status, &error);
    fth_free(folder);
    return exit_status;
}
