import { crossEntropy, type CrossEntropyOptions, gather } from "../../../core/autograd/ops/mod.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { gradients } from "../../../core/autograd/tape.ts";
import type { Tensor } from "../../../core/autograd/tensor.ts";
import type { GoldenCase } from "../golden_case.ts";
import type { GoldenRunner } from "../runner.ts";
import { inputTensor } from "./differentiate.ts";

/** Tensors that a case may hold; one of another name is an error. */
const KNOWN = ["z", "y", "q", "w", "mask", "class_weight", "offset", "loss_i", "d_z"];

/** Checks `ops_cross_entropy`: which tensors a case holds and its reduction say what is computed. */
export const run: GoldenRunner = async (c, check, open) => {
  for (const name of c.tensorNames) {
    if (!KNOWN.includes(name)) check.fail(name, "nothing is known about this tensor");
  }
  const device = await open();
  const z = inputTensor(c, device, "z");
  const target = c.has("q")
    ? inputTensor(c, device, "q")
    : device.tensor(c.ints("y"), c.tensor("y").shape, "i32");
  const { rowOptions, weights } = optionsOf(c, device, target);
  const reduction = reductionOf(c);
  const { value, grads } = gradients([z], () =>
    crossEntropy(z, target, {
      ...rowOptions,
      ...(weights ? { weights } : {}),
      reduction,
    }));
  const [loss, dz] = await device.readAll([value, grads[0]!]); // one parameter, one gradient
  check.close("loss", loss, c.scalar("loss"));
  if (c.has("d_z")) check.close("d_z", dz, c.tensor("d_z"));
  else check.close("d_z", dz, new Float32Array(z.size)); // all rows ignored
  if (!c.has("loss_i")) return;
  // A weight of the class is part of a row's loss, a weight of the row is not.
  const own = c.has("class_weight") && weights ? { weights } : {};
  const each = crossEntropy(z, target, { ...rowOptions, ...own, reduction: "none" });
  check.close("loss_i", await device.read(each), c.tensor("loss_i"));
};

function optionsOf(c: GoldenCase, device: Device, target: Tensor | Tensor<"i32">) {
  const rowOptions: CrossEntropyOptions = {
    ...(c.has("offset") ? { offsets: inputTensor(c, device, "offset") } : {}),
    ...(c.params.temperature === undefined ? {} : { temperature: c.params.temperature as number }),
    ...ignored(c),
  };
  const perRow = ["w", "mask"].find((name) => c.has(name));
  if (perRow) return { rowOptions, weights: inputTensor(c, device, perRow) };
  if (!c.has("class_weight")) return { rowOptions };
  const weights = gather(inputTensor(c, device, "class_weight"), target as Tensor<"i32">);
  return { rowOptions, weights };
}

/** A case whose labels are all negative states no label to ignore: it is that label. */
function ignored(c: GoldenCase): CrossEntropyOptions {
  if (c.params.ignore !== undefined) return { ignoreIndex: c.params.ignore as number };
  const label = c.has("y") ? c.ints("y")[0]! : 0; // a batch has a row
  return label < 0 ? { ignoreIndex: label } : {};
}

function reductionOf(c: GoldenCase): "mean" | "weightedMean" {
  const text = (c.params.reduction ?? "mean") as string;
  if (/^sum\((w\w*)\*l\)\/sum\(\1\)$/.test(text)) return "weightedMean";
  if (/^(mean\b|sum\(w\w*\*l\)\/B$)/.test(text)) return "mean";
  throw new ReferenceError(`No reduction of ops_cross_entropy is called '${text}'`);
}
