#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/coming_from.md names no node and no control that is not there.

usage: coming_from.py FATHOM    The middle column of its tables holds `NODE`, `NODE.CONTROL` and controls
that every node has.
"""
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROW = re.compile(r'^\| ([^|]+) \| ([^|]+) \| ?([^|]*)\|$')
WORDS = {'settings', 'fathom render'}  # what is in code there and is no node


def names_of(node, settings):
    return {one['id'] for one in node['params'] + node['inputs'] + settings} | {'effect_mask'}


def wrong_name(word, nodes, settings, common):
    """What is wrong with one name, or None."""
    node, _, control = word.partition('.')
    if word in WORDS or word in common:
        return None
    if node not in nodes:
        return f'there is no node called {node}'
    if control and control not in names_of(nodes[node], settings):
        return f'{node} has no {control}'
    return None


def examine(text, said):
    """[(line, what is wrong)], and how many names were looked at."""
    nodes = {node['id']: node for node in said['nodes']}
    common = {row['id'] for row in said['settings']} | {'effect_mask'}
    wrong, count = [], 0
    for number, line in enumerate(text.split('\n'), 1):
        row = ROW.match(line)
        if not row or row[2] == 'here':
            if line.startswith('| ') and not row:
                wrong.append((number, 'is not a row of three columns'))
            continue
        words = re.findall(r'`([^`]+)`', row[2])
        dotted = [word for word in re.findall(r'`([^`]+)`', row[3])
                  if re.fullmatch(r'[a-z_0-9]+\.[a-z_0-9]+', word)]
        for word in words + dotted:
            count += 1
            complaint = wrong_name(word, nodes, said['settings'], common)
            if complaint:
                wrong.append((number, complaint))
    return wrong, count


def read_already(text, tools):
    """[(line, what is wrong)]: tools that the program reads, in the table of those it does not."""
    by_hand = False
    for number, line in enumerate(text.split('\n'), 1):
        by_hand = line.startswith('| Fusion, by hand') or (by_hand and line.startswith('|'))
        for name in line.split('|')[1].split(',') if by_hand else ():
            if name.replace(' ', '').lower() in tools:
                yield number, f'{name.strip()} is read, and needs no hand'


def main():
    with open(os.path.join(ROOT, 'src', 'graph', 'fusion.json'), encoding='utf-8') as file:
        tools = {tool['tool'].lower() for tool in json.load(file)['tools']}
    said = json.loads(subprocess.run([sys.argv[1], 'nodes', '--json'], check=True,
                                     capture_output=True).stdout)
    with open(os.path.join(ROOT, 'docs', 'coming_from.md'), encoding='utf-8') as file:
        text = file.read()
    wrong, count = examine(text, said)
    wrong += read_already(text, tools)
    if count < 100:
        wrong.append((0, f'only {count} names were found'))
    if len(examine('| A | `grdae` | |\n| B | `grade.gian` | |', said)[0]) != 2:
        wrong.append((0, 'planted names are not found'))
    if len(list(read_already('| Fusion, by hand | x |\n| A, Color Curves | y |', tools))) != 1:
        wrong.append((0, 'a tool that is read is not found'))
    for number, complaint in wrong:
        print(f'docs/coming_from.md:{number}: {complaint}')
    print(f'{0 if wrong else 1} passed, {1 if wrong else 0} failed, 0 skipped')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
