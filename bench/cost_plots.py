#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws what filters cost against their radius and against the size of the picture.

cost_plots.py build/bench/bench_cost docs/pictures: runs the program (which prints lines of
`what name number megapixels threads nanoseconds-a-pixel`) and writes cost_radius.svg and
cost_size.svg there. With the standard library only."""
import math
import subprocess
import sys

COLOURS = {"gaussian": "#1f6fb4", "box": "#c4551b", "dilate": "#2a8a4a", "guided": "#8a3fa0"}
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 400, 64, 150, 40, 48


def log_ticks(low, high):
    """1, 2, 5 times powers of ten within the two."""
    ticks = []
    for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
        ticks += [m * 10.0 ** power for m in (1, 2, 5)]
    return [t for t in ticks if low * 0.999 <= t <= high * 1.001]


class Plot:
    def __init__(self, title, x_name, y_name, x_range, y_range):
        self.x_range, self.y_range, self.parts = x_range, y_range, []
        self.text(WIDTH / 2 - 40, 22, title, "middle", 15)
        self.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x_name, "middle")
        self.parts.append(f'<text transform="translate(16 {HEIGHT / 2}) rotate(-90)" '
                          f'text-anchor="middle" font-size="12">{y_name}</text>')
        for tick in log_ticks(*x_range):
            x = self.x(tick)
            self.line(x, TOP, x, HEIGHT - BOTTOM, "#ddd")
            self.text(x, HEIGHT - BOTTOM + 16, f"{tick:g}", "middle")
        for tick in log_ticks(*y_range):
            y = self.y(tick)
            self.line(LEFT, y, WIDTH - RIGHT, y, "#ddd")
            self.text(LEFT - 6, y + 4, f"{tick:g}", "end")

    def x(self, value):
        low, high = map(math.log, self.x_range)
        return LEFT + (math.log(value) - low) / (high - low) * (WIDTH - RIGHT - LEFT)

    def y(self, value):
        low, high = map(math.log, self.y_range)
        return HEIGHT - BOTTOM - (math.log(value) - low) / (high - low) * (HEIGHT - BOTTOM - TOP)

    def line(self, x0, y0, x1, y1, colour):
        self.parts.append(f'<path d="M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}" stroke="{colour}"/>')

    def text(self, x, y, words, anchor="start", size=12, colour="#222"):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
                          f'font-size="{size}" fill="{colour}">{words}</text>')

    def curve(self, points, colour, dashed=False):
        path = "L".join(f"{self.x(x):.1f} {self.y(y):.1f}" for x, y in points)
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self.parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" '
                          f'stroke-width="2"{dash}/>')
        for x, y in points:
            self.parts.append(f'<circle cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="3" '
                              f'fill="{colour}"/>')

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            file.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
                       'font-family="sans-serif"><rect width="100%" height="100%" fill="#fff"/>\n'
                       + "\n".join(self.parts) + "\n</svg>\n")


def draw(rows, what, at, title, x_name, y_name, path):
    """One curve a filter and number of threads; `at` tells where on the x axis a row stands."""
    rows = [row for row in rows if row[0] == what]
    xs, ys = [at(r) for r in rows], [r[5] for r in rows]
    plot = Plot(title, x_name, y_name, (min(xs), max(xs)),
                (min(ys) / 1.3, max(ys) * 1.3))
    labels = []
    for name in dict.fromkeys(r[1] for r in rows):
        for threads in (1, 2):
            points = sorted((at(r), r[5]) for r in rows if r[1] == name and r[4] == threads)
            if not points:
                continue
            plot.curve(points, COLOURS[name], threads == 2)
            labels.append([plot.y(points[-1][1]), f"{name}, {threads} thread"
                           + "s" * (threads > 1), COLOURS[name]])
    last = 0
    for label in sorted(labels):
        last = max(label[0] + 4, last + 14)
        plot.text(WIDTH - RIGHT + 8, last, label[1], colour=label[2])
    plot.save(path)


def main():
    folder = sys.argv[2] if len(sys.argv) > 2 else "."
    printed = subprocess.run([sys.argv[1]], check=True, capture_output=True, text=True).stdout
    rows = [(w, n, float(r), float(m), int(t), float(c)) for w, n, r, m, t, c in
            (line.split() for line in printed.splitlines())]
    sys.stdout.write(printed)
    draw(rows, "radius", lambda r: r[2], "Cost against radius, 3840 x 2160",
         "radius (Gaussian: sigma), pixels", "nanoseconds a pixel", folder + "/cost_radius.svg")
    draw(rows, "size", lambda r: r[3], "Cost against size, radius 10 (guided: 8)",
         "megapixels", "nanoseconds a pixel", folder + "/cost_size.svg")


if __name__ == "__main__":
    main()
