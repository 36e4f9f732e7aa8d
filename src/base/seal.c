/* SPDX-License-Identifier: Apache-2.0 */
/* Sums over whole files, in pieces: a bundle of 4K has 30 MB. */
#include "base/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"

static const char WORD[] = "fathom-sum ";
enum { SEAL_SIZE = sizeof(WORD) - 1 + 32 + 1, BLOCK = 1 << 18 };

static void print_seal(const struct fth_hasher *hasher, char seal[SEAL_SIZE + 1])
{
    char digits[33];
    snprintf(seal, SEAL_SIZE + 1, "%s%s\n", WORD, fth_key_print(fth_hash_end(hasher), digits));
}

static enum fth_status fail_seal(const char *path, struct fth_error *error)
{
    return fth_fail(error, FTH_ERR_DATA, "%s: damaged: its bytes are not what was written", path);
}

/* The line that seals the file's first `size` bytes. */
static enum fth_status make_seal(int fd, const char *path, int64_t size, char seal[SEAL_SIZE + 1],
                                 struct fth_error *error)
{
    char *block = fth_alloc_aligned(BLOCK);
    struct fth_hasher hasher;
    if (!block)
        return fth_fail_memory(error, BLOCK, path);
    bool whole = true;
    fth_hash_begin(&hasher);
    for (int64_t at = 0; whole && at < size; at += BLOCK) {
        size_t count = (size_t)FTH_MIN((int64_t)BLOCK, size - at);
        whole = fth_file_read_at(fd, block, count, at);
        fth_hash_bytes(&hasher, block, whole ? count : 0);
    }
    fth_free(block);
    if (!whole)
        return fth_fail(error, FTH_ERR_IO, "%s: cannot read: %s", path, strerror(errno));
    print_seal(&hasher, seal);
    return FTH_OK;
}

enum fth_status fth_file_seal(const char *path, struct fth_error *error)
{
    char seal[SEAL_SIZE + 1];
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    int64_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    enum fth_status status = FTH_OK;
    if (size >= 0)
        status = make_seal(fd, path, size, seal, error);
    if (status == FTH_OK && (size < 0 || write(fd, seal, SEAL_SIZE) != SEAL_SIZE))
        status = fth_fail(error, FTH_ERR_IO, "%s: cannot write: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return status;
}

enum fth_status fth_file_check_seal(const char *path, struct fth_error *error)
{
    char is[SEAL_SIZE + 1] = "", should[SEAL_SIZE + 1];
    int fd = -1;
    int64_t size = 0;
    enum fth_status status = fth_file_open(path, &fd, &size, error);
    if (status != FTH_OK)
        return status;
    int64_t sealed_size = size - SEAL_SIZE;
    bool sealed = sealed_size >= 0 && fth_file_read_at(fd, is, SEAL_SIZE, sealed_size) &&
                  strncmp(is, WORD, sizeof(WORD) - 1) == 0;
    if (sealed)
        status = make_seal(fd, path, sealed_size, should, error);
    if (status == FTH_OK && (!sealed || memcmp(is, should, SEAL_SIZE) != 0))
        status = fail_seal(path, error);
    close(fd);
    return status;
}

enum fth_status fth_seal_check(const char *path, const void *bytes, size_t size,
                               struct fth_error *error)
{
    struct fth_hasher hasher;
    char should[SEAL_SIZE + 1];
    if (size < SEAL_SIZE)
        return fail_seal(path, error);
    fth_hash_begin(&hasher);
    fth_hash_bytes(&hasher, bytes, size - SEAL_SIZE);
    print_seal(&hasher, should);
    if (memcmp((const char *)bytes + size - SEAL_SIZE, should, SEAL_SIZE) != 0)
        return fail_seal(path, error);
    return FTH_OK;
}
