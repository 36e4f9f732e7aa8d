/* SPDX-License-Identifier: Apache-2.0 */
/* How well noise is taken away: Gaussian noise is added to a clip, `fathom apply denoise` and two
 * of ffmpeg's filters, each at several strengths, take it out, and what is left is compared with
 * the clip: PSNR over all frames and channels, in dB. Usage: bench_denoise FATHOM [--quick] CLIP...
 * (quick: without the slower of the two). */
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/thread.h"

enum { FRAMES = 12, SKIP = 20, SIGMA = 10 };

struct clip {
    const char *path;
    int width, height;
    size_t size; /* bytes of all its frames */
    uint8_t *clean, *noisy, *other;
    char folder[64], file[96];
};

__attribute__((format(printf, 2, 3))) static FILE *start(const char *mode, const char *format, ...)
{
    char command[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof(command), format, args);
    va_end(args);
    return popen(command, mode);
}

/* Reads frames of rgb24; false when there are fewer. */
static bool read_frames(FILE *pipe, uint8_t *to, size_t size)
{
    size_t got = pipe ? fread(to, 1, size, pipe) : 0;
    return pipe && pclose(pipe) == 0 && got == size;
}

static double psnr(const struct clip *clip, const uint8_t *a)
{
    double sum = 0;
    for (size_t i = 0; i < clip->size; i++) {
        double d = (double)a[i] - clip->clean[i];
        sum += d * d;
    }
    return 10 * log10(255.0 * 255.0 * (double)clip->size / sum);
}

static double uniform(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u; /* splitmix64 */
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) / (double)(1ull << 53);
}

static void add_noise(struct clip *clip)
{
    uint64_t state = 1;
    for (size_t i = 0; i < clip->size; i++) { /* Box and Muller */
        double normal = sqrt(-2 * log(1 - uniform(&state))) * cos(6.283185307 * uniform(&state));
        double value = clip->clean[i] + SIGMA * normal;
        clip->noisy[i] = (uint8_t)(fmin(fmax(value, 0), 255) + 0.5);
    }
}

static bool open_clip(struct clip *clip)
{
    FILE *probe = start("r", "ffprobe -v error -select_streams v:0 -show_entries "
                             "stream=width,height -of csv=p=0 '%s'", clip->path);
    if (!probe || fscanf(probe, "%d,%d", &clip->width, &clip->height) != 2)
        return false;
    pclose(probe);
    clip->size = (size_t)clip->width * (size_t)clip->height * 3 * FRAMES;
    clip->clean = malloc(clip->size);
    clip->noisy = malloc(clip->size);
    clip->other = malloc(clip->size);
    strcpy(clip->folder, "/tmp/bench_denoise.XXXXXX");
    if (!clip->clean || !clip->noisy || !clip->other || !mkdtemp(clip->folder))
        return false;
    snprintf(clip->file, sizeof(clip->file), "%s/noisy.mkv", clip->folder);
    FILE *in = start("r", "ffmpeg -v error -i '%s' -vf 'trim=start_frame=%d:end_frame=%d' "
                          "-f rawvideo -pix_fmt rgb24 -", clip->path, SKIP, SKIP + FRAMES);
    if (!read_frames(in, clip->clean, clip->size))
        return false;
    add_noise(clip);
    FILE *out = start("w", "ffmpeg -v error -y -f rawvideo -pix_fmt rgb24 -s %dx%d -r 24 -i - "
                           "-c:v ffv1 -pix_fmt bgr0 '%s'", clip->width, clip->height, clip->file);
    bool good = out && fwrite(clip->noisy, 1, clip->size, out) == clip->size;
    return out && pclose(out) == 0 && good;
}

static void close_clip(struct clip *clip)
{
    char command[128];
    free(clip->clean);
    free(clip->noisy);
    free(clip->other);
    snprintf(command, sizeof(command), "rm -r '%s'", clip->folder);
    if (clip->folder[0] && system(command) != 0)
        fprintf(stderr, "bench_denoise: %s stays\n", clip->folder);
}

/* The best of a filter's strengths, in either of two ways to hold colours. */
static void sweep(struct clip *clip, const char *name, const char *filter, const char *strengths)
{
    static const char *const formats[] = {"yuv444p", "gbrp"};
    double best = 0, seconds = 0;
    char how[64] = "", list[128];
    snprintf(list, sizeof(list), "%s", strengths);
    for (char *at = strtok(list, " "); at; at = strtok(NULL, " ")) {
        for (int i = 0; i < 2; i++) {
            double begin = fth_clock_s();
            FILE *in = start("r", "ffmpeg -v error -i '%s' -vf 'format=%s,%s=%s' -f rawvideo "
                                  "-pix_fmt rgb24 - 2>/dev/null", clip->file, formats[i], filter,
                             at);
            if (!read_frames(in, clip->other, clip->size))
                continue;
            double value = psnr(clip, clip->other);
            if (value > best) {
                best = value;
                seconds = (fth_clock_s() - begin) / FRAMES;
                snprintf(how, sizeof(how), "%s, %s", at, formats[i]);
            }
        }
    }
    printf("  %-26s %6.2f  %6.2f  (%s)\n", name, best, seconds, how);
}

static void ours(struct clip *clip, const char *fathom, const char *name, const char *options)
{
    char command[512];
    snprintf(command, sizeof(command),
             "'%s' apply denoise '%s' -o '%s/out.mkv' --overwrite --quiet %s", fathom, clip->file,
             clip->folder, options);
    double begin = fth_clock_s();
    bool good = system(command) == 0;
    double seconds = (fth_clock_s() - begin) / FRAMES;
    FILE *in = start("r", "ffmpeg -v error -i '%s/out.mkv' -f rawvideo -pix_fmt rgb24 -",
                     clip->folder);
    if (read_frames(in, clip->other, clip->size) && good)
        printf("  %-26s %6.2f  %6.2f\n", name, psnr(clip, clip->other), seconds);
    else
        printf("  %-26s failed\n", name);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    bool quick = argc > 2 && strcmp(argv[2], "--quick") == 0;
    for (int i = quick ? 3 : 2; i < argc; i++) {
        struct clip clip = {.path = argv[i]};
        if (open_clip(&clip)) {
            printf("%s, %d x %d, %d frames        dB  s/frame\n", clip.path, clip.width,
                   clip.height, FRAMES);
            printf("  %-26s %6.2f\n", "noisy", psnr(&clip, clip.noisy));
            ours(&clip, argv[1], "ours, given", "--strength 25");
            ours(&clip, argv[1], "ours, given, faster", "--strength 25 --quality faster");
            ours(&clip, argv[1], "ours, measured", "--level measured");
            ours(&clip, argv[1], "ours, no frames around", "--strength 25 --temporal 0");
            ours(&clip, argv[1], "ours, 4 frames each way",
                 "--strength 25 --frames-before 4 --frames-after 4");
            sweep(&clip, "ffmpeg hqdn3d", "hqdn3d", "8 12 16 24 32");
            if (!quick)
                sweep(&clip, "ffmpeg nlmeans", "nlmeans", "2 3 4 5 6 8");
        } else {
            fprintf(stderr, "bench_denoise: %s cannot be had: is ffmpeg installed?\n", argv[i]);
        }
        close_clip(&clip);
    }
    return 0;
}
