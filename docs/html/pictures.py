#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Renders the pictures of the reference: docs/nodes/NODE.json (its README says what stands there) into
FOLDER/NODE/{before,after,PARAM.N}.png, all of a node in one run of the program.

usage: pictures.py FATHOM FOLDER [NODE]...    without NODE all, and only what changed since the last time

A temporary document holds the node that is shown once for every picture, and behind each copy what
makes it small and writes it; so what feeds them is computed once.
"""
import copy
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NODES = os.path.join(ROOT, 'docs', 'nodes')
LARGE, SMALL = 640, 256  # width of the two pictures, and of those of a strip
MOST_OUTPUTS = 60        # of one run; the program takes 64
STRIP = 5
MOST_CHOICES = 8


def catalogue(fathom):
    """What `fathom nodes --json` says: the nodes by id, in their order."""
    text = subprocess.run([fathom, 'nodes', '--json'], check=True, capture_output=True).stdout
    return {node['id']: node for node in json.loads(text)['nodes']}


def read(node_id):
    with open(os.path.join(NODES, node_id + '.json'), encoding='utf-8') as file:
        return json.load(file)


# ---- which pictures there are ----------------------------------------------------------------------

def strip_values(param):
    """The values that a strip shows when nobody chose any."""
    if param['type'] == 'switch':
        return [False, True]
    if param['type'] == 'choice' and len(param['choices']) <= MOST_CHOICES:
        return [choice['id'] for choice in param['choices']]
    low, high = param['ui_min'], param['ui_max']
    if param['type'] not in ('number', 'integer') or low is None or high is None or low == high:
        return []
    values = [low + (high - low) * i / (STRIP - 1) for i in range(STRIP)]
    if param['type'] == 'integer':
        return sorted({round(value) for value in values})
    return [float(f'{value:.4g}') for value in values]


def condition(param, node, params):
    """What must be set for the parameter to count, when it is not set so already."""
    needed, table = {}, {row['id']: row for row in node['params']}
    while param and param['when']:
        other = table.get(param['when']['param'])
        values = param['when']['values']
        if not other:
            break
        now = params.get(other['id'], other['default'])
        now = {True: 'true', False: 'false', 'on': 'true', 'off': 'false'}.get(now, now)
        if now not in values:
            needed[other['id']] = values[0] == 'true' if other['type'] == 'switch' else values[0]
        param = other
    return needed


def strips(node, document):
    """{parameter: [(value, all that is set for its picture)]}, in the order of the table."""
    wanted = document['view'].get('strips', {})
    params = document['nodes']['this'].get('params', {})
    found = {}
    for param in [] if node['is_sink'] else node['params']:
        given = wanted.get(param['id'])
        given = given if isinstance(given, dict) else {'values': given}
        values = given.get('values')
        if values is None:
            values = strip_values(param) if param['changes_pixels'] else []
        others = {**condition(param, node, params), **given.get('with', {})}
        if values:
            found[param['id']] = [(value, {**params, **others, param['id']: value})
                                  for value in values]
    return found


# ---- the document that makes them ------------------------------------------------------------------

def feeders(nodes, name):
    return list(nodes[name].get('inputs', {}).values())


def between(nodes, last):
    """`this`, and what lies between it and `last`: all that changes when `this` does."""
    def is_behind(name):
        return name == 'this' or any(is_behind(feeder) for feeder in feeders(nodes, name))

    found, look = [], [last]
    while look:
        name = look.pop()
        if name not in found and is_behind(name):
            found.append(name)
            look += feeders(nodes, name)
    return found


def before_of(node, document):
    """The node that is shown as before, or None."""
    if 'before' in document['view']:
        return document['view']['before']
    if node['is_sink']:
        return None
    first = node['inputs'][0]['id'] if node['inputs'] else None
    return document['nodes']['this'].get('inputs', {}).get(first)


def pictures_of(node, document):
    """[(file, node that is shown, parameters of `this` or None for as it is, width)]"""
    last = document['view'].get('after', 'this')
    found = [('after', last, None, LARGE)]
    before = before_of(node, document)
    if before:
        found.insert(0, ('before', before, None, LARGE))
    for name, values in strips(node, document).items():
        found += [(f'{name}.{i}', last, params, SMALL) for i, (_, params) in enumerate(values)]
    return found


class Maker:
    """Builds the temporary document."""

    def __init__(self, document, types, folder, scale):
        self.view, self.types, self.folder, self.scale = document['view'], types, folder, scale
        self.nodes = {name: copy.deepcopy(node) for name, node in document['nodes'].items()
                      if not types.get(node['node'], {}).get('is_sink')}
        self.document = {'fathom': 1, 'nodes': self.nodes}
        if 'settings' in document:
            self.document['settings'] = document['settings']
        for node in self.nodes.values():
            self.place(node)

    def place(self, node):
        """Files are named from docs/nodes; the temporary document lies elsewhere."""
        for param in self.types.get(node['node'], {}).get('params', []):
            value = node.get('params', {}).get(param['id'])
            if param['type'] == 'file' and value and '://' not in value:
                node['params'][param['id']] = os.path.normpath(os.path.join(NODES, value))

    def vary(self, last, params, number):
        """Copies of all that changes with `this`; what is then shown instead of `last`."""
        names = {name: f'{name}.{number}' for name in between(self.nodes, last)}
        for name, new in names.items():
            node = copy.deepcopy(self.nodes[name])
            for port, feeder in node.get('inputs', {}).items():
                node['inputs'][port] = names.get(feeder, feeder)
            if name == 'this':
                node['params'] = dict(params)
                self.place(node)
            self.nodes[new] = node
        return names[last]

    def write(self, source, name, width, number):
        """Cuts out what is shown, makes it small, writes it."""
        part = self.view.get('crop', [0, 0, 1, 1])
        if part != [0, 0, 1, 1]:
            self.nodes[f'cut.{number}'] = {
                'node': 'crop', 'inputs': {'input': source},
                'params': {'lower_left': part[:2], 'upper_right': part[2:], 'frame': 'cropped'}}
            source = f'cut.{number}'
        width = max(16, int(width * self.scale))
        height = round(width * 9 / 16 * (part[3] - part[1]) / (part[2] - part[0]))
        self.nodes[f'small.{number}'] = {'node': 'reformat', 'inputs': {'input': source},
                                         'params': {'width': width, 'height': height}}
        self.nodes[f'out.{number}'] = {
            'node': 'media_out', 'inputs': {'input': f'small.{number}'},
            'params': {'file': os.path.join(self.folder, name + '.png'), 'bits': '8',
                       'overwrite': True}}


def documents(document, types, pictures, folder, scale=1):
    """The documents that make `pictures`, each of as many as one run may write."""
    for start in range(0, len(pictures), MOST_OUTPUTS):
        maker = Maker(document, types, folder, scale)
        for number, (name, shown, params, width) in enumerate(pictures[start:][:MOST_OUTPUTS]):
            source = shown if params is None else maker.vary(shown, params, number)
            maker.write(source, name, width, number)
        yield maker.document


def render(fathom, document, frame, *options):
    """Runs a document; the complaint, or None."""
    with tempfile.NamedTemporaryFile('w', suffix='.json', encoding='utf-8') as file:
        json.dump(document, file)
        file.flush()
        ran = subprocess.run([fathom, 'render', file.name, '--frames', str(frame), '--quiet',
                              *options], capture_output=True, text=True)
    return None if ran.returncode == 0 else ran.stderr.strip().replace(file.name + ':', '')


# ---- only what changed -----------------------------------------------------------------------------

def fingerprint(made, types):
    """What the pictures depend on: the documents, and the tables of the nodes (version and all)."""
    used = sorted({node['node'] for document in made for node in document['nodes'].values()})
    said = json.dumps([made, [types.get(name) for name in used]], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def is_made(folder, pictures, mark):
    try:
        with open(os.path.join(folder, 'mark'), encoding='utf-8') as file:
            return file.read() == mark and all(
                os.path.exists(os.path.join(folder, name + '.png')) for name, *_ in pictures)
    except OSError:
        return False


def same_strips(node, document, folder):
    """The strips that show no difference at all."""
    for name, values in strips(node, document).items():
        seen = set()
        for i in range(len(values)):
            with open(os.path.join(folder, f'{name}.{i}.png'), 'rb') as file:
                seen.add(file.read())
        if len(seen) == 1 and len(values) > 1:
            yield name


def make(fathom, types, node, folder):
    """Renders what is missing of a node; (pictures made, complaints)."""
    document = read(node['id'])
    pictures = pictures_of(node, document)
    made = list(documents(document, types, pictures, folder))
    mark = fingerprint(made, types)
    if is_made(folder, pictures, mark):
        return 0, []
    os.makedirs(folder, exist_ok=True)
    complaints = [render(fathom, one, document['view']['frame']) for one in made]
    complaints = [complaint for complaint in complaints if complaint]
    if complaints:
        return 0, complaints
    for name in set(os.listdir(folder)) - {one[0] + '.png' for one in pictures}:
        os.remove(os.path.join(folder, name))
    with open(os.path.join(folder, 'mark'), 'w', encoding='utf-8') as file:
        file.write(mark)
    return len(pictures), [f'the strip of {name} shows no difference'
                           for name in same_strips(node, document, folder)]


def main():
    fathom, target, *only = sys.argv[1:]
    types, begun, count, failed = catalogue(fathom), time.time(), 0, 0
    for unknown in set(only) - set(types):
        sys.exit(f'pictures: there is no node called {unknown}')
    for node in types.values():
        if only and node['id'] not in only:
            continue
        if not os.path.exists(os.path.join(NODES, node['id'] + '.json')):
            print(f'{node["id"]}: has no docs/nodes/{node["id"]}.json yet')
            continue
        start = time.time()
        made, complaints = make(os.path.abspath(fathom), types, node,
                                os.path.join(os.path.abspath(target), node['id']))
        count += made
        if made:
            print(f'{node["id"]}: {made} pictures, {time.time() - start:.1f} s', flush=True)
        for complaint in complaints:
            print(f'{node["id"]}: {complaint}', flush=True)
        failed += bool(complaints and not made)
    print(f'{count} pictures made in {time.time() - begun:.0f} s')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
