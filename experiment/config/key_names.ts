import { distance } from "fastest-levenshtein";

/**
 * What options are called in PyTorch and USB, and what they are here. What begins with a dot is an
 * option of whichever method of the run has one of that name.
 */
export const OTHER_NAMES: Readonly<Record<string, string>> = {
  lr: "learningRate",
  batch_size: "batch.labeled",
  uratio: "batch.ratio",
  mu: "batch.ratio",
  num_train_iter: "steps",
  iterations: "steps",
  epoch: "steps",
  epochs: "steps",
  num_eval_iter: "evaluateEvery",
  num_log_iter: "logEvery",
  num_warmup_iter: "warmupSteps",
  ema_m: "average.decay",
  ema_decay: "average.decay",
  optim: "optimizer.kind",
  momentum: "optimizer.momentum",
  betas: "optimizer.beta1",
  wd: "weightDecay",
  scheduler: "schedule",
  clip_grad: "clipGradient",
  net: "model",
  arch: "model",
  pretrain_path: "weights",
  load_path: "from",
  img_size: "imageSize",
  num_labels: "split.labeledMax",
  num_max: "split.labeledMax",
  ulb_num_labels: "split.unlabeledMax",
  imb_ratio: "split.gammaLabeled",
  imb_ratio_l: "split.gammaLabeled",
  lb_imb_ratio: "split.gammaLabeled",
  imb_ratio_u: "split.gammaUnlabeled",
  ulb_imb_ratio: "split.gammaUnlabeled",
  gpu: "adapter",
  p_cutoff: ".threshold",
  ulb_loss_ratio: ".lambda",
  lambda_u: ".lambda",
  T: ".temperature",
};

/**
 * The option that somebody most likely means by a name that there is not: what another system's name
 * stands for, else the nearest, of which the last part alone may have been given.
 *
 * @param keys Options and sections that there are, at least one; of equally near ones the first is taken.
 */
export function meantKey(given: string, keys: readonly string[]): string {
  const alias = ALIASES.get(plain(given));
  const known = alias?.startsWith(".")
    ? keys.find((key) => key.endsWith(alias))
    : keys.find((key) => key === alias);
  if (known !== undefined) return known;
  const whole = given.includes(".");
  let best = keys[0]!, least = Infinity; // there is one
  for (const key of keys) {
    const last = key.slice(key.lastIndexOf(".") + 1);
    const names = whole ? [key] : [key, last];
    const far = Math.min(...names.map((name) => distance(plain(given), plain(name))));
    if (far >= least) continue;
    [best, least] = [key, far];
  }
  return best;
}

/** A name without what only tells writing styles apart. */
function plain(name: string): string {
  return name.replaceAll(/[._-]/g, "").toLowerCase();
}

const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries(OTHER_NAMES).map(([name, key]) => [plain(name), key]),
);
