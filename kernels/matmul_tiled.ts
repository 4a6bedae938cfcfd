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
import { each, places, range, XYZW } from "./unroll.ts";

/** Multiply-adds whose operands are read before the first of them. */
const AHEAD = 64;

/**
 * Matrix product for GPUs: a workgroup of 16 × 16 computes a `tile` × `tile` block from two tiles in
 * workgroup memory (16 KiB together), an invocation 4 × 4 or 8 × 8 of it. Each invocation brings one
 * 4 × 4 block of the next tiles into registers while the current ones are used.
 *
 * Tiles are kept as `[k][four rows or columns]`, so that what a product needs is one vec4 each. A
 * block brings the same quad of four `k`, and its neighbours bring those of the next: their place is
 * its number XOR the quad of `k`, or eight of them would meet in one bank.
 */
export function matmulTiledKernel(
  variant: MatmulVariant,
  tile: 64 | 128,
): Kernel<"a" | "b" | "bias" | "y", keyof typeof MATMUL_UNIFORMS> {
  return memoKernel(`matmul tiled ${tile} ${describeMatmul(variant)}`, (key) => {
    const depth = depthOf(tile), quads = tile / 4;
    const per = tile / 64; // vec4s of rows and columns of an invocation
    const bring = `if (side == 0u) {
    ${load("a", variant)}
  } else {
    ${load("b", variant)}
  }`;
    return defineKernel({
      key,
      bindings: matmulBindings(variant),
      uniforms: MATMUL_UNIFORMS,
      workgroup: [16, 16],
      header: `var<workgroup> tileA: array<array<vec4f, ${quads}>, ${depth}>;
var<workgroup> tileB: array<array<vec4f, ${quads}>, ${depth}>;`,
      body: `${LINEAR_GROUP}
  let m = u.m; let n = u.n; let rowLength = u.k;
  let across = (n + ${tile - 1}u) / ${tile}u; let down = (m + ${tile - 1}u) / ${tile}u;
  if (group >= across * down * u.splits * u.batches) { return; }
  let column = group % across * ${tile}u; let above = group / across;
  let row = above % down * ${tile}u; let z = above / down;
  let aBase = z / u.splits * u.strideA; let bBase = z / u.splits * u.strideB;
  let yBase = z * m * n;
  let first = z % u.splits * u.chunk; let to = min(first + u.chunk, rowLength);
  // The block this invocation brings: of a, or of b in the upper half.
  let side = li / 128u;
  let block = li % 128u;
  let kq = block % ${depth / 4}u; let mq = block / ${depth / 4}u;
  let turned = mq ^ (kq * ${turnOf(tile)}u);
  ${
        each(per, (q) =>
          `let start${q} = ${bias4(`column + ${64 * q}u + lid.x * 4u`, variant)};` +
          each(per, (p) => range(4).map((i) => `var s${p}_${i}_${q} = start${q};`).join(" ")))
      }
  ${range(4).map((i) => `var v${i} = vec4f(0);`).join(" ")}
  var k = first + kq * 4u;
  ${bring}
  for (var base = first; base < to; base += ${depth}u) {
    workgroupBarrier();
    if (side == 0u) {
      ${store("a", variant)}
    } else {
      ${store("b", variant)}
    }
    workgroupBarrier();
    k += ${depth}u;
    ${bring}
    ${range(depth / 4).map((q) => products(tile, q)).join("\n    ")}
  }
  ${
        places(per, 4).map(([p, i]) => {
          const at = `(row + ${64 * p + i}u + lid.y * 4u)`;
          const columns = each(
            per,
            (q) =>
              store4(
                `s${p}_${i}_${q}`,
                at,
                `(column + ${64 * q}u + lid.x * 4u)`,
                variant.vec4Y,
              ),
          );
          return `if (${at} < m) {\n${columns}\n}`;
        }).join("\n  ")
      }`,
    });
  });
}

/** Steps of the inner axis in a tile: 256 invocations × 4 × 4 elements fill both tiles. */
function depthOf(tile: number): number {
  return 2048 / tile;
}

/** By how much a quad of `k` turns the places of a tile, so that stores go to eight banks. */
function turnOf(tile: number): number {
  return tile / 64;
}

/** Whether rows, not steps of `k`, are neighbours in memory. */
function isAlong(name: "a" | "b", { transposeA, transposeB }: MatmulVariant): boolean {
  return name === "a" ? transposeA : !transposeB;
}

/**
 * Statements that load the block at `k` into `v0` … `v3` as it lies in memory. It is turned and cut
 * off in the store to the tile, so that no invocation waits for it before the products.
 */
function load(name: "a" | "b", variant: MatmulVariant): string {
  const vec4 = name === "a" ? variant.vec4A : variant.vec4B;
  const place = `${name === "a" ? "row" : "column"} + mq * 4u`;
  const at = (j: number) =>
    isAlong(name, variant)
      ? `${name}Base + (k + ${j}u) * ${name === "a" ? "m" : "n"} + ${place}`
      : `${name}Base + (${place} + ${j}u) * rowLength + k`;
  return range(4).map((j) => `v${j} = ${load4(name, at(j), vec4)};`).join(" ");
}

/** Statements that store `v0` … `v3` to the tile, zeros from `to` on. */
function store(name: "a" | "b", variant: MatmulVariant): string {
  const along = isAlong(name, variant);
  return range(4).map((j) => {
    const step = along ? `v${j}` : `vec4f(${range(4).map((i) => `v${i}.${XYZW[j]}`).join(", ")})`;
    const value = `select(vec4f(0), ${step}, k + ${j}u < to)`;
    return `tile${name.toUpperCase()}[kq * 4u + ${j}u][turned] = ${value};`;
  }).join("\n      ");
}

/** Products of the quad `q` of `k`. */
function products(tile: number, q: number): string {
  const per = tile / 64, steps = Math.min(4, AHEAD / (16 * per * per));
  const turn = (of: string, p: number) => `(${16 * p}u + ${of}) ^ ${q * turnOf(tile)}u`;
  const group = (first: number) => {
    const ks = range(steps).map((i) => first + i);
    const reads = ks.map((k) =>
      each(
        per,
        (p) =>
          `let a${k}_${p} = tileA[${k}][rowOf${p}]; let b${k}_${p} = tileB[${k}][columnOf${p}];`,
      )
    );
    const sums = ks.flatMap((k) =>
      places(per, 4, per).map(([p, i, r]) =>
        `s${p}_${i}_${r} += a${k}_${p}.${XYZW[i]} * b${k}_${r};`
      )
    );
    return [...reads, ...sums].join("\n      ");
  };
  return `{ ${
    each(per, (p) => `let rowOf${p} = ${turn("lid.y", p)}; let columnOf${p} = ${turn("lid.x", p)};`)
  }
      ${range(4 / steps).map((g) => group(4 * q + g * steps)).join("\n      ")} }`;
}
