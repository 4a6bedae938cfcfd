import { BadInput } from "../../core/bad_input.ts";
import type { Stored } from "../../core/safetensors.ts";
import { rankedClassNames } from "../../datasets/split/split.ts";
import { hasCheckpoint, useCheckpoint } from "./checkpoints_deno.ts";
import type { PreparedRun } from "./prepare_run_deno.ts";
import { tell } from "./progress_deno.ts";
import { readRun } from "./read_run_deno.ts";

/** An earlier run whose network another one starts from. */
export interface EarlierRun {
  /** Its folder. */
  readonly path: string;
  /** Its last sound checkpoint. */
  readonly checkpoint: Stored;
}

/** Options in which both runs must agree, so that one has the other's network. */
const SAME = ["model", "imageSize"] as const;

/**
 * The run that a run's option `from` names; null where there is none, or only its files are read.
 *
 * @throws {BadInput} If it is no run, has no checkpoint, or its network or classes are others.
 */
export async function earlierRun(
  { resolved: { config }, dataset: { name, classNames }, split, model }: PreparedRun,
): Promise<EarlierRun | null> {
  const { from: path, fromPart, weights } = config;
  if (path === null) return null;
  const run = await readRun(path);
  if (fromPart === "files") return null;
  if (weights !== null) {
    throw new BadInput(
      `from is ${path} and weights is ${weights}: a run starts from one of them, leave the other out`,
    );
  }
  const other = (what: string) => new BadInput(`Cannot start from the run ${path}: ${what}`);
  for (const key of [...SAME, ...model.variant ? ["modelVariant" as const] : []]) {
    const theirs = run.config[key] ?? null;
    if (theirs === config[key]) continue;
    throw other(`its ${key} is ${theirs}, this run's ${config[key]}: set ${key}=${theirs}`);
  }
  if (run.config["dataset"] !== name) {
    throw other(
      `it was trained on ${
        run.config["dataset"]
      }, not on ${name}; write its weights with export, ` +
        "and start from them with weights",
    );
  }
  const classes = run.split?.counts.labeled.length;
  if (classes !== undefined && classes !== classNames.length) {
    throw other(`it tells ${classes} classes apart, ${name} has ${classNames.length} now`);
  }
  const ours = rankedClassNames(classNames, split), theirs = run.split?.classNames ?? ours;
  if (theirs.join("\n") !== ours.join("\n")) {
    const [a, b] = [theirs, ours].map((names) => names.slice(0, 4).join(", "));
    const protocol = run.split?.protocol;
    throw other(`it numbers the classes ${a} …, this run ${b} …: set split.protocol=${protocol}`);
  }
  if (!await hasCheckpoint(path)) throw other("it has no checkpoint yet; train it first");
  let checkpoint: Stored | undefined;
  await useCheckpoint(path, (stored) => checkpoint = stored, tell);
  return { path, checkpoint: checkpoint! }; // there is one
}
