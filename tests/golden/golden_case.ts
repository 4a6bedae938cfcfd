import type { Stored } from "../../core/safetensors.ts";

/** A tensor of a golden case: what was fed in or what must come out. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint32Array | Uint8Array;
  readonly meaning: string;
  /** Largest absolute error that the reference's own float32 run makes; 0 if not stated. */
  readonly f32Err: number;
}

/** JSON of one case, as the fixtures' README describes it. */
export interface CaseJson {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly scalars?: Readonly<Record<string, unknown>>;
  readonly tensors?: Readonly<Record<string, TensorJson>>;
  readonly note?: string;
}

interface TensorJson {
  readonly shape: readonly number[];
  readonly meaning?: string;
  readonly f32_err?: number;
}

/** JSON of one group: its cases and whatever else its author wrote beside them. */
export interface GroupJson {
  readonly group: string;
  readonly cases: Readonly<Record<string, CaseJson>>;
  readonly [key: string]: unknown;
}

/** One case of a golden group, read by name; asking for what is not there is an error. */
export class GoldenCase {
  readonly group: string;
  readonly name: string;
  readonly json: CaseJson;
  /** The group this case belongs to: `labels`, `formulas`, the other cases. */
  readonly groupJson: GroupJson;
  readonly #stored: Stored | undefined;
  readonly #other: (group: string) => Promise<Stored>;

  constructor(
    groupJson: GroupJson,
    name: string,
    stored: Stored | undefined,
    other: (group: string) => Promise<Stored>,
  ) {
    this.group = groupJson.group;
    this.name = name;
    this.groupJson = groupJson;
    this.json = groupJson.cases[name] ?? {};
    this.#stored = stored;
    this.#other = other;
  }

  /** Settings of the case, unchecked: the runner of the group knows their form. */
  // deno-lint-ignore no-explicit-any -- JSON of the fixture, formed differently in each group
  get params(): Readonly<Record<string, any>> {
    return this.json.params ?? {};
  }

  /** Names of all tensors, without the case's name in front. */
  get tensorNames(): readonly string[] {
    return Object.keys(this.json.tensors ?? {});
  }

  /** Names of all scalars. */
  get scalarNames(): readonly string[] {
    return Object.keys(this.json.scalars ?? {});
  }

  /** Whether the case holds a tensor of this name. */
  has(name: string): boolean {
    return name in (this.json.tensors ?? {});
  }

  /** A tensor of the case. Throws if there is none. */
  tensor(name: string): GoldenTensor {
    const json = this.json.tensors?.[name];
    const stored = this.#stored?.tensors.get(`${this.name}/${name}`);
    if (!json || !stored) {
      throw new ReferenceError(`Case ${this.group}/${this.name} has no tensor '${name}'`);
    }
    return {
      shape: stored.shape,
      data: stored.data,
      meaning: json.meaning ?? "",
      f32Err: json.f32_err ?? 0,
    };
  }

  /** A float tensor's values. Throws if it is missing or not F32. */
  floats(name: string): Float32Array {
    const { data } = this.tensor(name);
    if (data instanceof Float32Array) return data;
    throw new TypeError(`Tensor '${name}' of ${this.group}/${this.name} is not F32`);
  }

  /** An integer tensor's values. Throws if it is missing or not I32. */
  ints(name: string): Int32Array {
    const { data } = this.tensor(name);
    if (data instanceof Int32Array) return data;
    throw new TypeError(`Tensor '${name}' of ${this.group}/${this.name} is not I32`);
  }

  /** Whether the case holds a scalar of this name. */
  hasScalar(name: string): boolean {
    return name in (this.json.scalars ?? {});
  }

  /**
   * A scalar of the case with `{value, meaning}` unwrapped and the strings "nan", "inf", "-inf"
   * turned into numbers, inside lists and objects too. Throws if there is none.
   */
  // deno-lint-ignore no-explicit-any -- a number, string, list or object, as the fixture has it
  scalar(name: string): any {
    if (!this.hasScalar(name)) {
      throw new ReferenceError(`Case ${this.group}/${this.name} has no scalar '${name}'`);
    }
    return unwrap(this.json.scalars?.[name]);
  }

  /** Tensors of another group of the same folder, by their full names ('case/tensor'). */
  other(group: string): Promise<Stored> {
    return this.#other(group);
  }
}

const NUMBERS: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, "-inf": -Infinity };

function unwrap(value: unknown): unknown {
  if (typeof value === "string") return value in NUMBERS ? NUMBERS[value] : value;
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value !== "object" || value === null) return value;
  if ("value" in value) return unwrap(value.value);
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, unwrap(v)]));
}
