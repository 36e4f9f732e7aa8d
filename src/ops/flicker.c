/* SPDX-License-Identifier: Apache-2.0 */
/* From frame to frame, what most blocks say of how much brighter it got (things that move are the
 * fewer); added up, a curve of brightness over time; through it the fewest pieces of smooth curves
 * that explain it; what is above or below that is flicker. */
#include "ops/flicker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ops/kernels.h"
#include "ops/math.h"

enum { MOST_SIDE = 16, WANTED_BLOCKS = 640, LEAST_BLOCKS = 8 };

/* Blocks darker than this say nothing. */
static const float DARKEST = 0.01f;
/* Where blocks disagree by more than this, in logarithms, and three times as much as they mostly
 * do, it is another scene. */
static const double CUT = 0.06;
/* A tile's step may differ by this from that of the whole picture. */
static const double MOST_APART = 0.1;

/* ---- blocks ----------------------------------------------------------------------------------*/

struct means {
    const struct fth_grid *rgb;
    const struct fth_grid *blocks;
    int32_t side;
};

/* Rows of blocks: each column's values are added up from row to row, then those of a block. */
static void mean_rows(void *context, int32_t first, int32_t end, void *scratch)
{
    const struct means *means = context;
    int32_t width = means->rgb[0].width, height = means->rgb[0].height, side = means->side;
    float *sums = scratch;
    for (int32_t j = first; j < end; j++) {
        int32_t y1 = FTH_MIN((j + 1) * side, height);
        memset(sums, 0, (size_t)width * sizeof(*sums));
        for (int32_t y = j * side; y < y1; y++) {
            const float *rows[3];
            for (int c = 0; c < 3; c++)
                rows[c] = fth_grid_row(&means->rgb[c], y);
            fth_kernels()->add_light(sums, rows, (size_t)width);
        }
        for (int32_t i = 0; i < means->blocks->width; i++) {
            int32_t x0 = i * side, x1 = FTH_MIN(x0 + side, width);
            float sum = 0;
            for (int32_t x = x0; x < x1; x++)
                sum += sums[x];
            fth_grid_row(means->blocks, j)[i] = sum / (3 * (float)((x1 - x0) * (y1 - j * side)));
        }
    }
}

enum fth_status fth_flicker_blocks(const struct fth_work *work, const struct fth_grid rgb[3],
                                   struct fth_grid *blocks, struct fth_error *error)
{
    double area = (double)rgb[0].width * rgb[0].height;
    int32_t side = (int32_t)fmin(fmax(sqrt(area / WANTED_BLOCKS), 1), MOST_SIDE);
    struct means means = {rgb, blocks, side};
    enum fth_status status = fth_grid_new(work->arena, (rgb[0].width + side - 1) / side,
                                          (rgb[0].height + side - 1) / side, blocks, error);
    struct fth_rows rows = {mean_rows, &means, 4,
                            (size_t)FTH_MAX(rgb[0].width, 1) * sizeof(float)};
    return status == FTH_OK ? fth_rows_run_scratch(work, blocks->height, &rows, error) : status;
}

/* ---- from frame to frame ---------------------------------------------------------------------*/

static int by_size(const void *a, const void *b)
{
    float p = *(const float *)a, q = *(const float *)b;
    return (p > q) - (p < q);
}

struct part {
    int32_t x0, y0, x1, y1;
};

/* ln of how much brighter most blocks of a part got, and how far they disagree; false: too few
 * say. */
static bool step_of(const struct fth_grid *from, const struct fth_grid *to, const struct part *part,
                    float *scratch, double *step, double *disagreement)
{
    size_t known = 0;
    for (int32_t y = part->y0; y < part->y1; y++) {
        const float *a = fth_grid_row(from, y), *b = fth_grid_row(to, y);
        for (int32_t x = part->x0; x < part->x1; x++)
            if (a[x] > DARKEST && b[x] > DARKEST)
                scratch[known++] = fth_logf(b[x] / a[x]);
    }
    if (known < LEAST_BLOCKS)
        return false;
    qsort(scratch, known, sizeof(*scratch), by_size);
    float median = scratch[known / 2];
    for (size_t i = 0; i < known; i++)
        scratch[i] = fabsf(scratch[i] - median);
    qsort(scratch, known, sizeof(*scratch), by_size);
    *step = median;
    *disagreement = scratch[known / 2];
    return true;
}

/* Steps between the frames, and the frames first..last that belong to the one at hand. */
struct course {
    double steps[FTH_FLICKER_MOST]; /* [i]: from frame i to i + 1 */
    int first, last;
};

static struct part all_of(const struct fth_flicker *what)
{
    return (struct part){0, 0, what->blocks[0].width, what->blocks[0].height};
}

/* What most are like; of steps, a fade's. */
static double usual(const double *values, int count)
{
    float sorted[FTH_FLICKER_MOST];
    for (int i = 0; i < count; i++)
        sorted[i] = (float)values[i];
    qsort(sorted, (size_t)count, sizeof(*sorted), by_size);
    return count ? sorted[count / 2] : 0;
}

static void follow(const struct fth_flicker *what, float *scratch, struct course *course)
{
    struct part all = all_of(what);
    double meant = fth_logf((float)(1 + what->largest));
    double apart[FTH_FLICKER_MOST];
    course->first = 0;
    course->last = what->count - 1;
    for (int i = 0; i + 1 < what->count; i++) {
        if (step_of(&what->blocks[i], &what->blocks[i + 1], &all, scratch, &course->steps[i],
                    &apart[i]))
            continue;
        course->steps[i] = 0;
        apart[i] = 1e30;
    }
    double step = usual(course->steps, what->count - 1);
    double cut = fmax(3 * usual(apart, what->count - 1), CUT);
    for (int i = 0; i + 1 < what->count; i++) {
        if (apart[i] <= fmin(cut, 1e20) && fabs(course->steps[i] - step) <= meant)
            continue;
        if (i < what->at)
            course->first = i + 1;
        else
            course->last = FTH_MIN(course->last, i);
    }
}

/* The same for a tile, near to what all say; what it does not know is as with all. */
static void follow_tile(const struct fth_flicker *what, const struct part *tile, float *scratch,
                        struct course *course)
{
    for (int i = course->first; i < course->last; i++) {
        double step, apart;
        if (!step_of(&what->blocks[i], &what->blocks[i + 1], tile, scratch, &step, &apart))
            continue;
        double away = fmin(fmax(step - course->steps[i], -MOST_APART), MOST_APART);
        course->steps[i] += away;
    }
}

/* ---- what is flicker -------------------------------------------------------------------------*/

/* How much flicker there is (standard deviation): by the smaller three quarters of squared second
 * differences, which a step or a flash hardly reaches. 6: they are 1, -2, 1; .368: the mean of
 * squares below the third quartile of a normal distribution. */
static double spread_of(const double *values, int count)
{
    float squares[FTH_FLICKER_MOST];
    int known = 0;
    double sum = 0;
    for (int i = 1; i + 1 < count; i++) {
        double second = values[i - 1] - 2 * values[i] + values[i + 1];
        squares[known++] = (float)(second * second);
    }
    qsort(squares, (size_t)known, sizeof(*squares), by_size);
    int calm = (3 * known + 3) / 4;
    for (int i = 0; i < calm; i++)
        sum += squares[i];
    return calm ? sqrt(sum / (calm * 6 * 0.368)) : 0;
}

/* How likely some things are together, size * e^score, and the mean of what they say. */
struct chance {
    double size, score, value;
};

static void add_chance(struct chance *sum, struct chance other)
{
    double score = sum->size > 0 ? fmax(sum->score, other.score) : other.score;
    double was = sum->size > 0 ? sum->size * fth_exp(sum->score - score) : 0;
    double more = other.size * fth_exp(other.score - score);
    if (more <= 0)
        return;
    sum->value += (other.value - sum->value) * more / (was + more);
    sum->size = was + more;
    sum->score = score;
}

/* One after the other; what they say is what the second does. */
static struct chance both(struct chance first, struct chance second, double cost)
{
    return (struct chance){first.size * second.size, first.score + second.score - cost,
                           second.value};
}

/* In logarithms of likelihood: what a break between two pieces costs, what a slope, and a bend.
 * Found by trying: flicker that goes against ramps, steps and waves that stay. */
static const double BREAK = 6, SLOPE = 3, BEND = 4;

/* Frames first..end - 1, over which light stays, or goes up or down evenly, or bends: how likely
 * either is, and what they say of frame `at`. The curves are orthogonal: each adds to the last. */
static struct chance piece_of(const double *values, int first, int end, int at, double spread)
{
    double n = end - first, middle = (first + end - 1) / 2.0, x = at - middle;
    double mean = 0, miss = 0, slope = 0, wide = 0, bend = 0, deep = 0;
    double scale = 0.5 / fmax(spread * spread, 1e-14);
    for (int i = first; i < end; i++)
        mean += values[i] / n;
    for (int i = first; i < end; i++) {
        miss += (values[i] - mean) * (values[i] - mean);
        slope += (i - middle) * (values[i] - mean);
        wide += (i - middle) * (i - middle);
    }
    for (int i = first; i < end; i++) {
        double q = (i - middle) * (i - middle) - wide / n;
        bend += q * (values[i] - mean);
        deep += q * q;
    }
    double cost = 0.5 * fth_logf((float)n);
    struct chance all = {1, -miss * scale - cost, mean};
    if (n >= 3) {
        mean += slope / wide * x;
        miss -= slope * slope / wide;
        add_chance(&all, (struct chance){1, -miss * scale - cost - SLOPE, mean});
    }
    if (n >= 6) {
        mean += bend / deep * (x * x - wide / n);
        miss -= bend * bend / deep;
        add_chance(&all, (struct chance){1, -miss * scale - cost - SLOPE - BEND, mean});
    }
    return all;
}

/* What the light of a frame would be without flicker: the mean over all ways to cut the frames into
 * pieces of two and more, each as far as it is likely. A ramp or a step of more than flicker's size
 * so stays where it is, while over what is calm all frames count. */
static double steady(const double *values, int count, int at, double spread)
{
    struct chance pieces[FTH_FLICKER_MOST][FTH_FLICKER_MOST + 1]; /* [first][end] */
    struct chance before[FTH_FLICKER_MOST + 1] = {{1, 0, 0}}, behind[FTH_FLICKER_MOST + 1];
    struct chance all = {0, 0, values[at]};
    for (int end = 1; end <= count; end++) {
        before[end] = (struct chance){0, 0, 0};
        for (int first = 0; first < end; first++) {
            pieces[first][end] = (struct chance){0, 0, 0};
            if (end - first < 2 && count > 3)
                continue;
            pieces[first][end] = piece_of(values, first, end, at, spread);
            add_chance(&before[end],
                       both(before[first], pieces[first][end], first ? BREAK : 0));
        }
    }
    for (int first = count; first > at; first--) {
        behind[first] = (struct chance){first == count, 0, 0};
        for (int end = first + 1; end <= count; end++)
            add_chance(&behind[first],
                       both(pieces[first][end], behind[end], end < count ? BREAK : 0));
    }
    for (int first = 0; first <= at; first++) {
        for (int end = at + 1; end <= count; end++) {
            double cost = (first ? BREAK : 0) + (end < count ? BREAK : 0);
            add_chance(&all, both(behind[end], both(before[first], pieces[first][end], 0), cost));
        }
    }
    return all.value;
}

/* By how much a value is below what the others make of it. */
static double below(const double *values, int count, int at)
{
    if (count < 3)
        return 0;
    double spread = spread_of(values, count);
    double found = steady(values, count, at, spread) - values[at];
    /* what is smooth has hardly a spread, and stays */
    return fmin(fmax(found, -3 * spread), 3 * spread);
}

static double gain_of(const struct fth_flicker *what, const struct course *course)
{
    double values[FTH_FLICKER_MOST];
    values[0] = 0;
    for (int i = course->first; i < course->last; i++)
        values[i - course->first + 1] = values[i - course->first] + course->steps[i];
    return fth_exp(below(values, course->last - course->first + 1, what->at - course->first));
}

enum fth_status fth_flicker_gains(const struct fth_work *work, const struct fth_flicker *what,
                                  double *gains, struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    struct part all = all_of(what);
    size_t count = (size_t)all.x1 * (size_t)all.y1;
    float *scratch = fth_arena_take(work->arena, count, sizeof(*scratch));
    struct course course;
    int tiles = what->tiles_x * what->tiles_y;
    if (!scratch)
        return fth_fail_memory(error, count * sizeof(*scratch), "scratch");
    follow(what, scratch, &course);
    for (int i = 0; i < tiles; i++) {
        int32_t x = i % what->tiles_x, y = i / what->tiles_x;
        struct part tile = {x * all.x1 / what->tiles_x, y * all.y1 / what->tiles_y,
                            (x + 1) * all.x1 / what->tiles_x, (y + 1) * all.y1 / what->tiles_y};
        struct course own = course;
        if (tiles > 1)
            follow_tile(what, &tile, scratch, &own);
        gains[i] = gain_of(what, &own);
    }
    fth_arena_return(work->arena, mark);
    return FTH_OK;
}
