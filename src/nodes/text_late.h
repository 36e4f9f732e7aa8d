/* SPDX-License-Identifier: Apache-2.0 */
/* Loads the library that draws letters. */
#ifndef FTH_NODES_TEXT_LATE_H
#define FTH_NODES_TEXT_LATE_H

#include <stdbool.h>

/* Once a process, from any thread: before this, none of its calls may be made. False where it is
 * not installed. */
bool fth_text_load(void);

#endif
