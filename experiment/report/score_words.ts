import { shotGroups } from "../../core/training/metrics/shot_groups.ts";
import type { PseudoLabelSummary } from "../../core/training/metrics/pseudo_labels.ts";
import type { ReportedEvaluation } from "../network/network_words.ts";
import { percent, plural, whole } from "./format.ts";

/** A group of classes of similarly many labeled images. */
export interface ClassGroup {
  readonly name: "many" | "medium" | "few";
  /** Numbers of the classes. */
  readonly classes: readonly number[];
  /** Labeled images of its rarest and of its most frequent class. */
  readonly least: number;
  readonly most: number;
}

/** The customary groups of a run's classes; those that have none are left out. */
export function classGroups(labeled: readonly number[]): readonly ClassGroup[] {
  const groups = shotGroups(labeled);
  return (["many", "medium", "few"] as const).map((name) => {
    const counts = groups[name].map((c) => labeled[c]!); // numbers of classes
    return { name, classes: groups[name], least: Math.min(...counts), most: Math.max(...counts) };
  }).filter(({ classes }) => classes.length > 0);
}

/** What makes the groups, in words. */
export function groupRule(classes: number): string {
  return classes >= 1000
    ? "classes of more than 100, of 20 to 100, of fewer than 20 labeled images"
    : "thirds of the classes, by labeled images";
}

/**
 * Recall of each group, with what it is made of.
 *
 * @param labeled Labeled images of each class, in the order of the evaluation's lists.
 */
export function groupLines(
  evaluation: Pick<ReportedEvaluation, "many" | "medium" | "few">,
  labeled: readonly number[],
): string[] {
  const groups = classGroups(labeled);
  if (groups.length === 0) return [];
  return [
    `recall (${groupRule(labeled.length)})`,
    ...groups.map(({ name, classes, least, most }) => {
      const range = least === most ? whole(most) : `${whole(least)} to ${whole(most)}`;
      return `  ${name.padEnd(8)}${percent(evaluation[name]).padStart(8)}   ` +
        `${plural(classes.length, "class", "classes")} of ${range} labeled image${
          most === 1 ? "" : "s"
        }`;
    }),
  ];
}

/** What a run came to, as its last screen has it. */
export interface ScreenedRun {
  readonly evaluation: ReportedEvaluation | null;
  readonly pseudoLabels: PseudoLabelSummary | null;
  readonly classNames: readonly string[];
  /** Labeled images of each class. */
  readonly labeled: readonly number[];
}

/** How many of the worst classes are named. */
const WORST = 3;

/** Where a run is good and where it is not: groups of classes, the worst classes, pseudo-labels. */
export function tailLines(
  { evaluation, pseudoLabels, classNames, labeled }: ScreenedRun,
): string[] {
  const lines = evaluation ? groupLines(evaluation, labeled) : [];
  if (evaluation) {
    const known = evaluation.perClassRecall.map((recall, c) => ({ recall, c }))
      .filter(({ recall }) => recall !== null) as { recall: number; c: number }[];
    const worst = known.toSorted((a, b) => a.recall - b.recall).slice(0, WORST)
      .map(({ recall, c }) => `${classNames[c]} ${percent(recall)} (${whole(labeled[c])} labeled)`);
    lines.push(`worst classes  ${worst.join(", ")}`);
  }
  if (pseudoLabels) lines.push(pseudoLabelLine(pseudoLabels, labeled));
  return lines;
}

function pseudoLabelLine(
  { accuracy, maskRate, usedAccuracy, precision }: PseudoLabelSummary,
  labeled: readonly number[],
): string {
  const groups = classGroups(labeled).map(({ name, classes }) => {
    const known = classes.map((c) => precision[c] ?? null).filter((p) => p !== null);
    const mean = known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length;
    return `${name} ${percent(mean)}`;
  });
  const learned = usedAccuracy === null
    ? "none was learned"
    : `${percent(maskRate)} were learned, ${percent(usedAccuracy)} of these right`;
  return `pseudo-labels  ${percent(accuracy)} right; ${learned}; precision: ${groups.join(", ")}`;
}

/** Words that a shell takes for one. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/**
 * What to do next with a run, a command a line.
 *
 * @param dir Folder of the run.
 * @param algorithm Its stack.
 */
export function nextLines(dir: string, algorithm: string): string[] {
  const path = quoted(dir), [base = "", ...addons] = algorithm.split("+");
  const [other, why] = addons.length > 0
    ? [base, `what ${addons.join("+")} adds`]
    : base === "supervised"
    ? ["fixmatch", "what unlabeled images add"]
    : ["supervised", "what the labels alone are worth"];
  const rows: readonly (readonly [string, string])[] = [
    ["every score, class by class", `evaluate ${path}`],
    ["curves and confusion", `report ${path} --out report.html`],
    ["label your own images", `predict ${path} IMAGES… --out labels.csv`],
    [why, `train --config ${quoted(`${dir}/config.yaml`)} --algorithm ${other}`],
    ["the two side by side", `compare ${path} RUN`],
  ];
  const width = Math.max(...rows.map(([what]) => what.length));
  return [
    "next",
    ...rows.map(([what, command]) => `  ${what.padEnd(width)}  deno task ${command}`),
  ];
}
