/* SPDX-License-Identifier: Apache-2.0 */
/* JSON beyond jansson: where things stand in a text, how much it is, how people read it. */
#include "base/json.h"
#include "base/json_text.h"
#include "base/mem.h"
#include "check.h"

static const char sample[] = "{ \"a\" : [1, {\"b\": \"x]}\\\"\"}, -2.5e3],\n"
                             "  \"\\u0062\": true, \"\xc3\xa9\": {\"deep\": [[[]]] } }";

static bool says(struct fth_json_span span, const char *text)
{
    return span.end - span.begin == strlen(text) &&
           memcmp(sample + span.begin, text, strlen(text)) == 0;
}

FTH_TEST(members_are_found_in_the_text)
{
    struct fth_json_span key, value;
    size_t length = strlen(sample);
    int line = 0, column = 0;
    FTH_REQUIRE(fth_json_find(sample, length, 0, "a", &key, &value));
    FTH_CHECK(says(key, "\"a\"") && says(value, "[1, {\"b\": \"x]}\\\"\"}, -2.5e3]"));
    FTH_REQUIRE(fth_json_find(sample, length, 0, "b", &key, &value)); /* written as an escape */
    FTH_CHECK(says(value, "true"));
    fth_json_place(sample, key.begin, &line, &column);
    FTH_CHECK_INT(line, 2);
    FTH_CHECK_INT(column, 3);
    FTH_REQUIRE(fth_json_find(sample, length, 0, "\xc3\xa9", &key, &value));
    fth_json_place(sample, value.begin, &line, &column);
    FTH_CHECK_INT(column, 24); /* two bytes of the key are one character */
    FTH_REQUIRE(fth_json_find(sample, length, value.begin, "deep", &key, &value));
    FTH_CHECK(says(value, "[[[]]]"));
    FTH_CHECK(!fth_json_find(sample, length, 0, "c", &key, &value));
    struct fth_json_walk walk;
    FTH_REQUIRE(fth_json_find(sample, length, 0, "a", &key, &value));
    FTH_REQUIRE(fth_json_walk_begin(&walk, sample, length, value.begin));
    FTH_CHECK(fth_json_walk_next(&walk, &key, &value) && says(value, "1"));
    FTH_CHECK(fth_json_walk_next(&walk, &key, &value) && says(value, "{\"b\": \"x]}\\\"\"}"));
    FTH_CHECK(fth_json_walk_next(&walk, &key, &value) && says(value, "-2.5e3"));
    FTH_CHECK(!fth_json_walk_next(&walk, &key, &value) && walk.is_sound);
}

/* Every beginning of a text, and every text with one byte changed: found or not found, but never
 * a byte beyond the end (the sanitizers watch), and no loop without an end. */
FTH_TEST(what_is_no_json_ends_all_the_same)
{
    size_t length = strlen(sample);
    static const char odd[] = "{}[]\",:\\ 1";
    for (size_t cut = 0; cut <= length; cut++) {
        for (size_t i = 0; i < sizeof(odd); i++) {
            struct fth_json_walk walk;
            struct fth_json_span key, value;
            char *text = fth_alloc(length + 1, 1);
            FTH_REQUIRE(text);
            memcpy(text, sample, length);
            text[cut] = odd[i];
            size_t size = i ? length : cut; /* a changed one, or only its beginning */
            (void)fth_json_measure(text, size);
            for (bool go = fth_json_walk_begin(&walk, text, size, 0); go;)
                go = fth_json_walk_next(&walk, &key, &value);
            (void)fth_json_find(text, size, 0, "deep", &key, &value);
            fth_free(text);
        }
    }
}

/* Also where the text is cut out before it is parsed. */
FTH_TEST(zero_bytes_are_no_part_of_json)
{
    static const char text[] = "{\n \"a\": [1e3\0]}";
    const struct fth_json_span list = {8, sizeof(text) - 2};
    struct fth_json *root = NULL;
    struct fth_error error = {0};
    FTH_CHECK_INT(fth_json_parse(text, sizeof(text) - 1, "t", &root, &error), FTH_ERR_DATA);
    FTH_CHECK_TEXT(error.message, "t:2:11: a zero byte, which JSON text may not have");
    FTH_CHECK_INT(fth_json_parse_less(text, sizeof(text) - 1, "t", &list, 1, &root, &error),
                  FTH_ERR_DATA);
    FTH_CHECK_TEXT(error.message, "t:2:11: a zero byte, which JSON text may not have");
    FTH_CHECK(!root);
}

FTH_TEST(minus_nought_keeps_its_sign)
{
    static const char text[] = "[-0.0, 0.0, 0, -1.5]", printed[] = "[-0.0, 0, 0, -1.5]";
    struct fth_json *root = NULL;
    FTH_REQUIRE(fth_json_parse(text, strlen(text), "text", &root, NULL) == FTH_OK);
    char *once = fth_json_print(root);
    FTH_CHECK(once && strcmp(once, printed) == 0);
    fth_free(once);
    fth_json_destroy(&root);
}

/* Whichever allocation fails: that, and nothing about the text. */
FTH_TEST(memory_that_is_out_is_no_fault_of_the_text)
{
    static const char *const texts[] = {
        ("{\"a_name_that_is_longer_than_a_word\": [1, 2.5, \"and a \\u00e4 text \\\"longer\\\" "
        "than that name, for which more memory is asked for a second time\", {\"b\": null}]}"),
        "[123456789012345678, -0.12345678901234567890123456789, true, [[[[\"\\u00e9\"]]]]]",
        "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(texts); i++) {
        enum fth_status status = FTH_ERR_MEMORY;
        int failed = 0;
        for (; status == FTH_ERR_MEMORY && failed < 1000; failed++) {
            struct fth_error error = {0};
            struct fth_json *root = NULL;
            fth_mem_fail_after(failed);
            status = fth_json_parse(texts[i], strlen(texts[i]), "text", &root, &error);
            fth_mem_fail_after(-1);
            if (status != FTH_OK)
                FTH_CHECK(strstr(error.message, "memory"));
            fth_json_destroy(&root);
        }
        FTH_CHECK_INT(status, FTH_OK);
        FTH_CHECK(failed > 10);
    }
}

FTH_TEST(an_amount_is_known_before_the_tree)
{
    struct fth_json_amount amount = fth_json_measure(sample, strlen(sample));
    FTH_CHECK_INT(amount.containers, 7);
    FTH_CHECK_INT(amount.depth, 5);
    FTH_CHECK_INT(amount.values, 5 + 4); /* keys, and 1, the text, -2.5e3, true */
}

FTH_TEST(people_read_lines_that_fit)
{
    static const char *const texts[] = {
        "{\n  \"a\": { \"b\": [1, 2.5], \"c\": {}, \"d\": null }\n}\n", "[1, [2, 3], []]\n", "{}\n",
        "\"x\"\n"};
    struct fth_error error;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(texts); i++) {
        struct fth_json *root = NULL;
        FTH_REQUIRE_OK(fth_json_parse(texts[i], strlen(texts[i]), "t", &root, &error), error);
        char *text = fth_json_print_neat(root, i == 0);
        FTH_CHECK_TEXT(text, texts[i]);
        fth_free(text);
        fth_json_destroy(&root);
    }
}

/* No line is longer than 100 columns when it could be shorter, and none is broken when it would
 * have fitted: of all lengths around the limit exactly one is the first to be broken. */
FTH_TEST(lines_break_at_the_limit)
{
    int flat = 0, broken = 0;
    for (int i = 60; i < 110; i++) {
        char word[120];
        memset(word, 'x', (size_t)i);
        word[i] = '\0';
        struct fth_json *root = fth_json_new(FTH_JSON_OBJECT), *list = fth_json_new(FTH_JSON_ARRAY);
        fth_json_add(list, fth_json_new_text(word));
        fth_json_add(list, fth_json_new_int(1));
        fth_json_set(root, "list", list);
        char *text = fth_json_print_neat(root, 1);
        FTH_REQUIRE(text);
        size_t line = strcspn(strchr(text, '\n') + 1, "\n");
        bool is_flat = strstr(text, ", 1]") != NULL;
        FTH_CHECK(!is_flat || (line < 100 && !broken));
        FTH_CHECK(is_flat || line == strlen("  \"list\": ["));
        flat += is_flat;
        broken += !is_flat;
        fth_free(text);
        fth_json_destroy(&root);
    }
    /* two blanks, "list": [" and the five bytes behind the word; one is left for a comma */
    FTH_CHECK_INT(flat, 99 - 2 - 10 - 5 - 60 + 1);
    FTH_CHECK(broken);
}

FTH_TEST(values_are_equal_whatever_their_form)
{
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {{"[1, {\"a\": 1e3, \"b\": null}]", "[1.0, {\"b\": null, \"a\": 1000}]", true},
                 {"[1]", "[1, 1]", false}, {"[1]", "[2]", false}, {"[1.5]", "[\"1.5\"]", false},
                 {"{\"a\": 1}", "{\"b\": 1}", false}, {"[]", "{}", false}, {"true", "1", false},
                 {"9007199254740993", "9007199254740992", false}, {"\"a\"", "\"a\"", true}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct fth_json *a = NULL, *b = NULL;
        struct fth_error error;
        FTH_REQUIRE_OK(fth_json_parse(cases[i].a, strlen(cases[i].a), "a", &a, &error), error);
        FTH_REQUIRE_OK(fth_json_parse(cases[i].b, strlen(cases[i].b), "b", &b, &error), error);
        FTH_CHECK(fth_json_equal(a, b) == cases[i].same && fth_json_equal(b, a) == cases[i].same);
        fth_json_destroy(&a);
        fth_json_destroy(&b);
    }
}

FTH_TEST(trees_are_walked_and_shared)
{
    struct fth_json *root = fth_json_new(FTH_JSON_OBJECT), *other = fth_json_new(FTH_JSON_OBJECT);
    struct fth_json *inner = fth_json_new(FTH_JSON_ARRAY);
    const char *key = NULL;
    void *place = NULL;
    fth_json_add(inner, fth_json_new_number(0.1));
    fth_json_set(root, "b", inner);
    fth_json_set_int(root, "a", 1);
    FTH_CHECK(fth_json_next(root, &place, &key) == inner && strcmp(key, "b") == 0);
    FTH_CHECK(fth_json_int(fth_json_next(root, &place, &key), 0) == 1 && strcmp(key, "a") == 0);
    FTH_CHECK(!fth_json_next(root, &place, &key));
    fth_json_set_int(other, "a", 1);
    FTH_CHECK(!fth_json_equal(root, other));
    fth_json_set(other, "b", fth_json_share(inner));
    FTH_CHECK(fth_json_equal(root, other));
    fth_json_remove(root, "b");
    fth_json_remove(root, "b");
    FTH_CHECK_INT(fth_json_count(root), 1);
    FTH_CHECK_NEAR(fth_json_number(fth_json_at(fth_json_get(other, "b"), 0), 0), 0.1, 0);
    fth_json_destroy(&root);
    fth_json_destroy(&other);
}
