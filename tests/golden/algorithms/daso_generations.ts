import { crest } from "../../../algorithms/addons/crest/crest.ts";
import { keptShares } from "../../../algorithms/addons/crest/select_rarest.ts";
import type { Phase } from "../../../core/training/plugin/host_slots.ts";
import type { Plugin } from "../../../core/training/plugin/algorithm.ts";
import { countsWith } from "../../../core/training/phases.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { familyTolerance } from "./daso_tolerance.ts";
import type { StepCase } from "./step_case.ts";

/** CReST as a case's settings have it. */
export function generationsOf(params: GoldenCase["params"]): Plugin {
  return crest({
    generations: params.max_iter / params.gen_period_steps,
    alpha: params.alpha,
    plus: params.dist_align,
    progressive: params.progressive_align,
    minimum: params.t_min,
  });
}

/** Enters generation after generation and compares what each takes in. */
export class Generations {
  /** Labeled images of each class in the generation. */
  counts: readonly number[];
  readonly #c: GoldenCase;
  readonly #check: Check;
  #end = 0;
  #index = 0;

  constructor(c: GoldenCase, check: Check) {
    this.#c = c;
    this.#check = check;
    this.counts = c.params.labelled_counts;
    const shares = keptShares(this.counts, { alpha: c.params.alpha, form: "counts" });
    const rank = [...shares].reverse(); // the share of a class is that of its mirror
    check.close("mu_k", rank, c.tensor("mu_k"), familyTolerance(c).values);
  }

  /** Begins the generation of a step, if it is its first. */
  async enter(steps: StepCase, step: number): Promise<void> {
    if (step < this.#end) return;
    const { params } = this.#c, index = Math.floor(step / params.gen_period_steps);
    const progress = { step, steps: params.max_iter, epoch: 0, epochSteps: params.max_iter };
    const phase = await steps.phase(index, {
      progress,
      predict: () => Promise.resolve(this.#predictions(index, steps.data.classes)),
    });
    this.#check.that(`gen${index}`, phase !== null, "no generation begins here");
    this.#index = index;
    this.#end = step + (phase?.steps ?? Infinity);
    this.#check.equal(`gen${index}/steps`, phase?.steps ?? 0, params.gen_period_steps);
    if (index > 0 && phase) this.#compare(index, phase);
  }

  /** Compares the generation's number and the power of its target. */
  async checkExponent(steps: StepCase, at: string): Promise<void> {
    this.#check.equal(`${at}/generation`, this.#index + 1, this.#c.scalar(`${at}/generation`));
    const exponent = await steps.readState("crest/exponent");
    const { values } = familyTolerance(this.#c);
    this.#check.close(`${at}/exponent`, exponent, this.#c.scalar(`${at}/exponent`), values);
  }

  #compare(index: number, { labels = new Map(), model }: Phase): void {
    const at = `gen${index}`, c = this.#c, check = this.#check;
    check.equal(`${at}/model`, model ?? "keep", "reset");
    check.equal(`${at}/selected`, [...labels.keys()], c.tensor(`${at}/selected`));
    check.equal(`${at}/selected_labels`, [...labels.values()], c.tensor(`${at}/selected_labels`));
    this.counts = countsWith(c.params.labelled_counts, labels);
    check.equal(`${at}/labelled_counts`, this.counts, c.tensor(`${at}/labelled_counts`));
  }

  /** What the averaged network makes of the unlabeled images: logarithms are logits too. */
  #predictions(index: number, classes: number) {
    const logits = this.#c.floats(`gen${index}/ul_probs`).map(Math.log);
    const images = logits.length / classes;
    return { logits, features: new Float32Array(), labels: null, images, classes };
  }
}
