/* SPDX-License-Identifier: Apache-2.0 */
/* Fusion's text as a document: nodes for tools, links, what the whole says of frames and size, and
 * the text itself in the view, for the way back. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "graph/fusion_reader.h"

enum {
    MOST_LINES = 20000,          /* of a text that is kept line by line */
    MOST_KEPT_SIZE = 48 << 20    /* bytes that it may take in the document */
};

/* ---- frames ---------------------------------------------------------------------------------- */

/* The number that a clip's first file has; 1 for what is not numbered, as a video's frames are. */
static double first_number(const char *path, bool is_sequence)
{
    const char *dot = strrchr(path, '.'), *begin = dot;
    double number = 0;
    while (begin && begin > path && begin[-1] >= '0' && begin[-1] <= '9')
        begin--;
    if (!is_sequence || !dot || begin == dot || dot - begin > 12)
        return 1;
    for (; begin < dot; begin++)
        number = number * 10 + (*begin - '0');
    return number;
}

/* What a clip's own frame numbers are more than Fusion's. False: it has no frames. */
static bool shift_of(const struct fth_fusion_reader *reader, const struct fth_fusion_tool *tool,
                     const char *file, double *shift)
{
    static const struct fth_fusion_row clip_row = {.input = "Clips/0", .is_property = true};
    int32_t clip = fth_fusion_input(reader, tool, &clip_row);
    double start = 0, trim = 0, length = 2;
    if (clip != FTH_FUSION_NONE) {
        fth_fusion_number(reader->tree, fth_fusion_get(reader->tree, clip, "GlobalStart"), &start);
        fth_fusion_number(reader->tree, fth_fusion_get(reader->tree, clip, "TrimIn"), &trim);
        fth_fusion_number(reader->tree, fth_fusion_get(reader->tree, clip, "Length"), &length);
    }
    *shift = first_number(file, fth_fusion_is_still(file)) + trim - start;
    return length != 1;
}

static const struct fth_fusion_row *source_row(const struct fth_fusion_tool *tool)
{
    for (int i = 0; tool->alias && i < tool->alias->row_count; i++) {
        if (tool->alias->rows[i].file == FTH_FUSION_FILE_IN)
            return &tool->alias->rows[i];
    }
    return NULL;
}

/* Footage keeps its numbers here, and Fusion's keys go with it. */
static void find_shift(struct fth_fusion_reader *reader)
{
    const struct fth_fusion_tool *first = NULL;
    for (int i = 0; i < reader->tool_count; i++) {
        const struct fth_fusion_tool *tool = &reader->tools[i];
        const struct fth_fusion_row *row = source_row(tool);
        double shift = 0;
        int32_t entry = row ? fth_fusion_input(reader, tool, row) : FTH_FUSION_NONE;
        char *file = fth_fusion_text(reader->tree, entry);
        bool counts = row && shift_of(reader, tool, file ? file : "", &shift);
        fth_free(file);
        if (counts && !first) {
            first = tool;
            reader->shift = shift;
            if (shift != 0)
                fth_fusion_note(reader, tool, NULL, "frames",
                                "its first frame has another number here: Fusion's frame 0 is "
                                "frame %g", shift);
        } else if (counts && shift != reader->shift) {
            fth_fusion_note(reader, tool, NULL, "frames",
                            "it begins %g frames beside %s, which is not taken over: retime it",
                            shift - reader->shift, first->name);
        }
    }
}

/* ---- links ----------------------------------------------------------------------------------- */

static void note_loose_end(struct fth_fusion_reader *reader, const struct fth_fusion_tool *tool,
                           int32_t entry)
{
    char *name = NULL, *input = fth_fusion_span_text(reader->tree,
                                                     fth_fusion_at(reader->tree, entry)->key);
    const struct fth_fusion_tool *from = fth_fusion_source(reader, tool, entry, &name);
    if (name)
        fth_fusion_note(reader, tool, input, "link",
                        from ? "%.80s puts out no picture here"
                             : "%.80s is not in this text: feed this input yourself", name);
    fth_free(name);
    fth_free(input);
}

static void link_port(struct fth_fusion_reader *reader, const struct fth_fusion_tool *tool,
                      int32_t entry, const char *port, struct fth_json *inputs)
{
    const struct fth_fusion_tool *from = fth_fusion_picture(reader, tool, entry);
    if (from)
        fth_json_set_text(inputs, port, from->name);
    else
        note_loose_end(reader, tool, entry);
}

static void link_node(struct fth_fusion_reader *reader, const struct fth_fusion_tool *tool,
                      struct fth_json *inputs)
{
    for (int i = 0; i < tool->alias->row_count; i++) {
        const struct fth_fusion_row *row = &tool->alias->rows[i];
        int32_t entry = row->port[0] ? fth_fusion_input(reader, tool, row) : FTH_FUSION_NONE;
        if (entry != FTH_FUSION_NONE && fth_node_port(tool->desc, row->port) >= 0)
            link_port(reader, tool, entry, row->port, inputs);
        else if (entry != FTH_FUSION_NONE)
            fth_fusion_note(reader, tool, row->input, "link", "%s has no such input",
                            tool->desc->id);
    }
}

/* 0 for the input that a tool hands on when it does nothing, then pictures, then masks. */
static int rank_of(const struct fth_fusion_reader *reader, int32_t entry)
{
    static const char *const main_inputs[] = {"Input", "Background", "Source", "MainInput"};
    struct fth_fusion_span key = fth_fusion_at(reader->tree, entry)->key;
    for (size_t i = 0; i < sizeof(main_inputs) / sizeof(*main_inputs); i++) {
        if (fth_fusion_span_is(reader->tree, key, main_inputs[i]))
            return 0;
    }
    return fth_fusion_span_is(reader->tree, key, "EffectMask") ? 2 : 1;
}

/* A tool that nobody knows keeps the names of its inputs; what it would pass on comes first. */
static void link_unknown(struct fth_fusion_reader *reader, const struct fth_fusion_tool *tool,
                         struct fth_json *inputs)
{
    int32_t table = fth_fusion_get(reader->tree, tool->value, "Inputs");
    const struct fth_fusion_value *entries = fth_fusion_at(reader->tree, table);
    for (int rank = 0; entries && rank < 3; rank++) {
        for (int32_t at = entries->first; at != FTH_FUSION_NONE;
             at = fth_fusion_at(reader->tree, at)->next) {
            struct fth_fusion_span key = fth_fusion_at(reader->tree, at)->key;
            if (rank_of(reader, at) != rank || key.end - key.begin >= FTH_LIMIT_NAME ||
                fth_json_count(inputs) == FTH_LIMIT_INPUTS ||
                fth_fusion_get(reader->tree, at, "SourceOp") == FTH_FUSION_NONE)
                continue;
            char *port = fth_fusion_span_text(reader->tree, key);
            const struct fth_fusion_tool *from = fth_fusion_picture(reader, tool, at);
            if (port && from)
                fth_json_set_text(inputs, port, from->name);
            fth_free(port);
        }
    }
}

/* ---- what is not taken over ------------------------------------------------------------------ */

/* Is what the entry says what Fusion does anyway? */
static bool is_standard(const struct fth_fusion_reader *reader, int32_t entry,
                        const struct fth_json *standard)
{
    double number;
    int32_t value = fth_fusion_get(reader->tree, entry, "Value");
    if (value == FTH_FUSION_NONE || !standard ||
        fth_fusion_get(reader->tree, entry, "SourceOp") != FTH_FUSION_NONE ||
        fth_fusion_get(reader->tree, entry, "Expression") != FTH_FUSION_NONE)
        return false;
    for (size_t i = 0; i < fth_json_count(standard); i++) {
        if (!fth_fusion_number(reader->tree, fth_fusion_item(reader->tree, value, (int32_t)i),
                               &number) ||
            number != fth_json_number(fth_json_at(standard, i), 0))
            return false;
    }
    if (fth_json_count(standard))
        return true;
    const char *text = fth_json_text(standard, NULL);
    if (!text)
        return fth_fusion_number(reader->tree, value, &number) &&
               number == fth_json_number(standard, 0);
    if (fth_fusion_is(reader->tree, value, "FuID"))
        value = fth_fusion_item(reader->tree, value, 0);
    char *words = fth_fusion_text(reader->tree, value);
    bool same = words && strcmp(words, text) == 0;
    fth_free(words);
    return same;
}

static void note_rest(struct fth_fusion_reader *reader, const struct fth_fusion_tool *tool)
{
    bool has_common = !(tool->desc->flags & FTH_NODE_NO_COMMON);
    int32_t table = fth_fusion_get(reader->tree, tool->value, "Inputs");
    const struct fth_fusion_value *entries = fth_fusion_at(reader->tree, table);
    int32_t at = entries ? entries->first : FTH_FUSION_NONE;
    for (; at != FTH_FUSION_NONE; at = fth_fusion_at(reader->tree, at)->next) {
        const struct fth_fusion_row *row = fth_fusion_row_of(reader, tool, at);
        bool is_taken = row && (!row->is_common || has_common) && (row->param[0] || row->port[0]);
        if (is_taken || (row && (row->is_quiet || (row->is_common && !has_common) ||
                                 is_standard(reader, at, row->standard))))
            continue;
        char *key = fth_fusion_span_text(reader->tree, fth_fusion_at(reader->tree, at)->key);
        if (key && !fth_fusion_is_quiet(reader->table, key))
            fth_fusion_note(reader, tool, key, "input",
                            row ? "it has another value than Fusion's default, and no counterpart "
                                  "in '%s'"
                                : "nothing in '%s' is known for it", tool->desc->id);
        fth_free(key);
    }
}

/* ---- nodes ----------------------------------------------------------------------------------- */

static void set_if_filled(struct fth_json *node, const char *key, struct fth_json *object)
{
    if (fth_json_count(object))
        fth_json_set(node, key, object);
    else
        fth_json_destroy(&object);
}

static enum fth_status read_node(struct fth_fusion_reader *reader,
                                 const struct fth_fusion_tool *tool)
{
    struct fth_json *node = fth_json_new(FTH_JSON_OBJECT);
    struct fth_json *inputs = fth_json_new(FTH_JSON_OBJECT);
    struct fth_json *params = fth_json_new(FTH_JSON_OBJECT);
    enum fth_status status = FTH_OK;
    char kind[FTH_LIMIT_KIND];
    if (tool->role == FTH_FUSION_NODE) {
        snprintf(kind, sizeof(kind), "%s", tool->desc->id);
        link_node(reader, tool, inputs);
        status = fth_fusion_read_params(reader, tool, params);
        note_rest(reader, tool);
    } else {
        char *id = fth_fusion_span_text(reader->tree,
                                        fth_fusion_at(reader->tree, tool->value)->word);
        snprintf(kind, sizeof(kind), "fusion:%.200s", id ? id : "");
        fth_free(id);
        link_unknown(reader, tool, inputs);
        fth_fusion_note(reader, tool, NULL, "unknown",
                        "there is no node for this kind of tool (%s): pictures pass through it",
                        kind + strlen("fusion:"));
    }
    fth_json_set_text(node, "node", kind);
    set_if_filled(node, "inputs", inputs);
    set_if_filled(node, "params", params);
    fth_json_set(reader->nodes, tool->name, node);
    return status;
}

enum fth_status fth_fusion_reader_nodes(struct fth_fusion_reader *reader)
{
    enum fth_status status = FTH_OK;
    find_shift(reader);
    for (int i = 0; i < reader->tool_count && status == FTH_OK; i++) {
        if (reader->tools[i].is_picture)
            status = read_node(reader, &reader->tools[i]);
    }
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool pair_of(const struct fth_fusion_reader *reader, int32_t table, double pair[2])
{
    for (int i = 0; i < 2; i++) {
        if (!fth_fusion_number(reader->tree, fth_fusion_item(reader->tree, table, i), &pair[i]))
            return false;
    }
    return true;
}

/* Frames a second as a fraction; 23.976, 29.97 and 59.94 stand for thousand-and-oneths. */
static void set_rate(struct fth_json *settings, double rate)
{
    char text[48];
    double whole = floor(rate + 0.5), broken = whole * 1000 / 1001;
    if (!(rate >= 1 && rate <= 1000))
        return;
    if (fabs(rate - whole) < 1e-6)
        snprintf(text, sizeof(text), "%.0f/1", whole);
    else if (fabs(rate - broken) < 5e-3)
        snprintf(text, sizeof(text), "%.0f/1001", whole * 1000);
    else
        snprintf(text, sizeof(text), "%.0f/1000", floor(rate * 1000 + 0.5));
    fth_json_set_text(settings, "rate", text);
}

/* What a composition says of its frame. */
static struct fth_json *read_settings(const struct fth_fusion_reader *reader)
{
    struct fth_json *settings = fth_json_new(FTH_JSON_OBJECT);
    double size[2], range[2], rate = 0;
    int32_t prefs = fth_fusion_get(reader->tree, 0, "Prefs");
    int32_t format = fth_fusion_get(reader->tree, fth_fusion_get(reader->tree, prefs, "Comp"),
                                    "FrameFormat");
    if (fth_fusion_number(reader->tree, fth_fusion_get(reader->tree, format, "Width"), &size[0]) &&
        fth_fusion_number(reader->tree, fth_fusion_get(reader->tree, format, "Height"), &size[1]) &&
        size[0] >= 1 && size[1] >= 1 && size[0] <= FTH_LIMIT_SIDE && size[1] <= FTH_LIMIT_SIDE) {
        struct fth_json *list = fth_json_new(FTH_JSON_ARRAY);
        for (int i = 0; i < 2; i++)
            fth_json_add(list, fth_json_new_int((int64_t)size[i]));
        fth_json_set(settings, "size", list);
    }
    if (fth_fusion_number(reader->tree, fth_fusion_get(reader->tree, format, "Rate"), &rate))
        set_rate(settings, rate);
    if (pair_of(reader, fth_fusion_get(reader->tree, 0, "RenderRange"), range) &&
        range[0] <= range[1] && fabs(range[0]) < 1e9 && fabs(range[1]) < 1e9) {
        struct fth_json *list = fth_json_new(FTH_JSON_ARRAY);
        for (int i = 0; i < 2; i++)
            fth_json_add(list, fth_json_new_int((int64_t)floor(range[i] + reader->shift)));
        fth_json_set(settings, "frames", list);
    }
    return settings;
}

/* The text line by line, so that a document stays a text that people and tools can compare; a long
 * one in one piece. */
static struct fth_json *keep_text(const char *text, size_t length)
{
    struct fth_json *lines = NULL;
    struct fth_text line = {0};
    size_t count_lines = 0;
    for (size_t i = 0; i < length; i++)
        count_lines += text[i] == '\n';
    if (count_lines > MOST_LINES) {
        fth_text_append_bytes(&line, text, length);
        lines = fth_json_new_text(line.data ? line.data : "");
        fth_text_clear(&line);
        return lines;
    }
    lines = fth_json_new(FTH_JSON_ARRAY);
    for (size_t at = 0; at <= length;) {
        const char *end = at < length ? memchr(text + at, '\n', length - at) : NULL;
        size_t count = end ? (size_t)(end - (text + at)) : length - at;
        line.length = 0;
        fth_text_append_bytes(&line, text + at, count);
        fth_json_add(lines, fth_json_new_text(line.data ? line.data : ""));
        at += count + 1;
    }
    fth_text_clear(&line);
    return lines;
}

/* Letters that JSON writes longer must not blow the document up beyond what can be read. */
static enum fth_status check_kept(const char *name, const char *text, size_t length,
                                  struct fth_error *error)
{
    size_t kept = length;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        kept += c < ' ' ? 5 : c == '"' || c == '\\';
    }
    if (kept <= MOST_KEPT_SIZE)
        return FTH_OK;
    return fth_fail(error, FTH_ERR_LIMIT,
                    "%s: its text would take %zu bytes in a document, the limit is %d", name, kept,
                    MOST_KEPT_SIZE);
}

static struct fth_json *make_document(struct fth_fusion_reader *reader)
{
    struct fth_json *document = fth_json_new(FTH_JSON_OBJECT);
    struct fth_json *view = fth_json_new(FTH_JSON_OBJECT);
    struct fth_json *fusion = fth_json_new(FTH_JSON_OBJECT);
    size_t length = 0;
    const char *text = fth_fusion_bytes(reader->tree, &length);
    fth_json_set(fusion, "text", keep_text(text, length));
    fth_json_set(view, "fusion", fusion);
    fth_json_set_int(document, "fathom", 1);
    set_if_filled(document, "settings", read_settings(reader));
    fth_json_set(document, "nodes", reader->nodes);
    reader->nodes = NULL;
    fth_json_set(document, "view", view);
    return document;
}

enum fth_status fth_fusion_read(const struct fth_catalogue *catalogue, const char *name,
                                const char *text, size_t length,
                                struct fth_fusion_result *result, struct fth_error *error)
{
    struct fth_fusion_reader reader = {.error = error};
    bool was_lost = fth_text_take_lost();
    enum fth_status status = fth_fusion_reader_open(catalogue, name, text, length, &reader);
    if (status == FTH_OK)
        status = check_kept(name, text, length, error);
    if (status == FTH_OK)
        status = fth_fusion_reader_nodes(&reader);
    if (status == FTH_OK) {
        result->report = fth_fusion_report(&reader);
        result->document = make_document(&reader);
    }
    bool is_lost = fth_text_take_lost();
    if (was_lost)
        fth_text_lose();
    if (status == FTH_OK && (!result->document || !result->report || is_lost)) {
        fth_json_destroy(&result->document);
        fth_json_destroy(&result->report);
        status = fth_fail_memory(error, length, "a document");
    }
    fth_fusion_reader_close(&reader);
    return status;
}
