import { slice, transpose } from "../autograd/ops/layout.ts";
import { sub } from "../autograd/ops/pointwise.ts";
import type { Device } from "../autograd/device.ts";
import type { HeadWeights } from "./plugin/algorithm.ts";
import type { Network } from "./step/network.ts";
import { applyHead } from "./step/step_outputs.ts";

/**
 * Weights of a linear head, whoever declared it: what it makes of unit vectors and of zeros.
 *
 * @throws {ReferenceError} If there is no head of that name.
 */
export function readHead(
  device: Device,
  network: Network,
  name: string,
  which: "ema" | "raw",
): HeadWeights {
  const { features } = network.body, weights = which === "ema" ? network.average : network.student;
  const unit = new Float32Array((features + 1) * features);
  for (let i = 0; i < features; i++) unit[i * features + i] = 1;
  const x = device.tensor(unit, [features + 1, features]);
  const logits = applyHead(network, name, x, { weights, norm: "running" });
  const bias = slice(logits, { start: features });
  const weight = transpose(sub(slice(logits, { end: features }), bias));
  return { network: which, weight, bias: bias.view([bias.size]) };
}
