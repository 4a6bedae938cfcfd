import assert from "node:assert/strict";
import { conv2d, type Device, requestDevice, Tape } from "../../../core/autograd/mod.ts";
import type { ConvGeometry } from "../../../core/autograd/ops/conv2d/geometry.ts";
import { convTiles, tileOf } from "../../../core/autograd/ops/conv2d/conv_tiles.ts";
import { convTunables } from "../../../core/autograd/ops/conv2d/conv_tunables.ts";
import { gpuTimer, type Timer } from "../../../core/autograd/tuning/gpu_timer.ts";
import { type Tunable, tune } from "../../../core/autograd/tuning/tune.ts";
import { defineKernel, write } from "../../../kernels/kernel.ts";
import { draw, toDevice } from "./samples/sample.ts";

const device = await requestDevice({ software: false });

/** A layer whose tiles write their place into `y`; of the tile `broken` there is no kernel. */
function fakeLayer(key: string, tiles: readonly string[]): Tunable {
  return {
    key,
    tiles,
    shapes: { y: [4] },
    launch: (tile) => ({
      kernel: defineKernel({
        key: `fake ${tile}`,
        bindings: { y: write("f32") },
        workgroup: [1],
        body: tile === "broken" ? "y[0] = nothing;" : `y[0] = ${tiles.indexOf(tile)}.0;`,
      }),
      uniforms: {},
      grid: [1],
    }),
  };
}

/** A timer that gives these times in turn, and keeps how many recordings it was asked to time. */
function fakeTimer(...times: readonly (readonly number[])[]) {
  const asked: number[] = [];
  const timer: Timer = async (device, runs) => {
    for (const run of runs) run();
    await device.idle();
    asked.push(runs.length);
    return times[asked.length - 1]!; // one a call
  };
  return { asked, timer };
}

async function withTiles(use: (device: Device) => Promise<void>): Promise<void> {
  device.tiles.clear();
  await use(device);
  device.tiles.clear();
}

Deno.test("tune() keeps the fastest tile of each layer, and of equals the first", () =>
  withTiles(async (device) => {
    const { timer } = fakeTimer([3, 1, 2], [2, 2], [5, 4, 4]);
    const layers = [["a", "b", "c"], ["d", "e"], ["f", "g", "h"]];
    await tune(device, layers.map((tiles, i) => fakeLayer(`layer ${i}`, tiles)), timer);
    assert.deepEqual([...device.tiles.values()], ["b", "d", "g"]);
  }));

Deno.test("tune() asks for each kind of layer once", () =>
  withTiles(async (device) => {
    const { timer, asked } = fakeTimer([1, 2], [2, 1]);
    device.tiles.set("known", "b");
    const keys = ["one", "known", "one", "two", "one"];
    await tune(device, keys.map((key) => fakeLayer(key, ["a", "b"])), timer);
    await tune(device, keys.map((key) => fakeLayer(key, ["a", "b"])), timer);
    assert.deepEqual(asked, [2, 2]);
    assert.deepEqual(Object.fromEntries(device.tiles), { known: "b", one: "a", two: "b" });
  }));

Deno.test("tune() leaves out a tile whose kernel does not compile", () =>
  withTiles(async (device) => {
    const { timer, asked } = fakeTimer([2, 1]);
    const nothing: Timer = (_, runs) => Promise.resolve(runs.map(() => 1));
    await tune(device, [fakeLayer("some", ["a", "broken", "b"])], timer);
    await tune(device, [fakeLayer("none", ["broken"])], nothing);
    assert.deepEqual(asked, [2]);
    assert.deepEqual([...device.tiles], [["some", "b"]]);
    await device.idle(); // nothing was reported
  }));

Deno.test("tune() gives back the memory it took", () =>
  withTiles(async (device) => {
    device.pool.trim();
    const before = device.pool.bytes;
    const failed: Timer = () => Promise.reject(new Error("no time"));
    const layer = { ...fakeLayer("large", ["a"]), shapes: { y: [2 ** 22] } };
    await assert.rejects(tune(device, [layer], failed), /no time/);
    device.pool.trim();
    assert.equal(device.pool.bytes, before);
    await tune(device, [layer], fakeTimer([1]).timer);
    assert.equal(device.pool.bytes, before);
  }));

Deno.test("gpuTimer() tells long from short, by timestamps and by the clock", async () => {
  const plain = await requestDevice({ software: false });
  const features = { has: () => false };
  Object.defineProperty(plain.gpu, "features", { value: features });
  for (const each of [device, plain]) {
    const y = each.keep(() => each.empty([64]));
    const loop = (rounds: number) => {
      const kernel = defineKernel({
        key: `loop ${rounds}`,
        bindings: { y: write("f32") },
        body: `var s = 0.5; for (var i = 0u; i < ${rounds}u; i++) { s = fract(s * 3.7 + y[li]); }
  y[li] = s;`,
      });
      return () => each.dispatch(kernel, { y }, {}, [16]);
    };
    const [long, short] = await gpuTimer(each, [loop(200_000), loop(200)]);
    assert.ok(long! > 5 * short!, `${long} and ${short}`);
    y.dispose();
  }
  plain.destroy();
});

/** A stride and more channels than the widest tile has; a point of odd channels; three of them. */
const LAYERS = [
  { x: [2, 12, 11, 40], kernel: 3, outputs: 136, stride: 2, padding: 1 },
  { x: [2, 8, 8, 70], kernel: 1, outputs: 66, stride: 1, padding: 0 },
  { x: [5, 8, 8, 3], kernel: 3, outputs: 16, stride: 1, padding: 1 },
] as const;

/** What each kernel's key has to say of a tile; the filter gradient has not all of them. */
const TILES = {
  "128x128": [/^tiled conv 128x128 /],
  "128x64": [/^tiled conv 128x64 /],
  "64x64": [/^tiled conv 64x64 /, /^tiled filter 64 ?/],
  "128x32": [/^tiled conv 128x32 /],
  "64x32": [/^tiled conv 64x32 /, /^tiled filter 32 ?/],
  "128x16": [/^tiled conv 128x16 /],
  "64x16": [/^tiled conv 64x16 /],
} as const;

Deno.test("convolutions and their gradients have the same bits in every tile", () =>
  withTiles(async (device) => {
    for (const { x: shape, kernel, outputs, stride, padding } of LAYERS) {
      const tunables = convTunables(geometry({ x: shape, kernel, outputs, stride, padding }));
      const run = async () => {
        const x = toDevice(device, draw("x", shape));
        const w = toDevice(device, draw("w", [kernel, kernel, shape[3], outputs]));
        const bias = toDevice(device, draw("b", [outputs]));
        const tape = new Tape(device, new Map([[x, null], [w, null]]));
        const y = tape.record(() => conv2d(x, w, { bias, stride, padding }));
        const grads = tape.backward(y, toDevice(device, draw("dy", y.shape)));
        return await device.readAll([y, grads.get(x)!, grads.get(w)!]); // both followed
      };
      const want = await run();
      for (const [tile, says] of Object.entries(TILES)) {
        for (const { key } of tunables) device.tiles.set(key, tile);
        const used: string[] = [], { dispatch } = device;
        device.dispatch = ((...args: Parameters<Device["dispatch"]>) => {
          used.push(args[0].key);
          dispatch.apply(device, args);
        }) as Device["dispatch"];
        const got = await run();
        device.dispatch = dispatch;
        const what = `${tile} of ${JSON.stringify(shape)}`;
        assert.deepEqual(got, want, what);
        for (const word of says) assert.ok(used.some((key) => word.test(key)), what);
        const others = used.filter((key) => /^tiled conv/.test(key) && !says[0].test(key));
        assert.deepEqual(others, [], what);
      }
      device.tiles.clear();
    }
  }));

Deno.test("tune() times the tiles that leave few channels idle, that of the rule first", () =>
  withTiles(async (device) => {
    const layer = geometry({ x: [2, 8, 8, 16], kernel: 3, outputs: 32, stride: 1, padding: 1 });
    const tunables = convTunables(layer);
    const keys = tunables.map(({ key }) => key);
    assert.deepEqual(tunables.map(({ key, tiles }) => [key, tiles]), [
      ["conv 16x32 3x3/1 pixels 2^7 window", ["64x32", "128x32", "128x16", "64x16"]],
      ["conv 32x16 3x3/1 pixels 2^7 window", ["64x16", "128x16"]],
      ["filter 16x32 3x3/1 pixels 2^7", ["64x32"]],
    ]);
    await tune(device, tunables); // by the GPU's own clock
    assert.deepEqual([...device.tiles.keys()], keys);
    for (const { key, tiles } of tunables) assert.ok(tiles.includes(device.tiles.get(key)!), key);
  }));

Deno.test("convTunables() takes of many images as many as change a choice", () => {
  const layer = geometry({ x: [9000, 32, 32, 64], kernel: 3, outputs: 64, stride: 1, padding: 1 });
  const [forward, , filter] = convTunables(layer);
  assert.equal(forward!.key, "conv 64x64 3x3/1 pixels 2^17 window");
  assert.deepEqual(forward!.shapes.x, [128, 32, 32, 64]);
  assert.deepEqual(filter!.shapes.dy, [128, 32, 32, 64]);
  assert.deepEqual(convTunables({ ...layer, groups: 2 }), []);
});

Deno.test("a layer runs in the tile that was the fastest, on software adapters in that of the rule", () =>
  withTiles((device) => {
    const sizes = { inputs: 16, outputs: 32, tapRows: 3, tapColumns: 3, stride: 1 };
    const choice = convTiles({ ...sizes, pixels: 128 }, "window");
    const rule = { pixels: 64, channels: 32 };
    assert.deepEqual(tileOf(device, choice), rule);
    device.tiles.set(choice.key, "128x16");
    assert.deepEqual(tileOf(device, choice), { pixels: 128, channels: 16 });
    device.software = true;
    assert.deepEqual(tileOf(device, choice), rule);
    device.software = false;
    device.tiles.set(choice.key, "a tile of another version");
    assert.deepEqual(tileOf(device, choice), rule);
    return Promise.resolve();
  }));

function geometry({ x: [images, height, width, inputs], kernel, ...rest }: {
  readonly x: readonly [number, number, number, number];
  readonly kernel: number;
  readonly outputs: number;
  readonly stride: number;
  readonly padding: number;
}): ConvGeometry {
  const after = (size: number) => Math.floor((size + 2 * rest.padding - kernel) / rest.stride) + 1;
  return {
    ...{ images, height, width, inputs, groups: 1, ...rest },
    kernelHeight: kernel,
    kernelWidth: kernel,
    outHeight: after(height),
    outWidth: after(width),
  };
}
