import assert from "node:assert/strict";
import { optionsWithoutSecrets, withoutSecrets } from "../../../experiment/config/secrets.ts";

Deno.test("withoutSecrets() masks users, passwords and values of queries, and nothing else", () => {
  for (
    const [text, kept] of [
      ["https://me:secret@host/a.ts", "https://***@host/a.ts"],
      ["https://me:p@ss@host:8080/a.ts", "https://***@host:8080/a.ts"],
      ["https://token@host", "https://***@host"],
      ["--plugin=http://h/a.ts?token=abc&v=2#x", "--plugin=http://h/a.ts?token=***&v=***#x"],
      // An address that was taken for a path.
      ["/home/me/https:/me:secret@host/x?key=abc", "/home/me/https:/***@host/x?key=***"],
      ["https://host/@scope/a.ts", "https://host/@scope/a.ts"],
      ["npm:@scope/method@1.2", "npm:@scope/method@1.2"],
      ["C:/data/me@home/x?", "C:/data/me@home/x?"],
      ["/data/a=b?c=d", "/data/a=b?c=d"],
      ["batch.labeled=8", "batch.labeled=8"],
    ] as const
  ) {
    assert.equal(withoutSecrets(text), kept);
  }
});

Deno.test("optionsWithoutSecrets() keeps numbers, nulls and nesting", () => {
  const options = { seed: 1, plugins: ["http://a:b@h/x"], split: { path: null, on: true } };
  const masked = { ...options, plugins: ["http://***@h/x"] };
  assert.deepEqual(optionsWithoutSecrets(options), masked);
});
