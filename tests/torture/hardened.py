#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""hardened.py FILE...: what the compiler and the linker were asked for against mistakes of ours must
stand in the program and the library as built. Without readelf there is nothing to ask."""
import os
import platform
import re
import shutil
import subprocess
import sys

# Of the C library's, none of which has a place here: shells and other programs, names that race.
FORBIDDEN = re.compile(r'^(system|popen|fork|vfork|exec[lv]p?e?|execvpe|fexecve|posix_spawnp?|tmpnam|'
                       r'tempnam|mktemp|gets|dlmopen)$')


def ask(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True,
                          env=dict(os.environ, LC_ALL='C')).stdout


def check(path):
    """(what must hold, whether it does) of one file."""
    head = ask('readelf', '-hlW', path)
    dynamic = ask('readelf', '-dW', path)
    names = set(re.findall(r'\s(\w+)(?:@\S+)?(?: \(\d+\))?$', ask('readelf', '--dyn-syms', '-W', path),
                           re.MULTILINE))
    stack = re.search(r'GNU_STACK.*?(R\S*)\s', head)
    yield 'position independent', re.search(r'Type:\s+DYN', head)
    yield 'relocations are read-only', 'GNU_RELRO' in head
    yield 'and all made at the start', 'BIND_NOW' in dynamic or re.search(r'Flags:.*NOW', dynamic)
    yield 'no executable stack', stack and 'E' not in stack.group(1)
    yield 'no segment that is written and run', not re.search(r'LOAD.*RWE', head)
    yield 'stacks are watched', '__stack_chk_fail' in names or '__stack_chk_guard' in names
    yield 'sizes are watched', any(re.fullmatch(r'__\w+_chk', n) and n != '__stack_chk_fail'
                                   for n in names)
    yield 'no text relocations', 'TEXTREL' not in dynamic
    yield 'starts no other program', not [n for n in names if FORBIDDEN.match(n)]
    if platform.machine() == 'x86_64' and shutil.which('objdump'):
        code = ask('objdump', '-d', '--no-show-raw-insn', '-j', '.text', path)
        yield 'branches have landing places', code.count('endbr64') > 20


def main():
    passed = failed = 0
    if not shutil.which('readelf'):
        print('0 passed, 0 failed, 1 skipped')
        return 0
    for path in sys.argv[1:]:
        for what, holds in check(path):
            passed, failed = passed + bool(holds), failed + (not holds)
            if not holds:
                print(f'FAILED {os.path.basename(path)}: {what}')
    print(f'{passed} passed, {failed} failed, 0 skipped')
    return failed > 0


sys.exit(main())
