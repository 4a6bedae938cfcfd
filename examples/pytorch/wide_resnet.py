"""`wrn-D-K` in the forms of SimPro and ACR (`simpro`), USB and ADELLO (`usb`), DASO and SEVAL (`daso`), CoSSL, CDMAD; USB's `wrn-37-K`."""
import json
import re

from torch import nn

from load import add_heads, classify, put

NAME = re.compile(r"wrn-(\d+)-(\d+)$")
EPS = {"simpro": (1e-5, 1e-5), "usb": (1e-5, 1e-3), "daso": (1e-5, 1e-5), "cossl": (1e-3, 1e-3), "cdmad": (1e-5, 1e-5)}
HEADS = {
    "simpro": {"main": ("fc", None)},
    "usb": {"main": ("classifier", None)},
    "daso": {"main": ("classifier.classifier", None)},
    "cossl": {"main": ("output", None), "rotation": ("rot", 4)},
    "cdmad": {"main": ("output", None), "rotation": ("rot", 4)},
}


def conv(inputs, outputs, kernel=3, stride=1, bias=False):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=bias)


class LegacyBlock(nn.Module):
    """Of simpro and usb: where channels change, the convolution sees what comes in, not activated."""

    def __init__(self, inputs, outputs, stride, first, eps, bias=False):
        super().__init__()
        self.changes = inputs != outputs
        self.shared = first and self.changes
        self.bn1, self.conv1 = nn.BatchNorm2d(inputs, eps), conv(inputs, outputs, 3, stride, bias)
        self.bn2, self.conv2 = nn.BatchNorm2d(outputs, eps), conv(outputs, outputs, bias=bias)
        self.act = nn.LeakyReLU(0.1)
        if self.changes:
            self.convShortcut = conv(inputs, outputs, 1, stride, bias)

    def forward(self, x):
        active = self.act(self.bn1(x))
        y = self.conv1(x if self.changes and not self.shared else active)
        side = active if self.shared else x
        return self.conv2(self.act(self.bn2(y))) + (self.convShortcut(side) if self.changes else side)


class CleanBlock(nn.Module):
    """Of daso, cossl and cdmad: pre-activation, which the first block shares with its shortcut."""

    def __init__(self, inputs, outputs, stride, first, eps):
        super().__init__()
        before = [nn.BatchNorm2d(inputs, eps), nn.LeakyReLU(0.1)]
        self.pre_act = nn.Sequential(*before if first else [])
        self.layer = nn.Sequential(
            *[] if first else before, conv(inputs, outputs, 3, stride),
            nn.BatchNorm2d(outputs, eps), nn.LeakyReLU(0.1), conv(outputs, outputs))
        self.identity = conv(inputs, outputs, 1, stride) if stride > 1 or inputs != outputs else nn.Identity()

    def forward(self, x):
        x = self.pre_act(x)
        return self.layer(x) + self.identity(x)


class WideResNet(nn.Module):
    def __init__(self, depth, width, variant):
        super().__init__()
        if depth == 37:
            return self.four_stages(width)
        legacy, prefix = variant in ("simpro", "usb"), "encoder." if variant == "daso" else ""
        eps, last_eps = EPS[variant]
        self.way, inputs = [], 16
        self.add("conv1" if legacy else f"{prefix}init_conv", conv(3, 16, bias=variant == "usb"))
        for stage in (1, 2, 3):
            for i in range((depth - 4) // 6):
                outputs, stride = 8 * width * 2**stage, 2 if stage > 1 and i == 0 else 1
                block = (LegacyBlock if legacy else CleanBlock)(inputs, outputs, stride, stage == 1 and i == 0, eps)
                self.add(f"block{stage}.layer.{i}" if legacy else f"{prefix}unit{stage}.{i}", block)
                inputs = outputs
        self.add("bn1" if legacy else f"{prefix}unit4.0", nn.BatchNorm2d(inputs, last_eps))
        self.features = inputs

    def four_stages(self, width):
        self.way, inputs = [], 16
        self.add("conv1", conv(3, 16, bias=True))
        for stage in (1, 2, 3, 4):
            for i in range(4):
                outputs = 8 * width * 2**stage
                self.add(f"block{stage}.layer.{i}", LegacyBlock(inputs, outputs, 2 if i == 0 else 1, i == 0, 1e-3, True))
                inputs = outputs
        self.add("bn1", nn.BatchNorm2d(inputs, 1e-3))
        self.features = inputs

    def add(self, name, layer):
        put(self, name, layer)
        self.way.append(name)

    def forward(self, x):
        for name in self.way:
            x = self.get_submodule(name)(x)
        return classify(self, nn.functional.leaky_relu(x, 0.1))


def build(card):
    depth, width = map(int, NAME.match(card["model"]).groups())
    model, classes = WideResNet(depth, width, card.get("modelVariant")), len(json.loads(card["classNames"]))
    heads = {"main": ("fc", None)} if depth == 37 else HEADS[card["modelVariant"]]
    own = {name: (where, n or classes) for name, (where, n) in heads.items()}
    add_heads(model, model.features, own, card)
    return model
