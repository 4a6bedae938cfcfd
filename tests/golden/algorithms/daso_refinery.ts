import { darp, targetCounts } from "../../../algorithms/addons/darp/darp.ts";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import { removeNoise } from "../../../algorithms/addons/darp/refine_labels.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { familyTolerance } from "./daso_tolerance.ts";
import { StepCase } from "./step_case.ts";
import { StubModel } from "./stub_model.ts";

/** What the group allows where equations are solved exactly. */
const EXACT = { relative: 0, absolute: 1e-4 } as const;

/** DARP on FixMatch: the labels that the host gets back, step by step, and the refined table. */
export async function checkRefinery(c: GoldenCase, check: Check, device: Device): Promise<void> {
  const { params } = c, { values } = familyTolerance(c);
  const { classes, M: unlabeled, B_u: rows, alpha } = params;
  const config = {
    warmup: params.warmup_ratio,
    period: params.per_iters,
    alpha,
    rounds: params.num_darp_iters,
    counts: params.estimate ?? params.unlabelled_formula_counts,
  };
  const model = new StubModel({ heads: { main: classes } });
  const steps = new StepCase(device, {
    stack: compose(fixmatch(), darp(config)),
    model,
    data: { counts: new Array(classes).fill(1), unlabeled },
  });
  const target = targetCounts(config, steps.data);
  check.close("target", target, c.tensor("target"), values);
  for (let n = 1; n <= params.steps; n++) {
    const at = `step${n}`, given = c.floats(`${at}/p`);
    const logits = [...new Float32Array(classes), ...given.map(Math.log), ...given];
    const reading = await steps.step({
      images: model.images([["labeled", 1], ["weak", rows], ["strong", rows]], { main: logits }),
      y: [0],
      index: { unlabeled: c.ints(`${at}/index`) },
      progress: { step: n - 1, steps: params.max_iter, epoch: 0, epochSteps: params.max_iter },
      probe: () => ({ ...removeNoise(steps.state.of("darp").raw!, target, alpha) }), // declared
    });
    // Where the original still hands out its untouched table, the case says what is right.
    const right = `${at}/out_refined_at_first_step`;
    const out = c.has(right) ? right : `${at}/out`;
    const active = n > Math.trunc(params.warmup_ratio * params.max_iter);
    check.close(out, reading.probs, c.tensor(out), active ? EXACT : values);
    if (!c.has(`${at}/P_raw`)) continue;
    check.close(`${at}/P_raw`, await steps.readState("darp/raw"), c.tensor(`${at}/P_raw`), values);
    check.equal(`${at}/topk`, reading.probed.kept ?? [], c.tensor(`${at}/topk`));
    check.close(`${at}/omega`, reading.probed.weights ?? [], c.tensor(`${at}/omega`), values);
    const refined = await steps.readState("darp/refined");
    check.close(`${at}/P_ref_exact`, refined, c.tensor(`${at}/P_ref_exact`), EXACT);
    check.close(`${at}/P_ref`, refined, c.tensor(`${at}/P_ref`), EXACT);
    const sums = Array.from(
      { length: classes },
      (_, k) => refined.reduce((sum, p, i) => i % classes === k ? sum + p : sum, 0),
    );
    check.close(`${at}/column_sums`, sums, c.scalar(`${at}/column_sums`), {
      relative: 0,
      absolute: unlabeled * EXACT.absolute,
    });
  }
}
