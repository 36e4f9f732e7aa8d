# SPDX-License-Identifier: Apache-2.0
"""Writes the bytes of a file as the body of a C array: embed.py IN OUT."""
import sys

with open(sys.argv[1], 'rb') as file:
    data = file.read()
with open(sys.argv[2], 'w') as file:
    for at in range(0, len(data), 24):
        file.write(','.join(str(byte) for byte in data[at:at + 24]) + ',\n')
