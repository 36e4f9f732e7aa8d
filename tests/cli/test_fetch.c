/* SPDX-License-Identifier: Apache-2.0 */
/* Downloads on the way a user's go: through a proxy, interrupted, two at once, on a full disk. */
#include "cli.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/thread.h"
#include "server.h"

enum { SIZE = 300000 };

static void clear_proxies(void)
{
    static const char *const names[] = {"https_proxy", "all_proxy", "no_proxy",
                                        "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names); i++)
        unsetenv(names[i]);
}

static bool make_certificate(void)
{
    char command[4096];
    snprintf(command, sizeof(command),
             "cd '%s' && openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem "
             "-days 2 -subj /CN=localhost -addext "
             "subjectAltName=IP:127.0.0.1,DNS:far.invalid 2>/dev/null",
             fth_test_folder());
    return system(command) == 0;
}

static void append_entry(struct fth_text *list, const char *id, const char *host, const char *name,
                         const char *sum)
{
    fth_text_append(list,
                    "%s{\"id\": \"%s\", \"title\": \"%s\", \"file\": \"%s.onnx\", \"task\": "
                    "\"depth\", \"licence\": \"MIT\", \"source\": {\"url\": "
                    "\"https://%s/%s\"}, \"bytes\": %d, \"sha256\": \"%s\", "
                    "\"input\": {\"name\": \"image\", \"layout\": \"nchw\", \"colour\": \"rgb\", "
                    "\"size\": {\"rule\": \"fixed\", \"width\": 256, \"height\": 256, "
                    "\"filter\": \"area\"}}, \"output\": {\"name\": \"out\", \"rank\": "
                    "3, \"meaning\": \"relative_inverse\", \"filter\": \"bilinear\"}}",
                    list->length > 40 ? ",\n" : "", id, id, id, host, name, SIZE, sum);
}

static bool write_list(int port)
{
    struct fth_text list = {0};
    char sum[FTH_SHA256_TEXT] = "", host[32];
    unsigned char *good = fth_alloc(SIZE, 1);
    for (long long i = 0; good && i < SIZE; i++)
        good[i] = (unsigned char)((i * i / 7 + i) % 251); /* as the server makes it */
    bool ready = good && fth_sha256_bytes(good, SIZE, sum, NULL) == FTH_OK;
    fth_free(good);
    snprintf(host, sizeof(host), "127.0.0.1:%d", port);
    fth_text_append(&list, "{\"fathom_models\": 1, \"networks\": [\n     ");
    append_entry(&list, "good", host, "good", sum);
    append_entry(&list, "slow", host, "slow-once", sum);
    append_entry(&list, "far", "far.invalid", "good", sum);
    append_entry(&list, "closed", "closed.invalid", "good", sum);
    fth_text_append(&list, "\n]}\n");
    ready = ready && !list.failed && fth_file_make_folder(fth_test_path("data"), NULL) == FTH_OK &&
            fth_file_write(fth_test_path("data/manifest.json"), list.data, list.length, true,
                           NULL) == FTH_OK;
    fth_text_clear(&list);
    return ready;
}

static bool begin(struct server *server)
{
    clear_proxies();
    setenv("FATHOM_MODELS", fth_test_path("data"), 1);
    setenv("CURL_CA_BUNDLE", fth_test_path("cert.pem"), 1);
    return make_certificate() &&
           server_start(server, fth_test_path("cert.pem"), fth_test_path("key.pem")) &&
           write_list(server->port);
}

static void end(struct server *server)
{
    server_stop(server);
    clear_proxies();
    unsetenv("FATHOM_MODELS");
    unsetenv("CURL_CA_BUNDLE");
    unsetenv("FATHOM_TEST_TUNNEL");
}

#define BEGIN(server)                                                                              \
    do {                                                                                           \
        if (!begin(server))                                                                        \
            FTH_SKIP("no openssl or no Python to serve files");                                    \
    } while (0)

/* https through a proxy is a tunnel: the proxy is asked for the host, and the host's certificate is
 * what counts. far.invalid is nowhere else. */
FTH_TEST(fetch_goes_through_the_proxy_of_the_environment)
{
    struct server server, proxy;
    char text[64];
    BEGIN(&server);
    cli_run("models get far");
    CLI_CHECK_REFUSED(1, "cannot reach https://far.invalid/good");
    FTH_CHECK(strstr(cli.err, "copy it to ") && strstr(cli.err, "data/far.onnx"));
    snprintf(text, sizeof(text), "%d", server.port);
    setenv("FATHOM_TEST_TUNNEL", text, 1);
    FTH_REQUIRE(server_start(&proxy, NULL, NULL));
    snprintf(text, sizeof(text), "http://127.0.0.1:%d", proxy.port);
    setenv("https_proxy", text, 1);
    cli_run("models get closed"); /* the proxy says no */
    CLI_CHECK_REFUSED(1, "https://closed.invalid/good");
    setenv("no_proxy", "far.invalid", 1);
    cli_run("models get far");
    CLI_CHECK_REFUSED(1, "cannot reach https://far.invalid/good");
    unsetenv("no_proxy");
    cli_run("models get far");
    CLI_CHECK_DONE();
    FTH_CHECK(cli_exists("data/far.onnx"));
    server_stop(&proxy);
    cli_run("models get far --overwrite"); /* nobody answers there any more */
    CLI_CHECK_REFUSED(1, "cannot reach");
    FTH_CHECK(cli_exists("data/far.onnx"));
    end(&server);
}

static pid_t start_get(const char *name)
{
    char command[4096];
    snprintf(command, sizeof(command), "exec '%s' models get %s >/dev/null 2>&1",
             getenv("FATHOM_BIN"), name);
    fflush(NULL);
    pid_t child = fork();
    if (child != 0)
        return child;
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

/* Waits until the part of that network has `size` bytes. */
static bool wait_for_part(const char *part, int64_t size)
{
    const struct timespec nap = {0, 20 * 1000000L};
    for (int i = 0; i < 500; i++) {
        int fd = -1;
        int64_t have = 0;
        if (fth_file_open(fth_test_path(part), &fd, &have, NULL) == FTH_OK)
            close(fd);
        if (have >= size)
            return true;
        nanosleep(&nap, NULL);
    }
    return false;
}

FTH_TEST(fetch_that_is_interrupted_goes_on_later)
{
    struct server server;
    int status = 0;
    BEGIN(&server);
    pid_t child = start_get("slow");
    FTH_REQUIRE(child > 0);
    FTH_CHECK(wait_for_part("data/slow.onnx.part", 100000));
    cli_run("models get slow"); /* meanwhile, somebody else */
    CLI_CHECK_REFUSED(1, "another process is downloading this file");
    double asked_s = fth_clock_s();
    kill(child, SIGINT);
    waitpid(child, &status, 0);
    FTH_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 130);
    FTH_CHECK(fth_clock_s() - asked_s < 5); /* curl asks about once a second */
    FTH_CHECK(cli_exists("data/slow.onnx.part") && !cli_exists("data/slow.onnx"));
    cli_run("models get slow"); /* what came is the beginning of the good file, and more is wrong */
    CLI_CHECK_DONE();
    FTH_CHECK(cli_exists("data/slow.onnx") && !cli_exists("data/slow.onnx.part"));
    end(&server);
}

/* A limit of the shell's stands in for a full disk: the write fails in the same place. */
FTH_TEST(fetch_onto_a_full_disk_keeps_what_came)
{
    struct server server;
    char command[4096];
    BEGIN(&server);
    snprintf(command, sizeof(command),
             "trap '' XFSZ; ulimit -f 64; '%s' models get good >/dev/null 2>'%s'",
             getenv("FATHOM_BIN"), fth_test_path("said"));
    int status = system(command);
    FTH_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    void *said = NULL;
    size_t size = 0;
    FTH_CHECK_INT(fth_file_read(fth_test_path("said"), 4096, &said, &size, NULL), FTH_OK);
    FTH_CHECK(said && cli_is_one_line(said, "make room and run the command again"));
    fth_free(said);
    FTH_CHECK(cli_exists("data/good.onnx.part") && !cli_exists("data/good.onnx"));
    cli_run("models get good");
    CLI_CHECK_DONE();
    end(&server);
}
