import assert from "node:assert/strict";
import { groupedConvKernel, groupedInputKernel } from "../../../kernels/conv2d/grouped_conv.ts";
import { groupedFilterKernel } from "../../../kernels/conv2d/grouped_filter.ts";
import { textureConvKernel } from "../../../kernels/conv2d/texture_conv.ts";
import { textureFilterKernel } from "../../../kernels/conv2d/texture_filter.ts";
import { sumSplitsLaunch } from "../../../kernels/conv2d/sum_splits.ts";
import { tiledConvKernel } from "../../../kernels/conv2d/tiled_conv.ts";
import { tiledFilterKernel } from "../../../kernels/conv2d/tiled_filter.ts";
import type { Kernel } from "../../../kernels/kernel.ts";

const convs = [[3, 3, 1], [3, 3, 2], [2, 2, 1], [1, 1, 1]].flatMap((sizes) =>
  [0, 8].flatMap((lanes) =>
    [true, false].map((vector) => () => {
      const [tapRows, tapColumns, stride] = sizes as [number, number, number];
      return textureConvKernel({ tapRows, tapColumns, stride, lanes, vector });
    })
  )
);
const filters = [1, 2, 4, 8].flatMap((share) => [
  () => textureFilterKernel({ tapRows: 3, tapColumns: 3, chunks: 2, quads: 1, stride: 1, share }),
  () => textureFilterKernel({ tapRows: 1, tapColumns: 1, chunks: 4, quads: 2, stride: 0, share }),
]);
const single = { from: "f32", to: "f32" } as const, half = { from: "f16", to: "f16" } as const;
const tiled = ([16, 32, 64] as const).flatMap((channels) =>
  ([64, 128] as const).flatMap((pixels) =>
    (["nothing", "plus", "y"] as const).flatMap((onto) => [
      () =>
        tiledConvKernel({
          pixels,
          channels,
          vectorIn: true,
          vectorOut: false,
          reach: "pointwise",
          onto,
          ...single,
        }),
      () =>
        tiledConvKernel({
          pixels,
          channels,
          vectorIn: false,
          vectorOut: true,
          reach: "phase",
          onto,
          ...half,
        }),
    ])
  )
);
const tiledFilters = ([32, 64] as const).map((channels) => () =>
  tiledFilterKernel({ channels, x: "f32", dy: "f16", vectorIn: true, vectorOut: true })
);
const grouped = [true, false].flatMap((vector) => [
  () => groupedConvKernel({ vector, ...single }),
  () => groupedInputKernel({ vector, ...half }),
  () => groupedFilterKernel({ vector, x: "f16", dy: "f32" }),
]);
const all = [...convs, ...filters, ...tiled, ...tiledFilters, ...grouped];

Deno.test("a variant of a convolution kernel is built once and has a key of its own", () => {
  const kernels = all.map((build) => build());
  assert.equal(new Set(kernels.map(({ key }) => key)).size, all.length);
  all.forEach((build, i) => assert.equal(build(), kernels[i]));
});

Deno.test("only kernels that share values among lanes need subgroups", () => {
  for (const build of all) {
    const { key, code, subgroups } = build();
    assert.equal(subgroups, /subgroup(Broadcast|Shuffle)/.test(code), key);
  }
});

Deno.test("convolution kernels for software adapters multiply at most 1,152 times a turn", () => {
  for (const build of [...convs, ...filters]) {
    const { key, code } = build();
    // Every statement of the innermost loop is of the form `aN += input * weight + …`.
    const products = code.split("\n").filter((line) => /^\s*a\d.* \+= .*\*/.test(line))
      .reduce((sum, line) => sum + line.split(" * ").length - 1, 0);
    assert.ok(products > 0 && 4 * products <= 1152, `${key} has ${4 * products} products`);
  }
});

Deno.test("tiled kernels stay within WebGPU's default limits", () => {
  for (const build of [...tiled, ...tiledFilters]) {
    const { key, code } = build();
    const bytes = workgroupBytes(code), [, size] = code.match(/workgroup_size\((\d+)/)!; // has one
    assert.ok(bytes > 0 && bytes <= 16384, `${key} takes ${bytes} bytes`);
    assert.ok(Number(size) <= 256, `${key} has ${size} invocations`);
  }
});

Deno.test("sumSplitsLaunch() goes by fours where outputs are a multiple of four", () => {
  assert.deepEqual(sumSplitsLaunch(9, 8, { splits: 3, vector: true }).uniforms, {
    size: 18,
    outputs: 2,
    padded: 2,
    splits: 3,
    stride: 18,
    scale: 1,
  });
  assert.deepEqual(sumSplitsLaunch(9, 5, { splits: 3, vector: false }).uniforms, {
    size: 45,
    outputs: 5,
    padded: 8,
    splits: 3,
    stride: 72,
    scale: 1,
  });
});

function workgroupBytes(code: Kernel["code"]): number {
  return [...code.matchAll(/var<workgroup> \w+: ([^;]*vec4f[^;]*);/g)]
    .reduce((sum, [, type]) => sum + 16 * product(type!.match(/\b\d+\b/g)!), 0); // lengths of arrays
}

function product(lengths: readonly string[]): number {
  return lengths.reduce((all, length) => all * Number(length), 1);
}
