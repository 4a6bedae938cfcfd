"""Writes `ops_conv2d_groups`: convolutions whose channels are cut into groups, as PyTorch computes them.

Run with PyTorch 1.13.1 from the folder of the golden values: python3 ops/conv2d_groups.py
"""
import json
import struct

import torch
from torch.nn import functional as F

# name: images, inputs, height, width, outputs, kernel, stride, padding, groups, bias
CASES = {
    "k3s1p1_32to32_g8_9x7": (2, 32, 9, 7, 32, 3, 1, 1, 8, False),
    "k3s1p1_128to128_g32_8": (2, 128, 8, 8, 128, 3, 1, 1, 32, False),
    "k3s2p1_64to64_g4_11x10": (2, 64, 11, 10, 64, 3, 2, 1, 4, False),
    "k3s2p1_16to48_g4_bias_8": (3, 16, 8, 8, 48, 3, 2, 1, 4, True),
    "k3s1p1_6to9_g3_8x13": (1, 6, 8, 13, 9, 3, 1, 1, 3, True),
    "k5s3p2_5to5_g5_11x6": (2, 5, 11, 6, 5, 5, 3, 2, 5, False),
    "k1s2p0_8to12_g2_7": (2, 8, 7, 7, 12, 1, 2, 0, 2, True),
    "k7s2p3_8to8_g2_15": (1, 8, 15, 15, 8, 7, 2, 3, 2, False),
}


def run(shape, dtype):
    n, c, h, w, o, k, stride, padding, groups, bias = shape
    draw = torch.Generator().manual_seed(17)
    def random(*sizes): return torch.randn(*sizes, generator=draw, dtype=torch.float32).to(dtype)
    x, weight = random(n, c, h, w).requires_grad_(), random(o, c // groups, k, k).requires_grad_()
    b = random(o).requires_grad_() if bias else None
    y = F.conv2d(x, weight, b, stride, padding, groups=groups)
    dy = random(*y.shape)
    y.backward(dy)
    found = {"x": x, "w": weight, "b": b, "y": y, "dy": dy, "d_x": x.grad, "d_w": weight.grad,
             "d_b": None if b is None else b.grad}
    return {name: t.detach() for name, t in found.items() if t is not None}


MEANING = {"x": "input", "w": "input", "b": "input", "y": "output", "dy": "gradient arriving at y",
           "d_x": "gradient with respect to x", "d_w": "gradient with respect to w", "d_b": "gradient with respect to b"}
cases, data, header = {}, b"", {}
for case, shape in CASES.items():
    truth, single = run(shape, torch.float64), run(shape, torch.float32)
    tensors = {}
    for name, value in truth.items():
        entry = {"shape": list(value.shape), "dtype": "F32", "meaning": MEANING[name]}
        if name not in ("x", "w", "b", "dy"):
            entry |= {"f32_err": (single[name].double() - value).abs().max().item(), "absmax": value.abs().max().item()}
        tensors[name] = entry
        raw = value.float().contiguous().numpy().tobytes()
        header[f"{case}/{name}"] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    kernel, stride, padding, groups = shape[5:9]
    params = {"stride": stride, "padding": padding, "kernel": kernel, "groups": groups}
    cases[case] = {"params": params, "scalars": {}, "tensors": tensors}
about = {
    "group": "ops_conv2d_groups",
    "checks": "2-d convolution of several groups, zero padding: output and gradients with respect to input, weight and bias",
    "source": f"PyTorch {torch.__version__} on CPU in float64 on float32 inputs, rounded to float32: torch.nn.functional.conv2d",
    "tolerance": "|got-want| <= 1e-5 * absmax(want) + 1e-6; f32_err is the largest error of PyTorch's own float32 kernel",
    "layout": "x and y are NCHW, w is [out, in / groups, kh, kw], b is [out]",
    "cases": cases,
}
with open("ops_conv2d_groups.json", "w") as file:
    json.dump(about, file, indent=1)
header["__metadata__"] = {"group": "ops_conv2d_groups", "tensor_names": "case/tensor", "described_in": "ops_conv2d_groups.json"}
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open("ops_conv2d_groups.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + data)
