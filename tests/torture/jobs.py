# SPDX-License-Identifier: Apache-2.0
"""The jobs that luck is taken from: each a command a user types, small enough to be run hundreds of
times. They run in a folder that has in/ (footage, made once) and an empty out/."""
import json
import os
import struct
import subprocess
import sys
from collections import namedtuple

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'hostile'))
import readings

# words: the command. needs: 'networks' or ''. warm: the cache knows the footage's depth already.
# frames: how many finished frames may stay when the job fails. changes: names of the files the
# command itself may remove or replace, relative to the folder.
Job = namedtuple('Job', 'name words needs warm again')


def job(name, words, needs='', warm=False, again='--resume'):
    """`again`: what is added to the command to run it anew after it failed."""
    return Job(name, words.split(), needs, warm, again)


JOBS = [
    job('grade', 'apply grade in/s.####.png -o out/x.####.png --gain 1.5'),
    job('blur', 'apply blur in/s.####.pfm -o out/x.mkv --radius 3'),
    job('blur-tiff', 'apply blur in/s.0001.exr -o out/x.tif --radius 3'),
    job('dwa', 'apply grade in/s.0001.exr -o out/x.exr --compression dwaa'),
    job('y4m', 'apply grade in/clip.mp4 -o out/x.y4m'),
    job('pipe', 'apply grade in/clip.mp4 -o -', again=''),
    job('merge', 'apply merge in/s.####.png --foreground in/matte.mov -o out/x.mov'),
    job('key', 'key in/clip.mp4 --clean in/s.0001.png --blur 2 -o out/x.mov'),
    job('auto', 'key in/clip.mp4 --clean in/s.0001.png --auto -o out/x.mov'),
    job('plate', 'plate in/clip.mp4 -o out/x.exr --frame-count 2'),
    job('example', 'example key_clean_plate in/clip.mp4 -o out/x.mkv'),
    job('example-write', 'example title_behind in/clip.mp4 --write out/x.json --text A', again=''),
    job('example-list', 'example --json', again=''),
    job('example-explain', 'example remove_boom in/clip.mp4 --explain', again=''),
    job('denoise', 'apply denoise in/s.####.pfm -o out/x.####.exr'),
    job('denoise-clip', 'apply denoise in/clip.mp4 -o out/x.####.exr'),
    job('deflicker', 'apply deflicker in/clip.mp4 -o out/x.mkv'),
    job('retime', 'apply retime in/clip.mp4 -o out/x.webm --speed 0.5 --between blend'),
    job('z-merge', 'apply z_merge in/s.0001.png --foreground in/s.0002.png --foreground-depth '
        'in/map.pfm -o out/x.exr --parts split'),
    job('lut', 'apply lut in/s.0001.png --file in/a.cube -o out/x.jpg'),
    job('config', 'apply colour_space in/s.0001.png --by ocio --config in/c.ocio --source lin '
        '--target shown -o out/x.png'),
    job('sound', 'apply grade in/clip.mp4 -o out/x.mkv --audio in/a.wav'),
    job('dry', 'render in/g.json -o a=out/x.png -o b=out/y.png --dry-run --json', again=''),
    job('text', 'apply text in/s.0001.png -o out/x.png --text A'),
    job('map', 'depth in/s.####.png --depth in/map.pfm -o out/x.####.exr'),
    job('bundle', 'depth in/s.####.png --depth in/b.####.exr -o out/x.####.exr'),
    job('encode', 'depth in/clip.mp4 --depth in/map.pfm -o out/x.mp4'),
    job('render', 'render in/g.json -o a=out/x.####.png -o b=out/y.mov --frames 1-2 '
        '--set look.amount=@[[1,0],[2,1]]', again='--overwrite'),
    job('outputs', 'render in/g.json -o a=out/x.####.png -o b=out/y.####.exr'),
    job('fit', 'render in/fit.json -o out/x.####.exr'),
    job('sheet', 'sheet in/clip.mp4 in/matte.mov -o out/x.png --captions one,two', again=''),
    job('probe', 'probe in/clip.mp4 --json', again=''),
    job('probe-bundle', 'probe in/b.0001.exr --json', again=''),
    job('shots', 'probe in/clip.mp4 --shots', again=''),
    job('eval', 'eval --depth in/b.0001.exr in/map.pfm --json', again=''),
    job('eval-sequence', 'eval --sequence in/truths in/maps --truth-scale 1 --json', again=''),
    job('flicker', 'eval --flicker in/clip.mp4 in/x.mp4', again=''),
    job('networks', 'models list --json', again=''),
    job('verify', 'models verify', 'networks', again=''),
    job('add', 'models add in/net.onnx --like fastdepth --name mine', 'networks', again=''),
    job('cache-show', 'cache show --json', 'networks', warm=True, again=''),
    job('cache-clear', 'cache clear', 'networks', warm=True, again=''),
    job('nodes', 'nodes --json', again=''),
    job('help', 'help --reference', again=''),
    job('completion', 'help --completion fish', again=''),
    job('manual', 'help --man', again=''),
    job('check', 'graph check in/sound.json --json', again=''),
    job('fmt', 'graph fmt in/sound.json', again=''),
    job('show', 'graph show in/sound.json', again=''),
    job('diff', 'graph diff in/sound.json in/sound.json', again=''),
    job('schema', 'graph schema', again=''),
    job('import', 'graph import in/a.setting -o out/x.json', again=''),
    job('export', 'graph export in/a.json -o out/x.setting', again=''),
    job('import-cdl', 'graph import in/a.ccc -o out/x.json', again=''),
    job('export-cdl', 'graph export in/cdl.json -o out/x.ccc', again=''),
    job('depth-warm', 'depth in/clip.mp4 -o out/x.####.exr', 'networks', warm=True),
    job('example-warm', 'example blur_background in/clip.mp4 -o out/x.mov', 'networks', warm=True),
    job('teal-warm', 'example teal_and_orange in/clip.mp4 -o out/x.mov', 'networks', warm=True),
    job('matte-warm', 'matte in/clip.mp4 -o out/x.mov', 'networks', warm=True),
    job('faster', 'depth in/clip.mp4 --mode faster -o out/x.####.png', 'networks'),
    job('depth', 'depth in/clip.mp4 -o out/x.####.exr', 'networks'),
    job('depth-video', 'depth in/clip.mp4 -o out/x.mp4', 'networks'),
]
# What `nodes` cannot be run without, besides pictures.
NODE_WORDS = {'lut': '--file in/a.cube', 'text': '--text A'}
# These have jobs of their own, or make no picture of one.
NOT_APPLIED = ('media_in', 'media_out', 'depth_map', 'depth_read')


def node_jobs(program, environment):
    """A job for each node there is: on a picture, with another one for every input it has."""
    told = subprocess.run([program, 'nodes', '--json'], env=environment, check=True,
                          stdout=subprocess.PIPE)
    jobs = []
    for node in json.loads(told.stdout)['nodes']:
        name, ports = node['id'], node['inputs']
        if name in NOT_APPLIED:
            continue
        words = ['apply', name, 'in/s.0001.png', '-o', 'out/x.exr']
        for port in ports[1:]:
            words += ['--' + port['id'].replace('_', '-'), 'in/s.0002.png']
        words += NODE_WORDS.get(name, '').split()
        jobs.append(Job('node-' + name, words, '', False, '--resume'))
    return jobs


SLOW = ('faster', 'depth', 'depth-video')  # a second each: only a few of their cases by default


SETTING = '''{ Tools = ordered() {
    A = Blur { Inputs = { XBlurSize = Input { Value = 3 }, Odd = Input { Value = 1 },
        Blend = Input { SourceOp = "s", Source = "Value" },
        Input = Input { SourceOp = "G", Source = "Output" } } },
    s = BezierSpline { KeyFrames = { [0] = { 0, RH = { 3, 1 } }, [9] = { 1 } } },
    G = Glow { Inputs = { Gain = Input { Value = 2 } } } } }
'''


def write_pfm(path, width, height, shade):
    """A colour PFM; shade(x, y) gives the three values."""
    with open(path, 'wb') as file:
        file.write(b'PF\n%d %d\n-1\n' % (width, height))
        for y in reversed(range(height)):
            for x in range(width):
                file.write(struct.pack('<3f', *shade(x, y)))


def picture(frame):
    """A slope with a bright square that moves."""
    def shade(x, y):
        inside = 12 <= y < 30 and 10 + 4 * frame <= x < 28 + 4 * frame
        return (x / 96, y / 64, 0.9) if inside else (x / 192, (x + y) / 320, 0.2 + y / 128)
    return shade


def write_documents(place):
    """A document of two outputs that uses another one as a group."""
    clip = {'node': 'media_in', 'params': {'file': 's.####.pfm'}}
    look = {'fathom': 1, 'nodes': {'clip': clip, 'warm': {
        'node': 'grade', 'inputs': {'input': 'clip'}}},
        'publish': {'params': {'amount': 'warm.gain'}, 'inputs': {'picture': 'clip'}}}
    whole = {'fathom': 1, 'nodes': {
        'clip': clip,
        'look': {'node': 'file:look.json', 'inputs': {'picture': 'clip'}},
        'soft': {'node': 'blur', 'inputs': {'input': 'look'},
                 'params': {'radius': {'keys': [[1, 1, 'smooth'], [2, 4]]}}},
        'a': {'node': 'media_out', 'inputs': {'input': 'soft'}},
        'b': {'node': 'media_out', 'inputs': {'input': 'look'}}}}
    # a mask and a depth of another size than what they lie on
    fit = {'fathom': 1, 'nodes': {
        'clip': {'node': 'media_in', 'params': {'file': 's.####.exr'}},
        'spot': {'node': 'ellipse_mask', 'params': {'width': 40, 'height': 30}},
        'far': {'node': 'depth_read', 'params': {'file': 'small.pfm', 'meaning': 'z'}},
        'map': {'node': 'depth_map', 'inputs': {'input': 'clip', 'depth': 'far'},
                'params': {'preview': False}},
        'soft': {'node': 'blur', 'inputs': {'input': 'map', 'effect_mask': 'spot'},
                 'params': {'radius': 2}},
        'out': {'node': 'media_out', 'inputs': {'input': 'soft'}}}}
    for name, document in (('look', look), ('g', whole), ('fit', fit)):
        with open(f'{place}{name}.json', 'w', encoding='utf-8') as file:
            json.dump(document, file)


def make_footage(folder, program, environment, networks):
    """Fills `folder`/in."""
    def run(*words):
        subprocess.run([program, *words], cwd=folder, env=environment, check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    for name in ('in', 'in/truths', 'in/maps'):
        os.mkdir(os.path.join(folder, name))
    place = os.path.join(folder, 'in', '')
    for frame in (1, 2):
        write_pfm(f'{place}s.{frame:04}.pfm', 96, 64, picture(frame))
        write_pfm(f'{place}truths/{frame:04}.pfm', 96, 64,
                  lambda x, y, f=frame: (1 + x / 96 + f / 50,) * 3)
    write_pfm(place + 'small.pfm', 40, 24, lambda x, y: (1 + (x + y) / 16,) * 3)
    write_pfm(place + 'map.pfm', 96, 64, lambda x, y: ((x + y + 9) / 170,) * 3)
    with open(place + 'a.setting', 'w', encoding='utf-8') as file:
        file.write(SETTING)
    for name, data in (('a.cube', readings.cube(3, 4)), ('a.ccc', readings.collection()),
                       ('c.ocio', readings.OCIO), ('a.wav', readings.wave())):
        with open(place + name, 'wb') as file:
            file.write(data)
    with open(place + 'sound.json', 'w', encoding='utf-8') as file:
        json.dump({'fathom': 1, 'odd': 1, 'nodes': {
            'clip': {'node': 'media_in', 'params': {'file': 's.####.png'}},
            'rays': {'node': 'rays', 'inputs': {'input': 'clip'}},
            'look': {'node': 'grade', 'inputs': {'input': 'rays'}, 'params': {
                'tint': {'keys': [[1, 0], [9, 3]]}, 'odd': 2}},
            'out': {'node': 'media_out', 'inputs': {'input': 'look'},
                    'params': {'file': 'x.png'}}}}, file)
    run('graph', 'import', 'in/a.setting', '-o', 'in/a.json', '--quiet')
    run('graph', 'import', 'in/a.ccc', '-o', 'in/cdl.json', '--quiet')
    with open(place + 'a.json', encoding='utf-8') as file:
        changed = file.read().replace('"radius": 3', '"radius": 4')
    with open(place + 'a.json', 'w', encoding='utf-8') as file:
        file.write(changed)
    run('apply', 'grade', 'in/s.####.pfm', '-o', 'in/s.####.png')
    run('apply', 'grade', 'in/s.####.pfm', '-o', 'in/s.####.exr')
    run('apply', 'grade', 'in/s.####.pfm', '-o', 'in/clip.mp4')
    run('matte', 'in/s.####.pfm', '--depth', 'in/map.pfm', '-o', 'in/matte.mov')
    run('depth', 'in/s.####.pfm', '--depth', 'in/map.pfm', '-o', 'in/b.####.exr')
    run('depth', 'in/s.####.pfm', '--depth', 'in/map.pfm', '-o', 'in/x.mp4')
    run('depth', 'in/s.####.pfm', '--depth', 'in/map.pfm', '-o', 'in/maps/####.png')
    write_documents(place)
    if networks:
        os.symlink(os.path.abspath(networks[0]), place + 'net.onnx')
