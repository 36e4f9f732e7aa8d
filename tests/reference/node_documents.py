#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every node of the catalogue has help, and a sound document in docs/nodes that shows it; those that
are cheap are rendered, small. usage: node_documents.py FATHOM"""
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, 'docs', 'html'))
import pictures  # noqa: E402

VIEW = {'frame', 'caption', 'crop', 'before', 'after', 'strips'}
SMALL = 0.1  # of the pictures' size: enough to tell before from after


def without_help(node):
    """What of a node says nothing about itself."""
    rows = [(node['id'], node)]
    rows += [(f'{node["id"]}: input {port["id"]}', port) for port in node['inputs']]
    for param in node['params']:
        rows.append((f'{node["id"]}.{param["id"]}', param))
        rows += [(f'{node["id"]}.{param["id"]}={choice["id"]}', choice)
                 for choice in param['choices']]
    for name, row in rows:
        if len(row['help'] or '') < 6 or not row['label']:
            yield f'{name} has no help or label'


def wrong_view(node, document):
    """What is wrong with what a document shows."""
    nodes, view = document['nodes'], document.get('view', {})
    params = {param['id'] for param in node['params']}
    if nodes.get('this', {}).get('node') != node['id']:
        yield f'no node "this" of the kind {node["id"]}'
    if not isinstance(view.get('frame'), int) or not str(view.get('caption', '')).endswith('.'):
        yield 'view has no frame, or no caption that is a sentence'
    for member in set(view) - VIEW:
        yield f'view: "{member}" means nothing'
    for member in ('before', 'after'):
        if view.get(member, 'this') not in nodes:
            yield f'view: {member} is no node of the document'
    for name in set(view.get('strips', {})) - params:
        yield f'view: strips: {node["id"]} has no parameter {name}'
    if 'crop' in view and not (view['crop'][0] < view['crop'][2] and
                               view['crop'][1] < view['crop'][3]):
        yield 'view: crop is not [left, bottom, right, top]'


def unsound(fathom, names):
    """What `graph check` says about the documents, warnings too."""
    paths = [os.path.join(pictures.NODES, name + '.json') for name in names]
    ran = subprocess.run([fathom, 'graph', 'check', *paths], capture_output=True, text=True)
    return [line for line in ran.stdout.splitlines() if ': sound, ' not in line] + \
        ran.stderr.splitlines()


def is_cheap(document):
    """No network, and hence none that must be there."""
    return all(node['node'] != 'depth_map' for node in document['nodes'].values())


def rendered_wrong(fathom, types, name, document):
    """Before and after are made, and differ."""
    with tempfile.TemporaryDirectory() as folder:
        shown = [one for one in pictures.pictures_of(types[name], document)
                 if one[0] in ('before', 'after')]
        made, = pictures.documents(document, types, shown, folder, SMALL)
        complaint = pictures.render(fathom, made, document['view']['frame'])
        if complaint:
            yield complaint
            return
        seen = set()
        for picture, *_ in shown:
            with open(os.path.join(folder, picture + '.png'), 'rb') as file:
                seen.add(file.read())
        if len(seen) < len(shown) and not types[name]['is_sink']:
            yield 'before and after are the same picture'


def examine(fathom, types):
    """(what was looked at, [what is wrong with it])"""
    there = {name[:-5] for name in os.listdir(pictures.NODES) if name.endswith('.json')}
    yield 'helps', [line for node in types.values() for line in without_help(node)]
    yield 'a document for every node', \
        [f'docs/nodes/{name}.json is missing: docs/nodes/README.md says what it is'
         for name in types if name not in there] + \
        [f'docs/nodes/{name}.json: there is no such node' for name in there - set(types)]
    names = [name for name in types if name in there]
    yield 'documents are sound', unsound(fathom, names)
    for name in names:
        document = pictures.read(name)
        wrong = list(wrong_view(types[name], document))
        if not wrong and is_cheap(document):
            wrong = list(rendered_wrong(fathom, types, name, document))
        yield name, wrong


def main():
    fathom = sys.argv[1]
    passed = failed = 0
    try:
        for name, wrong in examine(fathom, pictures.catalogue(fathom)):
            for line in wrong:
                print(f'{name}: {line}')
            failed += bool(wrong)
            passed += not wrong
    except (OSError, ValueError, KeyError, json.JSONDecodeError) as error:
        print(f'broken: {error!r}')
        failed += 1
    print(f'{passed} passed, {failed} failed, 0 skipped')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
