/* SPDX-License-Identifier: Apache-2.0 */
/* What footage says of itself beside its pixels, carried from the reader to the writer: how its
 * colours are coded, when its frames are shown, and its time code. Nodes hand it on; none needs it
 * to make pictures, but whoever shows them does. */
#ifndef FTH_IMAGE_FOOTAGE_H
#define FTH_IMAGE_FOOTAGE_H

#include <stdbool.h>
#include <stdint.h>

/* Code points of ITU-T H.273; 0 and 2 mean: not tagged. */
enum fth_primaries {
    FTH_PRIMARIES_BT709 = 1,
    FTH_PRIMARIES_BT2020 = 9,
    FTH_PRIMARIES_P3_DCI = 11,
    FTH_PRIMARIES_P3 = 12
};
enum fth_transfer {
    FTH_TRANSFER_BT709 = 1,
    FTH_TRANSFER_GAMMA22 = 4,
    FTH_TRANSFER_LINEAR = 8,
    FTH_TRANSFER_SRGB = 13,
    FTH_TRANSFER_BT2020_10 = 14,
    FTH_TRANSFER_PQ = 16,
    FTH_TRANSFER_HLG = 18
};
enum fth_range_tag { FTH_RANGE_UNTAGGED, FTH_RANGE_LIMITED, FTH_RANGE_FULL };

struct fth_tags {
    uint8_t primaries, transfer, matrix;
    uint8_t range; /* enum fth_range_tag: how the file stores Y, U and V */
};

static inline bool fth_tag_is_known(uint8_t code)
{
    return code != 0 && code != 2;
}

static inline bool fth_tags_are_hdr(struct fth_tags tags)
{
    return tags.transfer == FTH_TRANSFER_PQ || tags.transfer == FTH_TRANSFER_HLG;
}

/* When frames that do not come evenly are shown: frame `first` + i at times[i] units, and the last
 * one until times[count]. */
struct fth_timeline {
    int64_t first, count;
    const int64_t *times;       /* count + 1 of them, ascending */
    int64_t unit_num, unit_den; /* seconds a unit */
};

struct fth_footage {
    struct fth_tags tags;
    const struct fth_timeline *timeline; /* NULL: evenly; lent by the open file it came from */
    char timecode[16];                   /* of frame 1, "hh:mm:ss:ff" (; drops frames); "" none */
    float chromaticities[8];             /* x and y of red, green, blue, white; all 0: not known */
    char colour[40];                     /* the colour space's id, where a file says it; or "" */
};

#endif
