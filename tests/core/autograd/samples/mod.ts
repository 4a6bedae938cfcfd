import * as crossEntropy from "./cross_entropy.ts";
import * as gather from "./gather.ts";
import * as images from "./images.ts";
import * as layout from "./layout.ts";
import * as matmul from "./matmul.ts";
import * as pointwise from "./pointwise.ts";
import * as reduce from "./reduce.ts";
import * as rows from "./rows.ts";
import * as withoutGradient from "./without_gradient.ts";
import type { Refusal, Sample } from "./sample.ts";

const families = [
  crossEntropy,
  gather,
  images,
  layout,
  matmul,
  pointwise,
  reduce,
  rows,
  withoutGradient,
];

/** Uses of every exported operation. */
export const operationSamples: readonly Sample[] = families.flatMap(({ samples }) => samples);

/** Calls that operations refuse. */
export const refusals: readonly Refusal[] = families.flatMap(({ refusals }) => refusals);
