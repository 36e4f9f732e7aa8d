# SPDX-License-Identifier: Apache-2.0
"""Makes docs/gallery.md and its pictures out of the examples, with the program itself:
python3 docs/gallery.py build/fathom [NAME...]. Named ones are drawn anew, the page is always."""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXAMPLES = os.path.join(ROOT, 'examples')
PICTURES = os.path.join(ROOT, 'docs', 'pictures', 'gallery')
TIMES = os.path.join(PICTURES, 'times.json')
WIDTH = 640     # of one of the two halves
GAP = 0.0125    # what the right one is short of, in widths
TIMED = 16      # frames at most that a measurement runs over
MOST_SIZE = 90000  # bytes of a picture
QUALITIES = 92, 88, 85, 80, 75, 70, 65


def names():
    """The examples in the order in which the program lists them."""
    with open(os.path.join(EXAMPLES, 'meson.build'), encoding='utf-8') as file:
        return re.findall(r"^  '(\w+)',$", file.read(), re.M)


def load(name):
    with open(os.path.join(EXAMPLES, name + '.json'), encoding='utf-8') as file:
        return json.load(file)


def run(*words):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit('gallery: %s: %s' % (' '.join(words), done.stderr.strip()))


def scene(fathom, folder, name):
    """The footage that an example is shown on: one of the clips, or a scene made for it."""
    if not name.endswith('.json'):
        return os.path.join(EXAMPLES, 'footage', name)
    made = os.path.join(EXAMPLES, 'scenes', name)
    with open(made, encoding='utf-8') as file:
        clip = os.path.join(folder, json.load(file)['nodes']['out']['params']['file'])
    if not glob.glob(clip.replace('####', '*')):
        run(fathom, 'render', made, '-o', clip, '--quiet')
    return clip


def half(nodes, name, source, view, left):
    """Nodes that cut the wanted part of `source`, bring it to size and make room beside it."""
    part = view.get('crop', [0, 0, 1, 1])
    nodes[name + '_cut'] = {'node': 'crop', 'inputs': {'input': source},
                            'params': {'lower_left': part[:2], 'upper_right': part[2:],
                                       'frame': 'cropped'}}
    nodes[name + '_size'] = {'node': 'reformat', 'inputs': {'input': name + '_cut'},
                             'params': {'width': WIDTH, 'height': view['height'],
                                        'type': 'fill'}}
    nodes[name + '_strip'] = {'node': 'crop', 'inputs': {'input': name + '_size'},
                              'params': {'lower_left': [0 if left else GAP, 0]}}
    room = {'upper_right': [2, 1]} if left else {'lower_left': [-1, 0]}
    nodes[name] = {'node': 'crop', 'inputs': {'input': name + '_strip'},
                   'params': {'frame': 'cropped', **room}}


def draw(fathom, folder, name, document):
    """Before and after side by side, as a JPEG."""
    view = dict(document['view'])
    part = view.get('crop', [0, 0, 1, 1])
    shape = (part[2] - part[0]) * 16 / ((part[3] - part[1]) * 9)
    view['height'] = min(round(WIDTH / shape / 2) * 2, 480)
    nodes = document['nodes']
    nodes['clip']['params']['file'] = scene(fathom, folder, view['footage'])
    half(nodes, 'show_before', view.get('before', 'clip'), view, True)
    half(nodes, 'show_after', document['publish']['output'], view, False)
    nodes['show_paper'] = {'node': 'background', 'inputs': {'input': 'show_before'},
                           'params': {'top_left': [1, 1, 1]}}
    for under, over, result in (('show_paper', 'show_before', 'show_one'),
                                ('show_one', 'show_after', 'show_both')):
        nodes[result] = {'node': 'merge', 'inputs': {'background': under, 'foreground': over}}
    picture = os.path.join(PICTURES, name + '.jpg')
    whole = os.path.join(folder, name + '.png')
    nodes['show'] = {'node': 'media_out', 'inputs': {'input': 'show_both'},
                     'params': {'file': whole, 'overwrite': True}}
    del document['publish']
    path = os.path.join(folder, name + '.json')
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(document, file)
    run(fathom, 'render', path, '--frames', str(view['frame']), '--quiet')
    for quality in QUALITIES:
        run(fathom, 'apply', 'media_out', whole, '-o', picture, '--quality', str(quality),
            '--overwrite', '--quiet')
        if os.path.getsize(picture) <= MOST_SIZE:
            return
    print('gallery: %s is larger than %d bytes' % (picture, MOST_SIZE), file=sys.stderr)


def cpu_s():
    """What programs run from here have taken of both cores."""
    taken = os.times()
    return taken.children_user + taken.children_system


def measure(fathom, folder, name, document):
    """Milliseconds a frame with depth known, by what up to 16 frames take over one: of processor
    time divided by two, so that other work on the machine does not count."""
    inputs = {word: target for word, target in document['publish']['inputs'].items()
              if 'file' in document['nodes'][target].get('params', {})}
    files = {word: os.path.join(EXAMPLES, document['nodes'][target]['params']['file'])
             for word, target in inputs.items()}
    files['clip'] = scene(fathom, folder, document['view']['footage'])
    told = json.loads(subprocess.run([fathom, 'probe', files['clip'], '--json'], check=True,
                                     stdout=subprocess.PIPE).stdout)
    first = told['first_frame']
    most = min(TIMED, told['last_frame'] - first + 1)
    words = [word for name, file in files.items() for word in ('--' + name, file)]
    out = os.path.join(folder, 'timed.y4m')
    taken = {}
    for count in (most, 1, most):  # the first time makes the depth
        began = cpu_s()
        run(fathom, 'example', name, *words, '-o', out, '--bits', '8', '--frames',
            '%d-%d' % (first, first + count - 1), '--overwrite', '--quiet')
        taken[count] = cpu_s() - began
    return round(1000 * (taken[most] - taken[1]) / (most - 1) / 2)


def section(name, document, times):
    view = document['view']
    options = ' '.join('`--%s`' % word.replace('_', '-') for word in document['publish']['params'])
    lines = ['## ' + view['title'], '',
             '![%s: before and after](pictures/gallery/%s.jpg)' % (view['title'], name), '',
             view['does'], '', '```sh', 'fathom example %s IN -o OUT.mov' % name, '```', '',
             '- **What matters**: ' + view['sliders'],
             '- **What goes wrong**: ' + view['wrong'],
             '- **To set**: ' + options]
    told = '- The picture: `%s`, frame %d' % (view['footage'], view['frame'])
    told += ', %s' % view['note'] if 'note' in view else ''
    if name in times:
        told += '; %s ms a frame' % times[name]['ms']
    return lines + [told + '. [%s.json](../examples/%s.json)' % (name, name), '']


def page(documents, times):
    lines = ['# Gallery: what do you want to do to your shot?', '',
             'Every picture is before and after, made by `./run gallery` with the line below it. '
             'Copy the line, put', 'your clip for IN, and watch the two values that matter. '
             '`fathom example NAME` tells the same in the',
             'terminal, `--mode faster` is for finding the look, and `--write my.json` gives you '
             'the graph to change.', '']
    for name, document in documents.items():
        lines.append('- [%s](#%s)' % (document['view']['title'],
                                      re.sub(r'[^\w -]', '', document['view']['title'].lower())
                                      .replace(' ', '-')))
    lines.append('')
    for name, document in documents.items():
        lines += section(name, document, times)
    lines += ['## The times', '',
              'Milliseconds a frame at the footage\'s size (1280 × 720, or 768 × 432 of '
              '`room`), on two cores,', 'with its depth in the cache and written as bare video: '
              'processor time, halved, so that', 'other work on the machine counts for little. '
              'The first time depth is made as well: [time](time.md).', '']
    with open(os.path.join(ROOT, 'docs', 'gallery.md'), 'w', encoding='utf-8') as file:
        file.write('\n'.join(lines))


def main():
    fathom = os.path.abspath(sys.argv[1])
    words = [word for word in sys.argv[2:] if not word.startswith('--')]
    os.makedirs(PICTURES, exist_ok=True)
    times = {}
    if os.path.exists(TIMES):
        with open(TIMES, encoding='utf-8') as file:
            times = json.load(file)
    with tempfile.TemporaryDirectory() as folder:
        for name in words or ([] if '--page' in sys.argv else names()):
            print(name, flush=True)
            draw(fathom, folder, name, load(name))
            if '--quick' not in sys.argv:
                times[name] = {'ms': measure(fathom, folder, name, load(name))}
    times = {name: times[name] for name in names() if name in times}
    with open(TIMES, 'w', encoding='utf-8') as file:
        json.dump(times, file, indent=1)
        file.write('\n')
    page({name: load(name) for name in names()}, times)


main()
