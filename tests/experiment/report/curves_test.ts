import assert from "node:assert/strict";
import { type Curve, curveFigure } from "../../../experiment/report/curves.ts";
import { settingsOf } from "../../../experiment/report/settings.ts";
import { sampleRun } from "./sample_runs.ts";

const settings = settingsOf([1, 2].map((seed) => sampleRun({ seed })));

const curve = (points: Curve["points"], better: Curve["better"] = "more"): Curve => ({
  ...{ title: "Toy", unit: "number", better, points },
});

/** Numbers of points of the lines of a figure. */
function lines(text: string): number[] {
  return [...text.matchAll(/<path d="(M[^"]*L[^"]*)"/g)]
    .map(([, path]) => path!.split("L").length).filter((n) => n > 2);
}

Deno.test("each seed is a thin line behind that of their mean", () => {
  const { text } = curveFigure(
    curve(({ config }) => [10, 20, 40].map((step) => ({ step, value: Number(config.seed) }))),
    settings,
  )!;
  assert.deepEqual(lines(text), [3, 3, 3]);
  assert.match(text, /1\.5 after 40 steps/);
});

Deno.test("long logs are averaged to as many points as one can see", () => {
  const { text } = curveFigure(
    curve(() => Array.from({ length: 1000 }, (_, i) => ({ step: i + 1, value: i % 2 }))),
    settings.map((setting) => ({ ...setting, runs: [setting.runs[0]] })),
  )!;
  const [length] = lines(text);
  assert.equal(length, 200);
  assert.match(text, /between 0\.4 and 0\.6\./); // of five neighbours
});

Deno.test("no figure is drawn of what nobody logged", () => {
  assert.equal(curveFigure(curve(() => []), settings), null);
});

Deno.test("a quantity that never changes has an axis all the same", () => {
  const ticks = (value: number) => {
    const { text } = curveFigure(curve(() => [10, 20].map((step) => ({ step, value }))), settings)!;
    return [...text.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, tick]) => tick);
  };
  assert.ok(ticks(0.03).includes("0.06") && ticks(0.03).includes("0.00"));
  assert.ok(ticks(0).includes("1.0"));
  assert.ok(ticks(-2).includes("−4"));
});
