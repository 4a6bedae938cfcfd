import * as Plot from "@observablehq/plot";
import type { Calibration } from "../../core/training/metrics/evaluation.ts";
import { chart, lookOf } from "./chart.ts";
import { number, percent, whole } from "./format.ts";
import { type Markup, markup } from "./markup.ts";
import { evaluationOf, type Setting, spreadOfKnown } from "./settings.ts";
import { settingLabel } from "./tables.ts";

/** A bar of a reliability diagram: what predictions of about one confidence are worth. */
interface Bar {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Means over the bin's images. */
  readonly confidence: number;
  readonly accuracy: number;
}

/** Reliability diagrams, one a setting; its seeds' images are counted together. */
export function calibrationSection(settings: readonly Setting[]): Markup {
  const drawn = settings.flatMap((setting) => {
    const all = setting.runs.map((run) => evaluationOf(run)?.calibration)
      .filter((c) => c?.reliability !== undefined) as Calibration[];
    return all.length > 0 ? [reliabilityFigure(setting, all)] : [];
  });
  if (drawn.length === 0) {
    return markup`<p>No summary has the bars of a reliability diagram: they are there once a run has
ended, and in runs of this version or later.</p>`;
  }
  return markup`<div class="charts">${drawn}</div>`;
}

function reliabilityFigure(setting: Setting, all: readonly Calibration[]): Markup {
  const bars = barsOf(all);
  const mean = (pick: (c: Calibration) => number) => spreadOfKnown(all.map(pick))?.mean;
  const over = sum(bars, (bar) => bar.count * (bar.confidence - bar.accuracy));
  const says = `ECE ${percent(mean((c) => c.ece))}, largest gap ${
    percent(mean((c) => c.mce))
  }, Brier score ${number(mean((c) => c.brier))}, negative log-likelihood ${
    number(mean((c) => c.nll))
  }. On the whole ${over > 0 ? "more confident than right" : "more right than confident"}.`;
  const { color } = lookOf(setting), images = sum(bars, ({ count }) => count);
  const share = { percent: true, label: null } as const;
  const diagram = chart({
    height: 250,
    x: {
      domain: [0, 1],
      ticks: 5,
      tickFormat: (v: number) => `${Math.round(100 * v)}`,
      label: null,
    },
    y: { domain: [0, 100], grid: true, ticks: 5, ...share, tickFormat: (v: number) => `${v} %` },
    marks: [
      Plot.rectY(bars, {
        x1: "low",
        x2: "high",
        y: "accuracy",
        fill: color,
        fillOpacity: 0.3,
        insetLeft: 1,
        insetRight: 1,
        title: ({ count, confidence, accuracy }: Bar) =>
          `${whole(count)} images, confidence ${percent(confidence)}, right ${percent(accuracy)}`,
      }),
      Plot.line([[0, 0], [1, 1]], {
        stroke: "currentColor",
        strokeDasharray: "2 3",
        strokeWidth: 1,
      }),
      Plot.ruleX(bars, {
        x: "confidence",
        y1: "accuracy",
        y2: "confidence",
        stroke: color,
        strokeWidth: 2,
      }),
      Plot.dot(bars, { x: "confidence", y: "accuracy", fill: color, r: 3 }),
      Plot.text(["share that is right"], { frameAnchor: "top-left", dx: 6, dy: 2 }),
    ],
  }, `Reliability diagram of ${setting.name}: share of right predictions by confidence. ${says}`);
  const histogram = chart({
    height: 92,
    marginTop: 6,
    x: {
      domain: [0, 1],
      ticks: 5,
      tickFormat: (v: number) => `${Math.round(100 * v)}`,
      label: null,
    },
    y: {
      ...{ ticks: 2, ...share, tickFormat: (v: number) => `${v} %` },
      domain: [0, 130 * Math.max(...bars.map(({ count }) => count)) / images], // room for a word
    },
    marks: [
      Plot.rectY(bars, {
        x1: "low",
        x2: "high",
        y: ({ count }: Bar) => count / images,
        fill: "var(--bar)",
        insetLeft: 1,
        insetRight: 1,
      }),
      Plot.text(["images"], { frameAnchor: "top-left", dx: 6, dy: 2 }),
      Plot.text(["confidence, %"], { frameAnchor: "bottom", dy: 32 }),
    ],
  }, `How the ${whole(images)} predictions spread over the confidences.`);
  return markup`<figure><h3>${
    settingLabel(setting)
  }</h3>${diagram}${histogram}<figcaption>${says}</figcaption></figure>`;
}

/** Bars of several runs as one: images add up, means are weighed by them. Empty bins are left out. */
function barsOf(all: readonly Calibration[]): readonly Bar[] {
  const bins = all[0]!.bins; // one at least
  return Array.from({ length: bins }, (_, b) => {
    const parts = all.map(({ reliability: { count, confidence, accuracy } }) => ({
      count: count[b] ?? 0,
      confidence: confidence[b] ?? 0,
      accuracy: accuracy[b] ?? 0,
    }));
    const count = sum(parts, (part) => part.count);
    const mean = (key: "confidence" | "accuracy") =>
      sum(parts, (part) => part.count * part[key]) / count;
    const [low, high] = [b / bins, (b + 1) / bins];
    return { low, high, count, confidence: mean("confidence"), accuracy: mean("accuracy") };
  }).filter(({ count }) => count > 0);
}

function sum<T>(values: readonly T[], pick: (value: T) => number): number {
  return values.reduce((all, value) => all + pick(value), 0);
}
