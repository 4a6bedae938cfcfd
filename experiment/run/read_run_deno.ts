import { parse } from "yaml";
import { BadInput } from "../../core/bad_input.ts";
import type { LogRow } from "../../core/training/trainer.ts";
import type { ReportedEvaluation } from "../network/network_words.ts";
import type { RunSummary } from "./run_summary_deno.ts";

/** A log period as `log.jsonl` has it. */
export interface LoggedRow extends LogRow {
  /** Seconds of training until then. */
  readonly seconds: number;
  /** Labeled and unlabeled views a second. */
  readonly imagesPerSecond: number;
}

/** An evaluation as `log.jsonl` has it. */
export interface LoggedEvaluation {
  /** Steps done. */
  readonly step: number;
  /** Scores on the test images. */
  readonly evaluation?: ReportedEvaluation;
  /** Scores on the images set aside for validation. */
  readonly validation?: ReportedEvaluation;
}

/** What `split.json` says beside the lists of images. */
export interface WrittenSplit {
  readonly dataset: string;
  readonly fingerprint: string;
  readonly protocol: string;
  readonly seed: number;
  /** Images of each class; `unlabeled` is null where nobody knows. */
  readonly counts: {
    readonly labeled: readonly number[];
    readonly unlabeled: readonly number[] | null;
    readonly test: readonly number[];
  };
  /** Names of the classes in the run's order; runs of before they were written have none. */
  readonly classNames?: readonly string[] | undefined;
}

/** A run folder as it was read. */
export interface ReadRun {
  /** Where it lies. */
  readonly path: string;
  /** `config.yaml`: every resolved option. */
  readonly config: Readonly<Record<string, unknown>>;
  /** `environment.json`; null where there is none yet. */
  readonly environment: Readonly<Record<string, unknown>> | null;
  /** `split.json`; null where there is none yet. */
  readonly split: WrittenSplit | null;
  /** Log periods, in the order of their steps. */
  readonly rows: readonly LoggedRow[];
  /** Evaluations, in the order of their steps. */
  readonly evaluations: readonly LoggedEvaluation[];
  /** `summary.json`; null before the run's end. */
  readonly summary: RunSummary | null;
}

/**
 * Reads the folder of a run, whether it is finished, under way or was killed: what is not there yet
 * is null or empty, and the last line of a log may be cut.
 *
 * @throws {BadInput} If it is no run, or a file of it is damaged; names the file.
 */
export async function readRun(path: string): Promise<ReadRun> {
  const config = await readText(`${path}/config.yaml`);
  if (config === undefined) {
    throw new BadInput(`${path} is not the folder of a run: it has no config.yaml`);
  }
  const log = readLog(await readText(`${path}/log.jsonl`) ?? "", `${path}/log.jsonl`);
  return {
    path,
    config: readObject(config, `${path}/config.yaml`, parse),
    environment: await readJson(`${path}/environment.json`),
    split: await readJson(`${path}/split.json`),
    rows: log.filter((row) => "loss" in row) as unknown as readonly LoggedRow[],
    evaluations: log.filter((row) =>
      "evaluation" in row || "validation" in row
    ) as unknown as readonly LoggedEvaluation[],
    summary: await readJson(`${path}/summary.json`),
  };
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const absent = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (absent) return undefined;
    if (!(error instanceof Error)) throw error;
    throw new BadInput(`Cannot read ${path}: ${error.message}`);
  }
}

/** A file that the run itself has written, so that its form is known where it is whole. */
async function readJson<T>(path: string): Promise<T | null> {
  const text = await readText(path);
  return text === undefined ? null : readObject(text, path, JSON.parse) as T;
}

function readObject(
  text: string,
  path: string,
  read: (text: string) => unknown,
): Record<string, unknown> {
  let value: unknown;
  try {
    value = read(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new BadInput(`${path} is damaged: ${error.message.split("\n")[0]}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new BadInput(`${path} is damaged: it does not hold one object`);
  }
  return value as Record<string, unknown>;
}

function readLog(text: string, path: string): readonly Record<string, unknown>[] {
  const lines = text.split("\n");
  // Without a line feed the last line was being written when the run was killed.
  lines.pop();
  return lines.map((line, i) => readObject(line, `Line ${i + 1} of ${path}`, JSON.parse));
}
