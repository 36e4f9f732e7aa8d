/* SPDX-License-Identifier: Apache-2.0 */
/* Parameter rows as laws: text round trips over every type, checks at the borders, hashes that
 * change when and only when they should, complaints about every kind of broken table. */
#include "base/mem.h"
#include "base/text.h"
#include "check.h"
#include "node/node.h"

struct all {
    double number, range[2], point[2], colour[4];
    int64_t count;
    bool on;
    int32_t choice;
    const char *text, *file;
    struct fth_shape_at shape;
};

static const struct fth_shape_point corners[] = {{.x = 0.25, .y = 0.25}, {.x = 0.75, .y = 0.25},
                                                 {.x = 0.5, .y = 0.75, .in_x = 0.1}};
static const struct fth_shape_path around = {0, 3, 1, -1, -1, -1, -1};
static const struct fth_shape triangle = {1, 3, &around, corners};

static const struct fth_choice choices[] = {
    {"red", "Red", NULL}, {"green_ish", "Greenish", NULL}, {"blue", "Blue", NULL}, {0}};

#define SAID .label = "Label", .help = "Help."
static const struct fth_param table[] = {
    FTH_PARAM(NUMBER, struct all, number, SAID, .min = 0, .max = 5, .def = {1},
              .flags = FTH_PARAM_OPEN_MIN),
    FTH_PARAM(RANGE, struct all, range, SAID, .min = 0, .max = 1, .def = {0.25, 0.5}),
    FTH_PARAM(POINT, struct all, point, SAID, .min = -1, .max = 2, .def = {0.5, 0.5}),
    FTH_PARAM(COLOUR, struct all, colour, SAID, .min = 0, .max = 100, .def = {1, 0.5, 0, 1}),
    FTH_PARAM(INT, struct all, count, SAID, .min = -1e15, .max = 1e15, .def = {4}, .affects = 2),
    FTH_PARAM(SWITCH, struct all, on, SAID, .def = {0}),
    FTH_PARAM(CHOICE, struct all, choice, SAID, .choices = choices, .def = {1},
              .when = {"on", 2}),
    FTH_PARAM(TEXT, struct all, text, SAID, .def_text = "hello"),
    FTH_PARAM(FILE, struct all, file, SAID, .flags = FTH_PARAM_NO_PIXELS),
    FTH_PARAM(SHAPE, struct all, shape, SAID, .min = -2, .max = 3, .def_shape = &triangle),
    FTH_PARAM_TABLE_END};

static const struct fth_param *row(const char *id)
{
    return fth_param_find(table, id);
}

static const char *const sound[][2] = {
    {"number", "0.1"},      {"number", "5"},       {"number", "4.9406564584124654e-324"},
    {"range", "0,1"},       {"range", "0.3,0.3"},  {"point", "-1,2"},
    {"colour", "1,0.5,0"},  {"colour", "1,0.5,0,0.25"}, {"count", "-999999999999999"},
    {"on", "true"},         {"on", "false"},       {"choice", "green_ish"},
    {"text", "gr\xc3\xbc\xc3\x9f dich, 1"},        {"text", ""},
    {"file", "a b/c.####.exr"},
    {"shape", "{\"points\": [[0, 1]]}"},
    {"shape", "[]"},
    {"shape", "{\"closed\":false,\"points\":[[0.1,-2],[3,1e-300,0,0,0.5,-0.25],"
              "[1,1,0,0,0,0]]}"},
    {"shape", "[{\"points\": [[0, 1]], \"size\": 0.5}, {\"points\": [[0, 1], [1, 0]], "
              "\"softness\": 0, \"opacity\": 1, \"erase\": true}]"}};

FTH_TEST(sound_texts_round_trip)
{
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sound); i++) {
        struct fth_value value, again;
        struct fth_error error;
        const struct fth_param *param = row(sound[i][0]);
        FTH_REQUIRE_OK(fth_value_parse(param, sound[i][1], &value, &error), error);
        char *text = fth_value_print(param, &value);
        FTH_REQUIRE(text);
        FTH_REQUIRE_OK(fth_value_parse(param, text, &again, &error), error);
        FTH_CHECK(fth_value_equal(&value, &again));
        struct all params = {.text = ""};
        fth_value_store(param, &value, &params);
        struct fth_value loaded = fth_value_load(param, &params);
        FTH_CHECK(fth_value_equal(&value, &loaded));
        fth_value_clear(&value);
        fth_value_clear(&again);
        fth_free(text);
    }
}

FTH_TEST(random_numbers_round_trip)
{
    uint64_t state = 1;
    for (int i = 0; i < 2000; i++) {
        struct fth_value value, again;
        double numbers[4];
        for (int k = 0; k < 4; k++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            numbers[k] = (double)(state >> 11) / 9007199254740992.0 * (i % 3 ? 1 : 1e-6);
        }
        const struct fth_param *param = row(i % 2 ? "colour" : "point");
        int count = fth_param_component_count(param->type);
        FTH_REQUIRE(fth_value_from_numbers(param, numbers, count, &value, NULL) == FTH_OK);
        char *text = fth_value_print(param, &value);
        FTH_REQUIRE(text && fth_value_parse(param, text, &again, NULL) == FTH_OK);
        FTH_CHECK(fth_value_equal(&value, &again));
        fth_free(text);
    }
}

FTH_TEST(wrong_texts_are_refused_in_words)
{
    static const char *const wrong[][3] = {
        {"number", "0", "parameter 'number': 0 is outside 0..5, the low end excluded"},
        {"number", "7", "parameter 'number': 7 is outside 0..5, the low end excluded"},
        {"number", "1e999", "parameter 'number': '1e999' is not a number"},
        {"number", "nan", "parameter 'number': 'nan' is not a number"},
        {"number", "", "parameter 'number': '' is not a number"},
        {"number", "1,2", "parameter 'number' takes a number"},
        {"range", "0.5,0.2", "parameter 'range': the low end 0.5 is above the high end 0.2"},
        {"range", "0.5", "parameter 'range' takes two numbers, LOW,HIGH"},
        {"range", "0,1,", "parameter 'range': '0,1,' is not two numbers, LOW,HIGH"},
        {"colour", "1,2,3,4,5",
         "parameter 'colour': '1,2,3,4,5' is not three or four numbers, R,G,B or R,G,B,A"},
        {"count", "1.5", "parameter 'count': '1.5' is not a whole number"},
        {"count", "9007199254740993", "parameter 'count': 9007199254740993 is beyond +-2^53"},
        {"on", "maybe", "parameter 'on': 'maybe' is not true or false"},
        {"choice", "gren_ish", "parameter 'choice': 'gren_ish' is not one of red, green_ish, blue; "
                               "did you mean 'green_ish'?"},
        {"shape", "", "parameter 'shape' takes a shape as JSON: shape:1:0: unexpected token near "
                      "end of file"},
        {"shape", "7", "parameter 'shape' takes a shape, {\"points\": [[x, y], ...], \"closed\": "
                       "true}, or a list of such"},
        {"shape", "[7]",
         "parameter 'shape': path 1 is not {\"points\": [[x, y], ...], \"closed\": true}"},
        {"shape", "{\"points\": []}", "parameter 'shape': path 1 has no list of \"points\""},
        {"shape", "{\"points\": [[0, 0], [1]]}",
         "parameter 'shape': point 2 of path 1 is not [x, y] or [x, y, in_x, in_y, out_x, out_y]"},
        {"shape", "{\"points\": [[0, \"0\"]]}",
         "parameter 'shape': point 1 of path 1 is not made of numbers"},
        {"shape", "[{\"points\": [[0, 0]]}, {\"points\": [[0, 0], [1, 3.5]]}]",
         "parameter 'shape': point 2 of path 2: 3.5 is outside -2..3"},
        {"shape", "{\"points\": [[0, 0]], \"close\": true}",
         "parameter 'shape': path 1 has no \"close\"; did you mean \"closed\"?"},
        {"shape", "{\"points\": [[0, 0]], \"closed\": 1}",
         "parameter 'shape': path 1: \"closed\" is true or false"},
        {"shape", "{\"points\": [[0, 0]], \"softness\": 1.5}",
         "parameter 'shape': path 1: \"softness\" is a number from 0 to 1"},
        {"text", "\xc3(", "parameter 'text': the text is not UTF-8"},
        {"text", "\xed\xa0\x80", "parameter 'text': the text is not UTF-8"}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(wrong); i++) {
        struct fth_value value = {.numbers = {-7}};
        struct fth_error error;
        FTH_CHECK_INT(fth_value_parse(row(wrong[i][0]), wrong[i][1], &value, &error),
                      FTH_ERR_USAGE);
        FTH_CHECK_TEXT(error.message, wrong[i][2]);
        FTH_CHECK(value.numbers[0] == -7); /* written only on success */
    }
    double not_number[2] = {0.5, NAN};
    struct fth_value value;
    FTH_CHECK_INT(fth_value_from_numbers(row("point"), not_number, 2, &value, NULL), FTH_ERR_USAGE);
    FTH_CHECK_INT(fth_value_from_numbers(row("shape"), not_number, 2, &value, NULL), FTH_ERR_USAGE);
    FTH_CHECK_INT(fth_value_parse(row("shape"), "{", &value, NULL), FTH_ERR_USAGE);
}

/* A shape of `paths` paths of `points` points each, as text (fth_free). */
static char *long_shape(size_t paths, size_t points)
{
    struct fth_text text = {0};
    for (size_t i = 0; i < paths; i++) {
        fth_text_append(&text, "%s{\"points\": [", i ? "," : "[");
        for (size_t k = 0; k < points; k++)
            fth_text_append(&text, "%s[0,%zu]", k ? "," : "", k % 3);
        fth_text_append(&text, "]}");
    }
    fth_text_append(&text, "]");
    return text.data;
}

FTH_TEST(shapes_have_their_limits)
{
    static const struct {
        size_t paths, points;
        const char *message; /* NULL: accepted */
    } sizes[] = {{1024, 8, NULL},
                 {1025, 1, "parameter 'shape': a shape of 1025 paths, the limit is 1024"},
                 {1, 8193, "parameter 'shape': a shape of 8193 points, the limit is 8192"},
                 {3, 2731, "parameter 'shape': a shape of 8193 points, the limit is 8192"},
                 {1, 180000, "parameter 'shape': 1080015 bytes of text, the limit is 1048575"}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++) {
        struct fth_value value = {0};
        struct fth_error error = {.message = ""};
        char *text = long_shape(sizes[i].paths, sizes[i].points);
        FTH_REQUIRE(text);
        FTH_CHECK_INT(fth_value_parse(row("shape"), text, &value, &error),
                      sizes[i].message ? FTH_ERR_LIMIT : FTH_OK);
        FTH_CHECK_TEXT(error.message, sizes[i].message ? sizes[i].message : "");
        fth_value_clear(&value);
        fth_free(text);
    }
}

static struct fth_value shape_value(const char *text)
{
    struct fth_value value = {0};
    FTH_CHECK(fth_value_parse(row("shape"), text, &value, NULL) == FTH_OK);
    return value;
}

/* The hash and the print of a value on its way are those of the shape it then is. */
static void check_between(struct fth_value *from, const struct fth_value *to, double share,
                          const char *wanted)
{
    struct fth_value there = shape_value(wanted), own = {0};
    struct fth_hasher hashers[2];
    from->towards = to->shape;
    from->numbers[0] = share;
    fth_hash_begin(&hashers[0]);
    fth_hash_begin(&hashers[1]);
    fth_value_hash(from, &hashers[0]);
    fth_value_hash(&there, &hashers[1]);
    FTH_CHECK(fth_key_equal(fth_hash_end(&hashers[0]), fth_hash_end(&hashers[1])));
    FTH_CHECK(fth_value_equal(from, &there));
    char *prints[2] = {fth_value_print(row("shape"), from), fth_value_print(row("shape"), &there)};
    FTH_REQUIRE(prints[0] && prints[1]);
    FTH_CHECK_TEXT(prints[0], prints[1]);
    FTH_REQUIRE(fth_value_copy(from, &own, NULL) == FTH_OK);
    FTH_CHECK(fth_value_equal(&own, &there) && !own.towards);
    from->towards = NULL;
    from->numbers[0] = 0;
    fth_free(prints[0]);
    fth_free(prints[1]);
    fth_value_clear(&own);
    fth_value_clear(&there);
}

FTH_TEST(shapes_differ_by_any_of_their_parts)
{
    static const char *const texts[] = {
        "[]", "{\"points\": [[0, 1]]}", "{\"points\": [[0.5, 1]]}", "{\"points\": [[0, 0.5]]}",
        "{\"points\": [[0, 1, 2, 0, 0, 0]]}", "{\"points\": [[0, 1, 0, 2, 0, 0]]}",
        "{\"points\": [[0, 1, 0, 0, 2, 0]]}", "{\"points\": [[0, 1, 0, 0, 0, 2]]}",
        "{\"points\": [[0, 1]], \"closed\": false}", "{\"points\": [[0, 1]], \"size\": 0}",
        "{\"points\": [[0, 1]], \"softness\": 0}", "{\"points\": [[0, 1]], \"opacity\": 0}",
        "{\"points\": [[0, 1]], \"erase\": false}", "{\"points\": [[0, 1], [0, 1]]}",
        "[{\"points\": [[0, 1]]}, {\"points\": [[0, 1]]}]"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(texts); i++) {
        for (size_t k = 0; k < FTH_ARRAY_COUNT(texts); k++) {
            struct fth_value a = shape_value(texts[i]), b = shape_value(texts[k]);
            struct fth_hasher hashers[2];
            fth_hash_begin(&hashers[0]);
            fth_hash_begin(&hashers[1]);
            fth_value_hash(&a, &hashers[0]);
            fth_value_hash(&b, &hashers[1]);
            FTH_CHECK(fth_value_equal(&a, &b) == (i == k));
            FTH_CHECK(fth_key_equal(fth_hash_end(&hashers[0]), fth_hash_end(&hashers[1])) ==
                      (i == k));
            fth_value_clear(&a);
            fth_value_clear(&b);
        }
    }
}

FTH_TEST(shapes_are_mixed_point_by_point)
{
    struct fth_value a = shape_value("{\"points\": [[0, 0], [1, 0, 0, 0.5, 0, 0]], \"size\": 0.5}");
    struct fth_value b = shape_value("{\"points\": [[1, 0.5], [3, -1]], \"size\": 0}");
    struct fth_value other = shape_value("{\"points\": [[1, 0.5]]}");
    check_between(&a, &b, 0, "{\"points\": [[0, 0], [1, 0, 0, 0.5, 0, 0]], \"size\": 0.5}");
    check_between(&a, &b, 0.25,
                  "{\"points\": [[0.25, 0.125], [1.5, -0.25, 0, 0.375, 0, 0]], \"size\": 0.375}");
    check_between(&a, &b, 1, "{\"points\": [[1, 0.5], [3, -1]], \"size\": 0}");
    /* of other points: it holds */
    check_between(&other, &b, 0.75, "{\"points\": [[1, 0.5]]}");
    check_between(&other, &b, 1, "{\"points\": [[1, 0.5], [3, -1]], \"size\": 0}");
    fth_value_clear(&a);
    fth_value_clear(&b);
    fth_value_clear(&other);
}

FTH_TEST(ids_have_two_spellings)
{
    FTH_CHECK(fth_id_equal("far_limit", "far-limit") && !fth_id_equal("far_limit", "far_limits"));
    struct fth_value value;
    FTH_CHECK(fth_value_parse(row("choice"), "green-ish", &value, NULL) == FTH_OK);
    FTH_CHECK_NEAR(value.numbers[0], 1, 0);
}

static struct fth_key hash_of(const struct all *params, uint8_t steps)
{
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    fth_params_hash(table, params, steps, &hasher);
    return fth_hash_end(&hasher);
}

FTH_TEST(the_hash_sees_what_affects_pixels)
{
    struct all a, b;
    fth_params_default(table, &a);
    b = a;
    FTH_CHECK_TEXT(a.text, "hello");
    FTH_CHECK(fth_key_equal(hash_of(&a, 1), hash_of(&b, 1)));
    b.file = "other"; /* NO_PIXELS */
    b.choice = 2;     /* not shown while the switch is off */
    b.count = 9;      /* affects step 1 only */
    FTH_CHECK(fth_key_equal(hash_of(&a, 1), hash_of(&b, 1)));
    FTH_CHECK(!fth_key_equal(hash_of(&a, 3), hash_of(&b, 3)));
    a.on = b.on = true;
    FTH_CHECK(!fth_key_equal(hash_of(&a, 1), hash_of(&b, 1)));
    b = a;
    b.colour[3] = 0.5;
    FTH_CHECK(!fth_key_equal(hash_of(&a, 1), hash_of(&b, 1)));
    b = a;
    b.text = "hell";
    FTH_CHECK(!fth_key_equal(hash_of(&a, 1), hash_of(&b, 1)));
    b = a;
    b.shape.from = NULL;
    FTH_CHECK(!fth_key_equal(hash_of(&a, 1), hash_of(&b, 1)));
    struct fth_shape_point moved[3];
    struct fth_shape other = {1, 3, &around, moved};
    memcpy(moved, corners, sizeof(moved));
    b.shape.from = &other;
    FTH_CHECK(fth_key_equal(hash_of(&a, 1), hash_of(&b, 1)));
    moved[2].in_x += 0.25;
    FTH_CHECK(!fth_key_equal(hash_of(&a, 1), hash_of(&b, 1)));
}

FTH_TEST(every_broken_row_is_complained_of)
{
    FTH_CHECK(fth_params_complaint(table, sizeof(struct all)) == NULL);
    FTH_CHECK(fth_params_complaint(table, sizeof(double)) != NULL);
    for (int i = 0; i < 15; i++) {
        struct fth_param broken[FTH_ARRAY_COUNT(table)];
        memcpy(broken, table, sizeof(table));
        switch (i) {
        case 0: broken[0].id = "Number"; break;
        case 1: broken[0].label = ""; break;
        case 2: broken[0].help = NULL; break;
        case 3: broken[0].def[0] = 0; break; /* the open end */
        case 4: broken[1].def[0] = 0.9; break;
        case 5: broken[2].id = "range"; break;
        case 6: broken[2].offset = broken[1].offset; break;
        case 7: broken[6].choices = NULL; break;
        case 8: broken[6].when.id = "colour"; break;
        case 9: broken[6].when.values = 3; break;
        case 10: broken[0].ui_max = 9; break;
        case 11: broken[7].flags = FTH_PARAM_NEEDS_FILE; break;
        case 12: broken[9].max = 0.7; break; /* the triangle's top is higher */
        case 13: broken[9].size = sizeof(double); break;
        default: broken[3].max = broken[3].min; break;
        }
        if (!fth_params_complaint(broken, sizeof(struct all)))
            fth_test_fail(__FILE__, __LINE__, "broken table %d passes", i);
    }
}

FTH_TEST(the_common_controls_are_sane)
{
    struct fth_common common;
    const char *complaint = fth_params_complaint(fth_common_params, sizeof(struct fth_common));
    FTH_CHECK_TEXT(complaint ? complaint : "", "");
    fth_params_default(fth_common_params, &common);
    FTH_CHECK(fth_common_is_neutral(&common, false) && !fth_common_is_neutral(&common, true));
    FTH_CHECK(!fth_common_skips(&common));
}
