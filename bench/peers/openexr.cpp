// SPDX-License-Identifier: Apache-2.0
// OpenEXR's answers to rows of the bench. Built by ./run bench --peers only; no part of the
// product.
#include <OpenEXR/ImfRgbaFile.h>
#include <OpenEXR/ImfThreading.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "peer.h"

namespace {

std::vector<Imf::Rgba> pixels;
std::string path;
int width, height;

void write_exr(bench_view *)
{
    Imf::RgbaOutputFile file(path.c_str(), width, height, Imf::WRITE_RGBA, 1,
                             IMATH_NAMESPACE::V2f(0, 0), 1, Imf::INCREASING_Y,
                             Imf::ZIP_COMPRESSION);
    file.setFrameBuffer(pixels.data(), 1, (size_t)width);
    file.writePixels(height);
}

void read_exr(bench_view *)
{
    Imf::RgbaInputFile file(path.c_str());
    file.setFrameBuffer(pixels.data(), 1, (size_t)width);
    file.readPixels(0, height - 1);
}

void start(bench_view *v)
{
    char folder[] = "/tmp/fathom-peer-XXXXXX";
    width = v->in[0].width;
    height = v->in[0].height;
    Imf::setGlobalThreadCount(v->threads > 1 ? v->threads : 0); // 0: the caller works alone
    pixels.resize((size_t)width * (size_t)height);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            float values[4];
            for (int i = 0; i < 4; i++)
                values[i] = v->in[i].data[y * v->in[i].row_stride + x];
            pixels[(size_t)y * (size_t)width + (size_t)x] =
                Imf::Rgba(values[0], values[1], values[2], values[3]);
        }
    if (!path.empty())
        return;
    if (!mkdtemp(folder))
        std::abort();
    path = std::string(folder) + "/a.exr";
    std::atexit([] {
        unlink(path.c_str());
        rmdir(path.substr(0, path.rfind('/')).c_str());
    });
    write_exr(v);
}

} // namespace

const bench_peer bench_openexr[] = {
    {"exr read", "OpenEXR", start, read_exr, nullptr},
    {"exr write", "OpenEXR", start, write_exr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};
