import { BadInput } from "../../bad_input.ts";
import { TooLarge } from "../../autograd/buffer_pool.ts";
import type { Device } from "../../autograd/device.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import type { Input, NonEmpty, NthInput, View } from "../plugin/needs.ts";
import type { MergedNeeds } from "../plugin/merge_needs.ts";
import type { DrawnBatch, DrawSizes, Loader } from "../loader.ts";
import { loaderView } from "../loader.ts";
import type { StepInput, StreamImages } from "./step.ts";
import type { TrainingConfig } from "../training_config.ts";

/** How many images each step draws. */
export function drawSizes(
  needs: MergedNeeds,
  { labeled, unlabeled }: Pick<TrainingConfig, "labeled" | "unlabeled">,
): DrawSizes {
  const streams = Object.entries(needs.streams)
    .map(([name, { batch = labeled }]) => [name, batch] as const);
  return {
    labeled,
    unlabeled: needs.unlabeled.length > 0 ? unlabeled : 0,
    streams: Object.fromEntries(streams),
  };
}

/**
 * Refuses draws whose list of images alone is more than an adapter holds, before one is drawn.
 *
 * @throws {BadInput} That says how many images a step draws, and how many it may.
 */
export function requireDrawable({ gpu: { limits } }: Device, sizes: DrawSizes): void {
  const largest = Math.max(sizes.labeled, sizes.unlabeled, ...Object.values(sizes.streams));
  const most = Math.floor(limits.maxStorageBufferBindingSize / Int32Array.BYTES_PER_ELEMENT);
  if (largest <= most) return;
  throw new BadInput(
    `A step draws ${largest} images at once, of which this adapter holds the list of ${most}: give a ` +
      "smaller batch.labeled or batch.ratio",
  );
}

/**
 * Records a step of so many images.
 *
 * @throws {BadInput} If the adapter cannot hold a tensor of it; says which batch would do.
 */
export function withinLimits({ labeled, unlabeled }: DrawSizes, record: () => void): void {
  try {
    record();
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    const [what] = error.message.split(": "), most = Math.floor(labeled / error.times);
    throw new BadInput(
      `A step of ${labeled} labeled and ${unlabeled} unlabeled images is too large for this adapter: ` +
        `${what}; give batch.labeled at most about ${Math.max(1, most)}, or smaller images or a ` +
        "smaller network",
    );
  }
}

/** How many images the networks see in a step, each view counted; streams are not. */
export function imagesOfStep(
  needs: MergedNeeds,
  { labeled, unlabeled }: Pick<TrainingConfig, "labeled" | "unlabeled">,
): number {
  return labeled * needs.labeled.length + unlabeled * needs.unlabeled.length;
}

/**
 * Sizes of the batches that networks see in a step; what methods make on the way (late inputs) is
 * not among them.
 */
export function batchesOfStep(needs: MergedNeeds, sizes: DrawSizes): number[] {
  const images = (input: Input | NthInput): number => {
    const [kind, nth] = input.split("/");
    const [views, each] = kind === "labeled"
      ? [needs.labeled.length, sizes.labeled]
      : [needs.unlabeled.filter((view) => view === kind).length, sizes.unlabeled];
    return nth === undefined ? views * each : each;
  };
  const asked = needs.passes.map(({ inputs }) => inputs.reduce((sum, i) => sum + images(i), 0));
  const student = needs.passes.some(({ net, name }) => net === "student" && name === undefined);
  const all = needs.studentPass && !student ? [imagesOfStep(needs, sizes)] : [];
  return [...all, ...asked, ...Object.values(sizes.streams)].filter((batch) => batch > 0);
}

/**
 * How many images an evaluation sees at once: as many as a step, so that it takes no memory that
 * training has not taken, but enough to keep a GPU busy and few enough for any memory.
 */
export function evaluationBatch(
  needs: MergedNeeds,
  config: Pick<TrainingConfig, "labeled" | "unlabeled">,
): number {
  return Math.min(250, Math.max(32, imagesOfStep(needs, config)));
}

/** What {@linkcode stepImages} works with. */
export interface StepImagesOptions {
  readonly device: Device;
  readonly loader: Loader;
  readonly needs: MergedNeeds;
  readonly sizes: DrawSizes;
  /** Of the run; with the step it names the random numbers of views. */
  readonly seed: number;
  readonly step: number;
}

/** Makes all views of a drawn batch, and of the next images of each stream. */
export function stepImages(
  { labeled, unlabeled }: DrawnBatch,
  { device, loader, needs, sizes, seed, step }: StepImagesOptions,
): StepInput {
  const ints = (data: Int32Array) => device.tensor(data, [data.length], "i32");
  const draw = (name: string) => ({ seed, step, name });
  const known = ints(labeled.place), unknown = ints(unlabeled.place);
  const views = (view: View) =>
    needs.unlabeled.filter((v) => v === view).map((_, i) =>
      loader.view("train", unknown, view, draw(`unlabeled/${view}/${i}`))
    );
  const batch = {
    labeled: {
      x: needs.labeled.map((view, i) =>
        loader.view("train", known, loaderView("labeled", view), draw(`labeled/${view}/${i}`))
      ) as unknown as NonEmpty<Tensor>, // as long as needs.labeled
      y: ints(labeled.y),
      index: ints(labeled.position),
    },
    unlabeled: {
      weak: views("weak"),
      strong: views("strong"),
      identity: views("identity"),
      index: ints(unlabeled.position),
      isLabeled: device.tensor(unlabeled.isLabeled, [unlabeled.isLabeled.length]),
    },
  };
  const streams = Object.entries(needs.streams).map(([name, spec]): [string, StreamImages] => {
    const { place, y, position } = loader.nextOf(name, sizes.streams[name]!); // one for each stream
    const view = loaderView(spec.from, spec.view);
    const x = loader.view("train", ints(place), view, draw(`stream/${name}`));
    return [name, { x, y: ints(y), index: ints(position) }];
  });
  return { batch, streams: Object.fromEntries(streams) };
}
