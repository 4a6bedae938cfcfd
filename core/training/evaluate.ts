import { scoreKernel } from "../../kernels/counts.ts";
import { scalarGroups } from "../../kernels/pointwise.ts";
import { add } from "../autograd/ops/pointwise.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Loader } from "./loader.ts";
import { type EvaluationSummary, summarizeEvaluation } from "./metrics/evaluation.ts";
import { forwardBody, meanOfExperts } from "./step/network.ts";
import type { StepContext } from "./step/step.ts";
import { applyHead } from "./step/step_outputs.ts";

/** An evaluation and what was evaluated. */
export interface Evaluation extends EvaluationSummary {
  /** `ema`: the averaged weights. */
  readonly network: "ema" | "raw";
  /** Name of the head. */
  readonly head: string;
}

/**
 * Scores a network on the test images: running statistics, identity views, the head's own logits,
 * those of `main` and of experts with the plugins' evaluation offsets, then through their
 * `adjustEvaluation`.
 * Counts stay on the GPU until the end.
 */
export async function evaluateNetwork(
  context: StepContext,
  loader: Loader,
  { network: which, head, batch }: { network: "ema" | "raw"; head: string; batch: number },
): Promise<Evaluation> {
  const { device, network } = context;
  const { classes } = loader.data;
  const { images, labels } = loader.test;
  const weights = which === "ema" ? network.average : network.student;
  const counts = device.keep(() => device.zeros([classes * classes + 1], "u32"));
  const experts = context.needs.heads[head]?.experts;
  const offsets = head === "main" || experts ? offsetsOf(context) : null;
  device.place = "evaluation";
  for (let from = 0; from < images.length; from += batch) {
    const ids = images.subarray(from, from + batch);
    const rows = await loader.fetch?.("test", ids) ?? ids;
    device.scope(() => {
      const index = device.tensor(rows, [rows.length], "i32");
      const x = loader.view("test", index, "identity", { seed: 0, step: 0, name: "test" });
      const pass = { weights, norm: "running" } as const;
      const features = forwardBody(device, network, x, pass);
      const own = meanOfExperts(applyHead(network, head, features, pass));
      const moved = offsets ? add(own, device.tensor(offsets, [classes])) : own;
      const logits = adjusted(context, moved, head);
      device.dispatch(
        scoreKernel(),
        [logits, device.tensor(labels.subarray(from, from + batch), [ids.length], "i32"), counts],
        [ids.length, classes],
        scalarGroups(ids.length),
      );
    });
    device.submit();
  }
  const values = await device.read(counts);
  counts.dispose();
  const summary = summarizeEvaluation({
    confusion: values.subarray(0, classes * classes),
    classes,
    top5Correct: values[classes * classes]!, // the element after the counts
    trainCounts: loader.data.counts,
  });
  return { network: which, head, ...summary };
}

/** What the plugins make of a head's logits. */
function adjusted({ stack, state, data }: StepContext, logits: Tensor, head: string): Tensor {
  return stack.plugins.reduce(
    (z, { name, spec, config }) =>
      spec.adjustEvaluation?.({ config, state: state.of(name), data }, z, head) ?? z,
    logits,
  );
}

/** What the plugins add to the logits of each class, or null where none does. */
function offsetsOf({ stack, data }: StepContext): number[] | null {
  let all: number[] | null = null;
  for (const { spec, config } of stack.plugins) {
    const own = spec.evaluationOffsets?.(config, data);
    if (own) all = own.map((x, i) => x + (all?.[i] ?? 0));
  }
  return all;
}
