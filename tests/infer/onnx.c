/* SPDX-License-Identifier: Apache-2.0 */
/* Protocol buffers are fields of number, kind and length; no more of them is needed here. */
#include "onnx.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "check.h"

static void put(struct onnx_bytes *to, const void *bytes, size_t size)
{
    to->data = fth_realloc(to->data, to->size + size + 1, 1);
    memcpy(to->data + to->size, bytes, size);
    to->size += size;
}

static void put_number(struct onnx_bytes *to, uint64_t number)
{
    do {
        unsigned char byte = (unsigned char)((number & 0x7f) | (number > 0x7f ? 0x80 : 0));
        put(to, &byte, 1);
        number >>= 7;
    } while (number);
}

static void field_number(struct onnx_bytes *to, int field, int64_t number)
{
    put_number(to, (uint64_t)field << 3);
    put_number(to, (uint64_t)number);
}

static void field_bytes(struct onnx_bytes *to, int field, const void *bytes, size_t size)
{
    put_number(to, (uint64_t)field << 3 | 2);
    put_number(to, size);
    put(to, bytes, size);
}

static void field_text(struct onnx_bytes *to, int field, const char *text)
{
    field_bytes(to, field, text, strlen(text));
}

/* Takes `inside`. */
static void field_message(struct onnx_bytes *to, int field, struct onnx_bytes *inside)
{
    field_bytes(to, field, inside->data ? inside->data : (const void *)"", inside->size);
    fth_free(inside->data);
    *inside = (struct onnx_bytes){0};
}

/* Each piece of `list` between separators. */
static bool next_piece(const char **list, const char *separators, char piece[64])
{
    *list += strspn(*list, separators);
    size_t length = strcspn(*list, separators);
    snprintf(piece, 64, "%.*s", (int)length, *list);
    *list += length;
    return length > 0;
}

static void put_attribute(struct onnx_bytes *node, const char *text)
{
    enum { INT = 2, INTS = 7 };
    struct onnx_bytes attribute = {0};
    const char *equals = strchr(text, '='), *rest = equals + 1;
    char name[64], piece[64];
    bool many = rest[0] == '[';
    snprintf(name, sizeof(name), "%.*s", (int)(equals - text), text);
    field_text(&attribute, 1, name);
    while (next_piece(&rest, "[],", piece))
        field_number(&attribute, many ? 8 : 3, atoi(piece));
    field_number(&attribute, 20, many ? INTS : INT);
    field_message(node, 5, &attribute);
}

void onnx_node(struct onnx *net, const char *kind, const char *inputs, const char *outputs,
               const char *attributes)
{
    struct onnx_bytes node = {0};
    char piece[64];
    while (next_piece(&inputs, " ", piece))
        field_text(&node, 1, piece);
    while (next_piece(&outputs, " ", piece))
        field_text(&node, 2, piece);
    field_text(&node, 4, kind);
    while (next_piece(&attributes, " ", piece))
        put_attribute(&node, piece);
    field_message(&net->graph, 1, &node);
}

static void put_port(struct onnx *net, int field, const char *name, int element, const char *dims)
{
    struct onnx_bytes port = {0}, type = {0}, tensor = {0}, shape = {0};
    char piece[64];
    while (next_piece(&dims, ",", piece)) {
        struct onnx_bytes dim = {0};
        bool fixed = piece[0] >= '0' && piece[0] <= '9';
        if (fixed)
            field_number(&dim, 1, atoi(piece));
        else
            field_text(&dim, 2, piece);
        field_message(&shape, 1, &dim);
    }
    field_number(&tensor, 1, element);
    field_message(&tensor, 2, &shape);
    field_message(&type, 1, &tensor);
    field_text(&port, 1, name);
    field_message(&port, 2, &type);
    field_message(&net->graph, field, &port);
}

void onnx_input(struct onnx *net, const char *name, int element, const char *dims)
{
    put_port(net, 11, name, element, dims);
}

void onnx_output(struct onnx *net, const char *name, int element, const char *dims)
{
    put_port(net, 12, name, element, dims);
}

void onnx_external(struct onnx *net, const char *name, const char *location)
{
    enum { EXTERNAL = 1 };
    struct onnx_bytes tensor = {0}, entry = {0};
    field_number(&tensor, 1, 1); /* dims: one number */
    field_number(&tensor, 2, ONNX_FLOAT);
    field_text(&tensor, 8, name);
    field_text(&entry, 1, "location");
    field_text(&entry, 2, location);
    field_message(&tensor, 13, &entry);
    field_number(&tensor, 14, EXTERNAL);
    field_message(&net->graph, 5, &tensor);
}

const char *onnx_write(struct onnx *net, const char *file, int opset)
{
    struct onnx_bytes model = {0}, set = {0};
    const char *path = fth_test_path(file);
    field_text(&net->graph, 2, "g");
    field_number(&model, 1, 8);
    field_message(&model, 7, &net->graph);
    field_number(&set, 2, opset);
    field_message(&model, 8, &set);
    enum fth_status status = fth_file_write(path, model.data, model.size, true, NULL);
    fth_free(model.data);
    return status == FTH_OK ? path : NULL;
}
