/* SPDX-License-Identifier: Apache-2.0 */
#include "fusion_case.h"

#include "base/text.h"
#include "graph/curve.h"
#include "nodes/catalogue.h"

struct fth_fusion_result fusion_result;
struct fth_error fusion_error;

enum fth_status fusion_read(const char *text)
{
    fusion_end();
    fusion_error = (struct fth_error){0};
    return fth_fusion_read(fth_catalogue_all(), "x.setting", text, strlen(text), &fusion_result,
                           &fusion_error);
}

void fusion_end(void)
{
    fth_json_destroy(&fusion_result.document);
    fth_json_destroy(&fusion_result.report);
}

const struct fth_json *fusion_node(const char *name)
{
    return fth_json_get(fth_json_get(fusion_result.document, "nodes"), name);
}

const struct fth_json *fusion_param(const char *name, const char *id)
{
    return fth_json_get(fth_json_get(fusion_node(name), "params"), id);
}

double fusion_number(const char *name, const char *id)
{
    return fth_json_number(fusion_param(name, id), -12345);
}

const char *fusion_fed_by(const char *name, const char *port)
{
    return fth_json_text(fth_json_get(fth_json_get(fusion_node(name), "inputs"), port), "");
}

double fusion_keyed(const char *name, const char *kind, const char *id, double frame,
                    int component)
{
    const struct fth_node_desc *desc = fth_catalogue_find(fth_catalogue_all(), kind);
    const struct fth_json *keys = fth_json_get(fusion_param(name, id), "keys");
    struct fth_curve *curve = NULL;
    if (fth_curve_read(fth_node_param(desc, id, NULL), keys, &curve, &fusion_error) != FTH_OK)
        return -12345;
    double value = fth_curve_at(curve, frame).numbers[component];
    fth_curve_destroy(&curve);
    return value;
}

static bool is(const struct fth_json *note, const char *key, const char *text)
{
    return strcmp(fth_json_text(fth_json_get(note, key), ""), text) == 0;
}

int fusion_noted(const char *tool, const char *input, const char *kind)
{
    int count = 0;
    const struct fth_json *notes = fth_json_get(fusion_result.report, "notes");
    for (size_t i = 0; i < fth_json_count(notes); i++) {
        const struct fth_json *note = fth_json_at(notes, i);
        count += is(note, "tool", tool) && is(note, "input", input) && is(note, "kind", kind);
    }
    return count;
}

int fusion_note_count(void)
{
    return (int)fth_json_count(fth_json_get(fusion_result.report, "notes"));
}

char *fusion_written(const struct fth_json *document)
{
    struct fth_text text = {0};
    struct fth_json *report = NULL;
    fusion_error = (struct fth_error){0};
    if (fth_fusion_write(fth_catalogue_all(), document, &text, &report, &fusion_error) != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", fusion_error.message);
    fth_json_destroy(&fusion_result.report);
    fusion_result.report = report;
    return text.data;
}

char *fusion_written_again(void)
{
    return fusion_result.document ? fusion_written(fusion_result.document) : NULL;
}
