"""`resnet-32-experts-M`, `resnet-50-experts-M` and `resnext-50-experts-M` of BalPoE: cosine classifiers of experts, and their mean."""
import json
import re

import torch
from torch import nn
from torch.nn import functional as F

from load import add_heads, classify
from resnet import Stem, is_large, stage

NAME = re.compile(r"(resnet|resnext)-(32|50)-experts-(\d+)$")


class Cosine(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(inputs, outputs))

    def forward(self, x):
        return 30 * F.normalize(x, dim=1) @ F.normalize(self.weight, dim=0)


class Block(nn.Module):
    """Two convolutions; the shortcut takes every second pixel and has channels of zeros on both sides."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.stride, self.more = stride, outputs - inputs
        self.conv1, self.bn1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)

    def forward(self, x):
        y = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        before = self.more // 2
        side = F.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, before, self.more - before))
        return (y + side).relu()


def group(inputs, outputs, stride):
    return nn.Sequential(*(Block(inputs if i == 0 else outputs, outputs, stride if i == 0 else 1) for i in range(5)))


class ExpertResNet(Stem):
    def __init__(self, depth, experts, classes, large, groups):
        super().__init__(large and depth == 50)
        if depth == 32:
            self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
            self.layer1, self.layer2, self.width = group(16, 16, 1), nn.Identity(), 64
            self.layer2s = nn.ModuleList(group(16, 32, 2) for _ in range(experts))
            self.layer3s = nn.ModuleList(group(32, 64, 2) for _ in range(experts))
        else:
            self.layer1, self.width = stage(64, 64, 3, 1, True, large, groups), 2048
            self.layer2 = stage(256, 128, 4, 2, True, large, groups)
            self.layer3s = nn.ModuleList(stage(512, 256, 6, 2, True, large, groups) for _ in range(experts))
            self.layer4s = nn.ModuleList(stage(1024, 512, 3, 2, True, large, groups) for _ in range(experts))
        self.own = [self.layer2s, self.layer3s] if depth == 32 else [self.layer3s, self.layer4s]
        self.linears = nn.ModuleList(Cosine(self.width, classes) for _ in range(experts))

    def forward(self, x):
        shared = self.layer2(self.layer1(self.stem(x)))
        features = [second(first(shared)).mean((2, 3)) for first, second in zip(*self.own)]
        if self.head is not None:  # one that a method added
            return classify(self, torch.cat(features, 1))
        return torch.stack([linear(f) for linear, f in zip(self.linears, features)]).mean(0)


def build(card):
    kind, depth, experts = NAME.match(card["model"]).groups()
    depth, experts, groups = int(depth), int(experts), 32 if kind == "resnext" else 1
    model = ExpertResNet(depth, experts, len(json.loads(card["classNames"])), is_large(card), groups)
    added = {name: head for name, head in json.loads(card["heads"]).items() if name != "experts"}
    add_heads(model, experts * model.width, {}, {**card, "heads": json.dumps(added)})
    return model
