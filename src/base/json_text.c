/* SPDX-License-Identifier: Apache-2.0 */
/* A second look at JSON text: jansson keeps no positions, and makes a tree of anything however
 * large. A scanner that only knows strings, brackets and what stands between. */
#include "base/json_text.h"

#include <string.h>

#include "base/compiler.h"
#include "base/json.h"
#include "base/text.h"

enum { SPACE = 1, ENDS_WORD = 2 }; /* of a number, true, false or null */
static const unsigned char classes[256] = {
    [' '] = SPACE | ENDS_WORD, ['\n'] = SPACE | ENDS_WORD, ['\r'] = SPACE | ENDS_WORD,
    ['\t'] = SPACE | ENDS_WORD, [','] = ENDS_WORD, [':'] = ENDS_WORD, ['['] = ENDS_WORD,
    [']'] = ENDS_WORD, ['{'] = ENDS_WORD, ['}'] = ENDS_WORD, ['"'] = ENDS_WORD};

static bool is_space(char c)
{
    return classes[(unsigned char)c] & SPACE;
}

static size_t skip_space(const char *text, size_t length, size_t at)
{
    while (at < length && is_space(text[at]))
        at++;
    return at;
}

/* Behind the string that begins at `at`, or `length` when it has no end. */
static size_t skip_string(const char *text, size_t length, size_t at)
{
    for (at++; at < length; at++) {
        if (text[at] == '"')
            return at + 1;
        at += text[at] == '\\';
    }
    return length;
}

/* Behind a number, true, false or null. */
static size_t skip_word(const char *text, size_t length, size_t at)
{
    while (at < length && !(classes[(unsigned char)text[at]] & ENDS_WORD))
        at++;
    return at;
}

/* Behind the value that begins at `at`. No recursion: brackets are counted, not paired. */
static size_t skip_value(const char *text, size_t length, size_t at)
{
    size_t depth = 0;
    while (at < length) {
        char c = text[at];
        if (c == '"') {
            at = skip_string(text, length, at);
        } else if (c == '{' || c == '[') {
            depth++;
            at++;
        } else if (c == '}' || c == ']') {
            if (depth == 0)
                return at;
            depth--;
            at++;
        } else if (depth && (is_space(c) || c == ',' || c == ':')) {
            at++;
            continue;
        } else {
            size_t behind = skip_word(text, length, at);
            if (behind == at)
                return at; /* not a value */
            at = behind;
        }
        if (depth == 0)
            return at;
    }
    return length;
}

bool fth_json_walk_begin(struct fth_json_walk *walk, const char *text, size_t length, size_t at)
{
    at = skip_space(text, length, at);
    if (at >= length || (text[at] != '{' && text[at] != '['))
        return false;
    *walk = (struct fth_json_walk){text, length, at + 1, text[at] == '{', true, false};
    return true;
}

static bool spoil(struct fth_json_walk *walk)
{
    walk->is_sound = false;
    return false;
}

/* The key of the next member, and where its value begins. */
static bool next_key(struct fth_json_walk *walk, struct fth_json_span *key, size_t *begin)
{
    const char *text = walk->text;
    size_t length = walk->length, at = skip_space(text, length, walk->at);
    *key = (struct fth_json_span){at, at};
    if (at < length && text[at] == (walk->is_object ? '}' : ']')) {
        walk->at = at;
        return walk->has_comma ? spoil(walk) : false;
    }
    if (walk->is_object) {
        if (at >= length || text[at] != '"')
            return spoil(walk);
        key->end = skip_string(text, length, at);
        at = skip_space(text, length, key->end);
        if (at >= length || text[at] != ':')
            return spoil(walk);
        at = skip_space(text, length, at + 1);
    }
    *begin = at;
    return true;
}

/* Behind its value. */
static bool go_on(struct fth_json_walk *walk, struct fth_json_span *value)
{
    const char *text = walk->text;
    size_t length = walk->length;
    value->end = skip_value(text, length, value->begin);
    size_t at = skip_space(text, length, value->end);
    char close = walk->is_object ? '}' : ']';
    if (value->end == value->begin || at >= length || (text[at] != ',' && text[at] != close))
        return spoil(walk);
    walk->has_comma = text[at] == ',';
    walk->at = at + walk->has_comma;
    return true;
}

bool fth_json_walk_next(struct fth_json_walk *walk, struct fth_json_span *key,
                        struct fth_json_span *value)
{
    return next_key(walk, key, &value->begin) && go_on(walk, value);
}

bool fth_json_key_is(const char *text, struct fth_json_span key, const char *name)
{
    size_t size = key.end - key.begin;
    if (size < 2)
        return false;
    if (!memchr(text + key.begin, '\\', size))
        return size - 2 == strlen(name) && memcmp(text + key.begin + 1, name, size - 2) == 0;
    struct fth_json *decoded = NULL; /* an escape in a key: rare, and jansson knows them all */
    bool same = fth_json_parse(text + key.begin, size, "", &decoded, NULL) == FTH_OK &&
                strcmp(fth_json_text(decoded, ""), name) == 0;
    fth_json_destroy(&decoded);
    return same;
}

bool fth_json_find(const char *text, size_t length, size_t object, const char *name,
                   struct fth_json_span *key, struct fth_json_span *value)
{
    struct fth_json_walk walk;
    if (!fth_json_walk_begin(&walk, text, length, object) || !walk.is_object)
        return false;
    while (fth_json_walk_next(&walk, key, value)) {
        if (fth_json_key_is(text, *key, name))
            return true;
    }
    return false;
}

bool fth_json_find_begin(const char *text, size_t length, size_t object, const char *name,
                         size_t *begin)
{
    struct fth_json_walk walk;
    struct fth_json_span key, value;
    if (!fth_json_walk_begin(&walk, text, length, object) || !walk.is_object)
        return false;
    while (next_key(&walk, &key, &value.begin)) {
        *begin = value.begin;
        if (fth_json_key_is(text, key, name))
            return true;
        if (!go_on(&walk, &value))
            return false;
    }
    return false;
}

void fth_json_place(const char *text, size_t offset, int *line, int *column)
{
    const char *start = text, *end = text + offset;
    int lines = 1, characters = 1;
    for (const char *at; (at = memchr(start, '\n', (size_t)(end - start))); start = at + 1)
        lines++;
    for (; start < end; start++)
        characters += ((unsigned char)*start & 0xc0) != 0x80;
    *line = lines;
    *column = characters;
}

struct fth_json_amount fth_json_measure(const char *text, size_t length)
{
    struct fth_json_amount amount = {0};
    size_t depth = 0;
    for (size_t at = 0; at < length;) {
        char c = text[at];
        if (c == '{' || c == '[') {
            amount.containers++;
            depth++;
            amount.depth = FTH_MAX(amount.depth, depth);
        } else if (c == '}' || c == ']') {
            depth -= depth > 0;
        } else if (!is_space(c) && c != ',' && c != ':') {
            size_t behind =
                c == '"' ? skip_string(text, length, at) : skip_word(text, length, at);
            amount.values++;
            at = FTH_MAX(behind, at + 1);
            continue;
        }
        at++;
    }
    return amount;
}
