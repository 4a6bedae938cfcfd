import assert from "node:assert/strict";
import { type Texture, TexturePool } from "../../../core/autograd/texture_pool.ts";

const SIDE = 4096; // 256 MiB a layer

function pool(): TexturePool {
  const createTexture = ({ size: [width, height, depthOrArrayLayers] }: { size: number[] }) => ({
    width,
    height,
    depthOrArrayLayers,
    createView: () => ({}),
    destroy() {},
  });
  return new TexturePool({ createTexture } as unknown as GPUDevice);
}

Deno.test("TexturePool hands a texture on to the same use only", () => {
  const textures = pool();
  const size = { width: 4, height: 4, layers: 1 };
  const first = textures.acquire({ ...size, use: "a" });
  first.free();
  assert.notEqual(textures.acquire({ ...size, use: "b" }), first);
  assert.equal(textures.acquire({ ...size, use: "a" }), first);
  assert.equal(textures.created, 2);
});

Deno.test("TexturePool.keep() drops the oldest where there is no room, never the newest two", () => {
  const textures = pool();
  const dropped: number[] = [];
  const keep = (number: number, layers: number): Texture => {
    const texture = textures.acquire({ width: SIDE, height: SIDE, layers, use: `${number}` });
    textures.keep(texture, () => {
      dropped.push(number);
      texture.free();
    });
    return texture;
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
