import type { TracedOperation } from "../../core/autograd/tape.ts";
import type { AnyTensor } from "../../core/autograd/tensor.ts";
import type { Conv2dOptions } from "../../core/autograd/ops/conv2d.ts";
import type { BatchNormOptions } from "../../core/autograd/ops/batch_norm.ts";
import type { OnnxGraph } from "./onnx_graph.ts";

/**
 * A value in the graph. With four axes it is a map of features and has the channels first there,
 * [images, channels, height, width], while ours are [images, height, width, channels]; all others lie
 * as they are.
 */
export interface Value {
  readonly name: string;
  /** In our order of axes. */
  readonly shape: readonly number[];
  /** Whether its first axis is that of the images, whose number is open. */
  readonly batched: boolean;
}

/** What writes an operation: its inputs as values, and the graph. */
export interface OperationContext {
  readonly graph: OnnxGraph;
  readonly operation: TracedOperation;
  readonly inputs: readonly Value[];
  /** The graph's value of another tensor that the operation was given. */
  value(tensor: AnyTensor): Value;
  /** A convolution's weight, [outputs, inputs, height, width]. */
  filter(tensor: AnyTensor): string;
  /** Ends the work, saying why. */
  refuse(why: string): never;
}

/** Writes an operation into the graph; returns the name of what comes out. */
type Write = (context: OperationContext) => string;

/** Places of the axes of ours where channels come first. */
const CHANNELS_FIRST = [0, 2, 3, 1] as const;

const TO_FIRST = { perm: [0, 3, 1, 2] }, TO_LAST = { perm: [0, 2, 3, 1] };

/** All operations that have an ONNX form, by the names under which they are traced. */
export const OPERATIONS: Readonly<Record<string, Write>> = {
  conv2d({ graph, operation, inputs, value, filter, refuse }) {
    const [x, w] = operation.inputs as [AnyTensor, AnyTensor];
    if (!inputs[0]?.batched) refuse("it convolves something other than images");
    const { stride = 1, padding = 0, groups = 1, bias, plus } = attributes<Conv2dOptions>(
      operation,
    );
    const [kh = 0, kw = 0] = w.shape;
    const y = graph.node("Conv", [value(x).name, filter(w), ...bias ? [value(bias).name] : []], {
      kernel_shape: [kh, kw],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
      ...(groups > 1 && { group: groups }),
    });
    if (!plus) return y;
    const shortcut = value(plus);
    if (!shortcut.batched) refuse("what it adds depends on the number of images");
    return graph.node("Add", [y, shortcut.name]);
  },
  batchNorm({ graph, operation, inputs, value, refuse }) {
    const { mode, eps = 1e-5, activation, runningMean, runningVar } = attributes<BatchNormOptions>(
      operation,
    );
    const [x, gamma, beta] = inputs as [Value, Value, Value];
    if (mode !== "running") refuse(`it takes the statistics of a batch (mode '${mode}')`);
    if (x.shape.length === 3) refuse("its input has three axes");
    const statistics = [runningMean, runningVar].map((t) => value(t).name);
    const y = graph.node(
      "BatchNormalization",
      [x.name, gamma.name, beta.name, ...statistics],
      { epsilon: { float: eps } },
    );
    if (activation?.kind === "relu") return graph.node("Relu", [y]);
    if (activation?.kind !== "leaky-relu") return y;
    return graph.node("LeakyRelu", [y], { alpha: { float: activation.slope } });
  },
  linear({ graph, inputs }) {
    const [x, w, bias] = inputs as [Value, Value, Value?];
    if (x.shape.length === 2) {
      return graph.node("Gemm", [x.name, w.name, ...bias ? [bias.name] : []], { transB: 1 });
    }
    const columns = graph.node("Transpose", [w.name], { perm: [1, 0] });
    const y = graph.node("MatMul", [ours(graph, x), columns]);
    return theirs(graph, bias ? graph.node("Add", [y, bias.name]) : y, x.shape.length);
  },
  matmul({ graph, operation, inputs, refuse }) {
    const { transposeA, transposeB } = attributes<{ transposeA: boolean; transposeB: boolean }>(
      operation,
    );
    const [a, b] = inputs as [Value, Value];
    const matrices = a.shape.length === 2;
    if (matrices && (b.batched || a.batched && transposeA)) refuse("it mixes images");
    const turned = (v: Value, transposed: boolean) =>
      transposed
        ? graph.node("Transpose", [v.name], { perm: matrices ? [1, 0] : [0, 2, 1] })
        : v.name;
    return graph.node("MatMul", [turned(a, transposeA), turned(b, transposeB)]);
  },
  globalAvgPool({ graph, inputs: [x] }) {
    return graph.node("Flatten", [graph.node("GlobalAveragePool", [x!.name])], { axis: 1 });
  },
  maxPool2d: (context) => pool("MaxPool", context),
  averagePool2d: (context) => pool("AveragePool", context, { count_include_pad: 1 }),
  reshape({ graph, operation: { output }, inputs: [x], refuse }) {
    return reshaped(graph, x!, output.shape, refuse);
  },
  permute({ graph, operation, inputs: [x], refuse }) {
    const { order } = attributes<{ order: readonly number[] }>(operation);
    if (x!.batched && order[0] !== 0) refuse("it moves the axis of the images");
    const y = graph.node("Transpose", [ours(graph, x!)], { perm: order });
    return theirs(graph, y, order.length);
  },
  slice({ graph, operation, inputs: [x], refuse }) {
    const { axis, start, end } = attributes<Record<"axis" | "start" | "end", number>>(operation);
    if (x!.batched && axis === 0) refuse("it takes some of the images");
    const lists = [[start], [end], [place(x!, axis)]].map((list) => graph.integers(list));
    return graph.node("Slice", [x!.name, ...lists]);
  },
  pad({ graph, operation, inputs: [x], refuse }) {
    const { axis, before, after } = attributes<Record<"axis" | "before" | "after", number>>(
      operation,
    );
    if (x!.batched && axis === 0) refuse("it adds images");
    const at = place(x!, axis), none = x!.shape.map(() => 0);
    return graph.node("Pad", [
      x!.name,
      graph.integers([...none.with(at, before), ...none.with(at, after)]),
    ]);
  },
  concat({ graph, operation, inputs, refuse }) {
    const { axis } = attributes<{ axis: number }>(operation);
    const batched = inputs.filter((v) => v.batched).length;
    if (batched > 0 && (axis === 0 || batched < inputs.length)) {
      refuse("what it joins depends on the number of images");
    }
    return graph.node("Concat", inputs.map((v) => v.name), { axis: place(inputs[0]!, axis) });
  },
  sum: (context) => reduce("ReduceSum", context),
  mean: (context) => reduce("ReduceMean", context),
  softmax: (context) => overRows("Softmax", context),
  logSoftmax: (context) => overRows("LogSoftmax", context),
  l2Normalize({ graph, operation, inputs: [x] }) {
    const { eps } = attributes<{ eps: number }>(operation);
    const last = graph.integers([place(x!, x!.shape.length - 1)]);
    const length = graph.node("ReduceL2", [x!.name, last], { keepdims: 1 });
    return graph.node("Div", [x!.name, graph.node("Max", [length, graph.float(eps)])]);
  },
  neg: plain("Neg"),
  exp: plain("Exp"),
  log: plain("Log"),
  sqrt: plain("Sqrt"),
  abs: plain("Abs"),
  reciprocal: plain("Reciprocal"),
  sigmoid: plain("Sigmoid"),
  tanh: plain("Tanh"),
  relu: plain("Relu"),
  square: ({ graph, inputs: [x] }) => graph.node("Mul", [x!.name, x!.name]),
  leakyRelu: ({ graph, operation, inputs: [x] }) =>
    graph.node("LeakyRelu", [x!.name], { alpha: { float: numberOf(operation, "s") } }),
  pow: withNumber("Pow"),
  powEven: withNumber("Pow"),
  powOdd: withNumber("Pow"),
  addNumber: withNumber("Add"),
  mulNumber: withNumber("Mul"),
  maximumNumber: withNumber("Max"),
  minimumNumber: withNumber("Min"),
  subtractFromNumber: withNumber("Sub", { first: true }),
  divideNumber: withNumber("Div", { first: true }),
  clamp: ({ graph, operation, inputs: [x] }) =>
    graph.node("Clip", [
      x!.name,
      graph.float(numberOf(operation, "s")),
      graph.float(numberOf(operation, "t")),
    ]),
  add: binary("Add"),
  sub: binary("Sub"),
  mul: binary("Mul"),
  div: binary("Div"),
  maximum: binary("Max"),
  minimum: binary("Min"),
};

/** A value's elements in another shape, as ours lie. */
export function reshaped(
  graph: OnnxGraph,
  x: Value,
  shape: readonly number[],
  refuse: (why: string) => never,
): string {
  if (x.batched && shape[0] !== x.shape[0]) refuse("it reshapes across images");
  // 0: as long as it was.
  const sizes = x.batched ? [0, ...shape.slice(1)] : shape;
  const y = graph.node("Reshape", [ours(graph, x), graph.integers(sizes)]);
  return theirs(graph, y, shape.length);
}

/** The name of what has a value's elements in our order of axes. */
export function ours(graph: OnnxGraph, { name, shape }: Pick<Value, "name" | "shape">): string {
  return shape.length === 4 ? graph.node("Transpose", [name], TO_LAST) : name;
}

/** The other way round: of something in our order, what the graph has for it. */
export function theirs(graph: OnnxGraph, name: string, axes: number): string {
  return axes === 4 ? graph.node("Transpose", [name], TO_FIRST) : name;
}

/** Where an axis of ours is in the graph. */
function place({ shape }: Value, axis: number): number {
  return shape.length === 4 ? CHANNELS_FIRST[axis]! : axis; // an axis of the value
}

function attributes<T>({ attributes }: TracedOperation): T {
  return attributes as T; // each operation gives its own
}

function numberOf(operation: TracedOperation, key: "s" | "t"): number {
  return attributes<Record<"s" | "t", number>>(operation)[key];
}

function plain(opType: string): Write {
  return ({ graph, inputs: [x] }) => graph.node(opType, [x!.name]);
}

function withNumber(opType: string, { first = false } = {}): Write {
  return ({ graph, operation, inputs: [x] }) => {
    const number = graph.float(numberOf(operation, "s"));
    return graph.node(opType, first ? [number, x!.name] : [x!.name, number]);
  };
}

function binary(opType: string): Write {
  return ({ graph, operation: { output }, inputs, refuse }) => {
    const axes = output.shape.length;
    const names = inputs.map((v) => {
      const spans = v.shape.length === axes && v.shape[0] !== 1;
      if (!v.batched && spans && inputs.some((other) => other.batched)) {
        refuse("what it adds or multiplies by depends on the number of images");
      }
      if (v.batched && v.shape.length < axes) refuse("it mixes images");
      return axes === 4 && v.shape.length > 0 ? widened(graph, v) : v.name;
    });
    return graph.node(opType, names);
  };
}

/** A value of fewer axes as one of four, as broadcasting would. */
function widened(graph: OnnxGraph, v: Value): string {
  if (v.shape.length === 4) return v.name;
  const sizes = [...Array(4 - v.shape.length).fill(1), ...v.shape];
  return theirs(graph, graph.node("Reshape", [v.name, graph.integers(sizes)]), 4);
}

function pool(
  opType: string,
  { graph, operation, inputs: [x] }: OperationContext,
  more: Readonly<Record<string, number>> = {},
): string {
  const { kernel, stride, padding } = attributes<Record<"kernel" | "stride" | "padding", number>>(
    operation,
  );
  return graph.node(opType, [x!.name], {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
    ...more,
  });
}

function reduce(
  opType: string,
  { graph, operation, inputs: [x], refuse }: OperationContext,
): string {
  const { axes, keepAxes } = attributes<{ axes: readonly number[]; keepAxes: boolean }>(operation);
  if (x!.batched && axes.includes(0)) refuse("it goes over the images");
  const y = graph.node(opType, [ours(graph, x!), graph.integers(axes)], {
    keepdims: keepAxes ? 1 : 0,
  });
  return keepAxes ? theirs(graph, y, x!.shape.length) : y;
}

function overRows(opType: string, { graph, inputs: [x] }: OperationContext): string {
  return graph.node(opType, [x!.name], { axis: place(x!, x!.shape.length - 1) });
}
