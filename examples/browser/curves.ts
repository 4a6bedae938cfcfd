import * as Plot from "@observablehq/plot";
import { percent } from "./elements.ts";
import type { Run } from "./runs.ts";

/** A value after so many steps. */
interface Point {
  readonly step: number;
  readonly value: number;
}

/** A line and what it is called. */
interface Line {
  readonly name: string;
  readonly points: readonly Point[];
  readonly look: Plot.LineYOptions;
}

/** Colours of the style sheet, `--c0` to `--c5`, and dashes for runs beyond them. */
const COLORS = 6;
const DASHES = ["", "6 3", "2 2.5", "8 3 2 3"];

/** How the line of a run looks, in the chart and in the table of runs. */
export function lookOf(
  { index }: Run,
): { readonly stroke: string; readonly strokeDasharray: string } {
  return {
    stroke: `var(--c${index % COLORS})`,
    strokeDasharray: DASHES[Math.floor(index / COLORS) % DASHES.length]!, // inside the list
  };
}

/**
 * Draws the curves of all runs, and what the last one logs, anew.
 *
 * @param chosen Steps of the run that is chosen.
 */
export function drawCurves(runs: readonly Run[], chosen: number): void {
  const end = Math.max(chosen || 1, ...runs.map(({ steps }) => steps));
  const last = runs.at(-1);
  const a = { stroke: "var(--c0)" }, b = { stroke: "var(--c1)", strokeDasharray: "6 3" };
  const logged = (name: string, pick: (row: Run["log"][number]) => number | null | undefined) => ({
    name,
    points: pointsOf(last?.log ?? [], pick),
  });
  draw("accuracy", {
    lines: runs.map((run) => ({
      name: `run ${run.index + 1}`,
      points: run.scores.map(({ step, evaluation: { balancedAccuracy: value } }) => ({
        step,
        value,
      })),
      look: { ...lookOf(run), strokeWidth: run === last ? 2.5 : 1.5 },
    })),
    end,
    share: true,
  });
  draw("loss", {
    lines: [
      { ...logged("labeled", ({ loss }) => loss["labeled"]), look: a },
      { ...logged("unlabeled", ({ loss }) => loss["unlabeled"]), look: b },
    ],
    end: last?.steps ?? end,
    share: false,
  });
  draw("pseudo", {
    lines: [
      { ...logged("used", ({ pseudoLabels }) => pseudoLabels?.maskRate), look: a },
      { ...logged("right", ({ pseudoLabels }) => pseudoLabels?.usedAccuracy), look: b },
    ],
    end: last?.steps ?? end,
    share: true,
  });
}

function pointsOf(
  rows: Run["log"],
  pick: (row: Run["log"][number]) => number | null | undefined,
): readonly Point[] {
  return rows.flatMap((row) => {
    const value = pick(row);
    return typeof value === "number" ? [{ step: row.step, value }] : [];
  });
}

/** Draws a chart into its place; colours are variables of the style sheet. */
function draw(
  place: string,
  { lines, end, share }: {
    readonly lines: readonly Line[];
    readonly end: number;
    readonly share: boolean;
  },
): void {
  const seen = lines.filter(({ points }) => points.length > 0);
  const top = Math.max(1, ...seen.flatMap(({ points }) => points.map(({ value }) => value)));
  const svg = Plot.plot({
    width: 360,
    height: 210,
    marginTop: 10,
    marginRight: 12,
    marginBottom: 30,
    marginLeft: 40,
    style: { fontSize: "12px", fontFamily: "inherit", background: "none" },
    x: { domain: [0, end], label: null, ticks: 4, tickSize: 0 },
    y: {
      domain: [0, share ? 1 : top],
      label: null,
      ticks: 5,
      tickSize: 0,
      tickFormat: share ? (value: number) => `${Math.round(100 * value)} %` : "~g",
    },
    marks: [
      Plot.gridY({ stroke: "var(--line)", strokeOpacity: 1, ticks: 5 }),
      ...seen.map(({ points, look }) =>
        Plot.lineY(points, { x: "step", y: "value", strokeWidth: 2, ...look })
      ),
      ...seen.map(({ points, look }) =>
        Plot.dot(points.slice(-1), { x: "step", y: "value", r: 3, fill: look.stroke as string })
      ),
    ],
  });
  const latest = seen.map(({ name, points }) => {
    const { step, value } = points.at(-1)!; // it has some
    return `${name} ${share ? percent(value) : value.toPrecision(3)} at step ${step}`;
  });
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", latest.join(", ") || "nothing yet");
  svg.querySelector("style")?.remove();
  for (const part of svg.querySelectorAll("g")) part.removeAttribute("aria-label");
  document.querySelector(`[data-chart="${place}"] .plot`)!.replaceChildren(svg); // the page has three
}
