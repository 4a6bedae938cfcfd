import type { Device } from "../../autograd/device.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import { mean } from "../../autograd/ops/reduce.ts";
import type { DataInfo } from "../plugin/needs.ts";
import type { Targets } from "../plugin/step_slots.ts";
import { countPairs, type StepLog } from "./step_log.ts";

/** Pseudo-labels that a method has reported in a step. */
export interface ReportedLabels {
  /** Probabilities [batch, classes], one row an unlabeled image. */
  readonly probs: Tensor;
  /** Weight of each row [batch]; null where no mask stands beside them. */
  readonly mask: Tensor | null;
}

/**
 * Counts of (true, pseudo) pairs over a log period, of pseudo-labels beside the step's own: those of a
 * second head, or of parts that a label was made of.
 */
export class LabelKinds {
  /** Counts [2, classes, classes] by `plugin/name`: all, then those with a mask. */
  readonly pairs: ReadonlyMap<string, Tensor<"u32">>;
  readonly #pairs = new Map<string, Tensor<"u32">>();
  readonly #device: Device;
  readonly #classes: number;

  /** No counts, of so many classes. */
  constructor(device: Device, classes: number) {
    this.pairs = this.#pairs;
    this.#device = device;
    this.#classes = classes;
  }

  /** Adds a step's labels; `hidden` are the true classes, −1 where unknown. */
  add(hidden: Int32Array, reports: ReadonlyMap<string, ReportedLabels>): void {
    for (const [name, { probs, mask: given }] of reports) {
      const targets = { probs, form: "hard" } as const, { length } = hidden;
      const mask = given ?? this.#device.tensor(new Float32Array(length).fill(1), [length]);
      countPairs(hidden, { targets, mask, classes: this.#classes, pairs: this.of(name) });
    }
  }

  /** The counts of a name, zeros where it is new. */
  of(name: string): Tensor<"u32"> {
    let pairs = this.#pairs.get(name);
    if (!pairs) {
      const shape = [2, this.#classes, this.#classes];
      pairs = this.#device.keep(() => this.#device.zeros(shape, "u32"));
      this.#pairs.set(name, pairs);
    }
    return pairs;
  }

  /** Records starting a new period. */
  clear(): void {
    for (const pairs of this.#pairs.values()) this.#device.clear(pairs);
  }
}

/** What {@linkcode countStep} counts in. */
export interface PeriodLog {
  readonly log: StepLog;
  /** Counts of (true, pseudo) pairs of the step's own pseudo-labels. */
  readonly pairs: Tensor<"u32">;
  readonly kinds: LabelKinds;
  readonly data: Pick<DataInfo, "classes">;
}

/** What a step has come to, as far as a log row says it. */
export interface CountedStep {
  readonly terms: ReadonlyMap<string, Tensor>;
  readonly targets: Targets | null;
  readonly mask: Tensor | null;
  readonly reports: ReadonlyMap<string, ReportedLabels>;
  readonly labeledAccuracy: Tensor | null;
}

/** Adds a step to its log period; `hidden` are the true classes of its unlabeled images, −1 where unknown. */
export function countStep(
  { log, pairs, kinds, data: { classes } }: PeriodLog,
  hidden: Int32Array,
  { terms, targets, mask, reports, labeledAccuracy }: CountedStep,
): void {
  for (const [name, term] of terms) log.add(`loss ${name}`, term);
  if (labeledAccuracy) log.add("labeledAccuracy", labeledAccuracy);
  if (!targets || !mask) return;
  log.add("mask", mean(mask));
  countPairs(hidden, { targets, mask, classes, pairs });
  kinds.add(hidden, reports);
}
