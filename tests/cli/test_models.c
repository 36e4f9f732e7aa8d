/* SPDX-License-Identifier: Apache-2.0 */
/* Networks as a user fetches, adds, checks and removes them; a list and a server of our own stand
 * in for the world's. */
#include "cli.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "base/text.h"
#include "server.h"

/* The user's models folder is a fresh one, with a list of its own when FATHOM_MODELS names it. */
static void use_folder(const char *variable)
{
    unsetenv("FATHOM_DATA");
    unsetenv("FATHOM_MODELS");
    setenv(variable, fth_test_path("data"), 1);
}

static void end(struct server *server)
{
    if (server)
        server_stop(server);
    unsetenv("FATHOM_DATA");
    unsetenv("FATHOM_MODELS");
    unsetenv("CURL_CA_BUNDLE");
}

static bool has_material(void)
{
    return fth_test_material("models/depth_anything_relative.onnx") &&
           access(fth_test_source(".fathom/lib/libonnxruntime.so.1"), R_OK) == 0;
}

/* ---- a server behind https, and a list that names it */

static bool make_certificate(void)
{
    char command[4096];
    snprintf(command, sizeof(command),
             "cd '%s' && openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem "
             "-days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null",
             fth_test_folder());
    return system(command) == 0;
}

/* One network of the list, with the layout of the material's midas_small. `sum` may be empty. */
static void append_entry(struct fth_text *list, int port, const char *name, const char *licence,
                         bool closed, const char *sum)
{
    fth_text_append(list,
                    "%s{\"id\": \"%s\", \"title\": \"%s\", \"file\": \"%s.onnx\", \"task\": "
                    "\"depth\", \"licence\": \"%s\", \"non_commercial\": %s, \"source\": {\"url\": "
                    "\"https://127.0.0.1:%d/%s\"}, ",
                    list->length > 40 ? ",\n" : "", name, name, name, licence,
                    closed ? "true" : "false", port, name);
    if (*sum)
        fth_text_append(list, "\"bytes\": 300000, \"sha256\": \"%s\", ", sum);
    fth_text_append(list,
                    "\"input\": {\"name\": \"image\", \"layout\": \"nchw\", \"colour\": \"rgb\", "
                    "\"size\": {\"rule\": \"fixed\", \"width\": 256, \"height\": 256, "
                    "\"filter\": \"area\"}}, \"output\": {\"name\": \"inverse_depth\", \"rank\": "
                    "3, \"meaning\": \"relative_inverse\", \"filter\": \"bilinear\"}}");
}

static bool write_list(int port)
{
    struct fth_text list = {0};
    char sum[FTH_SHA256_TEXT] = "";
    unsigned char *good = fth_alloc(300000, 1);
    for (long long i = 0; good && i < 300000; i++)
        good[i] = (unsigned char)((i * i / 7 + i) % 251); /* as the server makes it */
    bool ready = good && fth_sha256_bytes(good, 300000, sum, NULL) == FTH_OK;
    fth_free(good);
    fth_text_append(&list, "{\"fathom_models\": 1, \"networks\": [\n     ");
    append_entry(&list, port, "good", "MIT", false, sum);
    append_entry(&list, port, "wrong", "MIT", false, sum);
    append_entry(&list, port, "cut-once", "CC-BY-NC-4.0", true, sum);
    append_entry(&list, port, "page", "MIT", false, "");
    append_entry(&list, port, "net", "MIT", false, "");
    append_entry(&list, port, "to-http", "MIT", false, sum);
    append_entry(&list, port, "always-busy", "MIT", false, sum);
    fth_text_append(&list, "\n]}\n");
    ready = ready && !list.failed && fth_file_make_folder(fth_test_path("data"), NULL) == FTH_OK &&
            fth_file_write(fth_test_path("data/manifest.json"), list.data, list.length, true,
                           NULL) == FTH_OK;
    fth_text_clear(&list);
    return ready;
}

static bool begin(struct server *server)
{
    static const char *const proxies[] = {"https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(proxies); i++)
        unsetenv(proxies[i]);
    use_folder("FATHOM_MODELS");
    return make_certificate() &&
           server_start(server, fth_test_path("cert.pem"), fth_test_path("key.pem")) &&
           write_list(server->port);
}

#define BEGIN(server)                                                                              \
    do {                                                                                           \
        if (!begin(server))                                                                        \
            FTH_SKIP("no openssl or no Python to serve files");                                    \
    } while (0)

FTH_TEST(models_get_trusts_certificates_and_sums)
{
    struct server server;
    BEGIN(&server);
    cli_run("models get good");
    CLI_CHECK_REFUSED(1, "certificate"); /* self-signed, and nobody said that it is fine */
    setenv("CURL_CA_BUNDLE", fth_test_path("cert.pem"), 1);
    cli_run("models get good");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.out, "licence: MIT") != NULL);
    FTH_CHECK(cli_exists("data/good.onnx"));
    cli_run("models get good");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.out, "is there already") != NULL);
    cli_run("models get wrong");
    CLI_CHECK_REFUSED(1, "not the file that was meant");
    cli_run("models get always-busy");
    CLI_CHECK_REFUSED(1, "the server answers 503");
    cli_run("models get to-http");
    CLI_CHECK_REFUSED(1, "only https is followed");
    cli_run("models get page");
    CLI_CHECK_REFUSED(1, "what came cannot be used");
    cli_run("models get god");
    CLI_CHECK_REFUSED(2, "did you mean \"good\"");
    FTH_CHECK_INT(cli_count_files("data"), 2); /* the list and the good one */
    end(&server);
}

FTH_TEST(models_get_asks_for_licences)
{
    struct server server;
    BEGIN(&server);
    setenv("CURL_CA_BUNDLE", fth_test_path("cert.pem"), 1);
    cli_run("models get cut-once");
    CLI_CHECK_REFUSED(2, "--accept-licence");
    FTH_CHECK(strstr(cli.out, "licence: CC-BY-NC-4.0, not for commercial use") != NULL);
    FTH_CHECK(!cli_exists("data/cut-once.onnx"));
    cli_run("models get cut-once --accept-licence --json --progress json");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.err, "\"licence\": \"CC-BY-NC-4.0\"") != NULL);
    FTH_CHECK(strstr(cli.err, "\"stage\": \"download\"") != NULL);
    struct fth_json *root = cli_json(__FILE__, __LINE__);
    FTH_CHECK_INT(fth_json_int(fth_json_get(root, "size"), 0), 300000);
    fth_json_destroy(&root);
    FTH_CHECK(cli_exists("data/cut-once.onnx") && !cli_exists("data/cut-once.onnx.part"));
    end(&server);
}

FTH_TEST(models_verify_and_remove)
{
    struct server server;
    BEGIN(&server);
    setenv("CURL_CA_BUNDLE", fth_test_path("cert.pem"), 1);
    cli_run("models remove good");
    CLI_CHECK_REFUSED(1, "not installed");
    cli_run("models get good");
    CLI_CHECK_DONE();
    cli_run("models verify");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.out, " good ") != NULL);
    FILE *file = fopen(fth_test_path("data/good.onnx"), "r+b");
    FTH_REQUIRE(file && fputc('x', file) == 'x' && fclose(file) == 0);
    cli_run("models verify good");
    FTH_CHECK_INT(cli.status, 1);
    FTH_CHECK(cli_is_one_line(cli.err, "1 damaged: "));
    cli_run("models get good"); /* a damaged one is fetched anew */
    CLI_CHECK_DONE();
    cli_run("models verify good");
    CLI_CHECK_DONE();
    cli_run("models remove good");
    CLI_CHECK_DONE();
    FTH_CHECK(!cli_exists("data/good.onnx"));
    end(&server);
}

static bool copy_file(const char *from, const char *to, char last)
{
    void *bytes = NULL;
    size_t size = 0;
    bool copied = fth_file_read(from, 1 << 20, &bytes, &size, NULL) == FTH_OK && size > 0;
    if (copied && last)
        ((char *)bytes)[size - 1] = last;
    copied = copied && fth_file_write(to, bytes, size, true, NULL) == FTH_OK;
    fth_free(bytes);
    return copied;
}

/* Nobody published a sum: what came first is what must come later, until it is removed. */
FTH_TEST(models_get_pins_unknown_sums)
{
    struct server server;
    if (!has_material())
        FTH_SKIP("the material or the runtime is not there");
    char net[1024];
    snprintf(net, sizeof(net), "%s", fth_test_material("models/midas_small.onnx"));
    setenv("FATHOM_TEST_NET", fth_test_path("served.onnx"), 1);
    FTH_REQUIRE(copy_file(net, fth_test_path("served.onnx"), 0));
    BEGIN(&server);
    setenv("CURL_CA_BUNDLE", fth_test_path("cert.pem"), 1);
    cli_run("models get net");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.out, "Nobody published this sum") != NULL);
    cli_run("models verify net");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.out, " good ") != NULL); /* it has a sum now */
    cli_run("models get net --overwrite");
    CLI_CHECK_DONE();
    FTH_CHECK(!strstr(cli.out, "Nobody published this sum"));
    FTH_REQUIRE(copy_file(net, fth_test_path("served.onnx"), 'x'));
    cli_run("models get net --overwrite");
    CLI_CHECK_REFUSED(1, "not the file that was meant");
    cli_run("models verify net"); /* the old one is still there */
    CLI_CHECK_DONE();
    FTH_REQUIRE(copy_file(net, fth_test_path("served.onnx"), 0));
    cli_run("models remove net");
    CLI_CHECK_DONE();
    cli_run("models get net");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.out, "Nobody published this sum") != NULL);
    unsetenv("FATHOM_TEST_NET");
    end(&server);
}

FTH_TEST(models_words)
{
    use_folder("FATHOM_DATA");
    cli_run("models");
    CLI_CHECK_REFUSED(2, "something is missing");
    cli_run("models fetch x");
    CLI_CHECK_REFUSED(2, "is not list, get, add, verify or remove");
    cli_run("models get");
    CLI_CHECK_REFUSED(2, "something is missing");
    cli_run("models add x.onnx");
    CLI_CHECK_REFUSED(2, "--like NAME is missing");
    cli_run("models add x.onnx --like depth-anything-v2-small");
    CLI_CHECK_REFUSED(1, "x.onnx");
    cli_run("models get fastdepth --overwrite");
    CLI_CHECK_REFUSED(1, "./run setup");
    cli_run("models get depth-anything-v2-metric-indoor-small");
    CLI_CHECK_REFUSED(1, "models add FILE --like");
    end(NULL);
}

/* ---- files of the user's, of the outside material */

FTH_TEST(models_add_refuses_what_is_broken)
{
    static const char *const files[] = {"nan_output", "odd_rank_outputs", "nhwc_input",
                                        "truncated",  "empty",            "unknown_operator",
                                        "not_onnx"};
    if (!has_material())
        FTH_SKIP("the material or the runtime is not there");
    use_folder("FATHOM_DATA");
    for (size_t i = 0; i < FTH_ARRAY_COUNT(files); i++) {
        char name[128];
        snprintf(name, sizeof(name), "models/broken/%s.onnx", files[i]);
        cli_run("models add '%s' --like depth-anything-v2-small", fth_test_material(name));
        CLI_CHECK_REFUSED(1, files[i]);
    }
    FTH_CHECK(!cli_exists("data")); /* not even the folder was needed */
    end(NULL);
}

struct map {
    int width, height;
    float *values; /* fth_free */
};

/* The first channel of a PFM. */
static struct map read_map(const char *path)
{
    char kind[3] = "";
    double scale = 0;
    struct map map = {0};
    FILE *file = fopen(path, "rb");
    if (file && fscanf(file, "%2s %d %d %lf", kind, &map.width, &map.height, &scale) == 4) {
        size_t channels = strcmp(kind, "PF") == 0 ? 3 : 1;
        size_t count = (size_t)map.width * (size_t)map.height;
        fgetc(file);
        map.values = fth_alloc(count, sizeof(float));
        for (size_t i = 0; map.values && i < count; i++) {
            float pixel[3] = {NAN};
            if (fread(pixel, sizeof(float), channels, file) != channels)
                pixel[0] = NAN;
            map.values[i] = pixel[0];
        }
    }
    if (file)
        fclose(file);
    return map;
}

struct likeness {
    double mean; /* |difference| after the best scale and shift, in standard deviations */
    double correlation;
};

/* Depth is written with its range brought to 0..1 and cut there: cut pixels say nothing. */
static struct likeness compare(const struct map *got, const struct map *golden, bool metric)
{
    double n = 0, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0, sum = 0;
    int count = got->width * got->height;
    for (int pass = 0; pass < 2; pass++) {
        double slope = pass ? (sxy / n - sx / n * sy / n) / (sxx / n - sx / n * sx / n) : 0;
        for (int i = 0; i < count; i++) {
            double x = (double)got->values[i], g = (double)golden->values[i];
            double y = metric ? 1 / g : g;
            if (!(x > 0 && x < 1))
                continue;
            if (pass) {
                sum += fabs(slope * (x - sx / n) + sy / n - y);
                continue;
            }
            n++, sx += x, sy += y, sxx += x * x, syy += y * y, sxy += x * y;
        }
    }
    double vx = sxx / n - sx / n * sx / n, vy = syy / n - sy / n * sy / n;
    return (struct likeness){sum / n / sqrt(vy), (sxy / n - sx / n * sy / n) / sqrt(vx * vy)};
}

static void check_like_golden(const char *file, const char *name, const char *shape, bool metric)
{
    char picture[128], golden[128], out[64];
    snprintf(picture, sizeof(picture), "models/picture.%s.png", shape);
    snprintf(golden, sizeof(golden), "models/%s.%s.pfm", file, shape);
    snprintf(out, sizeof(out), "%s.%s.pfm", name, shape);
    cli_run("depth '%s' -o %s --model %s", fth_test_material(picture), out, name);
    CLI_CHECK_DONE();
    struct map got = read_map(fth_test_path(out)), want = read_map(fth_test_material(golden));
    if (got.values && want.values && got.width == want.width && got.height == want.height) {
        struct likeness like = compare(&got, &want, metric);
        /* stated with the material: right .009-.012 and .9998, nearly right .02 and .999 */
        if (!(like.mean <= 0.015 && like.correlation >= 0.9995))
            fth_test_fail(__FILE__, __LINE__, "%s: mean %.4f, correlation %.6f", out, like.mean,
                          like.correlation);
    } else {
        fth_test_fail(__FILE__, __LINE__, "%s is no map of the golden's size", out);
    }
    fth_free(got.values);
    fth_free(want.values);
}

/* What is added gives the answers of the authors' own code, at once and by default. */
FTH_TEST(models_add_gives_the_golden_depth)
{
    static const struct {
        const char *file, *like, *name;
        bool metric;
    } cases[] = {
        {"depth_anything_relative", "depth-anything-v2-small", "tiny", false},
        {"depth_anything_metric", "depth-anything-v2-metric-indoor-small", "tiny-metric", true},
        {"midas_small", "midas-v2.1-small", "tiny-midas", false},
    };
    if (!has_material())
        FTH_SKIP("the material or the runtime is not there");
    use_folder("FATHOM_DATA");
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        char path[128];
        snprintf(path, sizeof(path), "models/%s.onnx", cases[i].file);
        cli_run("models add '%s' --like %s --name %s", fth_test_material(path), cases[i].like,
                cases[i].name);
        CLI_CHECK_DONE();
        check_like_golden(cases[i].file, cases[i].name, "wide", cases[i].metric);
        check_like_golden(cases[i].file, cases[i].name, "tall", cases[i].metric);
    }
    end(NULL);
}

static void check_bundle(const char *file, const char *model, const char *meaning)
{
    cli_run("probe %s --json", file);
    CLI_CHECK_DONE();
    struct fth_json *root = cli_json(__FILE__, __LINE__);
    const struct fth_json *bundle = fth_json_get(root, "bundle");
    FTH_CHECK_TEXT(fth_json_text(fth_json_get(bundle, "model"), ""), model);
    FTH_CHECK_TEXT(fth_json_text(fth_json_get(bundle, "licence"), ""), "NOASSERTION");
    FTH_CHECK_TEXT(fth_json_text(fth_json_get(bundle, "meaning"), ""), meaning);
    fth_json_destroy(&root);
}

static const char *best(void)
{
    static char name[64];
    cli_run("models list --json");
    struct fth_json *root = cli_json(__FILE__, __LINE__);
    snprintf(name, sizeof(name), "%s",
             fth_json_text(fth_json_get(fth_json_get(root, "best"), "better"), ""));
    fth_json_destroy(&root);
    return name;
}

FTH_TEST(models_best_installed_is_used)
{
    if (!has_material())
        FTH_SKIP("the material or the runtime is not there");
    use_folder("FATHOM_DATA");
    FTH_CHECK_TEXT(best(), "draft");
    cli_run("models add '%s' --like midas-v2.1-small --name weak",
            fth_test_material("models/midas_small.onnx"));
    CLI_CHECK_DONE();
    FTH_CHECK_TEXT(best(), "weak");
    cli_run("models add '%s' --like depth-anything-v2-small --name strong",
            fth_test_material("models/depth_anything_relative.onnx"));
    CLI_CHECK_DONE();
    FTH_CHECK_TEXT(best(), "strong");
    cli_run("models add '%s' --like depth-anything-v2-metric-indoor-small --name strong",
            fth_test_material("models/depth_anything_metric.onnx"));
    CLI_CHECK_REFUSED(2, "the name strong is taken");
    cli_run("models add '%s' --like depth-anything-v2-metric-indoor-small --name '../up'",
            fth_test_material("models/depth_anything_metric.onnx"));
    CLI_CHECK_REFUSED(2, "is no name for a network");
    cli_run("models add '%s' --like depth-anything-v2-metric-indoor-small",
            fth_test_material("models/depth_anything_metric.onnx"));
    CLI_CHECK_DONE();
    char picture[1024];
    snprintf(picture, sizeof(picture), "%s", fth_test_material("models/picture.tall.png"));
    cli_run("depth '%s' -o strong.exr", picture);
    CLI_CHECK_DONE();
    check_bundle("strong.exr", "strong", "relative_inverse");
    cli_run("depth '%s' -o metric.exr --model depth_anything_metric", picture);
    CLI_CHECK_DONE();
    check_bundle("metric.exr", "depth_anything_metric", "metric_z");
    cli_run("models remove strong");
    CLI_CHECK_DONE();
    cli_run("depth '%s' -o gone.exr --model strong", picture);
    CLI_CHECK_REFUSED(2, "no network is called \"strong\"");
    cli_run("models list --json");
    FTH_CHECK(!strstr(cli.out, "\"strong\""));
    cli_run("models verify");
    CLI_CHECK_DONE();
    cli_run("models remove fastdepth");
    CLI_CHECK_REFUSED(2, "belongs to the installation");
    end(NULL);
}
