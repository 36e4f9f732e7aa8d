# SPDX-License-Identifier: Apache-2.0
"""Everything that is read beside pictures and films - tables of colours, corrections, Fusion's
text, groups, plates, mattes, sound, configurations, fonts - cut, turned and mistaken for another."""
import json
import os
import random
import shutil
import struct
import subprocess

import make

STILL = {'in.png': make.png()}
APPLY = ['apply', 'lut', 'in.png', '-o', 'out.png', '--file']
IMPORT = ['graph', 'import']


def cube(size=3, one=0, more=''):
    """A table of three dimensions, one of one before it, or both."""
    text = 'TITLE "a look"\n' + more
    text += (f'LUT_1D_SIZE {one}\n' if one else '') + (f'LUT_3D_SIZE {size}\n' if size else '')
    text += ''.join(f'{i} {i} {i}\n' for i in range(one))
    if size:
        text += ''.join(
            f'{r / (size - 1)} {g / (size - 1)} {b / (size - 1)}\n'
            for b in range(size) for g in range(size) for r in range(size))
    return text.encode()


def correction(name='a'):
    return f'''<ColorCorrection id="{name}"><SOPNode><Description>warm &amp; low</Description>
<Slope>1.1 1 0.9</Slope><Offset>0 -0.01 0</Offset><Power>1 1 1.2</Power></SOPNode>
<SATNode><Saturation>0.8</Saturation></SATNode></ColorCorrection>'''.encode()


def collection(count=2):
    return b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- of one day -->\n' \
        b'<ColorCorrectionCollection xmlns="urn:ASC:CDL:v1.2">' + \
        b''.join(correction(str(i)) for i in range(count)) + b'</ColorCorrectionCollection>\n'


def decisions():
    return b'<ColorDecisionList><ColorDecision>' + correction() + \
        b'</ColorDecision></ColorDecisionList>'


SETTING = b'''{ Tools = ordered() {
    A = Blur { Inputs = { XBlurSize = Input { Value = 3 }, Blend = Input { SourceOp = "s",
        Source = "Value" }, Input = Input { SourceOp = "G", Source = "Output" } },
        ViewInfo = OperatorInfo { Pos = { 1, -2.5e1 } } },
    s = BezierSpline { KeyFrames = { [0] = { 0, RH = { 3, 1 } }, [9] = { 1, LH = { 6, 1 } } } },
    C = Background { Inputs = { Width = Input { Value = 24 }, Height = Input { Value = 16 } } },
    G = BrightnessContrast { Inputs = { Gain = Input { Value = 2, Expression = "x*2" },
        Input = Input { SourceOp = "C", Source = "Output" } } } } }
'''
GROUP = json.dumps({'fathom': 1, 'nodes': {
    'clip': {'node': 'media_in', 'params': {'file': 'in.png'}},
    'warm': {'node': 'grade', 'inputs': {'input': 'clip'},
             'params': {'gain': {'keys': [[1, 1], [9, 1.5, 'smooth']]}}}},
    'publish': {'params': {'amount': 'warm.gain'}, 'inputs': {'picture': 'clip'},
                'output': 'warm'}}, indent=1).encode()
AROUND = json.dumps({'fathom': 1, 'nodes': {
    'clip': {'node': 'media_in', 'params': {'file': 'in.png'}},
    'look': {'node': 'file:look.json', 'inputs': {'picture': 'clip'}, 'params': {'amount': 1.1}},
    'out': {'node': 'media_out', 'inputs': {'input': 'look'}}}}).encode()
OCIO = b'''ocio_profile_version: 1
roles: {default: raw, scene_linear: lin}
displays:
  screen:
    - !<View> {name: Film, colorspace: shown}
colorspaces:
  - !<ColorSpace> {name: raw, isdata: true}
  - !<ColorSpace> {name: lin}
  - !<ColorSpace>
    name: shown
    from_reference: !<GroupTransform>
      children:
        - !<MatrixTransform> {matrix: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]}
        - !<ExponentTransform> {value: [0.5, 0.5, 0.5, 1]}
'''
OCIO_WORDS = ['apply', 'colour_space', 'in.png', '-o', 'out.png', '--by', 'ocio', '--config',
              'c.ocio', '--source', 'lin', '--target', 'shown']


def wave():
    """Sound, as FFmpeg's own muxers read it: 8 kHz, one channel."""
    samples = b''.join(struct.pack('<h', (i * 377) % 20000 - 10000) for i in range(1600))
    return b'RIFF' + struct.pack('<I', 36 + len(samples)) + b'WAVEfmt ' + \
        struct.pack('<IHHIIHH', 16, 1, 1, 8000, 16000, 2, 16) + b'data' + \
        struct.pack('<I', len(samples)) + samples


def job_of(bench):
    """What an interrupted job leaves to go on with: {name: bytes}, or {} where it left nothing."""
    place = os.path.join(bench.folder, 'journal')
    shutil.rmtree(place, ignore_errors=True)
    os.makedirs(place)
    for i in range(1, 4):
        with open(os.path.join(place, f's.{i:04}.png'), 'wb') as file:
            file.write(make.png() if i < 3 else b'no picture')
    subprocess.run([bench.options.fathom, 'apply', 'grade', 's.####.png', '-o', 'o.####.png'],
                   cwd=place, env=bench.env, check=False, stdin=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    files = {}
    for name in os.listdir(place):
        with open(os.path.join(place, name), 'rb') as file:
            files[name] = file.read()
    files['s.0003.png'] = make.png()
    return files


def readings(bench):
    """(what, the file's name, its bytes, command, other files, what it makes)"""
    film = {'in.y4m': make.y4m()}
    yield 'cube', 'a.cube', cube(), [*APPLY, 'a.cube'], STILL, 'out.png'
    yield 'cube of one', 'a.cube', cube(0, 9), [*APPLY, 'a.cube'], STILL, 'out.png'
    yield 'cube of both', 'a.cube', cube(2, 4, 'DOMAIN_MIN 0 0 0\nDOMAIN_MAX 1 1 2\n'), \
        [*APPLY, 'a.cube'], STILL, 'out.png'
    for name, data in (('a.cc', correction()), ('a.ccc', collection()), ('a.cdl', decisions())):
        yield name, name, data, [*IMPORT, name, '-o', 'o.json', '--quiet'], {}, 'o.json'
        yield name + ' as a table', name, data, [*APPLY, name], STILL, 'out.png'
    yield 'Fusion text', 'a.setting', SETTING, [*IMPORT, 'a.setting', '-o', 'o.json', '--quiet'], \
        {}, 'o.json'
    yield 'Fusion text rendered', 'a.comp', SETTING, ['render', 'a.comp', '-o', 'out.png'], STILL, \
        'out.png'
    yield 'a group', 'look.json', GROUP, ['render', 'g.json', '-o', 'out.png'], \
        {'g.json': AROUND, **STILL}, 'out.png'
    yield 'a document', 'g.json', AROUND, ['graph', 'show', 'g.json'], \
        {'look.json': GROUP, **STILL}, None
    for name, data in (('p.png', make.png()), ('p.exr', make.exr()), ('p.tif', make.tif()),
                       ('p.pfm', make.pfm()), ('p.y4m', make.y4m())):
        yield 'a plate ' + name, name, data, ['key', 'in.y4m', '--clean', name, '-o', 'out.mkv',
                                              *(['--auto'] if name == 'p.exr' else [])], film, \
            'out.mkv'
    yield 'a mask', 'm.png', make.png(), ['apply', 'blur', 'in.png', '--effect-mask', 'm.png', '-o',
                                          'out.png'], STILL, 'out.png'
    yield 'a bitmap', 'm.tif', make.tif(), ['apply', 'bitmap_mask', 'in.png', '--mask', 'm.tif',
                                            '-o', 'out.png'], STILL, 'out.png'
    yield 'distance', 'd.exr', make.exr(names=('Z',)), ['apply', 'z_merge', 'in.png',
        '--foreground', 'in.png', '--foreground-depth', 'd.exr', '-o', 'out.png'], STILL, 'out.png'
    yield 'sound', 'a.wav', wave(), ['apply', 'grade', 'in.y4m', '-o', 'out.mkv', '--audio',
                                          'a.wav'], film, 'out.mkv'
    yield 'a configuration', 'c.ocio', OCIO, OCIO_WORDS, STILL, 'out.png'
    left = job_of(bench)
    for name in left:
        if '.fathom-job' in name:
            others = {key: data for key, data in left.items() if key != name}
            yield 'a journal', name, left[name], ['apply', 'grade', 's.####.png', '-o',
                                                  'o.####.png', '--resume'], others, None


def cut_and_turned(case, bench):
    """Each at 64 places cut, and single bits of its beginning turned; a sample by default."""
    chance = random.Random(8)
    cuts, turns = (64, 64) if bench.options.full else (1, 1)
    for what, name, data, words, others, out in readings(bench):
        yield case(f'whole {what}', words, {**others, name: data}, (0,))
        for i in range(cuts):
            at = i * len(data) // cuts if cuts > 1 else chance.randrange(len(data))
            yield case(f'{what} cut at {at}', words, {**others, name: data[:at]}, (0, 1, 2),
                       out=out)
        for _ in range(turns):
            bit = chance.randrange(8 * min(len(data), 1500))
            turned = bytearray(data)
            turned[bit // 8] ^= 1 << bit % 8
            yield case(f'bit {bit} of {what} turned', words, {**others, name: bytes(turned)},
                       (0, 1, 2), out=out)


def mistaken(case, bench):
    """Text, nothing, noughts, a picture, a folder, a pipe for each of them."""
    texts = {'text': b'This is none of them.\n' * 40, 'nothing': b'', 'noughts': bytes(4096),
             'a picture': make.png(), 'a long line': b'1 ' * 200000,
             'letters of another code': 'TITLE "x"\n'.encode('utf-16'),
             'a folder': os.mkdir, 'a pipe': os.mkfifo,
             'a circle': lambda path: os.symlink(os.path.basename(path), path),
             'a way to nothing': lambda path: os.symlink(b'gone', path)}
    for what, name, _, words, others, out in readings(bench):
        # a journal that is none is told and begun anew; the rest cannot do without its file
        allowed = (0, 1, 2) if what == 'a journal' else (1, 2)
        for other, data in texts.items():
            fits = what == 'sound' or other == 'a picture' and name.startswith(('p.', 'm.', 'd.'))
            yield case(f'{other} for {what}', words, {**others, name: data},
                       (0, 1, 2) if fits else allowed, out=None if fits else out,
                       says='a.wav' if what == 'sound' else None)


def lying(case):
    """Tables that say one thing and hold another."""
    for what, data in (('65', b'LUT_3D_SIZE 65\n0 0 0\n'), ('2^31', b'LUT_3D_SIZE 2147483648\n'),
                       ('-1', b'LUT_3D_SIZE -1\n'), ('1', b'LUT_3D_SIZE 1\n0 0 0\n'),
                       ('NaN', cube().replace(b'0.5', b'nan', 1)),
                       ('infinite', cube().replace(b'0.5', b'1e999', 1)),
                       ('no room', cube(2, 0, 'DOMAIN_MIN 0 0 0\nDOMAIN_MAX 0 0 0\n')),
                       ('a room upside down', cube(2, 0, 'DOMAIN_MIN 1 1 1\nDOMAIN_MAX 0 0 0\n')),
                       ('two sizes', cube(2, 0, 'LUT_3D_SIZE 3\n')),
                       ('too many lines', cube(2) + b'0 0 0\n' * 9)):
        yield case(f'a table of {what}', [*APPLY, 'a.cube'], {**STILL, 'a.cube': data},
                   (0, 1, 2) if what == 'infinite' else (1, 2), out='out.png', says='a.cube')
    for what, data in (('no end of elements', b'<a>' * 500000),
                       ('entities of entities', b'<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;">]>'
                        + correction().replace(b'warm', b'&b;')),
                       ('a million corrections', b'<ColorCorrectionCollection>' +
                        b'<ColorCorrection/>' * 1000000 + b'</ColorCorrectionCollection>'),
                       ('NaN', correction().replace(b'0.9', b'nan')),
                       ('four numbers', correction().replace(b'0.9', b'0.9 1')),
                       ('a slope below nought', correction().replace(b'0.9', b'-3')),
                       ('1e999', correction().replace(b'0.9', b'1e999'))):
        yield case(f'corrections: {what}', [*IMPORT, 'a.ccc', '-o', 'o.json', '--quiet'],
                   {'a.ccc': data}, (0, 1, 2), out='o.json', most_kb=400 << 10)


def font_of_the_system():
    """The plainest one, or None."""
    for name in ('/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
                 '/usr/share/fonts/TTF/DejaVuSans.ttf'):
        if os.path.exists(name):
            return name
    return None


def fonts(case, bench):
    """A font that the user has put among their own is damaged, and is the only one there is."""
    path = font_of_the_system()
    if not path:
        return
    with open(path, 'rb') as file:
        whole = file.read()
    listing = b'<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>' \
        b'<dir prefix="cwd">fonts</dir><cachedir prefix="cwd">cached</cachedir></fontconfig>'
    words = ['apply', 'text', 'in.png', '-o', 'out.png', '--text', 'Afi\u0644\u0627 \u0939\u093f']
    chance = random.Random(9)
    count = 64 if bench.options.full else 1
    tables = len(whole) and struct.unpack('>H', whole[4:6])[0]
    places = [int.from_bytes(whole[12 + 16 * i + 8:12 + 16 * i + 12], 'big') for i in range(tables)]
    damages = [('whole', whole), ('none', b''), ('text', b'no font\n' * 99)]
    damages += [(f'cut at {at}', whole[:at])
                for at in sorted(chance.randrange(len(whole)) for _ in range(count))]
    for _ in range(2 * count):
        turned = bytearray(whole)
        at = chance.choice(places) + chance.randrange(64)
        turned[at] ^= 1 << chance.randrange(8)
        damages.append((f'byte {at} turned', bytes(turned)))
    for what, data in damages:
        yield case(f'the font is {what}', words, {**STILL, 'fonts/a.ttf': data,
                                                   'fonts.conf': listing}, (0, 1), out='out.png',
                   env={'FONTCONFIG_FILE': '{}/fonts.conf'})
    for name in ('a.ttf', './a.ttf', '/etc/passwd', '', ',', '\u202e', 'x' * 60000, '@wght=1e999',
                 'Sans 1e30', 'Sans -3', 'Sans 2147483648'):
        yield case(f'a font called {name[:20]!r}', [*words, '--font', name],
                   {**STILL, 'a.ttf': whole[:999]}, (0, 1, 2), out='out.png')


def all_readings(case, bench):
    yield from cut_and_turned(case, bench)
    yield from mistaken(case, bench)
    yield from lying(case)
    yield from fonts(case, bench)
