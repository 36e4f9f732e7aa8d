/* SPDX-License-Identifier: Apache-2.0 */
/* Corrections in XML: read, written, refused, and what they do. */
#include <stdlib.h>

#include "base/compiler.h"
#include "base/mem.h"
#include "colour/cdl.h"
#include "check.h"

#define SOP "<SOPNode><Slope>1.2 1 0.8</Slope><Offset>0.01 0 -0.02</Offset><Power>1 0.9 1.1</Power>"
#define ONE(id) "<ColorCorrection id=\"" id "\">" SOP "</SOPNode><SatNode><Saturation>0.7"        \
                "</Saturation></SatNode></ColorCorrection>"

static enum fth_status parse(const char *text, struct fth_cdl **list, size_t *count,
                             struct fth_error *error)
{
    return fth_cdl_parse(text, strlen(text), "t.cdl", list, count, error);
}

FTH_TEST(corrections_are_read_in_every_kind_of_file)
{
    static const struct {
        const char *text;
        size_t count;
    } cases[] = {
        {ONE("a"), 1},
        {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- x -->\n<ColorCorrectionCollection "
         "xmlns=\"urn:ASC:CDL:v1.01\">" ONE("a") "\n" ONE("b") "</ColorCorrectionCollection>", 2},
        {"<ColorDecisionList><ColorDecision><MediaRef ref=\"x.dpx\"/>" ONE("a")
         "</ColorDecision></ColorDecisionList>", 1},
        {"<asc:ColorCorrection xmlns:asc=\"urn:ASC:CDL:v1.2\" id=\"a\"><asc:SOPNode><asc:Slope>\n"
         " 1.2\t1 0.8 </asc:Slope><asc:Offset>0.01 0 -0.02</asc:Offset><asc:Power>1 0.9 1.1"
         "</asc:Power></asc:SOPNode><asc:SATNode><asc:Saturation>7e-1</asc:Saturation>"
         "</asc:SATNode></asc:ColorCorrection>", 1},
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct fth_error error = {0};
        struct fth_cdl *list = NULL;
        size_t count = 0;
        FTH_REQUIRE_OK(parse(cases[i].text, &list, &count, &error), error);
        FTH_CHECK_INT(count, cases[i].count);
        FTH_CHECK_TEXT(list[0].id, "a");
        FTH_CHECK(list[0].slope[0] == 1.2f && list[0].offset[2] == -0.02f &&
                  list[0].power[1] == 0.9f && list[0].saturation == 0.7f);
        fth_free(list);
    }
}

FTH_TEST(corrections_do_what_the_formula_says)
{
    struct fth_cdl cdl = {.slope = {1.2f, 1, 0.8f}, .offset = {0.01f, 0, -0.3f},
                          .power = {1, 0.9f, 1.1f}, .saturation = 0.7f};
    float r[3] = {0.2f, 0.5f, 1.5f}, g[3] = {0.3f, 0.5f, 2}, b[3] = {0.1f, 0.5f, 1};
    const float in[3][3] = {{0.2f, 0.5f, 1.5f}, {0.3f, 0.5f, 2}, {0.1f, 0.5f, 1}};
    fth_cdl_rows(&cdl, (float *[3]){r, g, b}, 3);
    for (int i = 0; i < 3; i++) {
        double v[3], luma = 0;
        static const double weights[3] = {0.2126, 0.7152, 0.0722};
        for (int c = 0; c < 3; c++) {
            v[c] = (double)in[c][i] * (double)cdl.slope[c] + (double)cdl.offset[c];
            v[c] = v[c] > 0 ? pow(v[c], (double)cdl.power[c]) : v[c];
            luma += weights[c] * v[c];
        }
        FTH_CHECK_NEAR(r[i], luma + (v[0] - luma) * 0.7, 2e-6);
        FTH_CHECK_NEAR(g[i], luma + (v[1] - luma) * 0.7, 2e-6);
        FTH_CHECK_NEAR(b[i], luma + (v[2] - luma) * 0.7, 2e-6);
    }
    float same[3] = {-1, 0.3f, 7};
    fth_cdl_rows(&fth_cdl_neutral, (float *[3]){&same[0], &same[1], &same[2]}, 1);
    FTH_CHECK(same[0] == -1 && same[1] == 0.3f && same[2] == 7);
}

FTH_TEST(corrections_come_back_from_every_kind_of_file)
{
    static const char *const names[] = {"one.cc", "many.ccc", "list.cdl"};
    struct fth_cdl written[2] = {{"shot <1> & \"2\"", {1.1f, 1, 0.3f}, {0, 0.1f, -0.1f},
                                  {1, 2, 0.5f}, 1.25f}, {"b", {1, 1, 1}, {0, 0, 0}, {1, 1, 1}, 0}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names); i++) {
        struct fth_error error = {0};
        struct fth_cdl *list = NULL;
        const struct fth_cdl *found = NULL;
        size_t count = 0;
        const char *path = fth_test_path(names[i]);
        FTH_REQUIRE_OK(fth_cdl_write(path, written, i ? 2 : 1, false, &error), error);
        FTH_REQUIRE_OK(fth_cdl_read(path, &list, &count, &error), error);
        FTH_CHECK_INT(count, i ? 2 : 1);
        FTH_CHECK(memcmp(list, written, sizeof(*list) * count) == 0);
        FTH_CHECK(fth_cdl_find(list, count, "", path, &found, &error) == FTH_OK &&
                  found == list);
        FTH_CHECK(fth_cdl_find(list, count, "c", path, &found, &error) == FTH_ERR_NOT_FOUND);
        if (count == 2)
            FTH_CHECK(fth_cdl_find(list, count, "b", path, &found, &error) == FTH_OK &&
                      found == list + 1);
        fth_free(list);
    }
    FTH_CHECK_INT(fth_cdl_write(fth_test_path("two.cc"), written, 2, false, NULL), FTH_ERR_USAGE);
}

FTH_TEST(bad_corrections_are_refused_by_line)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "XML"},
        {"<a/>", "no ColorCorrection"},
        {"<ColorCorrection>", "XML"},
        {"<ColorCorrection>\n<SOPNode><Slope>1 2</Slope></SOPNode></ColorCorrection>", "line 2"},
        {"<ColorCorrection><SOPNode><Slope>1 2 3 4</Slope></SOPNode></ColorCorrection>", "three"},
        {"<ColorCorrection><SOPNode><Slope>1 x 3</Slope></SOPNode></ColorCorrection>", "'x'"},
        {"<ColorCorrection><SOPNode><Power>0 1 1</Power></SOPNode></ColorCorrection>", "'0'"},
        {"<ColorCorrection><ColorCorrection/></ColorCorrection>", "within"},
        {"<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY a \"b\"><!ENTITY c \"&a;&a;&a;\">]>"
         "<ColorCorrection>&c;</ColorCorrection>", "entities"},
        {"<?xml version=\"1.0\"?><!DOCTYPE r SYSTEM \"file:///etc/passwd\"><ColorCorrection/>",
         "entities"},
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct fth_error error = {0};
        struct fth_cdl *list = NULL;
        size_t count = 0;
        enum fth_status status = parse(cases[i].text, &list, &count, &error);
        if (status == FTH_OK || !strstr(error.message, cases[i].says))
            fth_test_fail(__FILE__, __LINE__, "case %zu: \"%s\" does not say \"%s\"", i,
                          error.message, cases[i].says);
        FTH_CHECK(!list);
    }
}

FTH_TEST(depth_and_number_of_corrections_have_limits)
{
    struct fth_error error = {0};
    struct fth_cdl *list = NULL;
    size_t count = 0, length = 0, room = 200000;
    char *text = malloc(room);
    FTH_REQUIRE(text);
    for (int i = 0; i < 10000; i++)
        length += (size_t)sprintf(text + length, "<a>");
    FTH_CHECK_INT(fth_cdl_parse(text, length, "t", &list, &count, &error), FTH_ERR_DATA);
    FTH_CHECK(strstr(error.message, "deeply"));
    length = (size_t)sprintf(text, "<x>");
    for (int i = 0; i < FTH_CDL_MOST + 1; i++)
        length += (size_t)sprintf(text + length, "<ColorCorrection/>");
    length += (size_t)sprintf(text + length, "</x>");
    FTH_CHECK_INT(fth_cdl_parse(text, length, "t", &list, &count, &error), FTH_ERR_LIMIT);
    free(text);
}
