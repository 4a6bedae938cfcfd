import assert from "node:assert/strict";
import { ByteReader } from "../../bench/contenders/byte_reader.ts";

Deno.test("ByteReader reads lines and bytes wherever the parts of a stream end", async () => {
  const bytes = new TextEncoder().encode("ready\n12.5\n\nabcdefnext\nlost");
  for (const part of [1, 4, 100]) {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += part) {
          controller.enqueue(bytes.slice(at, at + part));
        }
        controller.close();
      },
    });
    const reader = new ByteReader(stream);
    const text = (data: Uint8Array) => new TextDecoder().decode(data);
    assert.equal(text(await reader.line()), "ready");
    assert.equal(text(await reader.line()), "12.5");
    assert.equal(text(await reader.line()), "");
    assert.equal(text(await reader.bytes(6)), "abcdef");
    assert.equal(text(await reader.line()), "next");
    await assert.rejects(reader.line(), /has ended/);
  }
});
