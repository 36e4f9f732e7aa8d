#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What depth costs a frame, networks included and the encoder not:
bench/depth.py FATHOM CLIP [MODE [ROUNDS]] [--store]. The clip is brought to 1080p; each round makes
72 frames with an empty cache (24 in better) and again with a full one, start included; the least
counts. The ratio of the two in processor time is kept in bench/depth.json, and 10 % more is told."""
import json, os, shutil, sys, tempfile

from example import run

FRAMES = {"faster": 72, "better": 24}
KEPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "depth.json")


def least(times):
    return min(wall for wall, _ in times), min(spent for _, spent in times)


def measure(fathom, clip, mode, rounds):
    frames, cold, warm = FRAMES[mode], [], []
    with tempfile.TemporaryDirectory(prefix="fathom-bench-") as folder:
        large, cache = os.path.join(folder, "hd.mp4"), os.path.join(folder, "cache")
        run([fathom, "apply", "reformat", "--width", "1920", "--height", "1080", "--quiet",
             "--frames", f"1-{frames}", clip, "-o", large], cache)
        words = [fathom, "depth", large, "--mode", mode, "-o", "-", "--codec", "raw", "--quiet"]
        for _ in range(rounds):
            shutil.rmtree(cache, ignore_errors=True)
            cold.append(run(words, cache)[:2])
            warm.append(run(words, cache)[:2])
    return frames, least(cold), least(warm)


def main(fathom, clip, *more):
    words = [word for word in more if not word.startswith("-")]
    mode, rounds = (words + ["faster", "3"][len(words):])[:2]
    frames, (wall, spent), (warm_wall, warm_spent) = measure(fathom, clip, mode, int(rounds))
    ratio = spent / warm_spent
    print(f"depth, {mode}, 1080p, {frames} frames, start included: {1000 * wall / frames:.1f} ms a "
          f"frame, {1000 * spent / frames:.1f} of processor ({spent / wall:.2f} cores); from the "
          f"cache {1000 * warm_wall / frames:.1f} and {1000 * warm_spent / frames:.1f}: "
          f"ratio {ratio:.2f}")
    with open(KEPT, encoding="utf-8") as file:
        kept = json.load(file)
    if "--store" in more:
        kept[mode] = round(ratio, 2)
        with open(KEPT, "w", encoding="utf-8") as file:
            file.write(json.dumps(kept, indent=2) + "\n")
    elif mode in kept and ratio > 1.1 * kept[mode]:
        print(f"regression: {kept[mode]:.2f} is kept")


if __name__ == "__main__":
    main(*sys.argv[1:])
