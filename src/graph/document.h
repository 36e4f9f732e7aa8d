/* SPDX-License-Identifier: Apache-2.0 */
/* Documents as people write them: JSON in, a graph with everything that was not understood kept
 * beside it, JSON out (docs/document.md). A document that is not changed keeps its bytes. */
#ifndef FTH_GRAPH_DOCUMENT_H
#define FTH_GRAPH_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct fth_catalogue;
struct fth_graph;
struct fth_library;

/* What a document is read from; borrowed. */
struct fth_document_text {
    const char *text;
    size_t length;
    const char *name;   /* opens every message: "NAME:LINE:COLUMN: ..." */
    const char *folder; /* paths in it are relative to; "" or NULL: the current one */
    struct fth_library *library; /* its groups come from; NULL: one of its own */
    bool allows_outside; /* groups may lie outside the folder (graph/library.h) */
};

/* Something that is wrong with a document, or odd. */
struct fth_problem {
    bool is_warning;
    int line, column;    /* both from 1 */
    const char *node;    /* which node it is about, or "" */
    const char *key;     /* which member: a parameter, an input, "node"; or "" */
    const char *message; /* one line, "NAME:LINE:COLUMN: " included */
    const char *words;   /* the same without */
};

/* Gets problems in the order of the text, as far as that is known. */
struct fth_listener {
    void (*tell)(void *context, const struct fth_problem *problem);
    void *context;
};

/* Reads a document. Without a listener the first thing that is wrong ends it, and remarks go to the
 * log. With one all that can be found is told, what only the whole shows too (fth_graph_check);
 * the first failure is the answer nevertheless. */
enum fth_status fth_graph_read(const struct fth_catalogue *catalogue,
                               const struct fth_document_text *source,
                               const struct fth_listener *listener, struct fth_graph **graph,
                               struct fth_error *error);

/* The document's text (fth_free): the very bytes it was read from when nothing was changed. After
 * a change members keep their order, and what was not understood stays. */
enum fth_status fth_graph_print(const struct fth_graph *graph, char **text,
                                struct fth_error *error);
/* The same in one form, whatever it was read from: members in the order of the manual, parameters
 * in that of their table, defaults left out. */
enum fth_status fth_graph_format(const struct fth_graph *graph, char **text,
                                 struct fth_error *error);

#endif
