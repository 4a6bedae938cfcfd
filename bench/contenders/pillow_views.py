"""Makes weak and strong views with Pillow on all cores, as the workers of a PyTorch data loader do.

Flip, reflect-padded crop, RandAugment and cutout follow FixMatch's PyTorch code (kekmodel/
FixMatch-pytorch) and torchvision's RandomCrop; workers write normalised float32 into memory that
all processes share, so that nothing is copied between them.

Speaks with the bench by standard input and output: it gets a line of JSON and the images' bytes and
says it is ready; then for each line `run TIMES` it answers with the processor time spent so far, in
milliseconds, and for a line `result` with the float32 of all weak views and of all strong ones.
"""

import json
import multiprocessing
import random
import sys
import time

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

GREY = (127, 127, 127)
CUTOUT = 16


def weak_view(image, pad):
    if random.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    padded = np.pad(np.asarray(image), ((pad, pad), (pad, pad), (0, 0)), mode="reflect")
    left, top = random.randint(0, 2 * pad), random.randint(0, 2 * pad)
    width, height = image.size
    return Image.fromarray(padded).crop((left, top, left + width, top + height))


def strong_view(image, pad):
    image = weak_view(image, pad)
    for operation in random.choices(POOL, k=2):
        level = random.randint(1, 9)
        if random.random() < 0.5:
            image = operation(image, level)
    return cutout(image)


def cutout(image):
    width, height = image.size
    x, y = random.uniform(0, width), random.uniform(0, height)
    left, top = int(max(0, x - CUTOUT / 2)), int(max(0, y - CUTOUT / 2))
    right, bottom = int(min(width, left + CUTOUT)), int(min(height, top + CUTOUT))
    ImageDraw.Draw(image).rectangle((left, top, right, bottom), GREY)
    return image


def enhance(kind):
    return lambda image, level: kind(image).enhance(level * 0.9 / 10 + 0.05)


def affine(coefficients):
    """An affine map by a signed share of 0.3 and the image's size."""

    def apply(image, level):
        share = signed(level * 0.3 / 10)
        return image.transform(image.size, Image.Transform.AFFINE, coefficients(share, image.size))

    return apply


def signed(value):
    return -value if random.random() < 0.5 else value


POOL = (
    lambda image, level: ImageOps.autocontrast(image),
    enhance(ImageEnhance.Brightness),
    enhance(ImageEnhance.Color),
    enhance(ImageEnhance.Contrast),
    lambda image, level: ImageOps.equalize(image),
    lambda image, level: image,
    lambda image, level: ImageOps.posterize(image, int(level * 4 / 10) + 4),
    lambda image, level: image.rotate(signed(int(level * 30 / 10))),
    enhance(ImageEnhance.Sharpness),
    affine(lambda share, size: (1, share, 0, 0, 1, 0)),
    affine(lambda share, size: (1, 0, 0, share, 1, 0)),
    lambda image, level: ImageOps.solarize(image, 256 - int(level * 256 / 10)),
    affine(lambda share, size: (1, 0, int(share * size[0]), 0, 1, 0)),
    affine(lambda share, size: (1, 0, 0, 0, 1, int(share * size[1]))),
)


def start_worker(images, views, number, size):
    """Lets a worker see the images [number, size, size, 3] and the views [2, number, ...]."""
    global IMAGES, VIEWS
    shape = (number, size, size, 3)
    IMAGES = np.frombuffer(images, np.uint8).reshape(shape)
    VIEWS = np.frombuffer(views, np.float32).reshape((2, *shape))


def make_views(rows):
    pad = IMAGES.shape[1] // 8
    for row in rows:
        for view, out in zip((weak_view, strong_view), VIEWS[:, row]):
            np.multiply(view(Image.fromarray(IMAGES[row]), pad), np.float32(2 / 255), out=out)
            out -= 1
    return multiprocessing.current_process().pid, time.process_time()


def main():
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer

    def say(line):
        stdout.write(line.encode() + b"\n")
        stdout.flush()

    given = json.loads(stdin.readline())
    number, size, workers = given["images"], given["size"], given["workers"]
    length = number * size * size * 3
    images = multiprocessing.RawArray("B", length)
    views = multiprocessing.RawArray("f", 2 * length)
    np.frombuffer(images, np.uint8)[:] = np.frombuffer(stdin.read(length), np.uint8)
    with multiprocessing.Pool(workers, start_worker, (images, views, number, size)) as pool:
        parts = [range(first, number, workers) for first in range(workers)]
        spent = {}
        say("ready")
        for line in iter(stdin.readline, b""):
            verb, *arguments = line.split()
            if verb == b"run":
                spent.update(pool.imap_unordered(make_views, parts * int(arguments[0])))
                say(str(1000 * (time.process_time() + sum(spent.values()))))
            else:
                stdout.write(np.frombuffer(views, np.float32).tobytes())
                stdout.flush()


if __name__ == "__main__":
    main()
