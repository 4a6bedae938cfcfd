import {
  BadInput,
  type Host,
  type HostFiles,
  type NetworkName,
  type PredictSet,
} from "../../../core/mod.ts";
import {
  calibrate,
  type CalibrationReport,
  type Curves,
  diagnose,
  tailWeights,
} from "./calibration.ts";
import { type CurriculumPlace, readCurriculum, writeCurriculumRow } from "./curriculum.ts";
import type { SevalOptions } from "./options.ts";
import type { KnownLogits } from "./refinement.ts";
import { sevalTargetPrecision } from "./thresholds.ts";

/** State of SEVAL: the curves of the main head and of ABC's, and the number of calibrations. */
export const CURVES = {
  main: { alpha: "alpha", pi: "pi", lastAlpha: "lastAlpha", lastPi: "lastPi", tau: "tau" },
  abc: {
    alpha: "abcAlpha",
    pi: "abcPi",
    lastAlpha: "abcLastAlpha",
    lastPi: "abcLastPi",
    tau: "abcTau",
  },
} as const;

type Head = keyof typeof CURVES;
type CurveKey = typeof CURVES[Head][keyof Curves];

/** Specifications of the state, by key. */
export type SevalState = Record<
  CurveKey | "rows",
  { shape: readonly number[]; init: number; logged?: boolean }
>;

type SevalHost = Host<SevalOptions, SevalState>;

/** The declared state: offsets 1, thresholds as in FixMatch. */
export function sevalState({ threshold }: SevalOptions, classes: number): SevalState {
  const one = { shape: [classes], init: 1 }, start = { shape: [classes], init: threshold };
  const logged = true;
  return {
    alpha: one,
    pi: { ...one, logged },
    lastAlpha: one,
    lastPi: one,
    tau: { ...start, logged },
    abcAlpha: one,
    abcPi: one,
    abcLastAlpha: one,
    abcLastPi: one,
    abcTau: start,
    rows: { shape: [1], init: 0 },
  };
}

/**
 * Looks at the curriculum before a run that follows it.
 *
 * @throws {BadInput} If it is missing, too short for the run, or has rows that were never written.
 */
export async function checkCurriculum(h: SevalHost): Promise<void> {
  if (h.config.mode !== "load") return;
  const needed = Math.floor(h.horizon / h.config.period);
  for (const head of headsOf(h)) {
    const rows = await readCurriculum(h.files, placeOf(h, head));
    const holes = rows.slice(0, needed).findIndex(({ pi, tau }) =>
      ![...pi, ...tau].every(isFinite)
    );
    if (rows.length >= needed && holes < 0) continue;
    throw new BadInput(
      `The curriculum ${placeOf(h, head).prefix} of ${h.config.curriculum || "this run"} has ` +
        (holes < 0 ? `${rows.length} rows` : `no numbers in row ${holes}`) +
        `, this run needs ${needed}: finish the run that estimates it, with the same seval.period`,
    );
  }
}

/** One calibration: moves offsets and thresholds of every head, or takes them from the curriculum. */
export async function sevalCalibration(h: SevalHost): Promise<void> {
  const row = (await h.read(h.state.rows))[0]!; // one number
  let optimum: readonly number[] | undefined;
  for (const head of headsOf(h)) {
    const curves = await readCurves(h, head);
    // A run that follows a curriculum has no use for what its networks make of these images.
    const seen = h.config.mode === "load" ? null : await lookAt(h, head);
    const given = h.config.abcThresholds === "main" ? optimum : undefined;
    const next = h.config.mode === "load"
      ? { curves: await loadedCurves(h, head, { curves, row }), refinement: null, thresholds: null }
      : calibrate({ ...settingsOf(h), known: seen!.known, curves, optimum: given }); // sevalFits() asks for images
    optimum ??= next.thresholds?.optimum;
    for (const [key, values] of Object.entries(next.curves)) {
      h.state[CURVES[head][key as keyof Curves]] = h.write(values, [h.data.classes]);
    }
    const { from: _, ...place } = placeOf(h, head), { prefix } = place;
    if (h.config.mode === "estimate") {
      await writeCurriculumRow(h.files, place, { row, values: next.curves });
    }
    if (!seen) continue;
    const { refinement, thresholds } = next;
    const report = { set: seen.set, ...seen.diagnostics, refinement, thresholds };
    await writeReport(h.files, `${prefix}report.jsonl`, { row, step: h.progress.step, report });
  }
  h.state.rows = h.write([row + 1], [1]);
}

function headsOf({ heads }: SevalHost): Head[] {
  return heads.includes("abc") ? ["main", "abc"] : ["main"];
}

function placeOf({ config, data }: SevalHost, head: Head): CurriculumPlace {
  return {
    prefix: head === "main" ? config.prefix : `${config.prefix}${head}_`,
    classes: data.classes,
    // A run with all labels may rank classes otherwise than the one that left half of them out.
    ...(data.sourceClasses ? { columns: data.sourceClasses } : {}),
    ...(config.curriculum ? { from: config.curriculum } : {}),
  };
}

async function readCurves({ state, read }: SevalHost, head: Head): Promise<Curves> {
  const of = async (key: keyof Curves) => [...await read(state[CURVES[head][key]])];
  return {
    alpha: await of("alpha"),
    pi: await of("pi"),
    lastAlpha: await of("lastAlpha"),
    lastPi: await of("lastPi"),
    tau: await of("tau"),
  };
}

interface Seen {
  readonly set: PredictSet;
  readonly known: KnownLogits;
  readonly diagnostics: Pick<CalibrationReport, "margins" | "confidences">;
}

/** What both networks make of the images to calibrate on. */
async function lookAt({ config, data, predict }: SevalHost, head: Head): Promise<Seen> {
  const set = config.mode !== "estimate" && data.valid > 0 ? "valid" : "holdout";
  const of = async (network: NetworkName): Promise<KnownLogits> => {
    const { logits, labels, classes } = await predict(set, { network, head });
    return { logits, labels: labels!, classes }; // both sets are labeled
  };
  return { set, diagnostics: diagnose(await of("student")), known: await of("average") };
}

function settingsOf({ config, data, progress: { step, steps } }: SevalHost) {
  const { mode, target: start, targetEnd: end } = config;
  return {
    options: config,
    weights: mode === "direct" ? data.counts.map(() => 1) : tailWeights(data.counts),
    target: sevalTargetPrecision({ start, end, steps })(step - 1), // of the step that was the last
  };
}

/** Curves of a row; the optimum behind them follows from the average before it. */
async function loadedCurves(
  h: SevalHost,
  head: Head,
  { curves, row }: { readonly curves: Curves; readonly row: number },
): Promise<Curves> {
  const found = (await readCurriculum(h.files, placeOf(h, head)))[row];
  if (!found) throw new BadInput(`The curriculum of ${h.config.curriculum} has no row ${row}`);
  const { piDecay } = h.config;
  const last = (now: readonly number[], before: readonly number[]) =>
    now.map((x, k) => (x - piDecay * before[k]!) / (1 - piDecay)); // one a class
  return {
    ...found,
    lastAlpha: last(found.alpha, curves.alpha),
    lastPi: last(found.pi, curves.pi),
  };
}

/** Adds a line to the report; lines of later calibrations, which a resumed run repeats, go. */
async function writeReport(
  files: HostFiles,
  name: string,
  { row, step, report }: {
    readonly row: number;
    readonly step: number;
    readonly report: CalibrationReport;
  },
): Promise<void> {
  const text = new TextDecoder().decode(await files.read(name) ?? new Uint8Array());
  const before = text.split("\n").filter((line) => line !== "").slice(0, row);
  const lines = [...before, JSON.stringify({ row, step, ...report })];
  await files.write(name, new TextEncoder().encode(`${lines.join("\n")}\n`));
}
