/* SPDX-License-Identifier: Apache-2.0 */
/* .cube files line by line: keywords, comments, entries. A size is believed only up to its limit,
 * and memory for the entries is had when the first of them comes. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "colour/cube.h"

enum { MOST_BYTES = 160 << 20, WORDS = 4, WORD = 64, LINE = 512 };

struct reader {
    const char *name;
    struct fth_cube *cube;
    size_t entries; /* taken so far, of both tables */
    int line;
    char words[WORDS][WORD];
    int word_count; /* WORDS: there are more */
};

static enum fth_status wrong(const struct reader *reader, struct fth_error *error,
                             const char *what, const char *word)
{
    return fth_fail(error, FTH_ERR_DATA, "%s: line %d: %s '%.60s'", reader->name, reader->line,
                    what, word);
}

static size_t entries_of(const struct fth_cube_table *table, bool cubed)
{
    size_t size = (size_t)table->size;
    return cubed ? size * size * size : size;
}

/* Words of a line without its comment. False: one is too long to be any. */
static bool split_line(struct reader *reader, const char *line)
{
    reader->word_count = 0;
    while (*line) {
        while (isspace((unsigned char)*line))
            line++;
        if (!*line || *line == '#')
            break;
        if (reader->word_count == WORDS)
            return true;
        size_t length = 0;
        while (line[length] && !isspace((unsigned char)line[length]))
            length++;
        if (length >= WORD)
            return false;
        memcpy(reader->words[reader->word_count], line, length);
        reader->words[reader->word_count++][length] = '\0';
        line += length;
    }
    return true;
}

static enum fth_status read_size(struct reader *reader, struct fth_cube_table *table, int64_t most,
                                 struct fth_error *error)
{
    int64_t size = 0;
    if (reader->word_count != 2 || !fth_parse_int(reader->words[1], &size) || size < 2)
        return wrong(reader, error, "this is no size of a table:", reader->words[1]);
    if (size > most)
        return fth_fail(error, FTH_ERR_LIMIT, "%s: line %d: a table of %lld entries a side, the "
                        "limit is %lld", reader->name, reader->line, (long long)size,
                        (long long)most);
    if (table->size || reader->entries)
        return wrong(reader, error, "a size comes once and before the entries:",
                     reader->words[0]);
    table->size = (int32_t)size;
    return FTH_OK;
}

/* Three numbers from word `from` on. */
static enum fth_status read_three(struct reader *reader, int from, float three[3],
                                  struct fth_error *error)
{
    for (int i = 0; i < 3; i++) {
        const char *word = reader->words[from + i];
        double value = 0;
        if (!fth_parse_double(word, &value) || fabs(value) > 1e30)
            return wrong(reader, error, "this is no number (up to 1e30):", word);
        three[i] = (float)value;
    }
    return FTH_OK;
}

/* LUT_3D_INPUT_RANGE low high: of all channels */
static enum fth_status read_range(struct reader *reader, struct fth_cube_table *table,
                                  struct fth_error *error)
{
    double low = 0, high = 0;
    if (reader->word_count != 3 || !fth_parse_double(reader->words[1], &low) ||
        !fth_parse_double(reader->words[2], &high))
        return wrong(reader, error, "a range is two numbers after", reader->words[0]);
    for (int c = 0; c < 3; c++) {
        table->low[c] = (float)low;
        table->high[c] = (float)high;
    }
    return FTH_OK;
}

static enum fth_status read_domain(struct reader *reader, bool is_low, struct fth_error *error)
{
    struct fth_cube *cube = reader->cube;
    float three[3];
    if (reader->word_count != 4)
        return wrong(reader, error, "three numbers follow", reader->words[0]);
    enum fth_status status = read_three(reader, 1, three, error);
    for (int c = 0; c < 3 && status == FTH_OK; c++) {
        *(is_low ? &cube->curves.low[c] : &cube->curves.high[c]) = three[c];
        *(is_low ? &cube->colours.low[c] : &cube->colours.high[c]) = three[c];
    }
    return status;
}

static void read_title(struct reader *reader, const char *line)
{
    const char *from = strchr(line, '"'), *to = from ? strrchr(line, '"') : NULL;
    if (from && to > from)
        snprintf(reader->cube->title, FTH_CUBE_TITLE, "%.*s", (int)(to - from - 1), from + 1);
}

static enum fth_status begin_table(struct reader *reader, struct fth_cube_table *table, bool cubed,
                                   struct fth_error *error)
{
    for (int c = 0; c < 3; c++) {
        if (!(table->low[c] < table->high[c]))
            return fth_fail(error, FTH_ERR_DATA, "%s: the domain's %g to %g is empty",
                            reader->name, (double)table->low[c], (double)table->high[c]);
    }
    size_t count = entries_of(table, cubed) * 3;
    table->values = fth_alloc(count, sizeof(*table->values));
    return table->values ? FTH_OK : fth_fail_memory(error, count * sizeof(float), reader->name);
}

static enum fth_status read_entry(struct reader *reader, struct fth_error *error)
{
    struct fth_cube *cube = reader->cube;
    size_t curves = entries_of(&cube->curves, false), colours = entries_of(&cube->colours, true);
    if (curves + colours == 0)
        return wrong(reader, error, "entries come after LUT_1D_SIZE or LUT_3D_SIZE, not before:",
                     reader->words[0]);
    if (reader->entries == curves + colours)
        return fth_fail(error, FTH_ERR_DATA, "%s: line %d: there are more entries than the %zu "
                        "that the size says", reader->name, reader->line, curves + colours);
    if (reader->word_count != 3)
        return wrong(reader, error, "an entry is three numbers, not as here after",
                     reader->words[0]);
    bool cubed = reader->entries >= curves;
    struct fth_cube_table *table = cubed ? &cube->colours : &cube->curves;
    enum fth_status status = table->values ? FTH_OK : begin_table(reader, table, cubed, error);
    if (status != FTH_OK)
        return status;
    size_t at = reader->entries++ - (cubed ? curves : 0);
    return read_three(reader, 0, table->values + 3 * at, error);
}

static enum fth_status read_line(struct reader *reader, const char *line, struct fth_error *error)
{
    static const char *const words[] = {"TITLE", "LUT_1D_SIZE", "LUT_3D_SIZE", "DOMAIN_MIN",
                                        "DOMAIN_MAX", "LUT_1D_INPUT_RANGE", "LUT_3D_INPUT_RANGE"};
    struct fth_cube *cube = reader->cube;
    const char *start = line;
    while (isspace((unsigned char)*start))
        start++;
    if (strncmp(start, "TITLE", 5) == 0 && !isalnum((unsigned char)start[5])) {
        read_title(reader, start);
        return FTH_OK;
    }
    if (!split_line(reader, line))
        return wrong(reader, error, "this is neither a keyword nor a number:", start);
    const char *word = reader->words[0];
    if (!reader->word_count)
        return FTH_OK;
    if (strcmp(word, "LUT_1D_SIZE") == 0)
        return read_size(reader, &cube->curves, FTH_CUBE_MOST_1D, error);
    if (strcmp(word, "LUT_3D_SIZE") == 0)
        return read_size(reader, &cube->colours, FTH_CUBE_MOST_3D, error);
    if (strcmp(word, "DOMAIN_MIN") == 0 || strcmp(word, "DOMAIN_MAX") == 0)
        return read_domain(reader, strcmp(word, "DOMAIN_MIN") == 0, error);
    if (strcmp(word, "LUT_1D_INPUT_RANGE") == 0)
        return read_range(reader, &cube->curves, error);
    if (strcmp(word, "LUT_3D_INPUT_RANGE") == 0)
        return read_range(reader, &cube->colours, error);
    if (!isalpha((unsigned char)word[0]))
        return read_entry(reader, error);
    const char *nearest = fth_nearest_word(word, words, FTH_ARRAY_COUNT(words));
    return fth_fail(error, FTH_ERR_DATA, "%s: line %d: '%.40s' is no keyword of .cube files%s%s%s",
                    reader->name, reader->line, word, nearest ? "; did you mean '" : "",
                    nearest ? nearest : "", nearest ? "'?" : "");
}

static enum fth_status read_lines(struct reader *reader, const char *text, size_t length,
                                  struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    char line[LINE];
    size_t at = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* a byte order mark */
    while (at < length && status == FTH_OK) {
        const char *end = memchr(text + at, '\n', length - at);
        size_t size = end ? (size_t)(end - text) - at : length - at;
        size_t kept = FTH_MIN(size, (size_t)LINE - 1);
        memcpy(line, text + at, kept);
        line[kept] = '\0';
        reader->line++;
        if (size > kept && line[0] != '#')
            return fth_fail(error, FTH_ERR_DATA, "%s: line %d: longer than the %d bytes a line "
                            "may have", reader->name, reader->line, LINE - 1);
        status = strlen(line) == kept ? read_line(reader, line, error)
                                      : wrong(reader, error, "a zero byte in a text, after", line);
        at += size + 1;
    }
    return status;
}

enum fth_status fth_cube_parse(const char *text, size_t length, const char *name,
                               struct fth_cube *cube, struct fth_error *error)
{
    struct fth_cube made = {.curves.high = {1, 1, 1}, .colours.high = {1, 1, 1}};
    struct reader reader = {.name = name, .cube = &made};
    enum fth_status status = read_lines(&reader, text, length, error);
    size_t wanted = entries_of(&made.curves, false) + entries_of(&made.colours, true);
    if (status == FTH_OK && !wanted)
        status = fth_fail(error, FTH_ERR_DATA, "%s: neither LUT_1D_SIZE nor LUT_3D_SIZE is in it: "
                          "this is no .cube file", name);
    if (status == FTH_OK && reader.entries != wanted)
        status = fth_fail(error, FTH_ERR_DATA, "%s: ends after %zu of %zu entries", name,
                          reader.entries, wanted);
    if (status == FTH_OK)
        *cube = made;
    else
        fth_cube_clear(&made);
    return status;
}

enum fth_status fth_cube_read(const char *path, struct fth_cube *cube, struct fth_error *error)
{
    void *bytes = NULL;
    size_t size = 0;
    enum fth_status status = fth_file_read(path, MOST_BYTES, &bytes, &size, error);
    if (status == FTH_OK)
        status = fth_cube_parse(bytes, size, path, cube, error);
    fth_free(bytes);
    return status;
}

/* ---- writing ---- */

static void print_three(struct fth_text *text, const char *word, const float three[3])
{
    fth_text_append(text, "%s", word);
    for (int c = 0; c < 3; c++) /* nine digits: every float comes back */
        fth_text_append(text, "%s%.9g", c || word[0] ? " " : "", (double)three[c]);
    fth_text_append(text, "\n");
}

static void print_ranges(struct fth_text *text, const struct fth_cube *cube)
{
    const struct fth_cube_table *tables[2] = {&cube->curves, &cube->colours};
    for (int t = 0; t < 2; t++) {
        if (!tables[t]->size)
            continue;
        if (cube->curves.size && cube->colours.size) { /* each its own: only Resolve's words do */
            fth_text_append(text, "LUT_%dD_INPUT_RANGE %.9g %.9g\n", 1 + 2 * t,
                            (double)tables[t]->low[0], (double)tables[t]->high[0]);
        } else {
            print_three(text, "DOMAIN_MIN", tables[t]->low);
            print_three(text, "DOMAIN_MAX", tables[t]->high);
        }
    }
}

enum fth_status fth_cube_write(const char *path, const struct fth_cube *cube, bool overwrite,
                               struct fth_error *error)
{
    struct fth_text text = {0};
    if (cube->title[0])
        fth_text_append(&text, "TITLE \"%s\"\n", cube->title);
    if (cube->curves.size)
        fth_text_append(&text, "LUT_1D_SIZE %d\n", cube->curves.size);
    if (cube->colours.size)
        fth_text_append(&text, "LUT_3D_SIZE %d\n", cube->colours.size);
    print_ranges(&text, cube);
    size_t curves = entries_of(&cube->curves, false), colours = entries_of(&cube->colours, true);
    for (size_t i = 0; i < curves; i++)
        print_three(&text, "", cube->curves.values + 3 * i);
    for (size_t i = 0; i < colours; i++)
        print_three(&text, "", cube->colours.values + 3 * i);
    enum fth_status status = text.failed ? fth_fail_memory(error, text.length, path)
                                         : fth_file_write(path, text.data, text.length, overwrite,
                                                          error);
    fth_text_clear(&text);
    return status;
}
