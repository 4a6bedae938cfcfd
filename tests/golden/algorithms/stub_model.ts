import { slice } from "../../../core/autograd/ops/mod.ts";
import type { Storage } from "../../../core/autograd/tensor.ts";
import type { Tensor } from "../../../core/autograd/tensor.ts";
import type { Layer, Pass } from "../../../core/nn/builder.ts";
import type { Body, Model } from "../../../core/nn/model.ts";
import type { Weights } from "../../../core/nn/parameters.ts";
import type { Input } from "../../../core/training/plugin/needs.ts";
import type { CaseImages, StepReading } from "./case_step.ts";

/** What a stub network hands out. */
export interface StubOptions {
  /** Length of a feature vector; 0 (the default) where the case has none. */
  readonly features?: number;
  /** Classes of each head whose logits are given; `main` at least. */
  readonly heads: Readonly<Record<string, number>> & { readonly main: number };
  /** Whether the average has features and logits of its own; false by default. */
  readonly average?: boolean;
}

/** Given rows by what they are: `features` or a head's name, [rows, width] each. */
export type StubRows = Readonly<Record<string, ArrayLike<number>>>;

/** How many rows each view has, in the order in which the case's tensors hold them. */
export type StubViews = readonly (readonly [input: Input, rows: number])[];

/**
 * A network without arithmetic: an image is a row that holds its features and its logits, for the
 * student and for the average, and a layer takes its columns. Gradients of the images are therefore
 * those of features and logits. A head that is not given is a real linear one on the features.
 */
export class StubModel implements Model {
  readonly name = "stub";
  /** Whose passes are the average's; set once the network is built. */
  average: Weights | null = null;
  readonly #features: number;
  readonly #widths: readonly (readonly [string, number])[];
  readonly #nets: readonly ("student" | "average")[];
  readonly #images = new WeakMap<Storage, Map<number, Tensor>>();

  constructor({ features = 0, heads, average = false }: StubOptions) {
    this.#features = features;
    this.#widths = [["features", features] as const, ...Object.entries(heads)]
      .filter(([, width]) => width > 0);
    this.#nets = average ? ["student", "average"] : ["student"];
  }

  build(): Body {
    const heads = Object.fromEntries(
      this.#widths.filter(([name]) => name !== "features").map((
        [name],
      ) => [name, this.#head(name)]),
    );
    return {
      features: this.#features > 0 ? this.#features : this.#width, // else they are the whole rows
      forward: (x, pass) => {
        const features = this.#features > 0 ? this.#columns(x, "features", pass) : x;
        const known = this.#images.get(features.storage) ?? new Map<number, Tensor>();
        this.#images.set(features.storage, known.set(features.offset, x));
        return features;
      },
      heads: heads as Body["heads"], // `main` is among them
    };
  }

  /** Images of some views from rows in the views' order; what is not given is NaN. */
  images(views: StubViews, student: StubRows, average: StubRows = {}): CaseImages[] {
    const total = views.reduce((sum, [, rows]) => sum + rows, 0);
    const all = new Float32Array(total * this.#width).fill(NaN);
    for (const [net, given] of [["student", student], ["average", average]] as const) {
      for (const [name, values] of Object.entries(given)) {
        const { from, to } = this.#place(name, net);
        if (values.length % (to - from) !== 0) {
          throw new TypeError(
            `The rows '${name}' are ${values.length} numbers, not ${to - from} each`,
          );
        }
        for (let i = 0; i < values.length; i++) {
          const row = Math.floor(i / (to - from)), column = from + i % (to - from);
          all[row * this.#width + column] = values[i]!; // i is inside
        }
      }
    }
    let from = 0;
    return views.map(([input, rows]) => {
      const values = all.subarray(from * this.#width, (from + rows) * this.#width);
      from += rows;
      return { input, shape: [rows, this.#width], values };
    });
  }

  /** Gradient of the loss by the student's features or a head's logits, rows as they were given. */
  gradient(reading: StepReading, name: string): Float32Array {
    const { from, to } = this.#place(name, "student"), width = this.#width;
    const rows: number[] = [];
    for (const image of reading.images) {
      for (let row = 0; row < image.length; row += width) {
        rows.push(...image.subarray(row + from, row + to));
      }
    }
    return Float32Array.from(rows);
  }

  get #width(): number {
    return this.#nets.length * this.#netWidth;
  }

  get #netWidth(): number {
    return this.#widths.reduce((sum, [, width]) => sum + width, 0);
  }

  #place(name: string, net: "student" | "average"): { from: number; to: number } {
    let from = this.#nets.indexOf(net) * this.#netWidth;
    if (from < 0) throw new ReferenceError(`The stub network has no ${net}`);
    for (const [known, width] of this.#widths) {
      if (known === name) return { from, to: from + width };
      from += width;
    }
    throw new ReferenceError(`The stub network has no '${name}'`);
  }

  #head(name: string): Layer {
    return (features, pass) => {
      const x = this.#images.get(features.storage)?.get(features.offset);
      if (x) return this.#columns(x, name, pass);
      throw new ReferenceError(
        `The stub's head '${name}' was given other features than an image's`,
      );
    };
  }

  #columns(x: Tensor, name: string, { weights }: Pass): Tensor {
    const averaged = this.#nets.length > 1 && weights === this.average;
    const { from: start, to: end } = this.#place(name, averaged ? "average" : "student");
    return slice(x, { axis: 1, start, end });
  }
}
