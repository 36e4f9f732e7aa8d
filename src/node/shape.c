/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes in and out of JSON, and on their way between two keyframes. */
#include "node/shape.h"

#include <math.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

/* ---- one shape, or between two ---- */

bool fth_shapes_match(const struct fth_shape *a, const struct fth_shape *b)
{
    if (!a || !b || a->path_count != b->path_count)
        return false;
    for (size_t i = 0; i < a->path_count; i++) {
        if (a->paths[i].count != b->paths[i].count || a->paths[i].closed != b->paths[i].closed)
            return false;
    }
    return true;
}

/* The shape that counts, and the one it is mixed with or NULL. */
static const struct fth_shape *mixed(const struct fth_shape_at *at, const struct fth_shape **with)
{
    bool mixes = at->to && at->share > 0 && at->share < 1 && fth_shapes_match(at->from, at->to);
    *with = mixes ? at->to : NULL;
    return at->to && at->share >= 1 ? at->to : at->from;
}

static double mix(double a, double b, double share)
{
    return a + (b - a) * share;
}

size_t fth_shape_path_count(const struct fth_shape_at *at)
{
    const struct fth_shape *with, *shape = mixed(at, &with);
    return shape ? shape->path_count : 0;
}

/* What the node decides itself (-1) on either side is not mixed. */
static double mix_own(double a, double b, double share)
{
    return a < 0 || b < 0 ? a : mix(a, b, share);
}

struct fth_shape_path fth_shape_path(const struct fth_shape_at *at, size_t index)
{
    const struct fth_shape *with, *shape = mixed(at, &with);
    struct fth_shape_path path = shape->paths[index];
    if (with) {
        const struct fth_shape_path *other = &with->paths[index];
        path.size = mix_own(path.size, other->size, at->share);
        path.softness = mix_own(path.softness, other->softness, at->share);
        path.opacity = mix_own(path.opacity, other->opacity, at->share);
    }
    return path;
}

struct fth_shape_point fth_shape_point(const struct fth_shape_at *at, size_t index)
{
    const struct fth_shape *with, *shape = mixed(at, &with);
    struct fth_shape_point point = shape->points[index];
    if (!with)
        return point;
    const struct fth_shape_point *b = &with->points[index];
    return (struct fth_shape_point){mix(point.x, b->x, at->share), mix(point.y, b->y, at->share),
                                    mix(point.in_x, b->in_x, at->share),
                                    mix(point.in_y, b->in_y, at->share),
                                    mix(point.out_x, b->out_x, at->share),
                                    mix(point.out_y, b->out_y, at->share)};
}

static size_t point_count(const struct fth_shape_at *at)
{
    const struct fth_shape *with, *shape = mixed(at, &with);
    return shape ? shape->point_count : 0;
}

static bool paths_equal(const struct fth_shape_path *a, const struct fth_shape_path *b)
{
    return a->first == b->first && a->count == b->count && a->closed == b->closed &&
           a->size == b->size && a->softness == b->softness && a->opacity == b->opacity &&
           a->erase == b->erase;
}

static bool points_equal(const struct fth_shape_point *a, const struct fth_shape_point *b)
{
    return a->x == b->x && a->y == b->y && a->in_x == b->in_x && a->in_y == b->in_y &&
           a->out_x == b->out_x && a->out_y == b->out_y;
}

bool fth_shape_equal(const struct fth_shape_at *a, const struct fth_shape_at *b)
{
    size_t paths = fth_shape_path_count(a), points = point_count(a);
    if (paths != fth_shape_path_count(b) || points != point_count(b))
        return false;
    for (size_t i = 0; i < paths; i++) {
        struct fth_shape_path one = fth_shape_path(a, i), other = fth_shape_path(b, i);
        if (!paths_equal(&one, &other))
            return false;
    }
    for (size_t i = 0; i < points; i++) {
        struct fth_shape_point one = fth_shape_point(a, i), other = fth_shape_point(b, i);
        if (!points_equal(&one, &other))
            return false;
    }
    return true;
}

void fth_shape_hash(const struct fth_shape_at *at, struct fth_hasher *hasher)
{
    size_t paths = fth_shape_path_count(at), points = point_count(at);
    fth_hash_int(hasher, (int64_t)paths);
    for (size_t i = 0; i < paths; i++) {
        struct fth_shape_path path = fth_shape_path(at, i);
        fth_hash_int(hasher, (int64_t)path.count);
        fth_hash_int(hasher, path.closed);
        fth_hash_double(hasher, path.size);
        fth_hash_double(hasher, path.softness);
        fth_hash_double(hasher, path.opacity);
        fth_hash_int(hasher, path.erase);
    }
    for (size_t i = 0; i < points; i++) {
        struct fth_shape_point p = fth_shape_point(at, i);
        const double numbers[] = {p.x, p.y, p.in_x, p.in_y, p.out_x, p.out_y};
        for (size_t k = 0; k < FTH_ARRAY_COUNT(numbers); k++)
            fth_hash_double(hasher, numbers[k]);
    }
}

/* ---- made and ended ---- */

/* One block holds a shape and all it is made of, so that ending it is one step. */
struct block {
    struct fth_shape shape; /* stays the first member */
    struct fth_shape_path *paths;
    struct fth_shape_point *points;
};

static enum fth_status make(size_t paths, size_t points, struct block **block,
                            struct fth_error *error)
{
    size_t size = sizeof(struct block) + paths * sizeof(struct fth_shape_path) +
                  points * sizeof(struct fth_shape_point);
    struct block *made = fth_alloc(1, size);
    if (!made)
        return fth_fail_memory(error, size, "a shape");
    made->paths = (struct fth_shape_path *)(made + 1);
    made->points = (struct fth_shape_point *)(made->paths + paths);
    made->shape = (struct fth_shape){paths, points, made->paths, made->points};
    *block = made;
    return FTH_OK;
}

void fth_shape_destroy(struct fth_shape **shape)
{
    if (!shape)
        return;
    fth_free(*shape);
    *shape = NULL;
}

enum fth_status fth_shape_copy(const struct fth_shape_at *at, struct fth_shape **copy,
                               struct fth_error *error)
{
    size_t paths = fth_shape_path_count(at), points = point_count(at);
    struct block *block = NULL;
    enum fth_status status = paths ? make(paths, points, &block, error) : FTH_OK;
    if (status != FTH_OK)
        return status;
    for (size_t i = 0; i < paths; i++)
        block->paths[i] = fth_shape_path(at, i);
    for (size_t i = 0; i < points; i++)
        block->points[i] = fth_shape_point(at, i);
    *copy = block ? &block->shape : NULL;
    return FTH_OK;
}

/* ---- JSON in ---- */

/* Where in a shape something is wrong; counted from 1, for people. */
struct reader {
    const struct fth_param *param;
    size_t path, point;
    struct fth_error *error;
};

static enum fth_status refuse(const struct reader *reader, const char *what)
{
    return fth_fail(reader->error, FTH_ERR_USAGE, "parameter '%s': path %zu%s", reader->param->id,
                    reader->path + 1, what);
}

static enum fth_status read_coordinate(const struct reader *reader, const struct fth_json *json,
                                       double *number)
{
    const struct fth_param *param = reader->param;
    double value = fth_json_number(json, NAN);
    char text[3][32];
    if (fth_json_kind(json) != FTH_JSON_NUMBER)
        return fth_fail(reader->error, FTH_ERR_USAGE,
                        "parameter '%s': point %zu of path %zu is not made of numbers", param->id,
                        reader->point + 1, reader->path + 1);
    if (!(value >= param->min && value <= param->max))
        return fth_fail(reader->error, FTH_ERR_USAGE,
                        "parameter '%s': point %zu of path %zu: %s is outside %s..%s", param->id,
                        reader->point + 1, reader->path + 1, fth_print_double(value, text[0]),
                        fth_print_double(param->min, text[1]),
                        fth_print_double(param->max, text[2]));
    *number = value;
    return FTH_OK;
}

static enum fth_status read_point(const struct reader *reader, const struct fth_json *json,
                                  struct fth_shape_point *point)
{
    double numbers[6] = {0};
    size_t count = fth_json_kind(json) == FTH_JSON_ARRAY ? fth_json_count(json) : 0;
    if (count != 2 && count != 6)
        return fth_fail(reader->error, FTH_ERR_USAGE,
                        "parameter '%s': point %zu of path %zu is not [x, y] or [x, y, in_x, in_y, "
                        "out_x, out_y]",
                        reader->param->id, reader->point + 1, reader->path + 1);
    for (size_t i = 0; i < count; i++) {
        enum fth_status status = read_coordinate(reader, fth_json_at(json, i), &numbers[i]);
        if (status != FTH_OK)
            return status;
    }
    *point = (struct fth_shape_point){numbers[0], numbers[1], numbers[2],
                                      numbers[3], numbers[4], numbers[5]};
    return FTH_OK;
}

/* A number of the brush, in 0..1; absent: -1. */
static enum fth_status read_brush(const struct reader *reader, const struct fth_json *json,
                                  const char *key, double *number)
{
    const struct fth_json *member = fth_json_get(json, key);
    double value = fth_json_number(member, -1);
    if (member && !(fth_json_kind(member) == FTH_JSON_NUMBER && value >= 0 && value <= 1))
        return fth_fail(reader->error, FTH_ERR_USAGE,
                        "parameter '%s': path %zu: \"%s\" is a number from 0 to 1",
                        reader->param->id, reader->path + 1, key);
    *number = value;
    return FTH_OK;
}

static enum fth_status read_switch(const struct reader *reader, const struct fth_json *json,
                                   const char *key, int *on)
{
    const struct fth_json *member = fth_json_get(json, key);
    if (!member)
        return FTH_OK;
    if (fth_json_kind(member) != FTH_JSON_BOOL)
        return fth_fail(reader->error, FTH_ERR_USAGE,
                        "parameter '%s': path %zu: \"%s\" is true or false", reader->param->id,
                        reader->path + 1, key);
    *on = fth_json_bool(member, false);
    return FTH_OK;
}

static enum fth_status check_members(const struct reader *reader, const struct fth_json *json)
{
    static const char *const known[] = {"points",   "closed",  "size",
                                        "softness", "opacity", "erase"};
    for (size_t i = 0; i < fth_json_count(json); i++) {
        const char *key = fth_json_key_at(json, i);
        size_t at = 0;
        while (at < FTH_ARRAY_COUNT(known) && strcmp(key, known[at]) != 0)
            at++;
        const char *nearest = fth_nearest_word(key, known, FTH_ARRAY_COUNT(known));
        if (at == FTH_ARRAY_COUNT(known))
            return fth_fail(reader->error, FTH_ERR_USAGE,
                            "parameter '%s': path %zu has no \"%.40s\"%s%s%s", reader->param->id,
                            reader->path + 1, key, nearest ? "; did you mean \"" : "",
                            nearest ? nearest : "", nearest ? "\"?" : "");
    }
    return FTH_OK;
}

/* How many points a path has; also says what it should be when it is no path. */
static enum fth_status count_points(const struct reader *reader, const struct fth_json *json,
                                    size_t *count)
{
    const struct fth_json *points = fth_json_get(json, "points");
    if (fth_json_kind(json) != FTH_JSON_OBJECT)
        return refuse(reader, " is not {\"points\": [[x, y], ...], \"closed\": true}");
    if (fth_json_kind(points) != FTH_JSON_ARRAY || fth_json_count(points) == 0)
        return refuse(reader, " has no list of \"points\"");
    *count = fth_json_count(points);
    return check_members(reader, json);
}

static enum fth_status read_path(struct reader *reader, const struct fth_json *json,
                                 struct fth_shape_path *path, struct fth_shape_point *points)
{
    const struct fth_json *list = fth_json_get(json, "points");
    enum fth_status status = read_brush(reader, json, "size", &path->size);
    path->closed = 1;
    path->erase = -1;
    if (status == FTH_OK)
        status = read_brush(reader, json, "softness", &path->softness);
    if (status == FTH_OK)
        status = read_brush(reader, json, "opacity", &path->opacity);
    if (status == FTH_OK)
        status = read_switch(reader, json, "erase", &path->erase);
    if (status == FTH_OK)
        status = read_switch(reader, json, "closed", &path->closed);
    for (reader->point = 0; reader->point < path->count && status == FTH_OK; reader->point++)
        status = read_point(reader, fth_json_at(list, reader->point),
                            &points[path->first + reader->point]);
    return status;
}

static enum fth_status check_count(const struct fth_param *param, size_t count, size_t limit,
                                   const char *what, struct fth_error *error)
{
    if (count <= limit)
        return FTH_OK;
    return fth_fail(error, FTH_ERR_LIMIT, "parameter '%s': a shape of %zu %s, the limit is %zu",
                    param->id, count, what, limit);
}

/* The path at `index`, of a list or of the one path there is. */
static const struct fth_json *path_json(const struct fth_json *json, size_t index)
{
    return fth_json_kind(json) == FTH_JSON_ARRAY ? fth_json_at(json, index) : json;
}

static enum fth_status count_all(const struct fth_param *param, const struct fth_json *json,
                                 size_t paths, size_t *points, struct fth_error *error)
{
    struct reader reader = {.param = param, .error = error};
    size_t sum = 0;
    for (; reader.path < paths; reader.path++) {
        size_t count = 0;
        enum fth_status status = count_points(&reader, path_json(json, reader.path), &count);
        sum += count;
        if (status == FTH_OK)
            status = check_count(param, sum, FTH_LIMIT_SHAPE_POINTS, "points", error);
        if (status != FTH_OK)
            return status;
    }
    *points = sum;
    return FTH_OK;
}

enum fth_status fth_shape_read(const struct fth_param *param, const struct fth_json *json,
                               struct fth_shape **shape, struct fth_error *error)
{
    enum fth_json_kind kind = fth_json_kind(json);
    size_t paths = kind == FTH_JSON_ARRAY ? fth_json_count(json) : 1, points = 0, first = 0;
    struct block *block = NULL;
    struct reader reader = {.param = param, .error = error};
    if (kind != FTH_JSON_ARRAY && kind != FTH_JSON_OBJECT)
        return fth_fail(error, FTH_ERR_USAGE,
                        "parameter '%s' takes a shape, {\"points\": [[x, y], ...], \"closed\": "
                        "true}, or a list of such",
                        param->id);
    enum fth_status status =
        check_count(param, paths, FTH_LIMIT_SHAPE_PATHS, "paths", error);
    if (status == FTH_OK)
        status = count_all(param, json, paths, &points, error);
    if (status == FTH_OK && paths)
        status = make(paths, points, &block, error);
    for (; block && reader.path < paths && status == FTH_OK; reader.path++) {
        const struct fth_json *item = path_json(json, reader.path);
        struct fth_shape_path *path = &block->paths[reader.path];
        path->first = first;
        path->count = fth_json_count(fth_json_get(item, "points"));
        first += path->count;
        status = read_path(&reader, item, path, block->points);
    }
    if (status == FTH_OK)
        *shape = block ? &block->shape : NULL;
    else
        fth_free(block);
    return status;
}

enum fth_status fth_shape_parse(const struct fth_param *param, const char *text,
                                struct fth_shape **shape, struct fth_error *error)
{
    struct fth_json *json = NULL;
    size_t length = strlen(text);
    if (length >= FTH_LIMIT_SHAPE_TEXT)
        return fth_fail(error, FTH_ERR_LIMIT, "parameter '%s': %zu bytes of text, the limit is %d",
                        param->id, length, FTH_LIMIT_SHAPE_TEXT - 1);
    enum fth_status status = fth_json_parse(text, length, "shape", &json, error);
    if (status == FTH_ERR_MEMORY)
        return status;
    if (status != FTH_OK) {
        fth_error_prefix(error, "parameter '%s' takes a shape as JSON", param->id);
        return error ? (error->status = FTH_ERR_USAGE) : FTH_ERR_USAGE;
    }
    status = fth_shape_read(param, json, shape, error);
    fth_json_destroy(&json);
    return status;
}

/* ---- JSON out ---- */

/* The numbers of a point that are written: 2, or 6 when it has handles. */
static size_t point_numbers(const struct fth_shape_at *at, size_t index, double numbers[6])
{
    struct fth_shape_point p = fth_shape_point(at, index);
    const double all[6] = {p.x, p.y, p.in_x, p.in_y, p.out_x, p.out_y};
    memcpy(numbers, all, sizeof(all));
    return p.in_x != 0 || p.in_y != 0 || p.out_x != 0 || p.out_y != 0 ? 6 : 2;
}

static struct fth_json *write_path(const struct fth_shape_at *at, size_t index)
{
    struct fth_shape_path path = fth_shape_path(at, index);
    struct fth_json *object = fth_json_new(FTH_JSON_OBJECT), *list = fth_json_new(FTH_JSON_ARRAY);
    for (size_t i = 0; i < path.count; i++) {
        struct fth_json *point = fth_json_new(FTH_JSON_ARRAY);
        double numbers[6];
        size_t count = point_numbers(at, path.first + i, numbers);
        for (size_t k = 0; k < count; k++)
            fth_json_add(point, fth_json_new_number(numbers[k]));
        fth_json_add(list, point);
    }
    fth_json_set(object, "points", list);
    fth_json_set_bool(object, "closed", path.closed);
    if (path.size >= 0)
        fth_json_set_number(object, "size", path.size);
    if (path.softness >= 0)
        fth_json_set_number(object, "softness", path.softness);
    if (path.opacity >= 0)
        fth_json_set_number(object, "opacity", path.opacity);
    if (path.erase >= 0)
        fth_json_set_bool(object, "erase", path.erase);
    return object;
}

struct fth_json *fth_shape_write(const struct fth_shape_at *at)
{
    size_t paths = fth_shape_path_count(at);
    if (paths == 1)
        return write_path(at, 0);
    struct fth_json *list = fth_json_new(FTH_JSON_ARRAY);
    for (size_t i = 0; i < paths; i++)
        fth_json_add(list, write_path(at, i));
    return list;
}

static void print_path(struct fth_text *text, const struct fth_shape_at *at, size_t index)
{
    struct fth_shape_path path = fth_shape_path(at, index);
    const double brush[] = {path.size, path.softness, path.opacity};
    static const char *const names[] = {"size", "softness", "opacity"};
    char word[32];
    fth_text_append(text, "{\"points\": [");
    for (size_t i = 0; i < path.count; i++) {
        double numbers[6];
        size_t count = point_numbers(at, path.first + i, numbers);
        for (size_t k = 0; k < count; k++)
            fth_text_append(text, "%s%s", k ? ", " : i ? ", [" : "[",
                            fth_print_double(numbers[k], word));
        fth_text_append(text, "]");
    }
    fth_text_append(text, "], \"closed\": %s", path.closed ? "true" : "false");
    for (size_t i = 0; i < FTH_ARRAY_COUNT(brush); i++) {
        if (brush[i] >= 0)
            fth_text_append(text, ", \"%s\": %s", names[i], fth_print_double(brush[i], word));
    }
    if (path.erase >= 0)
        fth_text_append(text, ", \"erase\": %s", path.erase ? "true" : "false");
    fth_text_append(text, "}");
}

char *fth_shape_print(const struct fth_shape_at *at)
{
    struct fth_text text = {0};
    size_t paths = fth_shape_path_count(at);
    fth_text_append(&text, "%s", paths == 1 ? "" : "[");
    for (size_t i = 0; i < paths; i++) {
        fth_text_append(&text, "%s", i ? ", " : "");
        print_path(&text, at, i);
    }
    fth_text_append(&text, "%s", paths == 1 ? "" : "]");
    if (text.failed)
        fth_text_clear(&text);
    return text.data;
}
