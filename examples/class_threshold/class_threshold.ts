import { type Algorithm, defineAlgorithm } from "@longtail/longtail";
import { argmax, div, gather, greaterEqual, lerp, max, mean, mul } from "@longtail/longtail/core";

/** Options of {@linkcode classThreshold}. */
export interface ClassThresholdOptions {
  /** Confidence that the most confident class has to reach. */
  threshold: number;
  /** Share of the past in the running mean probability of each class. */
  momentum: number;
}

/**
 * Takes a pseudo-label of class c from confidence τ · p̄(c) / max p̄ on, where p̄ is the running mean
 * of the probabilities (the local threshold of Wang et al., "FreeMatch", ICLR 2023, equation 8, with a
 * fixed τ). It stands in the place of the base's threshold, so give the base a threshold of 0.
 */
export const classThreshold: Algorithm<ClassThresholdOptions> = defineAlgorithm({
  name: "class-threshold",
  kind: "addon",
  paper: "after Wang et al., ICLR 2023",
  requires: ["pseudo-labels", "mask"],
  defaults: { threshold: 0.95, momentum: 0.99 },
  smoke: { "class-threshold.threshold": 0.2 },
  state: (_config, data) => ({ mean: { shape: [data.classes], init: "uniform" } }),
  mask(s, t, m) {
    const relative = div(s.state.mean, max(s.state.mean));
    const needed = gather(mul(relative, s.config.threshold), argmax(t.probs, 1));
    return mul(m, greaterEqual(max(t.probs, 1), needed));
  },
  priorUpdate(s, t) {
    s.state.mean = lerp(mean(t.probs, 0), s.state.mean, s.config.momentum);
    return undefined;
  },
});

export default classThreshold;
