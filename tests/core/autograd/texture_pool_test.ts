import assert from "node:assert/strict";
import { type Image, ImagePool } from "../../../core/autograd/texture_pool.ts";

const SIDE = 4096; // 256 MiB a layer

function pool(): ImagePool {
  const createTexture = ({ size: [width, height, depthOrArrayLayers] }: { size: number[] }) => ({
    width,
    height,
    depthOrArrayLayers,
    createView: () => ({}),
    destroy() {},
  });
  return new ImagePool({ createTexture } as unknown as GPUDevice);
}

Deno.test("ImagePool hands a texture on to the same use only", () => {
  const images = pool();
  const size = { width: 4, height: 4, layers: 1 };
  const first = images.acquire({ ...size, use: "a" });
  first.free();
  assert.notEqual(images.acquire({ ...size, use: "b" }), first);
  assert.equal(images.acquire({ ...size, use: "a" }), first);
  assert.equal(images.created, 2);
});

Deno.test("ImagePool.keep() drops the oldest where there is no room, never the newest two", () => {
  const images = pool();
  const dropped: number[] = [];
  const keep = (number: number, layers: number): Image => {
    const image = images.acquire({ width: SIDE, height: SIDE, layers, use: `${number}` });
    images.keep(image, () => {
      dropped.push(number);
      image.free();
    });
    return image;
  };
  keep(0, 1);
  const second = keep(1, 1);
  assert.deepEqual(dropped, []);
  second.free();
  keep(2, 1);
  assert.deepEqual(dropped, []);
  keep(3, 1);
  assert.deepEqual(dropped, [0]);
  keep(4, 8);
  assert.deepEqual(dropped, [0, 2]);
  keep(5, 8);
  assert.deepEqual(dropped, [0, 2, 3]);
});
