/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as the name of a sequence, and as files in a folder: PATTERN, then a line a file. The
 * file that a pattern names for a frame is found by that pattern, under that number. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "fuzz.h"
#include "io/internal.h"

enum { MOST = 200, MOST_FILES = 8 }; /* bytes of a name; more must be refused, not tried */

static bool can_be_file(const char *name)
{
    return name[0] && strlen(name) < MOST && !strchr(name, '/') && strcmp(name, ".") != 0 &&
           strcmp(name, "..") != 0;
}

static void list_pattern(const char *pattern, const char *made, int64_t frame)
{
    struct fth_file_list list = {0};
    struct fth_error error = {0};
    bool found = false;
    enum fth_status status = fth_file_list_pattern(fuzz_path(pattern), &list, &error);
    fuzz_check_refusal(status, &error);
    for (size_t i = 0; status == FTH_OK && i < list.count; i++) {
        found |= list.items[i].frame == frame;
        if (i > 0 && list.items[i].frame < list.items[i - 1].frame)
            abort();
    }
    if (made && !found)
        abort();
    fth_file_list_clear(&list);
}

/* What fth_sequence_file names, made as a file: NULL when it cannot be, or is out of the range. */
static const char *make_file(const char *pattern, int64_t frame)
{
    static char name[FTH_LIMIT_PATH];
    struct fth_pattern parts;
    struct fth_error error = {0};
    enum fth_status status = fth_sequence_file(pattern, frame, name, sizeof(name), &error);
    fuzz_check_refusal(status, &error);
    if (status != FTH_OK || !can_be_file(name) || !fth_pattern_parse(pattern, &parts))
        return NULL;
    fuzz_write(name, (const uint8_t *)"", 0);
    return parts.ranged && (frame < parts.first || frame > parts.last) ? NULL : name;
}

FUZZ_TARGET(names)
{
    static const int64_t frames[] = {0, 1, -5, 99999, -1234567, 999999999999};
    char text[4096];
    if (size == 0 || size >= sizeof(text))
        return -1;
    memcpy(text, data, size);
    text[size] = '\0';
    char *rest = strchr(text, '\n');
    if (rest)
        *rest++ = '\0';
    int64_t frame = frames[size % (sizeof(frames) / sizeof(*frames))];
    const char *made = make_file(text, frame);
    for (int i = 0; rest && *rest && i < MOST_FILES; i++) {
        char *end = strchr(rest, '\n');
        if (end)
            *end = '\0';
        if (can_be_file(rest))
            fuzz_write(rest, (const uint8_t *)"", 0);
        rest = end ? end + 1 : NULL;
    }
    if (strlen(text) < MOST && !strchr(text, '/'))
        list_pattern(text, made, frame);
    struct fth_file_list list = {0};
    struct fth_error error = {0};
    fuzz_check_refusal(fth_file_list_folder(fuzz_path(""), &list, &error), &error);
    fth_file_list_clear(&list);
    fuzz_clean();
    return 0;
}
