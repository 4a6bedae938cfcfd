"""`resnet-18`, `-34`, `-50` and `resnext-50`, with the small stem for images up to 64 pixels or torchvision's."""
import json
import re

from torch import nn

from load import add_heads, classify

NAME = re.compile(r"(resnet|resnext)-(18|34|50)$")
BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3)}
HEADS = {
    "simpro": {"main": ("fc", None), "balanced": ("fc1", None), "rotation": ("rot", 4)},
    "usb": {"main": ("classifier", None)},
    "daso": {"main": ("classifier.classifier", None)},
    "cossl": {"main": ("output", None), "rotation": ("rot", 4)},
    "cdmad": {"main": ("output", None), "rotation": ("rot", 4)},
}


class Block(nn.Module):
    """Two 3x3 convolutions, or a 3x3 one between two 1x1 ones, the last four times as wide; ResNeXt's has 32 groups."""

    def __init__(self, inputs, planes, stride, bottleneck, large, groups=1):
        super().__init__()
        outputs = 4 * planes if bottleneck else planes
        inner = planes if groups == 1 else 2 * planes
        sizes = [(inputs, inner, 1, 1), (inner, inner, 3, stride), (inner, outputs, 1, 1)] if bottleneck \
            else [(inputs, planes, 3, stride), (planes, planes, 3, 1)]
        for i, (a, b, kernel, step) in enumerate(sizes, 1):
            self.add_module(f"conv{i}", nn.Conv2d(a, b, kernel, step, kernel // 2, 1, groups if kernel == 3 else 1, bias=False))
            self.add_module(f"bn{i}", nn.BatchNorm2d(b))
        self.layers, self.side = len(sizes), "downsample" if large else "shortcut"
        changes = stride > 1 or inputs != outputs
        projection = [nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)]
        self.add_module(self.side, nn.Sequential(*projection if changes else []))

    def forward(self, x):
        y = x
        for i in range(1, self.layers + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            y = y.relu() if i < self.layers else y
        return (y + getattr(self, self.side)(x)).relu()


def stage(inputs, planes, blocks, stride, bottleneck, large, groups=1):
    outputs = 4 * planes if bottleneck else planes
    return nn.Sequential(*(Block(inputs if i == 0 else outputs, planes, stride if i == 0 else 1, bottleneck, large,
                                 groups)
                           for i in range(blocks)))


class Stem(nn.Module):
    """What all residual networks begin with."""

    def __init__(self, large):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, *(7, 2, 3) if large else (3, 1, 1), bias=False)
        self.bn1, self.pool = nn.BatchNorm2d(64), nn.MaxPool2d(3, 2, 1) if large else nn.Identity()

    def stem(self, x):
        return self.pool(self.bn1(self.conv1(x)).relu())


class ResNet(Stem):
    def __init__(self, depth, large, groups):
        super().__init__(large)
        wide = 4 if depth == 50 else 1
        for i, blocks in enumerate(BLOCKS[depth]):
            inputs = 64 if i == 0 else 32 * 2**i * wide
            self.add_module(f"layer{i + 1}", stage(inputs, 64 * 2**i, blocks, 1 if i == 0 else 2, wide > 1, large,
                                                      groups))
        self.features = 512 * wide

    def forward(self, x):
        return classify(self, self.layer4(self.layer3(self.layer2(self.layer1(self.stem(x))))))


def is_large(card):
    return json.loads(card["prepare"])["size"] > 64


def build(card):
    kind, depth = NAME.match(card["model"]).groups()
    model = ResNet(int(depth), is_large(card), 32 if kind == "resnext" else 1)
    classes = len(json.loads(card["classNames"]))
    own = {name: (where, n or classes) for name, (where, n) in HEADS[card["modelVariant"]].items()}
    add_heads(model, model.features, own, card)
    return model
