/* SPDX-License-Identifier: Apache-2.0 */
/* Keyframes through the public API: every parameter that its table lets animate takes them, no
 * other does, and a picture of a keyed parameter is the picture of its value. */
#include "base/json.h"
#include "check.h"
#include "fathom/fathom.h"

static struct fth_error error;

struct bench {
    struct fth_session *session;
    struct fth_document *document;
};

static void must(enum fth_status status)
{
    if (status != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
}

/* title (32x20) -> warm */
static void begin(struct bench *b)
{
    struct fth_session_options options = {.thread_count = 2, .cache_folder = ""};
    *b = (struct bench){.session = NULL};
    must(fth_session_open(&options, &b->session, &error));
    must(fth_document_new(b->session, &b->document, &error));
    must(fth_document_add(b->document, "title", "text", &error));
    must(fth_document_set(b->document, "title", "text", "W", &error));
    must(fth_document_set(b->document, "title", "width", "32", &error));
    must(fth_document_set(b->document, "title", "height", "20", &error));
    must(fth_document_add(b->document, "warm", "grade", &error));
    must(fth_document_link(b->document, "warm", "input", "title", &error));
}

static void end(struct bench *b)
{
    fth_document_free(&b->document);
    fth_session_close(&b->session);
}

static void render(struct bench *b, int64_t frame, float pixels[640])
{
    struct fth_picture *picture = NULL;
    must(fth_picture_render(b->document, "warm", frame, &picture, &error));
    must(fth_picture_read(picture, "R", pixels, &error));
    fth_picture_free(&picture);
}

FTH_TEST(api_a_keyed_picture_is_that_of_its_value)
{
    struct bench b;
    static float keyed[8][640], plain[640];
    begin(&b);
    must(fth_document_set_keys(b.document, "warm", "gain", "[[1, 0.25], [3, 1.25]]", &error));
    must(fth_document_set_keys(b.document, "warm", "gain_colour",
                               "[[1, [1, 1, 1]], [5, [0.5, 1, 1], \"hold\"]]", &error));
    must(fth_document_set_keys(b.document, "warm", "blend", "[[4, 1, \"hold\"], [5, 0]]", &error));
    must(fth_document_set_keys(b.document, "title", "text", "[[1, \"W\"], [6, \"I\"]]", &error));
    const int order[] = {6, 2, 0, 7, 1, 4, 3, 5}; /* what was rendered before does not matter */
    for (int i = 0; i < 8; i++)
        render(&b, order[i], keyed[order[i]]);
    for (int frame = 0; frame < 8; frame++) {
        static const char *const gains[] = {"0.25", "0.25", "0.75", "1.25"};
        static const char *const colours[] = {"1,1,1", "1,1,1", "0.875,1,1", "0.75,1,1",
                                              "0.625,1,1", "0.5,1,1"};
        must(fth_document_set(b.document, "warm", "gain", gains[frame < 3 ? frame : 3], &error));
        must(fth_document_set(b.document, "warm", "gain_colour", colours[frame < 5 ? frame : 5],
                              &error));
        must(fth_document_set(b.document, "warm", "blend", frame < 5 ? "1" : "0", &error));
        must(fth_document_set(b.document, "title", "text", frame < 6 ? "W" : "I", &error));
        render(&b, 1, plain);
        if (memcmp(keyed[frame], plain, sizeof(plain)) != 0)
            fth_test_fail(__FILE__, __LINE__, "frame %d is not that of its values", frame);
    }
    FTH_CHECK(memcmp(keyed[1], keyed[2], sizeof(plain)) != 0);
    end(&b);
}

/* [[1, DEFAULT], [5, DEFAULT]] */
static char *default_keys(const struct fth_param *row, char *keys, size_t size)
{
    char *text = fth_param_default_text(row);
    bool quoted = row->type == FTH_PARAM_TEXT || row->type == FTH_PARAM_FILE ||
                  row->type == FTH_PARAM_CHOICE;
    bool listed = row->type == FTH_PARAM_RANGE || row->type == FTH_PARAM_POINT ||
                  row->type == FTH_PARAM_COLOUR;
    const char *open = quoted ? "\"" : listed ? "[" : "";
    const char *close = quoted ? "\"" : listed ? "]" : "";
    if (row->type == FTH_PARAM_SHAPE && !text[0])
        open = "[]";
    snprintf(keys, size, "[[1, %s%s%s], [5, %s%s%s]]", open, text, close, open, text, close);
    fth_text_free(text);
    return keys;
}

static void check_row(struct bench *b, const char *node, const struct fth_param *row)
{
    char keys[400];
    enum fth_status status =
        fth_document_set_keys(b->document, node, row->id, default_keys(row, keys, 400), &error);
    bool animates = row->flags & FTH_PARAM_ANIMATES;
    if (animates && status != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s: %s", keys, error.message);
    if (!animates && (status != FTH_ERR_USAGE || !strstr(error.message, row->id) ||
                      !strstr(error.message, "takes no keyframes")))
        fth_test_fail(__FILE__, __LINE__, "%s.%s: %d %s", node, row->id, status, error.message);
}

FTH_TEST(api_what_animates_takes_keys)
{
    struct bench b;
    int animated = 0;
    begin(&b);
    for (size_t i = 0; i < fth_node_type_count(); i++) {
        const struct fth_node_type *type = fth_node_type_at(i);
        must(fth_document_add(b.document, type->id, type->id, &error));
        const struct fth_param *tables[] = {type->params, type->common_params};
        for (int t = 0; t < 2; t++) {
            const struct fth_param *row = tables[t];
            for (; row && row->type != FTH_PARAM_END; row++) {
                check_row(&b, type->id, row);
                animated += row->flags & FTH_PARAM_ANIMATES;
            }
        }
    }
    FTH_CHECK(animated > 40);
    end(&b);
}

FTH_TEST(api_keys_are_refused_in_a_line)
{
    struct bench b;
    begin(&b);
    FTH_CHECK_INT(fth_document_set_keys(b.document, "warm", "gain", "[[1, 0.25]", &error),
                  FTH_ERR_DATA);
    FTH_CHECK(strncmp(error.message, "gain:1:", 7) == 0);
    FTH_CHECK_INT(fth_document_set_keys(b.document, "warm", "gian", "[[1, 0.25]]", &error),
                  FTH_ERR_USAGE);
    FTH_CHECK_TEXT(error.message,
                   "node 'warm' (grade): there is no parameter 'gian'; did you mean 'gain'?");
    end(&b);
}
