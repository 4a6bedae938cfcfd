import type { Device } from "../../../core/autograd/device.ts";
import { crossEntropy } from "../../../core/autograd/ops/cross_entropy.ts";
import { permute } from "../../../core/autograd/ops/layout.ts";
import { Tape } from "../../../core/autograd/tape.ts";
import { Builder, type Norm } from "../../../core/nn/builder.ts";
import { isDecayed } from "../../../core/nn/optimizer.ts";
import type { Body } from "../../../core/nn/model.ts";
import { Optimizer } from "../../../core/nn/optimizer.ts";
import type { ParameterSet, Weights } from "../../../core/nn/parameters.ts";
import { exportStateDict, importStateDict, torchShape } from "../../../core/nn/state_dict.ts";
import { modelByName } from "../../../core/nn/model_registry.ts";
import type { WideResNetVariant } from "../../../core/nn/wide_resnet.ts";
import type { StoredTensor } from "../../../core/safetensors.ts";
import type { Check, Tolerance } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import type { GoldenRunner } from "../runner.ts";

/** All groups of networks: `model_parameters`, `model_wrn_28_2` and `model_wrn_10_1_…`. */
export const run: GoldenRunner = async (c, check, open) => {
  if (c.group === "model_parameters") declared(c, check);
  else if (c.group === "model_wrn_28_2") await published(c, check, await open());
  else await trained(c, check, await open());
};

/** Names, shapes and counts in registration order; a case is called net_variant_classes. */
function declared(c: GoldenCase, check: Check): void {
  const [, net, variant, classes] = c.name.match(/^(wrn_\d+_\d+|resnet\d+)_([a-z]+)_c(\d+)$/) ??
    unknownName(c);
  const b = new Builder();
  const name = net!.replace(/^resnet(\d)/, "resnet-$1").replaceAll("_", "-");
  const acr = variant === "acr"; // SimPro's body and a second head of the same form
  const input = { classes: Number(classes), size: 32 };
  const model = modelByName(name, (acr ? "simpro" : variant) as WideResNetVariant);
  const { features } = model.build(b, input);
  if (acr) b.linear("fc1", features, input.classes);
  const set = b.finish();
  const json = c.json as unknown as Record<"parameters" | "buffers", [string, number[]][]>;
  const shown = (entries: readonly (readonly [string, readonly number[]])[]) =>
    entries.map(([key, shape]) => `${key} [${shape}]`);
  check.equal(
    "parameters",
    shown(set.parameters.specs.map((s) => [s.name, torchShape(s.shape, s.layout)])),
    shown(json.parameters),
  );
  check.equal(
    "buffers",
    shown(set.buffers.specs.map((s) => [s.name, s.shape])),
    shown(json.buffers),
  );
  check.equal("parameter_count", set.count, c.scalar("parameter_count"));
  check.equal("batch_norms", set.buffers.specs.length / 2, c.scalar("batch_norms"));
}

/** A thin network: logits, loss, every gradient, statistics, and the weights after a step. */
async function trained(c: GoldenCase, check: Check, device: Device): Promise<void> {
  const { params } = c;
  const variant = c.group.split("_").at(-1) as WideResNetVariant; // groups end in it
  const net = build(device, `wrn-${params.depth}-${params.width}`, variant, params.classes);
  const dict = new Map<string, StoredTensor>();
  for (const key of c.tensorNames) {
    const [kind, name] = key.split(":");
    if (name && (kind === "weight" || kind === "buffer")) {
      const { shape } = c.tensor(key);
      dict.set(name, { dtype: "F32", shape, data: c.floats(key) });
    }
  }
  importStateDict(net.set, net.weights, dict);
  const close: Tolerance = { relative: 1e-4, absolute: 1e-6 };
  const { gradients, present } = await forwardBackward(c, check, device, net, close);
  for (const [name, tensor] of gradients) {
    if (c.has(`grad:${name}`)) {
      check.close(`grad:${name}`, tensor.data, c.tensor(`grad:${name}`), {
        relative: 1e-3,
        absolute: 1e-6,
      });
    }
  }
  const optimizer = new Optimizer(
    device,
    net.set,
    { kind: "sgd", momentum: params.momentum, nesterov: params.nesterov },
    (spec) => ({
      weightDecay: isDecayed(DECAY[variant], spec) ? params.weight_decay : 0,
      rateScale: 1,
      averageScale: 1,
    }),
  );
  optimizer.update(net.weights, net.flat, net.set.allocate(device), {
    rate: () => params.lr,
    present,
    averageDecay: 0,
    averageBuffers: "copy",
  });
  const after = await exportStateDict(net.set, net.weights);
  for (const [name, { data }] of after) {
    for (const kind of ["after", "buffer_after"]) {
      if (c.has(`${kind}:${name}`)) {
        check.close(`${kind}:${name}`, data, c.tensor(`${kind}:${name}`), close);
      }
    }
  }
}

/** What each system decays, as the group's `optimizer` says. */
const DECAY = {
  simpro: "name",
  usb: "dimensions",
  daso: "all",
  cossl: "all",
  cdmad: "all",
} as const;

/** The real WRN-28-2 with the shared weights poured in. */
async function published(c: GoldenCase, check: Check, device: Device): Promise<void> {
  const variant = c.name as WideResNetVariant; // cases are named so
  const net = build(device, "wrn-28-2", variant, 10);
  const { tensors } = await c.other("model_wrn_28_2_weights");
  const dict = new Map<string, StoredTensor>();
  const shapes = [
    ...net.set.parameters.specs.map((s) => [s.name, torchShape(s.shape, s.layout)] as const),
    ...net.set.buffers.specs.map((s) => [s.name, s.shape] as const),
  ];
  for (const [name, shape] of shapes) {
    const size = shape.reduce((a, b) => a * b, 1);
    // What the shared weights lack starts at zero: the stem's bias, the rotation head.
    dict.set(
      name,
      tensors.get(simproName(name)) ?? { dtype: "F32", shape, data: new Float32Array(size) },
    );
  }
  importStateDict(net.set, net.weights, dict);
  const { gradients } = await forwardBackward(c, check, device, net, {
    relative: 2e-4,
    absolute: 0,
  });
  const json = c.json as unknown as Record<
    "gradient_l2" | "gradient_sum",
    Record<string, number | null>
  >;
  for (const [name, want] of Object.entries(json.gradient_l2)) {
    const got = gradients.get(name)?.data;
    if (want === null) check.that(name, got === undefined, "there should be no gradient");
    else if (!got) check.fail(name, "there is no gradient");
    else {
      const norm = Math.sqrt(got.reduce((sum, g) => sum + g * g, 0));
      // A gradient that cancels exactly (a bias before a batch norm) is rounding noise.
      check.close(`gradient_l2 ${name}`, norm, want, { relative: 2e-3, absolute: 1e-5 });
    }
  }
}

/** A name of DASO's or CoSSL's network as SimPro calls it; others stay. */
function simproName(name: string): string {
  return name.replace(/^encoder\./, "")
    .replace(/^init_conv/, "conv1")
    .replace(/^unit4\.0/, "bn1")
    .replace(/^(?:classifier\.classifier|classifier|output)\./, "fc.")
    .replace(/^unit(\d)\.(\d)\.identity/, "block$1.layer.$2.convShortcut")
    .replace(/^unit(\d)\.(\d)\.pre_act\.0/, "block$1.layer.$2.bn1")
    .replace(/^unit(1)\.(0)\.layer\.(\d)/, (_, u, i, k) => `block${u}.layer.${i}.${SHARED[k]}`)
    .replace(/^unit(\d)\.(\d)\.layer\.(\d)/, (_, u, i, k) => `block${u}.layer.${i}.${OWN[k]}`);
}

/** Layers by index in the first block, and in all others. */
const SHARED: Readonly<Record<string, string>> = { 0: "conv1", 1: "bn2", 3: "conv2" };
const OWN: Readonly<Record<string, string>> = { 0: "bn1", 2: "conv1", 3: "bn2", 5: "conv2" };

interface Net {
  readonly body: Body;
  readonly set: ParameterSet;
  readonly weights: Weights;
}

function build(device: Device, name: string, variant: WideResNetVariant, classes: number) {
  const b = new Builder();
  const body = modelByName(name, variant).build(b, { classes, size: 32 });
  const set = b.finish();
  return { body, set, weights: set.allocate(device), ...set.parameters.allocate(device) };
}

/** Checks logits and loss; returns the gradients by name, in PyTorch's layout. */
async function forwardBackward(
  c: GoldenCase,
  check: Check,
  device: Device,
  net: ReturnType<typeof build>,
  close: Tolerance,
): Promise<{ gradients: Map<string, { data: Float32Array }>; present: Set<number> }> {
  const shared = c.has("x") ? c : undefined;
  const first = Object.keys(c.groupJson.cases)[0]!; // a group has cases
  const other = shared ? undefined : await c.other(c.group);
  const input = shared ? c.tensor("x") : other!.tensors.get(`${first}/x`)!; // one of the two
  const labels = shared ? c.tensor("y") : other!.tensors.get(`${first}/y`)!;
  const images = permute(device.tensor(input.data, input.shape), [0, 2, 3, 1]);
  const y = device.tensor(labels.data, labels.shape, "i32");
  const logits = (norm: Norm) => {
    const pass = { weights: net.weights, norm };
    return net.body.heads.main(net.body.forward(images, pass), pass);
  };
  check.close("logits_eval", await device.read(logits("running")), c.tensor("logits_eval"), close);
  const tape = new Tape(device, new Map(net.weights.parameters.map((p, i) => [p, net.views[i]!])));
  const { z, loss, reached } = tape.record(() => {
    const z = logits("batch"), loss = crossEntropy(z, y);
    return { z, loss, reached: tape.backward(loss) };
  });
  check.close("logits_train", await device.read(z), c.tensor("logits_train"), close);
  const wanted = c.hasScalar("loss") ? "loss" : "loss_train";
  check.close(wanted, (await device.read(loss))[0]!, c.scalar(wanted), close);
  const present = new Set<number>();
  net.weights.parameters.forEach((p, i) => reached.has(p) && present.add(i));
  const asWeights = { ...net.weights, flatParameters: net.flat };
  const dict = await exportStateDict(net.set, asWeights);
  const gradients = new Map<string, { data: Float32Array }>();
  net.set.parameters.specs.forEach(({ name }, i) => {
    if (present.has(i)) gradients.set(name, { data: dict.get(name)!.data as Float32Array }); // F32
  });
  return { gradients, present };
}

function unknownName(c: GoldenCase): never {
  throw new SyntaxError(`Cannot tell which network the case '${c.name}' means`);
}
