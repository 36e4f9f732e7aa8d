/* SPDX-License-Identifier: Apache-2.0 */
/* Ports are read once, when a session opens; everything else is decided from them. */
#include "infer/ports.h"

#include <stdio.h>
#include <string.h>

#include "ops/kernels.h"

static OrtStatus *read_shape(const OrtTypeInfo *type, struct fth_port *port)
{
    int kind = 0;
    const OrtShapeInfo *shape = NULL;
    OrtStatus *status = fth_ort->kind_of_type(type, &kind);
    if (status || kind != FTH_ORT_TENSOR)
        return status;
    status = fth_ort->tensor_info(type, &shape);
    if (!status)
        status = fth_ort->element_type(shape, &port->element);
    if (!status)
        status = fth_ort->dimension_count(shape, &port->rank);
    if (!status && port->rank <= FTH_TENSOR_RANK)
        status = fth_ort->dimensions(shape, port->dims, port->rank);
    return status;
}

static OrtStatus *read_port(const OrtSession *session, bool output, size_t index,
                            struct fth_port *port)
{
    *port = (struct fth_port){.rank = 0};
    char *name = NULL;
    OrtTypeInfo *type = NULL;
    OrtStatus *status = output
                            ? fth_ort->output_name(session, index, fth_ort->allocator, &name)
                            : fth_ort->input_name(session, index, fth_ort->allocator, &name);
    if (status)
        return status;
    snprintf(port->name, sizeof(port->name), "%s", name);
    status = fth_ort->allocator_free(fth_ort->allocator, name);
    if (!status)
        status = output ? fth_ort->output_type(session, index, &type)
                        : fth_ort->input_type(session, index, &type);
    if (!status)
        status = read_shape(type, port);
    fth_ort_release(FTH_ORT_TYPE, type);
    return status;
}

enum fth_status fth_ports_read(const OrtSession *session, const char *path,
                               struct fth_ports *ports, struct fth_error *error)
{
    OrtStatus *status = fth_ort->input_count(session, &ports->input_count);
    if (!status)
        status = fth_ort->output_count(session, &ports->output_count);
    if (!status && FTH_MAX(ports->input_count, ports->output_count) > FTH_MOST_PORTS)
        return fth_fail(error, FTH_ERR_NETWORK,
                        "%s: the network has %zu inputs and %zu outputs, limit is %d", path,
                        ports->input_count, ports->output_count, FTH_MOST_PORTS);
    for (size_t i = 0; !status && i < ports->input_count; i++)
        status = read_port(session, false, i, &ports->inputs[i]);
    for (size_t i = 0; !status && i < ports->output_count; i++)
        status = read_port(session, true, i, &ports->outputs[i]);
    return fth_ort_judge(status, path, "read its inputs and outputs", error);
}

const struct fth_port *fth_ports_find(const struct fth_port *ports, size_t count,
                                      const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(ports[i].name, name) == 0)
            return &ports[i];
    }
    return NULL;
}

size_t fth_element_size(int element)
{
    switch (element) {
    case FTH_ORT_FLOAT:
        return sizeof(float);
    case FTH_ORT_UINT8:
        return 1;
    case FTH_ORT_HALF:
        return sizeof(uint16_t);
    case FTH_ORT_INT64:
        return sizeof(int64_t);
    case FTH_ORT_DOUBLE:
        return sizeof(double);
    default:
        return 0;
    }
}

void fth_element_pack(int element, const float *values, size_t count, void *packed)
{
    uint8_t *bytes = packed;
    int64_t *whole = packed;
    double *doubles = packed;
    if (element == FTH_ORT_FLOAT)
        memcpy(packed, values, count * sizeof(*values));
    if (element == FTH_ORT_HALF)
        fth_kernels()->to_half(packed, values, count);
    for (size_t i = 0; element == FTH_ORT_UINT8 && i < count; i++) {
        float value = values[i] > 0 ? values[i] : 0; /* NaN becomes 0 */
        bytes[i] = (uint8_t)(FTH_MIN(value, 1.0f) * 255 + 0.5f);
    }
    for (size_t i = 0; element == FTH_ORT_INT64 && i < count; i++)
        whole[i] = (int64_t)values[i];
    for (size_t i = 0; element == FTH_ORT_DOUBLE && i < count; i++)
        doubles[i] = (double)values[i];
}

void fth_element_unpack(int element, const void *packed, size_t count, float *values)
{
    const double *doubles = packed;
    if (element == FTH_ORT_FLOAT)
        memcpy(values, packed, count * sizeof(*values));
    if (element == FTH_ORT_HALF)
        fth_kernels()->from_half(values, packed, count);
    for (size_t i = 0; element == FTH_ORT_DOUBLE && i < count; i++)
        values[i] = (float)doubles[i];
}
