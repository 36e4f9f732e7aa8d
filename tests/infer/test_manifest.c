/* SPDX-License-Identifier: Apache-2.0 */
/* The list of networks: the project's own is whole, and what is wrong in a list is named with its
 * place. */
#include <math.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "infer/manifest.h"
#include "infer/predict.h"
#include "check.h"

FTH_TEST(our_own_list_is_whole)
{
    struct fth_error error;
    struct fth_manifest *manifest = NULL;
    FTH_REQUIRE_OK(fth_manifest_read(fth_test_source("models/manifest.json"), &manifest, &error),
                   error);
    FTH_CHECK(fth_manifest_count(manifest) >= 9);
    const struct fth_network_set *set = fth_manifest_set(manifest, "draft");
    FTH_REQUIRE(set != NULL);
    const struct fth_network *depth = fth_manifest_find(manifest, set->depth);
    FTH_REQUIRE(depth != NULL);
    FTH_CHECK_INT(depth->meaning, FTH_MEANS_METRIC_Z);
    FTH_CHECK_NEAR(depth->valid_least, 0.5, 0);
    FTH_CHECK_INT(depth->width, 224);
    FTH_CHECK(fth_manifest_find(manifest, set->stronger) != NULL);
    for (size_t i = 0; i < fth_manifest_count(manifest); i++) {
        const struct fth_network *network = fth_manifest_at(manifest, i);
        /* what must not be used for money says so before it is fetched */
        FTH_CHECK(network->non_commercial == (strstr(network->licence, "-NC") != NULL));
        FTH_CHECK(!*network->package || network->size > 0);
    }
    fth_manifest_close(&manifest);
}

/* A list of one sound network with `from` replaced by `to`. */
static const char *list_with(const char *from, const char *to)
{
    static const char whole[] =
        "{ \"fathom_models\": 1,\n"
        "  \"networks\": [\n"
        "    { \"id\": \"net\", \"title\": \"Net\", \"file\": \"net.onnx\", \"task\": \"depth\",\n"
        "      \"licence\": \"MIT\",\n"
        "      \"input\": { \"name\": \"in\", \"layout\": \"nchw\", \"colour\": \"rgb\",\n"
        "        \"mean\": [0, 0, 0], \"deviation\": [1, 1, 1],\n"
        "        \"size\": { \"rule\": \"nearest\", \"side\": 518, \"multiple\": 14,\n"
        "                  \"filter\": \"bicubic_antialias\" } },\n"
        "      \"output\": { \"name\": \"out\", \"rank\": 3, \"meaning\": \"relative_inverse\",\n"
        "                  \"filter\": \"bicubic\" } } ] }\n";
    static char text[4096];
    const char *path = fth_test_path("list.json");
    const char *at = strstr(whole, from);
    if (!at)
        return NULL;
    snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
    struct fth_error error;
    return fth_file_write(path, text, strlen(text), true, &error) == FTH_OK ? path : NULL;
}

FTH_TEST(a_wrong_list_is_refused_with_its_place)
{
    static const struct {
        const char *from, *to, *says;
    } cases[] = {
        {"\"rule\": \"nearest\"", "\"rule\": \"largest\"", "input.size.rule is \"largest\""},
        {"\"rank\": 3", "\"rank\": 9", "output.rank must be a number from 0 to 5"},
        {"\"rank\": 3", "\"rank\": \"3\"", "output.rank must be a number"},
        {"[1, 1, 1]", "[1, 0, 1]", "input.deviation must be positive"},
        {"[0, 0, 0]", "[0, 0]", "input.mean must be three numbers"},
        {"\"side\": 518,", "", "input.size.side is needed"},
        {"\"relative_inverse\"", "\"metric_z\"", "output.valid_least must be above 0"},
        {"\"relative_inverse\"", "\"matte\"", "output.meaning does not fit the task"},
        {"\"net.onnx\"", "\"../net.onnx\"", "file must be the name of a file"},
        {"\"licence\": \"MIT\",", "", "licence is missing"},
        {"\"nchw\"", "\"nfchw\"", "window needs the layout nfchw"},
        {"\"licence\"", "\"sha256\": \"12\", \"licence\"", "sha256 must be 64"},
        {"\"multiple\": 14", "\"multiple\": 0", "multiple must be at least 1"},
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct fth_error error = {.message = ""};
        struct fth_manifest *manifest = NULL;
        const char *path = list_with(cases[i].from, cases[i].to);
        FTH_REQUIRE(path != NULL);
        FTH_CHECK_INT(fth_manifest_read(path, &manifest, &error), FTH_ERR_DATA);
        FTH_CHECK(manifest == NULL);
        FTH_CHECK(strstr(error.message, "list.json:3: \"net\": ") != NULL);
        if (!strstr(error.message, cases[i].says))
            fth_test_fail(__FILE__, __LINE__, "\"%s\" does not say \"%s\"", error.message,
                          cases[i].says);
        fth_manifest_close(&manifest);
    }
}

FTH_TEST(broken_json_names_line_and_column)
{
    struct fth_error error;
    struct fth_manifest *manifest = NULL;
    FTH_CHECK_INT(fth_manifest_read(list_with("\"rgb\",", "\"rgb\" ;"), &manifest, &error),
                  FTH_ERR_DATA);
    FTH_CHECK(strstr(error.message, "list.json:5:") != NULL);
    FTH_CHECK_INT(fth_manifest_read(list_with("\"fathom_models\": 1,", ""), &manifest, &error),
                  FTH_ERR_DATA);
    FTH_REQUIRE_OK(fth_manifest_read(list_with("MIT", "MIT"), &manifest, &error), error);
    FTH_CHECK_INT(fth_manifest_count(manifest), 1);
    fth_manifest_close(&manifest);
}

FTH_TEST(an_unknown_network_is_answered_with_the_nearest_name)
{
    struct fth_error error;
    struct fth_manifest *manifest = NULL;
    const struct fth_network *network;
    char *path = NULL;
    FTH_REQUIRE_OK(fth_manifest_read(fth_test_source("models/manifest.json"), &manifest, &error),
                   error);
    FTH_CHECK_INT(fth_manifest_need(manifest, "fastdept", &network, &path, &error),
                  FTH_ERR_USAGE);
    FTH_CHECK(strstr(error.message, "did you mean \"fastdepth\"") != NULL);
    setenv("FATHOM_MODELS", fth_test_folder(), 1);
    FTH_CHECK_INT(fth_manifest_need(manifest, "fastdepth", &network, &path, &error),
                  FTH_ERR_NOT_FOUND);
    FTH_CHECK(strstr(error.message, "./run setup") != NULL);
    unsetenv("FATHOM_MODELS");
    FTH_CHECK(path == NULL);
    fth_manifest_close(&manifest);
}

/* The sizes that the published networks are given by their own authors' code. */
FTH_TEST(size_rules)
{
    static const struct {
        struct fth_network network;
        int width, height, side, view_width, view_height;
    } cases[] = {
        {{.size_rule = FTH_SIZE_NEAREST, .side = 518, .multiple = 14}, 640, 360, 0, 518, 294},
        {{.size_rule = FTH_SIZE_NEAREST, .side = 518, .multiple = 14}, 300, 431, 0, 364, 518},
        {{.size_rule = FTH_SIZE_NEAREST, .side = 518, .multiple = 14}, 1920, 1080, 0, 924, 518},
        {{.size_rule = FTH_SIZE_NEAREST, .side = 518, .multiple = 14}, 1920, 1080, 252, 448, 252},
        {{.size_rule = FTH_SIZE_LONG_SIDE, .side = 512, .multiple = 32}, 640, 360, 0, 512, 288},
        {{.size_rule = FTH_SIZE_LONG_SIDE, .side = 512, .multiple = 32}, 300, 431, 0, 352, 512},
        {{.size_rule = FTH_SIZE_SHORT_SIDE, .side = 512, .multiple = 32}, 1920, 1080, 352, 640,
         352},
        {{.size_rule = FTH_SIZE_LONG_SIDE, .side = 512, .multiple = 32}, 65536, 1, 0, 512, 32},
        {{.size_rule = FTH_SIZE_FIXED, .width = 224, .height = 192}, 9, 9000, 0, 224, 192},
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        int32_t width, height;
        fth_view_size(&cases[i].network, cases[i].width, cases[i].height, cases[i].side, &width,
                      &height);
        FTH_CHECK_INT(width, cases[i].view_width);
        FTH_CHECK_INT(height, cases[i].view_height);
    }
}
