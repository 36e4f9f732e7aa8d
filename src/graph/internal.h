/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the graph: how a document lies in memory. */
#ifndef FTH_GRAPH_INTERNAL_H
#define FTH_GRAPH_INTERNAL_H

#include "base/json.h"
#include "base/limits.h"
#include "graph/curve.h"
#include "graph/graph.h"
#include "graph/settings.h"

struct fth_setting {
    const struct fth_param *param;
    bool is_common;
    struct fth_value value;  /* with a curve: its first key's */
    struct fth_curve *curve; /* its keyframes; NULL: the value at every frame */
    bool is_read;            /* what the member's source says, word for word */
};

struct fth_graph_member {
    char name[FTH_LIMIT_NAME];
    const struct fth_node_desc *desc;
    struct fth_setting *settings;
    int setting_count;
    int inputs[FTH_LIMIT_INPUTS]; /* -1: nothing connected */
    const struct fth_json *source; /* as it was read: in the graph's tree; NULL: made by calls */
    struct fth_placeholder *placeholder; /* holds desc, when the catalogue has no such kind */
    struct fth_group *group;             /* holds desc, when it is a document */
};

/* The text a document was read from, and its tree. What is not understood is kept there. */
struct fth_origin {
    char *name;            /* opens messages about it */
    char *text;            /* NULL: made by calls */
    size_t length;
    bool has_mark;         /* a byte order mark stood before it */
    uint64_t revision;     /* the graph's, when it was what the text says */
    struct fth_json *tree;
};

struct fth_graph {
    const struct fth_catalogue *catalogue;
    struct fth_graph_member *members;
    int count, capacity;
    uint64_t revision;
    int *slots;            /* names.c */
    int slot_count;
    struct fth_settings settings;
    struct fth_published *published;
    int published_count;
    struct fth_origin origin;
    int output;            /* the node it shows as a group, -1: not said (group.c) */
    struct fth_library *library; /* the documents its groups come from, or NULL; library.c */
    bool owns_library, allows_outside;
    int nesting;           /* groups within groups in it; 0: no group */
    char *folder;          /* that paths are relative to in its text, "" or NULL: the current one */
};

/* To be called after every change. */
void fth_graph_touch(struct fth_graph *graph);

/* Adds a member under `name`, which is checked; `desc` must live as long as the graph does. */
enum fth_status fth_graph_add_member(struct fth_graph *graph, const char *name,
                                     const struct fth_node_desc *desc, struct fth_error *error);
/* Gives back all that a member holds. */
void fth_member_clear(struct fth_graph_member *member);
/* Refuses what cannot be the name of another node. */
enum fth_status fth_graph_check_name(const struct fth_graph *graph, const char *name,
                                     struct fth_error *error);

/* Nodes by name: room for `count` (false: memory is out), one more, all anew. */
bool fth_names_reserve(struct fth_graph *graph, int count);
void fth_names_add(struct fth_graph *graph, int index);
void fth_names_refill(struct fth_graph *graph);

/* Frees what the setting holds. */
void fth_setting_clear(struct fth_setting *setting);

/* The same, unless it is the default at every frame. */
const struct fth_setting *fth_graph_worth_saying(const struct fth_graph_member *member,
                                                 const struct fth_param *row);

/* The graph as a document's tree (document_write.c). NULL when memory is out. */
struct fth_json *fth_graph_json(const struct fth_graph *graph, bool is_canonical);

/* Takes `fresh`, on success, in place of what there was of its row. */
enum fth_status fth_graph_keep(struct fth_graph_member *member, const struct fth_setting *fresh,
                               struct fth_error *error);

/* The setting of a row of the member's tables, or NULL when it was not set. */
struct fth_setting *fth_graph_setting(const struct fth_graph_member *member,
                                      const struct fth_param *param);

/* The row of the member's tables that is spelt most like `param`, or NULL. */
const char *fth_graph_nearest_param(const struct fth_graph_member *member, const char *param);

/* Index of the member called `name`; the message has the nearest right spelling. */
enum fth_status fth_graph_need(const struct fth_graph *graph, const char *name, int *index,
                               struct fth_error *error);
/* Its row called `param`, likewise. */
enum fth_status fth_graph_need_param(const struct fth_graph_member *member, const char *param,
                                     const struct fth_param **row, bool *is_common,
                                     struct fth_error *error);
/* Its port called `id`, likewise. */
enum fth_status fth_graph_need_port(const struct fth_graph_member *member, const char *id,
                                    int *port, struct fth_error *error);

/* The parts of fth_graph_check: one member by itself, and all of them together. */
enum fth_status fth_graph_check_member(const struct fth_graph *graph, int index,
                                       struct fth_error *error);
enum fth_status fth_graph_check_circles(const struct fth_graph *graph, struct fth_error *error);
/* All that is wrong with it is that it writes, and nobody has said yet into which file. */
bool fth_graph_awaits_file(const struct fth_graph *graph, int index);

/* Puts the place of the error's node before the message, when the text still says what the graph
 * does. */
enum fth_status fth_origin_blame(const struct fth_graph *graph, enum fth_status status,
                                 struct fth_error *error);

/* Says which node an error is about. */
enum fth_status fth_graph_blame(struct fth_error *error, const char *name, enum fth_status status);

#endif
