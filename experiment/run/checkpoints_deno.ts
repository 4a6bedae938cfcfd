import { BadInput } from "../../core/bad_input.ts";
import { withFile } from "../../core/refused_file.ts";
import { decodeSafetensors, encodeSafetensors, type Stored } from "../../core/safetensors.ts";
import { checkState, restoreTrainer, stepsOf } from "../../core/training/checkpoint.ts";
import type { Trainer } from "../../core/training/trainer.ts";
import { OPTIONS } from "../config/options.ts";
import { syncFolder, writeWhole } from "./run_folder_deno.ts";

/** Names of checkpoints, the newest first. */
const NAMES = ["checkpoint", "checkpoint.next", "checkpoint.previous"] as const;

/** Options that a run may go on with otherwise: how long, where, and what it only looks at. */
const FREE: ReadonlySet<string> = new Set([
  ...["recipe", "experiment", "from"], // what came of them are options too
  "steps",
  "dataDir",
  "adapter",
  "tune",
  "plugins",
  "loader",
  "logEvery",
  "evaluateEvery",
  "checkpointEvery",
  "keepBest",
]);

/** By what a checkpoint knows its run. */
export interface RunIdentity {
  readonly dataset: { readonly name: string };
  readonly split: { readonly fingerprint: string };
  readonly resolved: { readonly config: { readonly seed: number } };
  /** Options as `config.yaml` holds them. */
  readonly all: Readonly<Record<string, unknown>>;
}

/** A checkpoint that was found sound. */
export interface SoundCheckpoint {
  /** Path of its file. */
  readonly path: string;
  /** SHA-256 over its tensors. */
  readonly state: string;
  /** Seconds of training before it. */
  readonly seconds: number;
}

/** Saves a checkpoint of a run; the one before it is kept. */
export async function saveCheckpoint(
  folder: string,
  { tensors, metadata }: Stored,
): Promise<void> {
  const path = `${folder}/checkpoint`;
  await writeWhole(`${path}.next.safetensors`, encodeSafetensors(tensors, metadata));
  await withFile("write", `${path}.safetensors`, async () => {
    try {
      await Deno.rename(`${path}.safetensors`, `${path}.previous.safetensors`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await Deno.rename(`${path}.next.safetensors`, `${path}.safetensors`);
    await syncFolder(path);
  });
}

/** Keeps what recognised the validation images best, in the place of what did before. */
export async function saveBest(folder: string, { tensors, metadata }: Stored): Promise<void> {
  await writeWhole(`${folder}/best.safetensors`, encodeSafetensors(tensors, metadata));
}

/** Whether a run's folder has a checkpoint of any kind. */
export async function hasCheckpoint(folder: string): Promise<boolean> {
  for await (const { name } of Deno.readDir(folder)) {
    if (NAMES.some((part) => name === `${part}.safetensors`)) return true;
  }
  return false;
}

/** Whether a run's newest checkpoint is sound and has this state. */
export async function hasState(folder: string, state: string): Promise<boolean> {
  const path = `${folder}/checkpoint.safetensors`;
  const bytes = await readFile(path, []);
  try {
    return bytes !== undefined && await checkState(decodeSafetensors(bytes, path), path) === state;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/**
 * Uses a run's last sound checkpoint. A kill between two renames leaves only the new one's temporary
 * name or the previous one: both are looked for. One that cannot be used counts as damaged, and the one
 * before it is taken.
 *
 * @param use What is done with it; throws a SyntaxError or TypeError where it cannot be used.
 * @param say Told where another than the newest one had to be taken.
 * @param best Whether the one that recognised the validation images best is meant, and no other.
 * @returns Undefined where there is none yet.
 * @throws {BadInput} If there are some, but none can be used, or none was kept as the best.
 */
export async function useCheckpoint(
  folder: string,
  use: (stored: Stored, path: string) => void,
  say: (text: string) => void,
  best = false,
): Promise<SoundCheckpoint | undefined> {
  const damaged: string[] = [];
  for (const part of best ? ["best"] : NAMES) {
    const path = `${folder}/${part}.safetensors`;
    const bytes = await readFile(path, damaged);
    if (!bytes) continue;
    try {
      const stored = decodeSafetensors(bytes, path);
      const state = await checkState(stored, path);
      use(stored, path);
      if (damaged.length > 0) {
        say(`${damaged.join("; ")}; going on from ${path}, of step ${stepsOf(stored)}`);
      }
      const seconds = Number(stored.metadata.seconds);
      return { path, state, seconds: Number.isFinite(seconds) ? seconds : 0 };
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
      damaged.push(error.message);
    }
  }
  if (damaged.length > 0) throw new BadInput(damaged.join("; "));
  if (best) throw new BadInput(`${folder} has no best.safetensors: train with keepBest=validation`);
  return undefined;
}

/**
 * Puts a trainer where its run's last sound checkpoint left it; see {@linkcode useCheckpoint}.
 *
 * @throws {BadInput} If none can be restored, or they are of another run.
 */
export async function restoreCheckpoint(
  folder: string,
  trainer: Trainer,
  { run, say, best = false }: {
    readonly run: RunIdentity;
    /** Takes the one that recognised the validation images best. */
    readonly best?: boolean;
    say(text: string): void;
  },
): Promise<SoundCheckpoint | undefined> {
  const use = (stored: Stored, path: string) => {
    requireIdentity(stored, run, path);
    restoreTrainer(trainer, stored, path);
  };
  return await useCheckpoint(folder, use, say, best);
}

async function readFile(path: string, damaged: string[]): Promise<Uint8Array | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    damaged.push(`Cannot read ${path}: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/** What a checkpoint's metadata hold of its run: another one's is refused. */
export function identityOf(
  { split, resolved: { config }, all }: RunIdentity,
): Record<string, string> {
  const options = Object.fromEntries(Object.entries(all).filter(([key]) => !FREE.has(key)));
  return {
    fingerprint: split.fingerprint,
    seed: String(config.seed),
    options: JSON.stringify(options),
  };
}

/** @throws {BadInput} If a checkpoint is of another run; says what differs. */
function requireIdentity({ metadata }: Stored, run: RunIdentity, path: string): void {
  const own = identityOf(run);
  const other = (what: string) => new BadInput(`${path} is of another run: ${what}`);
  if (metadata.fingerprint !== own.fingerprint) {
    throw other(`it was trained on other images than the data set '${run.dataset.name}' has now`);
  }
  if (metadata.seed !== own.seed) {
    throw other(`its seed is ${metadata.seed}, config.yaml says ${own.seed}`);
  }
  if (metadata.options === own.options) return;
  const [then, now] = [metadata.options, own.options].map((text) =>
    leaves(JSON.parse(text ?? "{}"))
  ) as [Map<string, string>, Map<string, string>];
  const keys = [...new Set([...then.keys(), ...now.keys()])];
  // An option that there was not then has had its default.
  const before = (key: string) => then.get(key) ?? JSON.stringify(OPTIONS.get(key)?.default);
  const changed = keys.filter((key) => before(key) !== now.get(key)).map((key) =>
    `${key} was ${then.get(key) ?? "not there"}, config.yaml says ${now.get(key) ?? "nothing"}`
  );
  if (changed.length === 0) return;
  throw other(`${changed.join("; ")}; put it back, or start a new run`);
}

/** Values of nested options by dotted key, as JSON. */
function leaves(value: unknown, key = ""): Map<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return new Map([[key, JSON.stringify(value)]]);
  }
  return new Map(
    Object.entries(value).flatMap(([name, v]) => [...leaves(v, key ? `${key}.${name}` : name)]),
  );
}
