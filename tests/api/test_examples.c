/* SPDX-License-Identifier: Apache-2.0 */
/* The examples: each renders on a clip of another size and rate than its own, and everything it
 * publishes changes its picture. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "check.h"
#include "fathom/fathom.h"
#include "infer/runtime.h"
#include "node/param.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { STRIDE = 6 }; /* where pixels are slow, a few of them */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { STRIDE = 6 };
#else
enum { STRIDE = 1 };
#endif
#else
enum { STRIDE = 1 };
#endif

enum { WIDTH = 320, HEIGHT = 176, FRAME = 2 };

static struct fth_session *session;

static bool has_networks(void)
{
    const fth_runtime_call *calls;
    return fth_runtime_load(&calls, NULL) == FTH_OK &&
           access(fth_test_source(".fathom/models/fastdepth_7.onnx"), R_OK) == 0 &&
           access(fth_test_source(".fathom/models/modnet.onnx"), R_OK) == 0;
}

/* The file says its rate in a line of text at its beginning. */
static bool change_rate(const char *path, char from, char to)
{
    char head[128] = {0};
    FILE *file = fopen(path, "r+b");
    bool changed = file && fread(head, 1, sizeof(head) - 1, file) > 0;
    char *rate = changed ? strstr(head, " F2") : NULL;
    changed = rate && rate[3] == from && fseek(file, rate + 3 - head, SEEK_SET) == 0 &&
              fputc(to, file) == to;
    if (file)
        changed = fclose(file) == 0 && changed;
    return changed;
}

/* Three small frames of a man in a park, at 25 frames a second where the project's clip has 24. */
static enum fth_status make_clip(const char *path, struct fth_error *error)
{
    static const char *const sets[][3] = {{"small", "width", "320"}, {"small", "height", "176"},
                                          {"out", "bits", "8"}};
    struct fth_document *document = NULL;
    const struct fth_job_options options = {.first_frame = 1, .last_frame = 3, .step = 1};
    enum fth_status status = fth_document_new(session, &document, error);
    if (status == FTH_OK)
        status = fth_document_add(document, "clip", "media_in", error);
    if (status == FTH_OK)
        status = fth_document_set(document, "clip", "file",
                                  fth_test_source("examples/footage/juggle.mp4"), error);
    if (status == FTH_OK)
        status = fth_document_add(document, "small", "resize", error);
    if (status == FTH_OK)
        status = fth_document_link(document, "small", "input", "clip", error);
    if (status == FTH_OK)
        status = fth_document_add(document, "out", "media_out", error);
    if (status == FTH_OK)
        status = fth_document_link(document, "out", "input", "small", error);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sets) && status == FTH_OK; i++)
        status = fth_document_set(document, sets[i][0], sets[i][1], sets[i][2], error);
    if (status == FTH_OK)
        status = fth_document_set(document, "out", "file", path, error);
    if (status == FTH_OK)
        status = fth_job_run(document, "out", &options, error);
    fth_document_free(&document);
    return status;
}

/* Depth is estimated quickly, where there is any. */
static enum fth_status hurry(struct fth_document *document, const struct fth_node_type *type,
                             struct fth_error *error)
{
    for (const struct fth_param *param = type->params; param->type != FTH_PARAM_END; param++)
        if (strcmp(param->id, "mode") == 0)
            return fth_document_set_published(document, "mode", "faster", error);
    return FTH_OK;
}

static enum fth_status open_example(const struct fth_example *example, const char *clip,
                                    struct fth_document **document, struct fth_error *error)
{
    const char *node = NULL;
    enum fth_status status = fth_document_parse(session, example->text, example->length, NULL,
                                                document, error);
    if (status == FTH_OK)
        status = fth_document_feed(*document, "clip", clip, &node, error);
    return status;
}

/* What it puts out at FRAME: 3 channels, and alpha where there is one. */
static enum fth_status render(struct fth_document *document, float *pixels, struct fth_error *error)
{
    static const char *const channels[] = {"R", "G", "B", "A"};
    struct fth_picture *picture = NULL;
    const char *output = NULL;
    enum fth_status status = fth_document_output(document, &output, error);
    if (status == FTH_OK)
        status = fth_picture_render(document, output, FRAME, &picture, error);
    if (status == FTH_OK && (fth_picture_width(picture) != WIDTH ||
                             fth_picture_height(picture) != HEIGHT))
        fth_test_fail(__FILE__, __LINE__, "%s is %d x %d", output, fth_picture_width(picture),
                      fth_picture_height(picture));
    memset(pixels, 0, 4 * WIDTH * HEIGHT * sizeof(*pixels));
    for (int c = 0; c < 4 && status == FTH_OK; c++) {
        bool has = c < 3;
        for (int i = 0; i < fth_picture_channel_count(picture); i++)
            has = has || strcmp(fth_picture_channel_name(picture, i), channels[c]) == 0;
        if (has)
            status = fth_picture_read(picture, channels[c],
                                      pixels + (size_t)c * WIDTH * HEIGHT, error);
    }
    fth_picture_free(&picture);
    return status;
}

/* Values worth trying of a row, apart from what it has. */
static int list_values(const struct fth_param *param, char values[8][64])
{
    int count = 0;
    const double numbers[] = {param->ui_min, param->ui_max, param->def[0] * 0.5 + 0.1,
                              param->def[0] + 0.1};
    switch (param->type) {
    case FTH_PARAM_SWITCH:
        snprintf(values[count++], 64, "%s", param->def[0] != 0 ? "false" : "true");
        break;
    case FTH_PARAM_CHOICE:
        for (const struct fth_choice *choice = param->choices; choice->id && count < 8; choice++)
            snprintf(values[count++], 64, "%s", choice->id);
        break;
    case FTH_PARAM_TEXT:
        snprintf(values[count++], 64, "DejaVu Sans Mono");
        snprintf(values[count++], 64, "W");
        break;
    case FTH_PARAM_COLOUR:
        snprintf(values[count++], 64, "0.3,0.7,0.2");
        break;
    case FTH_PARAM_POINT:
    case FTH_PARAM_RANGE:
        snprintf(values[count++], 64, "0.3,0.35");
        break;
    default:
        for (size_t i = 0; i < FTH_ARRAY_COUNT(numbers); i++) {
            bool whole = param->type == FTH_PARAM_INT;
            if (numbers[i] >= param->min && numbers[i] <= param->max)
                snprintf(values[count++], 64, "%.6g", whole ? floor(numbers[i]) : numbers[i]);
        }
    }
    return count;
}

/* Does any value of the parameter change what the example shows? */
static bool is_of_effect(const struct fth_example *example, const struct fth_node_type *type,
                         const char *clip, const struct fth_param *param, const float *plain)
{
    char values[8][64];
    float *pixels = fth_alloc(4 * WIDTH * HEIGHT, sizeof(*pixels));
    bool changes = false;
    int count = list_values(param, values);
    for (int i = 0; i < count && !changes && pixels; i++) {
        struct fth_document *document = NULL;
        struct fth_error error = {0};
        enum fth_status status = open_example(example, clip, &document, &error);
        if (status == FTH_OK && strcmp(param->id, "mode") != 0)
            status = hurry(document, type, &error);
        if (status == FTH_OK)
            status = fth_document_set_published(document, param->id, values[i], &error);
        if (status == FTH_OK)
            status = render(document, pixels, &error);
        if (status == FTH_OK)
            changes = memcmp(plain, pixels, 4 * WIDTH * HEIGHT * sizeof(*pixels)) != 0;
        else if (status != FTH_ERR_USAGE)
            fth_test_fail(__FILE__, __LINE__, "%s, %s %s: %s", example->name, param->id, values[i],
                          error.message);
        fth_document_free(&document);
    }
    fth_free(pixels);
    return changes;
}

static void check_example(size_t index, const char *clip)
{
    const struct fth_example *example = fth_example_at(index);
    const struct fth_node_type *type = NULL;
    struct fth_document *document = NULL;
    struct fth_error error = {0};
    float *plain = fth_alloc(4 * WIDTH * HEIGHT, sizeof(*plain));
    FTH_REQUIRE(plain);
    FTH_REQUIRE_OK(fth_example_type(index, &type, &error), error);
    FTH_CHECK_TEXT(type->inputs[0].id, "clip");
    FTH_REQUIRE_OK(open_example(example, clip, &document, &error), error);
    FTH_REQUIRE_OK(hurry(document, type, &error), error);
    FTH_REQUIRE_OK(render(document, plain, &error), error);
    fth_document_free(&document);
    for (const struct fth_param *param = type->params; param->type != FTH_PARAM_END; param++)
        if (!is_of_effect(example, type, clip, param, plain))
            fth_test_fail(__FILE__, __LINE__, "%s: '%s' changes nothing", example->name, param->id);
    fth_free(plain);
}

FTH_TEST(examples_run_and_what_they_publish_counts)
{
    struct fth_error error = {0};
    char clip[512];
    struct fth_session_options options = {.cache_folder = fth_test_folder()};
    if (!has_networks())
        FTH_SKIP("networks or runtime are not installed: ./run setup");
    snprintf(clip, sizeof(clip), "%s", fth_test_path("small.y4m"));
    FTH_REQUIRE_OK(fth_session_open(&options, &session, &error), error);
    FTH_REQUIRE_OK(make_clip(clip, &error), error);
    FTH_REQUIRE(change_rate(clip, '4', '5'));
    for (size_t i = 0; i < fth_example_count(); i += STRIDE)
        check_example(i, clip);
    fth_session_close(&session);
}

FTH_TEST(example_by_name)
{
    FTH_CHECK(fth_example_count() >= 18);
    FTH_CHECK(!fth_example_at(fth_example_count()) && !fth_example_find("no_such"));
    FTH_CHECK(fth_example_find("blur-background") == fth_example_find("blur_background"));
    const struct fth_node_type *first = NULL, *again = NULL;
    struct fth_error error;
    FTH_REQUIRE_OK(fth_example_type(0, &first, &error), error);
    FTH_REQUIRE_OK(fth_example_type(0, &again, &error), error);
    FTH_CHECK(first == again);
    FTH_CHECK(fth_example_type(fth_example_count(), &again, &error) == FTH_ERR_USAGE);
}

FTH_TEST(published_names_are_set_and_fed)
{
    static const char text[] =
        "{\"fathom\": 1, \"nodes\": {"
        "\"clip\": {\"node\": \"media_in\"},"
        "\"warm\": {\"node\": \"grade\", \"inputs\": {\"input\": \"clip\"}}},"
        "\"publish\": {\"params\": {\"much\": \"warm.gain\"}, \"inputs\": {\"shot\": \"clip\", "
        "\"where\": \"warm.key\"}}}";
    struct fth_document *document = NULL;
    struct fth_error error;
    const char *node = NULL;
    char *printed = NULL;
    FTH_REQUIRE_OK(fth_session_open(NULL, &session, &error), error);
    FTH_REQUIRE_OK(fth_document_parse(session, text, strlen(text), NULL, &document, &error), error);
    FTH_REQUIRE_OK(fth_document_set_published(document, "much", "2.5", &error), error);
    FTH_REQUIRE_OK(fth_document_feed(document, "shot", "a.mov", &node, &error), error);
    FTH_CHECK_TEXT(node, "clip");
    FTH_REQUIRE_OK(fth_document_feed(document, "where", "b.mov", &node, &error), error);
    FTH_CHECK_TEXT(node, "where_in");
    FTH_CHECK(fth_document_set_published(document, "munch", "1", &error) == FTH_ERR_USAGE);
    FTH_CHECK_TEXT(error.message,
                   "the document publishes no parameter 'munch'; did you mean 'much'?");
    FTH_CHECK(fth_document_feed(document, "much", "a.mov", &node, &error) == FTH_ERR_USAGE);
    FTH_CHECK(fth_document_set_published(document, "much", "99", &error) == FTH_ERR_USAGE);
    FTH_REQUIRE_OK(fth_document_print(document, &printed, &error), error);
    FTH_CHECK(strstr(printed, "\"gain\": 2.5") && strstr(printed, "\"file\": \"a.mov\"") &&
              strstr(printed, "\"key\": \"where_in\"") && strstr(printed, "\"file\": \"b.mov\""));
    fth_text_free(printed);
    fth_document_free(&document);
    fth_session_close(&session);
}
