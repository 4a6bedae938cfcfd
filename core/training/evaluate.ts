import type { Device } from "../autograd/device.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Norm } from "../nn/builder.ts";
import type { Weights } from "../nn/parameters.ts";
import type { NetworkName } from "./plugin/needs.ts";
import type { Loader } from "./loader.ts";
import type { Stack } from "./plugin/compose.ts";
import { inSlot } from "./plugin/slot_failed.ts";
import type { MergedNeeds } from "./plugin/merge_needs.ts";
import { type LogitScores, scoreLogits } from "./metrics/evaluation.ts";
import { Diverged } from "./diverged.ts";
import { type DeclaredNetwork, forwardBody, meanOfExperts } from "./step/network.ts";
import type { StepContext } from "./step/step.ts";
import { applyHead, solidImage } from "./step/step_outputs.ts";

/** What is evaluated, and how. */
export interface EvaluationOptions {
  /** Which network; by default the method's. */
  readonly network?: NetworkName;
  /** Which head; by default the method's. */
  readonly head?: string;
  /** On which images; `test` by default. */
  readonly on?: "test" | "valid";
  /** What batch norm normalises with; `running` by default. */
  readonly norm?: Norm;
}

/** Logits of a whole set of images, and what gave them. */
export interface EvaluationLogits {
  /** Whose weights. */
  readonly network: NetworkName;
  /** Name of the head. */
  readonly head: string;
  /** Rows [N, C], row-major, as predictions are made from them. */
  readonly logits: Float32Array;
  /** True classes [N]. */
  readonly labels: Int32Array;
  /** Number of classes C. */
  readonly classes: number;
}

/** An evaluation and what was evaluated. */
export interface Evaluation extends LogitScores {
  /** Whose weights. */
  readonly network: NetworkName;
  /** Name of the head. */
  readonly head: string;
}

/** Bytes of logits that wait on the GPU to be read together. */
const WAITING = 2 ** 26;

/**
 * What a network says of the test or validation images: identity views, the head's logits (the
 * mean of experts) through the plugins' `adjustEvaluation`.
 *
 * @throws {Diverged} If a logit is not finite.
 */
export async function evaluationLogits(
  context: StepContext,
  loader: Loader,
  { network: which, head, on, norm, batch }: Required<EvaluationOptions> & {
    readonly batch: number;
  },
): Promise<EvaluationLogits> {
  const { device, network } = context;
  const { classes } = loader.data;
  const { rows, labels } = on === "test" ? loader.test : loader.set("valid");
  const part = on === "test" ? "test" : "train";
  const weights = which === "average" ? network.average : network.student;
  const all = new Float32Array(rows.length * classes);
  let waiting: Tensor[] = [], read = 0;
  const drain = async () => {
    for (const values of await device.readAll(waiting)) {
      all.set(values, read);
      read += values.length;
    }
    for (const tensor of waiting) tensor.dispose();
    waiting = [];
  };
  device.place = "evaluation";
  const solids = device.keep(() =>
    device.scope(() => solidLogits(context, { weights, head, size: loader.size }))
  );
  for (let from = 0; from < rows.length; from += batch) {
    const some = rows.subarray(from, from + batch);
    const places = await loader.fetch?.(part, some) ?? some;
    waiting.push(device.keep(() =>
      device.scope(() => {
        const index = device.tensor(places, [places.length], "i32");
        const x = loader.view(part, index, "identity", { seed: 0, step: 0, name: on });
        const pass = { weights, norm };
        const features = forwardBody(device, network, x, pass);
        const own = meanOfExperts(applyHead(network, head, features, pass));
        return adjustLogits(context, own, { head, solids });
      })
    ));
    device.submit();
    if (waiting.length * batch * classes * 4 >= WAITING) await drain();
  }
  await drain();
  for (const tensor of Object.values(solids)) tensor.dispose();
  if (!all.every(Number.isFinite)) {
    throw new Diverged(`The logits of the ${which} for the ${on} images are not finite`);
  }
  return { network: which, head, logits: all, labels: labels!, classes }; // both sets are labeled
}

/**
 * Every score of logits, see {@linkcode scoreLogits}.
 *
 * @param trainCounts Labeled images of each class.
 */
export function scoreEvaluation(
  { network, head, ...rows }: EvaluationLogits,
  trainCounts: ArrayLike<number>,
): Evaluation {
  return { network, head, ...scoreLogits({ ...rows, trainCounts }) };
}

/** Whether plugins change the logits of evaluations. */
export function adjustsLogits({ plugins }: Stack): boolean {
  return plugins.some(({ spec }) => spec.adjustEvaluation);
}

/**
 * Logits [1, classes] of a head for each declared image of one colour, with running statistics.
 *
 * @param size Width and height of the images.
 */
export function solidLogits(
  { device, network, needs: { solids } }: {
    readonly device: Device;
    readonly network: DeclaredNetwork;
    readonly needs: Pick<MergedNeeds, "solids">;
  },
  { weights, head, size }: {
    readonly weights: Weights;
    readonly head: string;
    readonly size: number;
  },
): Record<string, Tensor> {
  const pass = { weights, norm: "running" } as const;
  return Object.fromEntries(
    Object.entries(solids).map(([name, { value }]) => {
      const image = solidImage({ device, shape: [1, size, size, 3] }, value);
      const features = forwardBody(device, network, image, pass);
      return [name, meanOfExperts(applyHead(network, head, features, pass))];
    }),
  );
}

/**
 * What the plugins make of a head's logits [images, classes].
 *
 * @param seen The head, and what {@linkcode solidLogits} gives for it.
 */
export function adjustLogits(
  { stack, state, data }: Pick<StepContext, "stack" | "state" | "data">,
  logits: Tensor,
  { head, solids }: { readonly head: string; readonly solids: Readonly<Record<string, Tensor>> },
): Tensor {
  return stack.plugins.reduce((z, { name, spec, config }) => {
    const solid = (image: string) => {
      if (Object.hasOwn(solids, image)) return solids[image]!; // just asked
      throw new ReferenceError(`'${name}' uses the solid image '${image}' but did not declare it`);
    };
    const run = { config, state: state.of(name), data, solid };
    return inSlot(name, "adjustEvaluation", () => spec.adjustEvaluation?.(run, z, head)) ?? z;
  }, logits);
}
