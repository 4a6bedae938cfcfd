/**
 * Pooling over windows of `[N, H, W, C]`. An invocation computes four neighbouring channels of a
 * pixel (`vector`) or one; the gradients gather, so that no two invocations write to one place.
 *
 * @module
 */
import {
  defineKernel,
  inHalf,
  type Kernel,
  linearIndex,
  memoKernel,
  type Precision,
  read,
  stored,
  write,
} from "./kernel.ts";

/** What is taken of a window. */
export type PoolKind = "max" | "average";

/** Uniforms of both pooling kernels. */
export const POOL_UNIFORMS = {
  size: "u32",
  columns: "u32",
  height: "u32",
  width: "u32",
  outHeight: "u32",
  outWidth: "u32",
  kernel: "u32",
  stride: "u32",
  padding: "u32",
} as const;

const types = (vector: boolean) =>
  vector
    ? {
      float: "vec4f" as const,
      int: "vec4u",
      header: "alias T = vec4f; alias I = vec4u; alias B = vec4<bool>;",
    }
    : {
      float: "f32" as const,
      int: "u32",
      header: "alias T = f32; alias I = u32; alias B = bool;",
    };

/** `y`, and for `max` the place of the first maximum, row by row in the window. */
export function poolKernel(
  kind: PoolKind,
  vector: boolean,
  precision: Precision,
): Kernel<"x" | "y" | "place", keyof typeof POOL_UNIFORMS> {
  const { float, int, header } = types(vector), type = stored(float, precision);
  return memoKernel(`pool ${kind} ${float}${inHalf(precision)}`, (key) =>
    defineKernel({
      key,
      bindings: {
        x: read(type),
        y: write(type),
        place: kind === "max" ? write(int) : undefined,
      },
      uniforms: POOL_UNIFORMS,
      header,
      body: `${linearIndex()}
  if (i >= u.size) { return; }
  let c = i % u.columns; var rest = i / u.columns;
  let ox = rest % u.outWidth; rest /= u.outWidth;
  let oy = rest % u.outHeight; let n = rest / u.outHeight;
  var v = T(0); ${kind === "max" ? "var at = I(0); var none = true;" : ""}
  for (var ky = 0u; ky < u.kernel; ky++) {
    for (var kx = 0u; kx < u.kernel; kx++) {
      // Left of and above the image these wrap round to large numbers.
      let iy = oy * u.stride + ky - u.padding; let ix = ox * u.stride + kx - u.padding;
      if (iy < u.height && ix < u.width) {
        let e = T(x[((n * u.height + iy) * u.width + ix) * u.columns + c]);
        ${
        kind === "max"
          ? `let better = (e > v) | B(none);
        v = select(v, e, better); at = select(at, I(ky * u.kernel + kx), better); none = false;`
          : "v += e;"
      }
      }
    }
  }
  ${
        kind === "max"
          ? `y[i] = ${type}(v); place[i] = at;`
          : `y[i] = ${type}(v / f32(u.kernel * u.kernel));`
      }`,
    }));
}

/** Gradient of `x`: the sum over the windows that a pixel is part of (and the maximum of). */
export function poolGradientKernel(
  kind: PoolKind,
  vector: boolean,
  precision: Precision,
): Kernel<"dy" | "place" | "dx", keyof typeof POOL_UNIFORMS> {
  const { float, int, header } = types(vector), type = stored(float, precision);
  return memoKernel(`pool ${kind} gradient ${float}${inHalf(precision)}`, (key) =>
    defineKernel({
      key,
      bindings: {
        dy: read(type),
        place: kind === "max" ? read(int) : undefined,
        dx: write(type),
      },
      uniforms: POOL_UNIFORMS,
      header,
      body: `${linearIndex()}
  if (i >= u.size) { return; }
  let c = i % u.columns; var rest = i / u.columns;
  let ix = rest % u.width; rest /= u.width;
  let iy = rest % u.height; let n = rest / u.height;
  let py = iy + u.padding; let px = ix + u.padding;
  let lastY = min(py / u.stride, u.outHeight - 1u); let lastX = min(px / u.stride, u.outWidth - 1u);
  let firstY = select(0u, (py - u.kernel) / u.stride + 1u, py >= u.kernel);
  let firstX = select(0u, (px - u.kernel) / u.stride + 1u, px >= u.kernel);
  var sum = T(0);
  for (var oy = firstY; oy <= lastY; oy++) {
    for (var ox = firstX; ox <= lastX; ox++) {
      let at = ((n * u.outHeight + oy) * u.outWidth + ox) * u.columns + c;
      ${
        kind === "max"
          ? `let own = I((py - oy * u.stride) * u.kernel + px - ox * u.stride);
      sum += select(T(0), T(dy[at]), place[at] == own);`
          : "sum += T(dy[at]);"
      }
    }
  }
  dx[i] = ${type}(${kind === "max" ? "sum" : "sum / f32(u.kernel * u.kernel)"});`,
    }));
}

/** `dx[n, p, c] = scale · dy[n, c]` for every pixel `p`, in a precision. */
export function spreadKernel(
  vector: boolean,
  precision: Precision,
): Kernel<"dy" | "dx", "size" | "columns" | "image" | "scale"> {
  const type = vector ? "vec4f" : "f32", result = stored(type, precision);
  return memoKernel(`spread ${type}${inHalf(precision)}`, (key) =>
    defineKernel({
      key,
      bindings: { dy: read(type), dx: write(result) },
      uniforms: { size: "u32", columns: "u32", image: "u32", scale: "f32" },
      body: `${linearIndex()}
  if (i >= u.size) { return; }
  dx[i] = ${result}(u.scale * dy[i / u.image * u.columns + i % u.columns]);`,
    }));
}
