import { globalAvgPool } from "../autograd/ops/pool.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Builder, Layer, NormOptions, Pass } from "./builder.ts";
import { torchDefault } from "./init.ts";
import type { Body, Model, ModelInput } from "./model.ts";

/**
 * Whose Wide ResNet: the released networks of the systems differ in batch norm, in what the first
 * block of a stage does with its activated input, in the stem's bias and in names.
 */
export type WideResNetVariant = "simpro" | "usb" | "daso" | "cossl" | "cdmad";

/** All variants, for messages and lists. */
export const WIDE_RESNET_VARIANTS: readonly WideResNetVariant[] = [
  "simpro",
  "usb",
  "daso",
  "cossl",
  "cdmad",
];

interface Published {
  readonly momentum: number;
  readonly eps: number;
  readonly lastEps: number;
  readonly stemBias: boolean;
  /** Heads after the body: name in our terms, in the state dict, and how many outputs. */
  readonly heads: readonly (readonly [head: string, name: string, outputs?: number])[];
}

const VARIANTS: Readonly<Record<WideResNetVariant, Published>> = {
  simpro: { momentum: 0.001, eps: 1e-5, lastEps: 1e-5, stemBias: false, heads: [["main", "fc"]] },
  usb: {
    momentum: 0.001,
    eps: 1e-5,
    lastEps: 1e-3,
    stemBias: true,
    heads: [["main", "classifier"]],
  },
  daso: {
    momentum: 0.1,
    eps: 1e-5,
    lastEps: 1e-5,
    stemBias: false,
    heads: [["main", "classifier.classifier"]],
  },
  // The released wrapper passes its momentum into PyTorch's eps, hence 0.1 and 1e-3.
  cossl: {
    momentum: 0.1,
    eps: 1e-3,
    lastEps: 1e-3,
    stemBias: false,
    heads: [["main", "output"], ["rotation", "rot", 4]],
  },
  // The same class, whose arguments reach nothing: PyTorch's own 0.1 and 1e-5 hold.
  cdmad: {
    momentum: 0.1,
    eps: 1e-5,
    lastEps: 1e-5,
    stemBias: false,
    heads: [["main", "output"], ["rotation", "rot", 4]],
  },
};

/** Settings of {@linkcode wideResNet}. */
export interface WideResNetOptions {
  /** Layers: 6n + 4. */
  readonly depth: number;
  /** Channels of the three stages are 16, 32 and 64 times this. */
  readonly width: number;
  /** Whose published form; `simpro` by default. */
  readonly variant?: WideResNetVariant;
}

/**
 * WRN-depth-width (Zagoruyko and Komodakis, 2016), with leaky ReLU 0.1 as FixMatch and all systems
 * after it use it, in the form of a published system:
 *
 * - `simpro` (SimPro, ACR) and `usb` (USB, ADELLO): batch-norm momentum 0.001; in the first block of
 *   stages 2 and 3 the first batch norm and activation are computed and thrown away (a slip of the
 *   released code that all published numbers contain): its scale and shift get no gradient, only
 *   its running statistics move. `usb` has a stem with bias and eps 1e-3 in the last batch norm.
 * - `daso` (DASO, SEVAL), `cossl` and `cdmad`: batch-norm momentum 0.1, pre-activation throughout;
 *   `cossl` has eps 1e-3 and a rotation head, `cdmad` that head.
 *
 * @throws {RangeError} If there is no such depth or width.
 */
export function wideResNet(options: WideResNetOptions): Model {
  const { depth, width, variant = "simpro" } = options;
  if (!Number.isInteger(depth) || depth < 10 || (depth - 4) % 6 !== 0) {
    const below = Math.max(10, 4 + 6 * Math.floor((depth - 4) / 6));
    throw new RangeError(
      `There is no Wide ResNet of depth ${depth}: the depth is 6n + 4, e.g. ${below} or ${
        below + 6
      }`,
    );
  }
  checkWidth(width);
  if (!WIDE_RESNET_VARIANTS.includes(variant)) {
    throw new RangeError(
      `There is no Wide ResNet variant '${variant}': choose one of ${
        WIDE_RESNET_VARIANTS.join(", ")
      }`,
    );
  }
  return {
    name: `wrn-${depth}-${width}`,
    variant,
    build: (b, input) => build(b, input, { depth, width, variant }),
  };
}

function build(b: Builder, input: ModelInput, options: Required<WideResNetOptions>): Body {
  const { depth, width, variant } = options;
  const published = VARIANTS[variant];
  const blocks = (depth - 4) / 6;
  const norm: NormOptions = {
    momentum: published.momentum,
    eps: published.eps,
    activation: { kind: "leaky-relu", slope: 0.1 },
  };
  const legacy = variant === "simpro" || variant === "usb";
  const prefix = variant === "daso" ? "encoder." : "";
  const stem = b.conv2d(legacy ? "conv1" : `${prefix}init_conv`, 3, 16, 3, {
    padding: 1,
    ...(published.stemBias ? { bias: torchDefault(27) } : {}),
  });
  const layers: Layer[] = [stem];
  let channels = 16;
  for (let stage = 1; stage <= 3; stage++) {
    for (let i = 0; i < blocks; i++) {
      const block: BlockOptions = {
        inputs: channels,
        outputs: 8 * width * 2 ** stage,
        stride: stage > 1 && i === 0 ? 2 : 1,
        shared: stage === 1 && i === 0,
        norm,
      };
      layers.push(
        legacy
          ? legacyBlock(b, `block${stage}.layer.${i}`, block)
          : cleanBlock(b, `${prefix}unit${stage}.${i}`, block),
      );
      channels = block.outputs;
    }
  }
  const last = b.batchNorm(legacy ? "bn1" : `${prefix}unit4.0`, channels, {
    ...norm,
    eps: published.lastEps,
  });
  const heads = Object.fromEntries(
    published.heads.map(([head, name, outputs]) => [
      head,
      b.linear(name, channels, outputs ?? input.classes),
    ]),
  ) as Body["heads"]; // every variant lists `main`
  const map: Layer = (x, pass) => last(layers.reduce((y, layer) => layer(y, pass), x), pass);
  return {
    features: channels,
    heads,
    map,
    forward: (x, pass) => globalAvgPool(map(x, pass)),
  };
}

/**
 * USB's `wrn_var_37_2` for STL-10 at 96 pixels (Wang et al., NeurIPS 2022; `wrn_var.py`): four stages
 * of four blocks, each of which begins with stride 2, of 16 to 128 times `width` channels; all
 * convolutions with a bias, batch-norm momentum 0.001 and eps 1e-3. Where channels change, the shortcut
 * sees the activated input.
 *
 * @throws {RangeError} If there is no such width.
 */
export function wideResNet37({ width }: { readonly width: number }): Model {
  checkWidth(width, 2);
  return {
    name: `wrn-37-${width}`,
    build(b, { classes }) {
      const norm: NormOptions = {
        momentum: 0.001,
        eps: 1e-3,
        activation: { kind: "leaky-relu", slope: 0.1 },
      };
      const layers = [b.conv2d("conv1", 3, 16, 3, { padding: 1, bias: torchDefault(27) })];
      let channels = 16;
      for (let stage = 1; stage <= 4; stage++) {
        for (let i = 0; i < 4; i++) {
          const outputs = 8 * width * 2 ** stage, stride = i === 0 ? 2 : 1;
          const block = { inputs: channels, outputs, stride, shared: i === 0, norm, bias: true };
          layers.push(legacyBlock(b, `block${stage}.layer.${i}`, block));
          channels = outputs;
        }
      }
      const last = b.batchNorm("bn1", channels, norm);
      const map: Layer = (x, pass) => last(layers.reduce((y, layer) => layer(y, pass), x), pass);
      const heads = { main: b.linear("fc", channels, classes) };
      return { features: channels, heads, map, forward: (x, pass) => globalAvgPool(map(x, pass)) };
    },
  };
}

function checkWidth(width: number, least = 1): void {
  if (Number.isInteger(width) && width >= least && width <= 64) return;
  throw new RangeError(
    `There is no Wide ResNet of width ${width}: give a whole number from ${least} to 64`,
  );
}

interface BlockOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
  /** Whether the shortcut too sees the activated input, where channels change. */
  readonly shared: boolean;
  readonly norm: NormOptions;
  /** Whether convolutions have a bias; none by default. */
  readonly bias?: boolean;
}

/** Block of SimPro, ACR, USB and ADELLO: bn1 → conv1 → bn2 → conv2, with the raw-input slip unless shared. */
function legacyBlock(b: Builder, name: string, o: BlockOptions): Layer {
  const bn1 = b.batchNorm(`${name}.bn1`, o.inputs, o.norm);
  const bias = (fanIn: number) => o.bias ? { bias: torchDefault(fanIn) } : {};
  const conv1 = b.conv2d(`${name}.conv1`, o.inputs, o.outputs, 3, {
    stride: o.stride,
    padding: 1,
    ...bias(9 * o.inputs),
  });
  const bn2 = b.batchNorm(`${name}.bn2`, o.outputs, o.norm);
  const conv2 = b.conv2d(`${name}.conv2`, o.outputs, o.outputs, 3, {
    padding: 1,
    ...bias(9 * o.outputs),
  });
  const changes = o.inputs !== o.outputs;
  const shortcut = changes && b.conv2d(`${name}.convShortcut`, o.inputs, o.outputs, 1, {
    stride: o.stride,
    ...bias(o.inputs),
  });
  // Where the channels stay the same (width 1), the released code never shares.
  const shared = o.shared && changes;
  return (x: Tensor, pass: Pass) => {
    const activated = bn1(x, pass);
    const main = changes && !shared ? x : activated;
    const side = shared ? activated : x;
    const inner = bn2(conv1(main, pass), pass);
    return conv2(inner, pass, shortcut ? shortcut(side, pass) : side);
  };
}

/** Block of DASO, SEVAL and CoSSL: pre-activation, shared with the shortcut in the first only. */
function cleanBlock(b: Builder, name: string, o: BlockOptions): Layer {
  const pre = o.shared ? b.batchNorm(`${name}.pre_act.0`, o.inputs, o.norm) : null;
  const shortcut = (o.stride > 1 || o.inputs !== o.outputs) &&
    b.conv2d(`${name}.identity`, o.inputs, o.outputs, 1, { stride: o.stride });
  // Without the shared part, indices in the sequence start with the block's own batch norm.
  const first = pre ? 0 : 2;
  const own = pre ? null : b.batchNorm(`${name}.layer.0`, o.inputs, o.norm);
  const conv1 = b.conv2d(`${name}.layer.${first}`, o.inputs, o.outputs, 3, {
    stride: o.stride,
    padding: 1,
  });
  const bn2 = b.batchNorm(`${name}.layer.${first + 1}`, o.outputs, o.norm);
  const conv2 = b.conv2d(`${name}.layer.${first + 3}`, o.outputs, o.outputs, 3, { padding: 1 });
  return (x: Tensor, pass: Pass) => {
    const side = pre ? pre(x, pass) : x;
    const main = own ? own(x, pass) : side;
    const inner = bn2(conv1(main, pass), pass);
    return conv2(inner, pass, shortcut ? shortcut(side, pass) : side);
  };
}
