import { blended, cossl } from "../../../algorithms/addons/cossl/cossl.ts";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import { blendChances } from "../../../algorithms/addons/cossl/tail_blend.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { softmax } from "../../../core/autograd/ops/mod.ts";
import type { Input } from "../../../core/training/plugin/needs.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { GoldenRunner } from "../runner.ts";
import { CaseReader } from "./case_reader.ts";
import { checkFunctions } from "./cossl_functions.ts";
import { CosslHead } from "./cossl_head.ts";
import { checkMixing } from "./cossl_mixing.ts";
import { blendDraws, coOptions } from "./cossl_options.ts";
import { checkStart } from "./cossl_start.ts";
import { StepCase } from "./step_case.ts";
import { StubModel, type StubViews } from "./stub_model.ts";

const TOLERANCE = { relative: 1e-5, absolute: 1e-6 } as const;
const GRADIENT = { relative: 1e-5, absolute: 1e-7 } as const;

/** Checks `alg_cossl`: what a case is shows in its settings and in what it holds. */
export const run: GoldenRunner = async (c, check, open) => {
  const read = new CaseReader(c, check, TOLERANCE);
  const { base, P } = c.params;
  if (P) check.close("P", blendChances(c.params.labelled_counts), P, { relative: 1e-9 });
  if (base === "fix") await checkFixMatch(read, await open());
  else if (base !== undefined) await checkMixing(read, check, await open());
  else if (read.has("w_imprint") || read.has("W0")) await checkStart(read, await open());
  else await checkFunctions(read, check, open);
  read.finish();
};

/** FixMatch in both parts of the run, on given logits and features. */
async function checkFixMatch(read: CaseReader, device: Device): Promise<void> {
  const { params: p } = read.case;
  const [B, C, width] = [p.B, p.classes, p.features] as [number, number, number];
  const U = B * p.mu, views = read.has("step0/z_s2") ? 2 : 1, co = p.phase === "CoSSL";
  const plugin = cossl({ ...coOptions(p), strongViews: views });
  const model = new StubModel({ features: width, heads: { main: C }, average: true });
  const trace = new StepCase(device, {
    stack: compose(fixmatch({ threshold: p.tau }), plugin),
    model,
    data: { counts: p.labelled_counts, features: width },
  });
  const head = co ? new CosslHead(read, device, plugin, width) : null;
  const rows: StubViews = [
    ["labeled", B],
    ["weak", U],
    ...new Array<readonly [Input, number]>(views).fill(["strong", U]),
  ];
  for (let step = 0; step < p.steps; step++) {
    const at = `step${step}`, name = (what: string) => `${at}/${what}`;
    const weak = co ? new Float32Array(U * C).fill(NaN) : read.floats(name("z_u"));
    const strong = Array.from({ length: views }, (_, i) => read.floats(name(`z_s${i + 1}`)));
    const main = [read.floats(name("z_x")), weak, ...strong].flatMap((z) => [...z]);
    const average = rows.flatMap(([input, n]) =>
      co && input === "weak"
        ? [...read.floats(name("f_u"))]
        : new Array<number>(n * width).fill(NaN)
    );
    const stream = (features: string) =>
      model.images([["labeled", B]], {}, { features: read.floats(name(features)) })[0]!; // one view
    const y = co ? read.ints(name("y_c")) : [];
    const got = await trace.step({
      images: model.images(rows, { main }, { features: average }),
      y: read.ints(name("y")),
      progress: { step, steps: p.steps, epoch: 0, epochSteps: p.steps },
      ...(head
        ? {
          streams: {
            balanced: { ...stream("f_c"), y },
            any: { ...stream("f_v"), y: new Array<number>(B).fill(-1) },
          },
          ...head.weights(),
        }
        : {}),
      random: blendDraws(read, at),
      probe: (s) => {
        if (!co) return {};
        const fused = blended(s, p.max_lam);
        return {
          fused,
          logits_g: s.head("balanced", fused),
          p_if_ema_head: softmax(s.average.weak[0]!.logits("balanced")), // a view is given
        };
      },
    });
    read.close(name("Lx"), got.terms["labeled"] ?? NaN);
    read.close(name("Lu"), got.terms["unlabeled"] ?? NaN);
    read.close(name("loss"), got.loss - (got.terms["balanced"] ?? 0));
    read.close(name("p"), got.probs);
    read.equal(name("yhat"), highest(got.probs, C));
    read.equal(name("mask"), got.mask);
    const gradient = model.gradient(got, "main");
    const own = [...gradient.subarray(0, B * C), ...gradient.subarray((B + U) * C)];
    read.close(name("d_z"), own, GRADIENT);
    if (head) await head.check(at, got);
  }
}

function highest(probs: Float32Array, classes: number): number[] {
  return Array.from({ length: probs.length / classes }, (_, row) => {
    const own = probs.subarray(row * classes, (row + 1) * classes);
    return own.indexOf(Math.max(...own));
  });
}
