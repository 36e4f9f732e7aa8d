#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The manual page is good roff, and has every verb, option and node. usage: manual_page.py FATHOM"""
import json
import re
import shutil
import subprocess
import sys
import tempfile

# A page without a date is the same whenever it is made.
ALLOWED = re.compile(r'missing date')
LINTERS = (['mandoc', '-T', 'lint', '-W', 'warning'], ['groff', '-man', '-ww', '-z', '-Kutf8'])


def said(fathom, *words):
    return subprocess.run([fathom, *words], check=True, capture_output=True, text=True,
                          encoding='utf-8').stdout


def lint(path):
    """(what the linters that are here say, how many there are)"""
    there = [linter for linter in LINTERS if shutil.which(linter[0])]
    lines = []
    for linter in there:
        ran = subprocess.run([*linter, path], capture_output=True, text=True)
        lines += [line for line in (ran.stdout + ran.stderr).splitlines()
                  if not ALLOWED.search(line)]
    return lines, len(there)


def lacking(page, fathom):
    """What the tables have and the page has not."""
    words = re.sub(r'\\f.|\\&', '', page).replace('\\-', '-').replace('\\e', '\\')
    verbs = json.loads(said(fathom, 'help', '--json'))
    for verb in verbs['verbs']:
        rows = [f'fathom {verb["name"]} {verb["usage"]}'.strip()]
        rows += [option['form'] for option in verb['options']]
        yield from (row for row in rows if row not in words)
    yield from (option['form'] for option in verbs['common'] if option['form'] not in words)
    for node in json.loads(said(fathom, 'nodes', '--json'))['nodes']:
        if f'.TP\n{node["id"]}\n' not in words:
            yield node['id']


def main():
    fathom = sys.argv[1]
    page = said(fathom, 'help', '--man')
    with tempfile.NamedTemporaryFile('w', suffix='.1', encoding='utf-8') as file:
        file.write(page)
        file.flush()
        wrong, linters = lint(file.name)
    missing = [f'{row!r} is missing' for row in lacking(page, fathom)]
    for line in wrong + missing:
        print(line)
    failed = bool(wrong) + bool(missing)
    print(f'{1 + bool(linters) - failed} passed, {failed} failed, {int(not linters)} skipped')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
