import { remixmatch } from "../../../algorithms/bases/remixmatch/remixmatch.ts";
import {
  alignDistribution,
  bankMean,
  temperedPrior,
} from "../../../algorithms/shared/distribution_alignment.ts";
import { rampWeight } from "../../../algorithms/shared/ramp.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { softmax } from "../../../core/autograd/ops/mod.ts";
import type { Input } from "../../../core/training/plugin/needs.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { CaseReader } from "./case_reader.ts";
import type { CaseImages } from "./case_step.ts";
import { familyTolerance } from "./daso_tolerance.ts";
import { StepCase } from "./step_case.ts";
import { TwoLayerModel } from "./two_layer_model.ts";

/** Parameters of the network. */
const PARAMETERS = ["W1", "b1", "W2", "b2", "Wr", "br"] as const;

/** Where the images come from, in the order of the method's rows, with the turned ones beside. */
const VIEWS: readonly (readonly [tensor: string, input: Input, turned?: string])[] = [
  ["x", "labeled"],
  ["u_w", "weak"],
  ["u_s0", "strong", "u_rot"],
  ["u_s1", "strong"],
];

/** Where each of the original's blocks of rows, [x, s0, s1, w], is among the method's. */
const BLOCKS = [0, 2, 3, 1];

/** ReMixMatch's steps as in USB's code: two, from one to the next of which only the mean moves. */
export async function checkReMixMatch(read: CaseReader, device: Device): Promise<void> {
  const { case: c } = read, { params: p } = c, { gradients } = familyTolerance(c);
  const inputs = c.tensor("W1").shape[0]!, counts: number[] = p.labelled_counts; // a matrix
  const model = new TwoLayerModel({ inputs, hidden: p.hidden, classes: p.classes, turns: 4 });
  const ramped = { ramp: "linear", rampShare: p.warm_up } as const;
  const steps = new StepCase(device, {
    stack: compose(remixmatch({
      ...ramped,
      lambda: p.lambda_u,
      unmixed: p.lambda_kl,
      rotation: p.lambda_rot,
      temperature: p.T,
      alpha: p.alpha,
      momentum: p.da_momentum,
    })),
    model,
    data: { counts, features: 2 * p.hidden },
  });
  const weights = Object.fromEntries(PARAMETERS.map((name) => [name, read.floats(name)]));
  for (let i = 0; i < p.steps; i++) {
    const at = (name: string) => `step${i}/${name}`;
    const progress = { step: p.first_t + i, steps: p.N, epoch: 0, epochSteps: p.N };
    const reading = await steps.step({
      images: VIEWS.map(([name, input, turned]): CaseImages => ({
        input,
        // One pixel of many channels: turning it changes nothing.
        shape: [p.B, 1, 1, 2 * inputs],
        values: sideBySide(
          read.floats(at(name)),
          turned ? read.floats(at(turned)) : undefined,
          inputs,
        ),
      })),
      y: read.ints(at("y")),
      progress,
      random: {
        "remixmatch/order": { permutation: reordered(read.ints(at("idx")), p.B) },
        "remixmatch/share": { beta: p.beta },
        // The largest of four draws says how far an image is turned.
        "remixmatch/turns": { uniform: ones(read.ints(at("rot_label"))) },
      },
      weights,
      averageWeights: weights,
      probe: (s) => {
        const { bank, held } = steps.state.of("remixmatch");
        const average = bankMean({ bank: bank!, held: held! }); // declared
        const target = device.tensor(temperedPrior(counts, 1), [p.classes]);
        const plain = softmax(s.student.weak[0]!.logits()); // the method asks for it
        return { p_aligned: alignDistribution(plain, { target, average }), p_model: average };
      },
    });
    const { labeled = NaN, unlabeled = NaN } = reading.terms;
    read.close(at("Ls"), labeled);
    read.close(at("Lu"), unlabeled / (rampWeight(ramped, progress) * p.lambda_u));
    read.close(at("loss"), reading.loss);
    for (const name of ["p_aligned", "p_model"]) read.close(at(name), reading.probed[name] ?? []);
    for (const name of PARAMETERS) {
      read.close(at(`d_${name}`), reading.gradients[name] ?? [], gradients);
    }
  }
  model.last?.device.release(model.last);
}

/** Images with their turned versions beside them, zeros where there are none. */
function sideBySide(
  images: Float32Array,
  turned: Float32Array | undefined,
  inputs: number,
): Float32Array {
  return Float32Array.from({ length: 2 * images.length }, (_, i) => {
    const row = Math.floor(i / (2 * inputs)), column = i % (2 * inputs);
    if (column < inputs) return images[row * inputs + column]!; // inside
    return turned?.[row * inputs + column - inputs] ?? 0;
  });
}

/** A permutation of the original's rows as one of the method's, blocks of `rows` each. */
function reordered(permutation: Int32Array, rows: number): number[] {
  const place = (row: number) => BLOCKS[Math.floor(row / rows)]! * rows + row % rows; // four blocks
  const order = new Array<number>(permutation.length);
  permutation.forEach((other, row) => order[place(row)] = place(other));
  return order;
}

/** A row of four with a 1 at each label. */
function ones(labels: Int32Array): number[] {
  return [...labels].flatMap((label) => [0, 1, 2, 3].map((k) => Number(k === label)));
}
