import {
  abs,
  argmax,
  concat,
  exp,
  log,
  logSumExp,
  max,
  mean,
  min,
  permute,
  pow,
  slice,
  sqrt,
  sum,
  topK,
} from "../../../core/autograd/ops/mod.ts";
import type { Device } from "../../../core/autograd/device.ts";
import type { Tensor } from "../../../core/autograd/tensor.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import type { GoldenRunner } from "../runner.ts";
import { checkOperation, inputTensor } from "./differentiate.ts";

type Apply = (...inputs: Tensor[]) => Tensor;

const REDUCTIONS = { sum, mean, max, min, logsumexp: logSumExp } as const;
const ELEMENTWISE = { exp, log, sqrt } as const;

/** Checks `ops_reduce`: a case is named after its operation and settings, e.g. `sum_0_2`. */
export const run: GoldenRunner = async (c, check, device) => {
  if (c.hasScalar("abs_sum")) return await longSum(c, check, await device());
  if (c.has("argmax")) return await places(c, check, await device());
  const inputs = c.tensorNames.filter((name) => !/^(y|dy|d_.*)$/.test(name));
  await checkOperation(c, check, await device(), { inputs, apply: operation(c) });
};

function operation(c: GoldenCase): Apply {
  const [name = "", ...settings] = c.name.split("_");
  if (name in REDUCTIONS) {
    const reduce = REDUCTIONS[name as keyof typeof REDUCTIONS];
    return (x) => reduce(x!, axesOf(settings)); // one input
  }
  if (name in ELEMENTWISE) return ELEMENTWISE[name as keyof typeof ELEMENTWISE] as Apply;
  if (name === "pow") return (x) => pow(x!, Number(settings[0]?.replace("p", ".")));
  if (name === "transpose") return (x) => permute(x!, [...settings.join("")].map(Number));
  if (name === "concat") return (...parts) => concat(parts, changedAxis(c, c.tensorNames[0]!));
  if (name === "slice") {
    const [start = 0, end = 0] = settings.map(Number);
    return (x) => slice(x!, { axis: changedAxis(c, "x"), start, end });
  }
  throw new ReferenceError(`No operation of ops_reduce is called '${c.name}'`);
}

function axesOf(settings: readonly string[]): readonly number[] | undefined {
  const words: Readonly<Record<string, number>> = { first: 0, last: -1 };
  if (settings[0] === "all") return undefined;
  return settings.map((s) => words[s] ?? Number(s));
}

/** The axis along which the result and an input differ in size; the first where none does. */
function changedAxis(c: GoldenCase, input: string): number {
  const from = c.tensor(input).shape, to = c.tensor("y").shape;
  return Math.max(0, from.findIndex((size, i) => size !== to[i]));
}

async function places(c: GoldenCase, check: Check, device: Device): Promise<void> {
  const x = inputTensor(c, device, "x");
  for (const name of c.tensorNames) {
    if (name === "x") continue;
    const [, k] = name.match(/^top(\d+)$/) ?? [];
    if (name === "argmax") check.equal(name, await device.read(argmax(x)), c.tensor(name));
    else if (k) check.equal(name, await device.read(topK(x, Number(k))), c.tensor(name));
    else check.fail(name, "nothing is known about this tensor");
  }
}

async function longSum(c: GoldenCase, check: Check, device: Device): Promise<void> {
  const x = inputTensor(c, device, "x");
  const size = c.scalar("abs_sum") as number;
  const got = { sum: sum(x), mean: mean(x), abs_sum: sum(abs(x)) };
  for (const name of c.scalarNames) {
    const tensor = got[name as keyof typeof got];
    if (!tensor) {
      check.fail(name, "nothing is known about this scalar");
      continue;
    }
    // The group allows 1e-5 of the sum of absolute values.
    const absolute = 1e-5 * size / (name === "mean" ? x.size : 1);
    check.close(name, await device.read(tensor), c.scalar(name), { relative: 0, absolute });
  }
}
