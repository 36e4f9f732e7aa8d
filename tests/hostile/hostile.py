#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hostile and unlucky input, given to the program as a user would give it.

hostile.py FATHOM [--full] [--only WORD] [--verbose]: whatever comes in, the program ends soon, not
by a signal, within its memory, with one line of error and status 1 or 2 or a whole result, and
leaves no half of a file. --full tries everything (minutes), else a sample of the many.
"""
import argparse
import concurrent.futures
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import cases

LIMIT_S = 10       # the promise, of a core's time: the machine may be busy
SLOW = 6           # sanitizers
HANG_S = 240       # what has not ended then, waits for something
MEMORY_KB = 1 << 20  # the default of --memory; what is beyond it: libraries, buffers, one picture
BEYOND_KB = 450 << 10
ERROR = re.compile(r'^fathom: .+[^\s]$')
SANITIZED = re.compile(r'Sanitizer|runtime error:')
CONTROL = re.compile(r'[\x00-\x09\x0b-\x1f\x7f]')


class Bench:
    """Runs cases and keeps the count."""

    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.lock = threading.Lock()
        self.passed = self.failed = 0
        self.lines = {}
        with open(options.fathom, 'rb') as file:
            self.sanitized = b'__asan_init' in file.read()
        asan = os.environ.get('ASAN_OPTIONS', 'detect_leaks=1') + ':allocator_may_return_null=1'
        self.env = dict(os.environ, ASAN_OPTIONS=asan, FATHOM_CACHE=os.path.join(folder, 'cache'),
                        HOME=folder, TERM='dumb', LC_ALL='C.UTF-8')
        self.env.setdefault('UBSAN_OPTIONS', 'halt_on_error=1:print_stacktrace=1')
        leaks = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'leaks.supp')
        self.env.setdefault('LSAN_OPTIONS', f'print_suppressions=0:suppressions={leaks}')

    def call(self, case, place):
        """(status, out, err, seconds, most memory in KiB)"""
        out, err = os.path.join(place, '.out'), os.path.join(place, '.err')
        with open(out, 'wb') as o, open(err, 'wb') as e:
            begin = time.monotonic()
            child = subprocess.Popen([self.options.fathom, *case.words], cwd=place,
                                     env={**self.env, **case.environment(place)},
                                     stdin=case.open_stdin(place), stdout=case.stdout or o,
                                     stderr=e, start_new_session=True)
            timer = threading.Timer(HANG_S, child.send_signal, [signal.SIGKILL])
            timer.start()
            _, code, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(code)
            timer.cancel()
            seconds = time.monotonic() - begin
        texts = []
        for name in (out, err):
            with open(name, 'rb') as file:
                texts.append(file.read().decode('utf-8', 'replace'))
            os.unlink(name)
        case.close()
        return child.returncode, *texts, (seconds, usage.ru_utime + usage.ru_stime), \
            usage.ru_maxrss

    def judge(self, case, place, before):
        """What is wrong with how it went: a list of words."""
        status, out, err, (seconds, busy), memory = self.call(case, place)
        wrong = []
        lines = [line for line in err.split('\n') if line]
        if status < 0:
            wrong.append(f'not ended after {HANG_S} s' if status == -signal.SIGKILL
                         else signal.Signals(-status).name)
        elif status not in case.allowed:
            wrong.append(f'status {status}, expected {case.allowed}')
        limit_s = case.most_s or 2 * LIMIT_S  # of two cores at most
        if busy > limit_s * (SLOW if self.sanitized else 1):
            wrong.append(f'took {seconds:.1f} s, of cores {busy:.1f} s')
        if memory > (case.most_kb or MEMORY_KB + BEYOND_KB) and not self.sanitized:
            wrong.append(f'took {memory >> 10} MiB')
        if status > 0:
            errors = [line for line in lines if not line.startswith('fathom: warning: ')]
            if len(errors) != 1 or not ERROR.match(errors[0]):
                wrong.append('not one line of error')
            if out and not case.stdout:
                wrong.append('a failure with a result on stdout')
        if CONTROL.search(err):
            wrong.append('control characters in the error')
        if case.says and not re.search(case.says, err):
            wrong.append(f'does not say /{case.says}/')
        after = {name for name in os.listdir(place)} - before
        if SANITIZED.search(err):
            wrong.append('a sanitizer speaks')
        hidden = [n for n in after if n.startswith('.') and '.fathom-job' not in n]
        if hidden:
            wrong.append(f'left {hidden}')
        if status > 0 and case.out and not case.keeps_out and \
                os.path.lexists(os.path.join(place, case.out)):
            wrong.append('a result that failed carries the final name')
        if wrong:
            wrong.append(err.strip()[:600])
        return wrong, err, (seconds, memory)

    def run(self, case):
        place = tempfile.mkdtemp(dir=self.folder)
        case.prepare(place)
        wrong, err, cost = self.judge(case, place, set(os.listdir(place)) | {'.out', '.err'})
        subprocess.run(['chmod', '-R', 'u+rwx', place], check=False)
        shutil.rmtree(place, ignore_errors=True)
        with self.lock:
            self.passed += not wrong
            self.failed += bool(wrong)
            if wrong:
                print(f'FAILED {case.name}: {"; ".join(wrong)}\n  fathom '
                      f'{" ".join(word[:80] for word in case.words)}', flush=True)
            elif self.options.verbose:
                print(f'{case.name} [{cost[0]:.1f} s, {cost[1] >> 10} MiB]: '
                      f'{err.strip()[:300] or "done"}', flush=True)

    def run_all(self, cases):
        """Each is made when its turn comes: a program that is started begins as a copy of what
        starts it, and all cases together are larger than a case may be."""
        taking = threading.Lock()

        def work():
            while True:
                with taking:
                    case = next(cases, None)
                if case is None:
                    return
                self.run(case)

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for worker in [pool.submit(work) for _ in range(2)]:
                worker.result()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('fathom')
    parser.add_argument('--full', action='store_true')
    parser.add_argument('--only', default='')
    parser.add_argument('--verbose', action='store_true')
    options = parser.parse_args()
    options.full = options.full or bool(os.environ.get('FATHOM_TORTURE'))
    options.fathom = os.path.abspath(options.fathom)
    folder = tempfile.mkdtemp(prefix='fathom-hostile-')
    try:
        bench = Bench(options, folder)
        bench.run_all(case for case in cases.all_cases(bench) if options.only in case.name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f'{bench.passed} passed, {bench.failed} failed, 0 skipped')
    return 1 if bench.failed or not bench.passed else 0


if __name__ == '__main__':
    sys.exit(main())
