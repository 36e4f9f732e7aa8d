# SPDX-License-Identifier: Apache-2.0
"""Draws the picture of docs/keying.md with the program itself: python3 docs/keying_pictures.py
build/fathom docs/pictures. Depth of the whole shot is estimated: it takes minutes once."""
import json
import os
import subprocess
import sys
import tempfile

PART = [0.41, 0], [1, 1]  # of the shot, lower left and upper right
PANEL = 220, 210
GAP = 0.02                # in panels
FRAME = 62

KEY = {'node': 'difference_keyer', 'inputs': {'foreground': 'clip', 'background': 'plate'}}
LIFTED = {'subject_lift': 1, 'adjust_map_levels': True, 'far_limit': 0.8, 'near_limit': 0.86}


def key(depth, **params):
    inputs = dict(KEY['inputs'], **({'depth': 'people'} if depth else {}))
    return {'node': KEY['node'], 'inputs': inputs, 'params': dict(params, view='matte')}


def shown():
    """What stands side by side, and the nodes that all of it is made of."""
    footage = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'examples',
                           'footage', 'room.mp4')
    nodes = {'clip': {'node': 'media_in', 'params': {'file': footage}},
             'plate': {'node': 'retime', 'inputs': {'input': 'clip'},
                       'params': {'mode': 'freeze', 'frame': 5}},
             'map': {'node': 'depth_map', 'inputs': {'input': 'clip'}, 'params': LIFTED},
             'people': {'node': 'depth_map', 'inputs': {'input': 'clip'},
                        'params': dict(LIFTED, preview=False, output='key')},
             'plain': key(False), 'auto': key(False, auto=True), 'joined': key(True, auto=True)}
    return ['clip', 'plain', 'auto', 'map', 'joined'], nodes


def put(nodes, name, at, count):
    """The part of `name` in its place of a strip of `count`."""
    size, gap = PANEL, GAP / 2
    nodes[name + '_cut'] = {'node': 'crop', 'inputs': {'input': name},
                            'params': {'lower_left': PART[0], 'upper_right': PART[1],
                                       'frame': 'cropped'}}
    nodes[name + '_size'] = {'node': 'reformat', 'inputs': {'input': name + '_cut'},
                             'params': {'width': size[0], 'height': size[1], 'type': 'fill'}}
    nodes[name + '_edge'] = {'node': 'crop', 'inputs': {'input': name + '_size'},
                             'params': {'lower_left': [gap, 0], 'upper_right': [1 - gap, 1]}}
    left, right, width, last = at, count - 1 - at, 1, name + '_edge'
    while left or right:  # a crop makes a picture at most three times as wide
        by = min(left, width), min(right, width)
        nodes[last + '_'] = {'node': 'crop', 'inputs': {'input': last},
                             'params': {'lower_left': [-by[0] / width, 0],
                                        'upper_right': [1 + by[1] / width, 1],
                                        'frame': 'cropped'}}
        left, right, width, last = left - by[0], right - by[1], width + sum(by), last + '_'
    return last


def main():
    fathom, pictures = sys.argv[1], os.path.abspath(sys.argv[2])
    panels, nodes = shown()
    below = 'paper'
    for at, name in enumerate(panels):
        place = put(nodes, name, at, len(panels))
        if at == 0:
            nodes['paper'] = {'node': 'background', 'inputs': {'input': place},
                              'params': {'top_left': [1, 1, 1]}}
        nodes['with_' + name] = {'node': 'merge',
                                 'inputs': {'background': below, 'foreground': place}}
        below = 'with_' + name
    nodes['out'] = {'node': 'media_out', 'inputs': {'input': below},
                    'params': {'file': os.path.join(pictures, 'keying_depth.jpg'),
                               'overwrite': True}}
    with tempfile.TemporaryDirectory() as folder:
        document = os.path.join(folder, 'strip.json')
        with open(document, 'w', encoding='utf-8') as file:
            json.dump({'fathom': 1, 'nodes': nodes}, file)
        subprocess.run([fathom, 'render', document, '--frames', str(FRAME), '--quiet'], check=True)


if __name__ == '__main__':
    main()
