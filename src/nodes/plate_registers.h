/* SPDX-License-Identifier: Apache-2.0 */
/* How a plate is laid over a shot, in the words of every node that does it. */
#ifndef FTH_NODES_PLATE_REGISTERS_H
#define FTH_NODES_PLATE_REGISTERS_H

#include "depth/plate.h"
#include "node/param.h"

static const struct fth_choice fth_plate_registers[] = {
    [FTH_PLATE_STAYS] = {"off", "Off", "The camera stood still."},
    [FTH_PLATE_SHIFT] = {"shift", "Shift", "It was moved a little."},
    [FTH_PLATE_AFFINE] = {"affine", "Affine", "It was turned about its axis or zoomed as well."},
    [FTH_PLATE_HOMOGRAPHY] = {"homography", "Homography",
                              "It was held by hand: turned any way on the spot."},
    {NULL},
};

#endif
