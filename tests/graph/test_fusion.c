/* SPDX-License-Identifier: Apache-2.0 */
/* Fusion's text as a document and back. All texts are made up here, after the grammar. */
#include "base/text.h"
#include "check.h"
#include "fusion_case.h"
#include "graph/curve.h"
#include "graph/fusion_alias.h"
#include "nodes/catalogue.h"

/* ---- the table ------------------------------------------------------------------------------- */

static void check_choices(const struct fth_fusion_row *row, const struct fth_param *param,
                          const char *tool)
{
    FTH_CHECK((param->type == FTH_PARAM_CHOICE) == (row->choices != NULL));
    for (size_t i = 0; i < fth_json_count(row->choices); i++) {
        const char *id =
            fth_json_text(fth_json_get(row->choices, fth_json_key_at(row->choices, i)), "");
        bool found = false;
        for (int k = 0; param->choices && param->choices[k].id; k++)
            found = found || strcmp(param->choices[k].id, id) == 0;
        if (!found)
            fth_test_fail(__FILE__, __LINE__, "%s.%s: '%s' has no choice '%s'", tool, row->input,
                          param->id, id);
    }
}

static void check_row(const struct fth_fusion_alias *alias, const struct fth_node_desc *desc,
                      const struct fth_fusion_row *row)
{
    bool applies = !row->is_common || !(desc->flags & FTH_NODE_NO_COMMON);
    const struct fth_param *own =
        applies && row->param[0] ? fth_node_param(desc, row->param, NULL) : NULL;
    if (applies && row->param[0] && !own)
        fth_test_fail(__FILE__, __LINE__, "%s.%s: %s has no parameter '%s'", alias->tool,
                      row->input, desc->id, row->param);
    if (row->port[0] && fth_node_port(desc, row->port) < 0)
        fth_test_fail(__FILE__, __LINE__, "%s.%s: %s has no input '%s'", alias->tool, row->input,
                      desc->id, row->port);
    if (row->port[0] && row->also[0] && fth_node_port(desc, row->also) < 0)
        fth_test_fail(__FILE__, __LINE__, "%s.%s: %s has no input '%s'", alias->tool, row->input,
                      desc->id, row->also);
    FTH_CHECK(row->param[0] || row->port[0] || row->is_quiet || row->standard);
    if (!own)
        return;
    check_choices(row, own, alias->tool);
    FTH_CHECK(row->scale != 0);
    FTH_CHECK(row->component < fth_param_component_count(own->type));
    FTH_CHECK((own->type == FTH_PARAM_FILE) == (row->file != FTH_FUSION_NO_FILE));
    if (fth_json_kind(row->standard) == FTH_JSON_NUMBER && !own->choices) {
        bool changed = false; /* Fusion's defaults lie inside our limits */
        double value = fth_json_number(row->standard, 0) * row->scale + row->offset;
        changed = value < own->min || (own->max > own->min && value > own->max);
        if (changed && own->type != FTH_PARAM_SWITCH)
            fth_test_fail(__FILE__, __LINE__, "%s.%s: the default is outside '%s'", alias->tool,
                          row->input, own->id);
    }
}

FTH_TEST(the_table_speaks_of_what_there_is)
{
    struct fth_fusion_table *table = NULL;
    FTH_REQUIRE_OK(fth_fusion_table_create(&table, &fusion_error), fusion_error);
    for (int i = 0; i < fth_fusion_alias_count(table); i++) {
        const struct fth_fusion_alias *alias = fth_fusion_alias_at(table, i);
        const struct fth_node_desc *desc = fth_catalogue_find(fth_catalogue_all(), alias->node);
        if (!desc)
            fth_test_fail(__FILE__, __LINE__, "%s: there is no node '%s'", alias->tool,
                          alias->node);
        for (int r = 0; desc && r < alias->row_count; r++)
            check_row(alias, desc, &alias->rows[r]);
        for (int k = 0; k < i; k++)
            FTH_CHECK(strcmp(fth_fusion_alias_at(table, k)->tool, alias->tool) != 0);
    }
    fth_fusion_table_destroy(&table);
}

/* ---- reading --------------------------------------------------------------------------------- */

FTH_TEST(tools_become_nodes)
{
    REQUIRE_READ(TOOLS(
        "\t\tIn = Loader { Clips = { Clip { Filename = \"a.mov\", GlobalStart = 1 } } },\n"
        "\t\tSoft = Blur { Inputs = { XBlurSize = Input { Value = 4.5, },\n"
        "\t\t\tFilter = Input { Value = FuID { \"Bartlett\" }, }, Blend = Input { Value = 0.25 },\n"
        "\t\t\tClippingMode = Input { Value = FuID { \"None\" } },\n"
        "\t\t\tMaskChannel = Input { Value = 1 }, ApplyMaskInverted = Input { Value = 1, },\n"
        "\t\t\tInput = Input { SourceOp = \"In\", Source = \"Output\", },\n"
        "\t\t\tEffectMask = Input { SourceOp = \"In\", Source = \"Output\" } } },\n"
        "\t\tOut = Saver { Inputs = {\n"
        "\t\t\tClip = Input { Value = Clip { Filename = \"x.0001.exr\" } },\n"
        "\t\t\tInput = Input { SourceOp = \"Soft\", Source = \"Output\", }, } }\n"));
    FTH_CHECK_TEXT(fth_json_text(fth_json_get(fusion_node("In"), "node"), ""), "media_in");
    FTH_CHECK_TEXT(fth_json_text(fth_json_get(fusion_node("Soft"), "node"), ""), "blur");
    FTH_CHECK_TEXT(fth_json_text(fth_json_get(fusion_node("Out"), "node"), ""), "media_out");
    FTH_CHECK_TEXT(fth_json_text(fusion_param("In", "file"), ""), "a.mov");
    FTH_CHECK_TEXT(fth_json_text(fusion_param("Out", "file"), ""), "x.####.exr");
    FTH_CHECK_NEAR(fusion_number("Soft", "radius"), 4.5, 0);
    FTH_CHECK_NEAR(fusion_number("Soft", "blend"), 0.25, 0);
    FTH_CHECK_TEXT(fth_json_text(fusion_param("Soft", "filter"), ""), "bartlett");
    FTH_CHECK_TEXT(fth_json_text(fusion_param("Soft", "clipping_mode"), ""), "none");
    FTH_CHECK_TEXT(fth_json_text(fusion_param("Soft", "effect_mask_channel"), ""), "green");
    FTH_CHECK(fth_json_bool(fusion_param("Soft", "effect_mask_invert"), false));
    FTH_CHECK_TEXT(fusion_fed_by("Soft", "input"), "In");
    FTH_CHECK_TEXT(fusion_fed_by("Soft", "effect_mask"), "In");
    FTH_CHECK_TEXT(fusion_fed_by("Out", "input"), "Soft");
    FTH_CHECK_INT(fusion_note_count(), 1); /* what the numbers of MaskChannel mean is a guess */
    FTH_CHECK_INT(fusion_noted("Soft", "MaskChannel", "guess"), 1);
    fusion_end();
}

FTH_TEST(what_is_not_said_is_fusions_default)
{
    REQUIRE_READ(TOOLS("\t\tT = TextPlus { Inputs = { Font = Input { Value = \"Serif\" }, Style = "
                       "Input { Value = \"Bold Italic\" }, Red1 = Input { Value = 0.25 } } },\n"
                       "\t\tB = Blur { },\n"));
    FTH_CHECK_TEXT(fth_json_text(fusion_param("T", "font"), ""), "Serif Bold Italic");
    FTH_CHECK_TEXT(fth_json_text(fusion_param("T", "text"), "?"), "");
    FTH_CHECK_NEAR(fusion_number("T", "size"), 0.08, 0);
    FTH_CHECK_NEAR(fusion_number("B", "radius"), 1, 0);
    FTH_CHECK_NEAR(fth_json_number(fth_json_at(fusion_param("T", "colour"), 0), 0), 0.25, 0);
    FTH_CHECK_NEAR(fth_json_number(fth_json_at(fusion_param("T", "colour"), 1), 0), 1, 0);
    FTH_CHECK(!fusion_param("T", "opacity")); /* ours is the same */
    fusion_end();
}

/* What people paste: a title as the program copies it, shading elements and all. */
FTH_TEST(a_title_becomes_ours)
{
    REQUIRE_READ(TOOLS(
        "\t\tT = TextPlus { Inputs = { GlobalOut = Input { Value = 119 }, Width = Input { Value = "
        "1280 }, Height = Input { Value = 720 }, UseFrameFormatSettings = Input { Value = 1 }, "
        "[\"Gamut.SLogVersion\"] = Input { Value = FuID { \"SLog2\" } }, StyledText = Input { "
        "Value = \"First line\\nSecond\" }, Font = Input { Value = \"Open Sans\" }, Style = Input "
        "{ Value = \"Semibold\" }, Size = Input { Value = 0.1 }, CharacterSpacing = Input { Value "
        "= 1.25 }, LineSpacing = Input { Value = 1.5 }, Center = Input { Value = { 0.25, 0.75 } }, "
        "AngleZ = Input { Value = 30 }, End = Input { Value = 0.5 }, Opacity1 = Input { Value = "
        "0.5 }, Enabled2 = Input { Value = 1 }, Thickness2 = Input { Value = 0.02 }, Green2 = "
        "Input { Value = 0.5 }, Enabled3 = Input { Value = 1 }, VerticalTopCenterBottom = Input { "
        "Value = 1 }, HorizontalLeftCenterRight = Input { Value = -1 }, VerticalJustificationNew = "
        "Input { Value = 3 }, HorizontalJustificationNew = Input { Value = 3 } } },\n"));
    FTH_CHECK_TEXT(fth_json_text(fusion_param("T", "text"), ""), "First line\nSecond");
    FTH_CHECK_TEXT(fth_json_text(fusion_param("T", "font"), ""), "Open Sans Semibold");
    FTH_CHECK_TEXT(fth_json_text(fusion_param("T", "anchor_vertical"), ""), "bottom");
    FTH_CHECK_TEXT(fth_json_text(fusion_param("T", "align"), ""), "left");
    FTH_CHECK_NEAR(fusion_number("T", "size"), 0.1, 0);
    FTH_CHECK_NEAR(fusion_number("T", "tracking"), 0.25, 1e-12);
    FTH_CHECK_NEAR(fusion_number("T", "line_spacing"), 1.5, 0);
    FTH_CHECK_NEAR(fusion_number("T", "angle"), 30, 0);
    FTH_CHECK_NEAR(fusion_number("T", "fill_opacity"), 0.5, 0);
    FTH_CHECK_NEAR(fusion_number("T", "width"), 1280, 0);
    FTH_CHECK_NEAR(fth_json_number(fth_json_at(fusion_param("T", "write_on"), 1), 0), 0.5, 0);
    FTH_CHECK(fth_json_bool(fusion_param("T", "outline"), false));
    FTH_CHECK(fth_json_bool(fusion_param("T", "shadow"), false));
    FTH_CHECK(!fusion_param("T", "box"));
    FTH_CHECK_NEAR(fth_json_number(fth_json_at(fusion_param("T", "outline_colour"), 0), 0), 1, 0);
    FTH_CHECK_NEAR(fth_json_number(fth_json_at(fusion_param("T", "outline_colour"), 1), 0), 0.5,
                   0);
    FTH_CHECK_INT(fusion_noted("T", "Thickness2", "input"), 1);
    FTH_CHECK_INT(fusion_note_count(), 5); /* and four rows that are guesses */
    fusion_end();
}

FTH_TEST(files_become_ours)
{
#define CLIP(name, more) "\t\t" name " = Loader { Clips = { Clip { " more " } } },\n"
    REQUIRE_READ(TOOLS(CLIP("A", "Filename = \"Comp:\\\\in\\\\a.0017.exr\", GlobalStart = 17")
                       CLIP("B", "Filename = \"b.0017.png\", Length = 1")
                       CLIP("C", "Filename = \"/s/c10.mov\", GlobalStart = 1")
                       CLIP("D", "Filename = \"D:\\\\d\\\\d.1.tif\", GlobalStart = 1")
                       "\t\tS = Saver { Inputs = { Clip = Input { Value = Clip { "
                       "Filename = \"out.exr\" } } } },\n"
                       "\t\tM = MediaIn { CustomData = { MediaProps = { MEDIA_PATH = \"/m/m.mp4\""
                       " } } },\n"));
    FTH_CHECK_TEXT(fth_json_text(fusion_param("A", "file"), ""), "in/a.####.exr");
    FTH_CHECK_TEXT(fth_json_text(fusion_param("B", "file"), ""), "b.0017.png");
    FTH_CHECK_TEXT(fth_json_text(fusion_param("C", "file"), ""), "/s/c10.mov");
    FTH_CHECK_TEXT(fth_json_text(fusion_param("D", "file"), ""), "D:/d/d.#.tif");
    FTH_CHECK_TEXT(fth_json_text(fusion_param("S", "file"), ""), "out####.exr");
    FTH_CHECK_TEXT(fth_json_text(fusion_param("M", "file"), ""), "/m/m.mp4");
    FTH_CHECK_INT(fusion_noted("D", "Clips/0/Filename", "file"), 1);
    FTH_CHECK_INT(fusion_noted("C", "", "frames"), 0);
    FTH_CHECK_INT(fusion_noted("M", "", "frames"), 1); /* begins at 0 there, at 1 here */
    fusion_end();
}

FTH_TEST(pictures_are_followed_through_groups_and_routers)
{
    REQUIRE_READ(TOOLS(
        "\t\tIn = Loader { },\n"
        "\t\tG = GroupOperator { Inputs = ordered() { I = InstanceInput { SourceOp = \"B\" } },\n"
        "\t\t\tOutputs = { Out1 = InstanceOutput { SourceOp = \"Inner\", Source = \"Out9\" } },\n"
        "\t\t\tTools = ordered() {\n"
        "\t\t\t\tInner = MacroOperator { Outputs = { Out9 = InstanceOutput { SourceOp = \"B\", "
        "Source = \"Output\" } }, Tools = { B = Blur { Inputs = { Input = Input { SourceOp = "
        "\"In\", Source = \"Output\" } } } } } } },\n"
        "\t\tR = PipeRouter { Inputs = { Input = Input { SourceOp = \"G\", Source = \"Out1\" } } },"
        "\n\t\tRound = PipeRouter { Inputs = { Input = Input { SourceOp = \"Round\" } } },\n"
        "\t\tM = Merge { Inputs = { Background = Input { SourceOp = \"R\", Source = \"Output\" },"
        " Foreground = Input { SourceOp = \"Round\", Source = \"Output\" } } },\n"
        "\t\tN = Merge { Inputs = { Background = Input { SourceOp = \"Gone\" } } },\n"));
    FTH_CHECK_INT(fth_json_count(fth_json_get(fusion_result.document, "nodes")), 4);
    FTH_CHECK_TEXT(fusion_fed_by("G.Inner.B", "input"), "In");
    FTH_CHECK_TEXT(fusion_fed_by("M", "background"), "G.Inner.B");
    FTH_CHECK_TEXT(fusion_fed_by("M", "foreground"), "");
    FTH_CHECK_INT(fusion_noted("M", "Foreground", "link"), 1);
    FTH_CHECK_INT(fusion_noted("N", "Background", "link"), 1);
    fusion_end();
}

FTH_TEST(what_is_not_mapped_is_told)
{
    REQUIRE_READ(TOOLS(
        "\t\tU = Glow { Inputs = { Odd = Input { SourceOp = \"E\", Source = \"Mask\" }, Input = "
        "Input { SourceOp = \"B\", Source = \"Output\" } } },\n"
        "\t\tE = WandMask { },\n"
        "\t\tB = Blur { PassThrough = true, Inputs = { Sparkle = Input { Value = 2 },\n"
        "\t\t\tLockXY = Input { Value = 0 }, XBlurSize = Input { Value = 99999, Expression = "
        "\"time\" }, Comments = Input { Value = \"hello\" },\n"
        "\t\t\tFilter = Input { Value = FuID { \"Star\" } }, Blend = Input { Value = 1,\n"
        "\t\t\tSourceOp = \"Sh\", Source = \"Result\" } } },\n"
        "\t\tSh = Wobble { },\n\t\tNote1 = Note { },\n"
        "\t\tM = Merge { Inputs = { ApplyMode = Input { Value = FuID { \"Normal\" } },\n"
        "\t\t\tCenter = Input { Value = { 0.5, 0.5 } }, Size = Input { Value = 2 } } },\n"));
    FTH_CHECK_TEXT(fth_json_text(fth_json_get(fusion_node("U"), "node"), ""), "fusion:Glow");
    FTH_CHECK_TEXT(fth_json_key_at(fth_json_get(fusion_node("U"), "inputs"), 0), "Input");
    FTH_CHECK_TEXT(fusion_fed_by("U", "Odd"), "E");
    FTH_CHECK_INT(fusion_noted("U", "", "unknown"), 1);
    FTH_CHECK_INT(fusion_noted("E", "", "unknown"), 1);
    FTH_CHECK(!fusion_node("Sh") && !fusion_node("Note1")); /* no pictures */
    FTH_CHECK_INT(fusion_noted("B", "Sparkle", "input"), 1);
    FTH_CHECK_INT(fusion_noted("B", "LockXY", "input"), 1);
    FTH_CHECK_INT(fusion_noted("B", "Comments", "input"), 0);
    FTH_CHECK_INT(fusion_noted("B", "XBlurSize", "expression"), 1);
    FTH_CHECK_INT(fusion_noted("B", "XBlurSize", "value"), 1);
    FTH_CHECK_NEAR(fusion_number("B", "radius"), 2000, 0); /* the limit */
    FTH_CHECK_INT(fusion_noted("B", "Filter", "value"), 1);
    FTH_CHECK_INT(fusion_noted("B", "Blend", "driven"), 1);
    FTH_CHECK_INT(fusion_noted("B", "PassThrough", "value"), 1);
    FTH_CHECK_NEAR(fusion_number("B", "blend"), 0, 0);
    FTH_CHECK_INT(fusion_noted("M", "Size", "input"), 1);
    FTH_CHECK_INT(fusion_note_count(), 10);
    fusion_end();
}

FTH_TEST(names_of_the_depth_map_are_found_by_their_letters)
{
    REQUIRE_READ(TOOLS("\t\tD = ofx.com.blackmagicdesign.resolvefx.DepthMap { Inputs = {\n"
                       "\t\t\tfar_limit = Input { Value = 0.25 }, nearLimit = Input { Value = 0.75 "
                       "}, [\"Post-Filter\"] = Input { Value = 0.1 }, blendIn = Input { Value = 1 }"
                       ", Farther = Input { Value = 1 } } },\n"));
    FTH_CHECK_NEAR(fusion_number("D", "far_limit"), 0.25, 0);
    FTH_CHECK_NEAR(fusion_number("D", "near_limit"), 0.75, 0);
    FTH_CHECK_NEAR(fusion_number("D", "post_filter"), 0.1, 0);
    FTH_CHECK_INT(fusion_noted("D", "Farther", "input"), 1);
    FTH_CHECK_INT(fusion_noted("D", "FarLimit", "guess"), 1);
    fusion_end();
}

FTH_TEST(a_composition_says_its_frame)
{
    REQUIRE_READ("Composition {\n\tCurrentTime = 3, RenderRange = { 10, 19 },\n"
                 "\tTools = { L = Loader { Clips = { Clip { Filename = \"a.mov\" } } } },\n"
                 "\tPrefs = { Comp = { FrameFormat = { Width = 1280, Height = 720, Rate = 23.976 }"
                 " } } }");
    const struct fth_json *settings = fth_json_get(fusion_result.document, "settings");
    FTH_CHECK_INT(fth_json_int(fth_json_at(fth_json_get(settings, "size"), 1), 0), 720);
    FTH_CHECK_INT(fth_json_int(fth_json_at(fth_json_get(settings, "frames"), 0), 0), 11);
    FTH_CHECK_INT(fth_json_int(fth_json_at(fth_json_get(settings, "frames"), 1), 0), 20);
    FTH_CHECK_TEXT(fth_json_text(fth_json_get(settings, "rate"), ""), "24000/1001");
    FTH_CHECK_NEAR(fth_json_number(fth_json_get(fusion_result.report, "shift"), 0), 1, 0);
    fusion_end();
}

FTH_TEST(texts_without_tools_are_refused)
{
    FTH_CHECK(fusion_read("{ ActiveTool = \"x\" }") == FTH_ERR_DATA);
    FTH_CHECK_TEXT(fusion_error.message, "x.setting: there is no table Tools in it, so there is "
                                         "nothing to take over");
    FTH_CHECK(fusion_read("{ Tools = 4 }") == FTH_ERR_DATA);
    FTH_CHECK(fusion_read("{ Tools = ") == FTH_ERR_DATA);
    FTH_CHECK(fusion_read("{ Tools = { } }") == FTH_OK);
    struct fth_text many = {0};
    fth_text_append(&many, "{ Tools = {");
    for (int i = 0; i <= FTH_LIMIT_NODES; i++)
        fth_text_append(&many, "B%d = Blur { },", i);
    fth_text_append(&many, "} }");
    FTH_CHECK(fusion_read(many.data) == FTH_ERR_LIMIT);
    fth_text_clear(&many);
    fusion_end();
}

/* ---- keyframes ------------------------------------------------------------------------------- */

FTH_TEST(splines_become_keyframes)
{
    REQUIRE_READ(TOOLS(
        "\t\tB = Blur { Inputs = { XBlurSize = " FROM("s") ", Blend = " FROM("t") " } },\n"
        SPLINE("s", "[0] = { 10, RH = { 5, 10 }, Flags = { Linear = true } }, [10] = { 20, LH = { "
                    "5, 20 } }, [20] = { 30, Flags = { StepIn = true } }, [30] = { 40, Flags = { "
                    "StepOut = true } }, [40] = { 50 }")
        SPLINE("t", "[10] = { 1, Flags = { Linear = true } }, [-10] = { 0, Flags = { Linear = true "
                    "} }, [0.5] = { 0.25, Flags = { Linear = true } }")));
    FTH_CHECK_NEAR(fusion_keyed("B", "blur", "radius", 0, 0), 10, 0);
    /* the cubic of (0,10) (5,10) (5,20) (10,20) at t = 1/4 */
    double t = 0.25, s = 1 - t;
    double frame = 3 * s * s * t * 5 + 3 * s * t * t * 5 + t * t * t * 10;
    double value = s * s * s * 10 + 3 * s * s * t * 10 + 3 * s * t * t * 20 + t * t * t * 20;
    FTH_CHECK_NEAR(fusion_keyed("B", "blur", "radius", frame, 0), value,
                   1e-9); /* of solving for t */
    FTH_CHECK_NEAR(fusion_keyed("B", "blur", "radius", 15, 0), 20, 0); /* holds until 20 */
    FTH_CHECK_NEAR(fusion_keyed("B", "blur", "radius", 20, 0), 30, 0);
    FTH_CHECK_NEAR(fusion_keyed("B", "blur", "radius", 25, 0), 35,
                   1e-9); /* a line drawn as a cubic */
    FTH_CHECK_NEAR(fusion_keyed("B", "blur", "radius", 30, 0), 40, 0);
    FTH_CHECK_NEAR(fusion_keyed("B", "blur", "radius", 31, 0), 50, 0); /* left at once */
    FTH_CHECK_NEAR(fusion_keyed("B", "blur", "blend", -10, 0), 0, 0);
    FTH_CHECK_NEAR(fusion_keyed("B", "blur", "blend", 0.5, 0), 0.25, 0);
    FTH_CHECK_NEAR(fusion_keyed("B", "blur", "blend", 5.25, 0), 0.625, 1e-12);
    FTH_CHECK_INT(fusion_note_count(), 0);
    fusion_end();
}

FTH_TEST(splines_of_one_parameter_go_together)
{
    REQUIRE_READ(TOOLS(
        "\t\tA = TextPlus { Inputs = { Red1 = " FROM("r") ", Green1 = " FROM("g") ", Blue1 = "
        "Input { Value = 0.5 }, Center = " FROM("p") " } },\n"
        "\t\tC = TextPlus { Inputs = { Red1 = " FROM("r") ", Green1 = " FROM("u") " } },\n"
        SPLINE("r", "[0] = { 0, Flags = { Linear = true } }, [10] = { 1, Flags = { Linear = true } "
                    "}")
        SPLINE("g", "[0] = { 1, Flags = { Linear = true } }, [10] = { 0, Flags = { Linear = true } "
                    "}")
        SPLINE("u", "[5] = { 0.25, Flags = { Linear = true } }, [15] = { 0.75, Flags = { Linear = "
                    "true } }")
        "\t\tp = XYPath { Inputs = { X = " FROM("r") ", Y = Input { Value = 0.125 } } },\n"));
    FTH_CHECK_INT(fth_json_count(fth_json_get(fusion_param("A", "colour"), "keys")), 2);
    FTH_CHECK_INT(fth_json_count(fth_json_get(fusion_param("C", "colour"), "keys")), 16);
    FTH_CHECK_NEAR(fusion_keyed("A", "text", "colour", 2.5, 0), 0.25, 1e-12);
    FTH_CHECK_NEAR(fusion_keyed("A", "text", "colour", 2.5, 1), 0.75, 1e-12);
    FTH_CHECK_NEAR(fusion_keyed("A", "text", "colour", 2.5, 2), 0.5, 0);
    FTH_CHECK_NEAR(fusion_keyed("A", "text", "position", 5, 0), 0.5, 1e-12);
    FTH_CHECK_NEAR(fusion_keyed("A", "text", "position", 5, 1), 0.125, 0);
    FTH_CHECK_NEAR(fusion_keyed("C", "text", "colour", 7, 0), 0.7, 1e-12);
    FTH_CHECK_NEAR(fusion_keyed("C", "text", "colour", 7, 1), 0.35, 1e-12);
    FTH_CHECK_NEAR(fusion_keyed("C", "text", "colour", 14, 1), 0.7, 1e-12);
    FTH_CHECK_INT(fusion_noted("C", "Red1", "driven"), 1); /* sampled */
    FTH_CHECK_INT(fusion_note_count(), 1);
    fusion_end();
}

FTH_TEST(keys_go_with_the_footage)
{
    REQUIRE_READ(TOOLS("\t\tL = Loader { Clips = { Clip { Filename = \"a.1001.exr\" } } },\n"
                       "\t\tB = Blur { Inputs = { XBlurSize = " FROM("s") " } },\n"
                       SPLINE("s", "[0] = { 1 }, [10] = { 2 }")));
    FTH_CHECK_NEAR(fusion_keyed("B", "blur", "radius", 1001, 0), 1, 0);
    FTH_CHECK_NEAR(fusion_keyed("B", "blur", "radius", 1006, 0), 1.5, 1e-12);
    FTH_CHECK_INT(fusion_noted("L", "", "frames"), 1);
    fusion_end();
}
