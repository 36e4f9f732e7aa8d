/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as the value of rows of all nodes' tables: it is refused, or it is taken, prints, and
 * the print reads back as the same value. What is kept is tried on every row, while fuzzing a text
 * on one in sixteen: which, is the text's to say, so that it does so again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fuzz.h"
#include "node/param.h"
#include "nodes/catalogue.h"

#ifdef FTH_FUZZ_REPLAY
enum { SHARE = 1 };
#else
enum { SHARE = 16 };
#endif

static void try_row(const struct fth_param *row, const char *text)
{
    struct fth_value value = {0}, again = {0};
    struct fth_error error;
    if (fth_value_parse(row, text, &value, &error) != FTH_OK) {
        if (!error.message[0] || strchr(error.message, '\n'))
            abort();
        return;
    }
    char *print = fth_value_print(row, &value);
    if (!print || fth_value_parse(row, print, &again, &error) != FTH_OK ||
        !fth_value_equal(&value, &again))
        abort();
    fth_free(print);
    fth_value_clear(&value);
    fth_value_clear(&again);
}

/* `turn` counts rows over all tables. */
static void try_table(const struct fth_param *table, const char *text, uint32_t *turn)
{
    for (size_t i = 0; table && table[i].type != FTH_PARAM_END; i++)
        if ((*turn)++ % SHARE == 0)
            try_row(&table[i], text);
}

FUZZ_TARGET(params)
{
    const struct fth_catalogue *catalogue = fth_catalogue_all();
    char text[4096];
    if (size >= sizeof(text))
        return -1; /* not kept in the corpus */
    memcpy(text, data, size);
    text[size] = '\0';
    uint32_t turn = 0;
    for (size_t i = 0; i < size; i++)
        turn = turn * 31 + data[i];
    for (size_t i = 0; i < catalogue->count; i++)
        try_table(catalogue->nodes[i]->params, text, &turn);
    try_table(fth_common_params, text, &turn);
    return 0;
}
