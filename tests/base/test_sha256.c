/* SPDX-License-Identifier: Apache-2.0 */
/* Sums against the vectors of FIPS 180-4 and the NIST examples, of bytes and of files. */
#include "base/file.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "check.h"

static const struct {
    const char *text, *sum;
} vectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

FTH_TEST(sha256_of_bytes_and_files)
{
    for (size_t i = 0; i < FTH_ARRAY_COUNT(vectors); i++) {
        char sum[FTH_SHA256_TEXT] = "";
        struct fth_error error = {.message = ""};
        size_t size = strlen(vectors[i].text);
        const char *path = fth_test_path("message");
        FTH_REQUIRE_OK(fth_sha256_bytes(vectors[i].text, size, sum, &error), error);
        FTH_CHECK_TEXT(sum, vectors[i].sum);
        FTH_REQUIRE_OK(fth_file_write(path, vectors[i].text, size, true, &error), error);
        sum[0] = '\0';
        FTH_REQUIRE_OK(fth_sha256_file(path, NULL, sum, &error), error);
        FTH_CHECK_TEXT(sum, vectors[i].sum);
    }
}

/* More than one block of reading. */
FTH_TEST(sha256_of_a_million_a_and_more)
{
    enum { MILLION = 1000000, MORE = 3 << 20 };
    char sum[FTH_SHA256_TEXT] = "", whole[FTH_SHA256_TEXT] = "";
    struct fth_error error = {.message = ""};
    char *bytes = fth_alloc(MORE, 1);
    FTH_REQUIRE(bytes != NULL);
    memset(bytes, 'a', MORE);
    FTH_REQUIRE_OK(fth_sha256_bytes(bytes, MILLION, sum, &error), error);
    FTH_CHECK_TEXT(sum, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    const char *path = fth_test_path("message");
    FTH_REQUIRE_OK(fth_file_write(path, bytes, MORE, true, &error), error);
    FTH_REQUIRE_OK(fth_sha256_bytes(bytes, MORE, whole, &error), error);
    FTH_REQUIRE_OK(fth_sha256_file(path, NULL, sum, &error), error);
    FTH_CHECK_TEXT(sum, whole);
    fth_free(bytes);
}

FTH_TEST(sha256_stops_and_names_what_is_absent)
{
    char sum[FTH_SHA256_TEXT] = "untouched";
    struct fth_error error = {.message = ""};
    struct fth_cancel cancel;
    atomic_init(&cancel.requested, true);
    FTH_CHECK_INT(fth_sha256_file(fth_test_path("absent"), NULL, sum, &error), FTH_ERR_NOT_FOUND);
    FTH_CHECK(strstr(error.message, "absent") != NULL);
    FTH_CHECK_INT(fth_sha256_file(fth_test_source("run"), &cancel, sum, &error), FTH_CANCELLED);
    FTH_CHECK_TEXT(sum, "untouched");
}
