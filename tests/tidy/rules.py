# SPDX-License-Identifier: Apache-2.0
"""The rules as data, and the sources as tidy.py reads them."""
import glob
import os
import re
import subprocess
from collections import namedtuple

# ---- floors ---------------------------------------------------------------------------------------
# What each floor may include beside itself. Siblings do not include each other.
LOW = {'base', 'image', 'ops'}
MIDDLE = {'colour', 'io', 'infer', 'node'}
MAY_INCLUDE = {
    'src': set(),
    'base': set(),
    'image': {'base'},
    'ops': {'base', 'image'},
    'colour': LOW,
    'io': LOW,
    'infer': LOW,
    'node': {'base', 'image'},
    'depth': LOW | MIDDLE,
    'nodes': LOW | MIDDLE | {'depth'},
    'graph': {'base', 'image', 'node'},
    'engine': {'base', 'image', 'ops', 'node', 'graph'},
    'api': LOW | MIDDLE | {'depth', 'nodes', 'graph', 'engine'},
    'faces/cli': {'base'},
    'faces/server': {'base'},
    'faces/frei0r': {'base'},
    'faces/ofx': {'base'},
    'faces/farm': {'base'},
}
# The public headers of plain values may be seen from everywhere; fathom.h only from api and faces.
for _allowed in MAY_INCLUDE.values():
    _allowed.add('fathom')


def floor_of(path):
    """src/ops/blur.c is of the floor ops, faces/cli/main.c of faces/cli, src/x.c of none."""
    parts = path.split('/')
    if parts[0] == 'faces':
        return '/'.join(parts[:2])
    return parts[1] if len(parts) > 2 else 'src'


def floor_of_include(path, name):
    """The floor of "floor/file.h"; a name without a folder is the including file's own floor."""
    parts = name.split('/')
    if '..' in parts:
        return name
    if len(parts) == 1:
        return floor_of(path)
    if 'faces/' + parts[0] in MAY_INCLUDE:
        return 'faces/' + parts[0]
    return '/'.join(parts[:2]) if parts[0] == 'faces' else parts[0]


# ---- libraries of others --------------------------------------------------------------------------
# Beginning of an include in <>, and the places whose .c files may have it; first match wins.
THIRD_PARTY = [
    (('libav', 'libsw'), ['src/io/']),
    (('openexr', 'OpenEXR/', 'Imf', 'Imath'), ['src/io/']),
    (('tiff',), ['src/io/']),
    (('libdeflate',), ['src/io/', 'src/api/eval_array.c']),
    (('jansson',), ['src/base/']),
    (('xxhash',), ['src/base/']),
    (('openssl/',), ['src/base/sha256.c']),
    (('pango/', 'cairo', 'fontconfig/', 'glib'),
     ['src/nodes/text_fonts.c', 'src/nodes/text_looks.c', 'src/nodes/text_late.c']),
    (('OpenColorIO/', 'expat'), ['src/colour/']),
    (('fftw3',), ['src/ops/']),
    (('curl/',), ['src/infer/']),
    (('microhttpd',), ['faces/server/']),
    (('chafa',), ['faces/cli/']),
    (('frei0r',), ['faces/frei0r/']),
    (('immintrin', 'x86intrin', 'arm_neon'), ['src/ops/', 'src/ops/vectors.h']), # a header by name
]
LIBC = set('''assert complex ctype dirent dlfcn errno execinfo fcntl fenv fnmatch float getopt glob
    inttypes iso646 langinfo libgen limits locale malloc math poll pthread pwd regex sched semaphore setjmp
    signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string strings
    termios time unistd wchar wctype endian byteswap'''.split())
# What the shims in C++ need of its own library.
LIBCXX = set('cerrno cstdio cstdlib cstring exception new stdexcept'.split())


def homes_of(name):
    """Where <name> may stand: a list of places, [] for anywhere (libc), None when nobody knows."""
    for beginnings, homes in THIRD_PARTY:
        if name.startswith(beginnings):
            return homes
    if name.startswith('sys/') or (name.endswith('.h') and name[:-2] in LIBC) or name in LIBCXX:
        return []
    return None


# ---- sizes ----------------------------------------------------------------------------------------
MOST_LINES_A_FILE = 800
MOST_LINES_A_FUNCTION = 70
MOST_COLUMNS = 100
MOST_LEVELS = 4
MEDIAN_FUNCTION = 15
NINE_TENTHS_FUNCTION = 45
CODE_FOLDERS = ('src', 'faces', 'include', 'tests', 'bench', 'fuzz', 'examples')

# ---- words ----------------------------------------------------------------------------------------
# Each is written so that this line does not find itself.
FORBIDDEN = re.compile(r'''(?<![\w.$}~/)])/(?:wor[k]|roo[t]|tmp/re[f]|tmp/[w])(?=/|$)'''
                       r'''|pyp[i]\.org|npmj[s]|deb\.debia[n]|crate[s]\.io|assist[a]nt''', re.I)

# ---- state ----------------------------------------------------------------------------------------
PURE_FLOORS = ('ops', 'nodes')
# (object file, variable) that may be written, each with its reason.
WRITABLE = {
    ('kernels.c.o', 'chosen'): 'the table of kernels, chosen once a process',
    ('kernels.c.o', 'once'): 'that once',
    ('text_late.c.o', 'late'): 'the library of letters, loaded once a process',
    ('text_late.c.o', 'once'): 'that once',
}


def pure_libraries(build):
    """What the floors that keep no state were compiled into."""
    return sorted(path for floor in PURE_FLOORS
                  for path in glob.glob(os.path.join(build, 'src', floor, '*.a')))


# ---- reading --------------------------------------------------------------------------------------
Function = namedtuple('Function', 'name line length depth')


def is_source(path):
    """Does this file begin with a licence line?"""
    return path.endswith(('.c', '.h', '.cpp', '.py', '.sh', '.h.in', 'meson.build')) or \
        path in ('run', '.ci/run', 'meson_options.txt')


def without_comments(text):
    """C text whose comments, strings and characters are blank; lines stay where they are."""
    def blank(found):
        return re.sub(r'[^\n]', ' ', found.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text,
                  flags=re.DOTALL)


class Tree:
    """The project's files, each read once."""

    def __init__(self, root):
        self.root = root
        self.texts = {}
        self.files = sorted(self._list())

    def _list(self):
        names = self._list_of_git() if os.path.exists(os.path.join(self.root, '.git')) else None
        if not names:  # an unpacked archive, or a folder of somebody else's that git will not read
            names = [os.path.relpath(os.path.join(folder, name), self.root)
                     for folder, _, names in os.walk(self.root) for name in names]
            names = [name for name in names
                     if not re.match(r'\.git/|\.fathom/|build(-[^/]*)?/|out/|.*__pycache__/', name)]
        return [name for name in names if os.path.isfile(os.path.join(self.root, name))]

    def _list_of_git(self):
        try:
            listed = subprocess.run(['git', 'ls-files', '-z', '--cached', '--others',
                                     '--exclude-standard'], cwd=self.root, capture_output=True,
                                    text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return None
        return [name for name in listed.stdout.split('\0') if name]

    def all_files(self):
        return self.files

    def sources(self, *folders):
        """The C and C++ files below these folders."""
        beginnings = tuple(folder + '/' for folder in folders)
        return [path for path in self.files
                if path.startswith(beginnings) and path.endswith(('.c', '.h', '.cpp'))]

    def text(self, path):
        """What stands in the file, None when it is no text."""
        if path not in self.texts:
            with open(os.path.join(self.root, path), 'rb') as file:
                data = file.read()
            try:
                self.texts[path] = None if b'\0' in data else data.decode('utf-8')
            except UnicodeDecodeError:
                self.texts[path] = None
        return self.texts[path]

    def lines(self, path):
        return (self.text(path) or '').splitlines()

    def includes(self, path, quote):
        """(line, name) of every include in "" or <>."""
        pattern = re.compile(r'\s*#\s*include\s*' + {'"': r'"([^"]+)"', '<': r'<([^>]+)>'}[quote])
        for number, line in enumerate(self.lines(path), 1):
            found = pattern.match(line)
            if found:
                yield number, found.group(1)

    def functions(self, path):
        """Every function: a "{" alone at the left edge opens one, a "}" there closes it."""
        lines = without_comments(self.text(path) or '').splitlines()
        begin = None
        for index, line in enumerate(lines):
            if line == '{':
                begin = index
            elif line.startswith('}') and begin is not None:
                yield self._function(lines, begin, index)
                begin = None

    @staticmethod
    def _function(lines, begin, end):
        top = begin
        while top > 0 and lines[top - 1].strip() and not lines[top - 1].startswith(('}', '#')) \
                and not lines[top - 1].rstrip().endswith((';', '\\')):
            top -= 1
        head = ' '.join(lines[top:begin])
        name = re.search(r'(\w+)\s*\(', head)
        depth = deepest = 0
        for char in ''.join(lines[begin:end + 1]):
            depth += (char == '{') - (char == '}')
            deepest = max(deepest, depth)
        return Function(name.group(1) if name else '?', top + 1, end - top + 1, deepest - 1)
