import { simpro, unlabeledEstimate } from "../../../algorithms/bases/simpro.ts";
import { logPrior } from "../../../algorithms/shared/log_prior.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { GoldenRunner } from "../runner.ts";
import { CaseReader } from "./case_reader.ts";
import { StepCase } from "./step_case.ts";
import { StubModel, type StubViews } from "./stub_model.ts";

const TOLERANCE = { relative: 1e-5, absolute: 1e-6 } as const;
const GRADIENT = { relative: 1e-5, absolute: 1e-7 } as const;

/** Checks `alg_simpro`: steps of some epochs, one after the other on one state. */
export const run: GoldenRunner = async (c, check, open) => {
  const device = await open();
  const read = new CaseReader(c, check, TOLERANCE);
  const p = c.params, B = p.B as number, unlabeled = B * (p.mu as number);
  const model = new StubModel({ heads: { main: p.classes } });
  const trace = new StepCase(device, {
    stack: compose(simpro({ strength: p.tau, threshold: p.threshold, momentum: p.rho })),
    model,
    data: {
      counts: p.labelled_counts,
      labeled: p.labelled_batches * B,
      unlabeled: p.unlabelled_batches * unlabeled,
    },
  });
  const state = trace.state.of("simpro");
  const views: StubViews = [
    ["labeled", B],
    ["labeled", B],
    ["weak", unlabeled],
    ["strong", unlabeled],
    ["strong", unlabeled],
  ];
  const { steps_per_epoch: epochSteps, epochs } = p as Record<string, number>;
  const steps = epochSteps! * epochs!; // every case states them
  for (let step = 0; step < steps; step++) {
    const at = `step${step}`, epoch = Math.floor(step / epochSteps!);
    const progress = { step, steps, epoch, epochSteps: epochSteps! };
    const got = await trace.step({
      images: model.images(views, { main: read.floats(`${at}/z`) }),
      y: read.ints(`${at}/y`),
      progress,
      probe: () => ({
        a: logPrior(state["prior"]!, p.tau), // declared, as the next one is
        a_u: logPrior(state["unlabeledPrior"]!, p.tau),
      }),
    });
    read.close(`${at}/a`, got.probed["a"] ?? []);
    read.close(`${at}/a_u`, got.probed["a_u"] ?? []);
    read.close(`${at}/P`, got.probs);
    read.equal(`${at}/mask`, got.mask);
    read.close(`${at}/Lx`, got.terms["labeled"] ?? NaN);
    read.close(`${at}/Lu`, got.terms["unlabeled"] ?? NaN);
    read.close(`${at}/loss`, got.loss);
    read.close(`${at}/d_z`, model.gradient(got, "main"), GRADIENT);
    const counts = await trace.readState("simpro/unlabeledCounts");
    read.close(`${at}/U`, counts);
    read.equal(`${at}/L`, await trace.readState("simpro/labeledCounts"));
    if ((step + 1) % epochSteps! !== 0) continue;
    const estimate = unlabeledEstimate(device.tensor(counts, [counts.length]));
    read.close(`epoch${epoch}/e_hat`, await device.read(estimate));
    await trace.between("epoch", { progress: { ...progress, step: step + 1, epoch: epoch + 1 } });
    read.close(`epoch${epoch}/pi_u`, await trace.readState("simpro/unlabeledPrior"));
    read.close(`epoch${epoch}/pi`, await trace.readState("simpro/prior"));
  }
  read.finish();
};
