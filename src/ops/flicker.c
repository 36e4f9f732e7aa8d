/* SPDX-License-Identifier: Apache-2.0 */
/* From frame to frame, what most blocks say of how much brighter it got (things that move are the
 * fewer); added up, a curve of brightness over time; through it the smoothest curve that explains
 * it; what is above or below that is flicker. */
#include "ops/flicker.h"

#include <math.h>
#include <stdlib.h>

#include "ops/math.h"

enum { MOST_SIDE = 16, WANTED_BLOCKS = 640, LEAST_BLOCKS = 8, DEGREES = 3 };

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

static inline float tame(float value)
{
    return value > 0 ? (value < 1e4f ? value : 1e4f) : 0;
}

static void mean_rows(void *context, int32_t first, int32_t end)
{
    const struct means *means = context;
    int32_t width = means->rgb[0].width, height = means->rgb[0].height, side = means->side;
    for (int32_t j = first; j < end; j++) {
        int32_t y1 = FTH_MIN((j + 1) * side, height);
        for (int32_t i = 0; i < means->blocks->width; i++) {
            int32_t x0 = i * side, x1 = FTH_MIN(x0 + side, width);
            float sum = 0;
            for (int32_t y = j * side; y < y1; y++) {
                const float *r = fth_grid_row(&means->rgb[0], y);
                const float *g = fth_grid_row(&means->rgb[1], y);
                const float *b = fth_grid_row(&means->rgb[2], y);
                for (int32_t x = x0; x < x1; x++)
                    sum += tame(r[x]) + tame(g[x]) + tame(b[x]);
            }
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
    return status == FTH_OK ? fth_rows_run(work, blocks->height, 4, mean_rows, &means) : status;
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

static double value_of(const double *values, const double *basis, int count)
{
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += values[i] * basis[i];
    return sum;
}

/* The standard deviation of flicker: what second differences have of it, as most of them say. */
static double spread_of(const double *values, int count)
{
    float sizes[FTH_FLICKER_MOST];
    int known = 0;
    for (int i = 1; i + 1 < count; i++)
        sizes[known++] = (float)fabs(values[i - 1] - 2 * values[i] + values[i + 1]);
    if (!known)
        return 0;
    qsort(sizes, (size_t)known, sizeof(*sizes), by_size);
    return sizes[known / 2] * (1.4826 / 2.4494897427831779); /* sqrt(1 + 4 + 1) */
}

/* A parabola through the values, fitted by least squares: where it is at `at`, and by how much it
 * misses the values (root mean square). Slope and bend count as far as they stand out from chance:
 * t^2 / (t^2 + 9). */
static double fit(const double *values, int count, int at, double spread, double *miss)
{
    double basis[DEGREES][FTH_FLICKER_MOST], curve[FTH_FLICKER_MOST] = {0}, sum = 0;
    int degrees = FTH_MIN(DEGREES, count - 1);
    for (int d = 0; d < FTH_MAX(degrees, 1); d++) {
        for (int i = 0; i < count; i++)
            basis[d][i] = d == 0 ? 1 : d == 1 ? i - at : (double)(i - at) * (i - at);
        for (int e = 0; e < d; e++) { /* Gram and Schmidt */
            double share = value_of(basis[d], basis[e], count);
            for (int i = 0; i < count; i++)
                basis[d][i] -= share * basis[e][i];
        }
        double length = sqrt(value_of(basis[d], basis[d], count));
        for (int i = 0; i < count; i++)
            basis[d][i] /= length;
        double part = value_of(values, basis[d], count), square = part * part;
        if (d > 0)
            part *= square / (square + 9 * spread * spread + 1e-30);
        for (int i = 0; i < count; i++)
            curve[i] += part * basis[d][i];
    }
    for (int i = 0; i < count; i++)
        sum += (curve[i] - values[i]) * (curve[i] - values[i]);
    *miss = sqrt(sum / count);
    return curve[at];
}

/* By how much a value is below what the others make of it. Where no parabola goes through all
 * (within a fade) the nearer ones are asked alone. */
static double below(const double *values, int count, int at)
{
    enum { LEAST_REACH = 3 };
    double spread = spread_of(values, count), miss, found = 0;
    for (int reach = FTH_MAX(at, count - 1 - at); reach >= LEAST_REACH; reach--) {
        int first = FTH_MAX(at - reach, 0), last = FTH_MIN(at + reach, count - 1);
        found = fit(values + first, last - first + 1, at - first, spread, &miss) - values[at];
        if (miss <= 1.5 * spread)
            break;
    }
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
