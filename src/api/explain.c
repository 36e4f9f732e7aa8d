/* SPDX-License-Identifier: Apache-2.0 */
/* How a job is done, as JSON. */
#include "api/handles.h"
#include "base/json.h"
#include "base/mem.h"

static const char *const kind_names[] = {
    [FTH_NODE_SOURCE] = "source", [FTH_NODE_POINT] = "point",       [FTH_NODE_AREA] = "area",
    [FTH_NODE_WHOLE] = "whole",   [FTH_NODE_ANALYSIS] = "analysis", [FTH_NODE_SINK] = "sink"};

static struct fth_json *region_of(struct fth_rect rect)
{
    const int32_t sides[] = {rect.x0, rect.y0, rect.x1, rect.y1};
    struct fth_json *array = fth_json_new(FTH_JSON_ARRAY);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(sides); i++)
        fth_json_add(array, fth_json_new_int(sides[i]));
    return array;
}

static struct fth_json *json_of(const struct fth_explained_step *step)
{
    struct fth_json *object = fth_json_new(FTH_JSON_OBJECT);
    struct fth_json *measured = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set_text(object, "node", step->node);
    fth_json_set_text(object, "type", step->type);
    fth_json_set_text(object, "step", step->step);
    fth_json_set_text(object, "kind", kind_names[step->kind]);
    fth_json_set_int(object, "frame", step->frame);
    fth_json_set_int(object, "computed_with", step->computed_with);
    fth_json_set_bool(object, "cached", step->is_cached);
    fth_json_set(object, "region", region_of(step->rect));
    fth_json_set_int(object, "band_rows", step->band_rows);
    fth_json_set_int(object, "size", (int64_t)step->size);
    fth_json_set_number(object, "least_ms", 1e3 * step->least_s);
    fth_json_set_int(measured, "calls", (int64_t)step->calls);
    fth_json_set_number(measured, "ms", 1e3 * step->spent_s);
    fth_json_set_int(measured, "size", (int64_t)step->made_size);
    fth_json_set(object, "measured", measured);
    return object;
}

static struct fth_json *skips_of(const struct fth_explained *explained)
{
    struct fth_json *list = fth_json_new(FTH_JSON_ARRAY);
    for (int i = 0; i < explained->skip_count; i++) {
        struct fth_json *object = fth_json_new(FTH_JSON_OBJECT);
        fth_json_set_text(object, "node", explained->skips[i].node);
        fth_json_set_text(object, "type", explained->skips[i].type);
        fth_json_set_text(object, "why", explained->skips[i].why);
        fth_json_add(list, object);
    }
    return list;
}

enum fth_status fth_job_explain(struct fth_document *document, const char *name,
                                const struct fth_job_options *options, char **json,
                                struct fth_error *error)
{
    struct fth_explained explained = {.steps = NULL};
    struct fth_job job;
    int index = 0;
    enum fth_status status = fth_job_prepare(document, name, options, &index, &job, error);
    if (status == FTH_OK)
        status = fth_engine_explain(document->session->engine, document->flat, index,
                                    job.first_frame, &explained, error);
    if (status != FTH_OK)
        return status;
    struct fth_json *root = fth_json_new(FTH_JSON_OBJECT), *list = fth_json_new(FTH_JSON_ARRAY);
    for (int i = 0; i < explained.step_count; i++)
        fth_json_add(list, json_of(&explained.steps[i]));
    fth_json_set_int(root, "frame", job.first_frame);
    fth_json_set(root, "steps", list);
    fth_json_set(root, "skipped", skips_of(&explained));
    fth_explained_clear(&explained);
    return fth_json_deliver(root, json, error);
}
