/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of `fathom eval`; the declarations are public. */
#ifndef FTH_API_EVAL_H
#define FTH_API_EVAL_H

#include "fathom/eval.h"

#endif
