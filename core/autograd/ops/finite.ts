import { finiteKernel } from "../../../kernels/finite.ts";
import type { Tensor } from "../tensor.ts";
import { requireFloat } from "./apply.ts";

/** Elements that one workgroup looks at before more are started. */
const SHARE = 4096;

/** 1 if every element is finite, 0 if any is NaN or infinite: `u32[1]`, without gradient. */
export function allFinite(x: Tensor): Tensor<"u32"> {
  requireFloat("allFinite", x);
  const { device } = x;
  const groups = Math.min(256, Math.max(1, Math.ceil(x.size / SHARE)));
  const parts = device.empty([groups], "u32");
  device.dispatch(finiteKernel(false), [x, parts], [x.size], [groups]);
  if (groups === 1) return parts;
  const verdict = device.empty([1], "u32");
  device.dispatch(finiteKernel(true), [parts, verdict], [groups], [1]);
  return verdict;
}
