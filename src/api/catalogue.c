/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue as faces see it: descriptors without their callbacks. */
#include <pthread.h>

#include "base/mem.h"
#include "fathom/fathom.h"
#include "graph/curve.h"
#include "node/node.h"
#include "nodes/catalogue.h"

enum { MOST_TYPES = 256 };

static struct fth_node_type types[MOST_TYPES];
static size_t type_count;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill_types(void)
{
    const struct fth_catalogue *all = fth_catalogue_all();
    for (size_t i = 0; i < all->count && i < MOST_TYPES; i++) {
        const struct fth_node_desc *node = all->nodes[i];
        bool common = !(node->flags & FTH_NODE_NO_COMMON);
        types[type_count++] =
            (struct fth_node_type){.id = node->id,
                                   .label = node->label,
                                   .tag = node->tag,
                                   .group = node->group,
                                   .help = node->help,
                                   .version = node->version,
                                   .params = node->params,
                                   .common_params = common ? fth_common_params : NULL,
                                   .inputs = node->inputs,
                                   .effect_mask = common ? &fth_effect_mask_port : NULL,
                                   .is_source = node->steps[0].kind == FTH_NODE_SOURCE,
                                   .is_sink = node->steps[0].kind == FTH_NODE_SINK};
    }
}

size_t fth_node_type_count(void)
{
    pthread_once(&once, fill_types);
    return type_count;
}

const struct fth_node_type *fth_node_type_at(size_t index)
{
    return index < fth_node_type_count() ? &types[index] : NULL;
}

const struct fth_node_type *fth_node_type_find(const char *id)
{
    for (size_t i = 0; i < fth_node_type_count(); i++) {
        if (fth_id_equal(types[i].id, id))
            return &types[i];
    }
    return NULL;
}

char *fth_param_default_text(const struct fth_param *param)
{
    struct fth_value value;
    if (fth_value_default(param, &value, NULL) != FTH_OK)
        return NULL;
    char *text = fth_value_print(param, &value);
    fth_value_clear(&value);
    return text;
}

enum fth_status fth_param_check(const struct fth_param *param, const char *text,
                                struct fth_error *error)
{
    struct fth_curve *curve = NULL;
    struct fth_value value;
    if (fth_curve_is_written(param, text)) {
        enum fth_status status = fth_curve_parse(param, text, &curve, error);
        fth_curve_destroy(&curve);
        return status;
    }
    enum fth_status status = fth_value_parse(param, text, &value, error);
    if (status == FTH_OK)
        fth_value_clear(&value);
    return status;
}

void fth_text_free(char *text)
{
    fth_free(text);
}
