"""Reads what `longtail export --out FILE.safetensors` wrote, with nothing but PyTorch."""
import json
import struct

import torch
from torch import nn


def read(path):
    """Weights by name, and what the file says of itself."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        entries, data = json.loads(file.read(length)), bytearray(file.read())
    card = entries.pop("__metadata__")
    state = {}
    for name, entry in entries.items():
        begin, end = entry["data_offsets"]
        state[name] = torch.frombuffer(data[begin:end], dtype=torch.float32).reshape(entry["shape"])
    return state, card


def load(path):
    """The network of a file, ready to classify, and what the file says of itself."""
    import expert_resnet, resnet, small_cnn, wide_resnet

    state, card = read(path)
    family = next(f for f in (expert_resnet, resnet, small_cnn, wide_resnet) if f.NAME.match(card["model"]))
    model = family.build(card)
    model.load_state_dict(state)  # strict: every weight has its place
    return model.eval(), card


def put(model, name, layer):
    """Puts a layer where a dotted name says."""
    *way, last = name.split(".")
    for step in way:
        if not hasattr(model, step):
            model.add_module(step, nn.Module())
        model = getattr(model, step)
    model.add_module(last, layer)


def add_heads(model, features, own, card):
    """Linear heads on features: the model's own by name, as (where, outputs), and those of methods."""
    added = json.loads(card["heads"])
    own = {**own, **{name: (head.get("parameterName", f"heads.{name}"), head["classes"] * head.get("experts", 1))
                     for name, head in added.items() if name not in own}}
    projectors = {head.get("parameterName", f"heads.{name}"): head["projector"]
                  for name, head in added.items() if "projector" in head}
    for where, outputs in own.values():
        put(model, where, projector(features, outputs, **projectors[where]) if where in projectors
            else nn.Linear(features, outputs))
    model.norms = json.loads(card.get("classwiseNorms", "[]"))
    for name in model.norms:
        put(model, name, nn.BatchNorm2d(features))
    model.head = own.get(card["head"], [None])[0]
    model.experts = added.get(card["head"], {}).get("experts", 1)


def projector(inputs, outputs, hidden, norm):
    """What contrastive losses are taken on; no image is classified by it."""
    middle = [nn.BatchNorm1d(hidden)] if norm else []
    return nn.Sequential(nn.Linear(inputs, hidden), *middle, nn.ReLU(), nn.Linear(hidden, outputs))


def classify(model, last):
    """Logits of the head that is evaluated, from the last map or from features; of experts their mean.

    Of class-wise batch norms on the map the mean counts, which a linear head gives for their mean.
    """
    if model.norms:
        last = sum(model.get_submodule(name)(last) for name in model.norms) / len(model.norms)
    features = last.mean((2, 3)) if last.dim() == 4 else last
    logits = model.get_submodule(model.head)(features)
    return logits.unflatten(1, (model.experts, -1)).mean(1)


@torch.no_grad()
def probabilities(model, card, images):
    """Of images [n, 3, size, size] in 0 ... 1, prepared as `card["resize"]` says."""
    mean, std = (torch.tensor(json.loads(card[key])).view(3, 1, 1) for key in ("mean", "std"))
    logits = model((images - mean) / std)
    if "evaluationScale" in card:  # what the methods do to logits when they are evaluated
        scale, offsets = (torch.tensor(json.loads(card[f"evaluation{key}"])) for key in ("Scale", "Offsets"))
        logits = scale * logits + offsets
    return logits.softmax(1)
