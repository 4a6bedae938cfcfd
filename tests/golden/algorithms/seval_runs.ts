import { logitadjust } from "../../../algorithms/addons/logitadjust.ts";
import { seval, type SevalOptions } from "../../../algorithms/addons/seval/seval.ts";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import { type CalibrationReport, diagnose } from "../../../algorithms/addons/seval/calibration.ts";
import { predictedOf, rowsOf } from "../../../algorithms/addons/seval/diagnostics.ts";
import { refineRow } from "../../../algorithms/addons/seval/refinement.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { crossEntropy } from "../../../core/autograd/ops/mod.ts";
import type { Tensor } from "../../../core/autograd/tensor.ts";
import { decodeNpy, encodeNpy } from "../../../core/npy.ts";
import type { Host } from "../../../core/training/plugin/host_slots.ts";
import type { Progress } from "../../../core/training/plugin/step_slots.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import { type HostFiles, MemoryFiles } from "../../../core/training/plugin/host_files.ts";
import { scoreLogits } from "../../../core/training/metrics/evaluation.ts";
import { summarizeHistory } from "../../../core/training/metrics/history.ts";
import type { Check, Tolerance } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { CaseReader } from "./case_reader.ts";
import { evaluatedLogits } from "./evaluated_logits.ts";
import { familyTolerance } from "./daso_tolerance.ts";
import { checkFit, LEAST, LEAST_AT_CAP } from "./seval_fits.ts";
import { checkStep } from "./seval_steps.ts";
import { StepCase } from "./step_case.ts";
import { StubModel } from "./stub_model.ts";

/** What an optimum of offsets may be off, where rounding decides the path that led there. */
const OPTIMUM: Tolerance = { relative: 1e-4, absolute: 0, elementwise: true };

/** The three arrays of a curriculum, as the original writes them. */
export async function checkCurriculum(c: GoldenCase, check: Check): Promise<void> {
  const reader = new CaseReader(c, check, familyTolerance(c).values);
  for (const name of ["alpha", "pi", "thres"]) {
    const { data } = c.tensor(`${name}_npy`);
    const array = decodeNpy(data as Uint8Array, `${name}.npy`);
    reader.close(name, array.data);
    check.equal(name, [...array.shape], [...c.tensor(name).shape]);
    reader.equal(`${name}_npy`, encodeNpy(array));
  }
  reader.finish();
  await Promise.resolve();
}

/** A run: steps, a calibration after each period, what is evaluated then. */
export async function checkSevalRun(c: GoldenCase, check: Check, device: Device): Promise<void> {
  const reader = new CaseReader(c, check, familyTolerance(c).values);
  const { params } = c, { B, mu, classes, eval_period: period, max_iter: max } = params;
  const model = new StubModel({ heads: { main: classes } });
  const y = reader.ints("y_v"), direct = params.mode === "direct";
  const options = optionsOf(c);
  const files = new MemoryFiles();
  if (params.mode === "load") await putCurriculum(c, files, options.prefix!); // stated below
  const steps = new StepCase(device, {
    stack: compose(fixmatch({ lambda: params.lambda_u }), seval(options)),
    model,
    data: {
      counts: params.labelled_counts,
      holdout: direct ? 0 : y.length,
      valid: direct ? y.length : 0,
    },
  });
  const history = new Map<string, number[]>();
  const progressAt = (step: number): Progress => ({ step, steps: max, epoch: 0, epochSteps: max });
  await steps.between("setup", { progress: progressAt(0), files });
  for (let i = 0; c.has(`step${i}/z`); i++) {
    const at = (what: string) => `step${i}/${what}`;
    const reading = await steps.step({
      images: model.images(
        [["labeled", B], ["weak", B * mu], ["strong", B * mu]],
        { main: reader.floats(at("z")) },
      ),
      y: reader.ints(at("y")),
      progress: progressAt(i),
    });
    checkStep(reader, at, reading);
    reader.close(at("d_z"), model.gradient(reading, "main"), familyTolerance(c).gradients);
    if ((i + 1) % period !== 0) continue;
    const row = (i + 1) / period - 1;
    const predict = predictions(reader, `eval${row}`, { y, classes });
    await steps.between("every", { progress: progressAt(i + 1), files, predict });
    await checkEvaluation(reader, { steps, files, row, options, history });
  }
  checkHistory(reader, check, history);
  reader.finish();
}

function optionsOf({ params }: GoldenCase): Partial<SevalOptions> {
  return {
    mode: params.mode,
    period: params.eval_period,
    threshold: params.initial_threshold,
    target: params.th_start,
    targetEnd: params.th_end,
    piGroups: params.pi_cls,
    thresholdGroups: params.th_cls,
    piDecay: params.pi_ema_decay,
    thresholdDecay: params.th_ema_decay,
    metric: params.opt_func,
    piLow: params.pi_bounds[0],
    piHigh: params.pi_bounds[1],
    prefix: "golden_",
  };
}

/** Puts the files of the group's case that holds them where a run looks for them. */
async function putCurriculum(c: GoldenCase, files: HostFiles, prefix: string): Promise<void> {
  const { tensors } = await c.other(c.group);
  for (const end of ["alpha", "pi", "thres"]) {
    const key = [...tensors.keys()].find((name) => name.endsWith(`/${end}_npy`));
    if (!key) throw new ReferenceError(`No case of ${c.group} holds a curriculum file ${end}`);
    await files.write(`${prefix}${end}.npy`, tensors.get(key)!.data as Uint8Array); // just found
  }
}

/** Predictions as a case states them below a prefix. */
function predictions(
  reader: CaseReader,
  at: string,
  { y, classes }: { readonly y: Int32Array; readonly classes: number },
): Host["predict"] {
  return (_, { network = "average" } = {}) =>
    Promise.resolve({
      logits: reader.floats(`${at}/${network === "average" ? "Z_v" : "Z_student"}`),
      features: new Float32Array(),
      labels: y,
      images: y.length,
      classes,
    });
}

interface Calibrated {
  readonly steps: StepCase;
  readonly files: HostFiles;
  readonly row: number;
  readonly options: Partial<SevalOptions>;
  /** Scores so far, by set and variant. */
  readonly history: Map<string, number[]>;
}

/** What a calibration has found, or but looked at. */
type Report = Pick<CalibrationReport, "margins" | "confidences"> & Partial<CalibrationReport>;

async function checkEvaluation(reader: CaseReader, given: Calibrated): Promise<void> {
  const { steps, files, row, options } = given, at = `eval${row}/`;
  const { classes } = steps.data;
  const text = new TextDecoder().decode(await files.read(`${options.prefix}report.jsonl`));
  // A run that follows a curriculum reports nothing; the original does.
  const report: Report = text === ""
    ? diagnose({ logits: reader.floats(`${at}Z_student`), labels: reader.ints("y_v"), classes })
    : JSON.parse(text.trim().split("\n")[row]!); // a line a row
  reader.close(`${at}valid_logits`, report.margins);
  reader.close(`${at}valid_meanprob`, report.confidences);
  reader.close(`${at}pi`, await steps.readState("seval/pi"));
  reader.close(`${at}pi_current`, await steps.readState("seval/lastPi"), OPTIMUM);
  reader.close(`${at}tau`, await steps.readState("seval/tau"));
  const { refinement, thresholds } = report;
  if (refinement && thresholds) {
    reader.close(`${at}F_one`, refinement.lossBefore);
    // How many rounds a search takes is a matter of rounding, but for the cap.
    const capped = reader.scalar(`${at}pi_evaluations`) >= 200 * 2 * options.piGroups!; // stated
    reader.ignore(`${at}pi_iterations`);
    reader.close(`${at}F_star`, refinement.loss, capped ? LEAST_AT_CAP : LEAST);
    if (capped) reader.ignore(`${at}pi_star`);
    else reader.close(`${at}pi_star`, refinement.pi, OPTIMUM);
    reader.close(`${at}pi_before_rare`, refinement.averagedPi);
    reader.close(`${at}target_precision`, thresholds.target);
    const alpha = new Array<number>(classes).fill(1), pi = refinement.averagedPi;
    const rows = rowsOf({ logits: reader.floats(`${at}Z_v`), classes })
      .map((z) => refineRow(z, { alpha, pi }));
    const known = { ...predictedOf(rows), labels: reader.ints("y_v") };
    const { target, weights, groups } = thresholds;
    checkFit(reader, at, known, { groups: groups.length, target, weights });
    // What the run itself found.
    reader.close(`${at}D`, groups.map((g) => g.mass));
    reader.close(`${at}A`, groups.map((g) => g.precision));
    reader.close(`${at}tau_star`, thresholds.optimum);
    reader.equal(`${at}rare_labels`, thresholds.rare);
    reader.equal(`${at}selected_per_class`, thresholds.selection.perClass);
  }
  for (const [set, logits, y] of [["valid", "Z_v", "y_v"], ["test", "Z_test", "y_test"]] as const) {
    const images = { logits: reader.floats(at + logits), y: reader.ints(y) };
    await checkScores(reader, `${at}${set}`, { ...given, ...images, set });
  }
}

/** Compares the scores of raw, logit-adjusted and refined logits. */
async function checkScores(
  reader: CaseReader,
  at: string,
  { steps, options, logits, y, set, history }: Calibrated & {
    readonly set: string;
    readonly logits: Float32Array;
    readonly y: Int32Array;
  },
): Promise<void> {
  const { device, data } = steps, { classes } = data;
  const z = device.tensor(logits, [y.length, classes]);
  const labels = device.tensor(y, [y.length], "i32");
  const state = steps.state.of("seval");
  const refined = (evaluate: SevalOptions["evaluate"]): Tensor =>
    evaluatedLogits(seval({ ...options, evaluate }), z, { data, state });
  const adjusting = logitadjust({ when: "test" });
  const variants: readonly (readonly [string, () => Tensor])[] = [
    ["", () => refined("raw")],
    ["_la", () => evaluatedLogits(adjusting, z, { data })],
    ["_seval", () => refined("refined")],
    ["_seval_current", () => refined("last")],
  ];
  for (const [suffix, make] of variants) {
    const { cost, made } = device.keep(() =>
      device.scope(() => {
        const made = make();
        return { cost: crossEntropy(made, labels), made };
      })
    );
    const [mean, rows] = await device.readAll([cost, made]);
    const trainCounts = data.counts;
    const { top1, top5 } = scoreLogits({ logits: rows!, labels: y, classes, trainCounts });
    reader.close(`${at}/cost${suffix}`, mean![0]!); // one number
    reader.close(`${at}/top1${suffix}`, 100 * top1);
    reader.close(`${at}/top5${suffix}`, 100 * top5);
    const series = `${set}/top1${suffix}`;
    history.set(series, [...history.get(series) ?? [], 100 * top1]);
  }
}

const MEDIAN = "_median20";

/** Compares what the run's scores come to: the last ones, and medians. */
function checkHistory(
  reader: CaseReader,
  check: Check,
  history: ReadonlyMap<string, readonly number[]>,
): void {
  const { values } = familyTolerance(reader.case);
  for (const [name, want] of Object.entries<number>(reader.scalar("medians"))) {
    const median = name.endsWith(MEDIAN);
    const series = history.get(median ? name.slice(0, -MEDIAN.length) : name) ?? [];
    const { recentMedian, last } = summarizeHistory(series);
    check.close(`medians/${name}`, median ? recentMedian : last, want, values);
  }
}
