#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""models/manifest.json against models/manifest.schema.json, and both against what is known.

usage: schema.py PROJECT
The schema's few keywords are judged here; where Python has jsonschema, that must say the same.
"""
import copy
import json
import os
import re
import sys

try:
    import jsonschema
except ImportError:
    jsonschema = None

# What is known of public files: bytes and sha256. None: nobody published them, so the list has none.
KNOWN = {
    'depth-anything-v2-small': (
        99060839, 'afb6a5c28f3b6bf1618c6e43f02073ef9dfdc70e937502d51603e57b0a1df10c'),
    'depth-anything-v2-small-fp16': (
        49642442, '2df6223f206b5164e21f664ace61dabeb9bb6a49b8b5a3e00510b4807d0f5b04'),
    'depth-anything-v2-small-int8': None,
    'depth-anything-v2-base': None,
    'depth-anything-v2-large': None,
    'depth-anything-v2-metric-indoor-small': None,
    'depth-anything-v2-metric-outdoor-small': None,
    'midas-v2.1-small': None,
    'rvm-mobilenetv3': (
        14975696, '88d4531297118f595bf2fd60f6f566aec2e559393802d1f436c380f0cbbd2828'),
    'modnet': (25888640, '07c308cf0fc7e6e8b2065a12ed7fc07e1de8febb7dc7839d7b7f15dd66584df9'),
}
LICENCES = {'rvm-mobilenetv3': 'GPL-3.0-only', 'midas-v2.1-small': 'MIT',
            'depth-anything-v2-base': 'CC-BY-NC-4.0', 'depth-anything-v2-large': 'CC-BY-NC-4.0'}

TYPES = {'object': dict, 'array': list, 'string': str, 'boolean': bool, 'integer': int,
         'number': (int, float)}
SAYS_NOTHING = {'$schema', '$defs', 'title', 'description', 'then', 'else'}


class Judge:
    """Is a value as its schema says? An unknown keyword is an error of the schema."""

    def __init__(self, schema):
        self.root = schema

    def complaint(self, value, schema):
        """What is wrong with the value, or None."""
        if isinstance(schema, bool):
            return None if schema else f'{value!r} must not be here'
        for keyword, said in schema.items():
            if keyword in SAYS_NOTHING:
                continue
            rule = getattr(self, 'judge_' + keyword.replace('$', ''))
            found = rule(value, said, schema)
            if found:
                return found
        return None

    def first(self, pairs):
        return next((found for value, schema in pairs
                     if (found := self.complaint(value, schema))), None)

    def judge_ref(self, value, said, _schema):
        return self.complaint(value, self.root['$defs'][said.removeprefix('#/$defs/')])

    def judge_type(self, value, said, _schema):
        right = isinstance(value, TYPES[said]) and isinstance(value, bool) == (said == 'boolean')
        return None if right else f'{value!r} is no {said}'

    def judge_const(self, value, said, _schema):
        return None if value == said else f'{value!r} is not {said!r}'

    def judge_enum(self, value, said, _schema):
        return None if value in said else f'{value!r} is none of {said}'

    def judge_required(self, value, said, _schema):
        missing = [key for key in said if isinstance(value, dict) and key not in value]
        return f'{missing} missing' if missing else None

    def judge_properties(self, value, said, _schema):
        if not isinstance(value, dict):
            return None
        return self.first((value[key], schema) for key, schema in said.items() if key in value)

    def judge_additionalProperties(self, value, said, schema):  # pylint: disable=invalid-name
        assert said is False
        odd = set(value) - set(schema.get('properties', {})) if isinstance(value, dict) else None
        return f'{sorted(odd)} not known' if odd else None

    def judge_items(self, value, said, _schema):
        return self.first((item, said) for item in value) if isinstance(value, list) else None

    def judge_allOf(self, value, said, _schema):  # pylint: disable=invalid-name
        return self.first((value, schema) for schema in said)

    def judge_if(self, value, said, schema):
        way = 'else' if self.complaint(value, said) else 'then'
        return self.complaint(value, schema.get(way, True))

    def judge_minItems(self, value, said, _schema):  # pylint: disable=invalid-name
        return f'{value!r} is too short' if isinstance(value, list) and len(value) < said else None

    def judge_maxItems(self, value, said, _schema):  # pylint: disable=invalid-name
        return f'{value!r} is too long' if isinstance(value, list) and len(value) > said else None

    def judge_minLength(self, value, said, _schema):  # pylint: disable=invalid-name
        return f'{value!r} is too short' if isinstance(value, str) and len(value) < said else None

    def judge_pattern(self, value, said, _schema):
        right = not isinstance(value, str) or re.search(said, value)
        return None if right else f'{value!r} is not like {said}'

    @staticmethod
    def number(value):
        return isinstance(value, (int, float)) and not isinstance(value, bool)

    def judge_minimum(self, value, said, _schema):
        return f'{value} is below {said}' if self.number(value) and value < said else None

    def judge_maximum(self, value, said, _schema):
        return f'{value} is above {said}' if self.number(value) and value > said else None

    def judge_exclusiveMinimum(self, value, said, _schema):  # pylint: disable=invalid-name
        return f'{value} is not above {said}' if self.number(value) and value <= said else None


# A path into the list and what is put there; None takes it out. Each must be refused.
PLANTED = [
    (['fathom_models'], 2),
    (['extra'], 1),
    (['networks', 2, 'licence'], None),
    (['networks', 2, 'licence'], ''),
    (['networks', 2, 'sha256'], 'AFB6'),
    (['networks', 2, 'bytes'], '99060839'),
    (['networks', 2, 'bytes'], 1.5),
    (['networks', 2, 'file'], '../model.onnx'),
    (['networks', 2, 'source', 'url'], 'http://example.com/model.onnx'),
    (['networks', 2, 'task'], 'normals'),
    (['networks', 2, 'task'], 'matte'),
    (['networks', 2, 'window'], 32),
    (['networks', 2, 'input', 'layout'], 'nfchw'),
    (['networks', 2, 'input', 'layout'], 'recurrent'),
    (['networks', 2, 'input', 'states'], [{'input': 'a', 'output': 'b'}]),
    (['networks', 2, 'input', 'colour'], 'rbg'),
    (['networks', 2, 'input', 'mean'], [0, 0]),
    (['networks', 2, 'input', 'deviation'], [1, 1, 0]),
    (['networks', 2, 'input', 'size', 'side'], None),
    (['networks', 2, 'input', 'size', 'rule'], 'fixed'),
    (['networks', 2, 'input', 'size', 'filter'], 'lanczos'),
    (['networks', 2, 'output', 'rank'], 6),
    (['networks', 2, 'output', 'rank'], True),
    (['networks', 2, 'output', 'meaning'], 'metric_z'),
    (['networks', 2, 'output', 'scale'], 1),
    (['sets', 0, 'depth'], None),
]


def plant(manifest, path, value):
    spoiled = copy.deepcopy(manifest)
    place = spoiled
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return spoiled


def check_the_list_is_valid(manifest, schema, _root):
    yield Judge(schema).complaint(manifest, schema)


def check_what_is_wrong_is_refused(manifest, schema, _root):
    for path, value in PLANTED:
        if not Judge(schema).complaint(plant(manifest, path, value), schema):
            yield f'{path} = {value!r} passes'


def check_jsonschema_says_the_same(manifest, schema, _root):
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    for problem in validator.iter_errors(manifest):
        yield problem.message
    for path, value in PLANTED:
        if validator.is_valid(plant(manifest, path, value)):
            yield f'{path} = {value!r} passes'


def check_what_is_known_is_there(manifest, _schema, _root):
    networks = {network['id']: network for network in manifest['networks']}
    for name, known in KNOWN.items():
        network = networks.get(name, {})
        found = (network.get('bytes'), network.get('sha256'))
        if not network or found != (known or (None, None)):
            yield f'{name}: {found}, known is {known}'
        if name in LICENCES and network.get('licence') != LICENCES[name]:
            yield f'{name}: licence {network.get("licence")}'


def check_the_reader_knows_the_same_words(_manifest, schema, root):
    with open(os.path.join(root, 'src/infer/manifest.c'), encoding='utf-8') as source:
        code = source.read()
    network = schema['$defs']['network']['properties']
    fields = network['input']['properties']
    for table, words in (('tasks', network['task']), ('layouts', fields['layout']),
                         ('colours', fields['colour']),
                         ('rules', fields['size']['properties']['rule']),
                         ('filters', schema['$defs']['filter']),
                         ('meanings', network['output']['properties']['meaning'])):
        body = re.search(rf'struct word {table}\[\] = (.*?);', code, re.S).group(1)
        read = set(re.findall(r'\{"(\w+)"', body))
        if read != set(words['enum']):
            yield f'{table}: {sorted(read ^ set(words["enum"]))}'


CHECKS = [check_the_list_is_valid, check_what_is_wrong_is_refused, check_what_is_known_is_there,
          check_the_reader_knows_the_same_words]


def load(root, name):
    with open(os.path.join(root, 'models', name), encoding='utf-8') as file:
        return json.load(file)


def main():
    root = sys.argv[1]
    manifest, schema = load(root, 'manifest.json'), load(root, 'manifest.schema.json')
    passed = failed = 0
    for check in CHECKS + ([check_jsonschema_says_the_same] if jsonschema else []):
        print(check.__name__[len('check_'):].replace('_', ' '))
        complaints = [complaint for complaint in check(manifest, schema, root) if complaint]
        for complaint in complaints:
            print('  ' + complaint)
        failed += bool(complaints)
        passed += not complaints
    print(f'{passed} passed, {failed} failed, 0 skipped')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
