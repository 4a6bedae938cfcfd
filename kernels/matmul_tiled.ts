import { defineKernel, type Kernel, LINEAR_GROUP, memoKernel } from "./kernel.ts";
import {
  bias4,
  describeMatmul,
  load4,
  MATMUL_UNIFORMS,
  matmulBindings,
  type MatmulVariant,
  store4,
} from "./matmul.ts";
import { each, range, XYZW } from "./unroll.ts";

/**
 * Matrix product for GPUs: a workgroup of 16 × 16 computes a `tile` × `tile` block from two tiles in
 * workgroup memory (16 KiB together), an invocation 4 × 4 or 8 × 8 of it. Each invocation brings one
 * 4 × 4 block of the next tiles into registers while the current ones are used.
 *
 * Tiles are kept as `[k][four rows or columns]`, so that what a product needs is one vec4 each.
 */
export function matmulTiledKernel(
  variant: MatmulVariant,
  tile: 64 | 128,
): Kernel<"a" | "b" | "bias" | "y", keyof typeof MATMUL_UNIFORMS> {
  return memoKernel(`matmul tiled ${tile} ${describeMatmul(variant)}`, (key) => {
    const depth = 2048 / tile; // 256 invocations × 4 × 4 elements fill both tiles
    const quads = tile / 4;
    const per = tile / 64; // vec4s of rows and columns of an invocation
    const steps = each(per, (p) => `let a${p} = tileA[at * ${quads}u + ${16 * p}u + lid.y];`) +
      each(per, (q) => `let b${q} = tileB[at * ${quads}u + ${16 * q}u + lid.x];`) +
      each(
        per,
        (p) =>
          range(4).map((i) => each(per, (q) => `s${p}_${i}_${q} += a${p}.${XYZW[i]} * b${q};`))
            .join(
              "\n",
            ),
      );
    return defineKernel({
      key,
      bindings: matmulBindings(variant),
      uniforms: MATMUL_UNIFORMS,
      workgroup: [16, 16],
      header: `var<workgroup> tileA: array<vec4f, ${depth * quads}>;
var<workgroup> tileB: array<vec4f, ${depth * quads}>;`,
      body: `${LINEAR_GROUP}
  let across = (u.n + ${tile - 1}u) / ${tile}u; let down = (u.m + ${tile - 1}u) / ${tile}u;
  if (group >= across * down * u.splits * u.batches) { return; }
  let column = group % across * ${tile}u; let above = group / across;
  let row = above % down * ${tile}u; let z = above / down;
  let aBase = z / u.splits * u.strideA; let bBase = z / u.splits * u.strideB;
  let yBase = z * u.m * u.n;
  let first = z % u.splits * u.chunk; let to = min(first + u.chunk, u.k);
  // The block this invocation brings: of a, or of b in the upper half.
  let side = li / 128u;
  let block = li % 128u;
  let kq = block % ${depth / 4}u; let mq = block / ${depth / 4}u;
${
        each(per, (q) =>
          `let start${q} = ${bias4(`column + ${64 * q}u + lid.x * 4u`, variant)};` +
          each(per, (p) => range(4).map((i) => `var s${p}_${i}_${q} = start${q};`).join(" ")))
      }
  ${range(4).map((i) => `var v${i} = vec4f(0);`).join(" ")}
  for (var base = first; base < to + ${depth}u; base += ${depth}u) {
    if (base > first) {
      let at = (kq * 4u) * ${quads}u + mq;
      workgroupBarrier();
      if (side == 0u) {
        ${range(4).map((j) => `tileA[at + ${j * quads}u] = v${j};`).join(" ")}
      } else {
        ${range(4).map((j) => `tileB[at + ${j * quads}u] = v${j};`).join(" ")}
      }
      workgroupBarrier();
    }
    let k = base + kq * 4u;
    if (side == 0u) {
${bring("a", variant.transposeA, variant.vec4A)}
    } else {
${bring("b", !variant.transposeB, variant.vec4B)}
    }
    if (base > first) {
      for (var at = 0u; at < ${depth}u; at++) {
${steps}
      }
    }
  }
${
        each(per, (p) =>
          range(4).map((i) => {
            const at = `(row + ${64 * p + i}u + lid.y * 4u)`;
            return `if (${at} < u.m) {\n${
              each(
                per,
                (q) =>
                  store4(
                    `s${p}_${i}_${q}`,
                    at,
                    `(column + ${64 * q}u + lid.x * 4u)`,
                    variant.vec4Y,
                  ),
              )
            }\n}`;
          }).join("\n"))
      }`,
    });
  });
}

/**
 * Statements that set `v0` … `v3` to the four rows (or columns) of the block at `k` … `k + 3`,
 * zeros from `to` on. `along` says that rows, not steps of `k`, are neighbours in memory.
 */
function bring(name: "a" | "b", along: boolean, vec4: boolean): string {
  const base = `${name}Base`, place = `${name === "a" ? "row" : "column"} + mq * 4u`;
  const size = name === "a" ? "u.m" : "u.n";
  const loads = along
    ? range(4).map((j) =>
      `let e${j} = ${load4(name, `${base} + (k + ${j}u) * ${size} + ${place}`, vec4)};`
    )
    : [
      ...range(4).map((i) =>
        `let r${i} = ${load4(name, `${base} + (${place} + ${i}u) * u.k + k`, vec4)};`
      ),
      ...range(4).map((j) =>
        `let e${j} = vec4f(${range(4).map((i) => `r${i}.${XYZW[j]}`).join(", ")});`
      ),
    ];
  return [
    ...loads,
    ...range(4).map((j) => `v${j} = select(vec4f(0), e${j}, k + ${j}u < to);`),
  ].join("\n");
}
