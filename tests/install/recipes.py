#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs what the README promises: every line beginning with "fathom" below its heading "Recipes".

usage: recipes.py SOURCE FATHOM    They run in order in one folder that holds the clips of
examples/footage and photo.png, over a few frames only, and each must leave the file it names.
"""
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

WANTED = 10
STILLS = ('.png', '.exr', '.jpg', '.tif', '.pfm')


def recipes_of(readme):
    """The command lines of the section, without comments at their end."""
    section = re.search(r'^## Recipes\n(.*?)(?=^## |\Z)', readme, re.MULTILINE | re.DOTALL)
    lines = section.group(1).splitlines() if section else []
    return [shlex.split(line, comments=True) for line in lines
            if re.match(r'(build/)?fathom ', line)]


def output_of(words):
    return words[words.index('-o') + 1] if '-o' in words else None


def run(program, words, folder):
    """None when the recipe works, else what is wrong."""
    words = [program] + words[1:]
    output = output_of(words)
    moving = output and not (output.endswith(STILLS) and not re.search('[#%]', output))
    if moving and '--frames' not in words:
        words += ['--frames', '1-3']
    environment = {**os.environ, 'FATHOM_CACHE': os.path.join(folder, 'cache')}
    ran = subprocess.run(words, cwd=folder, env=environment, text=True, capture_output=True,
                         stdin=subprocess.DEVNULL)
    if ran.returncode != 0:
        return f'status {ran.returncode}: {ran.stderr.strip()}'
    if output and not re.search('[#%]', output):
        path = os.path.join(folder, output)
        if not os.path.exists(path) or os.path.getsize(path) == 0:
            return f'{output} was not written'
    elif not output and not ran.stdout.strip():
        return 'nothing was printed'
    return None


def main():
    source, program = (os.path.abspath(path) for path in sys.argv[1:3])
    readme = os.path.join(source, 'README.md')
    recipes = []
    if os.path.exists(readme):
        with open(readme, encoding='utf-8') as file:
            recipes = recipes_of(file.read())
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for clip in os.listdir(os.path.join(source, 'examples/footage')):
            shutil.copy(os.path.join(source, 'examples/footage', clip), folder)
        photo = ['fathom', 'apply', 'grade', 'juggle.mp4', '--frames', '12-12', '-o', 'photo.png']
        for words in [photo] + recipes:
            complaint = run(program, words, folder)
            print(f'{"FAILED" if complaint else "ok"}: {shlex.join(words)}')
            if complaint:
                print(f'    {complaint}')
            failed += bool(complaint)
            passed += not complaint
    if len(recipes) < WANTED:
        print(f'FAILED: README.md has {len(recipes)} recipes below "## Recipes", not {WANTED}')
        failed += 1
    print(f'{passed} passed, {failed} failed, 0 skipped')
    return 1 if failed else 0


sys.exit(main())
