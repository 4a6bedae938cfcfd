"""Classifies images by a file of weights: python3 classify.py FILE.safetensors IMAGE..."""
import json
import sys

import numpy
import torch
from PIL import Image

from load import load, probabilities


def prepare(path, card):
    """An image as the training's test images were: see `card["resize"]`."""
    how, image = json.loads(card["prepare"]), Image.open(path).convert("RGB")
    size, (width, height) = how["size"], image.size
    if how["fit"] == "squash" or width == height:
        image = image.resize((size, size), Image.BILINEAR)
    else:
        long = max(size, int(size * max(width, height) / min(width, height)))
        skip, wide = round((long - size) / 2), width > height
        image = image.resize((long, size) if wide else (size, long), Image.BILINEAR)
        image = image.crop((skip, 0, skip + size, size) if wide else (0, skip, size, skip + size))
    for stage in how["stages"]:
        size = stage["size"]
        if stage["kind"] == "resize":
            image = image.resize((size, size), Image.BILINEAR)
        elif stage["kind"] == "centerCrop":
            left, top = (round((side - size) / 2) for side in image.size)
            image = image.crop((left, top, left + size, top + size))
        else:
            raise ValueError(f"no {stage['kind']} here")
    return torch.from_numpy(numpy.asarray(image).copy()).permute(2, 0, 1) / 255


if __name__ == "__main__":
    model, card = load(sys.argv[1])
    names = json.loads(card["classNames"])
    for path in sys.argv[2:]:
        [p] = probabilities(model, card, prepare(path, card)[None])
        print(json.dumps({"path": path, "class": names[int(p.argmax())], "probabilities": p.tolist()}))
