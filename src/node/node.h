/* SPDX-License-Identifier: Apache-2.0 */
/* The node contract. A node is one descriptor of constant data and a few pure callbacks: from
 * (parameters, inputs, frame, rectangle) to planes. It keeps no statics, takes no locks, starts no
 * threads. A node of several steps names them; each step is planned, cached and run on its own, so
 * that a parameter of a late step never runs an early one again. */
#ifndef FTH_NODE_NODE_H
#define FTH_NODE_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/status.h"
#include "base/thread.h"
#include "image/footage.h"
#include "image/image.h"
#include "node/common.h"
#include "node/param.h"

enum fth_node_kind {
    FTH_NODE_SOURCE,   /* makes pictures from files or from nothing; no picture inputs */
    FTH_NODE_POINT,    /* a pixel depends on the same pixel of the inputs at the same frame */
    FTH_NODE_AREA,     /* ... on a stated neighbourhood (region_in) */
    FTH_NODE_WHOLE,    /* ... on the whole picture; gets and renders it in one call */
    FTH_NODE_ANALYSIS, /* ... on other frames too: see struct fth_analysis */
    FTH_NODE_SINK      /* takes pictures and writes them; no output */
};

/* What light or codes a node's mathematics is right in. Where a document manages colours, its
 * pictures are brought there before and back after. */
enum fth_works_in {
    FTH_WORKS_IN_WORKING, /* whatever the document works in: a matter of taste, or of no matter */
    FTH_WORKS_IN_LINEAR,  /* light: lenses, fog, lamps */
    FTH_WORKS_IN_DISPLAY, /* codes as an ordinary display shows them: thresholds, typed numbers */
    FTH_WORKS_IN_DATA     /* numbers that are no colours: nothing is converted for it */
};

/* What is known of a picture before it is computed; the forward pass hands it from node to node. */
struct fth_info {
    struct fth_format format;
    struct fth_rect domain;          /* where it is not 0 */
    bool has_alpha, premultiplied;
    enum fth_colour_space colour;
    enum fth_colour_space fits;      /* what its colours are known to fit in, whatever they are
                                        coded as now: where they came from; File: not known */
    enum fth_depth_meaning depth;
    int64_t first_frame, last_frame; /* what exists; first > last: no bounds */
    int64_t rate_num, rate_den;      /* frames a second; 0/1: not timed */
    struct fth_footage footage;      /* of the main input; tags are zero where colours are maps */
};

/* Frames first..last, both of them in it. */
struct fth_span {
    int64_t first, last;
};

/* What the engine lends to every call. */
struct fth_env {
    struct fth_pool *pool;           /* for fth_pool_run inside WHOLE, SOURCE, ANALYSIS */
    struct fth_buffers *buffers;     /* planes come from here */
    const struct fth_cancel *cancel;
    const char *cache_folder;        /* "" : no disk cache */
    const char *model;               /* --model, "" : the best installed */
    const char *device;              /* --device, "" : chosen; NULL as well */
    int scale_denominator;           /* 1 full size, 2 half ...: pixel lengths are divided by it */
    int32_t frame_width, frame_height; /* the document's frame at full size; 0: it says none */
    int64_t job_first_frame, job_last_frame; /* of the job that runs (sinks); 0, 0: not known */
    bool job_resume;                 /* sinks: go on with what a run before has left */
    const char *job_settings;        /* sinks: lines that say how all before it is set; or NULL */
};

/* The frames of one input that a node with frames_in asked for, in its order. */
struct fth_moments {
    int count;
    const int64_t *frames;
    const struct fth_image *const *images; /* render, push, result; else NULL. For a WHOLE step all
                                              but the first may be bare (image/origin.h):
                                              fth_pixels_moment takes them as they come */
};

/* A node's parameters at several moments around its frame, of nodes with a shutter. */
struct fth_shutter {
    int count;
    const void *params[FTH_LIMIT_MOMENTS];
};

/* What a callback is told. Everything is borrowed for the length of the call. */
struct fth_call {
    const struct fth_env *env;
    const void *params;              /* the node's parameter struct at this frame */
    const struct fth_common *common;
    const struct fth_shutter *shutter; /* NULL: the node has none, or it is shut */
    int64_t frame;
    void *state;                     /* what open() made, or NULL; POINT and AREA renders get
                                        NULL, because their bands run at once; wants, push and
                                        result too, because plans are made beside them */
    struct fth_info info;            /* of this node's own output (render, region_in) */
    struct fth_rect rect;            /* render: exactly these pixels must be in the output's planes
                                        (more is fine); always inside info.domain */
    const struct fth_info *const *input_infos;   /* one a port, NULL where nothing is connected */
    const struct fth_image *into;    /* render: planes that the rows of this call will lie in; NULL:
                                        not known yet. See fth_pixels_made */
    bool streams;                    /* into's planes are larger than the caches */
    const struct fth_image *const *inputs;       /* render: one a port, or NULL; planes hold at
                                        least region_in of the port, inside the input's domain */
    const struct fth_moments *moments;           /* nodes with frames_in: one a port; of one that
                                                    has several, inputs has the first, and its
                                                    info has the data windows of all joined */
    const struct fth_image *previous;            /* output of the step before, or what it hands
                                        on; NULL in the first */
    const void *prepared;            /* render: what the step's prepare() made; NULL: it has none,
                                        or nobody has called it, then render does */
    struct fth_arena *arena;         /* scratch of this call */
    struct fth_key key;              /* sink, finished: of the picture; equal keys, equal bytes */
    struct fth_span exists;          /* ANALYSIS: the frames its main input has; the frame alone
                                        when nobody knows */
    struct fth_key frame_key;        /* ANALYSIS, push and result: of what goes in at this frame and
                                        the parameters that reach the step; equal keys, equal
                                        pictures */
    bool is_absent;                  /* ANALYSIS, push: this frame cannot be had (a gap, a damaged
                                        picture); inputs are NULL */
};

/* A step that must see other frames before it can answer one: those before it, or a whole shot. The
 * engine makes one analysis for a node and keeps it as long as nothing changes that reaches the
 * step. To have a frame it asks what is wanted, pushes that, asks again, and when nothing more is
 * wanted takes the result, which is kept under the frame's key in memory and through keep() on
 * disk. A result depends on nothing but the pictures of its span: not on which frames were asked
 * for before, nor in which order. */
struct fth_analysis {
    enum fth_status (*create)(const struct fth_call *call, void **analysis,
                              struct fth_error *error);
    void (*destroy)(void **analysis);
    /* The frames that the result of call->frame may depend on, it among them, within call->exists.
     * Its key is made of theirs: a span wider than needed costs only hits in the cache. */
    struct fth_span (*span)(const struct fth_call *call);
    /* True while the result of call->frame cannot be had; then *frame, of its span, is to be pushed
     * next. A frame may be wanted again. Must come to an end. Cheap: no work is done here. */
    bool (*wants)(void *analysis, const struct fth_call *call, int64_t *frame);
    /* Takes the inputs of call->frame (whole pictures). */
    enum fth_status (*push)(void *analysis, const struct fth_call *call, struct fth_error *error);
    /* The result of call->frame, whose inputs are given (again). */
    enum fth_status (*result)(void *analysis, const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error);
    /* Told of a frame that will be pushed before long, so that what depends on no other frame can
     * be begun; frames may be left out. On another thread than the rest, beside push and result,
     * one call at a time; call->state is NULL. Nothing that fails here matters. May be NULL. */
    void (*look_ahead)(void *analysis, const struct fth_call *call);
    /* The disk cache. recall returns FTH_END when `key` is not there. keep is called a little later
     * on a thread of its own, and told env, params, frame and infos only. Both may be NULL. */
    enum fth_status (*recall)(const struct fth_call *call, struct fth_key key,
                              struct fth_image **out);
    void (*keep)(const struct fth_call *call, struct fth_key key, const struct fth_image *out);
};

/* Pixels beside each other in a row, so few of them that they stay in a core's first cache on their
 * way through all point steps that stand behind each other. */
enum { FTH_PIECE = 256, FTH_PIECE_PORTS = 2, FTH_PIECE_SCRATCH = 6 };

/* What is handed in and what is handed out never overlap. */
struct fth_piece {
    const float *previous[4]; /* R, G, B, A of the step before; NULL: not there, not read */
    const float *in[FTH_PIECE_PORTS][4]; /* the same of the first ports */
    float *out[4];            /* to be filled, where the step says it makes them */
    float *scratch[FTH_PIECE_SCRATCH]; /* rows of FTH_PIECE, whatever is in them */
    size_t n;                 /* 1..FTH_PIECE */
    bool is_opaque;           /* previous[3] is 1 all along; for steps that ask */
};

/* What a step does to pieces. */
struct fth_pieces {
    uint32_t makes; /* a bit each for R, G, B and A. The others are what they are in what render
                       made: an input's, the same as one that is made, or missing */
    bool asks_opaque; /* run() is told is_opaque */
    const void *context; /* in the call's arena, or of longer life */
    /* Called on several threads at once. NULL: the step cannot do it with these parameters and
     * pictures. */
    void (*run)(const void *context, const struct fth_piece *piece);
};

struct fth_step {
    const char *id;                  /* "levels"; a list ends with id == NULL */
    enum fth_node_kind kind;
    /* Ports this step reads, as a bit set; the others are NULL in its calls. */
    uint32_t ports;
    /* AREA: what of port `port` (-1: the step before) is needed to render `rect`. NULL: `rect`
     * itself for POINT, the whole domain for WHOLE and ANALYSIS. */
    struct fth_rect (*region_in)(const struct fth_call *call, int port, struct fth_rect rect);
    /* AREA, WHOLE: true when of every port the step reads `rect` itself at these parameters and
     * inputs, so that it runs as a POINT step does, fused with those around it. NULL: never. */
    bool (*is_point)(const struct fth_call *call);
    /* True when the step would hand on the step before (or port 0, of several frames the first)
     * unchanged. NULL: never. */
    bool (*is_identity)(const struct fth_call *call);
    /* True when the step does not need its port `port` at these parameters. NULL: needs all. */
    bool (*ignores_port)(const struct fth_call *call, int port);
    /* POINT, AREA: what renders of this frame have in common, so that not every band makes it anew.
     * It comes of parameters and infos alone (there are no pixels and no rectangle in the call),
     * lies in the call's arena, and is call->prepared of each render. NULL: nothing. */
    enum fth_status (*prepare)(const struct fth_call *call, const void **prepared,
                               struct fth_error *error);
    enum fth_status (*render)(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error);
    /* POINT: render's colours and alpha, to the bit, piece by piece, for all rows but those of one
     * call of render: it is told of that call, whose pictures say what is the same in all rows.
     * NULL: never. */
    void (*pieces)(const struct fth_call *call, struct fth_pieces *pieces);
    const struct fth_analysis *analysis; /* ANALYSIS only, in place of render */
};

enum fth_node_flags {
    FTH_NODE_MAKES_MATTE = 1, /* outside an effect mask its alpha is 0, not the input's (6.5) */
    FTH_NODE_NO_COMMON = 2,   /* sources and sinks: no blend, mask or channel switches */
    FTH_NODE_TIMED = 4,       /* output depends on the frame number beyond inputs and parameters */
    FTH_NODE_SAME_PLANES = 8, /* the output has the planes of the main input, R, G and B, and no
                                 others: where its effect mask is empty, nothing is missing if it is
                                 not run */
    FTH_NODE_PICKS_CHANNEL = 16 /* which channel of a mask counts is the node's own matter where it
                                   has no parameter PORT_channel: an opaque one means nothing */
};

/* A correction of the ASC Color Decision List: (x slope + offset)^power of each channel, then
 * saturation about Rec.709's luma. */
struct fth_correction {
    double slope[3], offset[3], power[3], saturation;
};

struct fth_node_desc {
    const char *id, *label, *tag, *group, *help; /* "depth_map", "Depth Map", "DMp", "Depth", ... */
    uint32_t version;              /* raised when the same parameters give other pixels */
    uint8_t flags;
    uint8_t works_in;              /* enum fth_works_in */
    const struct fth_param *params; /* ends with FTH_PARAM_TABLE_END; may be NULL */
    size_t params_size;
    const struct fth_port *inputs;  /* port 0 is the main input; may be NULL */
    const struct fth_step *steps;   /* at least one, at most 8 */

    /* All below may be NULL. */
    /* Forward: what exists. Default: port 0's info. `out` comes filled with that default. */
    enum fth_status (*domain)(const struct fth_call *call, struct fth_info *out,
                              struct fth_error *error);
    /* Brings `params`, an object as a document holds it (values or keyframes), from version `from`
     * of this node to the present one: the same picture as then. NULL: they need no change. */
    enum fth_status (*upgrade)(uint32_t from, struct fth_json *params, struct fth_error *error);
    /* Other frames: which of port `port` the output of call->frame is made of, at most
     * FTH_LIMIT_MOMENTS; returns how many, 0: none. call->input_infos tells of the inputs at
     * call->frame. A frame beyond those there are is an error once it is read. NULL: call->frame
     * alone. Masks and what the common controls mix with are always of call->frame. */
    int (*frames_in)(const struct fth_call *call, int port, int64_t frames[FTH_LIMIT_MOMENTS]);
    /* The parameters as one correction; fails with FTH_ERR_UNSUPPORTED and words on what none can
     * say ("its temperature"). And into parameters that stand at their defaults a correction, whose
     * numbers may be beyond their limits. Both or neither. */
    enum fth_status (*to_correction)(const void *params, struct fth_correction *correction,
                                     struct fth_error *error);
    void (*from_correction)(const struct fth_correction *correction, void *params);
    /* Motion blur: at which moments, counted in frames from call->frame on, the output depends on
     * the parameters; returns how many, at most FTH_LIMIT_MOMENTS, 0: at the frame alone. They are
     * handed to every callback of the node. */
    int (*shutter)(const void *params, double offsets[FTH_LIMIT_MOMENTS]);
    /* Feeds what the output depends on besides parameters and inputs (a file's content). */
    enum fth_status (*hash_extra)(const struct fth_call *call, struct fth_hasher *hasher,
                                  struct fth_error *error);
    /* SOURCE: true when a job is not to write anything for call->frame, because there is no such
     * frame; it can be rendered all the same, for those beside it. */
    bool (*leaves_out)(const struct fth_call *call);
    /* Files and sessions only; called once for each node of a plan, anew when a FILE, TEXT or
     * CHOICE parameter that does not animate changed. Calls on one state never overlap. */
    enum fth_status (*open)(const struct fth_call *call, void **state, struct fth_error *error);
    void (*close)(void **state);
    /* SINK: called in frame order with the finished picture; finish makes files whole, close
     * without finish drops them. */
    enum fth_status (*sink)(const struct fth_call *call, const struct fth_image *image,
                            struct fth_error *error);
    enum fth_status (*finish)(void **state, struct fth_error *error);
    /* SINK: called when all outputs of the job are finished: what was kept only to go on with the
     * job may go. */
    void (*settle)(void **state);
    /* SINK, after a failure and before close: what stays and how to go on, as words that follow
     * "; ", or NULL. */
    const char *(*remains)(const void *state);
    /* SINK: whether a run before has finished call->frame, whose picture is call->key, so that it
     * need not be made. Asked with env->job_resume only, on another thread than sink's, without
     * parameters. */
    enum fth_status (*finished)(const struct fth_call *call, bool *finished,
                                struct fth_error *error);
};

/* The catalogue: every node there is, in a fixed order. Defined on the nodes floor, handed to
 * whoever needs it; faces and engine know nodes only through one of these. */
struct fth_catalogue {
    const struct fth_node_desc *const *nodes;
    size_t count;
    /* Brings a picture from the colours it is in ("from": "auto") to others ("to"); NULL: there is
     * no such node, and documents' colours are not managed. */
    const struct fth_node_desc *converter;
    /* Brings a mask, a key or a depth (port 0) to the frame of the picture that it lies on (port 1,
     * of which it may make use): see fth_fitter_params. It is not among `nodes`. NULL: there is
     * none, and they lie there as large as they are. */
    const struct fth_node_desc *fitter;
};

/* Masks, keys and depths lie on the node's result, or on what comes in at the port that theirs
 * names: they are stretched from frame to frame. True when what comes in at `port` with the frame
 * `is` has to be, to lie on one with the frame `should`. */
bool fth_node_fits(const struct fth_node_desc *node, int port, struct fth_format is,
                   struct fth_format should);
/* The fitter's parameters for that: "width", "height" and "pixel_aspect" of `should` as they are
 * at the scale of the plan, "of" (key, depth). */
void fth_fitter_params(const struct fth_node_desc *fitter, const struct fth_port *port,
                       struct fth_format should, void *params);

const struct fth_node_desc *fth_catalogue_find(const struct fth_catalogue *catalogue,
                                               const char *id);

/* The row called `id` of the node's own table or of the common one; *is_common tells which. */
const struct fth_param *fth_node_param(const struct fth_node_desc *node, const char *id,
                                       bool *is_common);
/* Index of the port called `id` ("effect_mask" is the last port of every node with common
 * controls), or -1. */
int fth_node_port(const struct fth_node_desc *node, const char *id);
/* Ports including the common effect mask. */
int fth_node_port_count(const struct fth_node_desc *node);
const struct fth_port *fth_node_port_at(const struct fth_node_desc *node, int index);
int fth_node_step_count(const struct fth_node_desc *node);

/* "depth_map: parameter 'gamma' has no help": NULL when the descriptor is sane. The text is static,
 * one for each thread. */
const char *fth_node_complaint(const struct fth_node_desc *node);

#endif
