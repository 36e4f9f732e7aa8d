# SPDX-License-Identifier: Apache-2.0
"""Writes documents as rows of a C array of struct fth_example: embed_examples.py OUT FILE..."""
import os
import sys

with open(sys.argv[1], 'w') as out:
    for path in sys.argv[2:]:
        with open(path, 'rb') as file:
            data = file.read()
        name = os.path.splitext(os.path.basename(path))[0]
        out.write('{"%s", (const char *)(const unsigned char[]){\n' % name)
        for at in range(0, len(data), 24):
            out.write(','.join(str(byte) for byte in data[at:at + 24]) + ',\n')
        out.write('0}, %d},\n' % len(data))
