#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The most memory that jobs hold, at 1080p and 4K, beside what they may: bench/memory.py FATHOM CLIP
[WORD]. WORD: only jobs with it in their names. A job of networks may hold what these take as well,
which is what it holds of a thumbnail."""
import os, subprocess, sys, tempfile, time

SIZES = {"1080p": ("1920x1080", 700), "4K": ("3840x2160", 2000)}
# name, words, frames at 1080p and at 4K, networks
JOBS = [
    ("grade", ["apply", "grade", "{clip}", "--gain", "1.2"], 60, 30, False),
    ("key", ["key", "{clip}", "--clean", "{plate}"], 60, 30, False),
    ("key --auto", ["key", "{clip}", "--clean", "{plate}", "--auto"], 60, 30, False),
    ("deflicker", ["apply", "deflicker", "{clip}"], 60, 30, False),
    ("denoise", ["apply", "denoise", "{clip}"], 40, 24, False),
    ("clean_plate", ["apply", "clean_plate", "{clip}"], 16, 8, False),
    ("depth faster", ["depth", "{clip}", "--mode", "faster"], 40, 20, True),
    ("depth", ["depth", "{clip}"], 12, 8, True),
]


def ffmpeg(*words):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *words], check=True)


def make_clip(source, size, frames, path):
    ffmpeg("-stream_loop", "9", "-i", source, "-an", "-vf", f"scale={size.replace('x', ':')}",
           "-frames:v", str(frames), "-c:v", "libx264", "-preset", "veryfast", "-crf", "20",
           "-pix_fmt", "yuv420p", path)


def hold(words, folder):
    """Bytes at most, seconds. Nothing it has made before spares it work."""
    with tempfile.TemporaryDirectory(dir=folder) as cache:
        began = time.monotonic()
        job = subprocess.Popen(words, env={**os.environ, "FATHOM_CACHE": cache},
                               stderr=subprocess.PIPE)
        said = job.stderr.read()
        _, status, usage = os.wait4(job.pid, 0)
        if status != 0:
            sys.exit(f"{' '.join(words)}: {said.decode().strip()}")
        return usage.ru_maxrss * 1024, time.monotonic() - began


def run(fathom, job, clip, plate, frames, folder):
    _, words, _, _, _ = job
    words = [w.format(clip=clip, plate=plate) for w in words]
    out = os.path.join(folder, "out.####.exr")
    held, spent = hold([fathom, *words, "--frames", f"1-{frames}", "-o", out, "--quiet"], folder)
    for name in os.listdir(folder):
        if name.startswith("out."):
            os.remove(os.path.join(folder, name))
    return held, spent


def measure(fathom, job, clips, folder):
    """A line, and whether all of it is within its limit."""
    name, _, *frames, networks = job
    held, spent = [], []
    within = True
    own = run(fathom, job, *clips["thumbnail"], 8, folder)[0] if networks else 0
    for i, (size, (_, limit)) in enumerate(SIZES.items()):
        most, seconds = run(fathom, job, *clips[size], frames[i], folder)
        within = within and most <= limit * 1e6 + own
        held.append(most / 1e6)
        spent.append(seconds / frames[i])
    print(f"{name:14} {held[0]:7.0f} {held[1]:7.0f} {own / 1e6:9.0f}   "
          f"{spent[0]:6.2f} {spent[1]:6.2f}  {'' if within else 'MISS'}", flush=True)
    return within


def main():
    fathom, source = os.path.abspath(sys.argv[1]), sys.argv[2]
    word = sys.argv[3] if len(sys.argv) > 3 else ""
    jobs = [job for job in JOBS if word in job[0]]
    if not jobs:
        sys.exit(f"no job has '{word}' in its name: {', '.join(job[0] for job in JOBS)}")
    with tempfile.TemporaryDirectory(prefix="fathom-memory-") as folder:
        clips = {}
        for size, pixels in [("thumbnail", "64x36")] + [(k, v[0]) for k, v in SIZES.items()]:
            clip, plate = (os.path.join(folder, f"{size}.{end}") for end in ("mp4", "png"))
            make_clip(source, pixels, 80 if size == "1080p" else 40, clip)
            ffmpeg("-i", clip, "-frames:v", "1", plate)
            clips[size] = clip, plate
        limits = ", ".join(f"{v[1]} MB at {k}" for k, v in SIZES.items())
        print(f"the most a job holds, MB; at most {limits}, and what its networks take")
        print(f"{'':14} {'1080p':>7} {'4K':>7} {'networks':>9}   s a frame")
        within = [measure(fathom, job, clips, folder) for job in jobs]
    sys.exit(0 if all(within) else 1)


main()
