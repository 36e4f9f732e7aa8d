/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the reading and writing of Fusion's text: its tools, found and named. */
#ifndef FTH_GRAPH_FUSION_READER_H
#define FTH_GRAPH_FUSION_READER_H

#include "base/limits.h"
#include "graph/curve.h"
#include "graph/fusion.h"
#include "graph/fusion_alias.h"
#include "graph/fusion_tree.h"

/* A table of tools: the outermost, or a group's. */
struct fth_fusion_scope {
    int32_t table;
    int parent;                  /* -1: the outermost */
    char prefix[FTH_LIMIT_NAME]; /* "Group1." */
};

struct fth_fusion_tool {
    int32_t value;
    int scope;                   /* it stands in */
    int inside;                  /* GROUP: the scope of its tools, or -1 */
    enum fth_fusion_role role;
    bool is_picture;             /* UNKNOWN: it takes part in the flow of pictures */
    const struct fth_fusion_alias *alias;
    const struct fth_node_desc *desc;
    char name[FTH_LIMIT_NAME];   /* of our node; "" while it is none */
};

/* Keyframes of all nodes: one spline may drive many of them. */
enum { FTH_FUSION_MOST_KEYS = 1 << 18 };

struct fth_fusion_reader {
    const struct fth_catalogue *catalogue;
    struct fth_fusion_table *table;
    struct fth_fusion_tree *tree;
    struct fth_fusion_tool *tools;
    int tool_count, tool_capacity;
    struct fth_fusion_scope *scopes;
    int scope_count;
    int32_t *tool_of;            /* by value: a tool's index plus one */
    double shift;                /* our frame is Fusion's and this */
    size_t key_count;            /* keyframes that were taken over */
    struct fth_json *nodes, *notes;
    size_t note_count;
    struct fth_error *error;
};

/* Finds and names the tools. The text must outlive the reader. */
enum fth_status fth_fusion_reader_open(const struct fth_catalogue *catalogue, const char *name,
                                       const char *text, size_t length,
                                       struct fth_fusion_reader *reader);
void fth_fusion_reader_close(struct fth_fusion_reader *reader); /* of zeros as well */
/* Fills reader->nodes. */
enum fth_status fth_fusion_reader_nodes(struct fth_fusion_reader *reader);

/* What a report says of a tool; `input` may be NULL. */
void fth_fusion_note(struct fth_fusion_reader *reader, const struct fth_fusion_tool *tool,
                     const char *input, const char *kind, const char *format, ...)
    FTH_PRINTF(5, 6);
/* The same of a node of the document. */
void fth_fusion_note_node(struct fth_fusion_reader *reader, const char *node, const char *input,
                          const char *kind, const char *why);
struct fth_json *fth_fusion_report(struct fth_fusion_reader *reader);

/* The entry of a tool's inputs that a row of the table means; FTH_FUSION_NONE: not written. */
int32_t fth_fusion_input(const struct fth_fusion_reader *reader,
                         const struct fth_fusion_tool *tool, const struct fth_fusion_row *row);
/* The row that means the entry `input` of the tool, or NULL. */
const struct fth_fusion_row *fth_fusion_row_of(const struct fth_fusion_reader *reader,
                                               const struct fth_fusion_tool *tool, int32_t input);
/* The tool that is called `name` where `tool` stands, or NULL. */
const struct fth_fusion_tool *fth_fusion_find(const struct fth_fusion_reader *reader,
                                              const struct fth_fusion_tool *tool,
                                              const char *name);
/* The tool that feeds an entry ("Input { SourceOp = ... }"): *name (fth_free) is what it is called
 * there, NULL when nothing feeds it. *source is its output. NULL: no such tool in the text. */
const struct fth_fusion_tool *fth_fusion_source(const struct fth_fusion_reader *reader,
                                                const struct fth_fusion_tool *tool, int32_t input,
                                                char **name);
/* The same through groups and what only hands pictures on: a tool that is a node, or NULL. */
const struct fth_fusion_tool *fth_fusion_picture(const struct fth_fusion_reader *reader,
                                                 const struct fth_fusion_tool *tool,
                                                 int32_t input);

/* fusion_value.c: what a tool says of the parameters of its node, into the object `params`. */
enum fth_status fth_fusion_read_params(struct fth_fusion_reader *reader,
                                       const struct fth_fusion_tool *tool,
                                       struct fth_json *params);

/* Does the ending of this path say that it is a picture, not a clip? */
bool fth_fusion_is_still(const char *path);

/* fusion_keys.c: one spline, in Fusion's own frames and values. */
struct fth_fusion_key {
    double frame, value;
    bool is_linear, steps_in, steps_out, has_in, has_out;
    double in[2], out[2];        /* (frames, value) from the key */
    int32_t text;                /* a TEXT that it holds instead, or FTH_FUSION_NONE */
};
struct fth_fusion_spline {
    struct fth_fusion_key *keys; /* ascending frames */
    size_t count;
    bool loops;                  /* goes on before or behind its keys in some way */
};
enum fth_status fth_fusion_spline_read(const struct fth_fusion_reader *reader,
                                       const struct fth_fusion_tool *tool,
                                       struct fth_fusion_spline *spline);
void fth_fusion_spline_clear(struct fth_fusion_spline *spline);

/* What is known of a parameter of several components before it becomes JSON. */
struct fth_fusion_said {
    const struct fth_param *param;
    const struct fth_fusion_row *rows[4];
    double numbers[4];           /* ours */
    const struct fth_fusion_tool *splines[4];
    bool is_given;
};
/* Its keyframes as [[frame, value, kind, handles], ...]; NULL without a failure when they cannot be
 * had, which is noted. */
enum fth_status fth_fusion_read_keys(struct fth_fusion_reader *reader,
                                     const struct fth_fusion_tool *tool,
                                     const struct fth_fusion_said *said, struct fth_json **keys);

/* Fusion's number as one of ours, inside the row's limits; *changed when these were in the way. */
double fth_fusion_convert(const struct fth_param *param, const struct fth_fusion_row *row,
                          double number, bool *changed);

#endif
