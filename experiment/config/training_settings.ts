import { halfCosineDecay, warmupCosine } from "../../core/nn/schedules/cosine_decay.ts";
import { constantSchedule, type Schedule } from "../../core/nn/schedules/schedule.ts";
import { epochStepsDecay, multiStepDecay } from "../../core/nn/schedules/multi_step_decay.ts";
import { linearWarmup } from "../../core/nn/schedules/warmup.ts";
import type { TrainingConfig } from "../../core/training/training_config.ts";
import type { RunConfig } from "./run_config.ts";

/** What the trainer takes of a run's options. */
export function trainingConfig(config: RunConfig): TrainingConfig {
  const { seed, steps, epochSteps, batch, weightDecay, decayRule, shrink, average } = config;
  const { clipGradient, layerDecay, precision, tune } = config;
  return {
    seed,
    steps,
    epochSteps,
    labeled: batch.labeled,
    unlabeled: Math.round(batch.labeled * batch.ratio),
    learningRate: learningRate(config),
    optimizer: config.optimizer,
    weightDecay,
    decayRule,
    shrink,
    average,
    clipGradient,
    layerDecay,
    precision,
    tune,
  };
}

/** The learning rate of each step. */
export function learningRate(config: RunConfig): Schedule {
  const { learningRate: base, schedule, steps, warmupSteps, milestoneFactor: factor } = config;
  const byEpoch = (rate: Schedule): Schedule => (step) =>
    rate(Math.floor(step / config.epochSteps));
  const epochs = steps / config.epochSteps, warmupEpochs = warmupSteps / config.epochSteps;
  // Shares are not exact: a third of 45000 steps is to be 15000.
  const stepsDown = config.milestones.map((share) => Math.round(share * steps));
  const warm = (rate: Schedule) =>
    warmupSteps > 0 ? linearWarmup(rate, { steps: warmupSteps }) : rate;
  switch (schedule) {
    case "constant":
      return warm(constantSchedule(base));
    case "cosine":
      return warmupCosine({ base, steps, warmupSteps });
    case "multistep":
      return warm(multiStepDecay({ base, milestones: stepsDown, factor }));
    case "multistep-epochs": {
      const milestones = config.milestones.map((share) => share * epochs);
      return byEpoch(epochStepsDecay({ base, milestones, factor, warmupEpochs }));
    }
    case "half-cosine-epochs":
      return warm(byEpoch(halfCosineDecay({ base, steps: epochs })));
  }
}
