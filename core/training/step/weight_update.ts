import type { Device } from "../../autograd/device.ts";
import { add, div, minimum, mul, sqrt, square } from "../../autograd/ops/pointwise.ts";
import { sum } from "../../autograd/ops/reduce.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import { layerRates } from "./layer_rates.ts";
import { isDecayed } from "../../nn/optimizer.ts";
import { Optimizer, type UpdateOptions } from "../../nn/optimizer.ts";
import { warmupEmaDecay } from "../../nn/schedules/ema_decay.ts";
import type { Progress } from "../plugin/step_slots.ts";
import type { UpdateRule } from "../plugin/needs.ts";
import { inSlot } from "../plugin/slot_failed.ts";
import type { Stack } from "../plugin/compose.ts";
import type { Network } from "./network.ts";
import type { TrainingConfig } from "../training_config.ts";

/**
 * The optimizer of a run. Heads that bring a weight decay of their own have that, and do not shrink.
 */
export function runOptimizer(
  device: Device,
  { set, decays }: Network,
  { optimizer, decayRule, weightDecay, layerDecay = 1 }: TrainingConfig,
): Optimizer {
  const rates = layerRates(set.parameters.specs, layerDecay);
  return new Optimizer(device, set, optimizer, (spec) => ({
    weightDecay: decays.get(spec.name) ?? (isDecayed(decayRule, spec) ? weightDecay : 0),
    rateScale: rates.get(spec.name)!, // it has all specs
    averageScale: 1,
    shrinks: !decays.has(spec.name),
  }));
}

/**
 * Gradients no longer than `most` in the 2-norm over all parameters, as PyTorch's `clip_grad_norm_`
 * shortens them.
 *
 * @param flat All gradients; zeros where a parameter has none.
 */
export function clipped(flat: Tensor, most: number): Tensor {
  const length = sqrt(sum(square(flat)));
  return mul(flat, minimum(div(most, add(length, 1e-6)), 1));
}

/** How a step moves weights and average: the run's settings, changed by the methods' `update` slots. */
export function stepUpdate(
  { average, shrink }: Pick<TrainingConfig, "average" | "shrink">,
  { plugins }: Stack,
  progress: Progress,
): Omit<UpdateOptions, "rate" | "present"> {
  const rules = plugins.map(({ name, spec, config }) =>
    inSlot(name, "update", () => spec.update?.(config, progress)) ?? {}
  );
  const rule: UpdateRule = Object.assign({}, ...rules);
  const decay = rule.averageDecay ?? average.decay;
  return {
    averageDecay: average.warmup ? warmupEmaDecay({ decay })(progress.step) : decay,
    averageBuffers: average.buffers,
    shrink: rule.shrink === false ? 1 : 1 - shrink,
    weightDecay: rule.weightDecay ?? true,
  };
}
