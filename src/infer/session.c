/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions: opened against the manifest, run with everything the file wants beside the picture. */
#include "infer/session.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "infer/device.h"
#include "infer/ports.h"
#include "infer/session_options.h"
#include "infer/sizes.h"
#include "infer/watch.h"

enum { MOST_VALUES = 1 + FTH_NETWORK_STATES + FTH_NETWORK_CONSTANTS };

static atomic_uint_fast64_t session_count, run_count, run_ns;

/* A tensor of ours that is given anew at every run. */
struct given {
    const char *name;
    OrtValue *value;
    void *data; /* ours; NULL where the library made it */
};

struct fth_infer_session {
    const struct fth_network *network;
    char *path;
    struct fth_sizes *loaded;
    bool borrowed;           /* what is loaded is another's */
    struct fth_watch *watch; /* NULL when nothing can cancel */
    const struct fth_cancel *cancel;
    int input_element, output_element;

    struct given states[FTH_NETWORK_STATES], constants[FTH_NETWORK_CONSTANTS];
    struct fth_port state_ports[FTH_NETWORK_STATES]; /* their inputs */

    void *packed; /* the input as the file wants it, when that is not float */
    size_t packed_size;
    OrtValue *answer; /* of the last run */
    float *unpacked;  /* that as floats, when it is not */
    size_t unpacked_count;
};

uint64_t fth_infer_session_count(void)
{
    return atomic_load(&session_count);
}

uint64_t fth_infer_run_count(void)
{
    return atomic_load(&run_count);
}

double fth_infer_run_s(void)
{
    return (double)atomic_load(&run_ns) / 1e9;
}

const struct fth_network *fth_infer_session_network(const struct fth_infer_session *session)
{
    return session->network;
}

/* ---- against the manifest */

static const char *layout_words(const struct fth_network *network)
{
    return network->layout == FTH_LAYOUT_NHWC ? "after columns (NHWC)" : "before rows (NCHW)";
}

static enum fth_status fail_port(const struct fth_infer_session *session, const char *what,
                                 const char *name, const struct fth_port *ports, size_t count,
                                 struct fth_error *error)
{
    return fth_fail(error, FTH_ERR_NETWORK,
                    "%s: the network has no %s \"%s\" (it has %zu, \"%s\" for one); the manifest's "
                    "entry \"%s\" is for another network",
                    session->path, what, name, count, count ? ports[count - 1].name : "",
                    session->network->id);
}

static enum fth_status check_colours(const struct fth_infer_session *session,
                                     const struct fth_port *port, struct fth_error *error)
{
    bool last = session->network->layout == FTH_LAYOUT_NHWC;
    const int64_t *dims = port->dims + (port->rank - 4);
    int64_t here = dims[last ? 3 : 1], there = dims[last ? 1 : 3];
    if (here <= 0 || here == 3)
        return FTH_OK;
    return fth_fail(error, FTH_ERR_NETWORK,
                    "%s: input \"%s\" has %lld where the 3 colours should be: channels must come "
                    "%s%s",
                    session->path, port->name, (long long)here, layout_words(session->network),
                    there != 3 ? "" : last ? ", this is NCHW" : ", this is NHWC");
}

static enum fth_status check_sides(const struct fth_infer_session *session,
                                   const struct fth_port *port, struct fth_error *error)
{
    const struct fth_network *network = session->network;
    const int64_t *dims = port->dims + (port->rank - 4);
    bool last = network->layout == FTH_LAYOUT_NHWC;
    int64_t height = dims[last ? 1 : 2], width = dims[last ? 2 : 3];
    if (network->size_rule != FTH_SIZE_FIXED && (height > 0 || width > 0))
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: input \"%s\" is always %lldx%lld, the manifest lets its size go by "
                        "the picture: its size rule must be fixed",
                        session->path, port->name, (long long)width, (long long)height);
    if (network->size_rule == FTH_SIZE_FIXED &&
        ((height > 0 && height != network->height) || (width > 0 && width != network->width)))
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: input \"%s\" is %lldx%lld, the manifest says %dx%d", session->path,
                        port->name, (long long)width, (long long)height, network->width,
                        network->height);
    return FTH_OK;
}

/* Bytes leave no room for another scale: 0..1 is shown as 0..255. */
static bool shows_bytes(const struct fth_network *network)
{
    for (int i = 0; i < 3; i++) {
        if (network->mean[i] != 0 || network->deviation[i] != 1)
            return false;
    }
    return true;
}

static enum fth_status check_input(const struct fth_infer_session *session,
                                   const struct fth_port *port, struct fth_error *error)
{
    const struct fth_network *network = session->network;
    bool frames = network->layout == FTH_LAYOUT_NFCHW;
    size_t rank = frames ? 5 : 4;
    if (port->element != FTH_ORT_FLOAT && port->element != FTH_ORT_HALF &&
        port->element != FTH_ORT_UINT8)
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: input \"%s\" is no tensor of floats, half floats or bytes",
                        session->path, port->name);
    if (port->element == FTH_ORT_UINT8 && !shows_bytes(network))
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: input \"%s\" takes bytes: the manifest's mean must be 0 and its "
                        "deviation 1",
                        session->path, port->name);
    if (port->rank != rank)
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: input \"%s\" has %zu dimensions, the manifest says %zu",
                        session->path, port->name, port->rank, rank);
    if (port->dims[0] > 1)
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: input \"%s\" is always %lld pictures at once, fathom gives one",
                        session->path, port->name, (long long)port->dims[0]);
    if (frames && port->dims[1] > 0 && port->dims[1] != network->window)
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: input \"%s\" is always %lld frames, the manifest says %d",
                        session->path, port->name, (long long)port->dims[1], network->window);
    enum fth_status status = check_colours(session, port, error);
    return status == FTH_OK ? check_sides(session, port, error) : status;
}

static enum fth_status check_output(const struct fth_infer_session *session,
                                    const struct fth_port *port, struct fth_error *error)
{
    if (port->element != FTH_ORT_FLOAT && port->element != FTH_ORT_HALF &&
        port->element != FTH_ORT_DOUBLE)
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: output \"%s\" is no tensor of floats or half floats", session->path,
                        port->name);
    if (port->rank != (size_t)session->network->output_rank)
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: output \"%s\" has %zu dimensions, the manifest says %d", session->path,
                        port->name, port->rank, session->network->output_rank);
    return FTH_OK;
}

static enum fth_status make_value(const struct fth_infer_session *session, int element, void *data,
                                  size_t count, const struct fth_tensor *shape, OrtValue **value,
                                  struct fth_error *error)
{
    return fth_ort_judge(fth_ort->create_tensor(fth_ort->memory, data,
                                                count * fth_element_size(element), shape->dims,
                                                (size_t)shape->rank, element, value),
                         session->path, "make its input", error);
}

static size_t tensor_count(const struct fth_tensor *tensor)
{
    size_t count = 1;
    for (int i = 0; i < tensor->rank; i++)
        count *= (size_t)tensor->dims[i];
    return count;
}

/* A tensor of one number; free sides are 1. */
static enum fth_status fill_given(const struct fth_infer_session *session,
                                  const struct fth_port *port, double number, struct given *given,
                                  struct fth_error *error)
{
    enum { MOST = 1 << 26 };
    struct fth_tensor shape = {NULL, (int)FTH_MIN(port->rank, (size_t)FTH_TENSOR_RANK), {0}};
    size_t size = fth_element_size(port->element), count = 1;
    float value = (float)number;
    for (int i = 0; i < shape.rank; i++) {
        shape.dims[i] = FTH_MAX(port->dims[i], 1);
        count = shape.dims[i] < MOST ? count * (size_t)shape.dims[i] : (size_t)MOST + 1;
        if (count > MOST)
            break;
    }
    if (!size || port->rank > FTH_TENSOR_RANK || count > MOST)
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: input \"%s\" is of a type or shape that cannot be given",
                        session->path, port->name);
    given->data = fth_alloc(count, size);
    if (!given->data)
        return fth_fail_memory(error, count * size, "a network's input");
    for (size_t i = 0; i < count; i++)
        fth_element_pack(port->element, &value, 1, (char *)given->data + i * size);
    return make_value(session, port->element, given->data, count, &shape, &given->value, error);
}

static void drop_given(struct given *given)
{
    fth_ort_release(FTH_ORT_VALUE, given->value);
    fth_free(given->data);
    given->value = NULL;
    given->data = NULL;
}

/* Every input of the file must be one that the manifest tells of. */
static enum fth_status check_all_given(const struct fth_infer_session *session,
                                       const struct fth_ports *ports, struct fth_error *error)
{
    const struct fth_network *network = session->network;
    for (size_t i = 0; i < ports->input_count; i++) {
        const char *name = ports->inputs[i].name;
        bool known = strcmp(name, network->input_name) == 0;
        for (int k = 0; k < network->state_count; k++)
            known = known || strcmp(name, network->states[k].input) == 0;
        for (int k = 0; k < network->constant_count; k++)
            known = known || strcmp(name, network->constants[k].name) == 0;
        if (!known)
            return fth_fail(error, FTH_ERR_NETWORK,
                            "%s: the network wants %zu inputs, and the manifest's entry \"%s\" "
                            "says nothing of \"%s\"",
                            session->path, ports->input_count, network->id, name);
    }
    return FTH_OK;
}

static enum fth_status open_states(struct fth_infer_session *session,
                                   const struct fth_ports *ports, struct fth_error *error)
{
    const struct fth_network *network = session->network;
    for (int i = 0; i < network->state_count; i++) {
        const struct fth_network_state *state = &network->states[i];
        const struct fth_port *in =
            fth_ports_find(ports->inputs, ports->input_count, state->input);
        const struct fth_port *out =
            fth_ports_find(ports->outputs, ports->output_count, state->output);
        if (!in)
            return fail_port(session, "input", state->input, ports->inputs, ports->input_count,
                             error);
        if (!out || out->element != in->element)
            return fail_port(session, "output of the same type", state->output, ports->outputs,
                             ports->output_count, error);
        session->state_ports[i] = *in;
        session->states[i].name = state->input;
    }
    for (int i = 0; i < network->constant_count; i++) {
        const struct fth_network_constant *constant = &network->constants[i];
        const struct fth_port *port =
            fth_ports_find(ports->inputs, ports->input_count, constant->name);
        if (!port)
            return fail_port(session, "input", constant->name, ports->inputs, ports->input_count,
                             error);
        session->constants[i].name = constant->name;
        enum fth_status status =
            fill_given(session, port, constant->value, &session->constants[i], error);
        if (status != FTH_OK)
            return status;
    }
    return FTH_OK;
}

static enum fth_status check_ports(struct fth_infer_session *session,
                                   const struct fth_ports *ports, struct fth_error *error)
{
    const struct fth_network *network = session->network;
    const struct fth_port *in =
        fth_ports_find(ports->inputs, ports->input_count, network->input_name);
    const struct fth_port *out =
        fth_ports_find(ports->outputs, ports->output_count, network->output_name);
    if (!in)
        return fail_port(session, "input", network->input_name, ports->inputs, ports->input_count,
                         error);
    enum fth_status status = check_all_given(session, ports, error);
    if (status == FTH_OK)
        status = check_input(session, in, error);
    if (status == FTH_OK && !out)
        status = fail_port(session, "output", network->output_name, ports->outputs,
                           ports->output_count, error);
    if (status == FTH_OK)
        status = check_output(session, out, error);
    if (status == FTH_OK)
        status = open_states(session, ports, error);
    if (status != FTH_OK)
        return status;
    session->input_element = in->element;
    session->output_element = out->element;
    return FTH_OK;
}

/* ---- open and close */

OrtStatus *fth_session_options_new(int thread_count, OrtSessionOptions **options)
{
    OrtStatus *status = fth_ort->create_session_options(options);
    if (!status)
        status = fth_ort->set_severity(*options, FTH_ORT_FATAL);
    if (!status)
        status = fth_ort->set_optimization(*options, FTH_ORT_OPTIMISE_ALL);
    if (!status)
        status = fth_ort->set_intra_threads(*options, thread_count);
    if (!status)
        status = fth_ort->set_inter_threads(*options, 1);
    /* waiting threads that spin cost a third beside one busy core and win little alone */
    if (!status)
        status = fth_ort->set_config(*options, "session.intra_op.allow_spinning", "0");
    return status;
}

enum fth_status fth_session_load(const char *path, const struct fth_infer_options *options,
                                 OrtSession **session, struct fth_error *error)
{
    OrtSessionOptions *made = NULL;
    size_t device = 0;
    char doing[80];
    bool found;
    int threads = options->thread_count ? options->thread_count : fth_core_count();
    if (!fth_file_exists(path))
        return fth_fail(error, FTH_ERR_NOT_FOUND, "%s: no such file", path);
    enum fth_status status = fth_ort_start(error);
    if (status == FTH_OK)
        status = fth_device_choose(options->device, &device, error);
    if (status != FTH_OK)
        return status;
    OrtStatus *answer = fth_session_options_new(threads, &made);
    if (!answer && device)
        answer = fth_device_append(device, made, &found);
    if (!answer)
        answer = fth_ort->create_session(fth_ort->env, path, made, session);
    fth_ort_release(FTH_ORT_OPTIONS, made);
    if (device) { /* the device's memory may be full, too */
        snprintf(doing, sizeof(doing), "cannot be loaded on %s (--device cpu does without)",
                 fth_device_name(device));
        return fth_ort_judge(answer, path, doing, error);
    }
    return fth_ort_judge(answer, path, "not a network that can be run", error);
}

static enum fth_status open_checked(struct fth_infer_session *session,
                                    const struct fth_infer_options *options,
                                    struct fth_error *error)
{
    struct fth_ports *ports = fth_alloc(1, sizeof(*ports));
    if (!ports)
        return fth_fail_memory(error, sizeof(*ports), session->path);
    enum fth_status status =
        session->borrowed ? FTH_OK
                          : fth_sizes_open(session->path, options, &session->loaded, error);
    if (status == FTH_OK)
        status = fth_ports_read(fth_sizes_any(session->loaded), session->path, ports, error);
    if (status == FTH_OK)
        status = check_ports(session, ports, error);
    if (status == FTH_OK && options->cancel)
        status = fth_watch_create(options->cancel, &session->watch, error);
    fth_free(ports);
    return status;
}

/* `shared`: the loaded network of another session, or NULL. */
static enum fth_status open_session(const struct fth_network *network, const char *path,
                                    struct fth_sizes *shared,
                                    const struct fth_infer_options *options,
                                    struct fth_infer_session **result, struct fth_error *error)
{
    struct fth_infer_session *session = fth_alloc(1, sizeof(*session));
    if (!session)
        return fth_fail_memory(error, sizeof(*session), "a network session");
    session->network = network;
    session->cancel = options->cancel;
    session->loaded = shared;
    session->borrowed = shared != NULL;
    session->path = fth_strdup(path);
    enum fth_status status = session->path ? open_checked(session, options, error)
                                           : fth_fail_memory(error, strlen(path), "a path");
    if (status == FTH_OK)
        *result = session;
    else
        fth_infer_session_close(&session);
    return status;
}

enum fth_status fth_infer_session_open(const struct fth_network *network, const char *path,
                                       const struct fth_infer_options *options,
                                       struct fth_infer_session **result,
                                       struct fth_error *error)
{
    static const struct fth_infer_options usual;
    enum fth_status status =
        open_session(network, path, NULL, options ? options : &usual, result, error);
    if (status == FTH_OK)
        atomic_fetch_add(&session_count, 1);
    return status;
}

enum fth_status fth_infer_session_twin(const struct fth_infer_session *session,
                                       const struct fth_cancel *cancel,
                                       struct fth_infer_session **twin, struct fth_error *error)
{
    const struct fth_infer_options options = {.cancel = cancel};
    return open_session(session->network, session->path, session->loaded, &options, twin, error);
}

void fth_infer_session_forget(struct fth_infer_session *session)
{
    for (size_t i = 0; i < FTH_NETWORK_STATES; i++)
        drop_given(&session->states[i]);
}

void fth_infer_session_close(struct fth_infer_session **pointer)
{
    struct fth_infer_session *session = pointer ? *pointer : NULL;
    if (!session)
        return;
    fth_watch_destroy(&session->watch);
    fth_infer_session_forget(session);
    for (size_t i = 0; i < FTH_NETWORK_CONSTANTS; i++)
        drop_given(&session->constants[i]);
    fth_ort_release(FTH_ORT_VALUE, session->answer);
    if (!session->borrowed)
        fth_sizes_close(&session->loaded);
    fth_free(session->packed);
    fth_free(session->unpacked);
    fth_free(session->path);
    fth_free(session);
    *pointer = NULL;
}

/* ---- the answer */

static OrtStatus *read_answer(OrtValue *answer, struct fth_tensor *output, void **data,
                              size_t *rank)
{
    OrtShapeInfo *shape = NULL;
    OrtStatus *status = fth_ort->shape_of_value(answer, &shape);
    if (!status)
        status = fth_ort->dimension_count(shape, rank);
    if (!status && *rank <= FTH_TENSOR_RANK)
        status = fth_ort->dimensions(shape, output->dims, *rank);
    if (!status)
        status = fth_ort->tensor_data(answer, data);
    output->rank = (int)FTH_MIN(*rank, (size_t)FTH_TENSOR_RANK);
    fth_ort_release(FTH_ORT_SHAPE, shape);
    return status;
}

/* x - x is 0 for finite x and NaN for all others; the sum of it needs no branch. */
static bool all_finite(const float *values, size_t count)
{
    float sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i] - values[i];
    return sum == 0;
}

/* [.., rows, columns] with nothing but the window's frames before; channels-last networks may put
 * their one channel last. Leaves the output's last two dimensions rows and columns. */
static enum fth_status check_shape(const struct fth_infer_session *session,
                                   struct fth_tensor *output, struct fth_error *error)
{
    const struct fth_network *network = session->network;
    int64_t maps = 1;
    for (int i = 0; i < output->rank; i++) {
        if (output->dims[i] < 1)
            return fth_fail(error, FTH_ERR_NETWORK, "%s: the answer is empty", session->path);
    }
    if (network->layout == FTH_LAYOUT_NHWC && output->rank > 2 &&
        output->dims[output->rank - 1] == 1)
        output->rank--;
    for (int i = 0; i < output->rank - 2; i++)
        maps = output->dims[i] < 1 << 16 ? FTH_MIN(maps * output->dims[i], 1 << 16) : 1 << 16;
    if (maps != network->window)
        return fth_fail(error, FTH_ERR_NETWORK, "%s: the answer has %lld maps, %d wanted",
                        session->path, (long long)maps, network->window);
    return FTH_OK;
}

/* A map of other proportions than the picture's is not a map of it. */
static enum fth_status check_proportions(const struct fth_infer_session *session,
                                         const struct fth_tensor *input,
                                         const struct fth_tensor *output, struct fth_error *error)
{
    bool last = session->network->layout == FTH_LAYOUT_NHWC;
    int64_t rows = input->dims[input->rank - (last ? 3 : 2)];
    int64_t columns = input->dims[input->rank - (last ? 2 : 1)];
    int64_t out_rows = output->dims[output->rank - 2], out_columns = output->dims[output->rank - 1];
    double skew = (double)out_columns * (double)rows / ((double)out_rows * (double)columns);
    if (skew >= 0.75 && skew <= 1.34) /* maps of a few rows are rounded */
        return FTH_OK;
    return fth_fail(error, FTH_ERR_NETWORK,
                    "%s: the answer to a picture of %lldx%lld is %lldx%lld: no map of it",
                    session->path, (long long)columns, (long long)rows, (long long)out_columns,
                    (long long)out_rows);
}

static enum fth_status take_floats(struct fth_infer_session *session, void *data,
                                   struct fth_tensor *output, struct fth_error *error)
{
    size_t count = tensor_count(output);
    output->data = data;
    if (session->output_element == FTH_ORT_FLOAT)
        return FTH_OK;
    if (session->unpacked_count < count) {
        fth_free(session->unpacked);
        session->unpacked_count = 0;
        session->unpacked = fth_alloc(count, sizeof(float));
        if (!session->unpacked)
            return fth_fail_memory(error, count * sizeof(float), "a network's answer");
        session->unpacked_count = count;
    }
    fth_element_unpack(session->output_element, data, count, session->unpacked);
    output->data = session->unpacked;
    return FTH_OK;
}

static enum fth_status check_answer(struct fth_infer_session *session,
                                    const struct fth_tensor *input, struct fth_tensor *output,
                                    struct fth_error *error)
{
    size_t rank = 0;
    void *data = NULL;
    enum fth_status status = fth_ort_judge(read_answer(session->answer, output, &data, &rank),
                                           session->path, "read its answer", error);
    if (status != FTH_OK)
        return status;
    if (rank != (size_t)session->network->output_rank)
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: the answer has %zu dimensions, the manifest says %d", session->path,
                        rank, session->network->output_rank);
    status = check_shape(session, output, error);
    if (status == FTH_OK)
        status = check_proportions(session, input, output, error);
    if (status == FTH_OK)
        status = take_floats(session, data, output, error);
    if (status != FTH_OK)
        return status;
    if (!all_finite(output->data, tensor_count(output)))
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: the answer holds values that are infinite or not numbers; the file "
                        "is damaged or not the network the manifest means",
                        session->path);
    return FTH_OK;
}

/* ---- run */

/* The picture as the file wants it: the caller's own numbers where it wants floats. */
static enum fth_status pack_input(struct fth_infer_session *session,
                                  const struct fth_tensor *input, OrtValue **value,
                                  struct fth_error *error)
{
    size_t count = tensor_count(input), size = count * fth_element_size(session->input_element);
    void *data = input->data;
    if (session->input_element != FTH_ORT_FLOAT) {
        if (session->packed_size < size) {
            fth_free(session->packed);
            session->packed_size = 0;
            session->packed = fth_alloc(size, 1);
            if (!session->packed)
                return fth_fail_memory(error, size, "a network's input");
            session->packed_size = size;
        }
        data = session->packed;
        fth_element_pack(session->input_element, input->data, count, data);
    }
    return make_value(session, session->input_element, data, count, input, value, error);
}

/* What a shot begins with: zeros. */
static enum fth_status remember_nothing(struct fth_infer_session *session,
                                        struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = 0; i < session->network->state_count && status == FTH_OK; i++) {
        if (!session->states[i].value)
            status = fill_given(session, &session->state_ports[i], 0, &session->states[i], error);
    }
    return status;
}

/* What is fed and wanted, by name; `runs` is the loaded network for this size. */
struct feed {
    OrtSession *runs;
    const char *input_names[MOST_VALUES], *output_names[1 + FTH_NETWORK_STATES];
    const OrtValue *inputs[MOST_VALUES];
};

static OrtStatus *run_watched(struct fth_infer_session *session, const struct feed *feed,
                              OrtValue **outputs)
{
    const struct fth_network *network = session->network;
    size_t input_count = (size_t)(1 + network->state_count + network->constant_count);
    OrtRunOptions *options = NULL;
    OrtStatus *status = session->watch ? fth_ort->create_run_options(&options) : NULL;
    if (status)
        return status;
    if (session->watch)
        fth_watch_begin(session->watch, options);
    double start_s = fth_clock_s();
    status = fth_ort->run(feed->runs, options, feed->input_names, feed->inputs, input_count,
                          feed->output_names, (size_t)(1 + network->state_count), outputs);
    atomic_fetch_add(&run_ns, (uint_fast64_t)((fth_clock_s() - start_s) * 1e9));
    if (session->watch)
        fth_watch_end(session->watch);
    fth_ort_release(FTH_ORT_RUN_OPTIONS, options);
    return status;
}

/* Runs; what the network remembers is replaced only when the run is whole. */
static enum fth_status run_all(struct fth_infer_session *session, OrtSession *runs,
                               const OrtValue *picture, struct fth_error *error)
{
    const struct fth_network *network = session->network;
    struct feed feed = {runs, {network->input_name}, {network->output_name}, {picture}};
    OrtValue *outputs[1 + FTH_NETWORK_STATES] = {NULL};
    int n = 1;
    for (int i = 0; i < network->state_count; i++, n++) {
        feed.input_names[n] = session->states[i].name;
        feed.output_names[1 + i] = network->states[i].output;
        feed.inputs[n] = session->states[i].value;
    }
    for (int i = 0; i < network->constant_count; i++, n++) {
        feed.input_names[n] = session->constants[i].name;
        feed.inputs[n] = session->constants[i].value;
    }
    OrtStatus *answer = run_watched(session, &feed, outputs);
    if (answer && fth_cancelled(session->cancel)) {
        fth_ort_release(FTH_ORT_STATUS, answer);
        return FTH_CANCELLED;
    }
    enum fth_status status =
        fth_ort_judge(answer, session->path, fth_sizes_doing(session->loaded), error);
    if (status != FTH_OK)
        return status;
    session->answer = outputs[0];
    for (int i = 0; i < network->state_count; i++) {
        drop_given(&session->states[i]);
        session->states[i].value = outputs[1 + i];
    }
    return FTH_OK;
}

enum fth_status fth_infer_session_run(struct fth_infer_session *session,
                                      const struct fth_tensor *input, struct fth_tensor *output,
                                      struct fth_error *error)
{
    OrtValue *value = NULL;
    fth_ort_release(FTH_ORT_VALUE, session->answer);
    session->answer = NULL;
    enum fth_status status = remember_nothing(session, error);
    if (status == FTH_OK)
        status = pack_input(session, input, &value, error);
    if (status == FTH_OK)
        status = run_all(session, fth_sizes_session(session->loaded, input), value, error);
    atomic_fetch_add(&run_count, 1);
    if (status == FTH_OK)
        status = check_answer(session, input, output, error);
    fth_ort_release(FTH_ORT_VALUE, value);
    return status;
}
