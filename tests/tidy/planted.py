#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A check that cannot fail is worse than none: plants one offender for each check of tidy.py into a
small tree, and wants it found there and nowhere else."""
import os
import subprocess
import sys
import tempfile

import tidy
from rules import Tree

LICENCE = '/* SPDX-License-Identifier: Apache-2.0 */\n'
CLEAN = {
    'src/ops/a.c': LICENCE + '#include "ops/a.h"\n#include "base/b.h"\n#include <math.h>\n'
                   'static const int table[2] = {1, 2};\n'
                   'int fth_a(int i)\n{\n    return table[i];\n}\n',
    'src/ops/a.h': LICENCE + '#ifndef A_H\n#define A_H\nint fth_a(int i);\n#endif\n',
    'src/base/b.h': LICENCE + '#ifndef B_H\n#define B_H\n#include <stddef.h>\n'
                    'size_t fth_b(void);\n#endif\n',
    'include/fathom/fathom.h': LICENCE + '#ifndef F_H\n#define F_H\nint fth_a(int i);\n#endif\n',
    'README.md': 'See [the sources](src/ops/a.c).\n',
}
LONG = 'void fth_long(void)\n{\n' + '    ;\n' * 69 + '}\n'
DEEP = 'void fth_deep(int x)\n{\n' + 'if (x) {\n' * 5 + '}\n' * 5 + '}\n'
# check, offending file, what is added to its end
PLANTS = [
    ('layers', 'src/base/b.h', '#include "ops/a.h"\n'),
    ('layers', 'src/ops/a.c', '#include "fathom/fathom.h"\n'),
    ('layers', 'src/ops/a.c', '#include "../base/b.h"\n'),
    ('layers', 'src/attic/x.c', LICENCE),
    ('third_party', 'src/ops/a.c', '#include <libavutil/frame.h>\n'),
    ('third_party', 'src/base/b.h', '#include <jansson.h>\n'),
    ('third_party', 'src/ops/a.c', '#include <nobody/knows.h>\n'),
    ('headers_alone', 'src/ops/alone.h', LICENCE + 'int fth_alone(size_t n);\n'),
    ('headers_alone', 'src/ops/twice.h', LICENCE + 'struct twice { int a; };\n'),
    ('headers_alone', 'include/fathom/x.h', LICENCE + 'extern int class;\n'),
    ('sizes', 'src/ops/a.c', '\n' * 800),
    ('sizes', 'src/ops/a.c', '/* ' + 'x' * 95 + ' */\n'),
    ('sizes', 'src/ops/a.c', LONG),
    ('sizes', 'src/ops/a.c', DEEP),
    ('typical_function', 'src/ops/a.c', ('void f(void)\n{\n' + '    ;\n' * 20 + '}\n') * 3),
    ('licence_lines', 'src/ops/new.c', 'int fth_new;\n'),
    ('words', 'README.md', 'see /wor' + 'k/main\n'),
    ('words', 'run', '#!/bin/sh\n' + '# pyp' + 'i.org\n'),
    ('links', 'README.md', '[gone](docs/gone.md)\n'),
    ('statics', 'src/ops/a.c', 'int fth_count(void)\n{\n    static int n;\n    return n++;\n}\n'),
    ('statics', 'src/ops/a.c', 'const char *fth_name = "x";\n'),
    ('symbols', 'src/ops/a.c', 'int stray(void)\n{\n    return 1;\n}\n'),
    ('symbols', 'include/fathom/x.h', LICENCE + 'int fth_gone(void);\n'),
]


def write(root, files):
    for name, text in files.items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)


def compile_tree(root):
    """Libraries where tidy.py looks for them."""
    build = os.path.join(root, 'build')
    for floor in ('nodes', 'ops', 'node'):
        os.makedirs(os.path.join(build, 'src', floor))
    source = os.path.join(root, 'src/ops/a.c')
    plain = os.path.join(build, 'a.c.o')
    subprocess.run(['cc', '-c', '-fPIC', '-I' + root + '/src', source, '-o', plain], check=True)
    for floor in ('nodes', 'ops', 'node'):
        archive = os.path.join(build, 'src', floor, f'libfth_{floor}.a')
        subprocess.run(['ar', 'rc', archive, plain], check=True)
    subprocess.run(['cc', '-shared', plain, '-o', build + '/src/libfathom.so'], check=True)
    return build


def offenders(check, files):
    """What one check says about a tree of these files."""
    with tempfile.TemporaryDirectory() as root:
        write(root, files)
        build = compile_tree(root) if check in tidy.CHECKS_OF_A_BUILD else None
        return list(check(Tree(root), build))


def main():
    checks = {check.__name__[len('check_'):]: check
              for check in tidy.CHECKS + tidy.CHECKS_OF_A_BUILD}
    passed = failed = 0
    for name, check in checks.items():
        cases = [(CLEAN, False)]
        for _, path, text in (plant for plant in PLANTS if plant[0] == name):
            cases.append(({**CLEAN, path: CLEAN.get(path, '') + text}, True))
        found = [bool(offenders(check, files)) == guilty for files, guilty in cases]
        good = len(cases) > 1 and all(found)
        print(f'{name}: {"ok" if good else f"wrong about {found}"} ({len(cases) - 1} planted)')
        passed += good
        failed += not good
    print(f'{passed} passed, {failed} failed, 0 skipped')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
