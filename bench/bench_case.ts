import type { Contender, Work } from "./contender.ts";

/** What one run of a case does; the report's rates come from it. */
export interface Amount {
  /** Multiplications and additions. */
  readonly flops?: number;
  /** Bytes that have to be read and written at least. */
  readonly bytes?: number;
  readonly images?: number;
}

/** A case with its operands made. */
export interface PreparedCase {
  /** Brings the operands to a contender; undefined if the contender cannot do this. */
  start(contender: Contender): Promise<Work> | undefined;
  /** Who is wrong, and why. Results are by contender, after equally many runs. */
  judge(results: ReadonlyMap<string, Float32Array>): ReadonlyMap<string, string>;
}

/** A way to train, beside others on longtail. */
export interface Variant {
  /** As in the report: `fixmatch+daso`. */
  readonly name: string;
  /** Whether it is only there for others to be held against; it gets no row then. */
  readonly reference?: boolean;
  /** What it asks for beyond its base, in words. */
  readonly asks?: string;
  /** The variants that its time is shown as a share of. */
  readonly against?: readonly string[];
}

/** One row of the bench for every contender. */
export interface BenchCase {
  /** As in the report: `gemm`, `conv2d-forward`, … */
  readonly name: string;
  readonly shape: string;
  readonly amount: Amount;
  /** Whether each run starts from the state that the one before left. */
  readonly stateful: boolean;
  /** Who takes turns in place of the libraries: longtail under each of these names. */
  readonly variants?: readonly Variant[];
  /** Runs come in multiples of this; 1 by default. */
  readonly unit?: number;
  prepare(): PreparedCase;
}

/** How large the cases are. */
export interface CaseSizes {
  /** Fewer shapes and smaller batches. */
  readonly quick: boolean;
  /** Whether the adapter is a software one; others get larger batches. */
  readonly software: boolean;
}
