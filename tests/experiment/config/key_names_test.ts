import assert from "node:assert/strict";
import { OTHER_NAMES } from "../../../experiment/config/key_names.ts";
import { setLayer } from "../../../experiment/config/layers.ts";
import { OPTIMIZERS } from "../../../experiment/config/optimizer_options.ts";
import { OPTIONS } from "../../../experiment/config/options.ts";
import { resolveConfig } from "../../../experiment/config/resolve.ts";

/** What a run of a stack says was meant by a key that there is not. */
function meant(key: string, algorithm = "fixmatch"): string | undefined {
  try {
    resolveConfig([setLayer([`algorithm=${algorithm}`, `${key}=1`])]);
  } catch (error) {
    return /did you mean '(.*)'\?/.exec((error as Error).message)?.[1];
  }
  return undefined;
}

Deno.test("names of PyTorch and USB lead to the option of a run", () => {
  const rows: [string, string][] = [
    ["lr", "learningRate"],
    ["uratio", "batch.ratio"],
    ["batch_size", "batch.labeled"],
    ["batch.size", "batch.labeled"],
    ["ema_m", "average.decay"],
    ["num_train_iter", "steps"],
    ["momentum", "optimizer.momentum"],
    ["weight_decay", "weightDecay"],
    ["ulb_imb_ratio", "split.gammaUnlabeled"],
  ];
  assert.deepEqual(rows.map(([name]) => [name, meant(name)]), rows);
});

Deno.test("p_cutoff is the threshold of the method that has one", () => {
  assert.deepEqual(
    ["fixmatch", "simpro", "fixmatch+abc"].map((stack) => meant("p_cutoff", stack)),
    ["fixmatch.threshold", "simpro.threshold", "fixmatch.threshold"],
  );
});

Deno.test("the last part of a key is compared too", () => {
  assert.equal(meant("treshold"), "fixmatch.threshold");
  assert.equal(meant("labeled_max"), "split.labeledMax");
  assert.equal(meant("gamaLabeled"), "split.gammaLabeled");
  assert.equal(meant("fixmatch.treshold"), "fixmatch.threshold");
  assert.equal(meant("learningrate"), "learningRate");
  assert.equal(meant("stepz"), "steps");
});

Deno.test("every name of another system leads to an option that there is", () => {
  const optimizer = [...OPTIMIZERS.values()].flatMap((rows) => [...rows.keys()]);
  const keys = [...OPTIONS.keys(), "optimizer.kind", ...optimizer.map((o) => `optimizer.${o}`)];
  const gone = Object.values(OTHER_NAMES).filter((key) =>
    !key.startsWith(".") && !keys.includes(key)
  );
  assert.deepEqual(gone, []);
});
