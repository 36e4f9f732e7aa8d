#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mattes of real subjects laid over real photographs: bench/photographs.py FATHOM MATERIAL [SEED
[EACH [CONDITION,...]]]. MATERIAL is the folder with matte/, photos/ and pairs/; nothing of it is
kept. A toy, an animal and a head with curls, whose alpha is known, move before eleven backgrounds,
which are the plates; noise, exposure, a moved camera, shadows, JPEG and H.264 come on top. Printed
is what `fathom key --auto` misses (SAD of the middle frame) over what the plain difference misses
at the threshold and ramp that suit that frame best, found by trying. Needs OpenCV for Python and
ffmpeg."""
import functools, os, subprocess, sys, tempfile

try:
    import cv2
    import numpy as np
except ImportError as missing:
    sys.exit(f"photographs: {missing.name} is missing; install python3-opencv and python3-numpy")

WIDTH, HEIGHT, FRAMES, MIDDLE = 640, 360, 5, 2
SUBJECTS = [("gt05_fg.jpg", "gt05_alpha.jpg"), ("lemur.png", "lemur_alpha.png"),
            ("p3m_514ca06a.jpg", "p3m_514ca06a_alpha_pred.png")]
SETS = ["photos/chess_unsplash.jpg", "photos/dav2_01.jpg", "photos/dav2_08.jpg",
        "photos/dav2_16.jpg", "photos/mountain.jpg", "pairs/icl_livingroom_color.png",
        "pairs/nyu_basement_a_color.jpg", "pairs/nyu_basement_b_color.jpg",
        "pairs/redwood_chair_color.jpg", "pairs/kitti_road_5_color.png",
        "pairs/lensblur_shelf_color.jpg"]
# noise in steps of 255; camera: pixels right and down, degrees, zoom; shadow: light lost
CONDITIONS = {
    "clean": {}, "noise 2": {"noise": 2}, "noise 5": {"noise": 5}, "noise 10": {"noise": 10},
    "exposure": {"noise": 1.5, "gain": (.9, .93, .88), "offset": .015},
    "shift .4": {"noise": 1.5, "camera": (.4, -.3, 0, 1)},
    "shift 2": {"noise": 2, "camera": (1.7, -2.2, 0, 1)},
    "shift 5": {"noise": 2, "camera": (4.6, 2.3, 0, 1)},
    "turned": {"noise": 2, "camera": (2, 1, .6, 1.006)},
    "shadow": {"noise": 2, "shadow": .45}, "soft shadow": {"noise": 2, "shadow": .25},
    "JPEG 90": {"noise": 1.5, "jpeg": 90}, "JPEG 75": {"noise": 1.5, "jpeg": 75},
    "JPEG 50": {"noise": 1.5, "jpeg": 50}, "crf 18": {"noise": 1.5, "crf": 18},
    "crf 23": {"noise": 1.5, "crf": 23}, "crf 28": {"noise": 1.5, "crf": 28},
    "hand-held": {"noise": 3, "camera": (3.1, -1.4, -.8, .99), "gain": (1.06, 1.05, 1.02),
                  "offset": -.01, "crf": 20},
}


def picture(path, flags=1):
    found = cv2.imread(path, flags)
    if found is None:
        sys.exit(f"photographs: {path}: cannot be read")
    return found.astype(np.float32) / 255


def cover(image):
    scale = max(WIDTH / image.shape[1], HEIGHT / image.shape[0])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=how)
    y, x = (image.shape[0] - HEIGHT) // 2, (image.shape[1] - WIDTH) // 2
    return image[y:y + HEIGHT, x:x + WIDTH]


def unmixed(colours, alpha):
    """The colours of what is opaque for sure, spread over the rest."""
    sure = (alpha > .97).astype(np.float32)
    result, left = colours * sure[..., None], 1 - sure
    for sigma in (1, 2, 4, 8, 16, 32, 64):
        weight = cv2.GaussianBlur(sure, (0, 0), sigma)
        mean = cv2.GaussianBlur(colours * sure[..., None], (0, 0), sigma)
        known = (weight > .02) & (left > 0)
        result = np.where(known[..., None], mean / np.maximum(weight, 1e-6)[..., None], result)
        left = np.where(known, 0, left)
    return result


@functools.lru_cache(None)
def subject(material, which):
    colours, alpha = (picture(f"{material}/matte/{name}", flags)
                      for name, flags in zip(SUBJECTS[which], (1, 0)))
    scale = min(.85 * HEIGHT / alpha.shape[0], .6 * WIDTH / alpha.shape[1])
    colours = cv2.resize(colours, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(alpha, colours.shape[1::-1], interpolation=cv2.INTER_AREA)
    return unmixed(colours, alpha), alpha


def seen(image, camera):
    right, down, degrees, zoom = camera
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, zoom)
    matrix[:, 2] += right, down
    return cv2.warpAffine(image, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC,
                          borderMode=cv2.BORDER_REFLECT)


def to_bytes(image):
    return (np.clip(image, 0, 1) * 255 + .5).astype(np.uint8)


def shoot(material, which, plate, how, rng):
    """The shot's frames, the plate's, and the truth of the middle one."""
    colours, alpha = subject(material, which)
    height, width = alpha.shape
    shots, truth = [], None
    for frame in range(FRAMES):
        x = int(.2 * WIDTH) + 3 * frame
        whole = np.zeros((HEIGHT, WIDTH, 3), np.float32)
        mask = np.zeros((HEIGHT, WIDTH), np.float32)
        whole[-height:, x:x + width], mask[-height:, x:x + width] = colours, alpha
        shade = cv2.GaussianBlur(seen(mask, (45, 12, 0, 1)), (0, 0), 12) * how.get("shadow", 0)
        image = whole * mask[..., None] + plate * (1 - shade[..., None]) * (1 - mask[..., None])
        if "camera" in how:
            image, mask = seen(image, how["camera"]), np.clip(seen(mask, how["camera"]), 0, 1)
        shots.append(image * np.float32(how.get("gain", 1)) + np.float32(how.get("offset", 0)))
        truth = mask if frame == MIDDLE else truth
    grain = lambda: rng.normal(0, how.get("noise", 0) / 255, plate.shape).astype(np.float32)
    return [to_bytes(image + grain()) for image in shots], \
        [to_bytes(plate + grain()) for _ in shots], truth


def store(frames, path, how):
    """Writes them; returns the middle one as it is read again."""
    if "crf" not in how:
        image = frames[MIDDLE]
        if "jpeg" in how:
            image = cv2.imdecode(cv2.imencode(".jpg", image, [1, how["jpeg"]])[1], 1)
        cv2.imwrite(path + ".png", image)
        return path + ".png", image.astype(np.float32) / 255
    raw = ["-f", "rawvideo", "-pix_fmt", "bgr24"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *raw, "-s", f"{WIDTH}x{HEIGHT}", "-i", "-",
                    "-vf", "scale=out_color_matrix=bt709", "-colorspace", "bt709",
                    "-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", str(how["crf"]),
                    path + ".mp4"], check=True,
                   input=b"".join(frame.tobytes() for frame in frames))
    read = subprocess.run(["ffmpeg", "-v", "error", "-i", path + ".mp4", "-vf",
                           "scale=in_color_matrix=bt709:flags=bicubic", *raw, "-"],
                          check=True, stdout=subprocess.PIPE).stdout
    images = np.frombuffer(read, np.uint8).reshape(-1, HEIGHT, WIDTH, 3)
    return path + ".mp4", images[MIDDLE].astype(np.float32) / 255


def least_missed(shot, plate, truth):
    apart, least = np.abs(shot - plate).max(2), float("inf")
    for low in [*np.arange(0, .1, .01), *np.arange(.1, .4, .05)]:
        for ramp in (.004, .02, .05, .1, .15, .2, .3, .5):
            matte = np.clip((apart - np.float32(low)) * np.float32(1 / ramp), 0, 1)
            least = min(least, cv2.norm(matte, truth, cv2.NORM_L1))
    return least


def judge(fathom, folder, shot, plate, truth, how):
    shot_file, shot_seen = store(shot, os.path.join(folder, "s"), how)
    plate_file, plate_seen = store(plate, os.path.join(folder, "p"), how)
    matte = os.path.join(folder, "m.png")
    # OpenCV's package leads the loader to its own folder
    job = subprocess.run([fathom, "key", shot_file, "--clean", plate_file, "--auto", "--view",
                          "matte", "--quiet", "--overwrite", "-o", matte,
                          *(["--frames", str(MIDDLE + 1)] if "crf" in how else [])],
                         env={k: v for k, v in os.environ.items() if k != "LD_LIBRARY_PATH"})
    if job.returncode != 0:
        sys.exit(f"photographs: fathom key: status {job.returncode}")
    found = cv2.imread(matte, cv2.IMREAD_UNCHANGED)
    found = (found if found.ndim == 2 else found[..., 0]).astype(np.float32)
    found /= found.dtype.type(65535)
    return cv2.norm(found, truth, cv2.NORM_L1), least_missed(shot_seen, plate_seen, truth)


def main(fathom, material, seed="31", each="6", only=""):
    shares, worst = [], 0
    with tempfile.TemporaryDirectory(prefix="fathom-photographs-") as folder:
        for number, (name, how) in enumerate(CONDITIONS.items()):
            if only and name not in only.split(","):
                continue
            rng, sums, single = np.random.default_rng([int(seed), number]), np.zeros(2), []
            for turn in range(int(each)):
                plate = cover(picture(f"{material}/{SETS[int(rng.integers(len(SETS)))]}"))
                shot, plates, truth = shoot(material, turn % len(SUBJECTS), plate, how, rng)
                missed = judge(fathom, folder, shot, plates, truth, how)
                sums += missed
                single.append(missed[0] / missed[1])
            shares.append(sums[0] / sums[1])
            worst = max(worst, *single)
            print(f"{name:12} auto {sums[0]:8.0f}  plain {sums[1]:8.0f}  share {shares[-1]:.2f}",
                  " each " + " ".join(f"{share:.2f}" for share in single), flush=True)
    mean = sum(shares) / len(shares)
    print(f"mean of {len(shares)} conditions {mean:.2f}, worst picture {worst:.2f}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
