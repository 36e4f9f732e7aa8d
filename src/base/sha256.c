/* SPDX-License-Identifier: Apache-2.0 */
/* The sums are libcrypto's: it is there already, under the curl that downloads. */
#include "base/sha256.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

enum { BLOCK = 1 << 20, DIGEST_SIZE = 32 };

static enum fth_status begin(EVP_MD_CTX **sum, struct fth_error *error)
{
    *sum = EVP_MD_CTX_new();
    if (*sum && EVP_DigestInit_ex(*sum, EVP_sha256(), NULL))
        return FTH_OK;
    return fth_fail(error, FTH_ERR_UNSUPPORTED, "libcrypto cannot make SHA-256 sums here");
}

static enum fth_status feed(EVP_MD_CTX *sum, const void *bytes, size_t size,
                            struct fth_error *error)
{
    if (EVP_DigestUpdate(sum, bytes, size))
        return FTH_OK;
    return fth_fail(error, FTH_ERR_UNSUPPORTED, "libcrypto failed while making a SHA-256 sum");
}

static enum fth_status end(EVP_MD_CTX *sum, char text[FTH_SHA256_TEXT], struct fth_error *error)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (!EVP_DigestFinal_ex(sum, digest, &size) || size != DIGEST_SIZE)
        return fth_fail(error, FTH_ERR_UNSUPPORTED, "libcrypto failed while making a SHA-256 sum");
    for (unsigned i = 0; i < DIGEST_SIZE; i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    text[2 * DIGEST_SIZE] = '\0';
    return FTH_OK;
}

enum fth_status fth_sha256_bytes(const void *bytes, size_t size, char text[FTH_SHA256_TEXT],
                                 struct fth_error *error)
{
    EVP_MD_CTX *sum = NULL;
    enum fth_status status = begin(&sum, error);
    if (status == FTH_OK)
        status = feed(sum, bytes, size, error);
    if (status == FTH_OK)
        status = end(sum, text, error);
    EVP_MD_CTX_free(sum);
    return status;
}

/* Feeds what is left of the file behind `fd`. */
static enum fth_status feed_file(EVP_MD_CTX *sum, int fd, const char *path,
                                 const struct fth_cancel *cancel, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    void *block = fth_alloc(BLOCK, 1);
    if (!block)
        return fth_fail_memory(error, BLOCK, path);
    for (ssize_t count = 1; count != 0 && status == FTH_OK;) {
        count = read(fd, block, BLOCK);
        if (fth_cancelled(cancel))
            status = FTH_CANCELLED;
        else if (count > 0)
            status = feed(sum, block, (size_t)count, error);
        else if (count < 0 && errno != EINTR)
            status = fth_fail(error, FTH_ERR_IO, "%s: cannot read: %s", path, strerror(errno));
    }
    fth_free(block);
    return status;
}

enum fth_status fth_sha256_file(const char *path, const struct fth_cancel *cancel,
                                char text[FTH_SHA256_TEXT], struct fth_error *error)
{
    EVP_MD_CTX *sum = NULL;
    int fd = -1;
    int64_t size = 0;
    enum fth_status status = fth_file_open(path, &fd, &size, error);
    if (status != FTH_OK)
        return status;
    status = begin(&sum, error);
    if (status == FTH_OK)
        status = feed_file(sum, fd, path, cancel, error);
    if (status == FTH_OK)
        status = end(sum, text, error);
    EVP_MD_CTX_free(sum);
    close(fd);
    return status;
}
