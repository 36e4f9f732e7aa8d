/* SPDX-License-Identifier: Apache-2.0 */
/* What file names mean: patterns with a frame number, and the files on disk that they or a folder
 * stand for. */
#include "io/internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

enum { MAX_DIGITS = 12, MAX_FILES = 4 << 20 };

static const char *file_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static size_t count_digits(const char *text)
{
    return strspn(text, "0123456789");
}

/* "[A-B]" at `at`; returns its length, or 0. */
static size_t parse_range(const char *at, struct fth_pattern *pattern)
{
    size_t a = count_digits(at + 1);
    if (a == 0 || a > MAX_DIGITS || at[1 + a] != '-')
        return 0;
    size_t b = count_digits(at + 2 + a);
    if (b == 0 || b > MAX_DIGITS || at[2 + a + b] != ']')
        return 0;
    pattern->ranged = true;
    pattern->first = strtoll(at + 1, NULL, 10);
    pattern->last = strtoll(at + 2 + a, NULL, 10);
    pattern->digit_count = (int)a;
    return a + b + 3;
}

/* "%d", "%04d" at `at`; returns its length, or 0. */
static size_t parse_percent(const char *at, struct fth_pattern *pattern)
{
    size_t digits = count_digits(at + 1);
    if (at[1 + digits] != 'd' || digits > 3 || (digits && at[1] != '0'))
        return 0;
    long width = digits ? strtol(at + 1, NULL, 10) : 1;
    if (width > MAX_DIGITS)
        return 0;
    pattern->digit_count = width < 1 ? 1 : (int)width;
    return digits + 2;
}

bool fth_pattern_parse(const char *path, struct fth_pattern *pattern)
{
    for (const char *at = file_part(path); *at; at++) {
        struct fth_pattern found = {.prefix_length = (size_t)(at - path)};
        size_t length = 0;
        if (*at == '#') {
            length = strspn(at, "#");
            found.digit_count = (int)FTH_MIN(length, MAX_DIGITS);
        } else if (*at == '%') {
            length = parse_percent(at, &found);
        } else if (*at == '[') {
            length = parse_range(at, &found);
        }
        if (length > 0) {
            found.suffix = at + length;
            *pattern = found;
            return true;
        }
    }
    return false;
}

bool fth_sequence_is_pattern(const char *path)
{
    struct fth_pattern pattern;
    return fth_pattern_parse(path, &pattern);
}

enum fth_status fth_sequence_file(const char *path, int64_t frame, char *text, size_t size,
                                  struct fth_error *error)
{
    struct fth_pattern pattern;
    if (!fth_pattern_parse(path, &pattern))
        return fth_fail(error, FTH_ERR_USAGE, "%s: has no place for a frame number (####)", path);
    char name[FTH_LIMIT_PATH];
    /* a sign counts among the digits, as printf has it: frame -5 of #### is -005 */
    int length = snprintf(name, sizeof(name), "%.*s%0*lld%s", (int)pattern.prefix_length, path,
                          pattern.digit_count, (long long)frame, pattern.suffix);
    if (length < 0 || (size_t)length >= FTH_MIN(size, sizeof(name)))
        return fth_fail(error, FTH_ERR_LIMIT, "%.100s...: file name too long, the limit is %zu",
                        path, FTH_MIN(size, sizeof(name)) - 1);
    memcpy(text, name, (size_t)length + 1);
    return FTH_OK;
}

bool fth_name_is_still(const char *path)
{
    static const char *const suffixes[] = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr", ".pfm",
                                           ".bmp", ".webp", ".dpx", ".tga", ".jp2", ".ppm", ".pgm"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(suffixes); i++)
        if (fth_ends_with(path, suffixes[i]))
            return true;
    return false;
}

void fth_file_list_clear(struct fth_file_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        fth_free(list->items[i].path);
    fth_free(list->items);
    *list = (struct fth_file_list){0};
}

static enum fth_status add_file(struct fth_file_list *list, const char *folder, const char *name,
                                int64_t frame, struct fth_error *error)
{
    if (list->count >= MAX_FILES)
        return fth_fail(error, FTH_ERR_LIMIT, "%s: more than %d pictures", folder, MAX_FILES);
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 64;
        struct fth_file_item *items = fth_realloc(list->items, capacity, sizeof(*items));
        if (!items)
            return fth_fail_memory(error, capacity * sizeof(*items), folder);
        list->items = items;
        list->capacity = capacity;
    }
    struct fth_text path = {0};
    fth_text_append(&path, "%s%s", folder, name);
    if (path.failed || !path.data)
        return fth_fail_memory(error, strlen(name), folder);
    list->items[list->count++] = (struct fth_file_item){frame, path.data};
    return FTH_OK;
}

/* The frame number in `name`; false when that does not fit the pattern. Below 0 the sign may count
 * among the digits (-005) or stand before them (-0005): programs differ. Digits that the pattern
 * itself goes on with (shot.###00.exr) are not the number's. */
static bool number_in_name(const char *name, const char *stem, size_t stem_length,
                           const struct fth_pattern *pattern, int64_t *number)
{
    if (strncmp(name, stem, stem_length) != 0)
        return false;
    const char *at = name + stem_length;
    size_t sign = at[0] == '-', digits = count_digits(at + sign);
    size_t least = (size_t)pattern->digit_count, own = count_digits(pattern->suffix);
    digits -= FTH_MIN(own, digits);
    bool too_long = digits > least && at[sign] == '0';
    if (digits == 0 || digits + sign < least || digits > MAX_DIGITS || too_long ||
        strcmp(at + sign + digits, pattern->suffix) != 0)
        return false;
    char text[MAX_DIGITS + 2] = "";
    memcpy(text, at, sign + digits);
    *number = strtoll(text, NULL, 10);
    return (*number < 0) == (sign > 0) && (!pattern->ranged || (*number >= pattern->first &&
                                                                *number <= pattern->last));
}

static int by_frame(const void *a, const void *b)
{
    const struct fth_file_item *x = a, *y = b;
    return x->frame < y->frame ? -1 : x->frame > y->frame;
}

static int by_path(const void *a, const void *b)
{
    const struct fth_file_item *x = a, *y = b;
    return strcmp(x->path, y->path);
}

static enum fth_status open_folder(const char *folder, DIR **dir, struct fth_error *error)
{
    *dir = opendir(*folder ? folder : ".");
    if (*dir)
        return FTH_OK;
    return fth_fail(error, errno == ENOENT ? FTH_ERR_NOT_FOUND : FTH_ERR_IO,
                    "%s: cannot read the folder: %s", *folder ? folder : ".", strerror(errno));
}

enum fth_status fth_file_list_pattern(const char *path, struct fth_file_list *list,
                                      struct fth_error *error)
{
    struct fth_pattern pattern;
    if (!fth_pattern_parse(path, &pattern))
        return fth_fail(error, FTH_ERR_USAGE, "%s: has no place for a frame number (####)", path);
    const char *stem = file_part(path);
    char *folder = fth_strdup(path);
    if (!folder)
        return fth_fail_memory(error, strlen(path), path);
    folder[stem - path] = '\0';
    size_t stem_length = pattern.prefix_length - (size_t)(stem - path);
    DIR *dir = NULL;
    enum fth_status status = open_folder(folder, &dir, error);
    for (struct dirent *entry;
         status == FTH_OK && (entry = fth_folder_next(dir, folder, &status, error));) {
        int64_t frame;
        if (number_in_name(entry->d_name, stem, stem_length, &pattern, &frame))
            status = add_file(list, folder, entry->d_name, frame, error);
    }
    if (dir)
        closedir(dir);
    if (status == FTH_OK && list->count == 0)
        status = fth_fail(error, FTH_ERR_NOT_FOUND, "%s: no file of this sequence is there", path);
    if (list->count > 0)
        qsort(list->items, list->count, sizeof(*list->items), by_frame);
    fth_free(folder);
    return status;
}

enum fth_status fth_file_list_folder(const char *path, struct fth_file_list *list,
                                     struct fth_error *error)
{
    struct fth_text folder = {0};
    size_t length = strlen(path);
    fth_text_append(&folder, "%s%s", path, length && path[length - 1] == '/' ? "" : "/");
    if (folder.failed || !folder.data)
        return fth_fail_memory(error, length, path);
    DIR *dir = NULL;
    enum fth_status status = open_folder(folder.data, &dir, error);
    for (struct dirent *entry;
         status == FTH_OK && (entry = fth_folder_next(dir, folder.data, &status, error));)
        if (entry->d_name[0] != '.' && fth_name_is_still(entry->d_name))
            status = add_file(list, folder.data, entry->d_name, 0, error);
    if (dir)
        closedir(dir);
    if (status == FTH_OK && list->count == 0)
        status = fth_fail(error, FTH_ERR_NOT_FOUND, "%s: no picture in this folder", path);
    if (list->count > 0)
        qsort(list->items, list->count, sizeof(*list->items), by_path);
    for (size_t i = 0; i < list->count; i++)
        list->items[i].frame = (int64_t)i + 1;
    fth_text_clear(&folder);
    return status;
}
