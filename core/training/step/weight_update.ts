import type { Device } from "../../autograd/device.ts";
import { isDecayed } from "../../nn/optimizer.ts";
import { Optimizer, type UpdateOptions } from "../../nn/optimizer.ts";
import { warmupEmaDecay } from "../../nn/schedules/ema_decay.ts";
import type { Progress } from "../plugin/step_slots.ts";
import type { UpdateRule } from "../plugin/needs.ts";
import type { Stack } from "../plugin/compose.ts";
import type { Network } from "./network.ts";
import type { TrainingConfig } from "../training_config.ts";

/**
 * The optimizer of a run. Heads that bring a weight decay of their own have that, and do not shrink.
 */
export function runOptimizer(
  device: Device,
  { set, decays }: Network,
  { optimizer, decayRule, weightDecay }: TrainingConfig,
): Optimizer {
  return new Optimizer(device, set, optimizer, (spec) => ({
    weightDecay: decays.get(spec.name) ?? (isDecayed(decayRule, spec) ? weightDecay : 0),
    rateScale: 1,
    averageScale: 1,
    shrinks: !decays.has(spec.name),
  }));
}

/** How a step moves weights and average: the run's settings, changed by the methods' `update` slots. */
export function stepUpdate(
  { average, shrink }: Pick<TrainingConfig, "average" | "shrink">,
  { plugins }: Stack,
  progress: Progress,
): Omit<UpdateOptions, "rate" | "present"> {
  const rules = plugins.map(({ spec, config }) => spec.update?.(config, progress) ?? {});
  const rule: UpdateRule = Object.assign({}, ...rules);
  const decay = rule.averageDecay ?? average.decay;
  return {
    averageDecay: average.warmup ? warmupEmaDecay({ decay })(progress.step) : decay,
    averageBuffers: average.buffers,
    shrink: rule.shrink === false ? 1 : 1 - shrink,
    weightDecay: rule.weightDecay ?? true,
  };
}
