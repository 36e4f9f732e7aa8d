#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds up what the tests of one build said: count.py testlog.json prints "passed failed skipped".

Each test closes with "N passed, N failed, N skipped". One that did not get so far (it crashed, hung
or was never built), or that says all is well and exits otherwise, counts as one failure.
"""
import json
import re
import sys

CLOSING = re.compile(r'^(\d+) passed, (\d+) failed, (\d+) skipped$', re.MULTILINE)


def counts_of(test):
    """Passed, failed and skipped of one line of Meson's log."""
    if test['result'] == 'SKIP':
        return [0, 0, 1]
    closings = CLOSING.findall(test.get('stdout') or '')
    if not closings:
        return [0, 1, 0]
    counts = [int(number) for number in closings[-1]]
    if test['result'] != 'OK' and counts[1] == 0:
        counts[1] = 1
    return counts


def main():
    total = [0, 0, 0]
    try:
        with open(sys.argv[1], encoding='utf-8') as log:
            tests = [json.loads(line) for line in log]
    except OSError:
        tests = []  # Meson did not even begin
        total[1] = 1
    for test in tests:
        counts = counts_of(test)
        total = [a + b for a, b in zip(total, counts)]
        if counts[1]:
            print(f"failed: {test['name']} ({test['result']})", file=sys.stderr)
    print(*total)


main()
