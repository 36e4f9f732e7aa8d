/* SPDX-License-Identifier: Apache-2.0 */
/* Networks described by data: where each comes from, what it wants to see and what its answer
 * means. Everything the code knows about a network stands in models/manifest.json. */
#ifndef FTH_INFER_MANIFEST_H
#define FTH_INFER_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum fth_network_task { FTH_NETWORK_DEPTH, FTH_NETWORK_MATTE };

enum fth_network_layout {
    FTH_LAYOUT_NCHW, /* one picture */
    FTH_LAYOUT_NHWC, /* one picture, colours last */
    FTH_LAYOUT_NFCHW, /* a window of frames */
    FTH_LAYOUT_RECURRENT /* one picture, and what the network remembers of those before it */
};

enum fth_network_size_rule {
    FTH_SIZE_FIXED,     /* squashed to width x height */
    FTH_SIZE_LONG_SIDE, /* aspect kept, the longer side is `side` */
    FTH_SIZE_SHORT_SIDE,
    FTH_SIZE_NEAREST    /* aspect kept: of the scales that bring one side to `side`, the one
                           nearer to 1 */
};

enum fth_network_filter {
    FTH_FILTER_AREA, /* fractions of pixels weighted */
    FTH_FILTER_BOX,  /* whole pixels by their centres, as Pillow's box */
    FTH_FILTER_BILINEAR,
    FTH_FILTER_BICUBIC,
    FTH_FILTER_BICUBIC_ANTIALIAS
};

enum fth_network_meaning {
    FTH_MEANS_RELATIVE_INVERSE, /* larger is nearer, any scale and shift */
    FTH_MEANS_METRIC_Z,         /* metres, larger is farther */
    FTH_MEANS_MATTE             /* 0..1 */
};

enum { FTH_NETWORK_STATES = 8, FTH_NETWORK_CONSTANTS = 8 };

/* What a recurrent network hands from frame to frame: an output that is the next run's input. */
struct fth_network_state {
    const char *input, *output;
};

/* An input that is always the same number. */
struct fth_network_constant {
    const char *name;
    double value;
};

/* One network. Text members point into the manifest and are never NULL; "" where nothing is said.
 */
struct fth_network {
    const char *id, *title, *file;
    const char *licence;       /* SPDX */
    bool non_commercial;
    const char *url;           /* where the file itself can be had, or "" */
    const char *package, *package_version, *package_file, *package_sha256; /* npm, or "" */
    int64_t size;              /* bytes; 0 when not known */
    const char *sha256;        /* of the file; "" when not known */
    bool is_pinned;            /* these two come from the user's own first download */
    bool is_own;               /* in the user's own list, not in ours */
    int preference[2];         /* in Faster, in Better: the installed one with the most is used when
                                  none is named; 0: only when named */
    const struct fth_json *entry; /* the list's own words */
    enum fth_network_task task;

    /* what it wants to see */
    const char *input_name;
    enum fth_network_layout layout;
    bool bgr;
    enum fth_network_size_rule size_rule;
    int width, height, side, side_faster; /* as the rule needs; side_faster 0: as side */
    int multiple;                         /* sides are rounded to multiples of it */
    enum fth_network_filter filter;
    bool bytes;                           /* the view is kept in bytes, as Pillow and OpenCV do */
    float mean[3], deviation[3];          /* (x - mean) / deviation, x in 0..1 */
    struct fth_network_state states[FTH_NETWORK_STATES];
    struct fth_network_constant constants[FTH_NETWORK_CONSTANTS];
    int state_count, constant_count;

    /* what its answer means */
    const char *output_name;
    int output_rank;
    enum fth_network_meaning meaning;
    enum fth_network_filter back; /* filter to the picture's size */
    double valid_least;           /* smaller answers are invalid; -inf: all are valid */
    double invalid_percentile;    /* what an invalid one is taken as, among all answers */
    double most;                  /* larger answers are cut to it; inf: none */
    double near_m, far_m;         /* range of metric answers, 0 when not known */

    int window, overlap; /* frames looked at together, and how many two windows share; 1 and 0 */
};

/* A recipe of several networks, used until a stronger one is installed. */
struct fth_network_set {
    const char *id;
    const char *depth, *people; /* ids of its networks */
    const char *weakness;       /* "streets, table tops and close-ups" */
    const char *stronger;       /* id of a network that does better */
};

struct fth_json;
struct fth_manifest;

/* Reads the list that fth_place_find names, and the user's own behind it (infer/own.h). Every
 * member is checked; messages give the file, the line and the network. */
enum fth_status fth_manifest_open(struct fth_manifest **manifest, struct fth_error *error);
/* One list alone. */
enum fth_status fth_manifest_read(const char *path, struct fth_manifest **manifest,
                                  struct fth_error *error);
void fth_manifest_close(struct fth_manifest **manifest); /* accepts NULL */

size_t fth_manifest_count(const struct fth_manifest *manifest);
const struct fth_network *fth_manifest_at(const struct fth_manifest *manifest, size_t index);
/* NULL when there is none. */
const struct fth_network *fth_manifest_find(const struct fth_manifest *manifest, const char *id);
const struct fth_network_set *fth_manifest_set(const struct fth_manifest *manifest,
                                               const char *id);

/* The installed depth network that is preferred in the mode: `best` gets NULL if there is none. */
enum fth_status fth_manifest_best(const struct fth_manifest *manifest, bool better,
                                  const struct fth_network **best, struct fth_error *error);
/* What the answers of a network mean, in the list's words: "relative_inverse". */
const char *fth_network_meaning_name(enum fth_network_meaning meaning);

/* Where the network's file is: `path` gets a new string, NULL when it is not installed. */
enum fth_status fth_network_path(const struct fth_network *network, char **path,
                                 struct fth_error *error);

/* The network called `id`; FTH_ERR_USAGE with the nearest name when there is none. */
enum fth_status fth_manifest_named(const struct fth_manifest *manifest, const char *id,
                                   const struct fth_network **network, struct fth_error *error);

/* The network called `id` and the path of its file (new string). FTH_ERR_USAGE with the nearest
 * name when the manifest has none, FTH_ERR_NOT_FOUND with what to do when its file is absent. */
enum fth_status fth_manifest_need(const struct fth_manifest *manifest, const char *id,
                                  const struct fth_network **network, char **path,
                                  struct fth_error *error);

#endif
