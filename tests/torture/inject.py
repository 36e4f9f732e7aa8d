#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What goes wrong inside a job: its Nth allocation, read, write, rename ... fails (unlucky.c). Then
the job either is done all the same, to the same bytes, or says one line and ends with status 1;
nothing half made has a final name, nothing hidden stays but the journal, and the next run gives the
right bytes.

inject.py PROGRAM LIBRARY [--all | --paths | --cases N] [--job NAME] [--kind KIND] [--seed N]
          [--part K/N] [--workers N] [--keep]
Small jobs make thousands of calls, most of them over and over by the same way through the program:
--paths takes the first and the last of each way (unlucky.c compares stacks) that no job before went.
With --memcheck nothing fails, but every job runs once under valgrind, which looks on. With --kind
delay nothing fails either: threads sleep at random (for a program that watches its threads).
"""
import argparse
import glob
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import jobs as all_jobs

KINDS = ('alloc', 'open', 'read', 'write', 'name', 'sync', 'make', 'unlink', 'map', 'thread',
         'close', 'list', 'stat', 'seek', 'load')
# Of these, the first stands for a slip, the second for a disk that stays full.
TWICE = ('write', 'open', 'alloc', 'name')
MEMCHECK = ('valgrind', '-q', '--error-exitcode=99', '--leak-check=full', '--num-callers=30',
            '--show-leak-kinds=definite', '--errors-for-leak-kinds=definite',
            '--suppressions=' + os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                             'valgrind.supp'))
# What these look for in several folders is not in one that cannot be searched.
LOOK_AROUND = ('networks', 'verify')
SANITIZED = re.compile(r'Sanitizer|runtime error:')


class Case:
    """One run of a job with one wish of bad luck."""

    def __init__(self, job, wish):
        self.job, self.wish = job, wish
        self.kind = wish.split(':')[0]

    def __str__(self):
        return f'UNLUCKY={self.wish} fathom {" ".join(self.job.words)} ({self.job.name})'


class Bench:
    """Where jobs run: one folder with the footage, one a case."""

    def __init__(self, options):
        self.options = options
        self.home = tempfile.mkdtemp(prefix='fathom-inject-')
        root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        self.environment = dict(os.environ, FATHOM_CACHE=self.path('cache'), LC_ALL='C.UTF-8',
                                XDG_DATA_HOME=self.path('data'), TMPDIR=self.path('tmp'))
        self.environment.pop('FATHOM_MODELS', None)
        self.environment.setdefault('ASAN_OPTIONS', 'detect_leaks=1:strict_string_checks=1')
        self.environment.setdefault('TSAN_OPTIONS', 'ignore_noninstrumented_modules=1:'
                                    'halt_on_error=1:second_deadlock_stack=1')
        self.environment.setdefault('UBSAN_OPTIONS', 'halt_on_error=1:print_stacktrace=1')
        self.environment.setdefault('LSAN_OPTIONS', 'print_suppressions=0:suppressions=' +
                                    os.path.join(root, 'tests/leaks.supp'))
        self.networks = sorted(glob.glob(os.path.join(root, '.fathom/models/*.onnx')))
        os.mkdir(self.path('tmp'))
        os.mkdir(self.path('data'))
        os.mkdir(self.path('empty'))
        all_jobs.make_footage(self.home, options.program, self.environment, self.networks)

    def path(self, *names):
        return os.path.join(self.home, *names)

    def case(self, *names):
        return self.path(f'case-{threading.get_ident()}', *names)

    def fresh(self, warm=False):
        """An empty folder to run a job in; its cache knows the footage if `warm`."""
        shutil.rmtree(self.case(), ignore_errors=True)
        os.makedirs(self.case('out'))
        for inner in ('tmp', 'data'):
            os.mkdir(self.case(inner))
        os.symlink('../in', self.case('in'))
        shutil.copytree(self.warm_cache() if warm else self.path('empty'), self.case('cache'))

    def warm_cache(self):
        if not os.path.exists(self.path('warm')):
            words = 'depth in/clip.mp4 -o warm.exr --frames 1'.split()
            subprocess.run([self.options.program, *words], cwd=self.home, env=self.environment,
                           check=True)
            words = 'matte in/clip.mp4 -o warm.mov'.split()
            subprocess.run([self.options.program, *words], cwd=self.home, env=self.environment,
                           check=True)
            os.rename(self.path('cache'), self.path('warm'))
        return self.path('warm')

    def run(self, job, wish=None, more=(), under=(), paths=False):
        """(status, out, err, seconds) of the job in this worker's folder."""
        place = self.case()
        environment = dict(self.environment, FATHOM_CACHE=place + '/cache',
                           XDG_DATA_HOME=place + '/data', TMPDIR=place + '/tmp',
                           UNLUCKY_COUNTS=self.case('counts'))
        if paths:
            environment['UNLUCKY_PATHS'] = self.case('paths')
        if wish:
            environment['LD_PRELOAD'] = self.options.library
            environment['UNLUCKY'] = wish
            environment['ASAN_OPTIONS'] += ':verify_asan_link_order=0'
        begun = time.monotonic()
        try:
            done = subprocess.run([*under, self.options.program, *job.words, *more], cwd=place,
                                  env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=self.options.hang, check=False)
        except subprocess.TimeoutExpired as late:
            return 'hang', late.stdout or b'', (late.stderr or b'').decode(errors='replace'), 0
        return (done.returncode, done.stdout, done.stderr.decode(errors='replace'),
                time.monotonic() - begun)

    def counts(self):
        with open(self.case('counts'), 'rb') as file:
            return dict(zip(KINDS, struct.unpack(f'{len(KINDS)}Q', file.read(8 * len(KINDS)))))

    def paths(self):
        """{kind: {stack: [which calls]}}"""
        found = {kind: {} for kind in KINDS}
        with open(self.case('paths'), 'rb') as file:
            for kind, nth, stack in iter(lambda: struct.unpack('3Q', file.read(24)), None):
                if kind == 0:
                    return found
                found[KINDS[kind - 1]].setdefault(stack, []).append(nth)

    def files(self):
        """Everything the job has left: {path: bytes}."""
        found = {}
        for part in ('out', 'tmp', 'data'):
            for folder, _, names in os.walk(self.case(part)):
                for file in names:
                    path = os.path.join(folder, file)
                    with open(path, 'rb') as opened:
                        found[os.path.relpath(path, self.case())] = opened.read()
        return found


def is_hidden(path):
    return any(part.startswith('.') for part in path.split('/'))


def stable(text):
    """What does not depend on when and where a command ran."""
    return re.sub(rb'"(oldest|newest)[a-z_]*": [0-9.]+|\d+ (s|min|h) ago|just now|/case-\d+/', b'',
                  text)


class Want:
    """What a job gives when nothing goes wrong."""

    def __init__(self, bench, job):
        bench.fresh(job.warm)
        status, self.out, err, _ = bench.run(job, 'nothing:0', paths=bench.options.paths)
        if status != 0 or SANITIZED.search(err):
            raise SystemExit(f'{job.name} fails with no bad luck: {status} {err}')
        self.files = bench.files()
        self.counts = bench.counts()
        self.paths = bench.paths() if bench.options.paths else {}
        self.says = err


def wrong_with_words(status, err):
    """Warnings, then one line if it failed."""
    lines = [line for line in err.splitlines() if not line.startswith('fathom: warning: ')]
    if status == 0:
        return f'status 0, but it says {lines[0]!r}' if lines else None
    if len(lines) != 1 or not lines[0].startswith('fathom: '):
        return f'status {status} and {len(lines)} lines on stderr: {err!r}'
    return None


def wrong_after_failure(case, want, answer, left):
    """What is not as it should be after the unlucky run, or None."""
    status, out, err, _ = answer
    if SANITIZED.search(err):
        return err
    if status not in (0, 1):
        return f'status {status}: {err}'
    words = wrong_with_words(status, err)
    if words:
        return words
    if status == 0 and case.kind == 'sync':
        return 'status 0, and a file that is not on the disk has its final name'
    if status == 0 and stable(out) != stable(want.out) and not (
            case.kind == 'stat' and case.job.name in LOOK_AROUND):
        return f'status 0 and another answer: {out[:300]!r}'
    for path, data in left.items():
        if is_hidden(path):
            if '.fathom-job.' not in path and case.kind != 'unlink':
                return f'{path} is left behind (status {status}: {err.strip()})'
        elif want.files.get(path) != data:
            return f'{path} is not whole (status {status}: {err.strip()})'
    if status == 0 and {p for p in left if not is_hidden(p)} != set(want.files):
        return f'status 0, and files are missing: {sorted(set(want.files) - set(left))}'
    return None


def wrong_afterwards(bench, case, want):
    """The next run: the right bytes, nothing hidden left."""
    status, out, err, _ = bench.run(case.job, None, case.job.again.split())
    if status != 0 and 'exists' in err and case.job.name == 'add':
        return None
    if status != 0 or SANITIZED.search(err) or wrong_with_words(status, err):
        return f'the run after it: status {status}: {err}'
    if case.job.name not in ('cache-clear',) and stable(out) != stable(want.out):
        return f'the run after it says something else: {out[:300]!r}'
    left = bench.files()
    for path in set(left) | set(want.files):
        if is_hidden(path):
            if case.kind != 'unlink':
                return f'the run after it leaves {path}'
        elif left.get(path) != want.files.get(path):
            return f'the run after it: {path} has other bytes, or is not there'
    return None


def finished_before(case, status, left):
    """A job that has got all it makes has nothing to go on with: --resume refuses, rightly. Also
    where the journal of one output of several could not be removed, and the others' were."""
    whole = any(not is_hidden(path) for path in left)
    if status == 0 and case.kind == 'unlink' and case.job.name == 'outputs':
        return whole
    return whole and not any('.fathom-job.' in p for p in left)


def judge(bench, case, want):
    bench.fresh(case.job.warm)
    answer = bench.run(case.job, case.wish)
    left = bench.files()
    if bench.options.verbose:
        print(f'{case}\n    {answer[0]} {answer[2].strip()}', flush=True)
    wrong = wrong_after_failure(case, want, answer, left)
    if wrong or answer[0] == 0 and case.kind in ('short', 'delay'):
        return wrong
    if finished_before(case, answer[0], left):
        for path in left:
            os.remove(bench.case(path))
    return wrong_afterwards(bench, case, want)


def look_on(bench, job, want):
    """What valgrind finds wrong with the job, or None."""
    bench.fresh(job.warm)
    status, out, err, _ = bench.run(job, under=MEMCHECK)
    if status != 0:
        return f'status {status}: {err}'
    if stable(out) != stable(want.out) or bench.files() != want.files:
        return 'other bytes than without valgrind'
    return None


def first_and_last(paths, seen):
    """Of the ways not `seen` before."""
    fresh = set(paths) - seen
    seen |= fresh
    return sorted({n for stack in fresh for n in (min(paths[stack]), max(paths[stack]))})


def all_cases(job, want, kinds, seen):
    for kind in kinds:
        every = range(1, want.counts.get(kind, 0) + 1)
        for n in first_and_last(want.paths.get(kind, {}), seen) if want.paths else every:
            yield Case(job, f'{kind}:{n}')
            if kind in TWICE:
                yield Case(job, f'{kind}:{n}+')
    if 'short' in kinds or kinds is KINDS:
        yield Case(job, 'short:1')
    if 'delay' in kinds:  # threads that dawdle, by three seeds of chance
        yield from (Case(job, f'delay:{seed}') for seed in (1, 2, 3))


def sample(cases, count, chance):
    """`count` of them, from every job and kind about as many."""
    piles = {}
    for case in cases:
        piles.setdefault((case.job.name, case.kind), []).append(case)
    heaps = list(piles.values())
    for heap in heaps:
        chance.shuffle(heap)
    chance.shuffle(heaps)
    taken = []
    while len(taken) < count and any(heaps):
        taken += [heap.pop() for heap in heaps if heap]
    return taken[:count]


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('program')
    parser.add_argument('library')
    parser.add_argument('--all', action='store_true', help='every N of every kind of every job')
    parser.add_argument('--paths', action='store_true',
                        help='the first and the last call by each way through the program')
    parser.add_argument('--part', default='1/1', help='K/N: every Nth case from the Kth on')
    parser.add_argument('--workers', type=int, default=1, help='how many cases at once')
    parser.add_argument('--cases', type=int, default=100)
    parser.add_argument('--job', action='append')
    parser.add_argument('--kind', action='append')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--hang', type=float, default=60, help='seconds that are too many')
    parser.add_argument('--memcheck', action='store_true', help='run every job under valgrind')
    parser.add_argument('--verbose', action='store_true', help='say what each case said')
    parser.add_argument('--keep', action='store_true', help='keep the folder of a failure')
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    options.library = os.path.abspath(options.library)
    return options


def choose(bench, wants):
    """The cases to run; what each job gives with no bad luck goes to `wants`. And how many jobs are
    left out."""
    options, cases, skipped, seen = bench.options, [], 0, set()
    whole = options.all or options.paths or options.memcheck
    nodes = all_jobs.node_jobs(options.program, bench.environment) if whole else []
    for job in all_jobs.JOBS + nodes:
        named = options.job and job.name in options.job
        if options.job and not named or job.name in all_jobs.SLOW and not (whole or named):
            continue
        if job.needs and len(bench.networks) < 2:
            skipped += 1
            continue
        wants[job.name] = Want(bench, job)
        cases += ([Case(job, 'memcheck')] if options.memcheck else
                  all_cases(job, wants[job.name], options.kind or KINDS, seen))
    if not whole:
        cases = sample(cases, options.cases, random.Random(options.seed))
    part, parts = (int(word) for word in options.part.split('/'))
    return cases[part - 1::parts], skipped


def main():
    options = read_options()
    bench = Bench(options)
    wants = {}
    cases, skipped = choose(bench, wants)

    def check(case):
        wrong = (look_on(bench, case.job, wants[case.job.name]) if options.memcheck else
                 judge(bench, case, wants[case.job.name]))
        if wrong:
            print(f'FAILED {case}\n    {wrong}', flush=True)
        return bool(wrong)

    with ThreadPoolExecutor(options.workers) as pool:
        failed = sum(pool.map(check, cases))
    passed = len(cases) - failed
    if not (options.keep and failed):
        shutil.rmtree(bench.home)
    print(f'{passed} passed, {failed} failed, {skipped} skipped')
    return failed > 0


sys.exit(main())
