/* SPDX-License-Identifier: Apache-2.0 */
/* Deflate that looks for nothing but repeated bytes: what a predictor leaves of footage has no
 * longer repeats worth the search, so Huffman codes alone make it as small, in a fifth of the time.
 * Blocks may be made side by side and put one behind the other. */
#ifndef FTH_IO_DEFLATE_H
#define FTH_IO_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begin with at (and from) where the stream goes on, at a whole byte, and the end of the room. */
struct fth_deflate {
    unsigned char *from, *at, *end;
    uint64_t bits;
    unsigned bit_count;
    bool full; /* the room did not do; nothing more is written */
};

/* One block of `size` bytes, > 0; stored as it is if that is no larger. `last`: ends the stream. */
void fth_deflate_block(struct fth_deflate *d, const unsigned char *bytes, size_t size, bool last);
/* The same, stored in any case; it ends at a whole byte. No bytes are a block, too. */
void fth_deflate_store(struct fth_deflate *d, const unsigned char *bytes, size_t size, bool last);
/* As many blocks as it takes, without a look at how often a byte occurs: what does not repeat is
 * stored, repeats are said in the codes that RFC 1951 fixes. A fourth of the time, and as small,
 * where bytes are either noise or all alike. */
void fth_deflate_runs(struct fth_deflate *d, const unsigned char *bytes, size_t size, bool last);
/* Fills the last byte up and returns how many were written, 0 when the room did not do. After the
 * last block, or a stored one: elsewhere what follows would not be understood. */
size_t fth_deflate_end(struct fth_deflate *d);

#endif
