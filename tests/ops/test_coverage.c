/* SPDX-License-Identifier: Apache-2.0 */
/* Areas of outlines against what geometry says they are, against scanlines walked the simple way,
 * and against themselves in parts. */
#include <stdlib.h>

#include "grids.h"
#include "ops/feather.h"

static const struct fth_frame_of_shape unturned = {{0, 0}, 1, 1, 1, 0};

static uint64_t dice = 7;
static double roll(double low, double high)
{
    dice = dice * 6364136223846793005u + 1442695040888963407u;
    return low + (high - low) * (double)(dice >> 11) / 9007199254740992.0;
}

static struct fth_outline new_outline(double width, double height)
{
    return (struct fth_outline){.view_x1 = width, .view_y1 = height};
}

static struct fth_grid draw(struct bench *bench, const struct fth_outline *outline,
                            enum fth_coverage_rule rule, enum fth_coverage_parts parts,
                            struct fth_rect rect)
{
    struct fth_coverage coverage = {outline, rule, parts};
    struct fth_grid grid = new_grid(bench, fth_rect_width(rect), fth_rect_height(rect), NAN);
    FTH_CHECK(fth_coverage_draw(&bench->work, &coverage, rect, &grid, NULL) == FTH_OK);
    return grid;
}

static double sum_of(const struct fth_grid *grid)
{
    double sum = 0;
    for (int32_t y = 0; y < grid->height; y++)
        for (int32_t x = 0; x < grid->width; x++)
            sum += (double)at(grid, x, y);
    return sum;
}

static void polygon(struct fth_outline *outline, const double (*corners)[2], size_t count)
{
    fth_path_begin(outline, (struct fth_spot){corners[0][0], corners[0][1]});
    for (size_t i = 1; i < count; i++)
        fth_path_line(outline, (struct fth_spot){corners[i][0], corners[i][1]});
    fth_path_fill(outline);
}

FTH_TEST(pixels_have_their_exact_parts)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    struct fth_outline outline = new_outline(8, 8);
    polygon(&outline, (const double[][2]){{1.5, 1}, {3, 1}, {3, 2.25}, {1.5, 2.25}}, 4);
    struct fth_grid grid = draw(&bench, &outline, 0, 0, (struct fth_rect){0, 0, 8, 8});
    FTH_CHECK(at(&grid, 1, 1) == 0.5f && at(&grid, 2, 1) == 1 && at(&grid, 3, 1) == 0);
    FTH_CHECK(at(&grid, 1, 2) == 0.125f && at(&grid, 2, 2) == 0.25f && at(&grid, 0, 1) == 0);
    fth_outline_clear(&outline);
    /* a triangle over two pixels, against its own coverage by hand */
    outline = new_outline(8, 8);
    polygon(&outline, (const double[][2]){{0, 0}, {2, 0}, {0, 2}}, 3);
    grid = draw(&bench, &outline, 0, 0, (struct fth_rect){0, 0, 8, 8});
    FTH_CHECK(at(&grid, 0, 0) == 1 && at(&grid, 1, 0) == 0.5f && at(&grid, 0, 1) == 0.5f);
    FTH_CHECK(at(&grid, 1, 1) == 0 && sum_of(&grid) == 2);
    fth_outline_clear(&outline);
    close_bench(&bench);
}

/* Two rectangles that overlap in a part of a pixel: it is not counted twice. */
FTH_TEST(overlaps_count_once_or_not_at_all)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    struct fth_outline outline = new_outline(4, 4);
    const double squares[2][4][2] = {{{1, 1}, {1.75, 1}, {1.75, 2}, {1, 2}},
                                     {{1.5, 1}, {2.5, 1}, {2.5, 2}, {1.5, 2}}};
    polygon(&outline, squares[0], 4);
    polygon(&outline, squares[1], 4);
    struct fth_rect all = {0, 0, 4, 4};
    struct fth_grid either = draw(&bench, &outline, FTH_FILL_NONZERO, FTH_COVER_EITHER, all);
    struct fth_grid odd = draw(&bench, &outline, FTH_FILL_EVEN_ODD, FTH_COVER_EITHER, all);
    FTH_CHECK(at(&either, 1, 1) == 1 && at(&either, 2, 1) == 0.5f);
    FTH_CHECK(at(&odd, 1, 1) == 0.75f && at(&odd, 2, 1) == 0.5f);
    fth_outline_clear(&outline);
    /* a bow tie: two triangles that touch in the middle, of opposite winding */
    outline = new_outline(4, 4);
    polygon(&outline, (const double[][2]){{0, 0}, {4, 4}, {4, 0}, {0, 4}}, 4);
    struct fth_grid bow = draw(&bench, &outline, FTH_FILL_NONZERO, FTH_COVER_EITHER, all);
    FTH_CHECK_NEAR(sum_of(&bow), 8, 1e-6); /* of floats around 1 */
    FTH_CHECK(at(&bow, 0, 0) == 0.5f && at(&bow, 3, 1) == 1 && at(&bow, 1, 0) == 0);
    fth_outline_clear(&outline);
    close_bench(&bench);
}

FTH_TEST(ellipses_have_their_area)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    const double radii[][2] = {{100, 100}, {3, 3}, {0.75, 0.75}, {90.3, 20.7}, {120, 1.5}};
    for (size_t i = 0; i < 4 * FTH_ARRAY_COUNT(radii); i++) {
        const double *r = radii[i / 4];
        double turn = roll(0, 6);
        struct fth_frame_of_shape frame = {{roll(128, 129), roll(127, 129)}, r[0], r[1],
                                           cos(turn), sin(turn)};
        struct fth_outline outline = new_outline(256, 256);
        fth_path_ellipse(&outline, &frame);
        fth_path_fill(&outline);
        struct fth_grid grid = draw(&bench, &outline, 0, 0, (struct fth_rect){0, 0, 256, 256});
        double area = 3.141592653589793 * r[0] * r[1];
        FTH_CHECK_NEAR(sum_of(&grid) / area, 1, 1e-6); /* the polygon has that very area */
        fth_outline_clear(&outline);
    }
    close_bench(&bench);
}

/* A pixel's coverage is between those of the discs that are smaller and larger by the flatness. */
FTH_TEST(circles_are_round)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    struct fth_outline outline = new_outline(256, 256);
    struct fth_frame_of_shape frame = unturned;
    frame.centre = (struct fth_spot){128.3, 127.6};
    frame.half_width = frame.half_height = 100;
    fth_path_ellipse(&outline, &frame);
    for (size_t i = 0; i < outline.path.count; i++) {
        struct fth_spot a = outline.path.list[i];
        struct fth_spot b = outline.path.list[(i + 1) % outline.path.count];
        double corner = hypot(a.x - frame.centre.x, a.y - frame.centre.y);
        double side = hypot((a.x + b.x) / 2 - frame.centre.x, (a.y + b.y) / 2 - frame.centre.y);
        FTH_CHECK(fabs(corner - 100) <= FTH_FLATNESS && fabs(side - 100) <= FTH_FLATNESS);
    }
    fth_outline_clear(&outline);
    close_bench(&bench);
}

FTH_TEST(curves_leave_their_chords_by_less_than_the_flatness)
{
    for (int i = 0; i < 200; i++) {
        struct fth_outline outline = new_outline(200, 200);
        struct fth_spot p[4];
        double scale = i % 4 ? 200 : 5000;
        for (int k = 0; k < 4; k++)
            p[k] = (struct fth_spot){roll(-scale / 2, scale), roll(-scale / 2, scale)};
        fth_path_begin(&outline, p[0]);
        fth_path_curve(&outline, p[1], p[2], p[3], 0);
        for (int k = 0; k <= 500; k++) {
            double t = k / 500.0, s = 1 - t, nearest = INFINITY;
            double x = s * s * s * p[0].x + 3 * s * t * (s * p[1].x + t * p[2].x) +
                       t * t * t * p[3].x;
            double y = s * s * s * p[0].y + 3 * s * t * (s * p[1].y + t * p[2].y) +
                       t * t * t * p[3].y;
            if (x < 0 || x > 200 || y < 0 || y > 200)
                continue;
            for (size_t n = 0; n + 1 < outline.path.count; n++) {
                struct fth_spot a = outline.path.list[n], b = outline.path.list[n + 1];
                double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
                double at_part = length > 0 ? ((x - a.x) * dx + (y - a.y) * dy) / length : 0;
                at_part = fmin(fmax(at_part, 0), 1);
                nearest = fmin(nearest, hypot(x - a.x - at_part * dx, y - a.y - at_part * dy));
            }
            FTH_CHECK(nearest <= FTH_FLATNESS);
        }
        FTH_CHECK(outline.path.count < 4000);
        fth_outline_clear(&outline);
    }
}

/* Areas of what a round pen leaves. */
FTH_TEST(strokes_have_their_area)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    const double pi = 3.141592653589793;
    const double path[][2] = {{40, 40}, {160, 50}, {100, 150}};
    for (int closed = 0; closed < 2; closed++)
        for (size_t count = 1; count <= 3; count++) {
            struct fth_outline outline = new_outline(256, 256);
            double r = 7.25, area = pi * r * r;
            fth_path_begin(&outline, (struct fth_spot){path[0][0], path[0][1]});
            for (size_t i = 1; i < count; i++)
                fth_path_line(&outline, (struct fth_spot){path[i][0], path[i][1]});
            fth_path_stroke(&outline, r, closed);
            struct fth_grid grid =
                draw(&bench, &outline, 0, FTH_COVER_STROKE, (struct fth_rect){0, 0, 256, 256});
            double lengths[3] = {hypot(120, 10), hypot(60, 100), hypot(60, 110)};
            if (count == 2)
                area += 2 * r * lengths[0];
            if (count == 3) { /* at a turn by t the rectangles overlap by r^2 tan(t/2) */
                double turn = pi - acos((120.0 * 60 - 10.0 * 100) / (lengths[0] * lengths[1]));
                area += 2 * r * (lengths[0] + lengths[1]);
                area += (turn / 2 - tan(turn / 2)) * r * r;
            }
            if (count < 3 || !closed)
                FTH_CHECK_NEAR(sum_of(&grid) / area, 1, 1.5e-3); /* within by .005 px */
            else { /* a triangle that is wider by r, without one that is narrower by it */
                double around = lengths[0] + lengths[1] + lengths[2];
                double half[3] = {acos((120.0 * 60 + 10.0 * 110) / (lengths[0] * lengths[2])) / 2,
                                  acos((120.0 * 60 - 10.0 * 100) / (lengths[0] * lengths[1])) / 2,
                                  0};
                half[2] = pi / 2 - half[0] - half[1];
                double inner = 0;
                for (int i = 0; i < 3; i++)
                    inner += r * r / tan(half[i]);
                area = 2 * r * around + pi * r * r - inner;
                FTH_CHECK_NEAR(sum_of(&grid) / area, 1, 1.5e-3);
            }
            fth_outline_clear(&outline);
        }
    close_bench(&bench);
}

/* A pen wider than what it goes around leaves no hole, whatever its chords do inside. */
FTH_TEST(a_wide_pen_leaves_no_hole)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    struct fth_frame_of_shape frame = unturned;
    frame.centre = (struct fth_spot){64.2, 63.7};
    frame.half_width = frame.half_height = 10;
    for (int i = 0; i < 2; i++) {
        double radius = i ? 40 : 11;
        struct fth_outline outline = new_outline(128, 128);
        fth_path_ellipse(&outline, &frame);
        fth_path_stroke(&outline, radius, true);
        struct fth_grid grid =
            draw(&bench, &outline, 0, FTH_COVER_STROKE, (struct fth_rect){0, 0, 128, 128});
        double area = 3.141592653589793 * (10 + radius) * (10 + radius);
        /* two chords within, each by .005 pixels */
        FTH_CHECK_NEAR(sum_of(&grid) / area, 1, 0.02 / (10 + radius));
        FTH_CHECK(at(&grid, 64, 63) == 1);
        fth_outline_clear(&outline);
    }
    close_bench(&bench);
}

/* ---- against scanlines ---- */

struct crossing {
    double x;
    int32_t turn, layer;
};

static int by_x(const void *a, const void *b)
{
    double d = ((const struct crossing *)a)->x - ((const struct crossing *)b)->x;
    return (d > 0) - (d < 0);
}

/* Coverage by 1024 lines a row, each walked exactly. */
static void walk(const struct fth_outline *outline, enum fth_coverage_rule rule,
                 enum fth_coverage_parts parts, const struct fth_grid *to)
{
    enum { LINES = 1024 };
    struct crossing *list = malloc((outline->count + 1) * sizeof(*list));
    fth_grid_fill(to, 0);
    for (int32_t line = 0; line < to->height * LINES; line++) {
        double y = (line + 0.5) / LINES;
        size_t count = 0;
        float *row = fth_grid_row(to, line / LINES);
        for (size_t i = 0; i < outline->count; i++) {
            const struct fth_edge *e = &outline->edges[i];
            if (e->y0 <= y && y < e->y1)
                list[count++] = (struct crossing){
                    e->x0 + (y - e->y0) * (e->x1 - e->x0) / (e->y1 - e->y0), e->turn, e->layer};
        }
        qsort(list, count, sizeof(*list), by_x);
        int turns[2] = {0, 0};
        for (size_t i = 0; i + 1 < count; i++) {
            turns[list[i].layer] += list[i].turn;
            bool fill = rule == FTH_FILL_NONZERO ? turns[0] != 0 : turns[0] & 1;
            bool stroke = turns[1] != 0;
            bool in = parts == FTH_COVER_EITHER      ? fill || stroke
                      : parts == FTH_COVER_FILL_ONLY ? fill && !stroke
                                                     : stroke;
            double low = fmax(list[i].x, 0), high = fmin(list[i + 1].x, to->width);
            for (double c = floor(low); in && c < high; c++)
                row[(int)c] += (float)((fmin(high, c + 1) - fmax(low, c)) / LINES);
        }
    }
    free(list);
}

static void scribble(struct fth_outline *outline, int spots, double size, double radius)
{
    fth_path_begin(outline, (struct fth_spot){roll(-size / 2, 1.5 * size), roll(0, size)});
    for (int i = 1; i < spots; i++) {
        struct fth_spot p[3];
        for (int k = 0; k < 3; k++)
            p[k] = (struct fth_spot){roll(-size / 2, 1.5 * size), roll(-size / 4, size)};
        if (i % 3 == 0)
            fth_path_curve(outline, p[0], p[1], p[2], radius);
        else
            fth_path_line(outline, p[2]);
    }
    fth_path_fill(outline);
    fth_path_stroke(outline, radius, true);
}

FTH_TEST(scribbles_are_what_scanlines_say)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    for (int i = 0; i < 32; i++) {
        struct fth_outline outline = new_outline(24, 24);
        /* the last ones have hundreds of edges side by side, which go another way */
        scribble(&outline, i < 24 ? 3 + i / 2 : i < 30 ? 60 : 120, 24, i % 3 ? 1.3 : 0);
        enum fth_coverage_rule rule = (enum fth_coverage_rule)(i % 2);
        enum fth_coverage_parts parts = (enum fth_coverage_parts)(i % 3);
        struct fth_grid grid = draw(&bench, &outline, rule, parts, (struct fth_rect){0, 0, 24, 24});
        struct fth_grid simple = new_grid(&bench, 24, 24, 0);
        walk(&outline, rule, parts, &simple);
        /* a line of 1024 stands for what lies around it: half a line an end of a level side */
        FTH_CHECK(largest_difference(&grid, &simple) < 8.0 / 1024);
        FTH_CHECK_NEAR(sum_of(&grid), sum_of(&simple), 24.0 / 1024 * 8);
        fth_outline_clear(&outline);
    }
    close_bench(&bench);
}

/* Spikes all round, each a triangle of its own with its foot across the middle, where all of them
 * cross each other: together they are a star whose area is known. */
FTH_TEST(hundreds_of_spikes_have_the_area_of_their_star)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    enum { SPIKES = 300 };
    const double tip = 110, half = 40, turn = 2 * M_PI / SPIKES;
    struct fth_outline outline = new_outline(240, 240);
    for (int i = 0; i < SPIKES; i++) {
        double c = cos(i * turn), s = sin(i * turn);
        fth_path_begin(&outline, (struct fth_spot){120 + tip * c, 120 + tip * s});
        fth_path_line(&outline, (struct fth_spot){120 - half * s, 120 + half * c});
        fth_path_line(&outline, (struct fth_spot){120 + half * s, 120 - half * c});
        fth_path_fill(&outline);
    }
    struct fth_grid grid = draw(&bench, &outline, FTH_FILL_NONZERO, FTH_COVER_EITHER,
                                (struct fth_rect){0, 0, 240, 240});
    /* Side i runs from its tip to the foot; neighbours meet where sides of two tips cross, at half
     * an angle between them: distance d with d (half cos a + tip sin a) = tip half. */
    double a = turn / 2, d = tip * half / (half * cos(a) + tip * sin(a));
    FTH_CHECK_NEAR(sum_of(&grid), SPIKES * tip * d * sin(a), 0.01); /* floats of 40 000 pixels */
    fth_outline_clear(&outline);
    close_bench(&bench);
}

/* ---- laws ---- */

static bool same_parts(struct bench *bench, const struct fth_grid *whole, struct fth_rect rect,
                       const struct fth_grid *part)
{
    (void)bench;
    for (int32_t y = 0; y < part->height; y++)
        if (memcmp(fth_grid_row(part, y), fth_grid_row(whole, rect.y0 + y) + rect.x0,
                   (size_t)part->width * sizeof(float)) != 0)
            return false;
    return true;
}

FTH_TEST(a_part_is_the_same_bytes_as_the_whole)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    for (int i = 0; i < 8; i++) {
        struct fth_outline outline = new_outline(97, 83);
        scribble(&outline, 12, 90, 2.6);
        struct fth_rect all = {0, 0, 97, 83};
        struct fth_grid whole = draw(&bench, &outline, i % 2, i % 3, all);
        for (int k = 0; k < 40; k++) {
            int32_t x = (int32_t)roll(0, 97), y = (int32_t)roll(0, 83);
            struct fth_rect rect = {x, y, x + 1 + (int32_t)roll(0, 96 - x),
                                    y + 1 + (int32_t)roll(0, 82 - y)};
            struct fth_grid part = draw(&bench, &outline, i % 2, i % 3, rect);
            FTH_CHECK(same_parts(&bench, &whole, rect, &part));
        }
        fth_outline_clear(&outline);
    }
    close_bench(&bench);
}

/* An endless shape costs no more than what is seen of it, and leaves its inside whole. */
FTH_TEST(endless_shapes_are_drawn_where_they_are_seen)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    struct fth_outline outline = new_outline(64, 64);
    double far = 1e10;
    fth_path_begin(&outline, (struct fth_spot){32, -far});
    fth_path_curve(&outline, (struct fth_spot){far, -far}, (struct fth_spot){far, far},
                   (struct fth_spot){32, far}, 0);
    fth_path_fill(&outline);
    FTH_CHECK(outline.count < 20000);
    struct fth_grid grid = draw(&bench, &outline, 0, 0, (struct fth_rect){0, 0, 64, 64});
    for (int32_t y = 0; y < 64; y++)
        FTH_CHECK(at(&grid, 0, y) == 0 && at(&grid, 31, y) == 0 && at(&grid, 32, y) == 1 &&
                  at(&grid, 63, y) == 1);
    fth_outline_clear(&outline);
    close_bench(&bench);
}

/* ---- feathers ---- */

static enum fth_status half_plane(void *context, double shrink, const struct fth_outline **result,
                                  struct fth_error *error)
{
    struct fth_outline *outline = context;
    fth_outline_clear(outline);
    (void)error;
    *outline = (struct fth_outline){.view_x0 = -1e5, .view_y0 = -1e5, .view_x1 = 1e5,
                                    .view_y1 = 1e5};
    polygon(outline, (const double[][2]){{100 / shrink, -1e4}, {100 / shrink, 1e4},
                                         {1e4, 1e4}, {1e4, -1e4}}, 4);
    *result = outline;
    return FTH_OK;
}

static enum fth_status blob(void *context, double shrink, const struct fth_outline **result,
                            struct fth_error *error)
{
    struct fth_outline *outline = context;
    fth_outline_clear(outline);
    (void)error;
    *outline = (struct fth_outline){.view_x0 = -1e5, .view_y0 = -1e5, .view_x1 = 1e5,
                                    .view_y1 = 1e5};
    polygon(outline, (const double[][2]){{90 / shrink, 80 / shrink}, {240 / shrink, 95 / shrink},
                                         {130 / shrink, 210 / shrink}}, 3);
    *result = outline;
    return FTH_OK;
}

static struct fth_grid feather(struct bench *bench, const struct fth_feather *what,
                               struct fth_rect rect)
{
    struct fth_grid grid = new_grid(bench, fth_rect_width(rect), fth_rect_height(rect), NAN);
    FTH_CHECK(fth_feather_draw(&bench->work, what, rect, &grid, NULL) == FTH_OK);
    return grid;
}

FTH_TEST(a_soft_edge_is_a_gaussian_of_the_edge)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    struct fth_outline outline = {0};
    const double sigmas[] = {1, 3.5, 11.9, 12.1, 30, 100};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sigmas); i++) {
        struct fth_feather what = {.sigma_x = sigmas[i], .sigma_y = sigmas[i],
                                   .outline = half_plane, .context = &outline};
        struct fth_rect rect = {-500, 10, 700, 12};
        struct fth_grid grid = feather(&bench, &what, rect);
        /* a pixel is a box of its own, 1/12 */
        double spread = sqrt(2 * (sigmas[i] * sigmas[i] + 1.0 / 12)), before = 0;
        double small = sigmas[i];
        while (small >= 12)
            small /= 2;
        /* coverage does not say where in its pixel an edge is: a variance of 1/8 either way, which
         * moves the curve by at most .242 (of x e^-x^2/2) times 1/8 / sigma^2 */
        double tolerance = 0.242 / 8 / (small * small);
        for (int32_t x = 0; x < grid.width; x++) {
            double wanted = 0.5 * erfc(-(x - 500 + 0.5 - 100) / spread);
            FTH_CHECK_NEAR(at(&grid, x, 0), wanted, tolerance);
            FTH_CHECK((double)at(&grid, x, 0) >= before);
            before = (double)at(&grid, x, 0);
        }
        FTH_CHECK(at(&grid, 0, 1) == 0 && at(&grid, 1199, 1) == 1);
        int32_t reach = fth_feather_reach(sigmas[i]);
        if (reach < 590)
            FTH_CHECK(at(&grid, 600 - reach, 0) == 0 && at(&grid, 599 - reach, 0) == 0);
    }
    fth_outline_clear(&outline);
    close_bench(&bench);
}

FTH_TEST(a_feather_keeps_the_area_and_its_parts_are_the_whole)
{
    struct bench bench;
    FTH_REQUIRE(open_bench(&bench, 1));
    struct fth_outline outline = {0};
    const double sigmas[][2] = {{0, 0}, {2, 2}, {14, 14}, {30, 30}, {9, 40}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sigmas); i++) {
        struct fth_feather what = {.sigma_x = sigmas[i][0], .sigma_y = sigmas[i][1],
                                   .outline = blob, .context = &outline};
        struct fth_rect all = {-100, -100, 450, 420};
        struct fth_grid whole = feather(&bench, &what, all);
        double area = 0.5 * fabs(150.0 * 130 - 15.0 * 40);
        FTH_CHECK_NEAR(sum_of(&whole) / area, 1, 1e-5); /* of floats and the tails */
        for (int k = 0; k < 12; k++) {
            int32_t x = (int32_t)roll(0, 500), y = (int32_t)roll(0, 500);
            struct fth_rect rect = {x, y, x + 1 + (int32_t)roll(0, 49),
                                    y + 1 + (int32_t)roll(0, 19)};
            struct fth_rect there = {rect.x0 - 100, rect.y0 - 100, rect.x1 - 100, rect.y1 - 100};
            struct fth_grid part = feather(&bench, &what, there);
            FTH_CHECK(same_parts(&bench, &whole, rect, &part));
        }
    }
    fth_outline_clear(&outline);
    close_bench(&bench);
}
