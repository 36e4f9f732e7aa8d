#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills a job at random moments until it is done, again and again with --resume, and compares every
byte with an uninterrupted run: bench/kill_and_resume.py FATHOM CLIP [KILLS] [SEED]."""
import filecmp, os, random, shutil, subprocess, sys, tempfile, time

JOBS = {
    "png": ["apply", "blur", "{clip}", "--radius", "20", "-o", "x.####.png"],
    "exr": ["depth", "{clip}", "--mode", "faster", "-o", "x.####.exr"],
    "mkv": ["depth", "{clip}", "--mode", "faster", "-o", "x.mkv"],
    "mov": ["matte", "{clip}", "--mode", "faster", "-o", "x.mov"],
}


def command(job, fathom, clip, folder, *more):
    words = [w.format(clip=clip) for w in job]
    at = words.index("-o") + 1
    words[at] = os.path.join(folder, words[at])
    return [fathom, *words, *more]


def run(words, cache, seconds=None):
    """Seconds it took, or None: it was killed."""
    began = time.monotonic()
    job = subprocess.Popen(words, env={**os.environ, "FATHOM_CACHE": cache},
                           stderr=subprocess.PIPE, text=True)
    try:
        job.wait(seconds)
    except subprocess.TimeoutExpired:
        job.kill()
        job.wait()
        return None
    said = job.stderr.read()
    if job.returncode != 0:
        sys.exit(f"{' '.join(words)}: status {job.returncode}: {said}")
    return time.monotonic() - began


def files(folder):
    return sorted(os.listdir(folder))


def try_job(name, job, fathom, clip, kills, chance):
    base = tempfile.mkdtemp(prefix="fathom-kills-")
    want, got = os.path.join(base, "want"), os.path.join(base, "got")
    os.mkdir(want), os.mkdir(got)
    whole = run(command(job, fathom, clip, want), os.path.join(base, "cache-a"))
    again = run(command(job, fathom, clip, want, "--overwrite"), os.path.join(base, "cache-a"))
    killed, finished, spent, cache = 0, 0, 0.0, os.path.join(base, "cache-b")
    while killed < kills:
        seconds = chance.uniform(0.05, whole)
        more = ["--resume"] if files(got) else []
        if run(command(job, fathom, clip, got, *more), cache, seconds) is None:
            killed += 1
            continue
        finished += 1
        check(want, got, name)
        shutil.rmtree(got), os.mkdir(got)
        shutil.rmtree(cache, ignore_errors=True)
    began = time.monotonic()
    run(command(job, fathom, clip, got, "--resume"), cache)
    spent = time.monotonic() - began
    check(want, got, name)
    shutil.rmtree(base)
    print(f"{name}: {killed} kills, {finished + 1} times to the end, same bytes; whole run "
          f"{whole:.1f} s, again from the cache {again:.1f} s, last resume {spent:.1f} s", flush=True)


def check(want, got, name):
    a, b = files(want), files(got)
    wrong = [f for f in a if f not in b or not filecmp.cmp(os.path.join(want, f),
                                                           os.path.join(got, f), False)]
    if wrong or a != b:
        sys.exit(f"{name}: {got} is not {want}: {wrong or set(a) ^ set(b)}")


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    kills = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    chance = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
    for name, job in JOBS.items():
        try_job(name, job, os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]),
                kills // len(JOBS), chance)


main()
