# SPDX-License-Identifier: Apache-2.0
"""What is tried: every case is a command line, the files it finds, and what may come of it."""
import json
import os
import random
import re
import socket
import struct
import subprocess
import zlib

import documents
import fusion
import make
import readings
import verbs

FAILS = (1, 2)
ANY = (0, 1, 2)
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
MATERIAL = os.path.join(SOURCE, '..', 'shared', 'material', 'damaged')
STILLS = ('png', 'pfm', 'exr', 'tif', 'jpg')
FILMS = ('y4m', 'mp4', 'mov', 'mkv', 'webm')


class Case:
    """words: the command line; files: name -> bytes, or a call that makes it; out: the file that
    must not be there after a failure."""

    def __init__(self, name, words, files=None, allowed=FAILS, **more):
        self.name, self.words, self.allowed = name, words, allowed
        self.files = files or {}
        self.out = more.get('out')
        self.keeps_out = more.get('keeps_out', False)  # it was there before
        self.says = more.get('says')
        self.slow = more.get('slow', False)            # networks run: only with --full
        self.most_s = more.get('most_s')               # of a core's time, where it promises less
        self.most_kb = more.get('most_kb')             # likewise
        self.env = more.get('env', {})                 # {} in it: the case's folder
        self.stdin = more.get('stdin')
        self.stdout_path = more.get('stdout')
        self.stdout = None
        self.opened = []

    def prepare(self, place):
        for name, what in self.files.items():
            path = os.path.join(os.fsencode(place), os.fsencode(name))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if callable(what):
                what(path)
                continue
            with open(path, 'wb') as file:
                file.write(what)
        if self.stdout_path:
            self.stdout = open(self.stdout_path, 'wb')
            self.opened.append(self.stdout)

    def environment(self, place):
        return {name: value.format(place) for name, value in self.env.items()}

    def open_stdin(self, place):
        if self.stdin is None:
            return subprocess.DEVNULL
        file = open(os.path.join(place, self.stdin), 'rb')
        self.opened.append(file)
        return file

    def close(self):
        for file in self.opened:
            file.close()


# ---- whole files, one a kind ------------------------------------------------------------------------

def encode(bench, ending, words=(), source='f.y4m', data=None):
    """What the program itself writes: containers are not made by hand."""
    place = os.path.join(bench.folder, 'made')
    os.makedirs(place, exist_ok=True)
    with open(os.path.join(place, source), 'wb') as file:
        file.write(data or make.y4m())
    out = os.path.join(place, 'out.' + ending)
    subprocess.run([bench.options.fathom, 'apply', 'grade', source, '-o', out, '--overwrite',
                    *words], cwd=place, env=bench.env, check=True, stdin=subprocess.DEVNULL)
    with open(out, 'rb') as file:
        return file.read()


def whole_files(bench):
    still = {'source': 'f.pfm', 'data': make.pfm()}
    made = {'png': make.png(), 'pfm': make.pfm(), 'exr': make.exr(), 'tif': make.tif(),
            'y4m': make.y4m(), 'npy': make.npy(), 'jpg': encode(bench, 'jpg', **still),
            'zip.exr': encode(bench, 'exr', **still)}
    for ending in ('mp4', 'mov', 'mkv', 'webm'):
        made[ending] = encode(bench, ending)
    for kind in ('piz', 'dwaa', 'pxr24'):
        made[kind + '.exr'] = encode(bench, 'exr', ('--compression', kind), **still)
    bundle = os.path.join(SOURCE, 'fuzz', 'corpus', 'bundle', 'plain')
    if os.path.exists(bundle):
        with open(bundle, 'rb') as file:
            made['bundle.exr'] = file.read()
    return made


def command(ending, file, turn):
    """Something a user would do with such a file."""
    if ending == 'npy':
        return ['eval', '--depth', file, file], None
    if ending == 'bundle.exr' and turn % 3 == 0:
        return ['apply', 'depth_read', file, '-o', 'out.exr'], 'out.exr'
    if turn % 2 == 0:
        return ['probe', file], None
    out = 'out.mkv' if ending in FILMS else 'out.png'
    return ['apply', 'grade', file, '-o', out], out


def damaged(bench):
    """Every kind cut at 64 places, and single bits of its header turned. FATHOM_SEED: others."""
    rng = random.Random(int(os.environ.get('FATHOM_SEED', '6')))
    cuts, flips = (64, 96) if bench.options.full else (2, 2)
    for ending, data in whole_files(bench).items():
        strict = ending in ('png', 'pfm', 'tif', 'npy') or ending.endswith('exr')
        for i in range(cuts):
            at = i if i < 24 and bench.options.full else rng.randrange(len(data) - 4)
            words, out = command(ending, 'in.' + ending, i)
            yield Case(f'cut {ending} at {at}', words, {'in.' + ending: data[:at]},
                       FAILS if strict else ANY, out=out)
        for i in range(flips):
            bit = rng.randrange(8 * min(len(data), 768))
            changed = bytearray(data)
            changed[bit // 8] ^= 1 << bit % 8
            words, out = command(ending, 'in.' + ending, i)
            yield Case(f'bit {bit} of {ending}', words, {'in.' + ending: bytes(changed)}, ANY,
                       out=out)


def readers_of(path):
    """What reads a file that is no clip, no plate and no depth, in the places of all of them."""
    film = {'in.y4m': make.y4m()}
    graph = {'in.y4m': film['in.y4m'], 'g.json': verbs.document('in.y4m', path)}
    yield ['depth', path, '--depth', path, '-o', 'out.exr'], {}
    yield ['matte', 'in.y4m', '--depth', path, '-o', 'out.mkv'], film
    yield ['key', 'in.y4m', '--clean', path, '-o', 'out.mkv'], film
    yield ['key', path, '--clean', path, '--auto', '-o', 'out.mkv'], {}
    yield ['plate', path, '-o', 'out.png'], {}
    yield ['render', 'g.json', '--quiet'], graph
    yield ['sheet', path, 'in.y4m', '-o', 'out.png'], film
    yield ['eval', '--depth', path, path], {}


def outside_material(bench):
    """The collections of files that once broke other programs."""
    for folder in ('openexr', 'other'):
        place = os.path.join(MATERIAL, folder)
        names = sorted(os.listdir(place)) if os.path.isdir(place) else []
        for name in names if bench.options.full else names[::12]:
            path = os.path.join(place, name)
            for words in (['probe', path], ['apply', 'grade', path, '-o', 'out.png'],
                          ['apply', 'depth_read', path, '-o', 'out.exr']):
                yield Case(f'{words[0]} {words[1][:10]} {name}', words, allowed=ANY)
            for words, files in readers_of(path) if bench.options.full else ():
                yield Case(f'{words[0]} {words[1][:10]} {name}, a reader', words, files, ANY,
                           out=words[-1] if words[-2] == '-o' else None)


# ---- what is not what it says -----------------------------------------------------------------------

def renamed(_bench):
    text = b'This is no picture, and no film either.\n' * 40
    endings = ('png', 'exr', 'mp4', 'tif', 'y4m', 'mkv', 'mov', 'webm', 'jpg', 'pfm', 'npy', 'npz',
               'bmp', 'webp', 'avi', 'fdepth', 'json', 'onnx')
    for ending in endings:
        file = 'text.' + ending
        for data, what in ((text, 'text'), (b'', 'nothing'), (b'\0' * 4096, 'zeros')):
            words = ['eval', '--depth', file, file] if ending in ('npy', 'npz') else \
                ['models', 'add', file, '--like', 'fastdepth'] if ending == 'onnx' else \
                ['probe', file] if what == 'nothing' else \
                ['apply', 'grade', file, '-o', 'out.png']
            yield Case(f'{what} as .{ending}', words, {file: data}, out='out.png',
                       says=re.escape(file))
    yield Case('text as a bundle', ['apply', 'depth_read', 't.exr', '-o', 'out.exr'],
               {'t.exr': text}, out='out.exr')
    yield Case('a film as a still', ['apply', 'grade', 'a.png', '-o', 'out.mkv'],
               {'a.png': make.y4m()}, ANY, out='out.mkv')
    yield Case('a still as a film', ['apply', 'grade', 'a.mp4', '-o', 'out.png'],
               {'a.mp4': make.png()}, (0,), out='out.png')


def sizes(bench):
    big = 1 << 31
    claims = {'png': lambda w, h: make.png(4, 4, (w, h)),
              'tif': lambda w, h: make.tif(4, 4, (w, h)),
              'exr': lambda w, h: make.exr(4, 4, (0, 0, min(w - 1, big - 1), min(h - 1, big - 1))),
              'pfm': lambda w, h: make.pfm(4, 4).replace(b'4 4', b'%d %d' % (w, h), 1),
              'npy': lambda w, h: make.npy(4, 4, (h, w)),
              'y4m': lambda w, h: make.y4m(4, 4, 1, (w, h))}
    for ending, build in claims.items():
        for w, h in ((65535, 65535), (65537, 4), (big, big), (big - 1, 1), (0, 4), (30000, 30000)):
            file = 'big.' + ending
            for turn in range(2):
                words, out = command(ending, file, turn)
                if h == 0 or w == 0 or not (ending == 'y4m' and turn == 0):
                    yield Case(f'{words[0]} {ending} of {w} x {h} claimed', words,
                               {file: build(w, h)}, out=out)
    yield Case('a frame far larger than what is in it',
               ['apply', 'grade', 'a.exr', '-o', 'out.png'],
               {'a.exr': make.exr(4, 4, display=(0, 0, 21999, 21999))}, out='out.png',
               says='--memory')
    yield Case('parts far apart', ['apply', 'grade', 'a.exr', '-o', 'out.png'],
               {'a.exr': make.exr_far_parts(20000)}, out='out.png', says='--memory')
    yield Case('parts far apart that are only looked at', ['probe', 'a.exr'],
               {'a.exr': make.exr_far_parts(20000)}, says='too far apart')
    yield Case('parts near each other', ['apply', 'grade', 'a.exr', '-o', 'out.png'],
               {'a.exr': make.exr_far_parts(20)}, (0,), out='out.png')
    huge = os.path.join(SOURCE, 'fuzz', 'crashes', 'still', 'huge_webp')
    yield Case('a few bytes of 70 million pixels', ['probe', huge], says='can hold')
    for count in (1 << 30, -4):
        yield Case(f'an attribute of {count} bytes', ['probe', 'a.exr'],
                   {'a.exr': make.exr_long_attribute(count)}, says='an attribute says')
    yield Case('an attribute of its length', ['probe', 'a.exr'],
               {'a.exr': make.exr_long_attribute(4)}, (0,))
    for kind in (b'chlist', b'stringvector'):
        yield Case(f'a {kind.decode()} ends early', ['probe', 'a.exr'],
                   {'a.exr': make.exr_early_list(kind)}, says='an attribute says')
    yield Case('a window far outside', ['probe', 'a.exr'],
               {'a.exr': make.exr(4, 4, (-(1 << 30), 0, 3 - (1 << 30), 3), (0, 0, 9, 9))})
    yield Case('more than --memory', ['apply', 'grade', 'a.pfm', '-o', 'out.png', '--memory',
                                      '64M'],
               {'a.pfm': b'Pf\n5000 4000\n-1.0\n' + bytes(5000 * 4000 * 4)}, out='out.png',
               says='--memory 306M')
    tiny = {'a.png': make.png(1, 1), 'a.pfm': make.pfm(1, 1), 'a.exr': make.exr(1, 1),
            'a.tif': make.tif(1, 1), 'a.y4m': make.y4m(1, 1, 3)}
    for file, data in tiny.items():
        for out in ('o.png', 'o.exr', 'o.tif', 'o.jpg', 'o.pfm', 'o.mp4', 'o.mov', 'o.mkv',
                    'o.webm', 'o.y4m') if bench.options.full else ('o.png', 'o.mp4'):
            if file.endswith('y4m') and not out.endswith(FILMS):
                continue
            yield Case(f'1 x 1 {file} to {out}', ['apply', 'blur', file, '-o', out],
                       {file: data}, (0,), out=out)
    for verb in ('depth', 'matte'):
        yield Case(f'{verb} of 1 x 1', [verb, 'a.png', '-o', 'o.png'], {'a.png': make.png(1, 1)},
                   ANY, out='o.png', slow=True)
        yield Case(f'{verb} of 1 x 400', [verb, 'a.png', '-o', 'o.png'],
                   {'a.png': make.png(1, 400)}, ANY, out='o.png', slow=True)
    yield Case('65535 wide', ['apply', 'blur', 'a.png', '-o', 'o.png', '--radius', '40'],
               {'a.png': make.png(65535, 2, colour=0)}, (0,), out='o.png')
    yield Case('65535 wide as film', ['apply', 'grade', 'a.png', '-o', 'o.mp4'],
               {'a.png': make.png(65535, 2, colour=0)}, FAILS, out='o.mp4')
    yield Case('depth of 65535 wide', ['depth', 'a.png', '-o', 'o.png'],
               {'a.png': make.png(65535, 2, colour=0)}, ANY, out='o.png', slow=True)
    yield Case('sizes of a sequence change', ['apply', 'grade', 's.####.png', '-o', 'o.mkv'],
               {'s.0001.png': make.png(), 's.0002.png': make.png(48, 32)}, out='o.mkv',
               says='48 x 32')
    still = {'source': 'f.pfm'}
    jpegs = [encode(bench, 'jpg', data=make.pfm(w, h), **still) for w, h in ((48, 32), (24, 16))]
    yield Case('the size changes within a film', ['apply', 'grade', 'a.mjpeg', '-o', 'o.mkv'],
               {'a.mjpeg': jpegs[0] * 3 + jpegs[1] * 3}, ANY, out='o.mkv')
    yield Case('a film without frames', ['apply', 'grade', 'a.y4m', '-o', 'o.mkv'],
               {'a.y4m': make.y4m(24, 16, 0)}, out='o.mkv')
    yield Case('probe of a film without frames', ['probe', 'a.y4m'],
               {'a.y4m': make.y4m(24, 16, 0)}, ANY)
    container = encode(bench, 'mkv')
    first = container.find(b'\x1f\x43\xb6\x75')  # a cluster: where frames begin
    yield Case('a container without frames', ['apply', 'grade', 'a.mkv', '-o', 'o.mkv'],
               {'a.mkv': container[:first]}, out='o.mkv')


# ---- pixels -----------------------------------------------------------------------------------------

def pixels(bench):
    """Every node over numbers that are none, infinite, tiny, huge and negative."""
    odd = [float('nan'), float('inf'), float('-inf'), 1e-42, 3e38, -3e38, -1.0, 0.5]

    def value(x, y, c):
        return odd[(x + 3 * y + 5 * c) % len(odd)]
    film = {f's.{i:04}.pfm': make.pfm(value=value) for i in range(1, 4)}
    listed = subprocess.run([bench.options.fathom, 'nodes', '--json'], capture_output=True,
                            check=True, env=bench.env)
    nodes = json.loads(listed.stdout)['nodes']
    for node in nodes:
        inputs = [port['id'] for port in node.get('inputs', [])]
        words = ['apply', node['id'], 'a.pfm', '-o']
        extra = [word for port in inputs[1:] for word in
                 ('--' + port.replace('_', '-'), 'd.exr' if port == 'depth' else 'a.pfm')]
        files = {'a.pfm': make.pfm(value=value), 'd.exr': make.exr(value=value, names=('Z',))}
        for out in ('o.png', 'o.exr', 'o.mp4') if bench.options.full else ('o.png',):
            yield Case(f'{node["id"]} of odd numbers to {out}', [*words, out], files, ANY, out=out,
                       slow=node['id'] == 'depth_map')
            if extra:
                yield Case(f'{node["id"]} of odd numbers everywhere to {out}',
                           [*words, out, *extra], files, ANY, out=out)
    for out in ('o.mkv', 'o.mp4', 'o.mov', 'o.webm', 'o.####.exr', 'o.####.tif'):
        yield Case(f'odd numbers to {out}', ['apply', 'grade', 's.####.pfm', '-o', out], film, (0,),
                   out=out)
    for words in (['depth', 's.####.pfm', '-o', 'o.####.exr'],
                  ['matte', 's.####.pfm', '-o', 'o.mov', '--mode', 'faster'],
                  ['sheet', 's.####.pfm', '-o', 'o.png'],
                  ['eval', '--depth', 's.0001.pfm', 's.0002.pfm'],
                  ['eval', '--matte', 's.0001.pfm', 's.0002.pfm'],
                  ['probe', 's.####.pfm', '--shots']):
        yield Case(f'{" ".join(words[:2])} of odd numbers', words, film, ANY,
                   slow=words[0] in ('depth', 'matte'))


# ---- frames -----------------------------------------------------------------------------------------

def frames(_bench):
    film = {'a.y4m': make.y4m()}
    for text in ('9-12', '0-2', '5', '-5--2', '-1', '4-1', '1-', '-', 'x2', '1-4x0', '1-4x-1',
                 '9223372036854775807', '-9223372036854775808', '99999999999999999999', 'abc',
                 '1-4x9223372036854775807', '', '1.5', '9223372036854775800-9223372036854775807'):
        yield Case(f'--frames {text!r}', ['apply', 'grade', 'a.y4m', '-o', 'o.mkv',
                                          '--frames=' + text], film,
                   out='o.mkv')
    yield Case('frames in part beyond the end',
               ['apply', 'grade', 'a.y4m', '-o', 'o.mkv', '--frames', '3-9'], film, ANY,
               out='o.mkv')
    stills = {f's.{name}.png': make.png() for name in ('-002', '-001', '0000', '0001')}
    yield Case('negative frames', ['apply', 'grade', 's.####.png', '-o', 'o.####.png'], stills,
               (0,))
    yield Case('negative frames, a part', ['apply', 'grade', 's.####.png', '-o', 'o.####.png',
                                           '--frames=-2--1'], stills, (0,))
    yield Case('frames far apart', ['apply', 'grade', 's.#.png', '-o', 'o.####.png'],
               {'s.1.png': make.png(), 's.999999999999.png': make.png()}, FAILS)
    for name in ('--memory', '--threads', '--proxy', '--progress', '--radius'):
        for text in ('-1', '0', '99999999999999999999', 'nan', 'inf', '1e999', '', ' ', '\n', '%n'):
            yield Case(f'{name} {text!r}', ['apply', 'blur', 'a.png', '-o', 'o.png',
                                            f'{name}={text}'], {'a.png': make.png()},
                       ANY if text in ('0', '-1') else FAILS, out='o.png')


# ---- names ------------------------------------------------------------------------------------------

def names(bench):
    odd = {'spaces': ' a  b .png', 'quotes': '\'"`$(x)".png', 'a newline': 'a\nb.png',
           'a tab and an escape': 'a\tb\x1b[31m.png', 'UTF-8': 'grüße 山 ✂.png',
           'no UTF-8': b'\xff\xfe\xc0.png', 'per cent': '%s%n%d%%.png', 'a dash': './-o.png',
           '255 bytes': 'x' * 251 + '.png', 'a semicolon': 'a;b|c&d.png', 'a colon': 'http:a.png',
           'brackets': 'a[1-]b{}*.png', 'a hash': 'a#.png', 'a backslash': 'a\\n\\.png'}
    for what, name in odd.items():
        yield Case(f'{what} in a name that is read', ['probe', name], {name: make.png()}, (0,))
        yield Case(f'{what} in a name that is not there', ['probe', name], says='fathom: ')
        if what != 'a hash':
            yield Case(f'{what} in a name that is written',
                       ['apply', 'grade', 'in.png', '-o', name], {'in.png': make.png()}, (0,))
        yield Case(f'{what} in a refused name', ['apply', 'grade', 'in.png', '-o', name + type(
            name)(b'.nothing' if isinstance(name, bytes) else '.nothing')], {'in.png': make.png()})
    for length in (256, 4000, 4096, 5000, 100000):
        long = 'x' * (length - 4) + '.png'
        deep = 'd/' * (length // 2) + 'a.png'
        for name in (long, deep):
            yield Case(f'{length} bytes read', ['probe', name], says='too long|No such|Argument')
            yield Case(f'{length} bytes written', ['apply', 'grade', 'in.png', '-o', name],
                       {'in.png': make.png()})
            yield Case(f'{length} bytes of a depth input',
                       ['apply', 'depth_map', 'in.png', '--depth', name, '-o', 'o.png'],
                       {'in.png': make.png()}, out='o.png')
        if bench.options.full:
            for words in (['eval', '--depth', long, deep], ['models', 'get', long],
                          ['nodes', long], ['sheet', long, '-o', 'o.png'], [long],
                          ['apply', long, 'in.png', '-o', 'o.png'],
                          ['apply', 'text', 'in.png', '-o', 'o.png', '--font', long],
                          ['depth', 'in.png', '-o', 'o.png', '--model', long],
                          ['apply', 'grade', 's' + '#' * length + '.png', '-o', 'o.png'],
                          ['models', 'add', long, '--like', 'fastdepth']):
                yield Case(f'{length} bytes in {" ".join(w[:8] for w in words[:2])}', words,
                           {'in.png': make.png()},
                           ANY if '--font' in words else FAILS, out='o.png')


# ---- things that are no files -----------------------------------------------------------------------

def fifo(path):
    os.mkfifo(path)


def folder(path):
    os.mkdir(path)


def plug(path):
    with socket.socket(socket.AF_UNIX) as s:
        here = os.getcwd()
        try:
            s.bind(os.path.relpath(path, os.fsencode(here)))
        except OSError:
            s.bind(path)


def loop(path):
    os.symlink(os.path.basename(path), path)


def no_files(_bench):
    things = {'/dev/zero': None, '/dev/null': None, '/dev/full': None, '/dev/random': None,
              '/dev/tty': None, '/': None, '.': None, '..': None, '': None, 'pipe.png': fifo,
              'folder.png': folder, 'loop.png': loop, '/proc/self/mem': None, '/dev': None}
    for name, maker in things.items():
        files = {name: maker} if maker else {}
        allowed = ANY if name == '.' else FAILS  # a folder with a picture in it
        for words in (['probe', name], ['apply', 'grade', name, '-o', 'o.png'],
                      ['depth', name, '-o', 'o.exr'], ['eval', '--depth', name, name],
                      ['apply', 'depth_map', 'in.png', '--depth', name, '-o', 'o.png'],
                      ['models', 'add', name, '--like', 'fastdepth'],
                      ['sheet', name, '-o', 'o.png'], ['eval', '--flicker', name, name]):
            yield Case(f'{words[0]} {words[1]} of {name!r}', words,
                       {'in.png': make.png(), **files}, allowed)
        for extra in ([], ['--overwrite']):
            yield Case(f'into {name!r} {extra}', ['apply', 'grade', 'in.png', '-o', name, *extra],
                       {'in.png': make.png(), **files},
                       ANY if name == 'loop.png' else FAILS)
    for name in ('/dev/zero', '/dev/null', '/dev/random'):
        yield Case(f'- of {name}', ['probe', '-'], stdin=name)
    yield Case('- of a folder', ['probe', '-'], stdin='/dev/null')
    yield Case('- of text', ['apply', 'grade', '-', '-o', 'o.png'], {'t': b'hello\n'}, stdin='t',
               out='o.png')
    for words in (['probe', 'in.png'], ['nodes'], ['help'], ['nodes', '--json'],
                  ['apply', 'grade', 'in.y4m', '-o', '-'], ['models', 'list'], ['version']):
        yield Case(f'{words[0]} to a full device', words,
                   {'in.png': make.png(), 'in.y4m': make.y4m(64, 64)}, (1,), stdout='/dev/full')
    for out in ('o.png', 'o.mkv', 'o.mp4', 'o.####.png'):
        yield Case(f'{out} into no folder', ['apply', 'grade', 'in.png', '-o', 'no/' + out],
                   {'in.png': make.png()})
        yield Case(f'{out} into a file as folder', ['apply', 'grade', 'in.png', '-o', 'f/' + out],
                   {'in.png': make.png(), 'f': b''})
        yield Case(f'{out} over a file', ['apply', 'grade', 'in.png', '-o', out],
                   {'in.png': make.png(), out.replace('####', '0001'): b'old'}, out=out,
                   keeps_out=True)
    yield Case('a file over itself', ['apply', 'grade', 'in.png', '-o', './in.png', '--overwrite'],
               {'in.png': make.png()})


def options(_bench):
    """Options that say nothing, nonsense, or the same thing twice."""
    still = {'in.png': make.png(), 'in.y4m': make.y4m()}
    grade, depth = ['apply', 'grade', 'in.y4m', '-o', 'o.mkv'], ['depth', 'in.png', '-o', 'o.png']
    known = [*depth, '--depth', 'in.png']
    for words in (['--'], [''], ['apply'], ['apply', ''], ['apply', 'grade'], ['depth'],
                  ['apply', 'grade', 'in.png'], ['apply', 'grade', 'in.png', '-o'],
                  ['apply', 'grade', 'in.png', 'in.png', '-o', 'o.png'], ['eval'],
                  ['eval', '--depth'], ['eval', '--depth', 'in.png'], ['probe'], ['sheet'],
                  ['eval', '--depth', '--matte', 'in.png', 'in.png'], ['models'], ['cache'],
                  ['models', 'explode'], ['apply', 'grade', 'in.png', '-o', 'o.png', '--gian', '1'],
                  ['apply', 'grade', 'in.png', '-o', 'o.png', '-o', 'p.png'],
                  ['apply', 'grade', 'in.png', '-o', 'o.png', '--gain', '1', '--gain', '2'],
                  ['apply', 'grade', 'in.png', '-o', 'o.mp4', '--codec', 'ffv1'],
                  ['apply', 'grade', 'in.y4m', '-o', 'o.mkv', '--audio', 'gone.wav'],
                  ['depth', 'in.png', '-o', 'o.png', '--model', 'nobody']):
        yield Case('line: ' + ' '.join(words), words, still, out='o.png')
    for words in (['--encode', 'log'], ['--encode', 'linear', '--near', '1']):
        yield Case(' '.join(words), [*depth, *words], still, out='o.png', says='knows no metres')
    yield Case('a container as bare samples', ['depth', 'in.y4m', '-o', 'o.mkv', '--size', '10x10'],
               still, out='o.mkv', says='says itself what it is')
    for words, says in ((['apply', 'grade', 'in.png', '-o', 'o.png', '--compression', 'piz'],
                         'compression has no effect'),
                        ([*known, '--near', '5', '--far', '2'], 'Near .* has no effect'),
                        ([*known, '--far-limit', '0.2'], 'Far Limit .* has no effect'),
                        ([*grade, '--pixels', 'gray'], 'pixels has no effect'),
                        ([*grade, '--audio', 'in.png'], 'no sound'),
                        (['probe', 'in.y4m', '--frames', '1'], 'frames has no effect')):
        yield Case('no effect: ' + ' '.join(words), words, still, (0,), says=says)


def written(_bench):
    yield from documents.all_documents(Case)
    yield from fusion.all_texts(Case)


def read(bench):
    yield from readings.all_readings(Case, bench)


def worked(bench):
    yield from verbs.all_verbs(Case, bench)


def all_cases(bench):
    for source in (renamed, sizes, frames, names, no_files, options, written, read, worked,
                   pixels, outside_material, damaged):
        for case in source(bench):
            case.name = f'{source.__name__}: {case.name}'
            turn = zlib.crc32(case.name.encode())
            # under sanitizers each takes four times as long; of those of every verb there are many
            many = 3 if source in (read, worked) else 1
            sampled = turn % (10 * many) == 0 if bench.sanitized else \
                turn % (4 * many) == 0 or (case.says and many == 1)
            if bench.options.full or (sampled and not case.slow):
                yield case
