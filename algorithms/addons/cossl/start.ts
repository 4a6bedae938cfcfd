import {
  HeadTrainer,
  type Host,
  type OptimizerOptions,
  type Predictions,
  type Random,
} from "../../../core/mod.ts";
import type { CosslOptions } from "./options.ts";
import { blendChances, blendTail } from "./tail_blend.ts";
import { imprint, imprintedProbs, tailSet } from "./tail_set.ts";

/** Of the weights of anchors in the balanced feature set. */
const ALPHA = 0.75;

/** Optimizers of CoSSL's balanced head on CIFAR and small ImageNet, and on Food-101. */
export const HEAD_OPTIMIZERS: Readonly<Record<"adam" | "sgd", OptimizerOptions>> = {
  adam: { kind: "adam", beta1: 0.9, beta2: 0.999, eps: 1e-8 },
  sgd: { kind: "sgd", momentum: 0.9, nesterov: true },
};

/**
 * Starts CoSSL's balanced head: trains it on features of the averaged network, one view of each image,
 * and sets it and its average.
 */
export async function startHead(h: Host<CosslOptions>): Promise<void> {
  const { start, startView, startLabeled, view } = h.config;
  const labeled = await predict(h, "labeled", start === "set" ? startLabeled : view);
  const weak = start === "plain"
    ? null
    : await predict(h, "unlabeled", start === "set" ? "weak" : view);
  const strong = start === "set" && startView === "strong"
    ? await predict(h, "unlabeled", "strong")
    : weak;
  const head = await newHead(h);
  if (start === "set") trainOnSet(h, head, { labeled, weak: weak!, strong: strong! }); // read above
  else trainOnBatches(h, head, labeled, weak);
  for (const network of ["student", "average"] as const) {
    h.setHead("balanced", { network, ...head.read(network) });
  }
  head.dispose();
}

function predict(h: Host<CosslOptions>, on: "labeled" | "unlabeled", view: "weak" | "strong") {
  return h.predict(on, { network: "average", view, features: true });
}

async function newHead(h: Host<CosslOptions>): Promise<HeadTrainer> {
  const { config, data: { features, classes }, device, progress } = h;
  const head = new HeadTrainer(device, {
    features,
    classes,
    optimizer: HEAD_OPTIMIZERS[config.startOptimizer],
    rate: config.startRate,
    weightDecay: config.decay,
    averageDecay: config.startAverage,
    seed: progress.step,
  });
  if (config.start !== "plain") return head;
  const { weight, bias } = await h.readHead("main", "average");
  head.start(weight, bias);
  return head;
}

function trainOnSet(
  h: Host<CosslOptions>,
  head: HeadTrainer,
  { labeled, weak, strong }: Record<"labeled" | "weak" | "strong", Predictions>,
): void {
  const { data: { features: width, classes }, config } = h;
  const random = h.random("start"), labels = labeled.labels ?? [];
  const known = { values: labeled.features, width };
  const weights = imprint(known, labels, classes);
  const set = tailSet({
    labeled: known,
    labels,
    unlabeled: { values: strong.features, width },
    labeledProbs: imprintedProbs(known, weights),
    unlabeledProbs: imprintedProbs({ values: weak.features, width }, weights),
    classes,
  }, {
    anchor: (rows) => Math.floor(rows * random.uniform()),
    share: () => random.beta(ALPHA, ALPHA),
  });
  const next = shuffled(set.labels.length, random);
  for (let step = 0; step < config.startSteps; step++) {
    const rows = next(config.startBatch);
    h.scope(() =>
      head.step(
        h.write(rowsOf(set.features, rows, width), [rows.length, width]),
        h.write(rows.map((row) => set.labels[row]!), [rows.length], "i32"), // rows of the set
      )
    );
  }
}

function trainOnBatches(
  h: Host<CosslOptions>,
  head: HeadTrainer,
  labeled: Predictions,
  unlabeled: Predictions | null,
): void {
  const { data: { features: width, classes, counts }, config } = h;
  const random = h.random("start"), labels = [...labeled.labels ?? []];
  const byClass = counts.map((_, c) => labels.flatMap((y, row) => y === c ? [row] : []));
  const present = byClass.filter((rows) => rows.length > 0);
  const one = <T>(list: readonly T[]): T => list[Math.floor(list.length * random.uniform())]!; // < 1
  const all = [labeled.features, unlabeled?.features ?? new Float32Array()];
  const any = all.flatMap((values, i) =>
    Array.from({ length: values.length / width }, (_, row) => [i, row] as const)
  );
  for (let step = 0; step < config.startSteps; step++) {
    const rows = Array.from({ length: config.startBatch }, () => one(one(present)));
    h.scope(() => {
      const shape = [rows.length, width];
      const y = h.write(rows.map((row) => labels[row]!), [rows.length], "i32"); // labeled ones
      const own = h.write(rowsOf(labeled.features, rows, width), shape);
      if (!unlabeled) return head.step(own, y);
      const partners = rows.map(() => {
        const [from, row] = one(any);
        return all[from]!.subarray(row * width, (row + 1) * width); // one of the two
      });
      const draws = () => h.write(rows.map(() => random.uniform()), [rows.length]);
      return head.step(
        blendTail({
          own,
          y,
          partner: h.write(partners.flatMap((row) => [...row]), shape),
          chances: h.write(blendChances(counts), [classes]),
          gate: draws(),
          share: draws(),
          least: config.least,
        }),
        y,
      );
    });
  }
}

/** Batches of rows in random order, each row once before any comes again; no batch is a part of one. */
function shuffled(rows: number, random: Random): (batch: number) => number[] {
  let order = random.permutation(rows), at = 0;
  return (batch) => {
    if (at + batch > rows) {
      order = random.permutation(rows);
      at = 0;
    }
    return [...order.subarray(at, at += batch)];
  };
}

function rowsOf(values: Float32Array, rows: readonly number[], width: number): Float32Array {
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, i) => out.set(values.subarray(row * width, (row + 1) * width), i * width));
  return out;
}
