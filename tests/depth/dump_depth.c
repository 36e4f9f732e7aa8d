/* SPDX-License-Identifier: Apache-2.0 */
/* A tool for comparing the estimator with a reference: PPM pictures in, a PFM of a plane out, the
 * time of each frame and a hash of all bytes on stdout. Not a test by itself.
 *   dump_depth [-f] [-s] [-t THREADS] [-n FIRST] [-m MODEL] [-p PLANE] OUTDIR PICTURE.ppm... */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "depth/estimate.h"

static void print_line(void *context, enum fth_log_level level, const char *line)
{
    (void)context, (void)level;
    fprintf(stderr, "%s\n", line);
}

static struct fth_image *read_ppm(const char *path)
{
    static const char *const names[3] = {"R", "G", "B"};
    int width, height, most;
    FILE *file = fopen(path, "rb");
    if (!file || fscanf(file, "P6 %d %d %d", &width, &height, &most) != 3 || most != 255)
        exit(fprintf(stderr, "%s: not a PPM\n", path) ? 1 : 1);
    fgetc(file);
    struct fth_format format = {width, height, 1};
    struct fth_image *image = NULL;
    struct fth_plane *planes[3];
    struct fth_error error;
    unsigned char *row = malloc((size_t)width * 3);
    fth_image_new(format, fth_format_rect(format), &image, &error);
    for (int i = 0; i < 3; i++)
        fth_image_add(image, names[i], NULL, fth_format_rect(format), &planes[i], &error);
    for (int y = 0; y < height; y++) {
        if (fread(row, 3, (size_t)width, file) != (size_t)width)
            exit(1);
        for (int x = 0; x < width * 3; x++)
            fth_plane_at(planes[x % 3], x / 3, y)[0] = (float)row[x] / 255;
    }
    free(row);
    fclose(file);
    return image;
}

static void write_pfm(const char *folder, const char *picture, const struct fth_plane *plane)
{
    char path[4096];
    const char *slash = strrchr(picture, '/');
    snprintf(path, sizeof(path), "%s/%s", folder, slash ? slash + 1 : picture);
    strcpy(strrchr(path, '.'), ".pfm");
    FILE *file = fopen(path, "wb");
    if (!file)
        exit(fprintf(stderr, "%s: cannot write\n", path) ? 1 : 1);
    fprintf(file, "Pf\n%d %d\n-1.0\n", fth_rect_width(plane->rect), fth_rect_height(plane->rect));
    for (int y = plane->rect.y1 - 1; y >= 0; y--)
        fwrite(fth_plane_at(plane, 0, y), 4, (size_t)fth_rect_width(plane->rect), file);
    fclose(file);
}

static void hash_image(struct fth_hasher *hasher, const struct fth_image *image)
{
    for (int i = 0; i < image->channel_count; i++) {
        const struct fth_plane *plane = image->channels[i].plane;
        fth_hash_text(hasher, image->channels[i].name);
        for (int y = plane->rect.y0; y < plane->rect.y1; y++)
            fth_hash_bytes(hasher, fth_plane_at(plane, plane->rect.x0, y),
                           (size_t)fth_rect_width(plane->rect) * 4);
    }
}

int main(int argc, char **argv)
{
    struct fth_estimator_options options = {.mode = FTH_DEPTH_BETTER};
    const char *plane = "disparity";
    int threads = 2, first = 0, option;
    while ((option = getopt(argc, argv, "fst:n:m:p:")) != -1) {
        options.mode = option == 'f' ? FTH_DEPTH_FASTER : options.mode;
        options.per_frame |= option == 's';
        threads = option == 't' ? atoi(optarg) : threads;
        first = option == 'n' ? atoi(optarg) : first;
        options.model = option == 'm' ? optarg : options.model;
        plane = option == 'p' ? optarg : plane;
    }
    struct fth_error error;
    struct fth_estimator *estimator = NULL;
    options.first = first;
    options.last = first + argc - optind - 2;
    fth_log_set(print_line, NULL);
    if (fth_pool_create(threads, &options.pool, &error) != FTH_OK ||
        fth_buffers_create((uint64_t)256 << 20, &options.buffers, &error) != FTH_OK ||
        fth_estimator_open(&options, &estimator, &error) != FTH_OK)
        return fprintf(stderr, "%s\n", error.message), 1;
    for (int i = optind + 1; i < argc; i++) {
        int64_t frame = options.first + i - optind - 1, wanted;
        struct fth_image *picture, *bundle = NULL;
        double start = fth_clock_s();
        while (fth_estimator_wants(estimator, frame, &wanted)) {
            picture = read_ppm(argv[wanted - options.first + optind + 1]);
            if (fth_estimator_push(estimator, wanted, picture, (struct fth_key){0}, &error) !=
                FTH_OK)
                return fprintf(stderr, "%s\n", error.message), 1;
            fth_image_unref(&picture);
        }
        picture = read_ppm(argv[i]);
        if (fth_estimator_result(estimator, frame, picture, &bundle, &error) != FTH_OK)
            return fprintf(stderr, "%s\n", error.message), 1;
        double ms = 1000 * (fth_clock_s() - start);
        struct fth_hasher hasher;
        char text[33];
        fth_hash_begin(&hasher);
        hash_image(&hasher, bundle);
        printf("%d %.1f ms %s\n", (int)frame, ms, fth_key_print(fth_hash_end(&hasher), text));
        if (fth_image_plane(bundle, plane))
            write_pfm(argv[optind], argv[i], fth_image_plane(bundle, plane));
        fth_image_unref(&bundle);
        fth_image_unref(&picture);
    }
    fth_estimator_close(&estimator);
    fth_buffers_destroy(&options.buffers);
    fth_pool_destroy(&options.pool);
    return 0;
}
