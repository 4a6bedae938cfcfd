import type { AnyTensor } from "../autograd/tensor.ts";
import type { Stored, StoredTensor, StoredType } from "../safetensors.ts";
import { Diverged } from "./diverged.ts";
import type { RunPlace } from "./phases.ts";
import type { Trainer } from "./trainer.ts";

/** Version of the layout below; another one is refused. */
const FORMAT = "longtail-1";

const TYPES = { f32: "F32", i32: "I32", u32: "U32", u8: "U8" } as const;

/**
 * Everything a run needs to go on: parameters, buffers, average, optimizer, plugin state, log of
 * the period, cursors; in the metadata the `state` by which {@linkcode checkState} knows it again.
 * One read-back.
 *
 * @throws {Diverged} If a weight is not finite: the last finite checkpoint is worth more.
 */
export async function saveTrainer(trainer: Trainer): Promise<Stored> {
  const tensors = new Map([...tensorsOf(trainer), ...kindsOf(trainer)]);
  const values = await trainer.device.readAll([...tensors.values()]);
  const stored = new Map<string, StoredTensor>();
  [...tensors].forEach(([name, { shape, dtype }], i) => {
    const data = values[i]!; // one array a tensor
    if (/^(student|average)\//.test(name) && !data.every(Number.isFinite)) {
      throw new Diverged(`The network's ${name} is not finite by step ${trainer.done}`);
    }
    // Of pseudo-labels beside the step's own there are counts only within a log period.
    if (name.startsWith(KINDS) && data.every((n) => n === 0)) return;
    stored.set(name, { dtype: TYPES[dtype], shape, data });
  });
  const { done, cursors, phase, log } = trainer.place;
  for (const [name, cursor] of Object.entries({ ...cursors, steps: done })) {
    const data = Uint32Array.of(cursor % 2 ** 32, Math.floor(cursor / 2 ** 32));
    stored.set(`cursor/${name}`, { dtype: "U32", shape: [2], data });
  }
  if (phase) stored.set("phase", { dtype: "I32", shape: [phase.length], data: phase });
  const { counts } = trainer.optimizer;
  stored.set("optimizer/counts", { dtype: "I32", shape: [counts.length], data: counts.slice() });
  return {
    tensors: stored,
    metadata: {
      format: FORMAT,
      algorithm: trainer.stack.name,
      log: JSON.stringify(log),
      tiles: JSON.stringify(Object.fromEntries(trainer.device.tiles)),
      state: await stateHash({ tensors: stored }),
    },
  };
}

/**
 * Checks that a checkpoint's tensors are those that were saved.
 *
 * @param name What error messages call the checkpoint.
 * @returns The state, see {@linkcode stateHash}.
 * @throws {SyntaxError} If they are not, or it does not say.
 */
export async function checkState(stored: Stored, name: string): Promise<string> {
  const { state } = stored.metadata;
  if (state === undefined) throw new SyntaxError(`${name} does not say what state it holds`);
  const found = await stateHash(stored);
  if (found === state) return found;
  throw new SyntaxError(
    `${name} is damaged: its tensors have the state ${found.slice(0, 12)}…, saved was ${
      state.slice(0, 12)
    }…`,
  );
}

/**
 * Puts a trainer where {@linkcode saveTrainer} left another of the same make.
 *
 * @param name What error messages call the checkpoint.
 * @throws {TypeError} If anything is missing, unknown or of another shape or type, by name.
 */
export function restoreTrainer(trainer: Trainer, stored: Stored, name: string): void {
  const { tensors, metadata } = stored;
  if (metadata.format !== FORMAT) {
    throw new TypeError(
      `Cannot resume from ${name}: its format is '${metadata.format}', this version reads '${FORMAT}'`,
    );
  }
  const wrong: string[] = [];
  if (metadata.algorithm !== trainer.stack.name) {
    wrong.push(`it is of '${metadata.algorithm}', this run trains '${trainer.stack.name}'`);
  }
  const take = (key: string, dtype: StoredType, shape: readonly number[]) => {
    const found = tensors.get(key);
    if (!found) wrong.push(`'${key}' is missing`);
    else if (found.dtype !== dtype || found.shape.join() !== shape.join()) {
      wrong.push(`'${key}' is ${found.dtype}[${found.shape}], this run has ${dtype}[${shape}]`);
    } else return found.data;
    return undefined;
  };
  const kinds = [...tensors.keys()].filter((key) => key.startsWith(KINDS))
    .map((key) => [key, trainer.kinds.of(key.slice(KINDS.length))] as const);
  const expected = new Map([...tensorsOf(trainer), ...kinds]);
  const writes: [AnyTensor, StoredTensor["data"]][] = [];
  for (const [key, tensor] of expected) {
    const data = take(key, TYPES[tensor.dtype], tensor.shape);
    if (data) writes.push([tensor, data]);
  }
  const place = trainer.place;
  const cursors: Record<string, number> = {};
  for (const key of [...Object.keys(place.cursors), "steps"]) {
    const data = take(`cursor/${key}`, "U32", [2]);
    if (data) cursors[key] = wholeNumber(data);
  }
  const phase = place.phase
    ? take("phase", "I32", tensors.get("phase")?.shape ?? [3]) // as long as it has labels
    : undefined;
  const counts = take("optimizer/counts", "I32", [trainer.optimizer.counts.length]);
  for (const key of tensors.keys()) {
    const known = expected.has(key) || key === "optimizer/counts" ||
      (key === "phase" && phase !== undefined) ||
      (key.startsWith("cursor/") && Object.hasOwn(cursors, key.slice(7)));
    if (!known) wrong.push(`'${key}' is unknown to this run`);
  }
  if (wrong.length > 0) {
    const more = wrong.length > 5 ? ` and ${wrong.length - 5} more` : "";
    throw new TypeError(`Cannot resume from ${name}: ${wrong.slice(0, 5).join("; ")}${more}`);
  }
  const log = logOf(metadata.log, name); // before anything is written
  const tiles = tilesOf(metadata.tiles, name);
  if (trainer.config.tune ?? true) {
    for (const [key, tile] of tiles) trainer.device.tiles.set(key, tile);
  }
  trainer.kinds.clear();
  trainer.device.submit(); // before what is written
  for (const [tensor, data] of writes) trainer.device.write(tensor, data);
  trainer.optimizer.counts.set(counts as Int32Array); // nothing was wrong, so it is there
  const { steps: done = 0, ...rest } = cursors;
  trainer.goOnFrom({
    done,
    cursors: rest,
    phase: phase ? phase as Int32Array : null, // its type was checked
    log,
  });
}

/** Names and counts of a log period, as the metadata holds them. */
function logOf(text: string | undefined, name: string): RunPlace["log"] {
  let log: Partial<RunPlace["log"]> | null = null;
  try {
    log = JSON.parse(text ?? "");
  } catch {
    // Said below.
  }
  const { names, counts } = log ?? {};
  const whole = Array.isArray(names) && Array.isArray(counts) && names.length === counts.length &&
    names.every((n) => typeof n === "string") && counts.every((n) => Number.isSafeInteger(n));
  if (!whole) throw new TypeError(`Cannot resume from ${name}: its log of the period is damaged`);
  return { names: names!, counts: counts! }; // both are lists
}

/** Tiles as the metadata hold them; older checkpoints have none. */
function tilesOf(text: string | undefined, name: string): [key: string, tile: string][] {
  try {
    const tiles = Object.entries(JSON.parse(text ?? "{}"));
    if (tiles.every((pair): pair is [string, string] => typeof pair[1] === "string")) return tiles;
  } catch {
    // Said below.
  }
  throw new TypeError(`Cannot resume from ${name}: its tiles are damaged`);
}

/** Steps that a run had done when the checkpoint was saved; undefined where it does not say. */
export function stepsOf({ tensors }: Stored): number | undefined {
  const found = tensors.get("cursor/steps");
  return found?.dtype === "U32" && found.data.length === 2 ? wholeNumber(found.data) : undefined;
}

/** A number saved as two words, the lower one first. */
function wholeNumber(words: StoredTensor["data"]): number {
  return Number(words[0]) + Number(words[1]) * 2 ** 32;
}

/** SHA-256 over all tensors: name, type, shape and little-endian bytes, in name order. */
export async function stateHash({ tensors }: Pick<Stored, "tensors">): Promise<string> {
  const parts: Uint8Array[] = [];
  for (const name of [...tensors.keys()].sort()) {
    const { dtype, shape, data } = tensors.get(name)!; // its own key
    parts.push(new TextEncoder().encode(`${name}\0${dtype}\0${shape.join()}\0`));
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  const all = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  return Array.from(digest, (b) => b.toString(16).padStart(2, "0")).join("");
}

/** What names of counts of reported pseudo-labels begin with. */
const KINDS = "log/kinds/";

function kindsOf({ kinds }: Trainer): (readonly [string, AnyTensor])[] {
  return [...kinds.pairs].map(([name, pairs]) => [`${KINDS}${name}`, pairs]);
}

function tensorsOf({ network, optimizer, state, log, pairs }: Trainer): Map<string, AnyTensor> {
  const all = new Map<string, AnyTensor>();
  const { set } = network;
  for (
    const [net, weights] of [["student", network.student], ["average", network.average]] as const
  ) {
    set.parameters.specs.forEach(({ name }, i) =>
      all.set(`${net}/${name}`, weights.parameters[i]!)
    );
    set.buffers.specs.forEach(({ name }, i) => all.set(`${net}/${name}`, weights.buffers[i]!));
  }
  for (
    const [moment, flat] of [["first", optimizer.first], ["second", optimizer.second]] as const
  ) {
    if (!flat) continue;
    set.parameters.slices(flat).forEach((view, i) => {
      all.set(`optimizer/${moment}/${set.parameters.specs[i]!.name}`, view); // one view a spec
    });
  }
  for (const [key, tensor] of state.tensors) all.set(`plugin/${key}`, tensor);
  all.set("log/sums", log.sums);
  all.set("log/pairs", pairs);
  return all;
}
