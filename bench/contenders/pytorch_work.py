"""The bench's work in PyTorch, on all cores or on a GPU: float32 without TF32, channels last.

A training step is what FixMatch's PyTorch code (kekmodel/FixMatch-pytorch) does in it, with the
network of examples/pytorch in the form of DASO's code.
"""

import copy
import json
import os
import sys

import torch
from torch.nn import functional as F

from pillow_views import ViewWorkers
from python_work import given, operand, serve

sys.path.append(os.path.join(os.path.dirname(__file__), "../../examples/pytorch"))
import wide_resnet


def tensor(*shape):
    """The next operand, on the device."""
    x = torch.from_numpy(operand("float32", *shape)).to(DEVICE)
    return x.contiguous(memory_format=torch.channels_last) if len(shape) == 4 else x


def serve_kernel(compute):
    """Serves what has no state; `compute()` gives its outputs."""
    outputs = []

    def run(times):
        for _ in range(times):
            outputs[:] = compute()
        synchronize()

    serve(run, lambda: map(array, outputs))


def synchronize():
    if DEVICE == "cuda":
        torch.cuda.synchronize()


def array(x):
    return x.detach().cpu().contiguous().numpy()


def gemm(m, n, k, **_):
    a, b = tensor(m, k), tensor(k, n)
    serve_kernel(lambda: [a @ b])


def conv2d(kind, batch, size, inChannels, outChannels, kernel, stride, **_):
    x = tensor(batch, inChannels, size, size)
    w = tensor(outChannels, inChannels, kernel, kernel)
    dy = tensor(batch, outChannels, size // stride, size // stride)
    if kind == "forward":
        serve_kernel(lambda: [F.conv2d(x, w, stride=stride, padding=kernel // 2)])
        return
    wanted = (x if kind == "input" else w).requires_grad_()
    y = F.conv2d(x, w, stride=stride, padding=kernel // 2)
    serve_kernel(lambda: torch.autograd.grad(y, wanted, dy, retain_graph=True))


def batch_norm_train(batch, channels, size, epsilon, **_):
    shape = batch, channels, size, size
    x, gamma, beta, dy = tensor(*shape), tensor(channels), tensor(channels), tensor(*shape)
    wanted = [t.requires_grad_() for t in (x, gamma, beta)]
    mean, variance = torch.zeros_like(gamma), torch.ones_like(gamma)

    def compute():
        y = F.batch_norm(x, mean, variance, gamma, beta, training=True, eps=epsilon)
        return [y, *torch.autograd.grad(y, wanted, dy)]

    serve_kernel(compute)


class Training:
    """A network, its average and its optimizer."""

    def __init__(self, depth, width, classes, parameters, labeled, threshold, learningRate,
                 momentum, weightDecay, averageDecay, **_):
        model = wide_resnet.build({
            "model": f"wrn-{depth}-{width}",
            "modelVariant": "daso",
            "classNames": json.dumps([*range(classes)]),
            "heads": "{}",
            "head": "main",
        })
        named = dict(model.named_parameters())
        self.parameters = [named.pop(p["name"]) for p in parameters]
        assert not named, f"the bench gives no {', '.join(named)}"
        with torch.no_grad():
            for p, into in zip(parameters, self.parameters):
                into.copy_(torch.from_numpy(operand("float32", *p["shape"])))
        self.model = model.to(DEVICE, memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.model)
        self.labels = torch.from_numpy(operand("int32", labeled)).long().to(DEVICE)
        self.threshold, self.average_decay = threshold, averageDecay
        groups = [
            {"params": [p for p in self.parameters if p.dim() > 1], "weight_decay": weightDecay},
            {"params": [p for p in self.parameters if p.dim() == 1], "weight_decay": 0},
        ]
        options = {"momentum": momentum, "nesterov": True, "foreach": True}
        self.optimizer = torch.optim.SGD(groups, learningRate, **options)
        self.loss = torch.tensor(float("nan"))

    def step(self, labeled, weak, strong):
        with torch.no_grad():
            confidence, targets = self.model(weak).softmax(1).max(1)
            mask = (confidence >= self.threshold).float()
        logits = self.model(torch.cat((labeled, strong)))
        supervised, guessed = logits.split((len(labeled), len(strong)))
        consistency = F.cross_entropy(guessed, targets, reduction="none") * mask
        self.loss = F.cross_entropy(supervised, self.labels) + consistency.mean()
        self.optimizer.zero_grad(set_to_none=True)
        self.loss.backward()
        self.optimizer.step()
        self.follow()

    @torch.no_grad()
    def follow(self):
        """The average follows the model; it has the model's running statistics."""
        averages = list(self.average.parameters())
        torch._foreach_mul_(averages, self.average_decay)
        torch._foreach_add_(averages, list(self.model.parameters()), alpha=1 - self.average_decay)
        for into, buffer in zip(self.average.buffers(), self.model.buffers()):
            into.copy_(buffer)

    def result(self):
        return map(array, [self.loss, *self.parameters])


def fixmatch_step(size, labeled, unlabeled, **problem):
    views = [tensor(number, 3, size, size) for number in (labeled, unlabeled, unlabeled)]
    training = Training(labeled=labeled, **problem)

    def run(times):
        for _ in range(times):
            training.step(*views)
        synchronize()

    serve(run, training.result)


def fixmatch_step_with_views(size, labeled, unlabeled, cores, **problem):
    """The same on views that workers make while the step before is computed."""
    images = operand("uint8", labeled + unlabeled, size, size, 3)
    workers = ViewWorkers(images, cores, batches=2, weak_only=labeled)
    training = Training(labeled=labeled, **problem)
    batch = 0
    workers.begin(batch)
    workers.finish()

    def next_views():
        weak, strong = (torch.from_numpy(v).permute(0, 3, 1, 2) for v in workers.views[batch])
        return [v.to(DEVICE) for v in (weak[:labeled], weak[labeled:], strong[labeled:])]

    def run(times):
        nonlocal batch
        for _ in range(times):
            views = next_views()
            batch = 1 - batch
            workers.begin(batch)
            training.step(*views)
            workers.finish()
        synchronize()

    serve(run, training.result, workers.process_time)


WORKS = {
    work.__name__: work
    for work in (gemm, conv2d, batch_norm_train, fixmatch_step, fixmatch_step_with_views)
}


def main():
    global DEVICE
    problem = given()
    DEVICE = problem.pop("device")
    torch.set_num_threads(problem["cores"])
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = False
    WORKS[problem.pop("work")](**problem)


if __name__ == "__main__":
    main()
