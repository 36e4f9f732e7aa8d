/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers, spelling, sizes, hashes, arenas and JSON. */
#include "base/arena.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "check.h"

#include <stdint.h>

FTH_TEST(numbers_read_back)
{
    const double values[] = {0, 0.1, 1.0 / 3, -2.5e-300, 1e17, 123456789.125};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(values); i++) {
        char text[32];
        double back = -1;
        FTH_CHECK(fth_parse_double(fth_print_double(values[i], text), &back));
        FTH_CHECK(back == values[i]);
    }
    char text[32];
    FTH_CHECK_TEXT(fth_print_double(0.1, text), "0.1");
    FTH_CHECK(fth_float_as_written(0.1f) == 0.1 && fth_float_as_written(-1.0f / 3) == -0.33333334);
    FTH_CHECK_TEXT(fth_print_double(-100, text), "-100");
    FTH_CHECK_TEXT(fth_print_double(2.5e20, text), "2.5e+20");
}

FTH_TEST(not_numbers_are_refused)
{
    const char *const words[] = {"", " 1", "1 ", "nan", "inf", "0x10", "1e999", "1,5", "--1"};
    double value;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(words); i++)
        FTH_CHECK(!fth_parse_double(words[i], &value));
    int64_t whole;
    FTH_CHECK(!fth_parse_int("1.5", &whole) && !fth_parse_int("99999999999999999999", &whole));
    FTH_CHECK(fth_parse_int("-42", &whole) && whole == -42);
}

FTH_TEST(nearest_spelling)
{
    const char *const words[] = {"far-limit", "near-limit", "gamma", "invert"};
    FTH_CHECK_TEXT(fth_nearest_word("far-limti", words, 4), "far-limit");
    FTH_CHECK_TEXT(fth_nearest_word("gama", words, 4), "gamma");
    FTH_CHECK(fth_nearest_word("zzzzzzzz", words, 4) == NULL);
    const char *const more[] = {"part", "far-limit"};
    FTH_CHECK_TEXT(fth_nearest_word("far", more, 2), "far-limit"); /* the first word of two */
}

FTH_TEST(sizes)
{
    uint64_t bytes;
    FTH_CHECK(fth_parse_size("512M", &bytes) && bytes == 512u << 20);
    FTH_CHECK(fth_parse_size("1.5GiB", &bytes) && bytes == 3ull << 29);
    FTH_CHECK(!fth_parse_size("12 parsecs", &bytes) && !fth_parse_size("-1", &bytes));
}

FTH_TEST(keys_print_and_parse)
{
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    fth_hash_text(&hasher, "depth");
    fth_hash_double(&hasher, -0.0);
    struct fth_key key = fth_hash_end(&hasher), back;
    char text[33];
    FTH_CHECK(fth_key_parse(fth_key_print(key, text), &back) && fth_key_equal(key, back));
    fth_hash_begin(&hasher);
    fth_hash_text(&hasher, "depth");
    fth_hash_double(&hasher, 0.0);
    FTH_CHECK(fth_key_equal(key, fth_hash_end(&hasher)));
}

FTH_TEST(arena_returns_to_marks)
{
    struct fth_arena *arena = NULL;
    struct fth_error error;
    FTH_REQUIRE_OK(fth_arena_create(&arena, &error), error);
    char *first = fth_arena_take(arena, 100, 1);
    memset(first, 7, 100);
    size_t mark = fth_arena_mark(arena);
    for (int turn = 0; turn < 3; turn++) {
        for (int i = 1; i < 40; i++) {
            char *block = fth_arena_take(arena, (size_t)i << 20, 1);
            FTH_REQUIRE(block && ((uintptr_t)block & 63) == 0);
            block[0] = block[((size_t)i << 20) - 1] = 1;
        }
        fth_arena_return(arena, mark);
        FTH_CHECK(fth_arena_mark(arena) == mark);
    }
    for (int i = 0; i < 100; i++)
        FTH_CHECK(first[i] == 7);
    FTH_CHECK(fth_arena_take(arena, SIZE_MAX, 16) == NULL);
    fth_arena_destroy(&arena);
}

FTH_TEST(json_round_trip)
{
    const char *text = "{\"b\": [1, 0.1, true, null, \"x\\ny\"], \"a\": {}}";
    struct fth_json *root = NULL, *again = NULL;
    struct fth_error error;
    FTH_REQUIRE_OK(fth_json_parse(text, strlen(text), "t", &root, &error), error);
    char *printed = fth_json_print(root);
    FTH_REQUIRE(printed != NULL);
    FTH_REQUIRE_OK(fth_json_parse(printed, strlen(printed), "t", &again, &error), error);
    FTH_CHECK(strstr(printed, "0.1,") != NULL);
    FTH_CHECK_INT(fth_json_count(fth_json_get(again, "b")), 5);
    FTH_CHECK_TEXT(fth_json_key_at(again, 0), "b");
    FTH_CHECK_TEXT(fth_json_text(fth_json_at(fth_json_get(again, "b"), 4), ""), "x\ny");
    fth_free(printed);
    fth_json_destroy(&root);
    fth_json_destroy(&again);
    FTH_CHECK_INT(fth_json_parse("{\"a\":1,\"a\":2}", 13, "t", &root, &error), FTH_ERR_DATA);
    FTH_CHECK(strncmp(error.message, "t:1:", 4) == 0);
}

FTH_TEST(errors_are_one_line_of_characters)
{
    static const char *const pairs[][2] = {
        {"a\nb\x1b[2J\x7f", "a?b?[2J?"},
        {"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"},
        {"\xcf" "a\xff\xc0\x80", "?a???"},
        {"\xed\xa0\x80 \xe0\x80\x80 \xf4\x90\x80\x80", "??? ??? ????"},
        {"cut \xe2\x82", "cut ??"}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(pairs); i++) {
        struct fth_error error;
        fth_fail(&error, FTH_ERR_DATA, "%s", pairs[i][0]);
        FTH_CHECK_TEXT(error.message, pairs[i][1]);
    }
}
