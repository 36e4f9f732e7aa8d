/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing is guessed that could be wrong and still run: a name is taken over only where there is no
 * other, and colours stay where the list has them. */
#include "infer/fit.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "infer/external.h"
#include "infer/ports.h"
#include "infer/session_options.h"

static enum fth_status fail_choice(const char *path, const char *what, const struct fth_port *ports,
                                   size_t count, const char *wanted, struct fth_error *error)
{
    struct fth_text names = {0};
    for (size_t i = 0; i < count; i++)
        fth_text_append(&names, "%s\"%.60s\"", i ? ", " : "", ports[i].name);
    const char *list = names.data ? names.data : "";
    if (wanted)
        fth_fail(error, FTH_ERR_NETWORK, "%s: there is no %s \"%.60s\" (there are %.300s)", path,
                 what, wanted, list);
    else
        fth_fail(error, FTH_ERR_NETWORK, "%s: it has several %ss (%.300s): name one with --%s",
                 path, what, list, what);
    fth_text_clear(&names);
    return FTH_ERR_NETWORK;
}

/* The named port; else the one that is called as like's; else the only one. */
static enum fth_status choose(const char *path, const char *what, const struct fth_port *ports,
                              size_t count, const char *const names[2],
                              const struct fth_port **port, struct fth_error *error)
{
    const char *wanted = names[0], *usual = names[1];
    *port = fth_ports_find(ports, count, wanted ? wanted : usual);
    if (!*port && !wanted && count == 1)
        *port = ports;
    return *port ? FTH_OK : fail_choice(path, what, ports, count, wanted, error);
}

static void fit_size(const struct fth_port *port, struct fth_network *network)
{
    size_t rank = network->layout == FTH_LAYOUT_NFCHW ? 5 : 4;
    bool last = network->layout == FTH_LAYOUT_NHWC;
    if (port->rank != rank)
        return;
    int64_t height = port->dims[rank - (last ? 3 : 2)], width = port->dims[rank - (last ? 2 : 1)];
    if (height < 1 || width < 1 || height > 8192 || width > 8192)
        return;
    network->size_rule = FTH_SIZE_FIXED;
    network->width = (int)width;
    network->height = (int)height;
}

static enum fth_status fit_ports(const struct fth_network *like, const char *path,
                                 const char *const names[2], const struct fth_ports *ports,
                                 struct fth_fit *fit, struct fth_error *error)
{
    const struct fth_port *in = NULL, *out = NULL;
    const char *input_names[2] = {names[0], like->input_name};
    const char *output_names[2] = {names[1], like->output_name};
    enum fth_status status = choose(path, "input", ports->inputs, ports->input_count, input_names,
                                    &in, error);
    if (status == FTH_OK)
        status = choose(path, "output", ports->outputs, ports->output_count, output_names, &out,
                        error);
    if (status != FTH_OK)
        return status;
    fit->network = *like;
    snprintf(fit->input, sizeof(fit->input), "%s", in->name);
    snprintf(fit->output, sizeof(fit->output), "%s", out->name);
    fit->network.input_name = fit->input;
    fit->network.output_name = fit->output;
    if (out->rank >= 2 && out->rank <= FTH_TENSOR_RANK)
        fit->network.output_rank = (int)out->rank;
    fit_size(in, &fit->network);
    for (int i = 0; in->element == FTH_ORT_UINT8 && i < 3; i++) {
        fit->network.mean[i] = 0;
        fit->network.deviation[i] = 1;
    }
    return FTH_OK;
}

enum fth_status fth_fit_file(const struct fth_network *like, const char *path, const char *input,
                             const char *output, struct fth_fit *fit, struct fth_error *error)
{
    static const struct fth_infer_options on_cpu = {.device = "cpu"};
    const char *const names[2] = {input, output};
    char beside[256];
    OrtSession *session = NULL;
    struct fth_ports *ports = fth_alloc(1, sizeof(*ports));
    if (!ports)
        return fth_fail_memory(error, sizeof(*ports), path);
    enum fth_status status = fth_session_load(path, &on_cpu, &session, error);
    if (status == FTH_OK && fth_external_find(path, beside))
        status = fth_fail(error, FTH_ERR_UNSUPPORTED,
                          "%s keeps weights in another file (\"%s\"): save it as one file first",
                          path, beside);
    if (status == FTH_OK)
        status = fth_ports_read(session, path, ports, error);
    if (status == FTH_OK)
        status = fit_ports(like, path, names, ports, fit, error);
    fth_ort_release(FTH_ORT_SESSION, session);
    fth_free(ports);
    return status;
}

static struct fth_json *new_triple(const float values[3])
{
    struct fth_json *array = fth_json_new(FTH_JSON_ARRAY);
    for (int i = 0; i < 3; i++)
        fth_json_add(array, fth_json_new_number((double)values[i]));
    return array;
}

struct fth_json *fth_fit_input(const struct fth_network *like, const struct fth_fit *fit)
{
    const struct fth_network *network = &fit->network;
    struct fth_json *input = fth_json_copy(fth_json_get(like->entry, "input"));
    struct fth_json *size = fth_json_copy(fth_json_get(fth_json_get(like->entry, "input"), "size"));
    fth_json_set(input, "name", fth_json_new_text(network->input_name));
    if (memcmp(network->mean, like->mean, sizeof(like->mean)) != 0 ||
        memcmp(network->deviation, like->deviation, sizeof(like->deviation)) != 0) {
        fth_json_set(input, "mean", new_triple(network->mean));
        fth_json_set(input, "deviation", new_triple(network->deviation));
    }
    if (network->size_rule == FTH_SIZE_FIXED) {
        fth_json_set(size, "rule", fth_json_new_text("fixed"));
        fth_json_set(size, "width", fth_json_new_int(network->width));
        fth_json_set(size, "height", fth_json_new_int(network->height));
    }
    fth_json_set(input, "size", size);
    return input;
}

struct fth_json *fth_fit_output(const struct fth_network *like, const struct fth_fit *fit)
{
    struct fth_json *output = fth_json_copy(fth_json_get(like->entry, "output"));
    fth_json_set(output, "name", fth_json_new_text(fit->network.output_name));
    fth_json_set(output, "rank", fth_json_new_int(fit->network.output_rank));
    return output;
}
