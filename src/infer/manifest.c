/* SPDX-License-Identifier: Apache-2.0 */
/* The list of networks, read strictly: an unknown word or a number out of range is refused with its
 * place, because a wrong mean or colour order would show as bad depth and nothing else. */
#include "infer/manifest.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "infer/download.h"
#include "infer/own.h"
#include "infer/places.h"

enum { LARGEST_MANIFEST = 4 << 20, MOST_NETWORKS = 1024 };

struct fth_manifest {
    struct fth_json *root, *own_root; /* own every text; own_root: the user's, or NULL */
    struct fth_network *networks;     /* ours first */
    size_t network_count;
    struct fth_network_set *sets;
    size_t set_count;
};

/* Where the reader is, and what went wrong first. */
struct reader {
    const char *path, *text;
    const char *id;     /* network or set being read */
    const char *member; /* object being read: "input" */
    struct fth_error *error;
    enum fth_status status;
    bool is_own; /* the user's own list is being read */
};

/* The line that names `id` as a text of its own; 1 when there is none. */
static int line_of(const char *text, const char *id)
{
    char quoted[160];
    snprintf(quoted, sizeof(quoted), "\"%s\"", id);
    const char *found = strstr(text, quoted);
    int line = 1;
    for (const char *at = text; found && at < found; at++)
        line += *at == '\n';
    return line;
}

static void refuse(struct reader *reader, const char *key, const char *what)
{
    if (reader->status == FTH_OK)
        reader->status =
            fth_fail(reader->error, FTH_ERR_DATA, "%s:%d: \"%s\": %s%s%s %s", reader->path,
                     line_of(reader->text, reader->id), reader->id, reader->member,
                     *reader->member ? "." : "", key, what);
}

static const char *text_of(struct reader *reader, const struct fth_json *object, const char *key,
                           bool needed)
{
    const struct fth_json *value = fth_json_get(object, key);
    const char *text = fth_json_text(value, NULL);
    if (value && !text)
        refuse(reader, key, "must be a text");
    else if (needed && !(text && *text))
        refuse(reader, key, "is missing");
    return text ? text : "";
}

/* A number in least..most, or `fallback` when absent. */
static double number_of(struct reader *reader, const struct fth_json *object, const char *key,
                        double fallback, const double range[2])
{
    const struct fth_json *value = fth_json_get(object, key);
    if (!value)
        return fallback;
    double number = fth_json_number(value, NAN);
    if (number >= range[0] && number <= range[1])
        return number;
    char what[96];
    snprintf(what, sizeof(what), "must be a number from %g to %g", range[0], range[1]);
    refuse(reader, key, what);
    return fallback;
}

static int count_of(struct reader *reader, const struct fth_json *object, const char *key,
                    int fallback, int most)
{
    const double range[2] = {0, most};
    double number = number_of(reader, object, key, fallback, range);
    if (number != floor(number))
        refuse(reader, key, "must be a whole number");
    return (int)number;
}

struct word {
    const char *word;
    int value;
};

static int word_of(struct reader *reader, const struct fth_json *object, const char *key,
                   const struct word *words, size_t count)
{
    const char *text = text_of(reader, object, key, true);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i].word, text) == 0)
            return words[i].value;
    }
    struct fth_text what = {0};
    fth_text_append(&what, "is \"%.40s\", it must be one of", text);
    for (size_t i = 0; i < count; i++)
        fth_text_append(&what, "%s %s", i ? "," : "", words[i].word);
    if (*text)
        refuse(reader, key, what.data ? what.data : "is not known");
    fth_text_clear(&what);
    return 0;
}
#define WORD_OF(reader, object, key, words) \
    word_of(reader, object, key, words, FTH_ARRAY_COUNT(words))

static const struct word tasks[] = {{"depth", FTH_NETWORK_DEPTH}, {"matte", FTH_NETWORK_MATTE}};
static const struct word layouts[] = {{"nchw", FTH_LAYOUT_NCHW},
                                      {"nhwc", FTH_LAYOUT_NHWC},
                                      {"nfchw", FTH_LAYOUT_NFCHW},
                                      {"recurrent", FTH_LAYOUT_RECURRENT}};
static const struct word colours[] = {{"rgb", 0}, {"bgr", 1}};
static const struct word rules[] = {{"fixed", FTH_SIZE_FIXED},
                                    {"long_side", FTH_SIZE_LONG_SIDE},
                                    {"short_side", FTH_SIZE_SHORT_SIDE},
                                    {"nearest", FTH_SIZE_NEAREST}};
static const struct word filters[] = {{"area", FTH_FILTER_AREA},
                                      {"box", FTH_FILTER_BOX},
                                      {"bilinear", FTH_FILTER_BILINEAR},
                                      {"bicubic", FTH_FILTER_BICUBIC},
                                      {"bicubic_antialias", FTH_FILTER_BICUBIC_ANTIALIAS}};
static const struct word meanings[] = {{"relative_inverse", FTH_MEANS_RELATIVE_INVERSE},
                                       {"metric_z", FTH_MEANS_METRIC_Z},
                                       {"matte", FTH_MEANS_MATTE}};

/* The object `key` of the network; absent counts as empty unless needed. */
static const struct fth_json *enter(struct reader *reader, const struct fth_json *object,
                                    const char *key, bool needed)
{
    const struct fth_json *value = fth_json_get(object, key);
    reader->member = "";
    if (needed && fth_json_kind(value) != FTH_JSON_OBJECT)
        refuse(reader, key, "is missing or not an object");
    reader->member = key;
    return value;
}

static void read_source(struct reader *reader, const struct fth_json *entry,
                        struct fth_network *network)
{
    const struct fth_json *source = enter(reader, entry, "source", false);
    network->url = text_of(reader, source, "url", false);
    network->package = text_of(reader, source, "npm", false);
    network->package_version = text_of(reader, source, "version", *network->package);
    network->package_file = text_of(reader, source, "file", *network->package);
    network->package_sha256 = text_of(reader, source, "sha256", *network->package);
    if (*network->url && !fth_download_allows(network->url))
        refuse(reader, "url", "must begin with https://");
}

static void read_size(struct reader *reader, const struct fth_json *input,
                      struct fth_network *network)
{
    enum { LARGEST_SIDE = 8192 };
    const struct fth_json *size = enter(reader, input, "size", true);
    reader->member = "input.size";
    network->size_rule = (enum fth_network_size_rule)WORD_OF(reader, size, "rule", rules);
    network->width = count_of(reader, size, "width", 0, LARGEST_SIDE);
    network->height = count_of(reader, size, "height", 0, LARGEST_SIDE);
    network->side = count_of(reader, size, "side", 0, LARGEST_SIDE);
    network->side_faster = count_of(reader, size, "side_faster", 0, LARGEST_SIDE);
    network->multiple = count_of(reader, size, "multiple", 1, 256);
    network->filter = (enum fth_network_filter)WORD_OF(reader, size, "filter", filters);
    network->bytes = fth_json_bool(fth_json_get(size, "bytes"), false);
    if (network->size_rule == FTH_SIZE_FIXED && !(network->width && network->height))
        refuse(reader, "width", "and height are needed by the rule fixed");
    if (network->size_rule != FTH_SIZE_FIXED && !network->side)
        refuse(reader, "side", "is needed by this rule");
    if (network->multiple < 1)
        refuse(reader, "multiple", "must be at least 1");
}

static void read_triple(struct reader *reader, const struct fth_json *input, const char *key,
                        float fallback, float triple[3])
{
    const struct fth_json *array = fth_json_get(input, key);
    for (size_t i = 0; i < 3; i++) {
        triple[i] = fallback;
        if (!array)
            continue;
        triple[i] = (float)fth_json_number(fth_json_at(array, i), NAN);
        if (fth_json_count(array) != 3 || !isfinite(triple[i]))
            refuse(reader, key, "must be three numbers");
    }
}

/* The array `key` of the input, of at most `most` objects. */
static const struct fth_json *list_of(struct reader *reader, const struct fth_json *input,
                                      const char *key, int most, int *count)
{
    const struct fth_json *list = fth_json_get(input, key);
    char what[64];
    snprintf(what, sizeof(what), "must be a list of at most %d", most);
    if (list && (fth_json_kind(list) != FTH_JSON_ARRAY || fth_json_count(list) > (size_t)most))
        refuse(reader, key, what);
    else
        *count = (int)fth_json_count(list);
    return list;
}

static void read_beside(struct reader *reader, const struct fth_json *input,
                        struct fth_network *network)
{
    static const double any[2] = {-1e9, 1e9};
    const struct fth_json *states =
        list_of(reader, input, "states", FTH_NETWORK_STATES, &network->state_count);
    const struct fth_json *constants =
        list_of(reader, input, "constants", FTH_NETWORK_CONSTANTS, &network->constant_count);
    if ((network->state_count > 0) != (network->layout == FTH_LAYOUT_RECURRENT))
        refuse(reader, "states", "go with the layout recurrent, and that with states");
    reader->member = "input.states";
    for (int i = 0; i < network->state_count; i++) {
        const struct fth_json *state = fth_json_at(states, (size_t)i);
        network->states[i].input = text_of(reader, state, "input", true);
        network->states[i].output = text_of(reader, state, "output", true);
    }
    reader->member = "input.constants";
    for (int i = 0; i < network->constant_count; i++) {
        const struct fth_json *constant = fth_json_at(constants, (size_t)i);
        network->constants[i].name = text_of(reader, constant, "name", true);
        network->constants[i].value = number_of(reader, constant, "value", NAN, any);
        if (isnan(network->constants[i].value))
            refuse(reader, "value", "is missing");
    }
}

static void read_input(struct reader *reader, const struct fth_json *entry,
                       struct fth_network *network)
{
    const struct fth_json *input = enter(reader, entry, "input", true);
    network->input_name = text_of(reader, input, "name", true);
    network->layout = (enum fth_network_layout)WORD_OF(reader, input, "layout", layouts);
    network->bgr = WORD_OF(reader, input, "colour", colours);
    read_triple(reader, input, "mean", 0, network->mean);
    read_triple(reader, input, "deviation", 1, network->deviation);
    for (int i = 0; i < 3; i++) {
        if (!(network->deviation[i] > 0))
            refuse(reader, "deviation", "must be positive");
    }
    read_beside(reader, input, network);
    read_size(reader, input, network);
}

static void read_output(struct reader *reader, const struct fth_json *entry,
                        struct fth_network *network)
{
    static const double percents[2] = {0, 100}, any[2] = {-1e30, 1e30}, metres[2] = {0, 1e6};
    const struct fth_json *output = enter(reader, entry, "output", true);
    network->output_name = text_of(reader, output, "name", true);
    network->output_rank = count_of(reader, output, "rank", 0, 5);
    network->meaning = (enum fth_network_meaning)WORD_OF(reader, output, "meaning", meanings);
    network->back = (enum fth_network_filter)WORD_OF(reader, output, "filter", filters);
    network->valid_least = number_of(reader, output, "valid_least", -INFINITY, any);
    network->invalid_percentile = number_of(reader, output, "invalid_percentile", 50, percents);
    network->most = number_of(reader, output, "most", INFINITY, any);
    network->near_m = number_of(reader, output, "near_m", 0, metres);
    network->far_m = number_of(reader, output, "far_m", 0, metres);
    if (network->output_rank < 2)
        refuse(reader, "rank", "must be 2 to 5");
    if (network->meaning == FTH_MEANS_METRIC_Z && !(network->valid_least > 0))
        refuse(reader, "valid_least", "must be above 0 for metres");
    if ((network->meaning == FTH_MEANS_MATTE) != (network->task == FTH_NETWORK_MATTE))
        refuse(reader, "meaning", "does not fit the task");
}

static void read_preference(struct reader *reader, const struct fth_json *entry,
                            struct fth_network *network)
{
    const struct fth_json *preference = enter(reader, entry, "preference", false);
    network->preference[0] = count_of(reader, preference, "faster", 0, 100);
    network->preference[1] = count_of(reader, preference, "better", 0, 100);
    if (network->task != FTH_NETWORK_DEPTH && preference)
        refuse(reader, "better", "and faster are for depth networks");
}

static bool is_plain_file_name(const char *file)
{
    return *file && *file != '.' && !strchr(file, '/');
}

static bool is_sha256(const char *text)
{
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static void read_network(struct reader *reader, const struct fth_json *entry,
                         struct fth_network *network)
{
    static const double sizes[2] = {0, 1e11};
    reader->member = "";
    reader->id = fth_json_text(fth_json_get(entry, "id"), "");
    network->id = text_of(reader, entry, "id", true);
    network->title = text_of(reader, entry, "title", true);
    network->file = text_of(reader, entry, "file", true);
    network->licence = text_of(reader, entry, "licence", true);
    network->non_commercial = fth_json_bool(fth_json_get(entry, "non_commercial"), false);
    network->size = (int64_t)number_of(reader, entry, "bytes", 0, sizes);
    network->sha256 = text_of(reader, entry, "sha256", false);
    network->task = (enum fth_network_task)WORD_OF(reader, entry, "task", tasks);
    network->window = FTH_MAX(1, count_of(reader, entry, "window", 1, 256));
    network->overlap = count_of(reader, entry, "overlap", 0, 255);
    if (!is_plain_file_name(network->file))
        refuse(reader, "file", "must be the name of a file without a folder");
    if (*network->sha256 && !is_sha256(network->sha256))
        refuse(reader, "sha256", "must be 64 hexadecimal digits");
    if (network->overlap * 2 > network->window)
        refuse(reader, "overlap", "must be at most half the window");
    if ((network->window > 1) != (WORD_OF(reader, fth_json_get(entry, "input"), "layout",
                                          layouts) == FTH_LAYOUT_NFCHW))
        refuse(reader, "window", "needs the layout nfchw, and that a window");
    network->entry = entry;
    network->is_own = reader->is_own;
    read_preference(reader, entry, network);
    read_source(reader, entry, network);
    read_input(reader, entry, network);
    read_output(reader, entry, network);
}

static void read_set(struct reader *reader, const struct fth_manifest *manifest,
                     const struct fth_json *entry, struct fth_network_set *set)
{
    reader->member = "";
    reader->id = fth_json_text(fth_json_get(entry, "id"), "");
    set->id = text_of(reader, entry, "id", true);
    set->depth = text_of(reader, entry, "depth", true);
    set->people = text_of(reader, entry, "people", true);
    set->weakness = text_of(reader, entry, "weakness", true);
    set->stronger = text_of(reader, entry, "stronger", true);
    const struct fth_network *depth = fth_manifest_find(manifest, set->depth);
    const struct fth_network *people = fth_manifest_find(manifest, set->people);
    if (!depth || depth->task != FTH_NETWORK_DEPTH)
        refuse(reader, "depth", "is no depth network of this list");
    if (!people || people->task != FTH_NETWORK_MATTE)
        refuse(reader, "people", "is no matte network of this list");
}

/* Adds one sum of the user's own list to the network it is of, unless ours knows better by now. */
static void read_pin(struct reader *reader, struct fth_manifest *manifest,
                     const struct fth_json *pin)
{
    static const double sizes[2] = {1, 1e11};
    reader->member = "pins";
    reader->id = fth_json_text(fth_json_get(pin, "id"), "");
    const char *id = text_of(reader, pin, "id", true), *url = text_of(reader, pin, "url", true);
    const char *sha256 = text_of(reader, pin, "sha256", true);
    double size = number_of(reader, pin, "bytes", 0, sizes);
    if (!is_sha256(sha256))
        refuse(reader, "sha256", "must be 64 hexadecimal digits");
    if (size < 1)
        refuse(reader, "bytes", "is missing");
    for (size_t i = 0; i < manifest->network_count; i++) {
        struct fth_network *network = &manifest->networks[i];
        if (strcmp(network->id, id) != 0 || strcmp(network->url, url) != 0 || *network->sha256)
            continue;
        network->sha256 = sha256;
        network->size = (int64_t)size;
        network->is_pinned = true;
    }
}

static enum fth_status make_room(struct reader *reader, struct fth_manifest *manifest,
                                 size_t network_count, size_t set_count)
{
    struct fth_network *networks = NULL;
    struct fth_network_set *sets = NULL;
    size_t had = manifest->network_count, had_sets = manifest->set_count;
    if (network_count > MOST_NETWORKS || set_count > MOST_NETWORKS)
        return fth_fail(reader->error, FTH_ERR_LIMIT, "%s: %zu networks, limit is %d",
                        reader->path, network_count, MOST_NETWORKS);
    networks = fth_realloc(manifest->networks, had + network_count + 1, sizeof(*networks));
    manifest->networks = networks ? networks : manifest->networks;
    sets = fth_realloc(manifest->sets, had_sets + set_count + 1, sizeof(*sets));
    manifest->sets = sets ? sets : manifest->sets;
    if (!networks || !sets)
        return fth_fail_memory(reader->error, network_count, "the list of networks");
    memset(networks + had, 0, (network_count + 1) * sizeof(*networks));
    memset(sets + had_sets, 0, (set_count + 1) * sizeof(*sets));
    return FTH_OK;
}

static enum fth_status read_lists(struct reader *reader, const struct fth_json *root,
                                  struct fth_manifest *manifest)
{
    const struct fth_json *networks = fth_json_get(root, "networks");
    const struct fth_json *sets = fth_json_get(root, "sets"), *pins = fth_json_get(root, "pins");
    size_t network_count = fth_json_count(networks), set_count = fth_json_count(sets);
    if (fth_json_int(fth_json_get(root, "fathom_models"), 0) != 1)
        return fth_fail(reader->error, FTH_ERR_DATA,
                        "%s:1: not a list of networks (\"fathom_models\": 1 is missing)",
                        reader->path);
    reader->status = make_room(reader, manifest, network_count, set_count);
    for (size_t i = 0; i < network_count && reader->status == FTH_OK; i++) {
        struct fth_network *network = &manifest->networks[manifest->network_count];
        read_network(reader, fth_json_at(networks, i), network);
        bool is_twice = fth_manifest_find(manifest, network->id);
        if (is_twice && reader->is_own) { /* a newer list of ours has taken the name */
            fth_log_once(FTH_LOG_WARNING, "%s: \"%s\" is left out: the name is taken now",
                         reader->path, network->id);
            memset(network, 0, sizeof(*network));
            continue;
        }
        if (is_twice)
            refuse(reader, "id", "is there twice");
        manifest->network_count++;
    }
    for (size_t i = 0; i < set_count && reader->status == FTH_OK; i++) {
        read_set(reader, manifest, fth_json_at(sets, i), &manifest->sets[manifest->set_count]);
        manifest->set_count++;
    }
    for (size_t i = 0; i < fth_json_count(pins) && reader->status == FTH_OK; i++)
        read_pin(reader, manifest, fth_json_at(pins, i));
    return reader->status;
}

/* Adds the list in the file to the manifest; *root then owns its texts. */
static enum fth_status read_file(struct fth_manifest *manifest, const char *path, bool is_own,
                                 struct fth_json **root, struct fth_error *error)
{
    void *bytes = NULL;
    size_t size = 0;
    enum fth_status status = fth_file_read(path, LARGEST_MANIFEST, &bytes, &size, error);
    if (status == FTH_OK)
        status = fth_json_parse(bytes, size, path, root, error);
    struct reader reader = {.path = path, .text = bytes, .id = "", .member = "", .error = error,
                            .is_own = is_own};
    if (status == FTH_OK)
        status = read_lists(&reader, *root, manifest);
    fth_free(bytes);
    return status;
}

enum fth_status fth_manifest_read(const char *path, struct fth_manifest **result,
                                  struct fth_error *error)
{
    struct fth_manifest *manifest = fth_alloc(1, sizeof(*manifest));
    if (!manifest)
        return fth_fail_memory(error, sizeof(*manifest), "the list of networks");
    enum fth_status status = read_file(manifest, path, false, &manifest->root, error);
    if (status == FTH_OK)
        *result = manifest;
    else
        fth_manifest_close(&manifest);
    return status;
}

enum fth_status fth_manifest_open(struct fth_manifest **result, struct fth_error *error)
{
    struct fth_manifest *manifest = NULL;
    char *own_path = NULL, *path = NULL;
    enum fth_status status = fth_place_find(FTH_PLACE_MANIFEST, "manifest.json", &path, error);
    if (status != FTH_OK)
        return status;
    if (!path)
        return fth_fail(error, FTH_ERR_NOT_FOUND,
                        "manifest.json, the list of networks, was not found: the installation is "
                        "not whole");
    status = fth_manifest_read(path, &manifest, error);
    if (status == FTH_OK && !(own_path = fth_own_list_path()))
        status = fth_fail_memory(error, 0, "a path");
    if (status == FTH_OK && fth_file_exists(own_path))
        status = read_file(manifest, own_path, true, &manifest->own_root, error);
    if (status == FTH_OK)
        *result = manifest;
    else
        fth_manifest_close(&manifest);
    fth_free(own_path);
    fth_free(path);
    return status;
}

void fth_manifest_close(struct fth_manifest **pointer)
{
    struct fth_manifest *manifest = pointer ? *pointer : NULL;
    if (!manifest)
        return;
    fth_json_destroy(&manifest->root);
    fth_json_destroy(&manifest->own_root);
    fth_free(manifest->networks);
    fth_free(manifest->sets);
    fth_free(manifest);
    *pointer = NULL;
}

size_t fth_manifest_count(const struct fth_manifest *manifest)
{
    return manifest->network_count;
}

const struct fth_network *fth_manifest_at(const struct fth_manifest *manifest, size_t index)
{
    return &manifest->networks[index];
}

const struct fth_network *fth_manifest_find(const struct fth_manifest *manifest, const char *id)
{
    for (size_t i = 0; i < manifest->network_count; i++) {
        if (strcmp(manifest->networks[i].id, id) == 0)
            return &manifest->networks[i];
    }
    return NULL;
}

const struct fth_network_set *fth_manifest_set(const struct fth_manifest *manifest, const char *id)
{
    for (size_t i = 0; i < manifest->set_count; i++) {
        if (strcmp(manifest->sets[i].id, id) == 0)
            return &manifest->sets[i];
    }
    return NULL;
}

enum fth_status fth_manifest_best(const struct fth_manifest *manifest, bool better,
                                  const struct fth_network **best, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    int most = 0;
    *best = NULL;
    for (size_t i = 0; i < manifest->network_count && status == FTH_OK; i++) {
        const struct fth_network *network = &manifest->networks[i];
        /* of equals the later one: the user's own stand behind ours */
        if (network->task != FTH_NETWORK_DEPTH || network->preference[better] == 0 ||
            network->preference[better] < most)
            continue;
        char *path = NULL;
        status = fth_network_path(network, &path, error);
        if (path) {
            *best = network;
            most = network->preference[better];
        }
        fth_free(path);
    }
    return status;
}

const char *fth_network_meaning_name(enum fth_network_meaning meaning)
{
    for (size_t i = 0; i < FTH_ARRAY_COUNT(meanings); i++) {
        if (meanings[i].value == (int)meaning)
            return meanings[i].word;
    }
    return "";
}

enum fth_status fth_network_path(const struct fth_network *network, char **path,
                                 struct fth_error *error)
{
    return fth_place_find(FTH_PLACE_NETWORK, network->file, path, error);
}

static enum fth_status fail_unknown(const struct fth_manifest *manifest, const char *id,
                                    struct fth_error *error)
{
    const char *words[64];
    size_t count = FTH_MIN(manifest->network_count, FTH_ARRAY_COUNT(words));
    for (size_t i = 0; i < count; i++)
        words[i] = manifest->networks[i].id;
    const char *near = fth_nearest_word(id, words, count);
    return fth_fail(error, FTH_ERR_USAGE, "no network is called \"%s\"%s%s%s", id,
                    near ? "; did you mean \"" : "; `fathom models list` shows them",
                    near ? near : "", near ? "\"?" : "");
}

enum fth_status fth_manifest_named(const struct fth_manifest *manifest, const char *id,
                                   const struct fth_network **network, struct fth_error *error)
{
    const struct fth_network *found = fth_manifest_find(manifest, id);
    if (!found)
        return fail_unknown(manifest, id, error);
    *network = found;
    return FTH_OK;
}

enum fth_status fth_manifest_need(const struct fth_manifest *manifest, const char *id,
                                  const struct fth_network **network, char **path,
                                  struct fth_error *error)
{
    const struct fth_network *found = fth_manifest_find(manifest, id);
    if (!found)
        return fail_unknown(manifest, id, error);
    char *file = NULL;
    enum fth_status status = fth_network_path(found, &file, error);
    if (status != FTH_OK)
        return status;
    if (!file) {
        char *own = fth_place_own(FTH_PLACE_NETWORK);
        struct fth_text get = {0};
        if (*found->url)
            fth_text_append(&get, "run `fathom models get %s`, or ", id);
        else if (*found->package)
            fth_text_append(&get, "run `./run setup`, or ");
        fth_fail(error, FTH_ERR_NOT_FOUND, "network %s: %s is not installed; %scopy it to %s", id,
                 found->file, get.data ? get.data : "", own ? own : "the models folder");
        fth_text_clear(&get);
        fth_free(own);
        return FTH_ERR_NOT_FOUND;
    }
    *network = found;
    *path = file;
    return FTH_OK;
}
