/* SPDX-License-Identifier: Apache-2.0 */
/* Every node's table: sane, and its values survive being written and read. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "case.h"
#include "check.h"
#include "nodes/catalogue.h"

FTH_TEST(every_table_is_sane)
{
    const struct fth_catalogue *all = fth_catalogue_all();
    FTH_CHECK(all->count >= 8);
    for (size_t i = 0; i < all->count; i++) {
        const char *complaint = fth_node_complaint(all->nodes[i]);
        if (complaint)
            fth_test_fail(__FILE__, __LINE__, "%s", complaint);
        FTH_CHECK(fth_catalogue_find(all, all->nodes[i]->id) == all->nodes[i]);
    }
}

/* Text -> value -> text -> value, and the numbers through JSON text. */
static void round_trip(const struct fth_node_desc *node, const struct fth_param *row,
                       const char *text)
{
    struct fth_value value = {0}, again = {0};
    struct fth_error error;
    char *printed = NULL;
    if (fth_value_parse(row, text, &value, &error) == FTH_OK)
        printed = fth_value_print(row, &value);
    if (!printed || fth_value_parse(row, printed, &again, &error) != FTH_OK ||
        !fth_value_equal(&value, &again))
        fth_test_fail(__FILE__, __LINE__, "%s.%s: \"%s\" does not survive as text \"%s\"", node->id,
                      row->id, text, printed ? printed : "(null)");
    for (int i = 0; i < fth_param_component_count(row->type); i++) {
        struct fth_json *array = fth_json_new(FTH_JSON_ARRAY), *read = NULL;
        fth_json_add(array, fth_json_new_number(value.numbers[i]));
        char *json = fth_json_print(array);
        bool good = json && fth_json_parse(json, strlen(json), "test", &read, &error) == FTH_OK;
        if (!good || fth_json_number(fth_json_at(read, 0), -12345) != value.numbers[i])
            fth_test_fail(__FILE__, __LINE__, "%s.%s: %s does not survive JSON", node->id, row->id,
                          text);
        fth_free(json);
        fth_json_destroy(&array);
        fth_json_destroy(&read);
    }
    fth_value_clear(&value);
    fth_value_clear(&again);
    fth_free(printed);
}

static void round_trip_table(const struct fth_node_desc *node, const struct fth_param *table)
{
    struct dice dice = {99};
    for (const struct fth_param *row = table; row && row->type != FTH_PARAM_END; row++) {
        for (int i = 0; i < 60; i++) {
            char *text = case_value(row, &dice, i < 8 ? i : -1);
            if (text)
                round_trip(node, row, text);
            /* an excluded end of a range is the only value a row may refuse */
            else if (!(row->flags & (FTH_PARAM_OPEN_MIN | FTH_PARAM_OPEN_MAX)))
                fth_test_fail(__FILE__, __LINE__, "%s.%s refuses its own range", node->id, row->id);
            fth_free(text);
        }
    }
}

FTH_TEST(every_value_survives_text_and_json)
{
    const struct fth_catalogue *all = fth_catalogue_all();
    for (size_t i = 0; i < all->count; i++)
        round_trip_table(all->nodes[i], all->nodes[i]->params);
    round_trip_table(all->nodes[0], fth_common_params);
}

FTH_TEST(no_row_takes_what_is_outside_its_range)
{
    const struct fth_catalogue *all = fth_catalogue_all();
    for (size_t i = 0; i < all->count; i++) {
        for (const struct fth_param *row = all->nodes[i]->params; row && row->type != FTH_PARAM_END;
             row++) {
            struct fth_value value;
            double numbers[4] = {row->max + 1, row->max + 1, row->max + 1, row->max + 1};
            bool counts = row->type == FTH_PARAM_NUMBER || row->type == FTH_PARAM_INT ||
                          row->type == FTH_PARAM_POINT || row->type == FTH_PARAM_COLOUR;
            if (counts && fth_value_from_numbers(row, numbers, fth_param_component_count(row->type),
                                                 &value, NULL) == FTH_OK)
                fth_test_fail(__FILE__, __LINE__, "%s.%s takes %g", all->nodes[i]->id, row->id,
                              numbers[0]);
        }
    }
}
