import assert from "node:assert/strict";
import sharp from "sharp";
import { DecodePool } from "../../../datasets/store/decode_pool_deno.ts";
import { picture } from "../images.ts";

Deno.test("a pool's workers leave alone which formats the process reads", async () => {
  // They used to close all doors for a moment, and whoever decoded just then was refused.
  const file = await Deno.makeTempFile({ suffix: ".png" });
  await Deno.writeFile(file, await picture([9, 9], [1, 2, 3]));
  const other = await sharp(await Deno.readFile(file)).webp().toBuffer();
  const operation = ["VipsForeignLoadWebpBuffer"];
  sharp.unblock({ operation });
  try {
    using pool = new DecodePool(2);
    const tasks = Array.from({ length: 4 }, () => ({ path: file, size: 4, fit: "cover" as const }));
    for await (const { bytes } of pool.decode(tasks)) assert.equal(bytes?.length, 48);
    assert.equal((await sharp(other).metadata()).format, "webp");
  } finally {
    sharp.block({ operation });
    await Deno.remove(file);
  }
  await assert.rejects(sharp(other).metadata());
});
