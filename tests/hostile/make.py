# SPDX-License-Identifier: Apache-2.0
"""Small picture files, made byte by byte, so that every one of their fields can be a lie."""
import struct
import zlib


def shade(x, y, c):
    return (x * 7 + y * 13 + c * 5) % 32 / 31


def pfm(width=24, height=16, value=None, channels=3):
    """Floats; value(x, y, c) or a pattern."""
    head = f"{'PF' if channels == 3 else 'Pf'}\n{width} {height}\n-1.0\n".encode()
    value = value or shade
    return head + b''.join(struct.pack('<f', value(x, y, c)) for y in range(height)
                           for x in range(width) for c in range(channels))


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + \
        struct.pack('>I', zlib.crc32(kind + data))


def png(width=24, height=16, said=None, bits=8, colour=2):
    """`said`: the size the header claims."""
    samples = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    rows = b''.join(b'\0' + bytes(int(255 * shade(x, y, c)) for x in range(width)
                                  for c in range(samples) for _ in range(bits // 8))
                    for y in range(height))
    claimed = said or (width, height)
    return b'\x89PNG\r\n\x1a\n' + \
        chunk(b'IHDR', struct.pack('>IIBBBBB', *claimed, bits, colour, 0, 0, 0)) + \
        chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b'')


def attribute(name, kind, data):
    return name + b'\0' + kind + b'\0' + struct.pack('<i', len(data)) + data


def exr_header(names, data, display, more=b''):
    channels = b''.join(name.encode() + b'\0' + struct.pack('<iiii', 2, 0, 1, 1)
                        for name in sorted(names)) + b'\0'
    return attribute(b'channels', b'chlist', channels) + \
        attribute(b'compression', b'compression', b'\0') + \
        attribute(b'dataWindow', b'box2i', struct.pack('<4i', *data)) + \
        attribute(b'displayWindow', b'box2i', struct.pack('<4i', *display)) + \
        attribute(b'lineOrder', b'lineOrder', b'\0') + \
        attribute(b'pixelAspectRatio', b'float', struct.pack('<f', 1)) + \
        attribute(b'screenWindowCenter', b'v2f', struct.pack('<ff', 0, 0)) + \
        attribute(b'screenWindowWidth', b'float', struct.pack('<f', 1)) + more + b'\0'


def exr_rows(at, count, width, value, names, before=b''):
    """Offsets and chunks of `count` rows of floats, the first chunk at `at`."""
    table, rows = b'', b''
    for y in range(count):
        row = b''.join(struct.pack('<f', value(x, y, c)) for c in range(len(names))
                       for x in range(width))
        table += struct.pack('<Q', at + len(rows))
        rows += before + struct.pack('<ii', y, len(row)) + row
    return table, rows


def exr(width=24, height=16, said=None, display=None, value=None, names=('B', 'G', 'R'), more=b''):
    """One part, not packed. `said`: the data window it claims (x0, y0, x1, y1, inclusive)."""
    window = (0, 0, width - 1, height - 1)
    header = b'\x76\x2f\x31\x01\x02\0\0\0' + exr_header(names, said or window,
                                                        display or said or window, more)
    table, rows = exr_rows(len(header) + 8 * height, height, width, value or shade, names)
    return header + table + rows


def exr_long_attribute(count):
    """Its last attribute says it is of `count` bytes, and has four."""
    whole = exr(4, 4, more=attribute(b'comments', b'string', b'text'))
    return whole.replace(struct.pack('<i', 4) + b'text', struct.pack('<i', count) + b'text', 1)


def exr_early_list(kind=b'chlist'):
    """A list that ends before its bytes do. Who reads on where it ends, finds an attribute of two
    thousand million bytes there."""
    hidden = b'note\0string\0' + struct.pack('<i', 0x7e000000)
    whole = exr(4, 4, more=attribute(b'texts', b'stringvector', struct.pack('<i', 0)))
    whole = whole[:8] + whole[8:].replace(b'compression\0' + struct.pack('<i', 1) + b'\0',
                                          b'compression\0' + struct.pack('<i', 1) + b'\x06')
    at = whole.index(kind + b'\0') + len(kind) + 1
    size, = struct.unpack('<i', whole[at:at + 4])
    more = hidden if kind == b'chlist' else struct.pack('<i', 0x7e000000)
    return whole[:at] + struct.pack('<i', size + len(more)) + whole[at + 4:at + 4 + size] + more + \
        whole[at + 4 + size:]


def exr_far_parts(where):
    """Two parts of one pixel, the second at (where, where)."""
    def part(name, at):
        return exr_header(('R',), (at, at, at, at), (0, 0, 9, 9),
                          attribute(b'name', b'string', name) +
                          attribute(b'type', b'string', b'scanlineimage') +
                          attribute(b'chunkCount', b'int', struct.pack('<i', 1)))
    header = b'\x76\x2f\x31\x01\x02\x10\0\0' + part(b'a', 0) + part(b'b', where) + b'\0'
    at = len(header) + 16
    rows = [struct.pack('<iii', i, i * where, 4) + struct.pack('<f', 1) for i in range(2)]
    return header + struct.pack('<QQ', at, at + len(rows[0])) + b''.join(rows)


def tif(width=24, height=16, said=None):
    """8-bit RGB, one strip, not packed."""
    pixels = bytes(int(255 * shade(x, y, c)) for y in range(height) for x in range(width)
                   for c in range(3))
    w, h = said or (width, height)
    entries = [(256, 4, 1, w), (257, 4, 1, h), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 2),
               (273, 4, 1, 8), (277, 3, 1, 3), (278, 4, 1, h), (279, 4, 1, len(pixels))]
    folder = struct.pack('<H', len(entries)) + b''.join(struct.pack('<HHII', *e) for e in entries)
    return b'II*\0' + struct.pack('<I', 8 + len(pixels)) + pixels + folder + b'\0\0\0\0'


def npy(height=16, width=24, shape=None):
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape or (height, width)}, }}"
    head += ' ' * ((63 - (10 + len(head)) % 64) % 64) + '\n'
    return b'\x93NUMPY\1\0' + struct.pack('<H', len(head)) + head.encode() + \
        b''.join(struct.pack('<f', shade(x, y, 0) + 1) for y in range(height)
                 for x in range(width))


def y4m(width=24, height=16, frames=4, said=None):
    w, h = said or (width, height)
    head = f'YUV4MPEG2 W{w} H{h} F25:1 Ip A1:1 C444\n'.encode()
    return head + b''.join(b'FRAME\n' + bytes(int(255 * shade(x + f, y, c)) for c in range(3)
                                              for y in range(height) for x in range(width))
                           for f in range(frames))
