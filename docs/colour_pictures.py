# SPDX-License-Identifier: Apache-2.0
"""Draws the pictures of docs/colour.md with the program itself: python3 docs/colour_pictures.py
build/fathom docs/pictures."""
import colorsys
import json
import os
import struct
import subprocess
import sys
import tempfile

WIDTH, HEIGHT = 320, 180


def write_pfm(path, pixel):
    """pixel(x, y), both 0..1 from the lower left corner, gives light."""
    with open(path, 'wb') as file:
        file.write(b'PF\n%d %d\n-1.0\n' % (WIDTH, HEIGHT))
        for y in range(HEIGHT):
            for x in range(WIDTH):
                file.write(struct.pack('<3f', *pixel((x + 0.5) / WIDTH, (y + 0.5) / HEIGHT)))


def chart(x, y):
    """All hues of a camera's primaries from left to right; six stops under white to five over."""
    light = 2 ** (11 * y - 6)
    return [c * light for c in colorsys.hsv_to_rgb(x, 0.85, 1)]


def render(fathom, folder, name, nodes, out):
    path = os.path.join(folder, name + '.png')
    nodes['out'] = {'node': 'media_out', 'inputs': {'input': out[0]},
                    'params': {'file': path, 'overwrite': True, **out[1]}}
    document = os.path.join(folder, name + '.json')
    with open(document, 'w', encoding='utf-8') as file:
        json.dump({'fathom': 1, 'nodes': nodes}, file)
    subprocess.run([fathom, 'render', document, '--frames', '1-1', '--quiet'], check=True)
    return path


def convert(fathom, folder, clip, name, mapping):
    """One frame to Rec.709 with the two switches of `mapping`."""
    nodes = {'clip': {'node': 'media_in', 'params': clip},
             'shown': {'node': 'colour_space', 'inputs': {'input': 'clip'},
                       'params': {'gamut_mapping': mapping[0], 'tone_mapping': mapping[1]}}}
    return render(fathom, folder, name, nodes, ('shown', {'bits': '8'}))


def expose(fathom, folder, footage):
    """A shot as a camera would have coded it, two stops brighter."""
    nodes = {'clip': {'node': 'media_in', 'params': {'file': footage}},
             'light': {'node': 'colour_space', 'inputs': {'input': 'clip'},
                       'params': {'to': 'linear_rec709'}},
             'more': {'node': 'grade', 'inputs': {'input': 'light'}, 'params': {'gain': 4}}}
    return render(fathom, folder, 'log', nodes, ('more', {'colour': 'arri_logc3'}))


def sheet(fathom, paths, captions, out):
    subprocess.run([fathom, 'sheet', *paths, '-o', out, '--columns', '1', '--width', '240',
                    '--captions', ','.join(captions), '--overwrite', '--quiet'], check=True)


def main():
    fathom, pictures = sys.argv[1:3]
    footage = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'examples',
                           'footage', 'juggle.mp4')
    with tempfile.TemporaryDirectory() as folder:
        light = os.path.join(folder, 'chart.pfm')
        write_pfm(light, chart)
        kinds = [('off', (False, False)), ('gamut', (True, False)), ('both', (True, True))]
        camera = {'file': light, 'colour': 'linear_arri_wg4'}
        charts = [convert(fathom, folder, camera, *kind) for kind in kinds]
        sheet(fathom, charts, ['neither: cut', 'gamut mapping', 'gamut and tone mapping'],
              os.path.join(pictures, 'colour_chart.png'))
        log = {'file': expose(fathom, folder, footage)}
        shots = [convert(fathom, folder, log, *kind) for kind in (kinds[0], kinds[2])]
        sheet(fathom, shots, ['neither: cut', 'gamut and tone mapping'],
              os.path.join(pictures, 'colour_shot.png'))


if __name__ == '__main__':
    main()
