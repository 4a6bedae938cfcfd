import { HEAD_OPTIMIZERS } from "../../../algorithms/addons/cossl/start.ts";
import { blendChances, blendTail } from "../../../algorithms/addons/cossl/tail_blend.ts";
import { imprint, imprintedProbs, tailSet } from "../../../algorithms/addons/cossl/tail_set.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { HeadTrainer } from "../../../core/training/head_trainer.ts";
import type { CaseReader } from "./case_reader.ts";
import { readOptimizer } from "./cossl_head.ts";

const GRADIENT = { relative: 1e-5, absolute: 1e-7 } as const;
const MOVED = { relative: 1e-5, absolute: 2e-6 } as const;

/** How the balanced head starts: the feature set, and its training in three ways. */
export async function checkStart(read: CaseReader, device: Device): Promise<void> {
  if (read.has("w_imprint")) checkSet(read);
  else await checkTraining(read, device);
}

function checkSet(read: CaseReader): void {
  const { features: width, classes } = read.case.params;
  const labeled = { values: read.floats("f_l"), width }, labels = read.ints("y");
  const weak = { values: read.floats("f_uw"), width };
  const unlabeled = read.has("f_us") ? { values: read.floats("f_us"), width } : weak;
  const weights = imprint(labeled, labels, classes);
  read.close("w_imprint", weights);
  const labeledProbs = imprintedProbs(labeled, weights);
  const unlabeledProbs = imprintedProbs(weak, weights);
  read.close("P_l", labeledProbs);
  read.close("P_u", unlabeledProbs);
  const anchors = read.ints("anchor"), shares = read.floats("lam"), drawn = read.ints("new_label");
  let anchor = 0, share = 0;
  const { features, labels: all, made } = tailSet(
    { labeled, labels, unlabeled, labeledProbs, unlabeledProbs, classes },
    {
      // A case names the row itself; the draw is its place among those of its class.
      anchor: () => {
        const row = anchors[anchor]!, y = drawn[anchor++]; // as many draws as new rows
        return [...labels.keys()].filter((i) => labels[i] === y).indexOf(row);
      },
      share: () => shares[share++]!, // as above
    },
  );
  read.equal("anchor", made.map((row) => row.anchor));
  read.equal("b", made.map((row) => row.other));
  read.equal("new_label", made.map((row) => row.y));
  read.close("lam", made.map((row) => row.share));
  read.close("set_features", features);
  const oneHot = [...all].flatMap((y) =>
    Array.from({ length: classes }, (_, c) => Number(c === y))
  );
  read.equal("set_targets", oneHot);
}

/** What a step of a start trains on. */
interface Batch {
  readonly rows: Float32Array;
  readonly y: ArrayLike<number>;
}

async function checkTraining(read: CaseReader, device: Device): Promise<void> {
  const { params: p } = read.case;
  const [classes = 0, width = 0] = read.case.tensor("W0").shape;
  const told = p.head_optimizer
    ? readOptimizer(p.head_optimizer)
    : { optimizer: HEAD_OPTIMIZERS.adam, rate: p.lr, decay: p.weight_decay };
  const head = new HeadTrainer(device, {
    features: width,
    classes,
    optimizer: told.optimizer,
    rate: told.rate,
    weightDecay: told.decay,
    averageDecay: p.ema_alpha ?? p.alpha,
    seed: 0,
  });
  head.start(
    device.tensor(read.floats("W0"), [classes, width]),
    device.tensor(read.floats("b0"), [classes]),
  );
  const batches = read.has("batches")
    ? await rowsOfSet(read, width)
    : await loopBatches(read, device);
  const losses: number[] = [], gradients: number[] = [];
  for (const { rows, y } of batches) {
    const labels = device.tensor(Int32Array.from(y), [y.length], "i32");
    const loss = head.step(device.tensor(rows, [y.length, width]), labels);
    losses.push((await device.read(loss))[0] ?? NaN);
    gradients.push(...await device.read(head.gradients.views[0]!)); // of the weight
  }
  read.close("mean_loss", losses.reduce((a, b) => a + b, 0) / losses.length);
  read.close("d_W", gradients, GRADIENT);
  for (const [network, suffix] of [["student", ""], ["average", "_ema"]] as const) {
    const { weight, bias } = head.read(network);
    read.close(`W${suffix}`, await device.read(weight), MOVED);
    read.close(`b${suffix}`, await device.read(bias), MOVED);
  }
  head.dispose();
}

/** Batches of the feature set that another case of the group holds, as the case's note says. */
async function rowsOfSet(read: CaseReader, width: number): Promise<Batch[]> {
  const { case: c } = read, batches = read.ints("batches");
  const name = c.json.note?.match(/\bon (\w+)\/set_features/)?.[1];
  const { tensors } = await c.other(c.group);
  const set = tensors.get(`${name}/set_features`), targets = tensors.get(`${name}/set_targets`);
  if (!set || !targets) throw new ReferenceError(`Case ${c.name} does not say what it trains on`);
  const size = c.params.batch as number, classes = targets.shape[1]!; // one-hot rows
  return Array.from({ length: batches.length / size }, (_, i) => {
    const rows = [...batches.subarray(i * size, (i + 1) * size)];
    return {
      rows: Float32Array.from(
        rows.flatMap((row) => [...set.data.subarray(row * width, (row + 1) * width)]),
      ),
      y: rows.map((row) => targets.data.subarray(row * classes, (row + 1) * classes).indexOf(1)),
    };
  });
}

/** Class-balanced batches, blended where the case says with whom. */
async function loopBatches(read: CaseReader, device: Device): Promise<Batch[]> {
  const { params: p } = read.case;
  const [steps = 0, B = 0, width = 0] = read.case.tensor("f_c").shape;
  const own = read.floats("f_c"), y = read.ints("y");
  const part = (values: Float32Array, step: number, row: number) =>
    values.subarray(step * B * row, (step + 1) * B * row);
  const batches: Batch[] = [];
  for (let step = 0; step < steps; step++) {
    const labels = y.subarray(step * B, (step + 1) * B), rows = part(own, step, width);
    if (!read.has("f_v")) {
      batches.push({ rows, y: labels });
      continue;
    }
    const least = p.max_lam as number;
    const vector = (values: Float32Array) => device.tensor(values, [B]);
    const blended = blendTail({
      own: device.tensor(rows, [B, width]),
      y: device.tensor(labels, [B], "i32"),
      partner: device.tensor(part(read.floats("f_v"), step, width), [B, width]),
      chances: device.tensor(blendChances(p.labelled_counts), [p.classes]),
      gate: vector(part(read.floats("gate_u"), step, 1)),
      share: vector(
        part(read.floats("lam"), step, 1).map((x) => x > 0 ? (x - least) / (1 - least) : 0),
      ),
      least,
    });
    batches.push({ rows: await device.read(blended), y: labels });
  }
  return batches;
}
