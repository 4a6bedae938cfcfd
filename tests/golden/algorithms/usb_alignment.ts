import { distalign } from "../../../algorithms/addons/distalign.ts";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import { temperedPrior } from "../../../algorithms/shared/distribution_alignment.ts";
import type { Device } from "../../../core/autograd/device.ts";
import type { Progress } from "../../../core/training/plugin/step_slots.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { GoldenCase } from "../golden_case.ts";
import type { CaseReader } from "./case_reader.ts";
import { StepCase } from "./step_case.ts";
import { StubModel } from "./stub_model.ts";

/** Steps of a run in which a case's α fall on whole ones, to all digits that count. */
const STEPS = 1e9;

/** Distribution alignment as USB's hooks and those of ADELLO's fork do it, batch after batch. */
export async function checkAlignments(read: CaseReader, device: Device): Promise<void> {
  const { case: c } = read, p = c.params, classes: number = p.classes;
  const { average, target, exponent } = formOf(c);
  const counts = read.has("p_target_given")
    ? [...read.floats("p_target_given")]
    : new Array<number>(classes).fill(1);
  const model = new StubModel({ heads: { main: classes } });
  const steps = new StepCase(device, {
    stack: compose(
      fixmatch(),
      distalign({
        average,
        batches: p.queue_length ?? 1,
        momentum: p.momentum ?? 0,
        target,
        exponent,
        smooth: smoothOf(p),
        minimum: 0,
        power: 1,
      }),
    ),
    model,
    data: { counts },
  });
  for (let i = 0; c.has(`step${i}/p`); i++) {
    const at = `step${i}`, rows = c.tensor(`${at}/p`).shape[0]!; // probabilities have rows
    const weak = read.floats(`${at}/p`).map(Math.log);
    const labeled = read.has(`${at}/p_l`)
      ? read.floats(`${at}/p_l`).map(Math.log)
      : new Float32Array(classes);
    const got = await steps.step({
      images: model.images(
        [["labeled", labeled.length / classes], ["weak", rows], ["strong", rows]],
        { main: [...labeled, ...weak, ...weak] },
      ),
      y: new Int32Array(labeled.length / classes),
      progress: progressOf(p.alphas?.[i] ?? 1),
    });
    read.close(`${at}/p_aligned`, got.probs);
    read.close(`${at}/p_model`, await meanOf(steps, "bank", "held"));
    read.close(
      `${at}/p_target`,
      target === "predictions"
        ? await meanOf(steps, "labeledBank", "labeledHeld")
        : temperedPrior(counts, exponent),
    );
  }
}

/** What a case's name says of the hook: its mean and its target. */
function formOf({ name, params }: GoldenCase) {
  const words = name.split("_");
  if (!words.includes("ema") && !words.includes("queue")) {
    throw new ReferenceError(`Nothing is known about the alignment of '${name}'`);
  }
  return {
    average: words.includes("ema") ? "moving" : "ring",
    target: words.includes("model") && !params.alphas ? "predictions" : "labels",
    exponent: words.includes("uniform") ? 0 : 1,
  } as const;
}

function smoothOf({ smooth_p_target: target, smooth_p_model: average }: GoldenCase["params"]) {
  if (target && average) return "both";
  return target ? "target" : average ? "average" : "none";
}

/** Where in a run α is what a case says: it falls from 1 to 0 along a line. */
function progressOf(alpha: number): Progress {
  return { step: Math.round((1 - alpha) * STEPS), steps: STEPS, epoch: 0, epochSteps: STEPS };
}

async function meanOf(steps: StepCase, bank: string, held: string): Promise<number[]> {
  const rows = await steps.readState(`distalign/${bank}`), { classes } = steps.data;
  const [count = 1] = await steps.readState(`distalign/${held}`);
  return Array.from(
    { length: classes },
    (_, k) => rows.reduce((sum, x, i) => i % classes === k ? sum + x : sum, 0) / count,
  );
}
