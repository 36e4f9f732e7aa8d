/* SPDX-License-Identifier: Apache-2.0 */
/* Paths joined and taken apart. */
#include "base/path.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"

char *fth_path_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = fth_strdup(path);
    if (folder)
        folder[!slash ? 0 : slash == path ? 1 : slash - path] = '\0';
    return folder;
}

static bool stays(const char *folder, const char *path)
{
    return !folder || !folder[0] || !path[0] || path[0] == '/' || strcmp(path, "-") == 0;
}

char *fth_path_join(const char *folder, const char *path)
{
    if (stays(folder, path))
        return fth_strdup(path);
    struct fth_text text = {0};
    bool has_slash = folder[strlen(folder) - 1] == '/';
    fth_text_append(&text, "%s%s%s", folder, has_slash ? "" : "/", path);
    if (text.failed)
        fth_text_clear(&text);
    return text.data;
}

/* Absolute, without "." and "..", with a slash at the end of every part. */
static bool normalise(const char *path, struct fth_text *text)
{
    char current[FTH_LIMIT_PATH];
    const char *const parts[] = {current, path};
    if (path[0] != '/' && !getcwd(current, sizeof(current)))
        return false;
    fth_text_append(text, "/");
    for (int i = path[0] == '/'; i < 2; i++) {
        for (const char *at = parts[i]; *at && !text->failed;) {
            size_t length = strcspn(at, "/");
            if (length == 2 && memcmp(at, "..", 2) == 0) {
                while (text->length > 1 && text->data[--text->length - 1] != '/')
                    ;
                text->data[text->length] = '\0';
            } else if (length && !(length == 1 && *at == '.')) {
                fth_text_append_bytes(text, at, length);
                fth_text_append(text, "/");
            }
            at += length + (at[length] == '/');
        }
    }
    return !text->failed;
}

/* From one to the other, both normalised. */
static char *lead(const char *from, const char *to)
{
    struct fth_text text = {0};
    size_t same = 0;
    for (size_t i = 0; from[i] && from[i] == to[i]; i++) {
        if (from[i] == '/')
            same = i + 1;
    }
    for (const char *at = from + same; *at; at++) {
        if (*at == '/')
            fth_text_append(&text, "../");
    }
    fth_text_append(&text, "%s", to + same);
    if (text.length > 0 && !text.failed)
        text.data[--text.length] = '\0'; /* the slash behind the last part */
    if (text.failed)
        fth_text_clear(&text);
    return text.data;
}

char *fth_path_relative(const char *folder, const char *path)
{
    struct fth_text from = {0}, to = {0};
    char *made = NULL;
    bool is_absolute = path[0] == '/';
    if ((!folder || !folder[0]) && !is_absolute)
        return fth_strdup(path);
    if (!path[0] || strcmp(path, "-") == 0)
        return fth_strdup(path);
    if (normalise(folder ? folder : "", &from) && normalise(path, &to)) {
        bool is_inside = strncmp(to.data, from.data, from.length) == 0;
        bool as_is = is_absolute && (!is_inside || !folder || folder[0] != '/');
        made = as_is ? fth_strdup(path) : lead(from.data, to.data);
    }
    fth_text_clear(&from);
    fth_text_clear(&to);
    return made;
}
