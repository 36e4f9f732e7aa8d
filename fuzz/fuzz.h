/* SPDX-License-Identifier: Apache-2.0 */
/* What the fuzz targets share. A target is FUZZ_TARGET(name) { ... } over `data` and `size`; linked
 * with libFuzzer it is a program of its own, linked with replay.c it is one of all targets that go
 * once through the files that are kept. */
#ifndef FTH_FUZZ_FUZZ_H
#define FTH_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "image/image.h"

struct fuzz_target {
    const char *name;
    int (*run)(const uint8_t *data, size_t size);
    struct fuzz_target *next;
};
void fuzz_register(struct fuzz_target *target);

#ifdef FTH_FUZZ_REPLAY
#define FUZZ_TARGET(target)                                                                        \
    static int run_target(const uint8_t *data, size_t size);                                       \
    __attribute__((constructor)) static void register_target(void)                                 \
    {                                                                                              \
        static struct fuzz_target entry = {#target, run_target, NULL};                             \
        fuzz_register(&entry);                                                                     \
    }                                                                                              \
    static int run_target(const uint8_t *data, size_t size)
#else
#define FUZZ_TARGET(target)                                                                        \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);                                  \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
#endif

/* "FOLDER/NAME" of a folder of this process's own, in one of four rotating buffers. */
const char *fuzz_path(const char *name);
/* The bytes as that file; aborts when the machine will not. */
const char *fuzz_write(const char *name, const uint8_t *data, size_t size);
/* Empties that folder. */
void fuzz_clean(void);

/* Planes of pictures up to 64 thousand pixels: large ones are refused, so that tries stay quick. */
struct fth_buffers *fuzz_buffers(void);

/* Where a picture has an origin (image/origin.h), it gives the same bytes again, all of them and
 * some rows. Aborts otherwise. */
void fuzz_check_origin(const struct fth_image *image);

/* What every refusal owes its user: words, in one line. Aborts otherwise. */
void fuzz_check_refusal(enum fth_status status, const struct fth_error *error);

#endif
