/* SPDX-License-Identifier: Apache-2.0 */
/* Where a problem stands in the text, and who is told of it. */
#include "graph/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"

/* As near as the text has it: what is not there is told of at what should hold it. */
static size_t locate(const struct fth_document_text *source, const struct fth_spot *spot)
{
    struct fth_json_span key, value;
    size_t at = spot->at;
    const char *const steps[] = {spot->section, spot->key, NULL};
    for (const char *const *step = spot->section ? steps : steps + 1; *step; step++) {
        if (!fth_json_find(source->text, source->length, at, *step, &key, &value))
            return at;
        at = step[1] || spot->is_value ? value.begin : key.begin;
    }
    return at;
}

static void give(struct fth_reader *reader, const struct fth_problem *problem,
                 const struct fth_error *said)
{
    if (!problem->is_warning && reader->first.status == FTH_OK) {
        reader->first = *said;
        /* What a document says wrong is no wrong use of the program. */
        if (said->status == FTH_ERR_USAGE)
            reader->first.status = FTH_ERR_DATA;
        snprintf(reader->first.node, sizeof(reader->first.node), "%s", problem->node);
    }
    if (reader->listener)
        reader->listener->tell(reader->listener->context, problem);
    else if (problem->is_warning)
        fth_log(FTH_LOG_WARNING, "%s", problem->message);
    bool is_over = said->status == FTH_ERR_MEMORY || (!problem->is_warning && !reader->listener);
    reader->stop = reader->stop || is_over;
}

void fth_reader_tell(struct fth_reader *reader, const struct fth_spot *spot,
                     enum fth_status status, const char *format, ...)
{
    struct fth_problem problem = {.is_warning = status == FTH_OK,
                                  .node = spot->node ? spot->node : "",
                                  .key = spot->key ? spot->key : ""};
    struct fth_error said;
    char words[sizeof(said.message)];
    va_list list;
    /* Nobody reads on, and each place is looked for from the beginning of the text. */
    if (reader->stop || (status == FTH_OK && reader->told > FTH_MOST_PROBLEMS))
        return;
    va_start(list, format);
    vsnprintf(words, sizeof(words), format, list);
    va_end(list);
    fth_json_place(reader->source->text, locate(reader->source, spot), &problem.line,
                   &problem.column);
    fth_fail(&said, status, "%s:%d:%d: %s", reader->source->name, problem.line, problem.column,
             words);
    problem.message = said.message;
    problem.words = words;
    give(reader, &problem, &said);
    if (++reader->told != FTH_MOST_PROBLEMS || reader->stop)
        return;
    reader->told++;
    fth_fail(&said, FTH_ERR_DATA, "%s: too much is wrong or odd; no more of it is told",
             reader->source->name);
    problem = (struct fth_problem){.is_warning = true, .line = problem.line,
                                   .column = problem.column, .node = "", .key = "",
                                   .message = said.message, .words = said.message};
    give(reader, &problem, &said);
    reader->stop = reader->listener != NULL; /* without, the document is read to its end */
}

const char *fth_kept_hint(const char *nearest, char hint[128])
{
    if (!nearest)
        return "; it is kept";
    snprintf(hint, 128, "; did you mean '%s'? It is kept", nearest);
    return hint;
}

void fth_reader_unknown(struct fth_reader *reader, const struct fth_json *object,
                        const char *const *known, const struct fth_spot *spot)
{
    size_t count = 0;
    const char *key = NULL;
    void *place = NULL;
    while (known[count])
        count++;
    while (fth_json_next(object, &place, &key) && !reader->stop) {
        size_t i = 0;
        while (i < count && strcmp(known[i], key) != 0)
            i++;
        if (i < count)
            continue;
        struct fth_spot at = *spot;
        *(at.section ? &at.key : &at.section) = key;
        char hint[128];
        bool of_node = spot->node != NULL;
        fth_reader_tell(reader, &at, FTH_OK, "%s%s%s'%.80s' is not known%s",
                        of_node ? "node '" : "", of_node ? spot->node
                                                 : spot->section ? spot->section : "",
                        of_node ? "': " : spot->section ? ": " : "", key,
                        fth_kept_hint(fth_nearest_word(key, known, count), hint));
    }
}

enum fth_status fth_origin_blame(const struct fth_graph *graph, enum fth_status status,
                                 struct fth_error *error)
{
    const struct fth_origin *origin = &graph->origin;
    const struct fth_document_text source = {origin->text, origin->length, origin->name, NULL};
    const struct fth_spot spot = {.section = "nodes", .key = error ? error->node : NULL};
    int line, column;
    if (!error || !origin->text || origin->revision != graph->revision || !error->node[0])
        return status;
    fth_json_place(origin->text, locate(&source, &spot), &line, &column);
    fth_error_prefix(error, "%s:%d:%d", origin->name, line, column);
    return error->status = status == FTH_ERR_USAGE ? FTH_ERR_DATA : status;
}
