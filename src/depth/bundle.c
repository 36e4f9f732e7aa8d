/* SPDX-License-Identifier: Apache-2.0 */
/* Depth bundles as EXR files with a header of strings (docs/bundle.md). */
#include "depth/bundle.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "io/exr.h"
#include "ops/kernels.h"

const char *const fth_bundle_half_channels[] = {"confidence", "subject", "sky", NULL};
static const char *const needed_channels[] = {"disparity", "confidence", "subject"};

/* ---- header */

bool fth_bundle_is_one(const struct fth_image *image)
{
    for (size_t i = 0; i < FTH_ARRAY_COUNT(needed_channels); i++) {
        if (!fth_image_plane(image, needed_channels[i]))
            return false;
    }
    return true;
}

/* Disparity of 0..1 whose ends are known in metres: what it was before it was brought to 0..1. */
static bool scale_to_metres(const struct fth_image *image, struct fth_bundle_info *info)
{
    if (image->depth != FTH_DEPTH_RELATIVE_INVERSE || image->near_m <= 0 ||
        image->far_m <= image->near_m || image->range_is_given)
        return false;
    info->scale = 1 / (1 / image->near_m - 1 / image->far_m);
    info->shift = -info->scale / image->far_m;
    return true;
}

void fth_bundle_describe(const struct fth_image *image, struct fth_bundle_info *info)
{
    *info = (struct fth_bundle_info){.source = image->depth_source, .scale = 1, .shift = 0};
    snprintf(info->model, sizeof(info->model), "%s", image->depth_model);
    snprintf(info->licence, sizeof(info->licence), "%s", image->depth_licence);
    snprintf(info->meaning, sizeof(info->meaning), "%s", image->depth_meaning);
    if (image->depth_facts.known) {
        info->scale = image->depth_facts.scale;
        info->shift = image->depth_facts.shift;
    }
    enum fth_depth_encoding encoding = image->depth_encoding;
    bool is_distance = encoding == FTH_ENCODED_LINEAR || encoding == FTH_ENCODED_LOG;
    bool is_metric = image->depth == FTH_DEPTH_METRIC_INVERSE || scale_to_metres(image, info);
    bool is_z = image->depth == FTH_DEPTH_METRIC_Z || (is_distance && !image->range_is_given);
    snprintf(info->units, sizeof(info->units), "%s",
             is_metric ? "1/m" : is_z ? "m" : "relative");
    snprintf(info->encoding, sizeof(info->encoding), "%s",
             encoding == FTH_ENCODED_UNKNOWN ? "disparity" : fth_depth_encoding_name(encoding));
    snprintf(info->version, sizeof(info->version), "%s", FTH_VERSION);
}

/* Of the shot, its flicker and its drift. */
static void print_facts(const struct fth_depth_facts *facts, char (*values)[96])
{
    snprintf(values[0], sizeof(values[0]), "%lld..%lld", (long long)facts->shot_first,
             (long long)facts->shot_last);
    fth_print_double(facts->flicker, values[1]);
    fth_print_double(facts->flicker_alone, values[2]);
    fth_print_double(facts->drift, values[3]);
}

void fth_bundle_header_fill(struct fth_bundle_header *header, const struct fth_bundle_info *info,
                            const struct fth_image *bundle)
{
    static const char *const names[FTH_BUNDLE_ATTRIBUTES] = {
        "fathom/bundle", "fathom/model",    "fathom/source",  "fathom/scale",  "fathom/shift",
        "fathom/units",  "fathom/encoding", "fathom/version", "fathom/near_m", "fathom/far_m",
        "fathom/licence", "fathom/meaning", "fathom/shot", "fathom/flicker",
        "fathom/flicker_alone", "fathom/drift"};
    const char *texts[FTH_BUNDLE_ATTRIBUTES] = {
        [0] = "1", [1] = info->model, [5] = info->units, [6] = info->encoding, [7] = info->version,
        [10] = info->licence, [11] = info->meaning};
    for (int i = 0; i < FTH_BUNDLE_ATTRIBUTES; i++)
        snprintf(header->values[i], sizeof(header->values[i]), "%s", texts[i] ? texts[i] : "");
    fth_key_print(info->source, header->values[2]);
    fth_print_double(info->scale, header->values[3]);
    fth_print_double(info->shift, header->values[4]);
    fth_print_double(bundle->near_m, header->values[8]);
    fth_print_double(bundle->far_m, header->values[9]);
    if (bundle->depth_facts.known)
        print_facts(&bundle->depth_facts, &header->values[12]);
    for (int i = 0; i < FTH_BUNDLE_ATTRIBUTES; i++) {
        header->list[2 * i] = names[i];
        header->list[2 * i + 1] = header->values[i];
    }
    header->list[2 * FTH_BUNDLE_ATTRIBUTES] = NULL;
}

enum fth_status fth_bundle_write(const char *path, const struct fth_image *bundle,
                                 const struct fth_bundle_info *info, bool overwrite,
                                 struct fth_pool *pool, struct fth_error *error)
{
    struct fth_bundle_header header;
    fth_bundle_header_fill(&header, info, bundle);
    struct fth_exr_write_options options = {.half_channels = fth_bundle_half_channels,
                                            .compression = FTH_EXR_ZIP,
                                            .attributes = header.list,
                                            .overwrite = overwrite,
                                            .cached = true,
                                            .quick = true, /* the search cost a fourth of Faster */
                                            .pool = pool};
    return fth_exr_write(path, bundle, &options, error);
}

static bool take_text(const struct fth_exr_attributes *attributes, const char *name, char *text,
                      size_t size)
{
    const char *value = fth_exr_attribute(attributes, name);
    return value && (size_t)snprintf(text, size, "%s", value) < size;
}

static bool take_number(const struct fth_exr_attributes *attributes, const char *name,
                        double *number)
{
    const char *value = fth_exr_attribute(attributes, name);
    return value && fth_parse_double(value, number);
}

/* What an analysis found out; other bundles, and those of before, say nothing of it. */
static void read_facts(const struct fth_exr_attributes *attributes,
                       const struct fth_bundle_info *info, struct fth_depth_facts *facts)
{
    const char *shot = fth_exr_attribute(attributes, "fathom/shot");
    long long first, last;
    facts->known = shot && sscanf(shot, "%lld..%lld", &first, &last) == 2 &&
                   take_number(attributes, "fathom/flicker", &facts->flicker) &&
                   take_number(attributes, "fathom/flicker_alone", &facts->flicker_alone) &&
                   take_number(attributes, "fathom/drift", &facts->drift);
    if (!facts->known)
        return;
    facts->shot_first = first;
    facts->shot_last = last;
    facts->scale = info->scale;
    facts->shift = info->shift;
}

static enum fth_status read_header(const char *path, const struct fth_exr_attributes *attributes,
                                   struct fth_bundle_info *info, struct fth_image *image,
                                   struct fth_error *error)
{
    const char *kind = fth_exr_attribute(attributes, "fathom/bundle");
    const char *source = fth_exr_attribute(attributes, "fathom/source");
    if (!kind || strcmp(kind, "1") != 0)
        return fth_fail(error, FTH_ERR_DATA,
                        "%s: not a depth bundle of fathom (no attribute fathom/bundle = 1)", path);
    bool whole = source && fth_key_parse(source, &info->source) &&
                 take_text(attributes, "fathom/model", info->model, sizeof(info->model)) &&
                 take_text(attributes, "fathom/units", info->units, sizeof(info->units)) &&
                 take_text(attributes, "fathom/encoding", info->encoding,
                           sizeof(info->encoding)) &&
                 take_text(attributes, "fathom/version", info->version, sizeof(info->version)) &&
                 take_number(attributes, "fathom/scale", &info->scale) &&
                 take_number(attributes, "fathom/shift", &info->shift) &&
                 take_number(attributes, "fathom/near_m", &image->near_m) &&
                 take_number(attributes, "fathom/far_m", &image->far_m);
    if (!whole)
        return fth_fail(error, FTH_ERR_DATA, "%s: the depth bundle's header is damaged", path);
    /* bundles of before have neither */
    if (!take_text(attributes, "fathom/licence", info->licence, sizeof(info->licence)))
        info->licence[0] = '\0';
    if (!take_text(attributes, "fathom/meaning", info->meaning, sizeof(info->meaning)))
        info->meaning[0] = '\0';
    read_facts(attributes, info, &image->depth_facts);
    if (strcmp(info->units, "relative") == 0)
        image->depth = FTH_DEPTH_RELATIVE_INVERSE;
    else if (strcmp(info->units, "1/m") == 0)
        image->depth = info->scale == 1 && info->shift == 0 ? FTH_DEPTH_METRIC_INVERSE
                                                            : FTH_DEPTH_RELATIVE_INVERSE;
    else if (strcmp(info->units, "m") == 0)
        image->depth = FTH_DEPTH_METRIC_Z;
    else
        return fth_fail(error, FTH_ERR_DATA, "%s: the depth bundle's units are \"%s\"", path,
                        info->units);
    return FTH_OK;
}

static bool all_finite(const struct fth_plane *plane)
{
    bool found = false;
    for (int32_t y = plane->rect.y0; y < plane->rect.y1 && !found; y++)
        fth_kernels()->find_endless(&found, fth_plane_at(plane, plane->rect.x0, y),
                                     (size_t)fth_rect_width(plane->rect));
    return !found;
}

static enum fth_status check_planes(const char *path, const struct fth_image *image,
                                    struct fth_error *error)
{
    if (!fth_rect_equal(image->domain, fth_format_rect(image->format)))
        return fth_fail(error, FTH_ERR_DATA,
                        "%s: the depth bundle's data window is not its display window", path);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(needed_channels); i++) {
        const struct fth_plane *plane = fth_image_plane(image, needed_channels[i]);
        if (!plane)
            return fth_fail(error, FTH_ERR_DATA, "%s: the depth bundle has no channel %s", path,
                            needed_channels[i]);
        if (!fth_rect_contains(plane->rect, image->domain) || !all_finite(plane))
            return fth_fail(error, FTH_ERR_DATA,
                            "%s: channel %s of the depth bundle holds values that are infinite "
                            "or not numbers",
                            path, needed_channels[i]);
    }
    return FTH_OK;
}

/* What was read, if it is a bundle; takes both over. */
static enum fth_status take_bundle(const char *path, struct fth_exr_attributes *attributes,
                                   struct fth_image *image, struct fth_image **bundle,
                                   struct fth_bundle_info *info, struct fth_error *error)
{
    struct fth_bundle_info own = {0};
    enum fth_status status = read_header(path, attributes, &own, image, error);
    if (status == FTH_OK)
        status = check_planes(path, image, error);
    fth_exr_attributes_clear(attributes);
    if (status != FTH_OK) {
        fth_image_unref(&image);
        return status;
    }
    if (info)
        *info = own;
    image->range_is_given = image->near_m > 0 && strcmp(own.units, "relative") == 0;
    snprintf(image->depth_model, sizeof(image->depth_model), "%.*s",
             (int)sizeof(image->depth_model) - 1, own.model);
    memcpy(image->depth_licence, own.licence, sizeof(own.licence));
    memcpy(image->depth_meaning, own.meaning, sizeof(own.meaning));
    image->depth_source = own.source;
    *bundle = image;
    return FTH_OK;
}

enum fth_status fth_bundle_read(const char *path, struct fth_pool *pool,
                                struct fth_buffers *buffers, struct fth_image **bundle,
                                struct fth_bundle_info *info, struct fth_error *error)
{
    struct fth_exr_attributes attributes = {0};
    struct fth_image *image = NULL;
    enum fth_status status = fth_exr_read(path, pool, buffers, &image, &attributes, error);
    return status == FTH_OK ? take_bundle(path, &attributes, image, bundle, info, error) : status;
}

enum fth_status fth_bundle_read_sealed(const char *path, struct fth_pool *pool,
                                       struct fth_buffers *buffers, struct fth_image **bundle,
                                       struct fth_error *error)
{
    struct fth_exr_attributes attributes = {0};
    struct fth_image *image = NULL;
    enum fth_status status = fth_exr_read_sealed(path, pool, buffers, &image, &attributes, error);
    return status == FTH_OK ? take_bundle(path, &attributes, image, bundle, NULL, error) : status;
}
