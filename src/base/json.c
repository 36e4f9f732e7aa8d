/* SPDX-License-Identifier: Apache-2.0 */
/* A thin skin over jansson: our error texts, our numbers, nothing of its types outside. */
#include "base/json.h"

#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

enum { LARGEST_FILE = 16 << 20 };

static json_t *in(const struct fth_json *value)
{
    return (json_t *)(void *)value;
}

static struct fth_json *out(json_t *value)
{
    return (struct fth_json *)(void *)value;
}

/* ---- the parser's memory --------------------------------------------------------------------- */

/* jansson does not notice when the word that it is reading cannot grow: it reads on behind its end,
 * or speaks of letters that are not there. So nothing of a word's size fails inside it: once memory
 * is out it lives on what was set aside, and gets no more text. */
struct reading {
    const char *text;
    size_t length, at;
    char *reserve;
    size_t room, used;
    size_t largest; /* that a word may ask for; other things may fail */
    bool failed;
};
static _Thread_local struct reading *reading;

/* What jansson had before, which another part of the program may have given it. */
static json_malloc_t malloc_before;
static json_free_t free_before;

static void *take(size_t size)
{
    struct reading *now = reading;
    void *block = malloc_before == malloc ? fth_realloc(NULL, 1, size) : malloc_before(size);
    size_t whole = (size + 15) / 16 * 16;
    if (!block && !now)
        fth_text_lose(); /* whatever jansson makes of that: something is missing in it */
    if (block || !now)
        return block;
    now->failed = true;
    if (size > now->largest || whole > now->room - now->used)
        return NULL;
    now->used += whole;
    return now->reserve + now->used - whole;
}

static void give_back(void *block)
{
    const uintptr_t at = (uintptr_t)block, from = reading ? (uintptr_t)reading->reserve : 0;
    if (!reading || at < from || at >= from + reading->room)
        free_before(block);
}

static void take_over(void)
{
    json_get_alloc_funcs(&malloc_before, &free_before);
    json_set_alloc_funcs(take, give_back);
}

/* Before anything is made that did not come out of something made before. */
static void use_our_memory(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, take_over);
}

/* A little at a time, so that little more is read once memory is out. */
static size_t feed(void *to, size_t size, void *context)
{
    enum { AT_ONCE = 64 };
    struct reading *now = context;
    size_t count = FTH_MIN(FTH_MIN(size, (size_t)AT_ONCE), now->length - now->at);
    if (now->failed)
        return 0;
    memcpy(to, now->text + now->at, count);
    now->at += count;
    return count;
}

/* At least the bytes of the longest string, number or name in the text. */
static size_t longest_word(const char *text, size_t length)
{
    size_t longest = 0, begin = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (quoted && c == '\\')
            i++;
        bool ends = c < ' ' || c == '"' || (!quoted && strchr(" ,:[]{}", c));
        if (!ends)
            continue;
        quoted = c == '"' && !quoted;
        longest = FTH_MAX(longest, i - begin);
        begin = i;
    }
    return FTH_MAX(longest, length - begin) + 1;
}

/* What jansson makes of the text, or NULL and what is wrong with it; where->line is below 0 when
 * memory is out. */
static json_t *load(const char *text, size_t length, json_error_t *where)
{
    enum { FOR_THE_REST = 32 << 10 };
    struct reading now = {.text = text, .length = length,
                          .largest = 2 * longest_word(text, length) + 512};
    now.room = 2 * now.largest + FOR_THE_REST;
    now.reserve = fth_realloc(NULL, 1, now.room);
    where->line = -1;
    if (!now.reserve)
        return NULL;
    use_our_memory();
    reading = &now;
    json_t *value =
        json_load_callback(feed, &now, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, where);
    if (now.failed) {
        json_decref(value);
        value = NULL;
        where->line = -1;
    }
    reading = NULL;
    fth_free(now.reserve);
    return value;
}

/* ---- reading --------------------------------------------------------------------------------- */

static enum fth_status refuse(const char *name, const json_error_t *where, size_t length,
                              struct fth_error *error)
{
    if (where->line < 0) /* jansson has nothing to say of the text */
        return fth_fail_memory(error, length, "JSON");
    return fth_fail(error, FTH_ERR_DATA, "%s:%d:%d: %s", name, where->line, where->column,
                    where->text);
}

/* Of what stands in values that are read elsewhere jansson sees nothing; a zero there would end the
 * text for whoever takes it as a string. */
static enum fth_status check_zeros(const char *text, size_t length, const char *name,
                                   struct fth_error *error)
{
    int line = 0, column = 0;
    const char *zero = memchr(text, 0, length);
    if (!zero)
        return FTH_OK;
    fth_json_place(text, (size_t)(zero - text), &line, &column);
    return fth_fail(error, FTH_ERR_DATA, "%s:%d:%d: a zero byte, which JSON text may not have",
                    name, line, column);
}

enum fth_status fth_json_parse(const char *text, size_t length, const char *name,
                               struct fth_json **root, struct fth_error *error)
{
    json_error_t where;
    if (check_zeros(text, length, name, error) != FTH_OK)
        return FTH_ERR_DATA;
    json_t *value = load(text, length, &where);
    if (!value)
        return refuse(name, &where, length, error);
    *root = out(value);
    return FTH_OK;
}

static const char STAND_IN[] = "null";

/* The text with something short in place of the values. NULL when memory is out. */
static char *cut_out(const char *text, size_t length, const struct fth_json_span *values,
                     size_t count, size_t *size)
{
    struct fth_text rest = {0};
    size_t at = 0;
    for (size_t i = 0; i < count; at = values[i++].end) {
        fth_text_append_bytes(&rest, text + at, values[i].begin - at);
        fth_text_append(&rest, "%s", STAND_IN);
    }
    fth_text_append_bytes(&rest, text + at, length - at);
    *size = rest.length;
    return rest.data;
}

enum fth_status fth_json_parse_less(const char *text, size_t length, const char *name,
                                    const struct fth_json_span *values, size_t count,
                                    struct fth_json **root, struct fth_error *error)
{
    json_error_t where;
    size_t size = 0, position = 0;
    if (!count)
        return fth_json_parse(text, length, name, root, error);
    if (check_zeros(text, length, name, error) != FTH_OK)
        return FTH_ERR_DATA;
    char *rest = cut_out(text, length, values, count, &size);
    if (!rest)
        return fth_fail_memory(error, length, "JSON");
    json_t *value = load(rest, size, &where);
    fth_free(rest);
    if (value) {
        *root = out(value);
        return FTH_OK;
    }
    if (where.line < 0)
        return refuse(name, &where, length, error);
    position = where.position > 0 ? (size_t)where.position : 0;
    for (size_t i = 0; i < count && position > values[i].begin; i++)
        position += values[i].end - values[i].begin - strlen(STAND_IN);
    /* jansson tells of the last letter that it took */
    fth_json_place(text, FTH_MIN(FTH_MAX(position, 1) - 1, length), &where.line, &where.column);
    return refuse(name, &where, length, error);
}

enum fth_status fth_json_read(const char *path, struct fth_json **root, struct fth_error *error)
{
    void *bytes = NULL;
    size_t size = 0;
    enum fth_status status = fth_file_read(path, LARGEST_FILE, &bytes, &size, error);
    if (status == FTH_OK)
        status = fth_json_parse(bytes, size, path, root, error);
    fth_free(bytes);
    return status;
}

/* Objects and arrays that lack something because memory was out. There is one such tree at most, as
 * a rule, so that a few are enough; nothing is looked for while there is none. */
enum { MOST_SPOILT = 16 };
static _Thread_local const json_t *spoilt[MOST_SPOILT];
static _Thread_local int spoilt_count;

static void spoil(const struct fth_json *container)
{
    if (container && spoilt_count < MOST_SPOILT)
        spoilt[spoilt_count++] = in(container);
}

static bool is_spoilt(const json_t *value)
{
    for (int i = 0; i < spoilt_count; i++) {
        if (spoilt[i] == value)
            return true;
    }
    return false;
}

static bool forget(const json_t *value)
{
    int kept = 0;
    for (int i = 0; i < spoilt_count; i++) {
        if (spoilt[i] != value)
            spoilt[kept++] = spoilt[i];
    }
    spoilt_count = kept;
    return false;
}

/* Asks of every object and array of the tree until one says yes. */
static bool search(json_t *value, bool (*ask)(const json_t *value))
{
    size_t index;
    const char *key;
    json_t *item;
    if (spoilt_count == 0 || !(json_is_object(value) || json_is_array(value)))
        return false;
    if (ask(value))
        return true;
    json_array_foreach(value, index, item)
        if (search(item, ask))
            return true;
    json_object_foreach(value, key, item)
        if (search(item, ask))
            return true;
    return false;
}

void fth_json_destroy(struct fth_json **root)
{
    if (!root || !*root)
        return;
    (void)search(in(*root), forget);
    json_decref(in(*root));
    *root = NULL;
}

enum fth_json_kind fth_json_kind(const struct fth_json *value)
{
    json_t *v = in(value);
    if (json_is_boolean(v))
        return FTH_JSON_BOOL;
    if (json_is_number(v))
        return FTH_JSON_NUMBER;
    if (json_is_string(v))
        return FTH_JSON_TEXT;
    if (json_is_array(v))
        return FTH_JSON_ARRAY;
    return json_is_object(v) ? FTH_JSON_OBJECT : FTH_JSON_NULL;
}

const struct fth_json *fth_json_get(const struct fth_json *object, const char *key)
{
    return out(json_object_get(in(object), key));
}

const struct fth_json *fth_json_at(const struct fth_json *array, size_t index)
{
    return out(json_array_get(in(array), index));
}

size_t fth_json_count(const struct fth_json *value)
{
    return json_is_array(in(value)) ? json_array_size(in(value)) : json_object_size(in(value));
}

const char *fth_json_key_at(const struct fth_json *object, size_t index)
{
    void *member = json_object_iter(in(object));
    while (member && index--)
        member = json_object_iter_next(in(object), member);
    return member ? json_object_iter_key(member) : NULL;
}

const struct fth_json *fth_json_next(const struct fth_json *object, void **place, const char **key)
{
    json_t *whole = in(object);
    void *member = *place ? json_object_iter_next(whole, *place) : json_object_iter(whole);
    *place = member;
    if (!member)
        return NULL;
    if (key)
        *key = json_object_iter_key(member);
    return out(json_object_iter_value(member));
}

/* As json_equal, but that 1.0 is 1. */
static bool is_equal(json_t *a, json_t *b)
{
    size_t index;
    const char *key;
    json_t *item;
    if (json_is_real(a) || json_is_real(b))
        return json_is_number(a) && json_is_number(b) &&
               json_number_value(a) == json_number_value(b);
    bool are_lists = json_is_array(a) && json_is_array(b);
    if (!are_lists && !(json_is_object(a) && json_is_object(b)))
        return json_equal(a, b);
    if (json_array_size(a) != json_array_size(b) || json_object_size(a) != json_object_size(b))
        return false;
    json_array_foreach(a, index, item)
        if (!is_equal(item, json_array_get(b, index)))
            return false;
    json_object_foreach(a, key, item)
        if (!is_equal(item, json_object_get(b, key)))
            return false;
    return true;
}

bool fth_json_equal(const struct fth_json *a, const struct fth_json *b)
{
    return is_equal(in(a), in(b));
}

const char *fth_json_text(const struct fth_json *value, const char *fallback)
{
    return json_is_string(in(value)) ? json_string_value(in(value)) : fallback;
}

double fth_json_number(const struct fth_json *value, double fallback)
{
    return json_is_number(in(value)) ? json_number_value(in(value)) : fallback;
}

int64_t fth_json_int(const struct fth_json *value, int64_t fallback)
{
    return json_is_integer(in(value)) ? json_integer_value(in(value)) : fallback;
}

bool fth_json_bool(const struct fth_json *value, bool fallback)
{
    return json_is_boolean(in(value)) ? json_is_true(in(value)) : fallback;
}

struct fth_json *fth_json_new(enum fth_json_kind kind)
{
    use_our_memory();
    return out(kind == FTH_JSON_ARRAY ? json_array() : json_object());
}

void fth_json_set(struct fth_json *object, const char *key, struct fth_json *value)
{
    if (json_object_set_new(in(object), key, in(value)) != 0)
        spoil(object);
}

void fth_json_add(struct fth_json *array, struct fth_json *value)
{
    if (json_array_append_new(in(array), in(value)) != 0)
        spoil(array);
}

static bool is_utf8(const char *text)
{
    for (size_t size; *text; text += size) {
        if ((size = fth_utf8_size(text)) == 0)
            return false;
    }
    return true;
}

struct fth_json *fth_json_new_text(const char *text)
{
    use_our_memory();
    return out(json_string(is_utf8(text) ? text : "(not UTF-8)"));
}

struct fth_json *fth_json_new_number(double value)
{
    if (!isfinite(value))
        return out(json_null());
    if (value == floor(value) && fabs(value) < 9e15)
        return fth_json_new_int((int64_t)value);
    use_our_memory();
    return out(json_real(value));
}

struct fth_json *fth_json_new_int(int64_t value)
{
    use_our_memory();
    return out(json_integer(value));
}

struct fth_json *fth_json_new_bool(bool value)
{
    return out(json_boolean(value));
}

/* jansson's copy leaves out what it has no memory for, and says nothing. */
struct fth_json *fth_json_copy(const struct fth_json *value)
{
    bool was_lost = fth_text_take_lost();
    json_t *copy = json_deep_copy(in(value));
    bool is_lost = fth_text_take_lost();
    if (was_lost || is_lost)
        fth_text_lose();
    if (!is_lost)
        return out(copy);
    json_decref(copy);
    return NULL;
}

struct fth_json *fth_json_share(const struct fth_json *value)
{
    return out(json_incref(in(value)));
}

void fth_json_remove(struct fth_json *object, const char *key)
{
    (void)json_object_del(in(object), key); /* -1: it was not there */
}

static void print_indent(struct fth_text *text, int depth)
{
    fth_text_append(text, "\n%*s", depth * 2, "");
}

static void print_string(struct fth_text *text, const char *string)
{
    json_t *value = json_string(string);
    char *quoted = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
    text->failed |= !quoted;
    fth_text_append(text, "%s", quoted ? quoted : "");
    free(quoted);
    json_decref(value);
}

/* jansson prints reals with a fixed digit count; ours are shortest-round-trip. -0 would be read as
 * a whole number, which has no sign when it is 0. */
static void print_real(struct fth_text *text, double value)
{
    char number[32];
    bool below_nought = value == 0 && signbit(value);
    fth_text_append(text, "%s", below_nought ? "-0.0" : fth_print_double(value, number));
}

static void print_value(struct fth_text *text, json_t *value, int depth)
{
    size_t index;
    const char *key;
    json_t *item;
    if (json_is_real(value)) {
        print_real(text, json_real_value(value));
    } else if (json_is_integer(value)) {
        fth_text_append(text, "%lld", (long long)json_integer_value(value));
    } else if (json_is_string(value)) {
        print_string(text, json_string_value(value));
    } else if (json_is_array(value)) {
        fth_text_append(text, "[");
        json_array_foreach(value, index, item) {
            fth_text_append(text, index ? ", " : "");
            print_value(text, item, depth + 1);
        }
        fth_text_append(text, "]");
    } else if (json_is_object(value)) {
        bool first = true;
        fth_text_append(text, "{");
        json_object_foreach(value, key, item) {
            fth_text_append(text, first ? "" : ",");
            first = false;
            print_indent(text, depth + 1);
            print_string(text, key);
            fth_text_append(text, ": ");
            print_value(text, item, depth + 1);
        }
        if (!first)
            print_indent(text, depth);
        fth_text_append(text, "}");
    } else {
        fth_text_append(text, "%s", json_is_true(value)    ? "true"
                                    : json_is_false(value) ? "false"
                                                           : "null");
    }
}

char *fth_json_print(const struct fth_json *root)
{
    struct fth_text text = {0};
    print_value(&text, in(root), 0);
    if (!root || text.failed || search(in(root), is_spoilt))
        fth_text_clear(&text);
    return text.data;
}

enum { WIDTH = 100 };

/* In one line, `{ "a": [1, 2] }`, unless that reaches beyond `most` bytes: then false, and what was
 * written is of no use. Texts count as bytes. */
static bool print_flat(struct fth_text *text, json_t *value, size_t most)
{
    size_t index;
    const char *key;
    json_t *item;
    if (json_is_array(value)) {
        fth_text_append(text, "[");
        json_array_foreach(value, index, item) {
            fth_text_append(text, index ? ", " : "");
            if (!print_flat(text, item, most))
                return false;
        }
        fth_text_append(text, "]");
    } else if (json_is_object(value) && json_object_size(value)) {
        const char *before = "{ ";
        json_object_foreach(value, key, item) {
            fth_text_append(text, "%s", before);
            before = ", ";
            print_string(text, key);
            fth_text_append(text, ": ");
            if (!print_flat(text, item, most))
                return false;
        }
        fth_text_append(text, " }");
    } else {
        print_value(text, value, 0);
    }
    return text->length <= most;
}

static void print_neat(struct fth_text *text, json_t *value, int depth, int open)
{
    size_t index, begin = text->length, line = begin;
    const char *key;
    json_t *item;
    bool is_list = json_is_array(value), first = true;
    bool is_empty = (is_list ? json_array_size(value) : json_object_size(value)) == 0;
    while (line > 0 && text->data[line - 1] != '\n')
        line--;
    if (is_empty || open <= 0 || !(is_list || json_is_object(value))) {
        bool is_scalar = !is_list && !json_is_object(value);
        size_t most = line + WIDTH - 1; /* a comma may follow */
        if (print_flat(text, value, is_scalar || is_empty ? SIZE_MAX : most) || text->failed)
            return;
        text->length = begin;
        text->data[begin] = '\0';
    }
    fth_text_append(text, is_list ? "[" : "{");
    json_array_foreach(value, index, item) {
        fth_text_append(text, index ? "," : "");
        print_indent(text, depth + 1);
        print_neat(text, item, depth + 1, open - 1);
    }
    json_object_foreach(value, key, item) {
        fth_text_append(text, first ? "" : ",");
        first = false;
        print_indent(text, depth + 1);
        print_string(text, key);
        fth_text_append(text, ": ");
        print_neat(text, item, depth + 1, open - 1);
    }
    print_indent(text, depth);
    fth_text_append(text, is_list ? "]" : "}");
}

char *fth_json_print_neat(const struct fth_json *root, int open)
{
    struct fth_text text = {0};
    print_neat(&text, in(root), 0, open);
    fth_text_append(&text, "\n");
    if (!root || text.failed || search(in(root), is_spoilt))
        fth_text_clear(&text);
    return text.data;
}

void fth_json_set_text(struct fth_json *object, const char *key, const char *text)
{
    fth_json_set(object, key, fth_json_new_text(text ? text : ""));
}

void fth_json_set_number(struct fth_json *object, const char *key, double value)
{
    fth_json_set(object, key, fth_json_new_number(value));
}

void fth_json_set_int(struct fth_json *object, const char *key, int64_t value)
{
    fth_json_set(object, key, fth_json_new_int(value));
}

void fth_json_set_bool(struct fth_json *object, const char *key, bool value)
{
    fth_json_set(object, key, fth_json_new_bool(value));
}

void fth_json_set_grown(struct fth_json *object, const char *key, const struct fth_text *text)
{
    const char *whole = text->data ? text->data : "";
    fth_json_set(object, key, text->failed ? NULL : fth_json_new_text(whole));
}

enum fth_status fth_json_deliver(struct fth_json *root, char **text, struct fth_error *error)
{
    char *printed = fth_json_print(root);
    fth_json_destroy(&root);
    if (!printed)
        return fth_fail_memory(error, 0, "JSON");
    *text = printed;
    return FTH_OK;
}
