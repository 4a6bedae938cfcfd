import { warmupCosine } from "../nn/schedules/cosine_decay.ts";
import { multiStepDecay } from "../nn/schedules/multi_step_decay.ts";
import { constantSchedule, type Schedule } from "../nn/schedules/schedule.ts";
import { balpoeLearningRate } from "../nn/schedules/methods/balpoe_learning_rate.ts";
import { linearWarmup } from "../nn/schedules/warmup.ts";
import type { TrainingConfig } from "../training/training_config.ts";
import type { RunConfig } from "./config/run_config.ts";

/** What the trainer takes of a run's options. */
export function trainingConfig(config: RunConfig): TrainingConfig {
  const { seed, steps, epochSteps, batch, weightDecay, decayRule, average } = config;
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
    average,
  };
}

/** The learning rate of each step. */
export function learningRate(config: RunConfig): Schedule {
  const { learningRate: base, schedule, steps, warmupSteps } = config;
  if (schedule === "cosine") return warmupCosine({ base, steps, warmupSteps });
  if (schedule === "multistep-epochs") {
    const epochs = steps / config.epochSteps;
    const byEpoch = balpoeLearningRate({
      base,
      milestones: [0.8 * epochs, 0.9 * epochs],
      factor: 0.1,
      warmupEpochs: warmupSteps / config.epochSteps,
    });
    return (step) => byEpoch(Math.floor(step / config.epochSteps));
  }
  const plain = schedule === "constant"
    ? constantSchedule(base)
    : multiStepDecay({ base, milestones: [0.8 * steps, 0.9 * steps], factor: 0.1 });
  return warmupSteps > 0 ? linearWarmup(plain, { steps: warmupSteps }) : plain;
}
