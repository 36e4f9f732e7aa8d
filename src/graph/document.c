/* SPDX-License-Identifier: Apache-2.0 */
/* A document as a whole: what it is before a tree is made of it, its version, its parts. */
#include "graph/document.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "graph/group.h"
#include "graph/reader.h"

enum {
    FORMAT = 1,              /* "fathom": 1 */
    MOST_DEPTH = 64,         /* of values within values */
    MOST_SIZE = 64 << 20,    /* bytes of text */
    MOST_TREE = 100 << 20    /* bytes, about, of the tree that is made of it */
};

static const char *const root_keys[] = {"fathom", "settings", "nodes",   "publish",
                                        "view",   "comment",  "$schema", NULL};

/* ---- before the tree ------------------------------------------------------------------------- */

static enum fth_status check_size(const struct fth_document_text *source, struct fth_error *error)
{
    if (source->length > MOST_SIZE)
        return fth_fail(error, FTH_ERR_LIMIT, "%s: %zu bytes, the limit of a document is %d",
                        source->name, source->length, MOST_SIZE);
    return FTH_OK;
}

/* Of the tree, so without what is lifted out. */
static enum fth_status check_amount(const struct fth_reader *reader, struct fth_error *error)
{
    enum { CONTAINER_SIZE = 160, VALUE_SIZE = 48 }; /* what jansson takes, about */
    const struct fth_document_text *source = reader->source;
    struct fth_json_amount amount = {0};
    size_t begin = 0;
    for (size_t i = 0; i <= reader->lifted_count; i++) {
        bool is_last = i == reader->lifted_count;
        size_t end = is_last ? source->length : reader->lifted_spans[i].begin;
        struct fth_json_amount more = fth_json_measure(source->text + begin, end - begin);
        amount.containers += more.containers;
        amount.values += more.values;
        amount.depth = FTH_MAX(amount.depth, more.depth);
        begin = is_last ? end : reader->lifted_spans[i].end;
    }
    if (amount.containers + amount.values == 0)
        return fth_fail(error, FTH_ERR_DATA, "%s: empty, not a document", source->name);
    if (amount.depth > MOST_DEPTH)
        return fth_fail(error, FTH_ERR_LIMIT, "%s: values within values %zu deep, the limit is %d",
                        source->name, amount.depth, MOST_DEPTH);
    if (amount.containers * CONTAINER_SIZE + amount.values * VALUE_SIZE > MOST_TREE)
        return fth_fail(error, FTH_ERR_LIMIT,
                        "%s: %zu lists and objects and %zu values, which is more than a document "
                        "may hold", source->name, amount.containers, amount.values);
    return FTH_OK;
}

/* Where each node stands. The text need not be sound: then none are found, and jansson says why. */
static enum fth_status find_nodes(struct fth_reader *reader, struct fth_error *error)
{
    const struct fth_document_text *source = reader->source;
    struct fth_json_span key, value;
    struct fth_json_walk walk;
    size_t nodes = 0, count = 0;
    reader->keys = fth_alloc(FTH_LIMIT_NODES, sizeof(*reader->keys));
    reader->values = fth_alloc(FTH_LIMIT_NODES, sizeof(*reader->values));
    reader->is_bad = fth_alloc(FTH_LIMIT_NODES, sizeof(*reader->is_bad));
    if (!reader->keys || !reader->values || !reader->is_bad)
        return fth_fail_memory(error, FTH_LIMIT_NODES * sizeof(*reader->keys), "a document");
    if (!fth_json_find_begin(source->text, source->length, 0, "nodes", &nodes) ||
        !fth_json_walk_begin(&walk, source->text, source->length, nodes) || !walk.is_object)
        return FTH_OK;
    for (; fth_json_walk_next(&walk, &key, &value); count++) {
        if (count >= FTH_LIMIT_NODES)
            continue;
        reader->keys[count] = key;
        reader->values[count] = value;
    }
    reader->node_count = FTH_MIN(count, FTH_LIMIT_NODES);
    if (count <= FTH_LIMIT_NODES)
        return FTH_OK;
    fth_reader_tell(reader, &(struct fth_spot){.section = "nodes"}, FTH_ERR_LIMIT,
                    "%zu nodes, the limit of a document is %d", count, FTH_LIMIT_NODES);
    *error = reader->first;
    return reader->first.status;
}

/* ---- the parts ------------------------------------------------------------------------------- */

static void read_format(struct fth_reader *reader, const struct fth_json *tree)
{
    const struct fth_json *format = fth_json_get(tree, "fathom");
    struct fth_spot spot = {.section = "fathom", .is_value = true};
    double number = fth_json_number(format, 0);
    if (number == FORMAT)
        return;
    if (!format)
        fth_reader_tell(reader, &spot, FTH_ERR_DATA,
                        "no document of fathom: it does not say \"fathom\": %d", FORMAT);
    else if (number > FORMAT)
        fth_reader_tell(reader, &spot, FTH_ERR_UNSUPPORTED,
                        "a document of format %.0f, and this program reads format %d: a newer "
                        "fathom wrote it", number, FORMAT);
    else
        fth_reader_tell(reader, &spot, FTH_ERR_DATA, "\"fathom\" takes %d, the format", FORMAT);
    reader->stop = true; /* the rest may mean something else */
}

static void read_published(struct fth_reader *reader, const struct fth_json *rows, bool is_input,
                           size_t at)
{
    const char *section = is_input ? "inputs" : "params", *name = NULL;
    const struct fth_json *value;
    void *place = NULL;
    struct fth_error error = {0};
    struct fth_spot spot = {.at = at, .section = section, .is_value = true};
    if (rows && fth_json_kind(rows) != FTH_JSON_OBJECT)
        fth_reader_tell(reader, &spot, FTH_ERR_USAGE, "publish: '%s' takes an object, { NAME: %s }",
                        section, is_input ? "NODE" : "\"NODE.PARAMETER\"");
    while ((value = fth_json_next(rows, &place, &name)) && !reader->stop) {
        const char *target = fth_json_text(value, NULL);
        spot.key = name;
        if (!target)
            fth_reader_tell(reader, &spot, FTH_ERR_USAGE, "publish: '%.80s' takes a text", name);
        else if (fth_graph_publish(reader->graph, is_input, name, target, &error) != FTH_OK)
            fth_reader_tell(reader, &spot, error.status, "publish: %s", error.message);
    }
}

static void read_output(struct fth_reader *reader, const struct fth_json *output, size_t at)
{
    struct fth_error error = {0};
    struct fth_spot spot = {.at = at, .section = "output", .is_value = true};
    const char *name = fth_json_text(output, NULL);
    if (output && !name)
        fth_reader_tell(reader, &spot, FTH_ERR_USAGE,
                        "publish: 'output' takes the name of a node, a text");
    else if (name && fth_graph_publish_output(reader->graph, name, &error) != FTH_OK)
        fth_reader_tell(reader, &spot, error.status, "publish: %s", error.message);
}

static void read_publish(struct fth_reader *reader, const struct fth_json *publish)
{
    static const char *const known[] = {"params", "inputs", "output", "comment", NULL};
    struct fth_json_span key, value = {0};
    const struct fth_document_text *source = reader->source;
    struct fth_spot spot = {.section = "publish"};
    if (fth_json_kind(publish) != FTH_JSON_OBJECT) {
        fth_reader_tell(reader, &spot, FTH_ERR_USAGE, "'publish' takes an object");
        return;
    }
    (void)fth_json_find(source->text, source->length, 0, "publish", &key, &value);
    read_published(reader, fth_json_get(publish, "params"), false, value.begin);
    read_published(reader, fth_json_get(publish, "inputs"), true, value.begin);
    read_output(reader, fth_json_get(publish, "output"), value.begin);
    fth_reader_unknown(reader, publish, known, &spot);
}

static void read_root(struct fth_reader *reader, const struct fth_json *tree)
{
    const struct fth_json *nodes = fth_json_get(tree, "nodes");
    const struct fth_json *settings = fth_json_get(tree, "settings");
    const struct fth_json *publish = fth_json_get(tree, "publish");
    struct fth_spot spot = {0};
    if (fth_json_kind(tree) != FTH_JSON_OBJECT) {
        fth_reader_tell(reader, &spot, FTH_ERR_DATA,
                        "no document of fathom: it is not an object, { \"fathom\": %d, ... "
                        "}", FORMAT);
        return;
    }
    read_format(reader, tree);
    if (reader->stop)
        return;
    if (settings)
        fth_reader_settings(reader, settings);
    if (nodes && fth_json_kind(nodes) == FTH_JSON_OBJECT) {
        fth_reader_nodes(reader, (struct fth_json *)(uintptr_t)nodes);
    } else if (!reader->stop) {
        spot.section = "nodes";
        fth_reader_tell(reader, &spot, FTH_ERR_USAGE, nodes ? "'nodes' takes an object, { NAME: { "
                        "\"node\": KIND, ... } }" : "a document needs \"nodes\"");
    }
    if (publish && !reader->stop)
        read_publish(reader, publish);
    if (!reader->stop)
        fth_reader_unknown(reader, tree, root_keys, &(struct fth_spot){0});
}

/* ---- the whole ------------------------------------------------------------------------------- */

static enum fth_status keep_origin(struct fth_graph *graph, const struct fth_document_text *source,
                                   struct fth_error *error)
{
    struct fth_origin *origin = &graph->origin;
    graph->library = source->library;
    graph->allows_outside = source->allows_outside;
    origin->text = fth_alloc(source->length + 1, 1);
    origin->name = fth_strdup(source->name);
    graph->folder = fth_strdup(source->folder ? source->folder : "");
    if (!origin->text || !origin->name || !graph->folder)
        return fth_fail_memory(error, source->length, "a document's text");
    memcpy(origin->text, source->text, source->length);
    origin->length = source->length;
    return FTH_OK;
}

/* Tells a failure that was found before there was a tree, or by the parser. */
static void tell_early(struct fth_reader *reader, const struct fth_error *error)
{
    struct fth_problem problem = {.node = "", .key = "", .message = error->message};
    const char *name = reader->source->name;
    int skipped = 0;
    problem.words = error->message;
    if (strncmp(error->message, name, strlen(name)) == 0) {
        problem.words += strlen(name);
        /* A number behind ": " is no line: scanf would skip the blank. */
        if (problem.words[0] == ':' && problem.words[1] != ' ')
            (void)sscanf(problem.words, ":%d:%d:%n", &problem.line, &problem.column, &skipped);
        problem.words += skipped ? skipped : 1;
        problem.words += *problem.words == ' ';
    }
    if (reader->listener)
        reader->listener->tell(reader->listener->context, &problem);
}

static enum fth_status read_all(struct fth_reader *reader, struct fth_error *error)
{
    const struct fth_document_text *source = reader->source;
    struct fth_graph *graph = reader->graph;
    enum fth_status status = check_size(source, error);
    if (status == FTH_OK)
        status = find_nodes(reader, error);
    if (status == FTH_OK)
        status = fth_reader_lift(reader, error);
    if (status == FTH_OK)
        status = check_amount(reader, error);
    if (status == FTH_OK)
        status = keep_origin(graph, source, error);
    if (status == FTH_OK)
        status = fth_json_parse_less(source->text, source->length, source->name,
                                     reader->lifted_spans, reader->lifted_count,
                                     &graph->origin.tree, error);
    if (status != FTH_OK) {
        if (reader->first.status == FTH_OK)
            tell_early(reader, error);
        return status;
    }
    read_root(reader, graph->origin.tree);
    graph->origin.revision = graph->revision;
    if (reader->first.status != FTH_OK && error)
        *error = reader->first;
    return reader->first.status;
}

/* What Windows puts before the text is none of it. */
static size_t mark_size(const struct fth_document_text *source)
{
    return source->length >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

enum fth_status fth_graph_read(const struct fth_catalogue *catalogue,
                               const struct fth_document_text *source,
                               const struct fth_listener *listener, struct fth_graph **result,
                               struct fth_error *error)
{
    struct fth_error unheard;
    struct fth_document_text text = *source;
    struct fth_reader reader = {.source = &text, .listener = listener};
    size_t mark = mark_size(source);
    enum fth_status status = fth_graph_create(catalogue, &reader.graph, error);
    if (status != FTH_OK)
        return status;
    text.text += mark;
    text.length -= mark;
    status = read_all(&reader, error ? error : &unheard);
    reader.graph->origin.has_mark = mark > 0;
    fth_free(reader.keys);
    fth_free(reader.values);
    fth_free(reader.is_bad);
    fth_free(reader.lifted);
    fth_free(reader.lifted_spans);
    if (status == FTH_OK)
        *result = reader.graph;
    else
        fth_graph_destroy(&reader.graph);
    return status;
}
