import * as ops from "../../../../core/autograd/ops/mod.ts";
import type { Device } from "../../../../core/autograd/mod.ts";
import { type Nd, nd } from "../../../reference/nd.ts";
import { draw, drawLabels, labels, type Refusal, type Sample, toDevice } from "./sample.ts";

const order = [3, 0, 4, 4, 1];
const turns = [0, 1, 2, 3, 5];
const size = 4, channels = 2;

/** Where the pixel that a quarter turn counter-clockwise brings to (y, x) came from. */
function turned(y: number, x: number, times: number): [number, number] {
  return times === 0 ? [y, x] : turned(x, size - 1 - y, times - 1);
}

const CLASSES = 3, SLOTS = 2, WIDTH = 4;
const classes = drawLabels("queue", 9, CLASSES);
const limits = [2, 1, 2];

/** Queues after all rows were appended to empty ones. */
function queued(rows: Nd): number[][][] {
  const queues: number[][][] = Array.from({ length: CLASSES }, () => []);
  classes.forEach((c, i) => {
    queues[c]!.push(Array.from(rows.data).slice(i * WIDTH, (i + 1) * WIDTH)); // c is a class
    if (queues[c]!.length > limits[c]!) queues[c]!.shift();
  });
  return queues;
}

function appended(device: Device, rows: Parameters<typeof ops.enqueue>[1]) {
  const empty = {
    vectors: device.zeros([CLASSES, SLOTS, WIDTH]),
    held: device.zeros([CLASSES]),
  };
  return ops.enqueue(empty, ops.detach(rows), {
    y: labels(device, classes),
    limits: device.tensor(limits, [CLASSES]),
  });
}

/** Samples of operations that no gradient goes through. */
export const samples: readonly Sample[] = [
  ...[[5], [1]].map((shape): Sample => ({
    op: "mixup",
    about: `with ${shape} weights`,
    inputs: [draw("x", [5, 3]), draw("w", shape, [0, 1])],
    run: ([x, w], d) => ops.mixup(x!, labels(d, order), w!),
    reference: ([x, w]) =>
      nd([5, 3], (i) => {
        const row = Math.floor(i / 3), share = w!.data[row % shape[0]!]!; // inside both
        const other = x!.data[order[row]! * 3 + i % 3]!; // order names rows
        return share * x!.data[i]! + (1 - share) * other; // i is inside x
      }),
    gradient: false,
  })),
  {
    op: "quarterTurns",
    about: "of every number",
    inputs: [draw("x", [5, size, size, channels])],
    run: ([x], d) => ops.quarterTurns(x!, labels(d, turns)),
    reference: ([x]) =>
      nd([5, size, size, channels], (i) => {
        const c = i % channels, column = Math.floor(i / channels) % size;
        const line = Math.floor(i / channels / size) % size;
        const image = Math.floor(i / channels / size / size);
        const [y, z] = turned(line, column, turns[image]! % 4); // one number an image
        return x!.data[((image * size + y) * size + z) * channels + c]!; // inside x
      }),
    gradient: false,
  },
  {
    op: "enqueue",
    about: "until the oldest fall out",
    inputs: [draw("rows", [9, WIDTH])],
    run: ([rows], d) => appended(d, rows!).vectors,
    reference: ([rows]) => {
      const queues = queued(rows!);
      return nd([CLASSES, SLOTS, WIDTH], (i) => {
        const [c, s] = [Math.floor(i / SLOTS / WIDTH), Math.floor(i / WIDTH) % SLOTS];
        return queues[c]![s]?.[i % WIDTH] ?? 0; // c is a class
      });
    },
    gradient: false,
  },
  {
    op: "queueMeans",
    about: "of what is held",
    inputs: [draw("rows", [9, WIDTH])],
    run: ([rows], d) => ops.queueMeans(appended(d, rows!)),
    reference: ([rows]) => {
      const queues = queued(rows!);
      return nd([CLASSES, WIDTH], (i) => {
        const held = queues[Math.floor(i / WIDTH)]!; // a class
        return held.reduce((sum, v) => sum + v[i % WIDTH]!, 0) / Math.max(held.length, 1);
      });
    },
    gradient: false,
  },
];

/** What these operations refuse. */
export const refusals: readonly Refusal[] = [
  {
    op: "mixup",
    call: (d) => ops.mixup(toDevice(d, draw("x", [5, 3])), labels(d, [0, 1]), d.zeros([1])),
    message: /rows differ/,
  },
  {
    op: "quarterTurns",
    call: (d) => ops.quarterTurns(d.zeros([2, 3, 4, 1]), labels(d, [0, 1])),
    message: /square images/,
  },
  {
    op: "enqueue",
    call: (d) => appended(d, d.zeros([9, WIDTH + 1])),
    message: /Cannot append/,
  },
  {
    op: "queueMeans",
    call: (d) => ops.queueMeans({ vectors: d.zeros([2, 3, 4]), held: d.zeros([3]) }),
    message: /Cannot take the means/,
  },
];
