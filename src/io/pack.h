/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes packed quickly and without loss: differences of neighbours, deflated at the fastest level.
 * For what one run writes and another reads; never a format of other programs. */
#ifndef FTH_IO_PACK_H
#define FTH_IO_PACK_H

#include <stdbool.h>
#include <stddef.h>

/* Room that `size` bytes need at most when packed. */
size_t fth_pack_room(size_t size);
/* Packs `size` bytes, items of 1 or 2 bytes each, into `packed`, which has fth_pack_room bytes: the
 * bytes of the result; 0 when memory is out. */
size_t fth_pack(const void *bytes, size_t size, size_t item_size, void *packed);
/* Unpacks into exactly `size` bytes; false when the packed ones are damaged or memory is out. */
bool fth_unpack(const void *packed, size_t packed_size, size_t item_size, void *bytes, size_t size);

#endif
