import { isPublished, type Options, SGD, tail } from "./published.ts";

const CIFAR: Options = {
  ...SGD,
  model: "wrn-28-2",
  modelVariant: "daso",
  steps: 250_000,
  "batch.labeled": 64,
  "batch.ratio": 2,
  learningRate: 0.03,
  schedule: "constant",
  weightDecay: 5e-4,
  decayRule: "all",
  "average.decay": 0.999,
  "average.warmup": true,
  "average.buffers": "average",
  augment: "seval",
  "seval.piLow": 1e-3,
  "seval.piHigh": 3,
  "seval.threshold": 0.95,
  "seval.metric": "nll",
  "seval.search": "nelder-mead",
};

const TAILS = {
  cifar10: tail("seval", 1500, 3000, 100),
  cifar100: tail("seval", 150, 300, 10),
  stl10: tail("seval", 450, null, 10),
} as const;

/** A row of the table: groups of thresholds and offsets (0: as many as classes), t*, decays, period. */
function row(
  mode: string,
  groups: readonly [thresholds: number, offsets: number],
  target: number,
  decays: readonly [thresholds: number, offsets: number],
  period: number,
): Options {
  return {
    "seval.mode": mode,
    "seval.thresholdGroups": groups[0],
    "seval.piGroups": groups[1],
    "seval.target": target,
    "seval.targetEnd": target,
    "seval.thresholdDecay": decays[0],
    "seval.piDecay": decays[1],
    "seval.period": period,
    epochSteps: period, // ABC's
    evaluateEvery: period,
  };
}

const STEADY = [0.999, 0.999] as const, QUICK = [0.9, 0.9] as const;

Deno.test("seval's estimate runs are those of its configurations", () => {
  const stack = "fixmatch+seval", left = { "split.holdout": null };
  isPublished(
    [stack, "cifar10"],
    CIFAR,
    TAILS.cifar10,
    left,
    row("estimate", [5, 0], 0.75, STEADY, 500),
  );
  isPublished(
    [stack, "cifar100"],
    CIFAR,
    TAILS.cifar100,
    left,
    row("estimate", [10, 0], 0.65, QUICK, 2500),
  );
  const stl = row("estimate", [0, 0], 0.6, [0.999, 0.995], 500);
  isPublished([stack, "stl10"], CIFAR, TAILS.stl10, left, stl);
  isPublished([stack, "semi-aves"], row("estimate", [20, 20], 0.9, [0.95, 0.95], 500));
  isPublished([stack, "imagenet127"], row("estimate", [10, 0], 0.65, [0.99, 0.99], 1000));
});

Deno.test("seval's runs that follow a curriculum have all labels and the same decays", () => {
  const load = "seval.mode=load", all = { "split.holdout": 0 };
  isPublished(["fixmatch+seval", "cifar10", load], CIFAR, TAILS.cifar10, all, {
    "seval.thresholdDecay": 0.999,
    "seval.piDecay": 0.999,
  });
  isPublished(["fixmatch+seval", "semi-aves", load], all, {
    "seval.thresholdDecay": 0.95,
    "seval.piDecay": 0.95,
    "seval.period": 500,
  });
});

Deno.test("seval's direct runs are those of its configurations", () => {
  const direct = "seval.mode=direct", all = { "split.holdout": 0 };
  const ten = row("direct", [0, 0], 0.9, STEADY, 500);
  const hundred = row("direct", [10, 0], 0.7, QUICK, 2500);
  isPublished(["fixmatch+seval", "cifar10", direct], CIFAR, TAILS.cifar10, all, ten);
  isPublished(["fixmatch+seval", "cifar100", direct], CIFAR, TAILS.cifar100, all, hundred);
  const stl = row("direct", [0, 0], 0.95, [0.999, 0.995], 500);
  isPublished(["fixmatch+seval", "stl10", direct], CIFAR, TAILS.stl10, all, stl);
  for (const addon of ["abc", "daso"]) {
    for (const stack of [`fixmatch+seval+${addon}`, `fixmatch+${addon}+seval`]) {
      isPublished([stack, "cifar10"], CIFAR, TAILS.cifar10, all, ten);
      isPublished([stack, "cifar100"], CIFAR, TAILS.cifar100, all, hundred);
    }
  }
  const crest = { steps: 500_000, "crest.generations": 2 };
  isPublished(["fixmatch+crest+seval", "cifar10"], CIFAR, all, ten, crest, { "crest.plus": true });
  isPublished(["fixmatch+seval+crest", "cifar100"], CIFAR, all, hundred, crest, {
    "crest.plus": false,
  });
  const slow = row("direct", [0, 0], 0.9, STEADY, 2500);
  for (const base of ["meanteacher", "mixmatch", "remixmatch"]) {
    const own = { "batch.ratio": 1, augment: base === "remixmatch" ? "daso-remixmatch" : "seval" };
    isPublished([`${base}+seval`, "cifar10"], CIFAR, TAILS.cifar10, all, ten, own);
    isPublished([`${base}+seval`, "cifar100"], CIFAR, TAILS.cifar100, all, slow, own);
  }
});
