import {
  type Algorithm,
  argmax,
  crossEntropy,
  defineAlgorithm,
  mul,
  oneHot,
  type PassSpec,
  quarterTurns,
  slice,
  type StateSpec,
  type Step,
  type Tensor,
} from "../../../core/mod.ts";
import {
  alignDistribution,
  bankMean,
  moveMean,
  type RunningMeanOptions,
  runningState,
  temperedPrior,
} from "../../shared/distribution_alignment.ts";
import { deinterleave, interleave, uncut } from "../../shared/batch_rows.ts";
import { flooredCrossEntropy } from "../../shared/floored_cross_entropy.ts";
import { drawMixing, mixRows, sharpen } from "../../shared/mixing.ts";
import {
  checkReMixMatch,
  REMIXMATCH_DEFAULTS,
  REMIXMATCH_DOCS,
  type ReMixMatchOptions,
} from "./options.ts";
import { rampWeight } from "../../shared/ramp.ts";
import { dasoBase } from "../../recipes/daso_methods.ts";

export type { ReMixMatchOptions };

/**
 * ReMixMatch (Berthelot et al., "ReMixMatch: Semi-supervised learning with distribution alignment and
 * augmentation anchoring", ICLR 2020, algorithm 1): the aligned and sharpened prediction of the weak
 * view is the target of that and two strong views; all are mixed with the labeled batch; cross
 * entropy on the mixed rows, on the first strong view unmixed, and on its rotation (equations 3, 4).
 *
 * Follows DASO's code: passes of their own for the weak view, the strong one, each of the four
 * interleaved mixed batches and the rotated images; no ramp on the rotation; α 0.75. USB's aligns by a
 * moving mean (`momentum`: 0.999); CoSSL's learns strong views of labeled images (`labeledView`), aligns
 * to counts (`target`) and starts its mean anew with co-learning (`restart`); CDMAD's starts it
 * anew in each epoch (`restartEpochs`), learns `plainLabeled` images too, has the `unmixedPass` last and a
 * `logFloor`.
 *
 * @example Without alignment
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { remixmatch } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [base] } = compose(remixmatch({ align: false }));
 * assert.equal(base.config.lambda, 1.5);
 * ```
 */
export const remixmatch: Algorithm<ReMixMatchOptions> = defineAlgorithm({
  name: "remixmatch",
  kind: "base",
  paper: "Berthelot et al., ICLR 2020",
  provides: ["pseudo-labels", "guesses-apart"],
  defaults: REMIXMATCH_DEFAULTS,
  docs: REMIXMATCH_DOCS,
  formulas: {
    pseudoLabel:
      "q ← sharpen(align(q, π, q̄), T), soft; where q̄ is the mean of q over the last batches, this one too",
    inputs:
      "mixed_i = s v_i + (1 − s) v_σ(i) over the rows v of α(x), α(u), A₁(u), A₂(u); rotated = A₁(u) turned by g ∈ {0, 1, 2, 3} quarters; where s = max(b, 1 − b), b ~ Beta(alpha, alpha), σ a random order of the rows",
    loss:
      "labeled = mean H(r, z(mixed)) of the rows of x; unlabeled = ramp · λ · mean H(r, z(mixed)) of the rows of u; unmixed = ramp · λ_Û1 · mean H(q, z(A₁(u))); rotation = λ_r · mean H(g, z_rotation(rotated)); where r is mixed in the same way of y, q, q, q",
  },
  smoke: { "batch.ratio": 1 },
  check: checkReMixMatch,
  fits: (_, __, batch) => uncut(3, batch),
  needs: ({ labeledView, plainLabeled, unmixedPass }) => ({
    views: {
      labeled: plainLabeled ? [labeledView, "weak"] : [labeledView],
      unlabeled: ["weak", "strong", "strong"],
    },
    passes: unmixedPass === "after" ? [GUESS] : [GUESS, UNMIXED],
    heads: { rotation: { classes: 4 } },
  }),
  recipe: dasoBase("remixmatch"),
  state: (config, { classes }) => runningState(runningMean(config), classes),
  pseudoLabel: (s, t) => ({
    probs: sharpen(s.config.align ? aligned(s, t.probs) : t.probs, s.config.temperature),
    form: "soft",
  }),
  inputs(s) {
    const { labeled: { x: [x, plain], y }, unlabeled: { weak, strong } } = s.batch;
    const parts = [x, ...weak, ...strong];
    const rows = parts.reduce((n, part) => n + part.shape[0]!, 0); // images have a batch axis
    const mixed = mixRows(parts, drawMixing(s, s.config.alpha, rows));
    return {
      ...Object.fromEntries(interleave(mixed, y.size).map((x, i) => [`mixed${i}`, { x }])),
      ...(s.config.plainLabeled ? { plain: { x: plain! } } : {}), // needs ask for it, as below
      rotated: { x: quarterTurns(strong[0]!, turns(s)) },
      ...(s.config.unmixedPass === "after" ? { unmixed: { x: strong[0]! } } : {}),
    };
  },
  loss(s, t) {
    const { config, batch: { labeled: { y }, unlabeled: { weak, strong } } } = s;
    const known = oneHot(y, s.data.classes);
    const parts = [known, ...weak, ...strong].map((_, i) => i === 0 ? known : t.probs);
    const rows = parts.reduce((n, part) => n + part.shape[0]!, 0); // targets have a batch axis
    const targets = mixRows(parts, drawMixing(s, config.alpha, rows));
    const logits = deinterleave(
      Array.from({ length: rows / y.size }, (_, i) => s.late(`mixed${i}`).logits()),
    );
    const first = { end: y.size }, rest = { start: y.size };
    const ramp = rampWeight(config, s.progress);
    const strongest = config.unmixedPass === "after" ? s.late("unmixed") : s.student.strong[0]!; // needs ask for it
    const unmixed = crossEntropy(strongest.logits(), t.probs), floor = config.logFloor;
    const rotation = crossEntropy(s.late("rotated").logits("rotation"), turns(s));
    return {
      labeled: flooredCrossEntropy(slice(logits, first), slice(targets, first), { floor }),
      ...(config.plainLabeled
        ? { plain: flooredCrossEntropy(s.late("plain").logits(), y, { floor }) }
        : {}),
      unlabeled: mul(
        flooredCrossEntropy(slice(logits, rest), slice(targets, rest), { floor }),
        s.ramp(ramp, config.lambda),
      ),
      unmixed: mul(unmixed, s.ramp(ramp, config.unmixed)),
      rotation: mul(rotation, config.rotation),
    };
  },
});

/** The weak view's own pass, and that of the strong one which stays unmixed. */
const GUESS: PassSpec = { net: "student", inputs: ["weak/0"], grad: false };
const UNMIXED: PassSpec = { net: "student", inputs: ["strong/0"] };

type ReMixMatchStep = Step<ReMixMatchOptions, Record<"bank" | "held", StateSpec>>;

/** How the mean of predictions is taken. */
function runningMean({ batches, momentum }: ReMixMatchOptions): RunningMeanOptions {
  return { average: momentum > 0 ? "moving" : "bank", batches, momentum };
}

/** Moves the running mean of predictions and aligns it with the labeled class distribution. */
function aligned(s: ReMixMatchStep, probs: Tensor): Tensor {
  const { config: { restart, restartEpochs }, progress: { step, steps, epochSteps } } = s;
  const anew = restart > 0 && step === Math.round(restart * steps) ||
    restartEpochs && step % epochSteps === 0;
  const before = anew ? { bank: mul(s.state.bank, 0), held: mul(s.state.held, 0) } : s.state;
  const { bank, held } = moveMean(before, probs, runningMean(s.config));
  s.state.bank = bank;
  s.state.held = held;
  const shares = temperedPrior(s.data.counts, s.config.exponent);
  const total = s.config.target === "counts" ? s.data.unlabeled : 1;
  const target = shares.map((share) => share * total);
  return alignDistribution(probs, {
    target: probs.device.tensor(target, [target.length]),
    average: bankMean({ bank, held }),
  });
}

/** Quarter turns of each unlabeled image, 0 to 3 equally likely: the largest of four draws. */
function turns(s: ReMixMatchStep): Tensor<"i32"> {
  return argmax(s.random("turns").uniform([s.batch.unlabeled.index.size, 4]), 1);
}
