"""`small-cnn`: three convolutions."""
import json
import re

from torch import nn

from load import add_heads, classify

NAME = re.compile(r"small-cnn$")


class SmallCnn(nn.Module):
    def __init__(self):
        super().__init__()
        for i, (inputs, outputs, stride) in enumerate([(3, 8, 1), (8, 16, 2), (16, 32, 2)], 1):
            self.add_module(f"conv{i}", nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False))
            self.add_module(f"bn{i}", nn.BatchNorm2d(outputs))

    def forward(self, x):
        x = self.bn1(self.conv1(x)).relu()
        x = self.bn2(self.conv2(x)).relu()
        return classify(self, self.bn3(self.conv3(x)).relu())


def build(card):
    model = SmallCnn()
    add_heads(model, 32, {"main": ("fc", len(json.loads(card["classNames"])))}, card)
    return model
