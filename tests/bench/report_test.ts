import assert from "node:assert/strict";
import { meanRatios, ratiosOf, type Report, type Row, rowOf } from "../../bench/report.ts";
import { reportText, sectionsOf } from "../../bench/report_text.ts";

const peak = { gflops: 100, gbps: 10 };
const row = (shape: string, contender: string, milliseconds: number): Row => ({
  name: "gemm",
  shape,
  contender,
  milliseconds,
  spread: [milliseconds, milliseconds],
});

Deno.test("rowOf() turns milliseconds into rates and shares of the peak", () => {
  const who = { name: "gemm", shape: "s", contender: "c" };
  const product = rowOf(who, [3, 1, 2], { amount: { flops: 1e8 }, peak });
  assert.deepEqual(product, {
    ...who,
    milliseconds: 2,
    spread: [1, 3],
    gflops: 50,
    fractionOfPeak: 0.5,
  });
  const copy = rowOf(who, [2], { amount: { bytes: 1e7 }, peak });
  assert.deepEqual([copy.gbps, copy.fractionOfPeak], [5, 0.5]);
  const step = rowOf(who, [500], { amount: { flops: 1e10, images: 80 }, peak });
  assert.deepEqual([step.imagesPerSecond, step.fractionOfPeak, step.gflops], [160, 0.2, undefined]);
});

Deno.test("ratiosOf() is above one where longtail is faster", () => {
  const rows = [row("s", "longtail", 2), row("s", "peer", 6), row("t", "peer", 6)];
  assert.deepEqual(ratiosOf(rows), [{
    name: "gemm",
    shape: "s",
    versus: "peer",
    ratio: 3,
  }]);
});

Deno.test("meanRatios() averages over shapes", () => {
  const rows = [
    row("s", "longtail", 1),
    row("s", "peer", 2),
    row("t", "longtail", 1),
    row("t", "peer", 8),
    row("t", "other", 5),
  ];
  const [peer, other] = meanRatios(ratiosOf(rows));
  assert.ok(Math.abs((peer?.ratio ?? 0) - 4) < 1e-12);
  assert.deepEqual([peer?.versus, peer?.shapes], ["peer", 2]);
  assert.deepEqual([other?.versus, other?.shapes], ["other", 1]);
});

const empty: Report = {
  adapter: { name: "an adapter", software: true },
  processor: "a processor",
  cores: 2,
  clock: "wall clock",
  date: "2030-01-02T03:04:05Z",
  versions: { deno: "2", peer: "1.2.3" },
  peak,
  rows: [],
  ratios: [],
  failures: [],
};

Deno.test("reportText() shows figures, means and failures", () => {
  const rows = [
    { ...row("s", "longtail", 2), gflops: 50, fractionOfPeak: 0.5 },
    { ...row("s", "peer", 6), gflops: 16.66, fractionOfPeak: 0.1666 },
  ];
  const report: Report = {
    ...empty,
    rows,
    ratios: ratiosOf(rows),
    failures: [{
      name: "gemm",
      shape: "t",
      contender: "peer",
      why: "it broke",
    }],
  };
  const text = reportText(report);
  assert.match(text, /an adapter \(software\), 2 cores of a processor/);
  assert.match(
    text,
    /## gemm\n[^#]*\| s +\| peer +\| +6\.00 \| .*16\.7 GFLOP\/s +\| 16\.7 % \| +3\.00 × \|/,
  );
  assert.match(text, /Geometric mean over the shapes: 3\.00 × against peer\./);
  assert.match(text, /Failed:\n\n- peer, t: it broke/);
});

Deno.test("sectionsOf() shows what variants ask for, and their time as shares of others", () => {
  const fixmatch = { ...row("s", "fixmatch", 10), name: "addon-step", shares: [] };
  const shares = [{ of: "fixmatch", share: 1.0449, milliseconds: 10 }];
  const daso = { ...fixmatch, contender: "fixmatch+daso", asks: "an average", shares };
  const rows = [row("s", "longtail", 2), fixmatch, daso];
  const [gemm, addons] = sectionsOf({ ...empty, rows });
  assert.equal(gemm?.name, "gemm");
  assert.equal(addons?.name, "addon-step");
  assert.match(
    addons.text,
    /\| fixmatch\+daso \| .* \| an average \| 104\.5 % of fixmatch \(10\.0 ms\) \|/,
  );
  assert.doesNotMatch(addons.text, /longtail/);
});
