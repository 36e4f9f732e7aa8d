/* SPDX-License-Identifier: Apache-2.0 */
/* Files for the targets, in memory where the machine has a place there. */
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/origin.h"

static char folder[64];

static void remove_folder(void)
{
    fuzz_clean();
    rmdir(folder);
}

static const char *own_folder(void)
{
    char name[64];
    snprintf(name, sizeof(name), "%s/fathom-fuzz-%d",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (int)getpid());
    if (strcmp(name, folder) == 0)
        return folder;
    strcpy(folder, name);
    if (mkdir(folder, 0700) != 0)
        abort();
    atexit(remove_folder);
    return folder;
}

const char *fuzz_path(const char *name)
{
    static char paths[4][512];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof(paths[0]), "%s/%s", own_folder(), name);
    return path;
}

const char *fuzz_write(const char *name, const uint8_t *data, size_t size)
{
    const char *path = fuzz_path(name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    close(fd);
    return path;
}

void fuzz_clean(void)
{
    DIR *dir = opendir(own_folder());
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        closedir(dir);
}

struct fth_buffers *fuzz_buffers(void)
{
    static struct fth_buffers *buffers;
    if (!buffers && fth_buffers_create(1 << 20, &buffers, NULL) != FTH_OK)
        abort();
    fth_buffers_set_most_pixels(buffers, 1 << 16);
    return buffers;
}

void fuzz_check_refusal(enum fth_status status, const struct fth_error *error)
{
    if (status == FTH_OK || status == FTH_END)
        return;
    if (!error->message[0] || strchr(error->message, '\n'))
        abort();
}

static void check_rows(const struct fth_image *bare, const struct fth_image *image,
                       struct fth_rect rect)
{
    struct fth_image *made = NULL;
    if (fth_image_unpack(bare, rect, NULL, fuzz_buffers(), &made, NULL) != FTH_OK ||
        made->channel_count != image->channel_count)
        abort();
    for (int c = 0; c < made->channel_count; c++) {
        const struct fth_plane *all = image->channels[c].plane, *some = made->channels[c].plane;
        for (int32_t y = rect.y0; y < rect.y1; y++)
            if (memcmp(fth_plane_at(all, rect.x0, y), fth_plane_at(some, rect.x0, y),
                       (size_t)fth_rect_width(rect) * sizeof(float)) != 0)
                abort();
    }
    fth_image_unref(&made);
}

void fuzz_check_origin(const struct fth_image *image)
{
    struct fth_image *bare = NULL;
    struct fth_rect rect = image->domain;
    if (!image->origin)
        return;
    if (fth_image_bare(image, &bare, NULL) != FTH_OK)
        abort();
    check_rows(bare, image, rect);
    rect.y0 += fth_rect_height(rect) / 3;
    rect.y1 -= fth_rect_height(rect) / 4;
    check_rows(bare, image, rect);
    fth_image_unref(&bare);
}
