import { add, reshape, slice } from "../../../core/autograd/ops/mod.ts";
import type { Tensor } from "../../../core/autograd/tensor.ts";
import type { Builder, Layer, Pass } from "../../../core/nn/builder.ts";
import { constant } from "../../../core/nn/init.ts";
import type { Body, Model } from "../../../core/nn/model.ts";
import type { Weights } from "../../../core/nn/parameters.ts";
import type { CaseImages } from "./case_step.ts";

/** What an identity network is like. */
export interface IdentityOptions {
  /** Length of an image and of its feature vector. */
  readonly width: number;
  /** The logits are the first so many coordinates of a feature vector. */
  readonly classes: number;
  /** Most passes with gradient in a step, and images in each of them, or in one after the other. */
  readonly passes?: { readonly count: number; readonly rows: number | readonly number[] };
  /** Heads whose logits are parameters, whatever they are applied to: shapes by name. */
  readonly heads?: Readonly<Record<string, readonly [rows: number, classes: number]>>;
}

/** A pass with gradient: its images, and where the gradient by them is. */
export interface RecordedPass {
  readonly images: Tensor;
  /** Name of the parameter, zero, that was added to the images. */
  readonly gradient: string;
}

/**
 * A network whose feature vectors are its images: rows that hold the student's image and the
 * average's side by side. What passes with gradient were given is kept, for mixed images exist only
 * within a step.
 */
export class IdentityModel implements Model {
  readonly name = "identity";
  /** Whose passes are the average's; set once the network is built. */
  average: Weights | null = null;
  /** Passes with gradient since the network was built. */
  recorded: RecordedPass[] = [];
  readonly #options: IdentityOptions;

  constructor(options: IdentityOptions) {
    this.#options = options;
  }

  build(b: Builder): Body {
    const { width, classes, passes = { count: 0, rows: 0 }, heads = {} } = this.#options;
    this.recorded = [];
    const added = Array.from(
      { length: passes.count },
      (_, i) => {
        const rows = typeof passes.rows === "number" ? passes.rows : passes.rows[i]!; // as many
        return b.parameter(`pass/${i}`, [rows, width], constant(0));
      },
    );
    const main: Layer = (x) => slice(x, { axis: 1, end: classes });
    return {
      features: width,
      forward: (x, pass) => this.#forward(x, pass, added),
      heads: {
        main,
        ...Object.fromEntries(
          Object.entries(heads).map(([name, shape]) => {
            const values = b.parameter(name, shape, constant(0));
            return [name, (_: Tensor, pass: Pass) => values(pass)];
          }),
        ),
      },
    };
  }

  /** Images of a view from rows of the student, and of the average where it has others. */
  images(
    input: CaseImages["input"],
    student: ArrayLike<number>,
    average: ArrayLike<number> = student,
  ): CaseImages {
    const { width } = this.#options, rows = student.length / width;
    const values = new Float32Array(2 * student.length);
    for (let i = 0; i < student.length; i++) {
      const at = 2 * width * Math.floor(i / width) + i % width;
      values[at] = student[i]!; // i is inside both
      values[at + width] = average[i]!;
    }
    // One pixel of many channels: turning it changes nothing.
    return { input, shape: [rows, 1, 1, 2 * width], values };
  }

  /** The student's part of images or of gradients by them. */
  studentPart(values: ArrayLike<number>): Float32Array {
    const { width } = this.#options;
    return Float32Array.from(
      { length: values.length / 2 },
      (_, i) => values[2 * width * Math.floor(i / width) + i % width]!,
    ); // i is inside
  }

  #forward(x: Tensor, { weights }: Pass, added: readonly ((pass: Pass) => Tensor)[]): Tensor {
    const { width } = this.#options;
    const flat = reshape(x, [x.shape[0]!, 2 * width]); // images have a batch axis
    const start = weights === this.average ? width : 0;
    const images = slice(flat, { axis: 1, start, end: start + width });
    const next = added[this.recorded.length];
    if (!next || !x.device.tape) return images;
    this.recorded.push({ images, gradient: `pass/${this.recorded.length}` });
    x.device.retain(images);
    return add(images, next({ weights, norm: "batch" }));
  }
}
