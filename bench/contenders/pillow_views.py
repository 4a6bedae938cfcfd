"""Makes weak and strong views with Pillow on all cores, as the workers of a PyTorch data loader do.

Flip, reflect-padded crop, RandAugment and cutout follow FixMatch's PyTorch code (kekmodel/
FixMatch-pytorch) and torchvision's RandomCrop; workers write normalised float32 into memory that
all processes share, so that nothing is copied between them.
"""

import multiprocessing
import random
import time

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from python_work import given, operand, serve

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


class ViewWorkers:
    """Processes that make views of `images` [number, size, size, 3], as many as `workers`.

    Views lie in `views` [batches, 2, number, size, size, 3], weak ones before strong ones; the
    first `weak_only` images get no strong ones.
    """

    def __init__(self, images, workers, batches=1, weak_only=0):
        number = len(images)
        memory = multiprocessing.RawArray("f", batches * 2 * images.size)
        self.views = np.frombuffer(memory, np.float32).reshape((batches, 2, *images.shape))
        self.shares = [range(first, number, workers) for first in range(workers)]
        self.spent = {}  # seconds of processor time by the worker's id
        arguments = (images, memory, batches, weak_only)
        self.pool = multiprocessing.Pool(workers, start_worker, arguments)

    def begin(self, batch=0, times=1):
        """Begins to make all views of a batch anew."""
        parts = [(batch, rows) for rows in self.shares] * times
        self.making = self.pool.imap_unordered(make_views, parts)

    def finish(self):
        """Waits until they are made."""
        self.spent.update(self.making)

    def process_time(self):
        """Seconds of processor time that this process and the workers have spent."""
        return time.process_time() + sum(self.spent.values())


def start_worker(images, memory, batches, weak_only):
    global IMAGES, VIEWS, WEAK_ONLY
    IMAGES, WEAK_ONLY = images, weak_only
    VIEWS = np.frombuffer(memory, np.float32).reshape((batches, 2, *images.shape))


def make_views(part):
    batch, rows = part
    pad = IMAGES.shape[1] // 8
    for row in rows:
        wanted = (weak_view,) if row < WEAK_ONLY else (weak_view, strong_view)
        for view, out in zip(wanted, VIEWS[batch, :, row]):
            np.multiply(view(Image.fromarray(IMAGES[row]), pad), np.float32(2 / 255), out=out)
            out -= 1
    return multiprocessing.current_process().pid, time.process_time()


def main():
    problem = given()
    images = operand("uint8", problem["images"], problem["size"], problem["size"], 3)
    workers = ViewWorkers(images, problem["workers"])

    def run(times):
        workers.begin(times=times)
        workers.finish()

    serve(run, lambda: [workers.views], workers.process_time)


if __name__ == "__main__":
    main()
