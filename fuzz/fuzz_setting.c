/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a text of Fusion's. One that is taken is written back as it was; with a node less,
 * and another one more, it is still a text that can be read. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "fuzz.h"
#include "graph/fusion.h"
#include "nodes/catalogue.h"

static void write_again(const struct fth_json *document, struct fth_text *text)
{
    struct fth_error error = {0};
    struct fth_json *report = NULL;
    if (fth_fusion_write(fth_catalogue_all(), document, text, &report, &error) != FTH_OK ||
        !report)
        abort();
    fth_json_destroy(&report);
}

/* The first node goes, and all others say something else. */
static void change(struct fth_json *document)
{
    struct fth_json *nodes = (struct fth_json *)fth_json_get(document, "nodes");
    const char *first = fth_json_key_at(nodes, 0), *name = NULL;
    const struct fth_json *node;
    void *place = NULL;
    if (first)
        fth_json_remove(nodes, first);
    while ((node = fth_json_next(nodes, &place, &name))) {
        struct fth_json *params = (struct fth_json *)fth_json_get(node, "params");
        struct fth_json *inputs = (struct fth_json *)fth_json_get(node, "inputs");
        fth_json_set_number(params, "blend", 0.25);
        fth_json_set_text(params, "file", "a \"b\"\\.####.exr");
        fth_json_remove(params, "radius");
        fth_json_set_text(inputs, "effect_mask", name);
        fth_json_remove(inputs, "input");
    }
    struct fth_json *fresh = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set_text(fresh, "node", "blur");
    fth_json_set(nodes, "fresh", fresh);
}

FUZZ_TARGET(setting)
{
    struct fth_error error = {0};
    struct fth_fusion_result result = {0}, again = {0};
    struct fth_text text = {0}, other = {0};
    enum fth_status status = fth_fusion_read(fth_catalogue_all(), "fuzz", (const char *)data, size,
                                             &result, &error);
    fuzz_check_refusal(status, &error);
    if (status != FTH_OK)
        return 0;
    while (size && data[size - 1] == 0)
        size--;
    write_again(result.document, &text);
    if (text.length != size || memcmp(text.data, data, size) != 0)
        abort();
    change(result.document);
    write_again(result.document, &other);
    if (fth_fusion_read(fth_catalogue_all(), "again", other.data, other.length, &again, &error) !=
        FTH_OK)
        abort();
    fth_text_clear(&text);
    fth_text_clear(&other);
    fth_json_destroy(&result.document);
    fth_json_destroy(&result.report);
    fth_json_destroy(&again.document);
    fth_json_destroy(&again.report);
    return 0;
}
