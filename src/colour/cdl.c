/* SPDX-License-Identifier: Apache-2.0 */
/* Corrections out of XML, into XML, and on rows. No document type is taken, and so no entity. */
#include "colour/cdl.h"

#include <expat.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "ops/kernels.h"

enum { MOST_BYTES = 8 << 20, MOST_DEPTH = 32, MOST_TEXT = 256 };

const struct fth_cdl fth_cdl_neutral = {.slope = {1, 1, 1}, .power = {1, 1, 1}, .saturation = 1};

struct reader {
    XML_Parser parser;
    const char *name;
    struct fth_cdl *list;
    size_t count, capacity;
    int depth;
    bool is_inside;           /* a correction is open: the last of the list */
    char text[MOST_TEXT + 1]; /* of the element that is open */
    size_t text_length;
    enum fth_status status;
    struct fth_error *error;
};

static void give_up(struct reader *reader, enum fth_status status)
{
    if (reader->status == FTH_OK)
        reader->status = status;
    XML_StopParser(reader->parser, XML_FALSE);
}

static void wrong(struct reader *reader, const char *what, const char *word)
{
    if (reader->status == FTH_OK)
        give_up(reader, fth_fail(reader->error, FTH_ERR_DATA, "%s: line %lu: %s '%.60s'",
                                 reader->name,
                                 (unsigned long)XML_GetCurrentLineNumber(reader->parser), what,
                                 word));
}

/* Names are often written with a prefix for ASC's namespace. */
static const char *plain(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static void open_correction(struct reader *reader, const XML_Char **attributes)
{
    if (reader->is_inside) {
        wrong(reader, "a correction within another:", "ColorCorrection");
        return;
    }
    if (reader->count == FTH_CDL_MOST) {
        give_up(reader, fth_fail(reader->error, FTH_ERR_LIMIT, "%s: more than %d corrections",
                                 reader->name, FTH_CDL_MOST));
        return;
    }
    if (reader->count == reader->capacity) {
        size_t capacity = reader->capacity ? reader->capacity * 2 : 8;
        struct fth_cdl *list = fth_realloc(reader->list, capacity, sizeof(*list));
        if (!list) {
            give_up(reader, fth_fail_memory(reader->error, capacity * sizeof(*list),
                                            reader->name));
            return;
        }
        reader->list = list;
        reader->capacity = capacity;
    }
    struct fth_cdl *cdl = &reader->list[reader->count++];
    *cdl = fth_cdl_neutral;
    for (; attributes[0]; attributes += 2) {
        if (strcmp(plain(attributes[0]), "id") == 0)
            snprintf(cdl->id, sizeof(cdl->id), "%s", attributes[1]);
    }
    reader->is_inside = true;
}

static void XMLCALL on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
    struct reader *reader = context;
    reader->text_length = 0;
    if (++reader->depth > MOST_DEPTH)
        wrong(reader, "elements are nested too deeply at", name);
    else if (strcmp(plain(name), "ColorCorrection") == 0)
        open_correction(reader, attributes);
}

/* `count` numbers, each within low..high */
static void take_numbers(struct reader *reader, const char *name, float *to, int count, double low)
{
    char *rest = reader->text, *word;
    int found = 0;
    reader->text[reader->text_length] = '\0';
    while ((word = strtok_r(rest, " \t\r\n", &rest))) {
        double value = 0;
        if (!fth_parse_double(word, &value) || value < low || value > 1e6) {
            wrong(reader, "this is no number that a correction may have:", word);
            return;
        }
        if (found < count)
            to[found] = (float)value;
        found++;
    }
    if (found != count)
        wrong(reader, count == 3 ? "three numbers stand in" : "one number stands in", name);
}

static void XMLCALL on_end(void *context, const XML_Char *full)
{
    struct reader *reader = context;
    const char *name = plain(full);
    reader->depth--;
    if (!reader->is_inside || reader->status != FTH_OK)
        return;
    struct fth_cdl *cdl = &reader->list[reader->count - 1];
    if (strcmp(name, "ColorCorrection") == 0)
        reader->is_inside = false;
    else if (strcmp(name, "Slope") == 0)
        take_numbers(reader, name, cdl->slope, 3, 0);
    else if (strcmp(name, "Offset") == 0)
        take_numbers(reader, name, cdl->offset, 3, -1e6);
    else if (strcmp(name, "Power") == 0)
        take_numbers(reader, name, cdl->power, 3, 1e-3);
    else if (strcmp(name, "Saturation") == 0)
        take_numbers(reader, name, &cdl->saturation, 1, 0);
    reader->text_length = 0;
}

static void XMLCALL on_text(void *context, const XML_Char *text, int length)
{
    struct reader *reader = context;
    size_t room = MOST_TEXT - reader->text_length, taken = FTH_MIN((size_t)length, room);
    memcpy(reader->text + reader->text_length, text, taken);
    reader->text_length += taken;
}

static void XMLCALL on_doctype(void *context, const XML_Char *name, const XML_Char *system_id,
                               const XML_Char *public_id, int has_internal)
{
    (void)system_id, (void)public_id, (void)has_internal;
    wrong(context, "a document type (and entities) are not taken:", name);
}

static enum fth_status parse(struct reader *reader, const char *text, size_t length)
{
    XML_SetUserData(reader->parser, reader);
    XML_SetElementHandler(reader->parser, on_start, on_end);
    XML_SetCharacterDataHandler(reader->parser, on_text);
    XML_SetStartDoctypeDeclHandler(reader->parser, on_doctype);
    bool good = XML_Parse(reader->parser, text, (int)length, XML_TRUE) == XML_STATUS_OK;
    if (reader->status != FTH_OK)
        return reader->status;
    if (!good)
        return fth_fail(reader->error, FTH_ERR_DATA, "%s: line %lu: XML: %s", reader->name,
                        (unsigned long)XML_GetCurrentLineNumber(reader->parser),
                        XML_ErrorString(XML_GetErrorCode(reader->parser)));
    if (!reader->count)
        return fth_fail(reader->error, FTH_ERR_DATA, "%s: there is no ColorCorrection in it",
                        reader->name);
    return FTH_OK;
}

enum fth_status fth_cdl_parse(const char *text, size_t length, const char *name,
                              struct fth_cdl **list, size_t *count, struct fth_error *error)
{
    struct reader reader = {.name = name, .error = error};
    if (length > MOST_BYTES)
        return fth_fail(error, FTH_ERR_LIMIT, "%s: %zu bytes, the limit is %d", name, length,
                        MOST_BYTES);
    reader.parser = XML_ParserCreate(NULL);
    if (!reader.parser)
        return fth_fail_memory(error, length, name);
    enum fth_status status = parse(&reader, text, length);
    XML_ParserFree(reader.parser);
    if (status == FTH_OK) {
        *list = reader.list;
        *count = reader.count;
    } else {
        fth_free(reader.list);
    }
    return status;
}

enum fth_status fth_cdl_read(const char *path, struct fth_cdl **list, size_t *count,
                             struct fth_error *error)
{
    void *bytes = NULL;
    size_t size = 0;
    enum fth_status status = fth_file_read(path, MOST_BYTES, &bytes, &size, error);
    if (status == FTH_OK)
        status = fth_cdl_parse(bytes, size, path, list, count, error);
    fth_free(bytes);
    return status;
}

enum fth_status fth_cdl_find(const struct fth_cdl *list, size_t count, const char *id,
                             const char *name, const struct fth_cdl **found,
                             struct fth_error *error)
{
    enum { MOST_WORDS = 512 };
    const char *words[MOST_WORDS];
    size_t word_count = FTH_MIN(count, (size_t)MOST_WORDS);
    for (size_t i = 0; i < count; i++) {
        if (!id[0] || strcmp(list[i].id, id) == 0) {
            *found = &list[i];
            return FTH_OK;
        }
    }
    for (size_t i = 0; i < word_count; i++)
        words[i] = list[i].id;
    const char *nearest = fth_nearest_word(id, words, word_count);
    return fth_fail(error, FTH_ERR_NOT_FOUND, "%s: no correction is called '%.60s'%s%.60s%s", name,
                    id, nearest ? "; did you mean '" : "", nearest ? nearest : "",
                    nearest ? "'?" : "");
}

/* ---- writing ---- */

static void print_escaped(struct fth_text *text, const char *words)
{
    for (; *words; words++) {
        if (strchr("<>&\"", *words))
            fth_text_append(text, "&#%d;", *words);
        else
            fth_text_append(text, "%c", *words);
    }
}

static void print_three(struct fth_text *text, const char *indent, const char *name,
                        const float three[3])
{
    char numbers[3][32];
    for (int i = 0; i < 3; i++)
        fth_print_double(fth_float_as_written(three[i]), numbers[i]);
    fth_text_append(text, "%s    <%s>%s %s %s</%s>\n", indent, name, numbers[0], numbers[1],
                    numbers[2], name);
}

static void print_correction(struct fth_text *text, const char *indent, const struct fth_cdl *cdl,
                             const char *space)
{
    char saturation[32];
    fth_print_double(fth_float_as_written(cdl->saturation), saturation);
    fth_text_append(text, "%s<ColorCorrection%s", indent, space);
    if (cdl->id[0]) {
        fth_text_append(text, " id=\"");
        print_escaped(text, cdl->id);
        fth_text_append(text, "\"");
    }
    fth_text_append(text, ">\n%s  <SOPNode>\n", indent);
    print_three(text, indent, "Slope", cdl->slope);
    print_three(text, indent, "Offset", cdl->offset);
    print_three(text, indent, "Power", cdl->power);
    fth_text_append(text, "%s  </SOPNode>\n%s  <SatNode>\n%s    <Saturation>%s</Saturation>\n",
                    indent, indent, indent, saturation);
    fth_text_append(text, "%s  </SatNode>\n%s</ColorCorrection>\n", indent, indent);
}

#define NAMESPACE " xmlns=\"urn:ASC:CDL:v1.01\""

static void print_list(struct fth_text *text, const char *path, const struct fth_cdl *list,
                       size_t count)
{
    bool decides = fth_ends_with(path, ".cdl");
    const char *outer = decides ? "ColorDecisionList" : "ColorCorrectionCollection";
    fth_text_append(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    if (fth_ends_with(path, ".cc")) {
        print_correction(text, "", &list[0], NAMESPACE);
        return;
    }
    fth_text_append(text, "<%s" NAMESPACE ">\n", outer);
    for (size_t i = 0; i < count; i++) {
        if (decides)
            fth_text_append(text, "  <ColorDecision>\n");
        print_correction(text, decides ? "    " : "  ", &list[i], "");
        if (decides)
            fth_text_append(text, "  </ColorDecision>\n");
    }
    fth_text_append(text, "</%s>\n", outer);
}

enum fth_status fth_cdl_print(const char *path, const struct fth_cdl *list, size_t count,
                              char **result, struct fth_error *error)
{
    struct fth_text text = {0};
    if (fth_ends_with(path, ".cc") && count != 1)
        return fth_fail(error, FTH_ERR_USAGE, "%s: a .cc holds one correction, not %zu; take .ccc",
                        path, count);
    print_list(&text, path, list, count);
    if (text.failed) {
        enum fth_status status = fth_fail_memory(error, text.length, path);
        fth_text_clear(&text);
        return status;
    }
    *result = text.data;
    return FTH_OK;
}

enum fth_status fth_cdl_write(const char *path, const struct fth_cdl *list, size_t count,
                              bool overwrite, struct fth_error *error)
{
    char *text = NULL;
    enum fth_status status = fth_cdl_print(path, list, count, &text, error);
    if (status == FTH_OK)
        status = fth_file_write(path, text, strlen(text), overwrite, error);
    fth_free(text);
    return status;
}

/* ---- at work ---- */

/* x^power above 0, x below */
static void raise(float *row, float power, size_t n)
{
    enum { PIECE = 512 };
    float below[PIECE];
    const struct fth_kernels *k = fth_kernels();
    for (size_t at = 0; at < n && power != 1; at += PIECE) {
        size_t count = FTH_MIN(n - at, (size_t)PIECE);
        float *piece = row + at;
        memcpy(below, piece, count * sizeof(float));
        k->power(piece, piece, power, count);
        for (size_t i = 0; i < count; i++)
            piece[i] = below[i] > 0 ? piece[i] : below[i];
    }
}

void fth_cdl_rows(const struct fth_cdl *cdl, float *const rgb[3], size_t n)
{
    enum { PIECE = 512 };
    const struct fth_kernels *k = fth_kernels();
    float luma[PIECE];
    for (int c = 0; c < 3; c++) {
        k->scale_offset(rgb[c], rgb[c], cdl->slope[c], cdl->offset[c], n);
        raise(rgb[c], cdl->power[c], n);
    }
    for (size_t at = 0; at < n && cdl->saturation != 1; at += PIECE) {
        size_t count = FTH_MIN(n - at, (size_t)PIECE);
        k->luma(luma, rgb[0] + at, rgb[1] + at, rgb[2] + at, count);
        for (int c = 0; c < 3; c++)
            k->lerp(rgb[c] + at, luma, rgb[c] + at, cdl->saturation, count);
    }
}
