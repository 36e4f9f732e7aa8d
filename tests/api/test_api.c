/* SPDX-License-Identifier: Apache-2.0 */
/* The public API as a program uses it: documents from texts, pictures, jobs, probes, remarks. */
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "check.h"
#include "fathom/fathom.h"

static struct fth_error error;

struct bench {
    struct fth_session *session;
    struct fth_document *document;
};

/* A session without disk cache, and a title of 40x24 pixels called "title". */
static bool begin(struct bench *b)
{
    struct fth_session_options options = {.thread_count = 2, .cache_folder = ""};
    static const char *const values[][2] = {
        {"text", "W"}, {"size", "0.9"}, {"width", "40"}, {"height", "24"}};
    *b = (struct bench){.session = NULL};
    enum fth_status status = fth_session_open(&options, &b->session, &error);
    if (status == FTH_OK)
        status = fth_document_new(b->session, &b->document, &error);
    if (status == FTH_OK)
        status = fth_document_add(b->document, "title", "text", &error);
    for (size_t i = 0; i < 4 && status == FTH_OK; i++)
        status = fth_document_set(b->document, "title", values[i][0], values[i][1], &error);
    if (status != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
    return status == FTH_OK;
}

static void end(struct bench *b)
{
    fth_document_free(&b->document);
    fth_session_close(&b->session);
    FTH_CHECK(b->document == NULL && b->session == NULL);
}

/* title -> out.####.pfm */
static void add_output(struct bench *b, const char *file)
{
    if (fth_document_add(b->document, "out", "media_out", &error) != FTH_OK ||
        fth_document_set(b->document, "out", "file", file, &error) != FTH_OK ||
        fth_document_link(b->document, "out", "input", "title", &error) != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
}

FTH_TEST(api_nothing_is_nothing)
{
    struct fth_session *session = NULL;
    struct fth_document *document = NULL;
    struct fth_picture *picture = NULL;
    fth_session_close(&session);
    fth_document_free(&document);
    fth_picture_free(&picture);
    fth_session_close(NULL);
    fth_text_free(NULL);
    FTH_CHECK(fth_version()[0] >= '0' && fth_version()[0] <= '9');
    struct fth_session_options absurd = {.thread_count = 100000};
    FTH_CHECK_INT(fth_session_open(&absurd, &session, &error), FTH_ERR_USAGE);
    FTH_CHECK(session == NULL);
}

FTH_TEST(api_catalogue_reads_from_the_tables)
{
    FTH_CHECK(fth_node_type_count() >= 8);
    FTH_CHECK(fth_node_type_at(fth_node_type_count()) == NULL);
    const struct fth_node_type *depth = fth_node_type_find("depth-map");
    FTH_REQUIRE(depth && depth->common_params && depth->effect_mask && depth->inputs);
    FTH_CHECK(fth_node_type_find("media_in")->is_source);
    FTH_CHECK(fth_node_type_find("media_out")->is_sink);
    for (size_t i = 0; i < fth_node_type_count(); i++) {
        const struct fth_param *row = fth_node_type_at(i)->params;
        for (; row && row->type != FTH_PARAM_END; row++) {
            char *text = fth_param_default_text(row);
            FTH_CHECK(text && fth_param_check(row, text, &error) == FTH_OK);
            fth_text_free(text);
        }
    }
    FTH_CHECK_INT(fth_param_check(depth->common_params, "2", &error), FTH_ERR_USAGE);
    FTH_CHECK(strstr(error.message, "blend"));
}

FTH_TEST(api_pictures)
{
    struct bench b;
    struct fth_picture *picture = NULL;
    float pixels[40 * 24], most = 0;
    FTH_REQUIRE(begin(&b));
    FTH_REQUIRE_OK(fth_picture_render(b.document, "title", 1, &picture, &error), error);
    FTH_CHECK_INT(fth_picture_width(picture), 40);
    FTH_CHECK_INT(fth_picture_height(picture), 24);
    FTH_CHECK(fth_picture_premultiplied(picture));
    FTH_CHECK(fth_picture_channel_name(picture, fth_picture_channel_count(picture)) == NULL);
    FTH_REQUIRE_OK(fth_picture_read(picture, "A", pixels, &error), error);
    for (int i = 0; i < 40 * 24; i++)
        most = fmaxf(most, pixels[i]);
    FTH_CHECK(most > 0.9f && pixels[0] == 0);
    FTH_CHECK_INT(fth_picture_read(picture, "Z", pixels, &error), FTH_ERR_NOT_FOUND);
    const char *path = fth_test_path("title.png");
    FTH_REQUIRE_OK(fth_picture_write(picture, path, false, &error), error);
    FTH_CHECK_INT(fth_picture_write(picture, path, false, &error), FTH_ERR_EXISTS);
    FTH_REQUIRE_OK(fth_picture_write(picture, path, true, &error), error);
    fth_picture_free(&picture);
    FTH_CHECK_INT(fth_picture_render(b.document, "titel", 1, &picture, &error), FTH_ERR_USAGE);
    FTH_CHECK_TEXT(error.message, "there is no node called 'titel'; did you mean 'title'?");
    char *json = NULL;
    struct fth_json *root = NULL;
    FTH_REQUIRE_OK(fth_probe(path, &json, &error), error);
    FTH_REQUIRE_OK(fth_json_parse(json, strlen(json), "probe", &root, &error), error);
    FTH_CHECK_INT(fth_json_int(fth_json_get(root, "width"), 0), 40);
    FTH_CHECK_TEXT(fth_json_text(fth_json_get(root, "kind"), ""), "still");
    FTH_CHECK(fth_json_bool(fth_json_get(root, "has_alpha"), false));
    fth_json_destroy(&root);
    fth_text_free(json);
    FTH_CHECK(fth_probe(fth_test_path("absent.png"), &json, &error) != FTH_OK);
    end(&b);
}

struct heard {
    int64_t calls, total;
    struct fth_session *session; /* cancelled at the second call, unless NULL */
};

static void hear(void *context, const struct fth_job_progress *progress)
{
    struct heard *heard = context;
    heard->calls++;
    heard->total = progress->total;
    if (heard->session && heard->calls == 2)
        fth_session_cancel(heard->session);
}

FTH_TEST(api_jobs)
{
    struct bench b;
    struct heard heard = {0};
    struct fth_job_options job = {.first_frame = 3, .last_frame = 6, .progress = hear,
                                  .context = &heard};
    FTH_REQUIRE(begin(&b));
    add_output(&b, fth_test_path("out.####.pfm"));
    FTH_REQUIRE_OK(fth_job_run(b.document, "out", &job, &error), error);
    FTH_CHECK_INT(heard.calls, 4);
    FTH_CHECK_INT(heard.total, 4);
    FTH_CHECK(fth_file_exists(fth_test_path("out.0006.pfm")));
    FTH_CHECK_INT(fth_job_run(b.document, "out", &job, &error), FTH_ERR_EXISTS);
    FTH_CHECK_INT(fth_job_run(b.document, "title", &job, &error), FTH_ERR_USAGE);
    /* what was written is a clip of the frames 3-6, and no others */
    FTH_REQUIRE_OK(fth_document_add(b.document, "clip", "media_in", &error), error);
    FTH_REQUIRE_OK(fth_document_set(b.document, "clip", "file", fth_test_path("out.####.pfm"),
                                    &error), error);
    FTH_REQUIRE_OK(fth_document_set(b.document, "out", "file", fth_test_path("b.####.pfm"), &error),
                   error);
    FTH_REQUIRE_OK(fth_document_link(b.document, "out", "input", "clip", &error), error);
    job.last_frame = 9;
    FTH_CHECK_INT(fth_job_run(b.document, "out", &job, &error), FTH_ERR_USAGE);
    FTH_CHECK_TEXT(error.message, "frames 3-9 were asked for, but there are 3-6");
    FTH_REQUIRE_OK(fth_job_run(b.document, "out", NULL, &error), error);
    FTH_CHECK(fth_file_exists(fth_test_path("b.0003.pfm")) &&
              fth_file_exists(fth_test_path("b.0006.pfm")));
    FTH_CHECK_INT(fth_session_stats(b.session).source_frames, 1); /* four files, one content */
    end(&b);
}

FTH_TEST(api_jobs_of_several_outputs)
{
    struct bench b;
    static const char *const names[] = {"again", "out"};
    struct fth_job_options job = {.first_frame = 3, .last_frame = 6};
    FTH_REQUIRE(begin(&b));
    add_output(&b, fth_test_path("out.####.pfm"));
    FTH_REQUIRE_OK(fth_document_add(b.document, "again", "media_out", &error), error);
    FTH_REQUIRE_OK(fth_document_link(b.document, "again", "input", "title", &error), error);
    FTH_REQUIRE_OK(fth_document_set(b.document, "again", "file", fth_test_path("out.####.pfm"),
                                    &error), error);
    FTH_CHECK_INT(fth_job_run_all(b.document, NULL, 0, &job, &error), FTH_ERR_USAGE);
    FTH_CHECK_TEXT(error.node, "again");
    FTH_CHECK(strstr(error.message, "out and again both write") != NULL);
    FTH_REQUIRE_OK(fth_document_set(b.document, "again", "file", fth_test_path("c.####.pfm"),
                                    &error), error);
    FTH_REQUIRE_OK(fth_job_run_all(b.document, names, 1, &job, &error), error);
    FTH_CHECK(fth_file_exists(fth_test_path("c.0006.pfm")));
    FTH_CHECK(!fth_file_exists(fth_test_path("out.0006.pfm")));
    FTH_CHECK_INT(fth_job_run_all(b.document, NULL, 0, &job, &error), FTH_ERR_EXISTS);
    FTH_CHECK(!fth_file_exists(fth_test_path("out.0006.pfm"))); /* none is begun */
    FTH_REQUIRE_OK(fth_document_set(b.document, "again", "overwrite", "true", &error), error);
    FTH_REQUIRE_OK(fth_job_run_all(b.document, NULL, 0, &job, &error), error);
    FTH_CHECK(fth_file_exists(fth_test_path("out.0003.pfm")));
    end(&b);
}

FTH_TEST(api_cancel_ends_this_call_only)
{
    struct bench b;
    struct heard heard = {0};
    struct fth_job_options job = {.first_frame = 1, .last_frame = 500, .progress = hear,
                                  .context = &heard};
    struct fth_picture *picture = NULL;
    FTH_REQUIRE(begin(&b));
    heard.session = b.session;
    add_output(&b, fth_test_path("c.####.pfm"));
    FTH_CHECK_INT(fth_job_run(b.document, "out", &job, &error), FTH_CANCELLED);
    FTH_CHECK(heard.calls < 10);
    FTH_CHECK(!fth_file_exists(fth_test_path("c.0500.pfm")));
    FTH_REQUIRE_OK(fth_picture_render(b.document, "title", 1, &picture, &error), error);
    fth_picture_free(&picture);
    end(&b);
}

static char last_remark[256];

static void keep_remark(void *context, enum fth_remark_level level, const char *line)
{
    snprintf(last_remark, sizeof(last_remark), "%s %d %s", (const char *)context, (int)level, line);
}

FTH_TEST(api_remarks_reach_the_program)
{
    char whose[] = "mine";
    fth_set_remarks(keep_remark, whose);
    fth_log(FTH_LOG_INFO, "seven of %d", 9);
    FTH_CHECK_TEXT(last_remark, "mine 1 seven of 9");
    fth_set_remarks(NULL, NULL);
    fth_log(FTH_LOG_WARNING, "nobody hears");
    FTH_CHECK_TEXT(last_remark, "mine 1 seven of 9");
}

FTH_TEST(api_networks_are_listed)
{
    char *json = NULL;
    struct fth_json *root = NULL;
    FTH_REQUIRE_OK(fth_models_list(&json, &error), error);
    FTH_REQUIRE_OK(fth_json_parse(json, strlen(json), "models", &root, &error), error);
    FTH_CHECK(fth_json_count(fth_json_get(root, "networks")) > 1);
    fth_json_destroy(&root);
    fth_text_free(json);
}

/* One of two textures, that moves a little. */
static bool write_pfm(const char *path, int frame, bool other)
{
    enum { SIDE = 96 };
    FILE *file = fopen(path, "wb");
    if (!file)
        return false;
    fprintf(file, "PF\n%d %d\n-1.0\n", SIDE, SIDE);
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
            int p = other ? (x + frame) / 12 * 3 + y / 5 : (x - frame) / 7 + y / 16 * 5;
            float value = (float)(p * 37 % 100) / (other ? 110 : 300);
            float rgb[3] = {value, value, value};
            fwrite(rgb, sizeof(rgb), 1, file);
        }
    }
    return fclose(file) == 0;
}

static bool count_shots(void *context, int64_t done, int64_t total)
{
    int64_t *last = context;
    FTH_CHECK_INT(total, 24);
    FTH_CHECK(done == *last + 1);
    *last = done;
    return done != 30;
}

FTH_TEST(shots_of_a_sequence_are_listed)
{
    char path[1024], *json = NULL;
    int64_t done = 0;
    for (int frame = 1; frame <= 24; frame++) {
        snprintf(path, sizeof(path), "%s.%02d.pfm", fth_test_path("shot"), frame);
        FTH_REQUIRE(write_pfm(path, frame, frame >= 11));
    }
    FTH_REQUIRE_OK(fth_probe_shots(fth_test_path("shot.##.pfm"), count_shots, &done, &json, &error),
                   error);
    FTH_CHECK_INT(done, 24);
    struct fth_json *root = NULL;
    FTH_REQUIRE_OK(fth_json_parse(json, strlen(json), "shots", &root, &error), error);
    const struct fth_json *shots = fth_json_get(root, "shots");
    FTH_CHECK_INT(fth_json_count(shots), 2);
    FTH_CHECK_INT(fth_json_number(fth_json_get(fth_json_at(shots, 0), "last_frame"), 0), 10);
    FTH_CHECK_INT(fth_json_number(fth_json_get(fth_json_at(shots, 1), "first_frame"), 0), 11);
    fth_json_destroy(&root);
    fth_text_free(json);
    FTH_CHECK_INT(fth_probe_shots(fth_test_path("none.##.pfm"), NULL, NULL, &json, &error),
                  FTH_ERR_NOT_FOUND);
}
