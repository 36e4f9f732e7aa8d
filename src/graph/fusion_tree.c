/* SPDX-License-Identifier: Apache-2.0 */
/* Reads Fusion's tables. One loop and a list of values that point at each other: no depth of
 * nesting reaches the stack of the machine. */
#include "graph/fusion_tree.h"

#include <string.h>

#include "base/compiler.h"
#include "base/mem.h"
#include "base/text.h"

struct fth_fusion_tree {
    const char *text;
    uint32_t length;
    struct fth_fusion_value *values;
    int32_t count, capacity;
    int32_t *slots; /* by (table, key): the index of a value plus one; 0: free */
    uint32_t slot_mask;
};

struct parser {
    struct fth_fusion_tree *tree;
    const char *name;
    uint32_t at;
    int32_t open; /* the innermost table that is not closed */
    int level;
    struct fth_error *error;
};

/* ---- messages -------------------------------------------------------------------------------- */

static void find_place(const char *text, uint32_t at, int *line, int *column)
{
    uint32_t begin = 0;
    *line = 1;
    for (uint32_t i = 0; i < at; i++) {
        if (text[i] == '\n') {
            ++*line;
            begin = i + 1;
        }
    }
    *column = (int)(at - begin) + 1;
}

static enum fth_status refuse(const struct parser *parser, uint32_t at, enum fth_status status,
                              const char *why)
{
    int line, column;
    find_place(parser->tree->text, at, &line, &column);
    return fth_fail(parser->error, status, "%s:%d:%d: %s", parser->name, line, column, why);
}

/* ---- letters --------------------------------------------------------------------------------- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Names of tools that are plugins have dots in them, and whatever else their makers liked. */
static bool is_word(char c)
{
    return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == ':';
}

/* The first byte that is 0 or no UTF-8; `length` when there is none. */
static uint32_t find_foreign(const char *text, uint32_t length)
{
    for (uint32_t at = 0; at < length;) {
        if ((unsigned char)text[at] < 0x80 && text[at]) {
            at++;
            continue;
        }
        char letter[5] = {0};
        memcpy(letter, text + at, FTH_MIN(length - at, 4u));
        size_t size = text[at] ? fth_utf8_size(letter) : 0;
        if (!size)
            return at;
        at += (uint32_t)size;
    }
    return length;
}

static char peek(const struct parser *parser, uint32_t ahead)
{
    uint32_t at = parser->at + ahead;
    return at < parser->tree->length ? parser->tree->text[at] : '\0';
}

/* How many "=" stand in "[==[" or "]==]" at `at`; -1 when it is neither. */
static int long_level(const struct parser *parser, uint32_t at, char bracket)
{
    const struct fth_fusion_tree *tree = parser->tree;
    int level = 0;
    if (at >= tree->length || tree->text[at] != bracket)
        return -1;
    for (at++; at < tree->length && tree->text[at] == '='; at++)
        level++;
    return at < tree->length && tree->text[at] == bracket ? level : -1;
}

/* Passes over "[==[ ... ]==]"; its inside goes to *inside. */
static enum fth_status skip_long(struct parser *parser, int level, const char *what,
                                 struct fth_fusion_span *inside)
{
    const struct fth_fusion_tree *tree = parser->tree;
    uint32_t begin = parser->at, ends = (uint32_t)level + 2;
    for (uint32_t at = begin + ends; at < tree->length; at++) {
        if (tree->text[at] == ']' && long_level(parser, at, ']') == level) {
            *inside = (struct fth_fusion_span){begin + ends, at};
            parser->at = at + ends;
            return FTH_OK;
        }
    }
    return refuse(parser, begin, FTH_ERR_DATA, what);
}

/* Spaces and comments. */
static enum fth_status skip_space(struct parser *parser)
{
    const struct fth_fusion_tree *tree = parser->tree;
    struct fth_fusion_span inside;
    while (parser->at < tree->length) {
        char c = tree->text[parser->at];
        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            parser->at++;
            continue;
        }
        if (c != '-' || peek(parser, 1) != '-')
            break;
        parser->at += 2;
        int level = long_level(parser, parser->at, '[');
        if (level >= 0 &&
            skip_long(parser, level, "this comment has no end", &inside) != FTH_OK)
            return FTH_ERR_DATA;
        while (level < 0 && parser->at < tree->length && tree->text[parser->at] != '\n')
            parser->at++;
    }
    return FTH_OK;
}

/* ---- values ---------------------------------------------------------------------------------- */

static uint32_t hash_key(int32_t table, const char *key, size_t length)
{
    uint32_t hash = 2166136261u ^ (uint32_t)table * 2654435761u; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)key[i]) * 16777619u;
    return hash ^ hash >> 15;
}

/* The slot of that key: the value's, or the free one where it would go. */
static uint32_t find_slot(const struct fth_fusion_tree *tree, int32_t table, const char *key,
                          size_t length)
{
    uint32_t slot = hash_key(table, key, length) & tree->slot_mask;
    for (; tree->slots[slot]; slot = (slot + 1) & tree->slot_mask) {
        const struct fth_fusion_value *value = &tree->values[tree->slots[slot] - 1];
        if (value->parent == table && value->key.end - value->key.begin == length &&
            memcmp(tree->text + value->key.begin, key, length) == 0)
            break;
    }
    return slot;
}

/* Keys may be asked for from now on; later ones of the same name stand for the earlier. */
static enum fth_status index_keys(struct fth_fusion_tree *tree, struct fth_error *error)
{
    uint32_t size = 16;
    while (size < (uint32_t)tree->count * 2)
        size *= 2;
    tree->slots = fth_alloc(size, sizeof(*tree->slots));
    if (!tree->slots)
        return fth_fail_memory(error, size * sizeof(*tree->slots), "the keys of a Fusion text");
    tree->slot_mask = size - 1;
    for (int32_t i = 0; i < tree->count; i++) {
        const struct fth_fusion_value *value = &tree->values[i];
        if (value->key_kind == FTH_FUSION_KEY_NAME)
            tree->slots[find_slot(tree, value->parent, tree->text + value->key.begin,
                                  value->key.end - value->key.begin)] = i + 1;
    }
    return FTH_OK;
}

/* Adds `fresh` to the open table. */
static enum fth_status add_value(struct parser *parser, const struct fth_fusion_value *fresh)
{
    struct fth_fusion_tree *tree = parser->tree;
    if (tree->count == FTH_FUSION_MOST_VALUES)
        return refuse(parser, parser->at, FTH_ERR_LIMIT,
                      "there are more values than 1048576, the limit of a Fusion text");
    if (tree->count == tree->capacity) {
        int32_t capacity = tree->capacity ? tree->capacity * 2 : 64;
        struct fth_fusion_value *values =
            fth_realloc(tree->values, (size_t)capacity, sizeof(*values));
        if (!values)
            return fth_fail_memory(parser->error, (size_t)capacity * sizeof(*values),
                                   "the values of a Fusion text");
        tree->values = values;
        tree->capacity = capacity;
    }
    int32_t index = tree->count++;
    tree->values[index] = *fresh;
    tree->values[index].parent = parser->open;
    tree->values[index].first = tree->values[index].last = FTH_FUSION_NONE;
    tree->values[index].next = FTH_FUSION_NONE;
    if (parser->open == FTH_FUSION_NONE)
        return FTH_OK;
    struct fth_fusion_value *table = &tree->values[parser->open];
    if (table->last == FTH_FUSION_NONE)
        table->first = index;
    else
        tree->values[table->last].next = index;
    table->last = index;
    table->count++;
    return FTH_OK;
}

/* A text in quotes; its inside, escapes and all, goes to *inside. */
static enum fth_status read_quoted(struct parser *parser, struct fth_fusion_span *inside)
{
    const struct fth_fusion_tree *tree = parser->tree;
    uint32_t begin = parser->at;
    char quote = tree->text[begin];
    for (uint32_t at = begin + 1; at < tree->length && tree->text[at] != '\n'; at++) {
        if (tree->text[at] == '\\') {
            at++;
            if (at + 1 < tree->length && tree->text[at] == '\r' && tree->text[at + 1] == '\n')
                at++;
        } else if (tree->text[at] == quote) {
            *inside = (struct fth_fusion_span){begin + 1, at};
            parser->at = at + 1;
            return FTH_OK;
        }
    }
    return refuse(parser, begin, FTH_ERR_DATA, "this text has no closing quote");
}

static bool begins_text(const struct parser *parser)
{
    return peek(parser, 0) == '"' || peek(parser, 0) == '\'' ||
           long_level(parser, parser->at, '[') >= 0;
}

static enum fth_status read_text(struct parser *parser, struct fth_fusion_span *inside)
{
    int level = long_level(parser, parser->at, '[');
    return level < 0 ? read_quoted(parser, inside)
                     : skip_long(parser, level, "this text has no end", inside);
}

/* Two dashes begin a comment, wherever they stand. */
static bool goes_on(const struct parser *parser)
{
    return is_word(peek(parser, 0)) && (peek(parser, 0) != '-' || peek(parser, 1) != '-');
}

static void read_word(struct parser *parser, struct fth_fusion_span *word)
{
    word->begin = parser->at;
    while (goes_on(parser))
        parser->at++;
    word->end = parser->at;
}

/* A number; what is not quite one ("1.#INF") is a word, which is kept and means nothing. */
static void read_number(struct parser *parser, struct fth_fusion_value *value)
{
    char buffer[64];
    uint32_t begin = parser->at;
    while (goes_on(parser) || peek(parser, 0) == '+' || peek(parser, 0) == '#')
        parser->at++;
    uint32_t length = parser->at - begin;
    value->word = (struct fth_fusion_span){begin, parser->at};
    value->kind = FTH_FUSION_WORD;
    if (length >= sizeof(buffer))
        return;
    memcpy(buffer, parser->tree->text + begin, length);
    buffer[length] = '\0';
    if (fth_parse_double(buffer, &value->number))
        value->kind = FTH_FUSION_NUMBER;
}

static bool begins_number(const struct parser *parser)
{
    char c = peek(parser, 0);
    if (c == '-' || c == '+')
        c = peek(parser, 1);
    return is_digit(c) || (c == '.' && parser->at + 1 < parser->tree->length);
}

/* "[12] =", "["a.b"] =", "Name =": fills in the key and leaves the parser at the value. A word that
 * turns out to be a value is left to be read again. */
static enum fth_status read_key(struct parser *parser, struct fth_fusion_value *value)
{
    uint32_t begin = parser->at;
    enum fth_status status = FTH_OK;
    if (peek(parser, 0) == '[' && long_level(parser, begin, '[') < 0) {
        parser->at++;
        status = skip_space(parser);
        if (status == FTH_OK && begins_text(parser)) {
            value->key_kind = FTH_FUSION_KEY_NAME;
            status = read_text(parser, &value->key);
        } else if (status == FTH_OK) {
            struct fth_fusion_value number = {0};
            read_number(parser, &number);
            value->key_kind = FTH_FUSION_KEY_NUMBER;
            value->key = number.word;
            value->key_number = number.number;
            if (number.kind != FTH_FUSION_NUMBER)
                return refuse(parser, begin, FTH_ERR_DATA,
                              "a key in [ ] is a number or a text in quotes");
        }
        if (status == FTH_OK)
            status = skip_space(parser);
        if (status == FTH_OK && peek(parser, 0) != ']')
            status = refuse(parser, parser->at, FTH_ERR_DATA, "']' is missing behind this key");
        if (status != FTH_OK)
            return status;
        parser->at++;
    } else if (is_letter(peek(parser, 0))) {
        read_word(parser, &value->key);
        value->key_kind = FTH_FUSION_KEY_NAME;
    } else {
        return FTH_OK;
    }
    bool in_brackets = parser->tree->text[begin] == '[';
    status = skip_space(parser);
    if (status == FTH_OK && peek(parser, 0) != '=') {
        if (in_brackets)
            return refuse(parser, parser->at, FTH_ERR_DATA, "'=' is missing behind this key");
        parser->at = begin;
        value->key_kind = FTH_FUSION_NO_KEY;
        value->key = (struct fth_fusion_span){0, 0};
    } else if (status == FTH_OK) {
        parser->at++;
        status = skip_space(parser);
    }
    return status;
}

/* A table from its "{" on: added, and open from now on. */
static enum fth_status open_table(struct parser *parser, struct fth_fusion_value *value)
{
    value->kind = FTH_FUSION_TABLE;
    value->brace = parser->at++;
    if (++parser->level > FTH_FUSION_MOST_LEVELS)
        return refuse(parser, value->brace, FTH_ERR_LIMIT,
                      "tables lie deeper in tables than 128, the limit of a Fusion text");
    enum fth_status status = add_value(parser, value);
    if (status == FTH_OK)
        parser->open = parser->tree->count - 1;
    return status;
}

/* "Word", "Word { ... }", "word() { ... }": the word has been read. */
static enum fth_status read_behind_word(struct parser *parser, struct fth_fusion_value *value)
{
    uint32_t end = parser->at;
    enum fth_status status = skip_space(parser);
    if (status == FTH_OK && peek(parser, 0) == '(') {
        parser->at++;
        status = skip_space(parser);
        if (status == FTH_OK && peek(parser, 0) != ')')
            return refuse(parser, parser->at, FTH_ERR_UNSUPPORTED,
                          "calls are not run: only '()' with a table behind it is data");
        parser->at++;
        if (status == FTH_OK)
            status = skip_space(parser);
        if (status == FTH_OK && peek(parser, 0) != '{')
            return refuse(parser, parser->at, FTH_ERR_UNSUPPORTED,
                          "calls are not run: a table must follow '()'");
    }
    if (status != FTH_OK || peek(parser, 0) == '{')
        return status != FTH_OK ? status : open_table(parser, value);
    parser->at = end;
    value->whole.end = end;
    value->kind = FTH_FUSION_WORD;
    return add_value(parser, value);
}

/* The value at hand, whose key is known. A table stays open. */
static enum fth_status read_value(struct parser *parser, struct fth_fusion_value *value)
{
    value->whole.begin = parser->at;
    enum fth_status status = FTH_OK;
    if (peek(parser, 0) == '{')
        return open_table(parser, value);
    if (begins_text(parser)) {
        value->kind = FTH_FUSION_TEXT;
        status = read_text(parser, &value->word);
    } else if (begins_number(parser)) {
        read_number(parser, value);
    } else if (is_letter(peek(parser, 0))) {
        read_word(parser, &value->word);
        return read_behind_word(parser, value);
    } else if (parser->at >= parser->tree->length) {
        return refuse(parser, parser->at, FTH_ERR_DATA, "the text ends where a value should be");
    } else {
        return refuse(parser, parser->at, FTH_ERR_DATA,
                      "a table, text, number or word should be here");
    }
    value->whole.end = parser->at;
    return status == FTH_OK ? add_value(parser, value) : status;
}

static enum fth_status refuse_open(const struct parser *parser)
{
    return refuse(parser, parser->tree->values[parser->open].brace, FTH_ERR_DATA,
                  "this table is not closed: its '}' is missing");
}

/* Behind a value: a comma, or the end of its table. */
static enum fth_status end_entry(struct parser *parser, int32_t index)
{
    struct fth_fusion_tree *tree = parser->tree;
    tree->values[index].entry.end = tree->values[index].whole.end;
    if (index == 0)
        return FTH_OK;
    enum fth_status status = skip_space(parser);
    char c = peek(parser, 0);
    if (status != FTH_OK || c == '}')
        return status;
    if (parser->at >= tree->length)
        return refuse_open(parser);
    if (c != ',' && c != ';')
        return refuse(parser, parser->at, FTH_ERR_DATA, "',' or '}' should be here");
    parser->at++;
    tree->values[index].entry.end = parser->at;
    return FTH_OK;
}

static enum fth_status close_table(struct parser *parser)
{
    int32_t index = parser->open;
    parser->at++;
    parser->level--;
    parser->tree->values[index].whole.end = parser->at;
    parser->open = parser->tree->values[index].parent;
    return end_entry(parser, index);
}

/* One entry of the open table: all of it, or as far as the "{" of a table. */
static enum fth_status read_entry(struct parser *parser)
{
    struct fth_fusion_value value = {.entry.begin = parser->at};
    int32_t index = parser->tree->count;
    enum fth_status status = read_key(parser, &value);
    if (status == FTH_OK)
        status = read_value(parser, &value);
    if (status == FTH_OK && parser->open != index)
        status = end_entry(parser, index);
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static enum fth_status check_letters(const struct parser *parser)
{
    const struct fth_fusion_tree *tree = parser->tree;
    uint32_t at = find_foreign(tree->text, tree->length);
    if (at == tree->length)
        return FTH_OK;
    return refuse(parser, at, FTH_ERR_DATA,
                  tree->text[at] ? "it is not UTF-8: save the text as UTF-8"
                                 : "there is a zero byte in it: it is no text");
}

static enum fth_status read_root(struct parser *parser)
{
    const struct fth_fusion_tree *tree = parser->tree;
    struct fth_fusion_value root = {0};
    if (tree->length >= 3 && memcmp(tree->text, "\xEF\xBB\xBF", 3) == 0)
        parser->at = 3;
    enum fth_status status = skip_space(parser);
    if (status == FTH_OK && strncmp(tree->text + parser->at, "return",
                                    FTH_MIN(tree->length - parser->at, 6u)) == 0 &&
        tree->length - parser->at > 6 && !is_word(peek(parser, 6))) {
        parser->at += 6;
        status = skip_space(parser);
    }
    root.entry.begin = parser->at;
    if (status == FTH_OK)
        status = read_value(parser, &root);
    if (status == FTH_OK && tree->values[0].kind != FTH_FUSION_TABLE)
        return refuse(parser, root.entry.begin, FTH_ERR_DATA,
                      "this is no text of Fusion's: it should begin with '{'");
    while (status == FTH_OK && parser->open != FTH_FUSION_NONE) {
        status = skip_space(parser);
        if (status == FTH_OK && parser->at >= tree->length)
            return refuse_open(parser);
        if (status == FTH_OK)
            status = peek(parser, 0) == '}' ? close_table(parser) : read_entry(parser);
    }
    if (status == FTH_OK)
        status = skip_space(parser);
    if (status == FTH_OK && parser->at < tree->length)
        return refuse(parser, parser->at, FTH_ERR_DATA, "nothing may follow the last '}'");
    return status;
}

enum fth_status fth_fusion_parse(const char *text, size_t length, const char *name,
                                 struct fth_fusion_tree **tree, struct fth_error *error)
{
    struct fth_fusion_tree *made = fth_alloc(1, sizeof(*made));
    if (!made)
        return fth_fail_memory(error, sizeof(*made), "a Fusion text");
    while (length && text[length - 1] == '\0') /* clipboards close with one */
        length--;
    made->text = text;
    struct parser parser = {made, name, 0, FTH_FUSION_NONE, 0, error};
    enum fth_status status = FTH_OK;
    if (length > FTH_FUSION_MOST_BYTES)
        status = fth_fail(error, FTH_ERR_LIMIT,
                          "%s: a Fusion text has at most %d MiB; this one has %zu bytes", name,
                          FTH_FUSION_MOST_BYTES >> 20, length);
    else
        made->length = (uint32_t)length;
    if (status == FTH_OK)
        status = check_letters(&parser);
    if (status == FTH_OK)
        status = read_root(&parser);
    if (status == FTH_OK)
        status = index_keys(made, error);
    if (status == FTH_OK)
        *tree = made;
    else
        fth_fusion_tree_destroy(&made);
    return status;
}

void fth_fusion_tree_destroy(struct fth_fusion_tree **tree)
{
    if (!tree || !*tree)
        return;
    fth_free((*tree)->values);
    fth_free((*tree)->slots);
    fth_free(*tree);
    *tree = NULL;
}

/* ---- asking ---------------------------------------------------------------------------------- */

const char *fth_fusion_bytes(const struct fth_fusion_tree *tree, size_t *length)
{
    *length = tree->length;
    return tree->text;
}

int32_t fth_fusion_count(const struct fth_fusion_tree *tree)
{
    return tree->count;
}

const struct fth_fusion_value *fth_fusion_at(const struct fth_fusion_tree *tree, int32_t index)
{
    return index < 0 || index >= tree->count ? NULL : &tree->values[index];
}

int32_t fth_fusion_get(const struct fth_fusion_tree *tree, int32_t table, const char *key)
{
    return table < 0 ? FTH_FUSION_NONE : tree->slots[find_slot(tree, table, key, strlen(key))] - 1;
}

int32_t fth_fusion_item(const struct fth_fusion_tree *tree, int32_t table, int32_t place)
{
    const struct fth_fusion_value *value = fth_fusion_at(tree, table);
    int32_t at = value && value->kind == FTH_FUSION_TABLE ? value->first : FTH_FUSION_NONE;
    for (; at != FTH_FUSION_NONE; at = tree->values[at].next) {
        if (tree->values[at].key_kind == FTH_FUSION_NO_KEY && place-- == 0)
            return at;
    }
    return FTH_FUSION_NONE;
}

bool fth_fusion_span_is(const struct fth_fusion_tree *tree, struct fth_fusion_span span,
                        const char *word)
{
    size_t length = strlen(word);
    return span.end - span.begin == length && memcmp(tree->text + span.begin, word, length) == 0;
}

bool fth_fusion_is(const struct fth_fusion_tree *tree, int32_t index, const char *word)
{
    const struct fth_fusion_value *value = fth_fusion_at(tree, index);
    return value && (value->kind == FTH_FUSION_TABLE || value->kind == FTH_FUSION_WORD) &&
           fth_fusion_span_is(tree, value->word, word);
}

char *fth_fusion_span_text(const struct fth_fusion_tree *tree, struct fth_fusion_span span)
{
    size_t length = span.end - span.begin;
    char *text = fth_alloc(length + 1, 1);
    if (text)
        memcpy(text, tree->text + span.begin, length);
    else
        fth_text_lose();
    return text;
}

bool fth_fusion_number(const struct fth_fusion_tree *tree, int32_t index, double *number)
{
    const struct fth_fusion_value *value = fth_fusion_at(tree, index);
    if (!value)
        return false;
    if (value->kind == FTH_FUSION_NUMBER) {
        *number = value->number;
        return true;
    }
    bool is_true = fth_fusion_is(tree, index, "true");
    if (value->kind != FTH_FUSION_WORD || (!is_true && !fth_fusion_is(tree, index, "false")))
        return false;
    *number = is_true;
    return true;
}

/* The value of up to `most` digits at text[*at]; moves *at behind them. */
static unsigned read_code(const char *text, uint32_t *at, uint32_t end, int base, int most)
{
    unsigned code = 0;
    for (; most && *at < end; ++*at, most--) {
        char c = text[*at];
        int digit = is_digit(c)                          ? c - '0'
                    : base == 16 && c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : base == 16 && c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                         : -1;
        if (digit < 0)
            break;
        code = code * (unsigned)base + (unsigned)digit;
    }
    return code;
}

/* What stands behind a backslash at text[*at], as one byte; 0 adds nothing. */
static char unescape(const char *text, uint32_t *at, uint32_t end)
{
    static const char letters[] = "abfnrtv", meanings[] = "\a\b\f\n\r\t\v";
    char c = text[(*at)++];
    const char *found = c ? strchr(letters, c) : NULL;
    if (found)
        return meanings[found - letters];
    if (c == 'x')
        return (char)read_code(text, at, end, 16, 2);
    if (is_digit(c)) {
        --*at;
        return (char)read_code(text, at, end, 10, 3);
    }
    if (c == '\r' && *at < end && text[*at] == '\n')
        ++*at;
    return c == '\r' ? '\n' : c; /* quotes, backslashes, ends of lines: themselves */
}

char *fth_fusion_text(const struct fth_fusion_tree *tree, int32_t index)
{
    const struct fth_fusion_value *value = fth_fusion_at(tree, index);
    if (!value || value->kind != FTH_FUSION_TEXT)
        return NULL;
    bool is_long = tree->text[value->whole.begin] == '[';
    uint32_t at = value->word.begin, end = value->word.end, length = 0;
    char *text = fth_alloc((size_t)(end - at) + 1, 1);
    if (!text) {
        fth_text_lose();
        return NULL;
    }
    if (is_long && at < end && tree->text[at] == '\r')
        at++;
    if (is_long && at < end && tree->text[at] == '\n') /* Lua: a line break at once is none */
        at++;
    while (at < end) {
        char c = tree->text[at++];
        text[length++] = c == '\\' && !is_long ? unescape(tree->text, &at, end) : c;
    }
    if (find_foreign(text, length) == length)
        return text;
    fth_free(text);
    return NULL;
}

void fth_fusion_place(const struct fth_fusion_tree *tree, uint32_t at, int *line, int *column)
{
    find_place(tree->text, FTH_MIN(at, tree->length), line, column);
}
