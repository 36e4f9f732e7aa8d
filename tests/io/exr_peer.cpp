// SPDX-License-Identifier: Apache-2.0
// What stands in exr_peer.h, in the library's own words.
#include "exr_peer.h"

#include <ImfChannelList.h>
#include <ImfFrameBuffer.h>
#include <ImfHeader.h>
#include <ImfInputPart.h>
#include <ImfMultiPartInputFile.h>
#include <ImfMultiPartOutputFile.h>
#include <ImfOutputPart.h>
#include <ImfPartType.h>
#include <ImfRgbaFile.h>
#include <ImfTiledOutputPart.h>

#include <cmath>
#include <exception>
#include <vector>

namespace {

double wave(int x, int y, int c)
{
    return 0.5 + 0.45 * std::sin(0.11 * x + 0.05 * y * (c + 1) + c);
}

struct pixels {
    std::vector<half> rgb[3];
    std::vector<float> z;
    int x0, y0, width, height;

    explicit pixels(const int w[4])
        : x0(w[0]), y0(w[1]), width(w[2] - w[0] + 1), height(w[3] - w[1] + 1)
    {
        const size_t count = static_cast<size_t>(width) * static_cast<size_t>(height);
        for (auto &plane : rgb)
            plane.resize(count);
        z.resize(count);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) {
                const size_t at = static_cast<size_t>(y) * static_cast<size_t>(width) +
                                  static_cast<size_t>(x);
                for (int c = 0; c < 3; c++)
                    rgb[c][at] = static_cast<float>(wave(x0 + x, y0 + y, c));
                z[at] = static_cast<float>(2 + wave(x0 + x, y0 + y, 5));
            }
    }
    template <class T> char *origin(std::vector<T> &plane)
    {
        return reinterpret_cast<char *>(plane.data()) -
               (static_cast<std::ptrdiff_t>(y0) * width + x0) *
                   static_cast<std::ptrdiff_t>(sizeof(T));
    }
};

Imf::Header header_of(const exr_peer_file &f)
{
    const Imath::Box2i display({f.display[0], f.display[1]}, {f.display[2], f.display[3]});
    const Imath::Box2i data({f.data[0], f.data[1]}, {f.data[2], f.data[3]});
    return Imf::Header(display, data, 1, {0, 0}, 1, Imf::INCREASING_Y,
                       static_cast<Imf::Compression>(f.compression));
}

void write_chroma(const exr_peer_file &f, const pixels &p)
{
    Imf::RgbaOutputFile out(f.path, header_of(f), Imf::WRITE_YC, 0);
    std::vector<Imf::Rgba> rgba(p.z.size());
    for (size_t i = 0; i < rgba.size(); i++)
        rgba[i] = Imf::Rgba(p.rgb[0][i], p.rgb[1][i], p.rgb[2][i], 1);
    out.setFrameBuffer(rgba.data() - (static_cast<std::ptrdiff_t>(p.y0) * p.width + p.x0), 1,
                       static_cast<size_t>(p.width));
    out.writePixels(p.height);
}

void write_planes(const exr_peer_file &f, pixels &p)
{
    static const char *const names[] = {"R", "G", "B"};
    std::vector<Imf::Header> headers(f.two_parts ? 2 : 1, header_of(f));
    Imf::FrameBuffer buffers[2];
    const size_t half_row = 2 * static_cast<size_t>(p.width), row = 2 * half_row;
    for (int c = 0; c < 3; c++) {
        headers[0].channels().insert(names[c], Imf::Channel(Imf::HALF));
        buffers[0].insert(names[c], Imf::Slice(Imf::HALF, p.origin(p.rgb[c]), 2, half_row));
    }
    const size_t home = f.two_parts ? 1 : 0;
    headers[home].channels().insert("Z", Imf::Channel(Imf::FLOAT));
    buffers[home].insert("Z", Imf::Slice(Imf::FLOAT, p.origin(p.z), 4, row));
    for (size_t i = 0; i < headers.size(); i++) {
        headers[i].setType(f.tiled ? Imf::TILEDIMAGE : Imf::SCANLINEIMAGE);
        headers[i].setName(i == 0 ? "main" : "depth");
        if (f.tiled)
            headers[i].setTileDescription(Imf::TileDescription(16, 24));
    }
    Imf::MultiPartOutputFile out(f.path, headers.data(), static_cast<int>(headers.size()), false,
                                 0);
    for (size_t i = 0; i < headers.size(); i++) {
        if (f.tiled) {
            Imf::TiledOutputPart part(out, static_cast<int>(i));
            part.setFrameBuffer(buffers[i]);
            part.writeTiles(0, part.numXTiles() - 1, 0, part.numYTiles() - 1);
        } else {
            Imf::OutputPart part(out, static_cast<int>(i));
            part.setFrameBuffer(buffers[i]);
            part.writePixels(p.height);
        }
    }
}

} // namespace

extern "C" bool exr_peer_write(const struct exr_peer_file *file)
{
    try {
        pixels p(file->data);
        if (file->chroma)
            write_chroma(*file, p);
        else
            write_planes(*file, p);
        return true;
    } catch (const std::exception &) {
        return false;
    }
}

extern "C" bool exr_peer_read_rgba(const char *path, float *rgba, int width)
{
    try {
        Imf::RgbaInputFile in(path, 0);
        const Imath::Box2i w = in.dataWindow();
        const int height = w.max.y - w.min.y + 1;
        std::vector<Imf::Rgba> all(static_cast<size_t>(width) * static_cast<size_t>(height));
        in.setFrameBuffer(all.data() - (static_cast<std::ptrdiff_t>(w.min.y) * width + w.min.x), 1,
                          static_cast<size_t>(width));
        in.readPixels(w.min.y, w.max.y);
        for (const Imf::Rgba &pixel : all) {
            *rgba++ = pixel.r;
            *rgba++ = pixel.g;
            *rgba++ = pixel.b;
            *rgba++ = pixel.a;
        }
        return true;
    } catch (const std::exception &) {
        return false;
    }
}

extern "C" bool exr_peer_read_channel(const char *path, int index, const char *name, float *values,
                                      int width)
{
    try {
        Imf::MultiPartInputFile in(path, 0);
        Imf::InputPart part(in, index);
        const Imath::Box2i w = part.header().dataWindow();
        if (!part.header().channels().findChannel(name))
            return false;
        Imf::FrameBuffer buffer;
        float *origin = values - (static_cast<std::ptrdiff_t>(w.min.y) * width + w.min.x);
        buffer.insert(name, Imf::Slice(Imf::FLOAT, reinterpret_cast<char *>(origin), 4,
                                       4 * static_cast<size_t>(width)));
        part.setFrameBuffer(buffer);
        part.readPixels(w.min.y, w.max.y);
        return true;
    } catch (const std::exception &) {
        return false;
    }
}

extern "C" int exr_peer_part_count(const char *path)
{
    try {
        return Imf::MultiPartInputFile(path, 0).parts();
    } catch (const std::exception &) {
        return -1;
    }
}
