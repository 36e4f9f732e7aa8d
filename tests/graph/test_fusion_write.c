/* SPDX-License-Identifier: Apache-2.0 */
/* Documents as Fusion's text: what nobody touched keeps its bytes, what was touched says the new
 * thing and nothing else does, and new nodes come back as they were. */
#include "base/mem.h"
#include "base/text.h"
#include "check.h"
#include "fusion_case.h"
#include "graph/curve.h"
#include "graph/fusion_alias.h"
#include "node/value_json.h"
#include "nodes/catalogue.h"

/* What the last document says, as a document that may be changed. */
static struct fth_json *copy(void)
{
    return fth_json_copy(fusion_result.document);
}

/* The object at `key` of an object that is ours to change. */
static struct fth_json *in(struct fth_json *object, const char *key)
{
    return (struct fth_json *)fth_json_get(object, key);
}

static struct fth_json *params_of(struct fth_json *document, const char *name)
{
    return in(in(in(document, "nodes"), name), "params");
}

static bool same(const struct fth_json *a, const struct fth_json *b)
{
    char *first = fth_json_print(a), *second = fth_json_print(b);
    bool equal = first && second && strcmp(first, second) == 0;
    fth_free(first);
    fth_free(second);
    return equal;
}

/* ---- untouched ------------------------------------------------------------------------------- */

static const char comp[] =
    "\xEF\xBB\xBF-- made by hand\r\nComposition {\r\n\tVersion = \"9\", RenderRange = { 0, 9 },\n"
    "\tTools = {\n\t\tL = Loader { Clips = { Clip { Filename = \"a.0001.exr\", Odd = 1.#INF } } },"
    "\n\t\tGl = Glow { Inputs = { [\"a.b\"] = Input { Value = [[x\ny]] }, Input = Input { SourceOp "
    "= \"L\", Source = \"Output\" } } }, --[[ a\ncomment ]]\n"
    "\t\tB = Blur { CtrlWZoom = false, Inputs = { XBlurSize = " FROM("s") ",\n"
    "\t\t\tYBlurSize = Input { Value = 3.10, Expression = \"time*2\" }, Mystery = Input { Value = "
    "Thing { 1, 2, { 3 } }, },\n\t\t\tInput = Input { SourceOp = \"Gl\", Source = \"Output\", }, },"
    " ViewInfo = OperatorInfo { Pos = { 55, 42.4 } } },\n"
    "\t\tp = PolyPath { Inputs = { PolyLine = Input { Value = Polyline { Points = { { Linear = "
    "true, X = 0, Y = 0.5 } } } } } },\n"
    SPLINE("s", "[0] = { 0.10, RH = { 1.0, 2e0 }, Flags = { Odd = true } }, [10] = { 007 }")
    "\t},\n\tViews = { A = { } },\n}\n\n";

FTH_TEST(untouched_texts_keep_their_bytes)
{
    static const char *const texts[] = {
        comp,
        TOOLS(""),
        "{Tools={}}",
        "return { Tools = ordered() { X = Y { } }, ActiveTool = \"X\" } -- end",
        TOOLS("\t\tG = GroupOperator { Inputs = ordered() { I = InstanceInput { SourceOp = \"B\", "
              "Source = \"XBlurSize\", Default = 1 } }, Outputs = { O = InstanceOutput { SourceOp ="
              " \"B\", Source = \"Output\" } }, Tools = { B = Blur { Inputs = { XBlurSize = Input {"
              " Value = 30 } } } } },\n\t\tT = TextPlus { Inputs = { StyledText = Input { Value = "
              "\"\xC3\xA4\\n\\\"\" } } }"),
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(texts); i++) {
        REQUIRE_READ(texts[i]);
        char *again = fusion_written_again();
        FTH_CHECK_TEXT(again, texts[i]);
        FTH_CHECK_INT(fusion_note_count(), 0);
        fth_free(again);
    }
    fusion_end();
}

/* ---- touched --------------------------------------------------------------------------------- */

/* The text with `old` once replaced by `fresh`. New. */
static char *replaced(const char *text, const char *old, const char *fresh)
{
    struct fth_text made = {0};
    const char *at = strstr(text, old);
    if (!at)
        fth_test_fail(__FILE__, __LINE__, "'%s' is not there", old);
    else
        fth_text_append(&made, "%.*s%s%s", (int)(at - text), text, fresh, at + strlen(old));
    return made.data;
}

#define CHECK_CHANGED(document, text, old, fresh)                                                  \
    do {                                                                                           \
        char *made = fusion_written(document), *expected = replaced(text, old, fresh);             \
        FTH_CHECK_TEXT(made, expected);                                                            \
        fth_free(made);                                                                            \
        fth_free(expected);                                                                        \
    } while (0)

FTH_TEST(only_what_changes_changes)
{
    static const char text[] = TOOLS(
        "\t\tB = Blur { Inputs = { XBlurSize = Input { Value = 4.50, Odd = 1, },\n"
        "\t\t\tBlend = Input { Value = 0.5, Expression = \"time\", }, Mystery = Input { Value = 2 }"
        "\n\t\t} },\n");
    REQUIRE_READ(text);
    struct fth_json *document = copy();
    fth_json_set_number(params_of(document, "B"), "radius", 8);
    CHECK_CHANGED(document, text, "Value = 4.50, Odd = 1,", "Value = 8, Odd = 1,");
    fth_json_set_number(params_of(document, "B"), "radius", 4.5);
    fth_json_set_number(params_of(document, "B"), "blend", 0.75); /* no expression any more */
    CHECK_CHANGED(document, text, "Input { Value = 0.5, Expression = \"time\", }",
                  "Input { Value = 0.75, }");
    fth_json_set_number(params_of(document, "B"), "blend", 0.5);
    fth_json_set_text(params_of(document, "B"), "filter", "box"); /* was not there */
    CHECK_CHANGED(document, text, "Mystery = Input { Value = 2 }\n",
                  "Mystery = Input { Value = 2 },\n\t\t\t\tFilter = Input { Value = FuID { \"Box\" "
                  "}, },\n");
    fth_json_destroy(&document);
    fusion_end();
}

FTH_TEST(splines_come_and_go)
{
    static const char text[] =
        TOOLS("\t\tB = Blur { Inputs = { XBlurSize = " FROM("s") ", Blend = " FROM("t") " } },\n"
              "\t\tC = Blur { Inputs = { XBlurSize = " FROM("s") " } },\n"
              SPLINE("s", "[0] = { 1 }, [9] = { 2 }") SPLINE("t", "[0] = { 0 }, [9] = { 1 }"));
    REQUIRE_READ(text);
    struct fth_json *document = copy();
    fth_json_set_number(params_of(document, "B"), "radius", 3); /* C still asks for s */
    fth_json_set_number(params_of(document, "B"), "blend", 0.5);
    char *made = fusion_written(document);
    FTH_CHECK(made && strstr(made, "\ts = BezierSpline") && !strstr(made, "\tt = BezierSpline"));
    FTH_CHECK(made && strstr(made, "{ XBlurSize = Input { Value = 3, }, Blend = Input { Value = "
                                   "0.5, } }"));
    fth_free(made);
    fth_json_destroy(&document);
    fusion_end();
}

static struct fth_json *parsed(const char *text)
{
    struct fth_json *document = NULL;
    if (fth_json_parse(text, strlen(text), "test", &document, &fusion_error) != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", fusion_error.message);
    return document;
}

FTH_TEST(links_and_nodes_follow_the_document)
{
    REQUIRE_READ(TOOLS(
        "\t\tA = Loader { },\n"
        "\t\tB = Blur { Inputs = { XBlurSize = " FROM("s") ", Input = Input { SourceOp = \"A\" } }"
        " },\n\t\tE = WandMask { },\n" SPLINE("s", "[0] = { 1 }")
        "\t\tM = Merge { Inputs = {\n\t\t\tBackground = Input { SourceOp = \"B\", Source = "
        "\"Output\" },\n\t\t\tForeground = Input { SourceOp = \"A\", Source = \"Output\" }\n\t\t} }"
        "\n"));
    /* B goes, a new node that Fusion could not call so comes, M's foreground is unplugged */
    struct fth_json *nodes = parsed("{\"A\": {\"node\": \"media_in\"}, \"E\": {\"node\": "
                                    "\"fusion:WandMask\"}, \"M\": {\"node\": \"merge\", "
                                    "\"inputs\": {\"background\": \"2-x\"}}, \"2-x\": {\"node\": "
                                    "\"blur\", \"inputs\": {\"input\": \"A\", \"effect_mask\": "
                                    "\"E\"}, \"params\": {\"radius\": 2}}, \"Gl\": {\"node\": "
                                    "\"fusion:Glow\", \"inputs\": {\"Input\": \"M\"}}}");
    struct fth_json *document = copy();
    fth_json_set(document, "nodes", nodes);
    char *made = fusion_written(document);
    FTH_CHECK_TEXT(made,
        TOOLS("\t\tA = Loader { },\n\t\tE = WandMask { },\n"
        "\t\tM = Merge { Inputs = {\n\t\t\tBackground = Input { SourceOp = \"_2_x\", Source = "
        "\"Output\", },\n\t\t} },\n"
        "\t\t_2_x = Blur {\n\t\t\tNameSet = true,\n\t\t\tInputs = {\n"
        "\t\t\t\tXBlurSize = Input { Value = 2, },\n"
        "\t\t\t\tInput = Input { SourceOp = \"A\", Source = \"Output\", },\n"
        "\t\t\t\tEffectMask = Input { SourceOp = \"E\", Source = \"Mask\", },\n"
        "\t\t\t},\n\t\t\tViewInfo = OperatorInfo { Pos = { 110, 0 } },\n\t\t},\n"
        "\t\tGl = Glow {\n\t\t\tNameSet = true,\n\t\t\tInputs = {\n"
        "\t\t\t\tInput = Input { SourceOp = \"M\", Source = \"Output\", },\n"
        "\t\t\t},\n\t\t\tViewInfo = OperatorInfo { Pos = { 330, 33 } },\n\t\t},\n"));
    fth_free(made);
    fth_json_destroy(&document);
    fusion_end();
}

/* ---- new ------------------------------------------------------------------------------------- */

/* A value of every kind that the row takes and its default is not, as JSON. */
static struct fth_json *other_value(const struct fth_param *param, const struct fth_fusion_row *row,
                                    int turn)
{
    struct fth_value value = {.type = param->type};
    if (param->choices) { /* one that Fusion has a word for */
        size_t count = fth_json_count(row->choices);
        const char *key = fth_json_key_at(row->choices, (size_t)turn % count);
        return fth_json_new_text(fth_json_text(fth_json_get(row->choices, key), ""));
    }
    if (param->type == FTH_PARAM_TEXT)
        return fth_json_new_text(row->join < 0 ? "a \"b\"\\\nc" : "Some Sans Bold Italic");
    if (param->type == FTH_PARAM_FILE)
        return fth_json_new_text(turn ? "in/shot.####.exr" : "in/clip.mov");
    for (int i = 0; i < fth_param_component_count(param->type); i++) {
        double part = (turn * 0.37 + i * 0.21 + 0.1) - (int)(turn * 0.37 + i * 0.21 + 0.1);
        double low = FTH_MAX(param->min, -8), high = FTH_MIN(param->max, 9);
        value.numbers[i] = low + (high - low) * part;
        if (param->type == FTH_PARAM_SWITCH)
            value.numbers[i] = param->def[0] == 0;
        if (param->type == FTH_PARAM_INT)
            value.numbers[i] = (int)value.numbers[i];
    }
    return fth_value_write(param, &value);
}

static void check_near(const char *what, const struct fth_json *a, const struct fth_json *b)
{
    size_t count = fth_json_count(a);
    bool equal = fth_json_kind(a) == fth_json_kind(b);
    for (size_t i = 0; i < count; i++) {
        double x = fth_json_number(fth_json_at(a, i), 0), y = fth_json_number(fth_json_at(b, i), 1);
        equal = equal && fabs(x - y) <= 1e-12 * (1 + fabs(x)); /* of scale and offset, and back */
    }
    if (!count && fth_json_kind(a) == FTH_JSON_NUMBER)
        equal = fabs(fth_json_number(a, 0) - fth_json_number(b, 1)) <=
                1e-12 * (1 + fabs(fth_json_number(a, 0)));
    else if (!count)
        equal = equal && same(a, b);
    if (!equal)
        fth_test_fail(__FILE__, __LINE__, "%s comes back as another value", what);
}

static struct fth_json *document_of(const char *kind, const char *param, struct fth_json *value)
{
    struct fth_json *document = fth_json_new(FTH_JSON_OBJECT);
    struct fth_json *nodes = fth_json_new(FTH_JSON_OBJECT);
    struct fth_json *node = fth_json_new(FTH_JSON_OBJECT);
    struct fth_json *params = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set(params, param, value);
    fth_json_set_text(node, "node", kind);
    fth_json_set(node, "params", params);
    fth_json_set(nodes, "x", node);
    fth_json_set(document, "nodes", nodes);
    return document;
}

/* Of every row of the table that new tools are written with. */
FTH_TEST(every_value_comes_back)
{
    struct fth_fusion_table *table = NULL;
    int tried = 0;
    FTH_REQUIRE_OK(fth_fusion_table_create(&table, &fusion_error), fusion_error);
    for (int i = 0; i < fth_fusion_alias_count(table); i++) {
        const struct fth_fusion_alias *alias = fth_fusion_alias_at(table, i);
        const struct fth_node_desc *desc = fth_catalogue_find(fth_catalogue_all(), alias->node);
        for (int r = 0; alias->writes && r < 2 * alias->row_count; r++) {
            const struct fth_fusion_row *row = &alias->rows[r / 2];
            const struct fth_param *param =
                row->param[0] ? fth_node_param(desc, row->param, NULL) : NULL;
            if (!param || (row->is_common && desc->flags & FTH_NODE_NO_COMMON))
                continue;
            struct fth_json *value = other_value(param, row, r % 2);
            struct fth_json *document = document_of(desc->id, param->id, fth_json_copy(value));
            char *made = fusion_written(document), what[160];
            snprintf(what, sizeof(what), "%s.%s", alias->tool, row->input);
            FTH_CHECK(made && fusion_read(made) == FTH_OK);
            const struct fth_json *back = fusion_param("x", param->id);
            if (back && row->component >= 0) /* our fourth component may have no counterpart */
                check_near(what, fth_json_at(value, (size_t)row->component),
                           fth_json_at(back, (size_t)row->component));
            else if (back) /* the default is not written */
                check_near(what, value, back);
            tried += back != NULL;
            fth_free(made);
            fth_json_destroy(&document);
            fth_json_destroy(&value);
        }
    }
    FTH_CHECK(tried > 100);
    fth_fusion_table_destroy(&table);
    fusion_end();
}

/* A curve goes out as a spline and comes back as a curve of the same values. */
static void check_curve(const char *kind, const char *id, const char *keys)
{
    const struct fth_node_desc *desc = fth_catalogue_find(fth_catalogue_all(), kind);
    const struct fth_param *param = fth_node_param(desc, id, NULL);
    struct fth_json *keyed = parsed(keys), *value = fth_json_new(FTH_JSON_OBJECT);
    struct fth_curve *curve = NULL;
    FTH_CHECK(fth_curve_read(param, keyed, &curve, &fusion_error) == FTH_OK);
    fth_json_set(value, "keys", keyed);
    struct fth_json *document = document_of(kind, id, value);
    char *made = fusion_written(document);
    FTH_CHECK(made && fusion_read(made) == FTH_OK);
    for (int i = -20; curve && i <= 140; i++) {
        double frame = i / 4.0;
        for (int c = 0; c < fth_param_component_count(param->type); c++)
            FTH_CHECK_NEAR(fusion_keyed("x", kind, id, frame, c),
                           fth_curve_at(curve, frame).numbers[c],
                           1e-9); /* of places written in decimals, and solved for */
    }
    fth_curve_destroy(&curve);
    fth_free(made);
    fth_json_destroy(&document);
}

FTH_TEST(curves_come_back)
{
    check_curve("blur", "radius", "[[-3, 1, \"linear\"], [4.5, 8, \"hold\"], [10, 3, \"smooth\"], "
                                  "[14, 4, \"smooth\"], [20, 40, \"smooth\"], [25, 30, \"bezier\", "
                                  "[[-2, 5], [2, 9]]], [30, 60, \"linear\"], [33, 5, \"hold\"]]");
    check_curve("blur", "radius", "[[0, 1, \"bezier\", [[0, 0], [50, 100]]], [10, 8, \"bezier\", "
                                  "[[3, 4], [-1, 2]]], [20, 9, \"linear\"]]");
    check_curve("grade", "contrast", "[[0, 1, \"smooth\"], [10, 1.5, \"smooth\"], [20, 2, "
                                     "\"linear\"]]");
    check_curve("text", "position", "[[0, [0, 1], \"smooth\"], [10, [0.5, 0], \"smooth\"], [20, [1,"
                                    " -1], \"bezier\", [[-5, 0.1, 0.2], [4, 0.3, -0.4]]], [30, [2, "
                                    "2], \"linear\"]]");
    check_curve("text", "colour", "[[1, [1, 0, 0, 1], \"linear\"], [11, [0, 1, 0.5, 0.25], "
                                  "\"hold\"], [12, [0, 0, 0, 0], \"linear\"]]");
    check_curve("blur", "effect_mask_invert", "[[0, true, \"hold\"], [9, false, \"hold\"]]");
    fusion_end();
}

FTH_TEST(what_fusion_has_not_is_told)
{
    struct fth_json *document = parsed(
        "{\"nodes\": {\"a\": {\"node\": \"grade\", \"params\": {\"temperature\": 5, "
        "\"key_invert\": true}, \"inputs\": {\"key\": \"b\", \"input\": \"b\"}}, \"b\": "
        "{\"node\": \"depth_read\", \"inputs\": {\"depth\": \"c\"}}, \"c\": {\"node\": "
        "\"media_in\", \"params\": {\"file\": \"s.##.exr\"}}, \"t\": {\"node\": \"text\", "
        "\"inputs\": {\"input\": \"c\"}}, \"m\": {\"node\": \"blur\", \"params\": {\"radius\": "
        "\"much\", \"filter\": {\"keys\": [[0, \"box\", \"hold\"]]}}, \"inputs\": {\"input\": "
        "\"gone\"}}}}");
    char *made = fusion_written(document);
    FTH_CHECK_INT(fusion_noted("a", "temperature", "parameter"), 1);
    FTH_CHECK_INT(fusion_noted("a", "key", "link"), 1);
    FTH_CHECK_INT(fusion_noted("b", "", "node"), 1);
    FTH_CHECK_INT(fusion_noted("c", "file", "file"), 1);
    FTH_CHECK_INT(fusion_noted("t", "input", "link"), 1);
    FTH_CHECK_INT(fusion_noted("m", "radius", "parameter"), 1);
    FTH_CHECK_INT(fusion_noted("m", "filter", "parameter"), 1);
    FTH_CHECK_INT(fusion_noted("m", "Input", "link"), 1);
    FTH_CHECK_INT(fusion_note_count(), 8);
    FTH_CHECK(made && strstr(made, "EffectMask = Input { SourceOp = \"b\""));
    FTH_CHECK(made && strstr(made, "ApplyMaskInverted = Input { Value = 1, }"));
    FTH_CHECK(made && strstr(made, "b = PipeRouter {"));
    FTH_CHECK(made && strstr(made, "Filename = \"s.01.exr\""));
    fth_free(made);
    fth_json_destroy(&document);
    fusion_end();
}

/* ---- when memory is out ---------------------------------------------------------------------- */

FTH_TEST(memory_that_is_out_leaves_no_half)
{
    REQUIRE_READ(comp);
    char *whole = fth_json_print(fusion_result.document);
    struct fth_json *document = copy();
    params_of(document, "B");
    fth_json_set_number(params_of(document, "B"), "blend", 0.5);
    char *text = fusion_written(document);
    uint64_t before = fth_mem_alloc_count();
    FTH_CHECK(fusion_read(comp) == FTH_OK);
    int64_t reads = (int64_t)(fth_mem_alloc_count() - before);
    before = fth_mem_alloc_count();
    char *again = fusion_written(document);
    int64_t writes = (int64_t)(fth_mem_alloc_count() - before);
    fth_free(again);
    FTH_CHECK(reads > 50 && writes > 50);
    for (int64_t i = 0; i < reads; i++) {
        fth_mem_fail_after(i);
        enum fth_status status = fusion_read(comp);
        fth_mem_fail_after(-1);
        char *made = status == FTH_OK ? fth_json_print(fusion_result.document) : NULL;
        if (status == FTH_OK)
            FTH_CHECK_TEXT(made, whole);
        else
            FTH_CHECK_INT(status, FTH_ERR_MEMORY);
        fth_free(made);
    }
    for (int64_t i = 0; i < writes; i++) {
        struct fth_text made = {0};
        struct fth_json *report = NULL;
        fth_mem_fail_after(i);
        enum fth_status status =
            fth_fusion_write(fth_catalogue_all(), document, &made, &report, &fusion_error);
        fth_mem_fail_after(-1);
        if (status == FTH_OK)
            FTH_CHECK_TEXT(made.data, text);
        else
            FTH_CHECK_INT(status, FTH_ERR_MEMORY);
        fth_text_clear(&made);
        fth_json_destroy(&report);
    }
    fth_free(whole);
    fth_free(text);
    fth_json_destroy(&document);
    fusion_end();
}
