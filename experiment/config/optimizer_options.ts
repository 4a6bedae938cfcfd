import { z } from "zod";
import type { AdamOptions, OptimizerOptions, SgdOptions } from "../../core/nn/optimizer.ts";

/** A setting of an optimizer; without a default it may be left out. */
export interface OptimizerOption {
  /** Its type and range. */
  readonly type: z.ZodType<number | boolean>;
  /** What it is where another kind of optimizer is chosen and nothing else said. */
  readonly default?: number | boolean;
  /** What it is; the sentence over its property in the types. */
  readonly doc: string;
}

type RowsOf<T extends { readonly kind: string }> = Readonly<
  Record<Exclude<keyof T, "kind">, OptimizerOption>
>;

const decay = z.number().min(0).lt(1);

const SGD: RowsOf<Required<SgdOptions>> = {
  momentum: {
    type: decay,
    default: 0.9,
    doc: "Share of the buffer that stays, from 0.",
  },
  nesterov: {
    type: z.boolean(),
    default: true,
    doc: "Whether the step looks ahead, as Nesterov's does.",
  },
  dampening: {
    type: decay,
    doc: "What is taken off the gradient as it enters the buffer, 0 by default.",
  },
};

const ADAM: RowsOf<Required<AdamOptions>> = {
  beta1: {
    type: decay,
    default: 0.9,
    doc: "Share of the first moment that stays.",
  },
  beta2: {
    type: decay,
    default: 0.999,
    doc: "Share of the second moment that stays.",
  },
  eps: {
    type: z.number().positive(),
    default: 1e-8,
    doc: "Added to the root of the second moment.",
  },
  epsBeforeCorrection: {
    type: z.boolean(),
    doc: "Add eps before the bias correction of the second moment, as PyTorch did up to 1.2.",
  },
};

/** Settings of each kind of optimizer, by name. */
export const OPTIMIZERS: ReadonlyMap<
  OptimizerOptions["kind"],
  ReadonlyMap<string, OptimizerOption>
> = new Map([
  ["sgd", new Map(Object.entries(SGD))],
  ["adam", new Map(Object.entries(ADAM))],
  ["adamw", new Map(Object.entries(ADAM))],
]);

/** Settings of a kind of optimizer of which nothing else is said; undefined if there is no such kind. */
export function optimizerDefaults(kind: unknown): Readonly<Record<string, unknown>> | undefined {
  const rows = OPTIMIZERS.get(kind as OptimizerOptions["kind"]); // a map may be asked for anything
  if (!rows) return undefined;
  const stated = [...rows].flatMap(([name, row]) =>
    row.default === undefined ? [] : [[name, row.default] as const]
  );
  return { kind, ...Object.fromEntries(stated) };
}

/** Keys of settings that may be left out. */
export const OPTIONAL_KEYS: ReadonlySet<string> = new Set(
  [...OPTIMIZERS.values()].flatMap((rows) =>
    [...rows].flatMap(([name, row]) => row.default === undefined ? [`optimizer.${name}`] : [])
  ),
);

/** An optimizer and its settings. */
export const optimizerSchema: z.ZodType<OptimizerOptions> = z.discriminatedUnion("kind", [
  settingsOf("sgd"),
  settingsOf("adam"),
  settingsOf("adamw"),
]) as unknown as z.ZodType<OptimizerOptions>; // its rows have the keys of these types

function settingsOf(kind: OptimizerOptions["kind"]) {
  const rows = [...OPTIMIZERS.get(kind)!].map(([name, row]) =>
    // all kinds are there
    [
      name,
      (row.default === undefined ? row.type.exactOptional() : row.type).describe(row.doc),
    ] as const
  );
  return z.strictObject({ kind: z.literal(kind), ...Object.fromEntries(rows) });
}
