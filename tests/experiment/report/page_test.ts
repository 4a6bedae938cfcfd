import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { reportPage } from "../../../experiment/report/page.ts";
import type { ReadRun } from "../../../experiment/run/read_run_deno.ts";
import { sampleRecall, sampleRun } from "./sample_runs.ts";

/** The little of a document that the tests look at. */
interface Part {
  readonly textContent: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Part | null;
  querySelectorAll(selector: string): Iterable<Part>;
}

function pageOf(...runs: readonly ReadRun[]) {
  const whole = reportPage(runs, { made: new Date(0) }),
    text = whole.replace(/<script>.*<\/script>/s, "");
  const { document } = parseHTML(whole) as unknown as { readonly document: Part };
  const all = (selector: string) => [...document.querySelectorAll(selector)];
  const figure = (section: string, title: RegExp) => {
    const found = all(`#${section} figure`).find((one) =>
      title.test(one.querySelector("h3")?.textContent ?? "")
    );
    assert.ok(found, `no figure ${title} in ${section}`);
    return found;
  };
  const cells = (section: string) =>
    all(`#${section} tbody tr`).map((row) =>
      [...row.querySelectorAll("th, td")].map((cell) => cell.textContent.replaceAll("\u00a0", " "))
    );
  return { text, whole, all, figure, cells };
}

const caption = (figure: Part) =>
  figure.querySelector("figcaption")!.textContent.replaceAll("\u00a0", " ");

Deno.test("the page has every part, and fetches nothing", () => {
  const state = () => ({ "acr/estimate": [0.2, 0.3, 0.5] });
  const { text, whole, all } = pageOf(
    sampleRun({ seed: 1 }),
    sampleRun({ seed: 2 }),
    sampleRun({ algorithm: "acr", state }),
  );
  assert.deepEqual(all("section").map((part) => part.getAttribute("id")), [
    ...["runs", "seeds", "curves", "classes", "confusion", "calibration", "priors"],
    ...["pseudo-labels", "options"],
  ]);
  assert.deepEqual(
    all("nav a").map((link) => link.getAttribute("href")),
    all("section").map((part) => `#${part.getAttribute("id")}`),
  );
  assert.doesNotMatch(whole, /https?:\/\/(?!www\.w3\.org)|@import|url\(/);
  for (const svg of all("figure > svg")) {
    assert.equal(svg.getAttribute("role"), "img");
    assert.ok((svg.getAttribute("aria-label") ?? "").length > 20);
  }
  assert.doesNotMatch(text, /NaN|undefined|\[object/);
});

Deno.test("names of runs, classes and options cannot break the page", () => {
  const evil = `<img src="x" onerror='alert(1)'>&`;
  const { all } = pageOf(
    sampleRun({ path: `/runs/${evil}`, classNames: [evil, "b", "c"], options: { note: evil } }),
    sampleRun({ algorithm: evil, classNames: [evil, "b", "c"], options: { note: "none" } }),
  );
  assert.equal(all("img").length, 0);
  assert.ok(all("#runs th").some((cell) => cell.textContent === evil.split("/").at(-1)));
});

Deno.test("seeds are summed up with mean and deviation, by every rule", () => {
  const { cells, figure } = pageOf(
    ...[1, 2].map((seed) => sampleRun({ seed })),
    sampleRun({ algorithm: "supervised" }),
  );
  const mean = (seed: number) =>
    [0, 1, 2].reduce((sum, c) => sum + Math.ceil(10 * sampleRecall(c, 40, seed) - 1e-9) / 30, 0);
  const [a, b] = [mean(1), mean(2)], m = (a + b) / 2, std = Math.abs(a - b) / Math.SQRT2;
  const written = `${(100 * m).toFixed(1)} ± ${(100 * std).toFixed(1)} %`;
  const [fixmatch, supervised] = cells("seeds");
  assert.deepEqual(fixmatch!.slice(0, 3), ["fixmatch", "2", written]);
  assert.match(fixmatch![3]!, new RegExp(`^${(50 * m).toFixed(1)} ± `));
  assert.deepEqual(supervised!.slice(1, 3), ["1", `${(100 * a).toFixed(1)} %`]);
  assert.match(
    caption(figure("curves", /^Balanced/)),
    /^Best at the end: fixmatch, .*; worst: supervised/,
  );
});

Deno.test("one run needs no comparison", () => {
  const { all, figure } = pageOf(sampleRun());
  assert.equal(all("h1")[0]!.textContent, "fixmatch on toy");
  assert.equal(all("#seeds").length, 0);
  assert.equal(all(".legend").length, 0);
  assert.match(
    caption(figure("curves", /^Loss: labeled/)),
    /^1 after 40 steps, on the way between 1 and 1\.75\.$/,
  );
});

Deno.test("a run that is under way, or has not evaluated yet, is reported as far as it is", () => {
  const running = sampleRun({ finished: false });
  const { cells, all, text } = pageOf(running);
  assert.ok(cells("runs")[0]!.includes("not finished"));
  assert.equal(all("#confusion figure").length, 1);
  const { all: none, text: empty } = pageOf({
    ...running,
    ...{ rows: [], evaluations: [], split: null },
  });
  assert.match(empty, /No run has been evaluated yet/);
  assert.match(empty, /No run has logged anything yet/);
  assert.equal(none("figure").length, 0);
  assert.doesNotMatch(text + empty, /NaN|undefined/);
});

Deno.test("classes are matched by name where runs number them otherwise", () => {
  const names = ["ant", "bee", "cat"], counts = [40, 39, 38];
  const { all, cells } = pageOf(
    sampleRun({ classNames: names, labeled: counts }),
    sampleRun({
      ...{ algorithm: "simpro", classNames: names.toReversed() },
      labeled: counts.toReversed(),
    }),
  );
  assert.equal(all("#classes figure").length, 1);
  const rows = cells("classes");
  assert.deepEqual(rows.map(([name]) => name), names);
  // What the second run calls class 0 is the cat.
  assert.deepEqual([rows[0]![3], rows[0]![4]], ["100.0 %", "80.0 %"]);
  assert.deepEqual([rows[2]![3], rows[2]![4]], ["80.0 %", "100.0 %"]);
});

Deno.test("hundreds of classes share rows, and all stand in the table", () => {
  const classNames = Array.from({ length: 100 }, (_, c) => `kind ${c}`);
  const { all, figure, cells } = pageOf(
    sampleRun({ classNames, labeled: classNames.map((_, c) => 500 - c) }),
  );
  const chart = figure("classes", /^Recall by class/);
  assert.ok(chart.textContent.includes("rank 1–5") && chart.textContent.includes("rank 96–100"));
  assert.equal(cells("classes").length, 100);
  assert.ok([...figure("confusion", /fixmatch/).querySelectorAll("rect")].length < 800);
  assert.equal(all("#pseudo-labels figure").length, 2);
});

Deno.test("a confusion matrix says what is mistaken most", () => {
  const { figure } = pageOf(sampleRun());
  // Of class 2 with recall 0.75, three of ten are taken for the next, which is class 0.
  assert.equal(
    caption(figure("confusion", /fixmatch/)),
    "Most often mistaken: 20.0 % of cat are taken for ant.",
  );
});

Deno.test("options: what differs, what only one method has, what all share", () => {
  const { all, cells } = pageOf(
    sampleRun({ options: { learningRate: 0.1, fixmatch: { threshold: 0.95 } } }),
    sampleRun({ algorithm: "acr", options: { learningRate: 0.2 } }),
  );
  assert.deepEqual(cells("options"), [
    ["algorithm", "fixmatch", "acr"],
    ["learningRate", "0.1", "0.2"],
  ]);
  assert.deepEqual(all("#options summary").map(({ textContent }) => textContent), [
    "1 option that only some methods have",
    "3 options that all runs share",
  ]);
});
