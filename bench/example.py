#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a ready workflow takes a frame with its depth in the cache and no encoder behind it:
bench/example.py FATHOM CLIP [NAME [ROUNDS]]. The clip is brought to 1080p, one run fills the cache,
then whole runs are timed, their start included; the least of them counts. What each step took (of
all threads, in one more run) comes from --explain."""
import json, os, resource, subprocess, sys, tempfile, time

ALL_FRAMES, FEW_FRAMES = 72, 24


def run(words, cache):
    """Seconds it took, and seconds of processor."""
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    job = subprocess.run(words, env={**os.environ, "FATHOM_CACHE": cache},
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if job.returncode != 0:
        sys.exit(f"{' '.join(words)}: status {job.returncode}: {job.stderr}")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - began, spent, job.stderr


def ledger(text, frames):
    """Milliseconds a frame of every step that took time."""
    found = {}
    for output in json.loads(text[text.index("{"):])["outputs"]:
        for step in output["steps"]:
            ms = step.get("measured", {}).get("ms", 0)
            name = f"{step['node']}: {step['step']}"
            found[name] = max(found.get(name, 0), ms / frames)
    return found


def main(fathom, clip, name="teal_and_orange", rounds="5"):
    with tempfile.TemporaryDirectory(prefix="fathom-bench-") as folder:
        large, cache = os.path.join(folder, "hd.mp4"), os.path.join(folder, "cache")
        run([fathom, "apply", "reformat", "--width", "1920", "--height", "1080", "--quiet",
             "--frames", f"1-{ALL_FRAMES}", clip, "-o", large], cache)
        words = [fathom, "example", name, large, "-o", "-", "--codec", "raw", "--bits", "8"]
        run(words + ["--quiet"], cache)
        few = words + ["--quiet", "--frames", f"1-{FEW_FRAMES}"]
        took = [run(words + ["--quiet"], cache)[:2] for _ in range(int(rounds))]
        short = min(run(few, cache)[1] for _ in range(int(rounds)))
        told = run(words + ["--explain", "--json"], cache)[2]
    seconds, spent = min(s for s, _ in took), min(s for _, s in took)
    more = (spent - short) / (ALL_FRAMES - FEW_FRAMES)
    print(f"{name}, 1080p, depth cached, {ALL_FRAMES} frames: {ALL_FRAMES / seconds:.1f} frames/s, "
          f"{1000 * spent / ALL_FRAMES:.1f} ms of processor a frame, start included; "
          f"{1000 * more:.1f} for a frame more")
    for step, ms in ledger(told, ALL_FRAMES).items():
        if ms >= 0.05:
            print(f"  {step:<28} {ms:7.1f} ms a frame, of all threads")


if __name__ == "__main__":
    main(*sys.argv[1:])
