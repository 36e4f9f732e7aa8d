# SPDX-License-Identifier: Apache-2.0
"""The verbs of whole workflows over things that are no clips and no plates, and every node over
pictures of sizes that nobody has."""
import json
import os
import subprocess

import make

FILM = {'in.y4m': make.y4m(), 'p.png': make.png(), 'e.exr': make.exr()}


def document(clip, plate, out='out.mkv'):
    """The clip keyed against its plate, softened, written twice."""
    return json.dumps({'fathom': 1, 'nodes': {
        'clip': {'node': 'media_in', 'params': {'file': clip}},
        'plate': {'node': 'media_in', 'params': {'file': plate, 'outside': 'hold'}},
        'key': {'node': 'difference_keyer', 'inputs': {'foreground': 'clip', 'background': 'plate'}},
        'soft': {'node': 'blur', 'inputs': {'input': 'key'}},
        'a': {'node': 'media_out', 'inputs': {'input': 'soft'}, 'params': {'file': out}},
        'b': {'node': 'media_out', 'inputs': {'input': 'key'},
              'params': {'file': 'second.####.png'}}}}).encode()


def jobs(clip, plate):
    """(name, words, files, what it makes)"""
    yield 'key', ['key', clip, '--clean', plate, '-o', 'out.mkv'], {}
    yield 'key by itself', ['key', clip, '--clean', plate, '--auto', '-o', 'out.mkv'], {}
    yield 'render', ['render', 'g.json'], {'g.json': document(clip, plate)}
    if plate == 'p.png':
        yield 'plate', ['plate', clip, '-o', 'out.mkv', '--frame-count', '3'], {}
        yield 'example', ['example', 'key_clean_plate', clip, '-o', 'out.mkv'], {}
        yield 'example explained', ['example', 'remove_boom', clip, '--explain'], {}
    else:
        yield 'written example', ['example', 'blur_background', plate, '--write', 'out.mkv'], {}


def things():
    """name: what makes it, where it is not there already"""
    return {'/dev/zero': None, '/dev/null': None, '/dev/full': None, '/dev/random': None,
            '/dev/tty': None, '/': None, '.': None, '': None, '/proc/self/mem': None,
            'pipe.png': os.mkfifo, 'pipe.y4m': os.mkfifo, 'folder.mov': os.mkdir,
            'circle.png': lambda path: os.symlink(os.path.basename(path), path),
            'nowhere.mov': lambda path: os.symlink(b'gone', path), 'x' * 4000 + '.png': None,
            'd/' * 2000 + 'a.png': None, 'a\nb.png': None, 'none.####.exr': None,
            'p.png/a.png': None, '\x1b[31m.png': None, 'grüße ✂.mov': None}


def no_footage(case):
    """In the place of the clip, and of the plate."""
    for name, maker in things().items():
        files = {**FILM, **({name: maker} if maker else {})}
        for at, (clip, plate) in enumerate(((name, 'p.png'), ('in.y4m', name))):
            for what, words, more in jobs(clip, plate):
                harmless = what == 'written example' or name == '.'
                yield case(f'{what} with {name[:20]!r} for the {("clip", "plate")[at]}', words,
                           {**files, **more}, (0, 1, 2) if harmless else (1, 2),
                           out=None if harmless else 'out.mkv',
                           says=None if harmless else 'fathom: ')


def odd_names(case):
    """Names that can be: all of them work, for what is read and what is written."""
    names = (' a  b.y4m', '\'"`$(x)".y4m', 'a\nb.y4m', 'a\tb\x1b[31m.y4m', 'grüße 山 ✂.y4m',
             '%s%n%d%%.y4m', './-o.y4m', 'x' * 251 + '.y4m', 'a;b|c&d.y4m', 'a[1-]b{}*.y4m',
             'a\\n\\.y4m')
    for name in names:
        film = {**FILM, name: make.y4m()}
        for what, words, more in jobs(name, 'p.png'):
            yield case(f'{what} of {name[:20]!r}', words, {**film, **more}, (0,))
        for what, words, more in jobs('in.y4m', 'p.png'):
            if 'out.mkv' in words and what != 'plate' and '%' not in name:
                yield case(f'{what} to {name[:20]!r}',
                           [name if word == 'out.mkv' else word for word in words],
                           {**FILM, **more}, (0,))


def in_the_way(case):
    """What lies where a result is to go stays as it is, and is not followed."""
    def link(path):
        os.symlink(b'p.png', path)
    ways = {'a file': b'old', 'a folder': os.mkdir, 'a pipe': os.mkfifo, 'a link to a file': link,
            'a link to nothing': lambda path: os.symlink(b'gone', path),
            'a link to a device': lambda path: os.symlink(b'/dev/full', path)}
    for what, way in ways.items():
        for job, words, more in jobs('in.y4m', 'p.png'):
            for extra in ([], ['--overwrite']):
                allowed = (0, 1, 2) if extra and what != 'a folder' or 'explained' in job else (1, 2)
                yield case(f'{what} where {job} writes {extra}', [*words, *extra],
                           {**FILM, **more, 'out.mkv': way}, allowed, out='out.mkv', keeps_out=True)


def nodes_of(bench):
    listed = subprocess.run([bench.options.fathom, 'nodes', '--json'], capture_output=True,
                            check=True, env=bench.env)
    for node in json.loads(listed.stdout)['nodes']:
        if node['id'] not in ('media_in', 'media_out', 'depth_read', 'depth_map'):
            yield node['id'], [port['id'] for port in node.get('inputs', [])]


def odd_sizes(case, bench):
    """Every node over them, all its inputs fed."""
    wide, high = 65535, 20000
    pictures = {'1 x 1': ('a.exr', make.exr(1, 1)), 'one row': ('a.png', make.png(wide, 1, colour=0)),
                'one column': ('a.png', make.png(1, high, colour=0)),
                'beside its frame': ('a.exr', make.exr(5, 4, display=(100, 100, 120, 115))),
                'before its frame': ('a.exr', make.exr(5, 4, (-90, -80, -86, -77),
                                                       (0, 0, 20, 15))),
                'larger than its frame': ('a.exr', make.exr(24, 16, display=(9, 7, 11, 8))),
                'far from its frame': ('a.exr', make.exr(5, 4, display=(16000, 12000, 16019, 12014))),
                'distance alone': ('a.exr', make.exr(9, 7, names=('Z',))),
                'alpha alone': ('a.exr', make.exr(9, 7, names=('A',)))}
    for node, inputs in nodes_of(bench):
        for what, (name, data) in pictures.items():
            extra = [word for port in inputs[1:] for word in ('--' + port.replace('_', '-'), name)]
            words = ['apply', node, *([name] if inputs else []), '-o', 'o.exr', *extra]
            if node == 'lut':
                words += ['--file', 'l.cube']
            yield case(f'{node} of {what}', words,
                       {name: data, 'l.cube': b'LUT_1D_SIZE 2\n0 0 0\n1 1 1\n'}, (0, 1, 2),
                       out='o.exr')
            if len(inputs) > 1:
                other = {'b.png': make.png(31, 3)}
                yield case(f'{node} of {what} beside another size',
                           [*words[:2], 'b.png', *words[3:]], {name: data, **other,
                            'l.cube': b'LUT_1D_SIZE 2\n0 0 0\n1 1 1\n'}, (0, 1, 2), out='o.exr')
    for verb in (['key', 'a.png', '--clean', 'a.png'], ['plate', 'a.png']):
        for what, (name, data) in pictures.items():
            yield case(f'{verb[0]} of {what}',
                       [name if word == 'a.png' else word for word in verb] + ['-o', 'o.exr'],
                       {name: data}, (0, 1, 2), out='o.exr')


def all_verbs(case, bench):
    yield from no_footage(case)
    yield from odd_names(case)
    yield from in_the_way(case)
    yield from odd_sizes(case, bench)
