#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws how values go between keyframes.

plot_keyframes.py build/tests/graph/dump_curve docs/pictures: asks the program for the values and
writes keyframes.svg there. With the standard library only."""
import json
import subprocess
import sys

WIDTH, HEIGHT, COLUMNS = 300, 190, 2
FIRST, LAST, STEP = -2, 27, 0.1
LOW, HIGH = -0.25, 1.35
KEYS = [(1, 0), (7, 0.9), (12, 1), (20, 0.2), (25, 0.2)]


def keys(kind):
    return [[frame, value, kind] for frame, value in KEYS]


PANELS = [
    ("hold", keys("hold")),
    ("linear", keys("linear")),
    ("smooth: no value beyond its keys", keys("smooth")),
    ("bezier, with its handles",
     [[1, 0, "bezier", [[0, 0], [5, 0]]], [12, 1, "bezier", [[-5, 0.3], [4, -0.24]]],
      [25, 0.2, "bezier", [[-6, 0], [0, 0]]]]),
    ("a handle longer than its segment is shortened",
     [[1, 0, "bezier", [[0, 0], [20, 1.2]]], [12, 1, "bezier", [[-2, 0.1], [0, 0]]]]),
    ("kinds meet: hold, smooth, linear",
     [[1, 0.6, "hold"], [7, 0, "smooth"], [16, 1, "linear"], [25, 0.2, "linear"]]),
]


def x_of(frame):
    return 12 + (frame - FIRST) / (LAST - FIRST) * (WIDTH - 24)


def y_of(value):
    return 30 + (HIGH - value) / (HIGH - LOW) * (HEIGHT - 42)


def line(x0, y0, x1, y1, colour, extra=""):
    return (f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}" stroke="{colour}" '
            f'{extra}/>')


def handles(panel_keys):
    parts = []
    for frame, value, kind, *rest in panel_keys:
        for dx, dy in (rest[0] if kind == "bezier" else []):
            if dx or dy:
                x, y = x_of(frame + dx), y_of(value + dy)
                parts.append(line(x_of(frame), y_of(value), x, y, "#c4551b"))
                parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#fff" '
                             'stroke="#c4551b"/>')
    return parts


def draw(program, title, panel_keys):
    answer = subprocess.run([program, str(FIRST), str(LAST), str(STEP), json.dumps(panel_keys)],
                            check=True, capture_output=True, text=True).stdout
    points = [tuple(map(float, row.split())) for row in answer.splitlines()]
    path = " ".join(f"{x_of(frame):.1f},{y_of(value):.1f}" for frame, value in points)
    parts = [f'<text x="12" y="18" font-size="12">{title}</text>']
    for value in (0, 1):
        parts.append(line(x_of(FIRST), y_of(value), x_of(LAST), y_of(value), "#ddd"))
    parts.append(f'<polyline points="{path}" fill="none" stroke="#1f6fb4" stroke-width="2"/>')
    parts += handles(panel_keys)
    for frame, value, *_ in panel_keys:
        parts.append(f'<circle cx="{x_of(frame):.1f}" cy="{y_of(value):.1f}" r="3.5" '
                     'fill="#1f6fb4"/>')
    return parts


def main(program, folder):
    rows = (len(PANELS) + COLUMNS - 1) // COLUMNS
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH * COLUMNS}" '
             f'height="{HEIGHT * rows}" font-family="sans-serif" fill="#333">',
             '<rect width="100%" height="100%" fill="#fff"/>']
    for i, (title, panel_keys) in enumerate(PANELS):
        parts.append(f'<g transform="translate({i % COLUMNS * WIDTH} {i // COLUMNS * HEIGHT})">')
        parts += draw(program, title, panel_keys)
        parts.append("</g>")
    parts.append("</svg>")
    with open(f"{folder}/keyframes.svg", "w", encoding="utf-8") as file:
        file.write("\n".join(parts) + "\n")


main(*sys.argv[1:])
