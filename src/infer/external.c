/* SPDX-License-Identifier: Apache-2.0 */
/* Only the few fields on the way to a tensor's "location" are looked into; a file of gigabytes is
 * skipped over, not read. Every length is held against what is left. */
#include "infer/external.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"

struct bytes {
    const unsigned char *at, *end;
};

static bool read_number(struct bytes *from, uint64_t *number)
{
    *number = 0;
    for (int shift = 0; shift < 64 && from->at < from->end; shift += 7) {
        unsigned char byte = *from->at++;
        *number |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

/* The next field of a message: its number, and what is in it where it has a length. False at the
 * end, or where this is no message. */
static bool next_field(struct bytes *from, uint64_t *field, struct bytes *inside)
{
    static const int fixed_sizes[8] = {[1] = 8, [5] = 4};
    uint64_t key, length = 0;
    if (!read_number(from, &key))
        return false;
    unsigned kind = key & 7;
    *field = key >> 3;
    *inside = (struct bytes){from->at, from->at};
    if (kind == 0)
        return read_number(from, &length);
    if (kind == 2 && !read_number(from, &length))
        return false;
    if (kind != 2)
        length = (uint64_t)fixed_sizes[kind];
    if (length > (uint64_t)(from->end - from->at) || (kind != 2 && !length))
        return false;
    *inside = (struct bytes){from->at, from->at + length};
    from->at += length;
    return true;
}

/* Of ModelProto: graph, its initializers, their external_data, its value where the key is
 * "location". */
static bool find_location(struct bytes message, int depth, char name[256])
{
    static const uint64_t way[] = {7, 5, 13};
    struct bytes inside, key = {0}, value = {0};
    uint64_t field;
    while (next_field(&message, &field, &inside)) {
        if (depth < 3 && field == way[depth] && find_location(inside, depth + 1, name))
            return true;
        if (depth == 3 && field == 1)
            key = inside;
        if (depth == 3 && field == 2)
            value = inside;
    }
    if (depth < 3 || key.end - key.at != 8 || memcmp(key.at, "location", 8) != 0 || !value.at)
        return false;
    snprintf(name, 256, "%.*s", (int)FTH_MIN(value.end - value.at, 255),
             (const char *)value.at);
    return true;
}

bool fth_external_in(const void *bytes, size_t size, char name[256])
{
    const unsigned char *begin = bytes;
    return find_location((struct bytes){begin, begin + size}, 0, name);
}

bool fth_external_find(const char *path, char name[256])
{
    int fd = -1;
    int64_t size = 0;
    if (fth_file_open(path, &fd, &size, NULL) != FTH_OK)
        return false;
    void *map = size > 0 ? mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    bool found = false;
    if (map != MAP_FAILED) {
        found = fth_external_in(map, (size_t)size, name);
        munmap(map, (size_t)size);
    }
    close(fd);
    return found;
}
