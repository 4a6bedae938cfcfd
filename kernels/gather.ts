/**
 * Rows picked and put by index. Nothing uses atomics: where several inputs meet in one output, an
 * invocation walks over all of them in order, so that results repeat bit for bit.
 *
 * @module
 */
import {
  defineKernel,
  type Kernel,
  LINEAR_GROUP,
  linearIndex,
  memoKernel,
  mergeTree,
  read,
  write,
} from "./kernel.ts";
import type { Word } from "./layout.ts";

/** `y[i] = x[index[i]]` for rows of `width` elements; 0 where there is no such row. */
export function gatherRowsKernel(type: Word): Kernel<"x" | "index" | "y", "n" | "width" | "rows"> {
  return memoKernel(`gather rows ${type}`, (key) =>
    defineKernel({
      key,
      bindings: { x: read(type), index: read("i32"), y: write(type) },
      uniforms: { n: "u32", width: "u32", rows: "u32" },
      body: `${linearIndex()}
  if (i >= u.n) { return; }
  let r = u32(index[i / u.width]);
  y[i] = select(${type}(0), x[min(r, u.rows - 1u) * u.width + i % u.width], r < u.rows);`,
    }));
}

/** `y[r] = Σ x[i]` over all `i` with `index[i] = r`, in the order of `i`. */
export function addRowsKernel(): Kernel<"x" | "index" | "y", "n" | "width" | "count"> {
  return memoKernel("add rows", (key) =>
    defineKernel({
      key,
      bindings: { x: read("f32"), index: read("i32"), y: write("f32") },
      uniforms: { n: "u32", width: "u32", count: "u32" },
      body: `${linearIndex()}
  if (i >= u.n) { return; }
  let r = i32(i / u.width); let c = i % u.width;
  var sum = 0.0;
  for (var k = 0u; k < u.count; k++) {
    if (index[k] == r) { sum += x[k * u.width + c]; }
  }
  y[i] = sum;`,
    }));
}

/**
 * `y[index[i]] = x[i]`, in place; of equal indices the last one writes, others write nothing. With a
 * mask rows where it is 0 are as good as absent.
 */
export function putRowsKernel(
  type: Word,
  masked: boolean,
): Kernel<"x" | "index" | "mask" | "y", "n" | "width" | "count" | "rows"> {
  const counts = (row: string) => masked ? ` && mask[${row}] != 0.0` : "";
  return memoKernel(`put rows ${type}${masked ? " masked" : ""}`, (key) =>
    defineKernel({
      key,
      bindings: {
        x: read(type),
        index: read("i32"),
        mask: masked ? read("f32") : undefined,
        y: write(type),
      },
      uniforms: { n: "u32", width: "u32", count: "u32", rows: "u32" },
      body: `${linearIndex()}
  if (i >= u.n) { return; }
  let k = i / u.width; let r = index[k];
  if (!(u32(r) < u.rows${counts("k")})) { return; }
  for (var j = k + 1u; j < u.count; j++) { if (index[j] == r${counts("j")}) { return; } }
  y[u32(r) * u.width + i % u.width] = x[i];`,
    }));
}

/** Rows of `[n / classes, classes]` with `on` at the label and `off` elsewhere. */
export function oneHotKernel(): Kernel<"index" | "y", "n" | "classes" | "on" | "off"> {
  return memoKernel("one hot", (key) =>
    defineKernel({
      key,
      bindings: { index: read("i32"), y: write("f32") },
      uniforms: { n: "u32", classes: "u32", on: "f32", off: "f32" },
      body: `${linearIndex()}
  if (i >= u.n) { return; }
  y[i] = select(u.off, u.on, index[i / u.classes] == i32(i % u.classes));`,
    }));
}

/**
 * How often each class occurs, or the sum of the weights where it does; a workgroup a class. Labels
 * may be whole numbers held as floats.
 */
export function histogramKernel(
  type: "i32" | "f32",
  weighted: boolean,
): Kernel<"index" | "w" | "y", "count" | "classes"> {
  return memoKernel(`histogram ${type}${weighted ? " weighted" : ""}`, (key) =>
    defineKernel({
      key,
      bindings: {
        index: read(type),
        w: weighted ? read("f32") : undefined,
        y: write("f32"),
      },
      uniforms: { count: "u32", classes: "u32" },
      header: "var<workgroup> partial: array<f32, 64>;",
      body: `${LINEAR_GROUP}
  if (group >= u.classes) { return; }
  var sum = 0.0;
  for (var k = li; k < u.count; k += 64u) {
    if (index[k] == ${type}(group)) { sum += ${weighted ? "w[k]" : "1.0"}; }
  }
  partial[li] = sum;
  ${mergeTree(64, (into, from) => `partial[${into}] += partial[${from}];`)}
  if (li == 0u) { y[group] = partial[0]; }`,
    }));
}

/** `w x[i] + (1 - w) x[order[i]]` with the weight of each row, or one for all. */
export function mixRowsKernel(): Kernel<
  "x" | "order" | "weights" | "y",
  "n" | "width" | "weights"
> {
  return memoKernel("mix rows", (key) =>
    defineKernel({
      key,
      bindings: {
        x: read("f32"),
        order: read("i32"),
        weights: read("f32"),
        y: write("f32"),
      },
      uniforms: { n: "u32", width: "u32", weights: "u32" },
      body: /* wgsl */ `${linearIndex()}
  if (i >= u.n) { return; }
  let row = i / u.width;
  let w = weights[min(row, u.weights - 1u)];
  y[i] = w * x[i] + (1.0 - w) * x[u32(order[row]) * u.width + i % u.width];`,
    }));
}
