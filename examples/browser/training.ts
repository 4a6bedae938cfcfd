import { type Dataset, syntheticDataset, type TrainedModel } from "@longtail/longtail";
import type { Split } from "@longtail/longtail/datasets";
import { drawCurves, lookOf } from "./curves.ts";
import { bar, byId, make, percent, say, sentence, thumbnail } from "./elements.ts";
import { type Choice, classNamesOf, METHODS, type Run, SHAPES, splitOf, trainRun } from "./runs.ts";

/** Width and height of the generated images. */
export const SIZE = 16;

/** How many labels of the first class there are for one of the last. */
const IMBALANCES = [1, 5, 20, 50, 100];

/** Prepares the form and what it shows; tells of each network that is trained. */
export async function openTraining(onTrained: (network: TrainedModel) => void): Promise<void> {
  const dataset = await syntheticDataset({ size: SIZE, train: 8000, test: 300 });
  const runs: Run[] = [];
  let stop: AbortController | undefined;
  fillForm();
  const images = await classImages(dataset);
  const showSplit = () => showClasses(dataset, splitOf(dataset, readForm()), images);
  showSplit();
  for (const id of ["imbalance", "shape"]) byId(id).addEventListener("change", showSplit);
  const showCurves = () => drawCurves(runs, readForm().steps);
  showCurves();
  byId("steps").addEventListener("change", showCurves);
  const form = byId<HTMLFormElement>("form");
  byId("stop").addEventListener("click", () => stop?.abort());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const run: Run = { ...readForm(), index: runs.length, log: [], scores: [] };
    runs.push(run);
    showSplit();
    showCurves();
    stop = new AbortController();
    lock(true);
    try {
      onTrained(await watch(run, { dataset, runs, signal: stop.signal }));
    } catch (error) {
      // Nobody wants to compare what has no scores.
      if (run.scores.length === 0) runs.pop();
      const stopped = stop.signal.aborted && run.scores.length === 0;
      say("status", stopped ? "Stopped before the first step." : sentence(error), {
        bad: !stopped,
      });
    } finally {
      lock(false);
    }
  });
}

/** Trains, and shows how it goes. */
async function watch(
  run: Run,
  { dataset, runs, signal }: {
    readonly dataset: Dataset;
    readonly runs: readonly Run[];
    readonly signal: AbortSignal;
  },
): Promise<TrainedModel> {
  const { steps } = run, title = METHODS[run.method]!.title; // one of the form's values
  say("status", `${title} prepares ${steps} steps.`);
  showPace(0, steps, 0);
  const from = performance.now();
  const network = await trainRun(run, dataset, {
    signal,
    onChange(news) {
      if (news === "log") {
        const { step } = run.log.at(-1)!; // it is the news
        showPace(step, steps, performance.now() - from);
      } else {
        showScores(run);
        say("status", `Step ${run.scores.at(-1)!.step} of ${steps}: ${summary(run)}.`);
      }
      drawCurves(runs, steps);
      showRuns(runs);
    },
  });
  const done = run.scores.at(-1)!.step; // a run ends with scores
  say("status", `${done < steps ? `Stopped after ${done} steps` : "Done"}: ${summary(run)}.`);
  return network;
}

function fillForm(): void {
  const first = Object.keys(METHODS)[0];
  byId("method").append(
    ...Object.entries(METHODS).map(([value, { title, does }]) =>
      make(
        "label",
        { className: "choice" },
        make("input", { type: "radio", name: "method", value, checked: value === first }),
        make("span", {}, make("strong", {}, title), make("span", {}, does)),
      )
    ),
  );
  byId("imbalance").append(
    ...IMBALANCES.map((n) => make("option", { value: `${n}`, defaultSelected: n === 20 }, `${n}`)),
  );
  byId("shape").append(
    ...Object.entries(SHAPES).map(([value, { title }]) => make("option", { value }, title)),
  );
}

function readForm(): Choice {
  return {
    method: document.querySelector<HTMLInputElement>("[name=method]:checked")!.value, // one is
    steps: byId<HTMLInputElement>("steps").valueAsNumber,
    imbalance: Number(byId<HTMLSelectElement>("imbalance").value),
    shape: byId<HTMLSelectElement>("shape").value as Choice["shape"], // one of the options
  };
}

/** While a run goes on it can be stopped, not changed; the keyboard's place follows the buttons. */
function lock(running: boolean): void {
  const train = byId<HTMLButtonElement>("train"), stop = byId<HTMLButtonElement>("stop");
  const held = document.activeElement;
  for (const part of byId<HTMLFormElement>("form").elements) {
    (part as HTMLInputElement).disabled = running;
  }
  stop.disabled = !running;
  if (running && held === train) stop.focus();
  if (!running && held === stop) train.focus();
}

/** A clean image of each class, by name. */
async function classImages({ classNames }: Dataset): Promise<ReadonlyMap<string, Uint8Array>> {
  const { test } = await syntheticDataset({
    size: SIZE,
    train: 10,
    test: classNames.length,
    difficulty: { noise: 0, clutter: 0, occlusion: 0, pattern: 0, turn: 0, scale: 0, shift: 0 },
  });
  const images = classNames.map(async (name, c) => [name, await test.read([c])] as const);
  return new Map(await Promise.all(images));
}

/** The table of classes, with recalls that are not known yet. */
function showClasses(
  dataset: Dataset,
  split: Split,
  images: ReadonlyMap<string, Uint8Array>,
): void {
  const { labeled, unlabeled } = split.counts; // generated images all have a class
  byId("classes").querySelector("tbody")!.replaceChildren(
    ...classNamesOf(dataset, split).map((name, c) => {
      const data = images.get(name)!; // each class has one
      const image = thumbnail({ width: SIZE, height: SIZE, data });
      return make(
        "tr",
        {},
        make("th", { scope: "row" }, make("span", { className: "class" }, image, name)),
        make("td", { className: "number" }, String(labeled[c])),
        make("td", { className: "number" }, String(unlabeled![c])),
        make("td", {}, make("span", { className: "rate" }, bar(0), make("b", {}, "–"))),
      );
    }),
  );
}

/** Puts the latest recalls into the table of classes. */
function showScores(run: Run): void {
  const { perClassRecall } = run.scores.at(-1)!.evaluation; // they are the news
  byId("classes").querySelectorAll<HTMLElement>(".rate").forEach((rate, c) => {
    const recall = perClassRecall[c] ?? null;
    rate.querySelector("i")!.style.width = `${100 * (recall ?? 0)}%`;
    rate.querySelector("b")!.textContent = percent(recall);
  });
}

/** The table of runs, the last one first. */
function showRuns(runs: readonly Run[]): void {
  const scored = runs.filter(({ scores }) => scores.length > 0);
  byId("runs").hidden = scored.length === 0;
  byId("runs").querySelector("tbody")!.replaceChildren(
    ...scored.toReversed().map((run) => {
      const { step, evaluation } = run.scores.at(-1)!; // it has some
      const number = (text: string) => make("td", { className: "number" }, text);
      const chosen = `imbalance ${run.imbalance}, ${SHAPES[run.shape].title}, ${step} steps`;
      const { title } = METHODS[run.method]!; // one of the form's values
      return make(
        "tr",
        {},
        make(
          "th",
          { scope: "row" },
          make("div", { className: "run" }, swatch(run), title, make("span", {}, chosen)),
        ),
        number(percent(evaluation.balancedAccuracy)),
        number(percent(rarest(run))),
      );
    }),
  );
}

/** A short piece of a run's line. */
function swatch(run: Run): SVGElement {
  const make = (name: string, attributes: Record<string, string>) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name) as SVGElement;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const { stroke, strokeDasharray } = lookOf(run);
  const size = { width: "24", height: "10", viewBox: "0 0 24 10" };
  const svg = make("svg", { class: "swatch", "aria-hidden": "true", ...size });
  svg.append(
    make("path", {
      d: "M0 5H24",
      "stroke-width": "2.5",
      stroke,
      "stroke-dasharray": strokeDasharray || "none",
    }),
  );
  return svg;
}

/** Mean recall of the three classes with the fewest labels, which come last. */
function rarest({ scores }: Run): number | null {
  const recalls = scores.at(-1)!.evaluation.perClassRecall.slice(-3); // it has some
  const known = recalls.filter((recall) => recall !== null);
  return known.length > 0 ? known.reduce((a, b) => a + b) / known.length : null;
}

function summary(run: Run): string {
  const { balancedAccuracy } = run.scores.at(-1)!.evaluation; // it has some
  return `balanced accuracy ${percent(balancedAccuracy)}, rarest three classes ${
    percent(rarest(run))
  }`;
}

function showPace(step: number, steps: number, milliseconds: number): void {
  byId<HTMLProgressElement>("progress").value = step / steps;
  const each = step > 0 ? milliseconds / step : 0;
  const left = Math.ceil(each * (steps - step) / 1000);
  byId("pace").textContent = step === 0
    ? "The first step takes longest: kernels are compiled."
    : `${step} of ${steps} steps, ${each.toFixed(each < 10 ? 1 : 0)} ms each` +
      (step < steps ? `, ${left} s left` : "");
}
