/* SPDX-License-Identifier: Apache-2.0 */
/* Which tool and input of Fusion's is which node and parameter of ours: fusion.json, as a table.
 * docs/fusion.md says what its words mean; nothing about a tool is written anywhere else. */
#ifndef FTH_GRAPH_FUSION_ALIAS_H
#define FTH_GRAPH_FUSION_ALIAS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "base/status.h"

enum fth_fusion_file { FTH_FUSION_NO_FILE, FTH_FUSION_FILE_IN, FTH_FUSION_FILE_OUT };

/* One input of a tool. A parameter's value is fusion * scale + offset. Texts are "" where there is
 * none. */
struct fth_fusion_row {
    const char *input;       /* its name; of a property the path to it: "Clips/0/Filename" */
    bool is_property;        /* stands beside the inputs */
    bool is_common;          /* of every tool that has our common controls */
    bool is_quiet;           /* changes no pixel of ours: nothing to report */
    bool is_guess;           /* its name, unit or meaning */
    const char *param;       /* of our node */
    const char *port, *also; /* of our node; `also` is written to it when `port` is free */
    int component;           /* of the parameter; -1: all of it */
    int join;                /* place among the words a text is put together of; -1: it is not */
    double scale, offset;
    const struct fth_json *choices;  /* {"Fusion's": "ours"}, or NULL */
    const struct fth_json *standard; /* Fusion's default, or NULL: not known */
    const char *as;          /* choices are written as "FuID" or "number" */
    enum fth_fusion_file file;
    const char *fresh;       /* a new tool's text for it, "@" for the value */
    bool fresh_is_input;     /* that text stands among the inputs */
};

struct fth_fusion_alias {
    const char *tool, *node;
    bool writes;             /* new nodes become this tool */
    bool is_loose;           /* inputs are found by their letters alone */
    struct fth_fusion_row *rows;
    int row_count;
};

/* What else a tool may be for us. */
enum fth_fusion_role {
    FTH_FUSION_UNKNOWN,
    FTH_FUSION_NODE,
    FTH_FUSION_PASS,   /* hands its input on */
    FTH_FUSION_GROUP,  /* holds tools */
    FTH_FUSION_SPLINE, /* keyframes of a number */
    FTH_FUSION_PATH,   /* a point from two numbers, X and Y */
    FTH_FUSION_APART   /* no picture: notes, modifiers */
};

struct fth_fusion_table;

enum fth_status fth_fusion_table_create(struct fth_fusion_table **table, struct fth_error *error);
void fth_fusion_table_destroy(struct fth_fusion_table **table); /* accepts NULL */

/* `alias` is NULL but for FTH_FUSION_NODE. */
enum fth_fusion_role fth_fusion_role_of(const struct fth_fusion_table *table, const char *tool,
                                        const struct fth_fusion_alias **alias);
int fth_fusion_alias_count(const struct fth_fusion_table *table);
const struct fth_fusion_alias *fth_fusion_alias_at(const struct fth_fusion_table *table,
                                                   int index);
/* Is an input of this name never worth a report? */
bool fth_fusion_is_quiet(const struct fth_fusion_table *table, const char *input);
/* The file itself. */
const char *fth_fusion_aliases(size_t *length);

#endif
