import assert from "node:assert/strict";
import { type Findings, type Part, runPart } from "../../bench/gpu_check/part.ts";

const found: Findings = { figures: { n: 1 }, text: "one", failures: [] };
const part = (run: Part["run"], seconds = 60): Part => ({
  ...{ name: "a", title: "A", seconds },
  run,
});
const context = () => ({ quick: true, signal: new AbortController().signal, progress: () => {} });

Deno.test("runPart() tells what passed from what failed and what threw", async () => {
  const passed = await runPart(part(() => Promise.resolve(found)), context());
  assert.deepEqual([passed.outcome, passed.figures, passed.text], ["passed", { n: 1 }, "one"]);
  const wrong = { ...found, failures: ["gemm: 1 is not 2"] };
  const failed = await runPart(part(() => Promise.resolve(wrong)), context());
  assert.deepEqual([failed.outcome, failed.failures], ["failed", wrong.failures]);
  const threw = await runPart(part(() => Promise.reject(new Error("no device"))), context());
  assert.deepEqual([threw.outcome, threw.failures, threw.figures], ["failed", ["no device"], null]);
});

Deno.test("runPart() cuts a part at its time, and keeps what it has found", async () => {
  const { outcome, figures } = await runPart(
    part(async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return found;
    }, 0.05),
    context(),
  );
  assert.deepEqual([outcome, figures], ["cut", found.figures]);
});

Deno.test("runPart() does not wait for a part that hangs, and a stop cuts it", async () => {
  const never = part(() => new Promise(() => {}), 0.01);
  const hung = await runPart(never, context(), 0.01);
  assert.deepEqual([hung.outcome, hung.failures.length], ["hung", 1]);
  const stopped = { ...context(), signal: AbortSignal.abort() };
  const result = await runPart(part(() => Promise.resolve(found)), stopped);
  assert.equal(result.outcome, "cut");
});
