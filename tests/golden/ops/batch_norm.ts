import type { Device } from "../../../core/autograd/device.ts";
import { batchNorm, permute } from "../../../core/autograd/ops/mod.ts";
import type { BatchNormMode } from "../../../core/autograd/ops/mod.ts";
import type { Check, Tolerance } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import type { GoldenRunner } from "../runner.ts";
import type { Tensor } from "../../../core/autograd/tensor.ts";
import { checkOperation, inputTensor } from "./differentiate.ts";

interface Params {
  readonly eps: number;
  readonly momentum?: number;
  readonly training: boolean;
}

/** Checks `ops_batchnorm2d`. Cases are NCHW. */
export const run: GoldenRunner = async (c, check, device) => {
  const opened = await device();
  const { training } = c.params as unknown as Params;
  const tolerance = toleranceOf(c);
  const modes: BatchNormMode[] = training ? ["batch", "frozen"] : ["running"];
  for (const mode of modes) await checkMode(c, check, { device: opened, mode, tolerance });
  if (training) await checkStatistics(c, check, opened);
};

async function checkMode(
  c: GoldenCase,
  check: Check,
  { device, mode, tolerance }: { device: Device; mode: BatchNormMode; tolerance: Tolerance },
): Promise<void> {
  const state = runningState(c, device, ["running_mean", "running_var"]);
  await checkOperation(c, check, device, {
    inputs: ["x", "gamma", "beta"],
    apply: (x, gamma, beta) => normalize(c, { x: x!, gamma: gamma!, beta: beta!, mode, ...state }),
    given: c.tensorNames.filter((name) => STATISTICS.includes(name)),
    tolerance,
  });
  const suffix = mode === "batch" ? "_after" : "";
  await checkState(c, check, state, [`running_mean${suffix}`, `running_var${suffix}`]);
}

/** Statistics that a case of training lists besides the results, and the running ones. */
const STATISTICS: readonly string[] = [
  "running_mean",
  "running_var",
  "running_mean_after",
  "running_var_after",
  "running_mean_after3",
  "running_var_after3",
  "batch_mean",
  "batch_var",
  "batch_var_unbiased",
];

/** The same batch three times; the batch's statistics, as running ones of momentum 1. */
async function checkStatistics(c: GoldenCase, check: Check, device: Device): Promise<void> {
  const [x, gamma, beta] = ["x", "gamma", "beta"].map((name) => inputTensor(c, device, name));
  const inputs = { x: x!, gamma: gamma!, beta: beta! }; // three names above
  const moved = runningState(c, device, ["running_mean", "running_var"]);
  for (let i = 0; i < 3; i++) normalize(c, { ...inputs, mode: "batch", ...moved });
  await checkState(c, check, moved, ["running_mean_after3", "running_var_after3"]);
  const replaced = runningState(c, device, ["running_mean", "running_var"]);
  normalize(c, { ...inputs, mode: "batch", momentum: 1, ...replaced });
  await checkState(c, check, replaced, ["batch_mean", "batch_var_unbiased"]);
  const biased = runningState(c, device, ["batch_mean", "batch_var"]);
  const y = normalize(c, { ...inputs, mode: "running", ...biased });
  check.close("y from batch_var", await device.read(y), c.tensor("y"), toleranceOf(c));
}

interface State {
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;
}

function runningState(c: GoldenCase, device: Device, names: readonly [string, string]): State {
  const [runningMean, runningVar] = names.map((name) => inputTensor(c, device, name));
  return { runningMean: runningMean!, runningVar: runningVar! }; // two names
}

async function checkState(
  c: GoldenCase,
  check: Check,
  { runningMean, runningVar }: State,
  [mean, variance]: readonly [string, string],
): Promise<void> {
  const [gotMean, gotVar] = await runningMean.device.readAll([runningMean, runningVar]);
  check.close(mean, gotMean, c.tensor(mean));
  check.close(variance, gotVar, c.tensor(variance));
}

interface Inputs extends State {
  readonly x: Tensor;
  readonly gamma: Tensor;
  readonly beta: Tensor;
  readonly mode: BatchNormMode;
  readonly momentum?: number;
}

function normalize(c: GoldenCase, { x, ...inputs }: Inputs): Tensor {
  const { training: _, ...given } = c.params as unknown as Params;
  return permute(batchNorm(permute(x, [0, 2, 3, 1]), { ...given, ...inputs }), [0, 3, 1, 2]);
}

/** What the note of a case allows its values; the rule of the group where it says nothing. */
function toleranceOf(c: GoldenCase): Tolerance {
  const stated = c.json.note?.match(/tolerance ([\d.e+-]+) \* absmax/)?.[1];
  return stated ? { relative: Number(stated) } : {};
}
