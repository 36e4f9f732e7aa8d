/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of Fusion's text: what is read, what is refused where, and that every value knows its
 * own bytes. All texts are made up here. */
#include "base/mem.h"
#include "base/text.h"
#include "check.h"
#include "graph/fusion_tree.h"

static struct fth_fusion_tree *tree;
static struct fth_error error;

static enum fth_status parse(const char *text)
{
    error = (struct fth_error){0};
    return fth_fusion_parse(text, strlen(text), "x.setting", &tree, &error);
}

static void end(void)
{
    fth_fusion_tree_destroy(&tree);
}

#define REQUIRE_PARSED(text) FTH_REQUIRE_OK(parse(text), error)

/* The value under keys, one after the other; NULL ends them. */
static int32_t at(const char *a, const char *b, const char *c)
{
    int32_t index = fth_fusion_get(tree, 0, a);
    if (b)
        index = fth_fusion_get(tree, index, b);
    return b && c ? fth_fusion_get(tree, index, c) : index;
}

static double number(int32_t index)
{
    double value = -12345;
    return fth_fusion_number(tree, index, &value) ? value : -12345;
}

#define CHECK_DECODED(index, expected)                                                             \
    do {                                                                                           \
        char *decoded = fth_fusion_text(tree, (index));                                            \
        FTH_CHECK_TEXT(decoded, expected);                                                         \
        fth_free(decoded);                                                                         \
    } while (0)

FTH_TEST(a_tool_is_read)
{
    REQUIRE_PARSED("{\n\tTools = ordered() {\n\t\tSoft = Blur {\n\t\t\tCtrlWZoom = false,\n"
                   "\t\t\tInputs = {\n\t\t\t\tXBlurSize = Input { Value = 4.5, },\n"
                   "\t\t\t\t[\"Gamut.SLogVersion\"] = Input { Value = FuID { \"SLog2\" }, },\n"
                   "\t\t\t},\n\t\t\tViewInfo = OperatorInfo { Pos = { 55, -42.4 } },\n\t\t},\n"
                   "\t},\n"
                   "\tActiveTool = \"Soft\"\n}\n");
    int32_t tools = at("Tools", NULL, NULL), soft = at("Tools", "Soft", NULL);
    FTH_CHECK(fth_fusion_is(tree, tools, "ordered"));
    FTH_CHECK(fth_fusion_is(tree, soft, "Blur"));
    FTH_CHECK(!fth_fusion_is(tree, soft, "Blu"));
    int32_t inputs = at("Tools", "Soft", "Inputs");
    FTH_CHECK_INT(fth_fusion_at(tree, inputs)->count, 2);
    FTH_CHECK_NEAR(number(fth_fusion_get(tree, fth_fusion_get(tree, inputs, "XBlurSize"),
                                         "Value")),
                   4.5, 0);
    int32_t gamut = fth_fusion_get(tree, fth_fusion_get(tree, inputs, "Gamut.SLogVersion"),
                                   "Value");
    FTH_CHECK(fth_fusion_is(tree, gamut, "FuID"));
    CHECK_DECODED(fth_fusion_item(tree, gamut, 0), "SLog2");
    CHECK_DECODED(at("ActiveTool", NULL, NULL), "Soft");
    int32_t place = fth_fusion_get(tree, at("Tools", "Soft", "ViewInfo"), "Pos");
    FTH_CHECK_NEAR(number(fth_fusion_item(tree, place, 1)), -42.4, 0);
    FTH_CHECK_INT(fth_fusion_item(tree, place, 2), FTH_FUSION_NONE);
    FTH_CHECK_INT(fth_fusion_get(tree, inputs, "YBlurSize"), FTH_FUSION_NONE);
    FTH_CHECK_NEAR(number(at("Tools", "Soft", "CtrlWZoom")), 0, 0);
    end();
}

FTH_TEST(values_of_all_kinds)
{
    REQUIRE_PARSED("-- a comment\n{ a = -1e-3, b = .5; --[[ one\n of lines ]] d = true--x\n,\n"
                   "e = 1.#INF, f = nil, [7] = { 1 }, [-2.5] = 3, g = ofx.com.maker.Thing { },\n"
                   "a = 2 } -- end");
    FTH_CHECK_NEAR(number(at("a", NULL, NULL)), 2, 0); /* the last one counts */
    FTH_CHECK_NEAR(number(at("b", NULL, NULL)), 0.5, 0);
    FTH_CHECK_NEAR(number(at("d", NULL, NULL)), 1, 0);
    FTH_CHECK_NEAR(number(at("e", NULL, NULL)), -12345, 0);
    FTH_CHECK_NEAR(number(at("f", NULL, NULL)), -12345, 0);
    FTH_CHECK(fth_fusion_is(tree, at("g", NULL, NULL), "ofx.com.maker.Thing"));
    const struct fth_fusion_value *root = fth_fusion_at(tree, 0);
    int32_t seven = root->first;
    while (seven >= 0 && fth_fusion_at(tree, seven)->key_kind != FTH_FUSION_KEY_NUMBER)
        seven = fth_fusion_at(tree, seven)->next;
    FTH_REQUIRE(seven >= 0);
    FTH_CHECK_NEAR(fth_fusion_at(tree, seven)->key_number, 7, 0);
    int32_t other = fth_fusion_at(tree, seven)->next;
    FTH_CHECK_NEAR(fth_fusion_at(tree, other)->key_number, -2.5, 0);
    FTH_CHECK_NEAR(fth_fusion_at(tree, other)->number, 3, 0);
    FTH_CHECK_INT(root->count, 9);
    end();
}

FTH_TEST(texts_are_taken_out_of_their_quotes)
{
    REQUIRE_PARSED("{ a = \"D:\\\\shots\\\\a \\\"b\\\".exr\", b = 'x\\n\\065\\x42\\\ny', "
                   "c = [[\nlong\n"
                   "\\n]], d = [==[a]]b]=]c]==], e = \"\\0\", f = \"\\xff\", g = \"\" }");
    CHECK_DECODED(at("a", NULL, NULL), "D:\\shots\\a \"b\".exr");
    CHECK_DECODED(at("b", NULL, NULL), "x\nAB\ny");
    CHECK_DECODED(at("c", NULL, NULL), "long\n\\n");
    CHECK_DECODED(at("d", NULL, NULL), "a]]b]=]c");
    CHECK_DECODED(at("g", NULL, NULL), "");
    FTH_CHECK(!fth_fusion_text(tree, at("e", NULL, NULL))); /* a zero byte */
    FTH_CHECK(!fth_fusion_text(tree, at("f", NULL, NULL))); /* no UTF-8 */
    FTH_CHECK(!fth_fusion_text(tree, 0));
    end();
}

/* Every value's bytes, read by themselves, are that value again; entries hold their values. */
FTH_TEST(values_know_their_bytes)
{
    static const char text[] = "\xEF\xBB\xBF{ Tools = ordered ( ) { A = X { [\"k k\"] = { 1, 2 } }"
                               " ; B = \"t\" --c\n, C = word }, [3]=4 }";
    REQUIRE_PARSED(text);
    for (int32_t i = 0; i < fth_fusion_count(tree); i++) {
        const struct fth_fusion_value *value = fth_fusion_at(tree, i);
        char piece[256];
        size_t length = value->whole.end - value->whole.begin;
        FTH_CHECK(value->entry.begin <= value->whole.begin &&
                  value->whole.end <= value->entry.end && value->entry.end <= strlen(text));
        snprintf(piece, sizeof(piece), "{ %.*s }", (int)length, text + value->whole.begin);
        struct fth_fusion_tree *again = NULL;
        FTH_CHECK(fth_fusion_parse(piece, strlen(piece), "y", &again, &error) == FTH_OK);
        if (again) {
            const struct fth_fusion_value *copy =
                fth_fusion_at(again, fth_fusion_at(again, 0)->first);
            FTH_CHECK(copy && copy->kind == value->kind && copy->count == value->count);
            FTH_CHECK(copy && copy->whole.end - copy->whole.begin == length);
        }
        fth_fusion_tree_destroy(&again);
    }
    const struct fth_fusion_value *b = fth_fusion_at(tree, at("Tools", "B", NULL));
    FTH_CHECK(text[b->entry.end - 1] == ',' && text[b->entry.begin] == 'B');
    end();
}

FTH_TEST(broken_texts_are_refused_where_they_break)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "x.setting:1:1: the text ends where a value should be"},
        {"4", "x.setting:1:1: this is no text of Fusion's: it should begin with '{'"},
        {"{\n\n  Tools = {", "x.setting:3:11: this table is not closed: its '}' is missing"},
        {"{ a = }", "x.setting:1:7: a table, text, number or word should be here"},
        {"{ a = \"x\n\" }", "x.setting:1:7: this text has no closing quote"},
        {"{ a = [[x ]", "x.setting:1:7: this text has no end"},
        {"{ --[[ a = 1 }", "x.setting:1:5: this comment has no end"},
        {"{ [a] = 1 }", "x.setting:1:3: a key in [ ] is a number or a text in quotes"},
        {"{ [1 = 1 }", "x.setting:1:6: ']' is missing behind this key"},
        {"{ [1] 1 }", "x.setting:1:7: '=' is missing behind this key"},
        {"{ a = 1 b = 2 }", "x.setting:1:9: ',' or '}' should be here"},
        {"{ a = 'it''s' }", "x.setting:1:11: ',' or '}' should be here"},
        {"{ } x", "x.setting:1:5: nothing may follow the last '}'"},
        {"{ a = os.execute(\"x\") }",
         "x.setting:1:18: calls are not run: only '()' with a table behind it is data"},
        {"{ a = f() }", "x.setting:1:11: calls are not run: a table must follow '()'"},
        {"{ a = 1 + 2 }", "x.setting:1:9: ',' or '}' should be here"},
        {"{ a = function() end }", "x.setting:1:18: calls are not run: a table must follow '()'"},
        {"{ \xff }", "x.setting:1:3: it is not UTF-8: save the text as UTF-8"},
        {"{ a", "x.setting:1:1: this table is not closed: its '}' is missing"},
        {"{ a =", "x.setting:1:6: the text ends where a value should be"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        FTH_CHECK(parse(cases[i].text) != FTH_OK);
        FTH_CHECK_TEXT(error.message, cases[i].message);
        FTH_CHECK(!tree);
    }
    FTH_CHECK(fth_fusion_parse("{ a\0b }", 7, "x", &tree, &error) == FTH_ERR_DATA);
    FTH_CHECK(fth_fusion_parse("{ }\0\0", 5, "x", &tree, &error) == FTH_OK); /* of clipboards */
    end();
}

static char *repeat(const char *begin, const char *middle, size_t count, const char *last)
{
    struct fth_text text = {0};
    fth_text_append(&text, "%s", begin);
    for (size_t i = 0; i < count; i++)
        fth_text_append_bytes(&text, middle, strlen(middle));
    fth_text_append(&text, "%s", last);
    return text.data;
}

FTH_TEST(limits_of_size_depth_and_number)
{
    char *deep = repeat("", "{", 128, "}"), *deeper = repeat("", "{a=", 5000000, "");
    char *many = repeat("{", "1,", 1 << 20, "}"), *large = repeat("{", " ", 16 << 20, "}");
    char *keys = repeat("{", "a=b,", 1 << 19, "}"), *brackets = repeat("{x=[", "=", 8 << 20, "");
    FTH_CHECK(parse(deep) == FTH_ERR_DATA); /* deep enough, only not closed */
    FTH_CHECK(parse(deeper) == FTH_ERR_LIMIT);
    FTH_CHECK_TEXT(error.message, "x.setting:1:385: tables lie deeper in tables than 128, the "
                                  "limit of a Fusion text");
    FTH_CHECK(parse(many) == FTH_ERR_LIMIT);
    FTH_CHECK(strstr(error.message, "more values than 1048576"));
    FTH_CHECK(parse(large) == FTH_ERR_LIMIT);
    FTH_CHECK_TEXT(error.message,
                   "x.setting: a Fusion text has at most 16 MiB; this one has 16777218 bytes");
    FTH_CHECK(parse(brackets) == FTH_ERR_DATA);
    FTH_CHECK(parse(keys) == FTH_OK);
    end();
    char *all[] = {deep, deeper, many, large, keys, brackets};
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        fth_free(all[i]);
}
