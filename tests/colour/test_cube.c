/* SPDX-License-Identifier: Apache-2.0 */
/* .cube files: there and back, what they do to colours, what is refused and how quickly. */
#include <stdlib.h>
#include <time.h>

#include "base/compiler.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "colour/cube.h"
#include "check.h"

static enum fth_status parse(const char *text, struct fth_cube *cube, struct fth_error *error)
{
    return fth_cube_parse(text, strlen(text), "t.cube", cube, error);
}

static void look_up(const struct fth_cube *cube, float r, float g, float b, float rgb[3])
{
    rgb[0] = r;
    rgb[1] = g;
    rgb[2] = b;
    fth_cube_rows(cube, (float *[3]){&rgb[0], &rgb[1], &rgb[2]}, 1);
}

FTH_TEST(curves_bend_each_channel)
{
    struct fth_error error = {0};
    struct fth_cube cube;
    float rgb[3];
    FTH_REQUIRE_OK(parse("\xef\xbb\xbf# curves\nTITLE \"One # two\"\r\nLUT_1D_SIZE 3\r\n\n"
                         "DOMAIN_MIN -1 0 0\nDOMAIN_MAX 1 1 2\n0 0 0\n.5 0.25 1e-1 # middle\n1 1 1",
                         &cube, &error), error);
    FTH_CHECK_TEXT(cube.title, "One # two");
    look_up(&cube, 0.5f, 0.25f, 1, rgb);
    FTH_CHECK_NEAR(rgb[0], 0.75, 1e-7);
    FTH_CHECK_NEAR(rgb[1], 0.125, 1e-7);
    FTH_CHECK_NEAR(rgb[2], 0.1, 1e-7);
    look_up(&cube, -7, 5, NAN, rgb); /* ends count beyond */
    FTH_CHECK(rgb[0] == 0 && rgb[1] == 1 && rgb[2] == 0);
    fth_cube_clear(&cube);
}

/* A cube whose entries are a function that is straight within every tetrahedron comes out exactly;
 * one that says what went in changes nothing; greys of a grey diagonal stay grey. */
FTH_TEST(colours_are_mixed_in_tetrahedra)
{
    enum { SIZE = 5 };
    struct fth_cube cube = {.colours = {SIZE, {0, 0, 0}, {1, 1, 1}, NULL}};
    float rgb[3];
    cube.colours.values = fth_alloc(SIZE * SIZE * SIZE * 3, sizeof(float));
    FTH_REQUIRE(cube.colours.values);
    for (int i = 0; i < SIZE * SIZE * SIZE; i++) {
        float at[3] = {(float)(i % SIZE) / 4, (float)(i / SIZE % SIZE) / 4,
                       (float)(i / SIZE / SIZE) / 4};
        cube.colours.values[3 * i] = at[0] - 2 * at[1];
        cube.colours.values[3 * i + 1] = fmaxf(fmaxf(at[0], at[1]), at[2]);
        cube.colours.values[3 * i + 2] = fminf(at[1], at[2]);
    }
    for (int i = 0; i < 1000; i++) {
        float r = (float)(i % 10) / 9, g = (float)(i / 10 % 10) / 9, b = (float)(i / 100) / 9;
        look_up(&cube, r, g, b, rgb);
        FTH_CHECK_NEAR(rgb[0], r - 2 * g, 1e-6);
        /* the largest and the smallest of three bend along the cube's diagonals only */
        FTH_CHECK_NEAR(rgb[1], fmaxf(fmaxf(r, g), b), 1e-6);
        FTH_CHECK_NEAR(rgb[2], fminf(g, b), 1e-6);
    }
    fth_cube_clear(&cube);
}

FTH_TEST(both_tables_follow_each_other_and_files_come_back)
{
    static const char *const files[] = {
        ("TITLE \"both\"\nLUT_1D_SIZE 2\nLUT_1D_INPUT_RANGE 0.0 2.0\nLUT_3D_SIZE 2\n"
        "LUT_3D_INPUT_RANGE 0 1\n0 0 0\n1 1 1\n0 0 0\n1 0 0\n0 1 0\n1 1 0\n0 0 1\n1 0 1\n0 1 1\n"
        "1 1 0.123456789\n"),
        ("LUT_3D_SIZE 2\nDOMAIN_MIN 0 -1 0\nDOMAIN_MAX 1 1 3\n0 0 0\n1 0 0\n0 1 0\n1 1 0\n0 0 1\n"
        "1 0 1\n0 1 1\n1 1 1\n"),
        "LUT_1D_SIZE 2\n0 0 0.1\n1 1 1e29\n"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(files); i++) {
        struct fth_error error = {0};
        struct fth_cube cube, back;
        const char *path = fth_test_path("back.cube");
        FTH_REQUIRE_OK(parse(files[i], &cube, &error), error);
        FTH_REQUIRE_OK(fth_cube_write(path, &cube, true, &error), error);
        FTH_CHECK_INT(fth_cube_write(path, &cube, false, &error), FTH_OK); /* the same bytes */
        FTH_REQUIRE_OK(fth_cube_read(path, &back, &error), error);
        FTH_CHECK_TEXT(back.title, cube.title);
        for (int k = 0; k < 20; k++) {
            float x = (float)k / 8, one[3], other[3];
            look_up(&cube, x, x / 2, 1 - x, one);
            look_up(&back, x, x / 2, 1 - x, other);
            FTH_CHECK(memcmp(one, other, sizeof(one)) == 0);
        }
        if (i == 0) { /* 2 becomes 1 in the curves, and the cube's last corner is yellow's blue */
            float rgb[3];
            look_up(&cube, 2, 2, 2, rgb);
            FTH_CHECK_NEAR(rgb[2], 0.123456789, 1e-8);
            look_up(&cube, 1, 1, 0, rgb);
            FTH_CHECK_NEAR(rgb[0], 0.5, 1e-7);
        }
        fth_cube_clear(&cube);
        fth_cube_clear(&back);
    }
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

FTH_TEST(bad_tables_are_refused_by_line)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "no .cube"},
        {"LUT_3D_SIZE 2147483648\n0 0 0\n", "line 1: a table of 2147483648"},
        {"LUT_3D_SIZE 130\n", "limit is 129"},
        {"LUT_1D_SIZE 65537\n", "limit is 65536"},
        {"LUT_3D_SIZE 1\n", "no size"},
        {"LUT_3D_SIZE -5\n", "no size"},
        {"LUT_3D_SIZE 2\nLUT_3D_SIZE 3\n", "line 2"},
        {"LUT_1D_SIZE 2\n0 0 0\nLUT_3D_SIZE 2\n", "line 3"},
        {"LUT_1D_SIZE 2\n0 0 0\n", "1 of 2"},
        {"LUT_1D_SIZE 2\n0 0 0\n1 1 1\n1 1 1\n", "line 4: there are more"},
        {"LUT_1D_SIZE 2\n0 0\n1 1 1\n", "line 2"},
        {"LUT_1D_SIZE 2\n0 0 0 0\n1 1 1\n", "line 2"},
        {"LUT_1D_SIZE 2\n0 0 nan\n1 1 1\n", "'nan'"},
        {"LUT_1D_SIZE 2\n0 0 1e999\n1 1 1\n", "1e999"},
        {"0 0 0\n", "after LUT_1D_SIZE"},
        {"LUT_1D_SIZE 2\nDOMAIN_MIN 1 0 0\nDOMAIN_MAX 1 1 1\n0 0 0\n1 1 1\n", "empty"},
        {"LUT_3D_SICE 2\n", "did you mean 'LUT_3D_SIZE'"},
        {"LUT_1D_SIZE 2\nDOMAIN_MIN 0 0\n", "three numbers"},
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct fth_error error = {0};
        struct fth_cube cube = {0};
        double begun = seconds();
        enum fth_status status = parse(cases[i].text, &cube, &error);
        if (status == FTH_OK || !strstr(error.message, cases[i].says))
            fth_test_fail(__FILE__, __LINE__, "case %zu: \"%s\" does not say \"%s\"", i,
                          error.message, cases[i].says);
        FTH_CHECK(seconds() - begun < 1);
        FTH_CHECK(!cube.curves.values && !cube.colours.values);
    }
}

/* A megabyte without a line's end, and zero bytes. */
FTH_TEST(a_line_has_an_end)
{
    struct fth_error error = {0};
    struct fth_cube cube;
    char *text = malloc(1 << 20);
    FTH_REQUIRE(text);
    memset(text, '1', 1 << 20);
    FTH_CHECK_INT(fth_cube_parse(text, 1 << 20, "t", &cube, &error), FTH_ERR_DATA);
    FTH_CHECK(strstr(error.message, "longer than"));
    FTH_CHECK_INT(fth_cube_parse("LUT_1D_SIZE 2\n0 \0 0\n", 20, "t", &cube, &error), FTH_ERR_DATA);
    free(text);
}
