/* SPDX-License-Identifier: Apache-2.0 */
/* Downloads from a server that cuts, lies, stalls, redirects and never ends. After every failure
 * there is one clear line, and nothing under the final name. All traffic stays on this machine. */
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/thread.h"
#include "infer/download.h"
#include "check.h"
#include "server.h"

enum { SIZE = 300000 };

static struct server server;
static char sum[FTH_SHA256_TEXT];         /* of the good file */
static char downloaded[FTH_SHA256_TEXT];  /* of the last download */
static struct fth_error failure;

static void clear_proxies(void)
{
    static const char *const names[] = {"http_proxy",  "https_proxy", "all_proxy", "no_proxy",
                                        "HTTPS_PROXY", "ALL_PROXY",   "NO_PROXY"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names); i++)
        unsetenv(names[i]);
}

/* The good file as the server makes it. */
static void fill_good(unsigned char *bytes)
{
    for (long long i = 0; i < SIZE; i++)
        bytes[i] = (unsigned char)((i * i / 7 + i) % 251);
}

/* Once a test: the server, the switch for plain http, the good file's sum. */
static bool begin(void)
{
    unsigned char *good = fth_alloc(SIZE, 1);
    clear_proxies();
    setenv("FATHOM_ALLOW_HTTP", "1", 1);
    bool ready = good && server_start(&server, NULL, NULL);
    if (ready) {
        fill_good(good);
        ready = fth_sha256_bytes(good, SIZE, sum, NULL) == FTH_OK;
    }
    fth_free(good);
    return ready;
}

static void end(void)
{
    server_stop(&server);
    unsetenv("FATHOM_ALLOW_HTTP");
}

#define BEGIN()                                                                                    \
    do {                                                                                           \
        if (!begin())                                                                              \
            FTH_SKIP("no Python to serve files");                                                  \
    } while (0)

static const char *address(const char *name)
{
    static char text[512];
    snprintf(text, sizeof(text), "http://127.0.0.1:%d/%.400s", server.port, name);
    return text;
}

static enum fth_status fetch_with(struct fth_download ask, const char *name)
{
    char url[700];
    snprintf(url, sizeof(url), "%s", address(name));
    ask.url = url;
    ask.path = fth_test_path("file");
    ask.stall_s = 2;
    ask.wait_ms = 1;
    failure.message[0] = '\0';
    downloaded[0] = '\0';
    return fth_download(&ask, downloaded, &failure);
}

/* The good file is expected, by size and sum. */
static enum fth_status fetch(const char *name)
{
    return fetch_with((struct fth_download){.size = SIZE, .sha256 = sum}, name);
}

/* Nothing is known of the file but that it has at most twice its size. */
static enum fth_status fetch_blindly(const char *name)
{
    return fetch_with((struct fth_download){.limit = 2 * SIZE}, name);
}

static bool is_there(const char *name)
{
    return access(fth_test_path(name), F_OK) == 0;
}

static int file_count(void)
{
    int count = 0;
    DIR *folder = opendir(fth_test_folder());
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static void check_good(enum fth_status status, const char *name)
{
    char found[FTH_SHA256_TEXT] = "";
    if (status != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s: %s", name, failure.message);
    FTH_CHECK_TEXT(downloaded, sum);
    FTH_CHECK_INT(fth_sha256_file(fth_test_path("file"), NULL, found, NULL), FTH_OK);
    FTH_CHECK_TEXT(found, sum);
    FTH_CHECK_INT(file_count(), 1); /* the part and its note are gone */
    unlink(fth_test_path("file"));
}

static void check_refused(enum fth_status status, enum fth_status wanted, const char *says)
{
    FTH_CHECK_INT(status, wanted);
    if (!strstr(failure.message, says) || strchr(failure.message, '\n'))
        fth_test_fail(__FILE__, __LINE__, "\"%s\" does not say \"%s\"", failure.message, says);
    FTH_CHECK(!is_there("file"));
    FTH_CHECK_TEXT(downloaded, "");
}

/* What the server was asked for under that path, a line a request. */
static const char *requests(const char *name)
{
    static char text[4096];
    char url[256], ignored[FTH_SHA256_TEXT];
    text[0] = '\0';
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/log?%s", server.port, name);
    struct fth_download ask = {.url = url, .path = fth_test_path(".log"), .limit = sizeof(text)};
    void *bytes = NULL;
    size_t size = 0;
    if (fth_download(&ask, ignored, NULL) == FTH_OK &&
        fth_file_read(ask.path, sizeof(text) - 1, &bytes, &size, NULL) == FTH_OK)
        snprintf(text, sizeof(text), "%s", (const char *)bytes);
    fth_free(bytes);
    unlink(ask.path);
    return text;
}

FTH_TEST(download_of_a_good_file)
{
    BEGIN();
    check_good(fetch("good"), "known");
    check_good(fetch_blindly("good"), "not known");
    end();
}

/* The rest is asked for, not all of it again. */
FTH_TEST(download_goes_on_after_a_cut)
{
    BEGIN();
    check_good(fetch("cut-once"), "cut once");
    FTH_CHECK_TEXT(requests("cut-once"), "all\nbytes=100000-\n");
    check_good(fetch("cut-no-etag"), "no ETag, but a sum");
    FTH_CHECK_TEXT(requests("cut-no-etag"), "all\nbytes=100000-\n");
    check_good(fetch_blindly("cut-often"), "cut often");
    check_good(fetch("busy"), "busy at first");
    end();
}

FTH_TEST(download_begins_again_where_going_on_is_impossible)
{
    BEGIN();
    check_good(fetch_blindly("changed"), "changed meanwhile");
    check_good(fetch_blindly("no-ranges"), "no ranges");
    check_good(fetch_blindly("no-rest"), "refuses the range");
    end();
}

/* Between two calls, as after a kill: what is there is used. */
FTH_TEST(download_goes_on_in_the_next_call)
{
    BEGIN();
    check_refused(fetch("cut-always"), FTH_ERR_IO, "the line was cut after 100000 bytes");
    FTH_CHECK(is_there("file.part") && is_there("file.part.from"));
    /* the same part of another address is of no use, and begins anew */
    check_good(fetch("good"), "another address");
    FTH_CHECK_TEXT(requests("good"), "all\n");

    FTH_CHECK_INT(fetch("cut-once"), FTH_OK); /* uses up its one cut */
    char note[800];
    unsigned char *good = fth_alloc(SIZE, 1);
    FTH_REQUIRE(good != NULL);
    fill_good(good);
    unlink(fth_test_path("file"));
    snprintf(note, sizeof(note), "%s\n\"one\"\n", address("cut-once"));
    FTH_CHECK_INT(fth_file_write(fth_test_path("file.part"), good, 1234, true, NULL), FTH_OK);
    FTH_CHECK_INT(fth_file_write(fth_test_path("file.part.from"), note, strlen(note), true, NULL),
                  FTH_OK);
    check_good(fetch("cut-once"), "next call");
    FTH_CHECK(strstr(requests("cut-once"), "\nbytes=1234-\n") != NULL);
    /* a spoiled part is found out by the sum, and all is fetched again */
    good[5] ^= 1;
    FTH_CHECK_INT(fth_file_write(fth_test_path("file.part"), good, 1234, true, NULL), FTH_OK);
    FTH_CHECK_INT(fth_file_write(fth_test_path("file.part.from"), note, strlen(note), true, NULL),
                  FTH_OK);
    check_good(fetch("cut-once"), "spoiled part");
    fth_free(good);
    end();
}

FTH_TEST(download_is_not_fooled_about_lengths)
{
    BEGIN();
    check_refused(fetch("short"), FTH_ERR_DATA, "has 600000 bytes, the list of networks says");
    check_refused(fetch("announces-less"), FTH_ERR_DATA, "has 1000 bytes");
    check_refused(fetch("long"), FTH_ERR_DATA, "sends more than 300000 bytes");
    check_refused(fetch("ends-early"), FTH_ERR_IO, "the server ends after 1000 of 300000 bytes");
    check_refused(fetch_blindly("short"), FTH_ERR_IO, "the line was cut after");
    check_refused(fetch_with((struct fth_download){.limit = SIZE - 1}, "good"), FTH_ERR_LIMIT,
                  "has 300000 bytes, the limit is 299999");
    check_refused(fetch("wrong-range"), FTH_ERR_DATA, "other bytes than it was asked for");
    end();
}

FTH_TEST(download_of_wrong_bytes_is_removed)
{
    BEGIN();
    check_refused(fetch("wrong"), FTH_ERR_DATA, "not the file that was meant");
    FTH_CHECK_INT(file_count(), 0);
    end();
}

FTH_TEST(download_that_never_ends_is_ended)
{
    BEGIN();
    check_refused(fetch("endless"), FTH_ERR_DATA, "sends more than 300000 bytes");
    check_refused(fetch_blindly("endless"), FTH_ERR_LIMIT, "the limit is 600000");
    check_refused(fetch("headers"), FTH_ERR_LIMIT, "bytes of headers");
    double start_s = fth_clock_s();
    check_refused(fetch("silent"), FTH_ERR_IO, "too slow or silent");
    FTH_CHECK(fth_clock_s() - start_s < 20); /* it would go on for minutes */
    end();
}

FTH_TEST(download_follows_redirects_to_https_only)
{
    static const char *const refused[] = {"file:///etc/passwd", "ftp://127.0.0.1/x",
                                          "gopher://127.0.0.1/x", "dict://127.0.0.1/x"};
    char name[600];
    BEGIN();
    for (size_t i = 0; i < FTH_ARRAY_COUNT(refused); i++) {
        snprintf(name, sizeof(name), "to?%s", refused[i]);
        check_refused(fetch(name), FTH_ERR_DATA, "only https is followed");
    }
    check_refused(fetch("loop"), FTH_ERR_LIMIT, "redirects");
    snprintf(name, sizeof(name), "to?%.500s", address("good"));
    check_good(fetch(name), "to the good file"); /* under the switch, on this machine */
    check_refused(fetch("nothing"), FTH_ERR_NOT_FOUND, "the server answers 404");
    check_refused(fetch("always-busy"), FTH_ERR_IO, "the server answers 503");
    end();
}

/* Without the switch, or to another machine with it, plain http is not spoken at all. */
FTH_TEST(download_needs_https)
{
    BEGIN();
    FTH_CHECK(fth_download_allows("https://example.com/x"));
    FTH_CHECK(fth_download_allows("http://127.0.0.1:1/x"));
    FTH_CHECK(!fth_download_allows("http://127.0.0.1.example.com/x"));
    FTH_CHECK(!fth_download_allows("http://localhost@example.com/x"));
    FTH_CHECK(!fth_download_allows("http://example.com/x"));
    FTH_CHECK(!fth_download_allows("file:///etc/passwd"));
    unsetenv("FATHOM_ALLOW_HTTP");
    FTH_CHECK(!fth_download_allows("http://127.0.0.1:1/x"));
    check_refused(fetch("good"), FTH_ERR_USAGE, "only https is fetched");
    setenv("FATHOM_ALLOW_HTTP", "1", 1);
    FTH_CHECK_TEXT(requests("good"), "");
    end();
}

FTH_TEST(download_goes_through_a_proxy)
{
    char proxy[64];
    BEGIN();
    snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", server.port);
    struct fth_download ask = {.url = "http://127.0.0.1:9/good", .path = fth_test_path("file"),
                               .size = SIZE, .sha256 = sum};
    FTH_CHECK_INT(fth_download(&ask, downloaded, &failure), FTH_ERR_IO); /* nobody is there */
    setenv("http_proxy", proxy, 1);
    check_good(fth_download(&ask, downloaded, &failure), "by proxy");
    setenv("no_proxy", "127.0.0.1", 1);
    downloaded[0] = '\0';
    check_refused(fth_download(&ask, downloaded, &failure), FTH_ERR_IO, "cannot reach");
    clear_proxies();
    end();
}

FTH_TEST(download_without_a_network_says_what_to_copy_where)
{
    clear_proxies();
    downloaded[0] = '\0';
    struct fth_download ask = {.url = "https://127.0.0.1:9/model.onnx",
                               .path = fth_test_path("net.onnx")};
    check_refused(fth_download(&ask, downloaded, &failure), FTH_ERR_IO, "net.onnx");
    FTH_CHECK(strstr(failure.message, "cannot reach https://127.0.0.1:9/model.onnx") != NULL);
    FTH_CHECK(strstr(failure.message, "copy it to") != NULL);
    FTH_CHECK_INT(file_count(), 0);
}

struct watch {
    int64_t last, total, stop_at;
    int call_count;
    bool went_back;
};

static bool watch_progress(void *context, const struct fth_download_progress *progress)
{
    struct watch *watch = context;
    watch->call_count++;
    watch->went_back = watch->went_back || progress->done < watch->last;
    watch->last = progress->done;
    watch->total = progress->total;
    return watch->stop_at == 0 || progress->done < watch->stop_at;
}

FTH_TEST(download_tells_progress_and_can_be_stopped)
{
    BEGIN();
    struct watch watch = {0};
    struct fth_download ask = {.size = SIZE, .sha256 = sum, .progress = watch_progress,
                               .context = &watch};
    check_good(fetch_with(ask, "good"), "watched");
    FTH_CHECK(watch.call_count > 0 && !watch.went_back);
    FTH_CHECK_INT(watch.last, SIZE);
    FTH_CHECK_INT(watch.total, SIZE);
    watch = (struct watch){.stop_at = 1};
    FTH_CHECK_INT(fetch_with(ask, "silent"), FTH_CANCELLED);
    FTH_CHECK(!is_there("file"));
    end();
}

static enum fth_status refuse_all(void *context, const char *path, struct fth_error *error)
{
    int64_t size = 0;
    int fd = -1;
    if (fth_file_open(path, &fd, &size, NULL) == FTH_OK)
        close(fd);
    *(int64_t *)context = size;
    return fth_fail(error, FTH_ERR_DATA, "not today");
}

FTH_TEST(download_is_looked_at_before_it_gets_its_name)
{
    BEGIN();
    int64_t seen = 0;
    struct fth_download ask = {.limit = SIZE, .check = refuse_all, .context = &seen};
    check_refused(fetch_with(ask, "page"), FTH_ERR_DATA, "not today");
    FTH_CHECK_INT(seen, 26);
    FTH_CHECK_INT(file_count(), 0);
    end();
}

/* While one holds the part, another call keeps its hands off. */
static bool fetch_beside(void *context, const struct fth_download_progress *progress)
{
    struct fth_download *other = context;
    char ignored[FTH_SHA256_TEXT];
    if (progress->done > 0 && other->size == SIZE) {
        other->size = fth_download(other, ignored, &failure) == FTH_ERR_EXISTS ? 1 : 2;
        FTH_CHECK(strstr(failure.message, "another process") != NULL);
    }
    return true;
}

FTH_TEST(download_of_one_file_by_two_at_once)
{
    BEGIN();
    char url[700];
    snprintf(url, sizeof(url), "%s", address("cut-once"));
    struct fth_download other = {.url = url, .path = fth_test_path("file"), .size = SIZE,
                                 .sha256 = sum};
    struct fth_download ask = {.size = SIZE, .sha256 = sum, .progress = fetch_beside,
                               .context = &other};
    check_good(fetch_with(ask, "cut-once"), "two at once");
    FTH_CHECK_INT(other.size, 1);
    end();
}
