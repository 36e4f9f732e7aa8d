/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files. A file is written under a temporary name beside its final one and linked into place
 * when it is whole, so that a crash, a full disk or a cancelled job leaves nothing that looks
 * done. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/pipe.h"
#include "base/text.h"

static enum fth_status fail_errno(struct fth_error *error, const char *what, const char *path)
{
    int code = errno;
    enum fth_status status = code == ENOENT   ? FTH_ERR_NOT_FOUND
                             : code == EEXIST ? FTH_ERR_EXISTS
                                              : FTH_ERR_IO;
    return fth_fail(error, status, "%s: cannot %s: %s", path, what, strerror(code));
}

enum fth_status fth_file_open(const char *path, int *file, int64_t *size, struct fth_error *error)
{
    if (fth_pipe_is_named(path))
        return fth_pipe_open(file, size, error);
    if (!path[0])
        return fth_fail(error, FTH_ERR_USAGE, "the name of a file is empty");
    /* non-blocking, so that a FIFO put in our way cannot hang us */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return fail_errno(error, "open", path);
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        close(fd);
        return fth_fail(error, FTH_ERR_IO, "%s: not a regular file but a %s", path,
                        S_ISDIR(info.st_mode) ? "folder" : "device or pipe; - reads a pipe");
    }
    *file = fd;
    *size = info.st_size;
    return FTH_OK;
}

bool fth_file_read_at(int fd, void *bytes, size_t size, int64_t offset)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = pread(fd, (char *)bytes + done, size - done, offset + (int64_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = 0;
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

enum fth_status fth_file_read(const char *path, size_t limit, void **bytes, size_t *size,
                              struct fth_error *error)
{
    int fd = -1;
    int64_t length = 0;
    enum fth_status status = fth_file_open(path, &fd, &length, error);
    if (status != FTH_OK)
        return status;
    char *data = NULL;
    if ((uint64_t)length > limit) {
        status = fth_fail(error, FTH_ERR_LIMIT, "%s: %lld bytes, the limit is %zu", path,
                          (long long)length, limit);
    } else if (!(data = fth_alloc((size_t)length + 1, 1))) {
        status = fth_fail_memory(error, (unsigned long long)length, path);
    } else if (!fth_file_read_at(fd, data, (size_t)length, 0)) {
        status = fail_errno(error, "read", path);
    }
    close(fd);
    if (status != FTH_OK) {
        fth_free(data);
        return status;
    }
    *bytes = data;
    *size = (size_t)length;
    return FTH_OK;
}

bool fth_file_exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

bool fth_file_is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool fth_file_is_special(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISLNK(info.st_mode);
}

char *fth_file_temporary_name(const char *path)
{
    static atomic_uint counter;
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    size_t stem = dot && dot != name ? (size_t)(dot - name) : strlen(name);
    struct fth_text text = {0};
    /* a name may have 255 bytes: the stem gives way, the extension stays */
    fth_text_append(&text, "%.*s.%.*s.fathom-%d-%u%s", (int)(name - path), path,
                    (int)FTH_MIN(stem, 180), name, (int)getpid(), atomic_fetch_add(&counter, 1),
                    dot && dot != name ? dot : "");
    return text.data;
}

enum fth_status fth_file_create(const char *path, char **temporary, int *file,
                                struct fth_error *error)
{
    enum { TRIES = 100, FLAGS = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW };
    for (int i = 0; i < TRIES; i++) {
        char *name = fth_file_temporary_name(path);
        if (!name)
            return fth_fail_memory(error, strlen(path), path);
        int fd = open(name, FLAGS, 0666);
        if (fd >= 0) {
            *temporary = name;
            *file = fd;
            return FTH_OK;
        }
        fth_free(name);
        if (errno != EEXIST)
            break;
    }
    return fail_errno(error, "write", path);
}

static bool same_bytes(int a, int b, int64_t size)
{
    enum { BLOCK = 1 << 16 };
    char *blocks = fth_alloc(2, BLOCK);
    bool same = blocks != NULL;
    for (int64_t at = 0; same && at < size; at += BLOCK) {
        size_t count = (size_t)FTH_MIN((int64_t)BLOCK, size - at);
        same = fth_file_read_at(a, blocks, count, at) &&
               fth_file_read_at(b, blocks + BLOCK, count, at) &&
               memcmp(blocks, blocks + BLOCK, count) == 0;
    }
    fth_free(blocks);
    return same;
}

/* A job that goes on makes again what it may have finished already. */
static bool same_file(const char *path_a, const char *path_b)
{
    int a = -1, b = -1;
    int64_t size_a = 0, size_b = 0;
    bool same = fth_file_open(path_a, &a, &size_a, NULL) == FTH_OK &&
                fth_file_open(path_b, &b, &size_b, NULL) == FTH_OK && size_a == size_b &&
                same_bytes(a, b, size_a);
    if (a >= 0)
        close(a);
    if (b >= 0)
        close(b);
    return same;
}

enum fth_status fth_file_replace(const char *temporary, const char *path, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    if (fth_file_is_special(path))
        status = fth_fail(error, FTH_ERR_EXISTS,
                          "%s: is no file that could be replaced; choose another name", path);
    else if (rename(temporary, path) != 0)
        status = fail_errno(error, "write", path);
    if (status != FTH_OK)
        unlink(temporary);
    return status;
}

/* Brings a file's bytes to the disk, where its file system can tell. */
static enum fth_status settle(const char *temporary, const char *path, struct fth_error *error)
{
    int fd = open(temporary, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    enum fth_status status = FTH_OK;
    if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL && errno != ENOSYS && errno != ENOTSUP))
        status = fail_errno(error, "bring to the disk", path);
    if (fd >= 0)
        close(fd);
    return status;
}

enum fth_status fth_file_publish(const char *temporary, const char *path, bool overwrite,
                                 struct fth_error *error)
{
    enum fth_status status = settle(temporary, path, error);
    if (status == FTH_OK && overwrite)
        return fth_file_replace(temporary, path, error);
    if (status == FTH_OK && link(temporary, path) != 0 && errno == EEXIST) {
        if (!same_file(temporary, path))
            status = fth_fail(error, FTH_ERR_EXISTS,
                              "%s: exists already; choose another name or allow it with "
                              "--overwrite", path);
    } else if (status == FTH_OK && !fth_file_exists(path) && rename(temporary, path) != 0) {
        status = fail_errno(error, "write", path); /* a file system without hard links */
    }
    unlink(temporary);
    return status;
}

/* Writes all bytes to a new temporary file. */
static enum fth_status write_temporary(const char *path, const void *bytes, size_t size,
                                       char **temporary, struct fth_error *error)
{
    int fd = -1;
    enum fth_status status = fth_file_create(path, temporary, &fd, error);
    if (status != FTH_OK)
        return status;
    for (size_t done = 0; done < size && status == FTH_OK;) {
        ssize_t n = write(fd, (const char *)bytes + done, size - done);
        if (n < 0 && errno != EINTR)
            status = fail_errno(error, "write", path);
        done += n > 0 ? (size_t)n : 0;
    }
    if (close(fd) != 0 && status == FTH_OK)
        status = fail_errno(error, "write", path);
    if (status != FTH_OK)
        unlink(*temporary);
    return status;
}

enum fth_status fth_file_write(const char *path, const void *bytes, size_t size, bool overwrite,
                               struct fth_error *error)
{
    char *temporary = NULL;
    enum fth_status status = write_temporary(path, bytes, size, &temporary, error);
    if (status == FTH_OK)
        status = fth_file_publish(temporary, path, overwrite, error);
    fth_free(temporary);
    return status;
}

enum fth_status fth_file_write_cached(const char *path, const void *bytes, size_t size,
                                      struct fth_error *error)
{
    char *temporary = NULL;
    enum fth_status status = write_temporary(path, bytes, size, &temporary, error);
    if (status == FTH_OK)
        status = fth_file_replace(temporary, path, error);
    fth_free(temporary);
    return status;
}

struct dirent *fth_folder_next(DIR *folder, const char *path, enum fth_status *status,
                               struct fth_error *error)
{
    errno = 0;
    struct dirent *entry = readdir(folder);
    if (!entry && errno != 0)
        *status = fth_fail(error, FTH_ERR_IO, "%s: cannot read the folder: %s",
                           *path ? path : ".", strerror(errno));
    return entry;
}

static enum fth_status make_folder(const char *path, mode_t mode, struct fth_error *error)
{
    char *copy = fth_strdup(path);
    if (!copy)
        return fth_fail_memory(error, strlen(path), path);
    enum fth_status status = FTH_OK;
    for (char *at = copy + 1; status == FTH_OK; at++) {
        if (*at != '/' && *at != '\0')
            continue;
        char kept = *at;
        *at = '\0';
        if (mkdir(copy, kept ? 0777 : mode) != 0 && errno != EEXIST)
            status = fail_errno(error, "make the folder", copy);
        *at = kept;
        if (!kept)
            break;
    }
    if (status == FTH_OK && !fth_file_is_folder(path))
        status = fth_fail(error, FTH_ERR_IO, "%s: exists and is not a folder", path);
    fth_free(copy);
    return status;
}

enum fth_status fth_file_make_folder(const char *path, struct fth_error *error)
{
    return make_folder(path, 0777, error);
}

enum fth_status fth_file_make_private_folder(const char *path, struct fth_error *error)
{
    return make_folder(path, 0700, error);
}

enum fth_status fth_file_key(const char *path, struct fth_key *key, struct fth_error *error)
{
    enum { BLOCK = 64 << 10, BLOCKS = 64 };
    int fd = -1;
    int64_t size = 0;
    enum fth_status status = fth_file_open(path, &fd, &size, error);
    if (status != FTH_OK)
        return status;
    char *block = fth_alloc(BLOCK, 1);
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    fth_hash_int(&hasher, size);
    bool ok = block != NULL;
    int64_t step = size <= (int64_t)BLOCK * BLOCKS ? BLOCK : (size - BLOCK) / (BLOCKS - 1);
    for (int64_t i = 0; ok && i < BLOCKS && i * step < size; i++) {
        size_t count = (size_t)FTH_MIN((int64_t)BLOCK, size - i * step);
        ok = fth_file_read_at(fd, block, count, i * step);
        fth_hash_bytes(&hasher, block, ok ? count : 0);
    }
    if (!block)
        status = fth_fail_memory(error, BLOCK, path);
    else if (!ok)
        status = fail_errno(error, "read", path);
    fth_free(block);
    close(fd);
    if (status == FTH_OK)
        *key = fth_hash_end(&hasher);
    return status;
}

enum fth_status fth_file_key_again(const char *path, struct fth_known_file *known,
                                   struct fth_error *error)
{
    struct stat info = {0};
    int64_t facts[6] = {0};
    if (stat(path, &info) == 0) {
        const int64_t is[6] = {(int64_t)info.st_dev, (int64_t)info.st_ino, info.st_size,
                               info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
                               info.st_ctim.tv_sec * INT64_C(1000000000) + info.st_ctim.tv_nsec};
        memcpy(facts, is, sizeof(facts));
    }
    if (facts[1] && memcmp(facts, known->facts, sizeof(facts)) == 0)
        return FTH_OK;
    memset(known->facts, 0, sizeof(known->facts));
    enum fth_status status = fth_file_key(path, &known->key, error);
    if (status == FTH_OK)
        memcpy(known->facts, facts, sizeof(facts));
    return status;
}

static char *folder_from(const char *own, const char *xdg, const char *below_home)
{
    struct fth_text text = {0};
    const char *value = getenv(own);
    if (value && *value)
        return fth_strdup(value);
    value = getenv(xdg);
    if (value && value[0] == '/') {
        fth_text_append(&text, "%s/fathom", value);
        return text.data;
    }
    value = getenv("HOME");
    fth_text_append(&text, "%s/%s/fathom", value && *value ? value : "/tmp", below_home);
    return text.data;
}

char *fth_cache_folder(void)
{
    return folder_from("FATHOM_CACHE", "XDG_CACHE_HOME", ".cache");
}

char *fth_data_folder(void)
{
    return folder_from("FATHOM_DATA", "XDG_DATA_HOME", ".local/share");
}
