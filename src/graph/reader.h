/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the reading of documents: what is read, where it stands, who is told what. */
#ifndef FTH_GRAPH_READER_H
#define FTH_GRAPH_READER_H

#include "base/json_text.h"
#include "graph/document.h"
#include "graph/internal.h"

enum { FTH_MOST_PROBLEMS = 100 };

/* Keyframes that are too many for a tree: they are read from the text. */
struct fth_lifted {
    size_t node;                  /* place of the node in the text */
    const struct fth_param *row;
};

struct fth_reader {
    struct fth_graph *graph;
    const struct fth_document_text *source;
    const struct fth_listener *listener;  /* or NULL */
    struct fth_error first;               /* what went wrong first; FTH_OK: nothing */
    bool stop;                            /* nothing more is to be read */
    int told;
    struct fth_json_span *keys, *values;  /* of the nodes, in the order of the text */
    bool *is_bad;                         /* one a node: something was wrong with it */
    size_t node_count;
    struct fth_lifted *lifted;
    struct fth_json_span *lifted_spans;   /* of each the list of keys */
    size_t lifted_count;
    struct fth_json *nodes;               /* of the graph's tree */
};

/* A place in the text: the value at `at`; of that, the member `section`; of that, `key`. */
struct fth_spot {
    size_t at;
    const char *section, *key;
    bool is_value;    /* the value of the member, not its key */
    const char *node; /* what it is about, or NULL */
};

/* Tells of a problem there: a warning when `status` is FTH_OK. */
void fth_reader_tell(struct fth_reader *reader, const struct fth_spot *spot,
                     enum fth_status status, const char *format, ...) FTH_PRINTF(4, 5);

/* All nodes of the object `nodes`, in which those brought to another version are replaced. */
void fth_reader_nodes(struct fth_reader *reader, struct fth_json *nodes);
/* The object "settings". */
void fth_reader_settings(struct fth_reader *reader, const struct fth_json *settings);

/* "; did you mean 'x'? It is kept", or without a word that is near "; it is kept". */
const char *fth_kept_hint(const char *nearest, char hint[128]);

/* Finds the keyframes that are to be lifted out of the text. */
enum fth_status fth_reader_lift(struct fth_reader *reader, struct fth_error *error);
/* Where the keyframes of a parameter stand that were lifted out, or NULL. */
const struct fth_json_span *fth_reader_lifted(const struct fth_reader *reader, size_t node,
                                              const struct fth_param *row);

/* Warns of the members of `object` that are none of `known`, which ends with NULL. */
void fth_reader_unknown(struct fth_reader *reader, const struct fth_json *object,
                        const char *const *known, const struct fth_spot *spot);

/* Settings as the object says; what is wrong there is told through `reader`, which may be NULL. */
struct fth_settings fth_settings_read(const struct fth_json *object, struct fth_reader *reader);

#endif
