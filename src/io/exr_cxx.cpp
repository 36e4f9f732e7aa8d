// SPDX-License-Identifier: Apache-2.0
// The one C++ file: OpenEXR's C++ reader and compressors behind plain functions. A block is
// packed by writing it as a small file into memory: the library offers no nearer way.
#include "io/exr_cxx.h"

#include <ImfChannelList.h>
#include <ImfFrameBuffer.h>
#include <ImfHeader.h>
#include <ImfIO.h>
#include <ImfInputPart.h>
#include <ImfMultiPartInputFile.h>
#include <ImfOutputFile.h>
#include <ImfRgbaFile.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>

#include <unistd.h>

namespace {

class file_stream : public Imf::IStream {
public:
    explicit file_stream(const fth_exr_cxx_file &file)
        : Imf::IStream(""), fd(file.fd), size(file.size)
    {
    }
    bool read(char bytes[], int count) override
    {
        for (int done = 0; done < count;) {
            ssize_t n = at < size ? pread(fd, bytes + done, static_cast<size_t>(count - done),
                                          static_cast<off_t>(at))
                                  : 0;
            if (n < 0 && errno == EINTR)
                continue;
            if (n <= 0)
                throw std::runtime_error("the file is cut short");
            done += static_cast<int>(n);
            at += static_cast<uint64_t>(n);
        }
        return at < size;
    }
    uint64_t tellg() override { return at; }
    void seekg(uint64_t place) override { at = place; }

private:
    int fd;
    uint64_t size, at = 0;
};

// No containers of the standard library: their functions would leave ours by name.
class memory_stream : public Imf::OStream {
public:
    memory_stream() : Imf::OStream("a block") {}
    memory_stream(const memory_stream &) = delete;
    memory_stream &operator=(const memory_stream &) = delete;
    ~memory_stream() override { std::free(bytes); }
    void write(const char from[], int count) override
    {
        const size_t end = at + static_cast<size_t>(count);
        if (end > room)
            grow(end);
        std::memcpy(bytes + at, from, static_cast<size_t>(count));
        at = end;
        size = end > size ? end : size;
    }
    uint64_t tellp() override { return at; }
    // the library goes back once, to say where the blocks are, and then to the end again
    void seekp(uint64_t place) override
    {
        if (place < size)
            went_back_to = place;
        at = place;
    }

    char *bytes = nullptr;
    size_t size = 0, went_back_to = 0;

private:
    void grow(size_t least)
    {
        const size_t wanted = least + least / 2 + 4096;
        void *more = std::realloc(bytes, wanted);
        if (!more)
            throw std::bad_alloc();
        bytes = static_cast<char *>(more);
        room = wanted;
    }
    size_t room = 0, at = 0;
};

struct pixel_row {
    explicit pixel_row(size_t count) : pixels(new Imf::Rgba[count]) {}
    pixel_row(const pixel_row &) = delete;
    pixel_row &operator=(const pixel_row &) = delete;
    ~pixel_row() { delete[] pixels; }
    Imf::Rgba *pixels;
};

void tell(char *message, size_t size, const char *words)
{
    const char *reason = std::strstr(words, "file \"\". "); // the name is told by the caller
    std::snprintf(message, size, "%s", reason ? reason + 9 : words);
    for (char *c = message; *c; c++) // one line
        if (*c == '\n')
            *c = ' ';
}

char *origin_of(const fth_exr_cxx_file &file, const fth_exr_cxx_plane &plane)
{
    // the library counts from pixel (0, 0), which may lie far outside
    intptr_t first = static_cast<intptr_t>(file.y0) * plane.row_stride + file.x0;
    return reinterpret_cast<char *>(reinterpret_cast<intptr_t>(plane.data) - first * 4);
}

// A header that says something twice is read in two ways by the two libraries; planes were made for
// what the C one found.
void check_window(const fth_exr_cxx_file &file, const Imath::Box2i &window)
{
    if (window.min.x != file.x0 || window.min.y != file.y0 || window.max.x != file.x1 - 1 ||
        window.max.y != file.y1 - 1)
        throw std::runtime_error("the header has two data windows");
}

void read_part(const fth_exr_cxx_file &file, const fth_exr_cxx_plane *planes, int count)
{
    file_stream stream(file);
    Imf::MultiPartInputFile input(stream, 0, false);
    Imf::InputPart part(input, file.part);
    check_window(file, part.header().dataWindow());
    Imf::FrameBuffer buffer;
    for (int i = 0; i < count; i++)
        buffer.insert(planes[i].name,
                      Imf::Slice(Imf::FLOAT, origin_of(file, planes[i]), 4,
                                 static_cast<size_t>(planes[i].row_stride) * 4));
    part.setFrameBuffer(buffer);
    part.readPixels(file.y0, file.y1 - 1);
}

void read_rgba(const fth_exr_cxx_file &file, const fth_exr_cxx_plane planes[4])
{
    file_stream stream(file);
    Imf::RgbaInputFile input(stream, 0);
    check_window(file, input.dataWindow());
    const size_t width = static_cast<size_t>(file.x1 - file.x0);
    const pixel_row whole(width);
    const Imf::Rgba *row = whole.pixels;
    for (int32_t y = file.y0; y < file.y1; y++) {
        // every row into the same memory
        input.setFrameBuffer(whole.pixels - file.x0, 1, 0);
        input.readPixels(y);
        const ptrdiff_t line = y - file.y0;
        for (size_t x = 0; x < width; x++) {
            planes[0].data[line * planes[0].row_stride + static_cast<ptrdiff_t>(x)] = row[x].r;
            planes[1].data[line * planes[1].row_stride + static_cast<ptrdiff_t>(x)] = row[x].g;
            planes[2].data[line * planes[2].row_stride + static_cast<ptrdiff_t>(x)] = row[x].b;
            if (planes[3].data)
                planes[3].data[line * planes[3].row_stride + static_cast<ptrdiff_t>(x)] = row[x].a;
        }
    }
}

size_t pack(const fth_exr_cxx_block &block, unsigned char *packed, size_t room)
{
    memory_stream stream;
    Imf::Header header(block.width, block.height);
    header.compression() = static_cast<Imf::Compression>(block.compression);
    size_t row = 0, place = 0;
    for (int i = 0; i < block.channel_count; i++) {
        header.channels().insert(block.names[i],
                                 Imf::Channel(block.half[i] ? Imf::HALF : Imf::FLOAT));
        row += static_cast<size_t>(block.width) * (block.half[i] ? 2 : 4);
    }
    Imf::FrameBuffer buffer;
    for (int i = 0; i < block.channel_count; i++) {
        const size_t size = block.half[i] ? 2 : 4;
        buffer.insert(block.names[i],
                      Imf::Slice(block.half[i] ? Imf::HALF : Imf::FLOAT,
                                 const_cast<char *>(reinterpret_cast<const char *>(
                                     block.samples + place)),
                                 size, row));
        place += size * static_cast<size_t>(block.width);
    }
    {
        Imf::OutputFile output(stream, header, 0);
        output.setFrameBuffer(buffer);
        output.writePixels(block.height);
    } // closed: the table of blocks is written
    uint64_t offset = 0;
    int32_t size = 0;
    if (stream.went_back_to + 8 > stream.size)
        return 0;
    std::memcpy(&offset, stream.bytes + stream.went_back_to, 8);
    if (offset + 8 > stream.size)
        return 0;
    std::memcpy(&size, stream.bytes + offset + 4, 4);
    if (size <= 0 || offset + 8 + static_cast<size_t>(size) > stream.size ||
        static_cast<size_t>(size) > room)
        return 0;
    std::memcpy(packed, stream.bytes + offset + 8, static_cast<size_t>(size));
    return static_cast<size_t>(size);
}

} // namespace

extern "C" bool fth_exr_cxx_read(const struct fth_exr_cxx_file *file,
                                 const struct fth_exr_cxx_plane *planes, int count, char *message,
                                 size_t message_size)
{
    try {
        read_part(*file, planes, count);
        return true;
    } catch (const std::exception &error) {
        tell(message, message_size, error.what());
    } catch (...) {
        tell(message, message_size, "cannot be read");
    }
    return false;
}

extern "C" bool fth_exr_cxx_read_chroma(const struct fth_exr_cxx_file *file,
                                        const struct fth_exr_cxx_plane planes[4], char *message,
                                        size_t message_size)
{
    try {
        read_rgba(*file, planes);
        return true;
    } catch (const std::exception &error) {
        tell(message, message_size, error.what());
    } catch (...) {
        tell(message, message_size, "cannot be read");
    }
    return false;
}

extern "C" size_t fth_exr_cxx_pack(const struct fth_exr_cxx_block *block, unsigned char *packed,
                                   size_t room)
{
    try {
        return pack(*block, packed, room);
    } catch (...) {
        return 0;
    }
}
