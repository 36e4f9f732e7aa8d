/* SPDX-License-Identifier: Apache-2.0 */
/* The words by which files tell what their depth means, in and out. */
#include "io/depth_tags.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

enum { SIDECAR_LIMIT = 64 << 10 };

static enum fth_depth_encoding find_encoding(const char *name)
{
    for (int e = FTH_ENCODED_DISPARITY; e <= FTH_ENCODED_LOG; e++)
        if (strcmp(fth_depth_encoding_name((enum fth_depth_encoding)e), name) == 0)
            return (enum fth_depth_encoding)e;
    return FTH_ENCODED_UNKNOWN;
}

void fth_depth_tags_take(struct fth_depth_tags *tags, const char *name, const char *value)
{
    const struct {
        const char *name;
        char *text;
        size_t size;
        double *number;
    } known[] = {
        {"fathom/encoding", tags->encoding, sizeof(tags->encoding), NULL},
        {"fathom/units", tags->units, sizeof(tags->units), NULL},
        {"fathom/model", tags->model, sizeof(tags->model), NULL},
        {"fathom/licence", tags->licence, sizeof(tags->licence), NULL},
        {"fathom/meaning", tags->meaning, sizeof(tags->meaning), NULL},
        {"fathom/source", tags->source, sizeof(tags->source), NULL},
        {"fathom/near_m", NULL, 0, &tags->near_m},
        {"fathom/far_m", NULL, 0, &tags->far_m},
        {"fathom/scale", NULL, 0, &tags->scale},
        {"fathom/shift", NULL, 0, &tags->shift},
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(known); i++) {
        double number = 0;
        if (strcmp(known[i].name, name) != 0)
            continue;
        if (known[i].text)
            snprintf(known[i].text, known[i].size, "%s", value);
        else if (fth_parse_double(value, &number))
            *known[i].number = number;
    }
}

void fth_depth_tags_apply(const struct fth_depth_tags *tags, struct fth_image *image)
{
    enum fth_depth_encoding encoding = find_encoding(tags->encoding);
    if (encoding == FTH_ENCODED_UNKNOWN)
        return;
    bool ranged = tags->near_m > 0 && tags->far_m > tags->near_m && isfinite(tags->far_m);
    bool raw = tags->scale == 1 && tags->shift == 0 && !ranged;
    image->depth_encoding = encoding;
    image->near_m = ranged ? tags->near_m : 0;
    image->far_m = ranged ? tags->far_m : 0;
    image->range_is_given = ranged && strcmp(tags->units, "relative") == 0;
    image->depth = FTH_DEPTH_RELATIVE_INVERSE;
    if (encoding == FTH_ENCODED_LINEAR || encoding == FTH_ENCODED_LOG)
        image->depth = FTH_DEPTH_NORMALISED;
    else if (strcmp(tags->units, "m") == 0)
        image->depth = FTH_DEPTH_METRIC_Z;
    else if (strcmp(tags->units, "1/m") == 0 && raw)
        image->depth = FTH_DEPTH_METRIC_INVERSE;
    memcpy(image->depth_model, tags->model, sizeof(tags->model));
    memcpy(image->depth_licence, tags->licence, sizeof(tags->licence));
    memcpy(image->depth_meaning, tags->meaning, sizeof(tags->meaning));
    struct fth_key source;
    if (fth_key_parse(tags->source, &source))
        image->depth_source = source;
}

void fth_depth_tags_take_text(struct fth_image *image, const char *text)
{
    struct fth_depth_tags tags = {0};
    char line[256];
    while (*text) {
        size_t length = strcspn(text, "\n");
        const char *equals = memchr(text, '=', length);
        if (equals && length < sizeof(line)) {
            memcpy(line, text, length);
            line[length] = '\0';
            line[equals - text] = '\0';
            fth_depth_tags_take(&tags, line, line + (equals - text) + 1);
        }
        text += length + (text[length] == '\n');
    }
    fth_depth_tags_apply(&tags, image);
}

#define COLOUR "fathom/colour"

void fth_colour_words_take(struct fth_footage *footage, const char *name, const char *value)
{
    if (strcmp(name, COLOUR) == 0 && strlen(value) < sizeof(footage->colour))
        strcpy(footage->colour, value);
}

void fth_colour_words_take_text(struct fth_footage *footage, const char *text)
{
    char value[sizeof(footage->colour)];
    const char *at = text;
    while ((at = strstr(at, COLOUR "="))) {
        bool begins = at == text || at[-1] == '\n';
        at += sizeof(COLOUR);
        size_t length = strcspn(at, "\r\n");
        if (!begins || length >= sizeof(value))
            continue;
        memcpy(value, at, length);
        value[length] = '\0';
        fth_colour_words_take(footage, COLOUR, value);
    }
}

char *fth_depth_tags_print(const char *const *list)
{
    struct fth_text text = {0};
    for (; list && list[0]; list += 2)
        fth_text_append(&text, "%s=%s%s", list[0], list[1], list[2] ? "\n" : "");
    if (!text.failed)
        return text.data ? text.data : fth_strdup("");
    fth_text_clear(&text);
    return NULL;
}

/* ---- beside the file */

static char *sidecar_name(const char *path)
{
    struct fth_text name = {0};
    fth_text_append(&name, "%s.json", path);
    if (!name.failed)
        return name.data;
    fth_text_clear(&name);
    return NULL;
}

/* The object in PATH.json that says how depth is encoded; *root stays NULL when there is none. */
static enum fth_status open_sidecar(const char *name, struct fth_json **root,
                                    struct fth_error *error)
{
    void *bytes = NULL;
    size_t size = 0;
    struct stat info;
    if (stat(name, &info) != 0 ? errno == ENOENT || errno == ENAMETOOLONG
                               : !S_ISREG(info.st_mode) || info.st_size > SIDECAR_LIMIT)
        return FTH_OK; /* none, or somebody else's */
    enum fth_status status = fth_file_read(name, SIDECAR_LIMIT, &bytes, &size, error);
    if (status != FTH_OK)
        return status;
    if (fth_json_parse(bytes, size, name, root, NULL) == FTH_OK &&
        !fth_json_text(fth_json_get(*root, "fathom/encoding"), NULL))
        fth_json_destroy(root);
    fth_free(bytes);
    return FTH_OK;
}

enum fth_status fth_depth_sidecar_read(const char *path, struct fth_image *image,
                                       struct fth_error *error)
{
    struct fth_depth_tags tags = {0};
    struct fth_json *root = NULL;
    char *name = sidecar_name(path);
    if (!name)
        return fth_fail_memory(error, strlen(path), path);
    enum fth_status status = open_sidecar(name, &root, error);
    const char *key;
    for (size_t i = 0; root && (key = fth_json_key_at(root, i)); i++)
        fth_depth_tags_take(&tags, key, fth_json_text(fth_json_get(root, key), ""));
    if (root)
        fth_depth_tags_apply(&tags, image);
    fth_json_destroy(&root);
    fth_free(name);
    return status;
}

enum fth_status fth_depth_sidecar_check(const char *path, struct fth_error *error)
{
    char *name = sidecar_name(path);
    if (!name)
        return fth_fail_memory(error, strlen(path), path);
    enum fth_status status = FTH_OK;
    if (fth_file_exists(name))
        status = fth_fail(error, FTH_ERR_EXISTS,
                          "%s: exists already, and would say the range of %s; choose another name "
                          "or allow it with --overwrite", name, path);
    fth_free(name);
    return status;
}

enum fth_status fth_depth_sidecar_write(const char *path, const char *const *list, bool overwrite,
                                        struct fth_error *error)
{
    char *name = sidecar_name(path), *text = NULL;
    enum fth_status status = FTH_OK;
    if (!name)
        return fth_fail_memory(error, strlen(path), path);
    struct fth_json *root = fth_json_new(FTH_JSON_OBJECT);
    for (; list && list[0]; list += 2)
        fth_json_set_text(root, list[0], list[1]);
    if (list) {
        status = fth_json_deliver(root, &text, error);
        if (status == FTH_OK)
            status = fth_file_write(name, text, strlen(text), overwrite, error);
    } else {
        fth_json_destroy(&root);
        root = NULL;
        status = open_sidecar(name, &root, error); /* of what was there before */
        if (root && unlink(name) != 0)
            status = fth_fail(error, FTH_ERR_IO, "%s: cannot be removed, and says the range of "
                              "another %s: %s", name, path, strerror(errno));
        fth_json_destroy(&root);
    }
    fth_free(text);
    fth_free(name);
    return status;
}
