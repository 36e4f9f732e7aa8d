#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the house to its rules: who may include whom, what leaves the library, how long things are.

usage: tidy.py ROOT [BUILD]    prints every offender, then "N passed, N failed, N skipped".
Checks that look at compiled files are skipped without a build folder.
"""
import os
import re
import shutil
import statistics
import subprocess
import sys

import rules
from rules import Tree


def check_layers(tree, _build):
    """A floor includes only itself and the floors below it."""
    for path in tree.sources('src', 'faces'):
        floor = rules.floor_of(path)
        allowed = rules.MAY_INCLUDE.get(floor)
        if allowed is None:
            yield path, 0, f'"{floor}" is no floor of the table in tests/tidy/rules.py'
            continue
        for line, name in tree.includes(path, '"'):
            target = rules.floor_of_include(path, name)
            if target != floor and target not in allowed:
                yield path, line, f'{floor} must not include {target} ("{name}")'
            if name == 'fathom/fathom.h' and floor != 'api' and not floor.startswith('faces'):
                yield path, line, f'{floor} must not know the public interface ("{name}")'


def check_third_party(tree, _build):
    """A library of others is seen by one folder's .c files and by no header."""
    for path in tree.sources('src', 'faces', 'include'):
        for line, name in tree.includes(path, '<'):
            homes = rules.homes_of(name)
            if homes is None:
                yield path, line, f'<{name}> is in no table of tests/tidy/rules.py'
            elif homes and path.endswith('.h') and path not in homes:
                yield path, line, f'<{name}> of another library in a header of ours'
            elif homes and not any(path.startswith(home) for home in homes):
                yield path, line, f'<{name}> belongs to {" and ".join(homes)}'


def compile_alone(tree, lines, language):
    """The compiler's complaint about a file of just these lines, or None."""
    command = {'c': ['cc', '-std=c17', '-Wall', '-Wextra', '-Werror'],
               'c++': ['c++', '-std=c++17', '-Wall', '-Wextra', '-Werror']}[language]
    command += ['-D_GNU_SOURCE', '-DFTH_LEVEL=v2', '-fsyntax-only', '-Isrc', '-Iinclude', '-Ifaces',
                '-Itests', '-Itests/nodes', '-x', language, '-']
    ran = subprocess.run(command, input=lines, text=True, cwd=tree.root, capture_output=True)
    errors = [line for line in ran.stderr.splitlines() if 'error' in line]
    return None if ran.returncode == 0 else (errors or ['?'])[0]


def check_headers_alone(tree, _build):
    """Every header compiles alone, and twice; the public ones in C++ too."""
    for path in tree.sources('src', 'faces', 'include', 'tests'):
        if not path.endswith('.h') or path.endswith('.list.h'):
            continue
        text = f'#include "{tree.root}/{path}"\n' * 2
        languages = ['c', 'c++'] if path.startswith('include/') else ['c']
        for language in languages:
            complaint = compile_alone(tree, text, language)
            if complaint:
                yield path, 0, f'does not compile alone as {language}: {complaint}'


def check_symbols(tree, build):
    """Exactly what the public headers declare leaves the library."""
    library = os.path.join(build, 'src', 'libfathom.so')
    listed = subprocess.run(['nm', '-D', '--defined-only', '--format=posix', library],
                            text=True, capture_output=True)
    if listed.returncode != 0:
        yield library, 0, listed.stderr.strip()
        return
    exported = {line.split()[0].split('@')[0] for line in listed.stdout.splitlines()}
    declared = set()
    for path in tree.sources('include'):
        text = rules.without_comments(tree.text(path))
        declared |= set(re.findall(r'\b(fth_[a-z0-9_]+)\s*\([^;{}]*\)\s*;', text))
    for name in sorted(exported - declared):
        yield library, 0, f'{name} leaves the library and stands in no public header'
    for name in sorted(declared - exported):
        yield library, 0, f'{name} is declared in a public header and does not leave the library'


def check_sizes(tree, _build):
    """Files, lines, functions and nesting stay small."""
    for path in tree.sources(*rules.CODE_FOLDERS):
        lines = tree.lines(path)
        if len(lines) > rules.MOST_LINES_A_FILE:
            yield path, 0, f'{len(lines)} lines, the limit is {rules.MOST_LINES_A_FILE}'
        for number, line in enumerate(lines, 1):
            if len(line) > rules.MOST_COLUMNS:
                yield path, number, f'{len(line)} columns, the limit is {rules.MOST_COLUMNS}'
        for function in tree.functions(path):
            if function.length > rules.MOST_LINES_A_FUNCTION:
                yield (path, function.line, f'{function.name} has {function.length} lines, '
                       f'the limit is {rules.MOST_LINES_A_FUNCTION}')
            if function.depth > rules.MOST_LEVELS:
                yield (path, function.line, f'{function.name} is {function.depth} levels deep, '
                       f'the limit is {rules.MOST_LEVELS}')


def check_typical_function(tree, _build):
    """Half of our functions fit in 15 lines, nine tenths in 45."""
    lengths = sorted(function.length for path in tree.sources('src', 'faces')
                     for function in tree.functions(path))
    if not lengths:
        yield 'src', 0, 'no function found'
        return
    median, most = statistics.median(lengths), lengths[len(lengths) * 9 // 10]
    print(f'  {len(lengths)} functions: median {median:g} lines, nine tenths within {most}')
    if median > rules.MEDIAN_FUNCTION:
        yield 'src', 0, f'the median function has {median:g} lines, not {rules.MEDIAN_FUNCTION}'
    if most > rules.NINE_TENTHS_FUNCTION:
        yield 'src', 0, f'nine tenths of the functions need {most} lines'


def check_licence_lines(tree, _build):
    """The first line of a source, or the second of a script, says its licence."""
    for path in tree.all_files():
        if not rules.is_source(path):
            continue
        head = tree.lines(path)[:2]
        if head and head[0].startswith('#!'):
            head = head[1:]
        if not head or 'SPDX-License-Identifier: Apache-2.0' not in head[0]:
            yield path, 1, 'no "SPDX-License-Identifier: Apache-2.0" at the top'


def check_words(tree, _build):
    """No path of one machine, no host of a package registry, nobody's tools."""
    for path in tree.all_files():
        text = tree.text(path)
        if text is None:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            found = rules.FORBIDDEN.search(line)
            if found:
                yield path, number, f'"{found.group(0)}" has no place in the project'


def check_statics(_tree, build):
    """Nodes and kernels keep no state: nothing writable in their object files."""
    archives = rules.pure_libraries(build)
    if not archives:
        yield build, 0, 'holds no libraries of the floors that keep no state'
    for archive in archives:
        listed = subprocess.run(['objdump', '-t', archive], text=True, capture_output=True)
        member = ''
        for line in listed.stdout.splitlines():
            if ':' in line and 'file format' in line:
                member = os.path.basename(line.split(':')[0])
            found = re.search(r'\s(\.t?(?:data|bss)\S*|\*COM\*)\s+([0-9a-f]+)\s+(\S+)$', line)
            if not found or found.group(1).startswith('.data.rel.ro'):
                continue
            section, size, name = found.groups()
            name = re.sub(r'\.\d+$', '', name)
            if int(size, 16) > 0 and (member, name) not in rules.WRITABLE:
                yield archive, 0, f'{member}: {name} is writable state ({section})'


def check_links(tree, _build):
    """Every relative link of the documents leads somewhere."""
    for path in tree.all_files():
        if not path.endswith('.md'):
            continue
        for number, line in enumerate(tree.lines(path), 1):
            for target in re.findall(r'\]\(([^)\s]+)\)', line):
                place = target.split('#')[0]
                if not place or re.match(r'[a-z]+:', place):
                    continue
                full = os.path.join(tree.root, os.path.dirname(path), place)
                if not os.path.exists(full):
                    yield path, number, f'link to {target}, which is not there'


CHECKS = [check_layers, check_third_party, check_headers_alone, check_sizes,
          check_typical_function, check_licence_lines, check_words, check_links]
CHECKS_OF_A_BUILD = [check_symbols, check_statics]


def main():
    tree = Tree(os.path.abspath(sys.argv[1]))
    build = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else None
    with_build = build and all(shutil.which(tool) for tool in ('nm', 'objdump'))
    passed = failed = 0
    for check in CHECKS + (CHECKS_OF_A_BUILD if with_build else []):
        print(check.__name__[len('check_'):].replace('_', ' '))
        offenders = list(check(tree, build))
        for path, line, complaint in offenders:
            print(f'  {path}{f":{line}" if line else ""}: {complaint}')
        failed += bool(offenders)
        passed += not offenders
    skipped = 0 if with_build else len(CHECKS_OF_A_BUILD)
    print(f'{passed} passed, {failed} failed, {skipped} skipped')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
