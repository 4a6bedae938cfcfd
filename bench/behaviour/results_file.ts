import { exists } from "../../datasets/store/locate_deno.ts";
import { type Distance, distance } from "./distance.ts";
import { folderName, type Run } from "./runs.ts";

/** What a finished run tells the table. */
export interface Result {
  readonly run: Run;
  /** Mean recall over all classes, and over those with many, some and few labels. */
  readonly recall: Readonly<Record<"all" | "many" | "medium" | "few", number>>;
  /** Distances of the estimated class distribution from the true one, after some steps. */
  readonly distances: readonly (Distance & { readonly step: number })[];
}

interface Row {
  readonly step: number;
  readonly state?: Readonly<Record<string, readonly number[]>>;
}

/** A run's result, or null if it has not finished. */
export async function readResult(root: string, run: Run): Promise<Result | null> {
  const folder = `${root}/${folderName(run)}`;
  const summary = `${folder}/summary.json`;
  if (!await exists(summary)) return null;
  const { status, evaluation } = JSON.parse(await Deno.readTextFile(summary));
  if (status !== "finished") return null;
  const { balancedAccuracy: all, many, medium, few } = evaluation;
  const distances = await distancesOf(folder, run.entry.estimate);
  return { run, recall: { all, many, medium, few }, distances };
}

async function distancesOf(
  folder: string,
  key: string | undefined,
): Promise<Result["distances"]> {
  if (key === undefined) return [];
  const truth = JSON.parse(await Deno.readTextFile(`${folder}/split.json`)).counts.unlabeled;
  const log = await Deno.readTextFile(`${folder}/log.jsonl`);
  const rows = log.trim().split("\n").map((line) => JSON.parse(line) as Row);
  return rows.flatMap(({ step, state }) => {
    const estimate = state?.[key];
    return estimate ? [{ step, ...distance(truth, estimate) }] : [];
  });
}
