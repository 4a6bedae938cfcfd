import { fixmatch } from "@longtail/longtail/algorithms";
import {
  compose,
  type Device,
  type Model,
  requestDevice,
  resNet,
  type Trainer,
  wideResNet,
} from "@longtail/longtail/core";
import { imagesOfStep } from "../../core/training/step/step_images.ts";
import { longtailTrainer, type TrainerProblem } from "../contenders/longtail_trainer.ts";
import { noiseDataset } from "../contenders/noise_dataset.ts";
import { digits } from "../report_text.ts";
import { median } from "../statistics.ts";
import { table } from "../table.ts";
import { GPU_KERNELS } from "./gpu_kernels.ts";
import type { Findings, Part, PartContext } from "./part.ts";

/** Whole steps of FixMatch on a network. */
interface WholeStep {
  readonly model: Model;
  /** Height and width of the images, pixels. */
  readonly size: number;
  /** Labeled images a step. */
  readonly labeled: number;
  /** Unlabeled images for each labeled one. */
  readonly ratio: number;
  /** Of activations and their gradients, single by default. */
  readonly precision?: TrainerProblem["precision"];
}

/** What is measured of them; NaN where the time was over before. */
interface StepFigures {
  readonly shape: string;
  /** Views that the network sees in a step. */
  readonly images: number;
  readonly imagesPerSecond: number;
  readonly secondsPerStep: number;
  /** Of steps that are each waited for, as none is in training. */
  readonly secondsPerWaitedStep: number;
  /** JavaScript that records and submits a step. */
  readonly hostMilliseconds: number;
  readonly dispatches: number;
  /** Of all buffers; the pool gives none back while there is room, so this is its peak. */
  readonly poolBytes: number;
  /** With everything that is compiled and allocated. */
  readonly secondsOfFirstSteps: number;
}

/** Rounds of steps that are not waited for. */
const ROUNDS = 3;
/** Images to draw from. */
const TRAIN = 1000;

/** Steps as the trainer runs them, at the batches that systems publish, with images on the device. */
export function stepParts(quick: boolean): Part[] {
  const variant = "daso";
  const [wide, deep]: readonly [WholeStep, WholeStep] = quick
    ? [
      { model: wideResNet({ depth: 10, width: 1, variant }), size: 16, labeled: 8, ratio: 2 },
      { model: resNet({ depth: 18, variant }), size: 8, labeled: 2, ratio: 1 },
    ]
    : [
      { model: wideResNet({ depth: 28, width: 2, variant }), size: 32, labeled: 64, ratio: 7 },
      { model: resNet({ depth: 50, variant }), size: 32, labeled: 64, ratio: 1 },
    ];
  const steps: WholeStep[] = [wide, deep, { ...wide, precision: "f16" }];
  return steps.map((step) => ({
    name: `step-${step.model.name}${step.precision === "f16" ? "-f16" : ""}`,
    title: `A step of FixMatch on ${step.model.name}${
      step.precision === "f16" ? " in half precision" : ""
    }`,
    seconds: quick ? 60 : 55,
    run: (context) => wholeStep(step, context),
  }));
}

async function wholeStep(
  { model, size, labeled, ratio, precision = "f32" }: WholeStep,
  context: PartContext,
): Promise<Findings> {
  const shape = `${model.name} ${labeled}+2x${ratio * labeled} ${size}x${size}`;
  const device = await requestDevice(GPU_KERNELS);
  try {
    if (precision === "f16" && !device.half) {
      return { figures: null, text: "The adapter has no shader-f16.", failures: [] };
    }
    const dataset = await noiseDataset(size, TRAIN);
    const trainer = await longtailTrainer(device, {
      ...{ model, stack: compose(fixmatch()), dataset, labeled, ratio, precision },
      streamed: false,
    });
    const figures: StepFigures = { shape, ...await timeSteps(device, trainer, context) };
    await trainer.drain(); // throws if a loss is not finite
    return { figures, text: textOf(figures), failures: [] };
  } finally {
    device.destroy();
  }
}

async function timeSteps(
  device: Device,
  trainer: Trainer,
  { quick, signal, progress }: PartContext,
): Promise<Omit<StepFigures, "shape">> {
  // Steps that are each waited for, and milliseconds of a round of others at least.
  const { each, slot } = quick ? { each: 4, slot: 200 } : { each: 20, slot: 2000 };
  async function timeOf(steps: number): Promise<number> {
    const start = performance.now();
    await trainer.run({ until: trainer.done + steps });
    await device.idle();
    return performance.now() - start;
  }
  progress("first steps");
  const firstSteps = await timeOf(1) + await timeOf(1);

  progress("steps one by one");
  const host: number[] = [], waited: number[] = [];
  let recorded = NaN;
  for (let i = 0; i < each && !signal.aborted; i++) {
    const start = performance.now(), { dispatches } = device.counts;
    trainer.step();
    host.push(performance.now() - start);
    recorded = device.counts.dispatches - dispatches;
    await device.idle(); // a software adapter would compute while the next step is recorded
    waited.push(performance.now() - start);
  }

  progress("steps in a row");
  const row = Math.min(500, Math.ceil(slot / median(waited)));
  const rounds: number[] = [];
  while (rounds.length < ROUNDS && !signal.aborted) rounds.push(await timeOf(row) / row);

  const milliseconds = median(rounds), images = imagesOfStep(trainer.needs, trainer.config);
  return {
    images,
    imagesPerSecond: images / milliseconds * 1000,
    secondsPerStep: milliseconds / 1000,
    secondsPerWaitedStep: median(waited) / 1000,
    hostMilliseconds: median(host),
    dispatches: recorded,
    poolBytes: device.pool.bytes,
    secondsOfFirstSteps: firstSteps / 1000,
  };
}

function textOf(figures: StepFigures): string {
  return table(
    [
      ...["shape", "images/s", "seconds a step", "waited for", "host, ms a step", "dispatches"],
      ...["device memory, MiB", "first 2 steps, s"],
    ],
    [[
      figures.shape,
      figure(figures.imagesPerSecond),
      figure(figures.secondsPerStep),
      figure(figures.secondsPerWaitedStep),
      figure(figures.hostMilliseconds),
      Number.isNaN(figures.dispatches) ? "not measured" : String(figures.dispatches),
      digits(figures.poolBytes / 2 ** 20),
      digits(figures.secondsOfFirstSteps),
    ]],
  );
}

function figure(value: number): string {
  return Number.isFinite(value) ? digits(value) : "not measured";
}
