import type { ReadRun } from "../run/read_run_deno.ts";
import { calibrationSection } from "./calibration.ts";
import { classesSection, confusionSection } from "./classes.ts";
import { curvesSection } from "./curves.ts";
import { list, percent, plural } from "./format.ts";
import { hardestSection, type Thumbnail } from "./hardest.ts";
import { Markup, markup } from "./markup.ts";
import { SCRIPT } from "./script.ts";
import { evaluationOf, type Setting, settingsOf, spreadOfKnown } from "./settings.ts";
import { STYLE } from "./style.ts";
import { optionsSection, runsTable, seedsTable, settingLabel } from "./tables.ts";
import { hasPriors, hasPseudoLabels, priorsSection, pseudoLabelsSection } from "./unlabeled.ts";

/** What else {@linkcode reportPage} is told. */
export interface ReportOptions {
  /** The day to write into its foot; today by default. */
  readonly made?: Date;
  /** Test images that runs find hard, by data set; none by default. */
  readonly hardest?: readonly (readonly Thumbnail[])[];
}

/** A part of the page. */
interface Section {
  readonly id: string;
  /** Its heading. */
  readonly title: string;
  /** Its name in the row of links. */
  readonly link: string;
  /** What is to be seen, in a sentence. */
  readonly says: string;
  readonly content: Markup | null;
  /** The settings whose lines and dots stand in it. */
  readonly legend?: readonly Setting[];
}

/**
 * A report of runs as one HTML page that fetches nothing: what was run, curves over each other, recall
 * by class beside labeled counts, confusion, calibration, estimated priors against the truth, quality of
 * pseudo-labels, and the options that differ. Runs that differ by their seed alone are one setting, whose
 * lines are means.
 *
 * @param runs One or more, finished or not.
 */
export function reportPage(
  runs: readonly ReadRun[],
  { made = new Date(), hardest = [] }: ReportOptions = {},
): string {
  const settings = settingsOf(runs);
  const sections = sectionsOf(settings, hardest).filter(({ content }) => content !== null);
  const title = titleOf(settings);
  const parts = sections.map(({ id, title, says, content, legend = [] }) =>
    markup`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
<p>${says}</p>${legendOf(legend)}${content}
</section>
`
  );
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="longtail">
<link rel="icon" href="data:,">
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header>
<div class="top"><h1>${title}</h1><button type="button" class="theme" hidden></button></div>
<p class="lead">${leadOf(settings)}</p>
</header>
<nav aria-label="Parts of the report"><ul>${
    sections.map(({ id, link }) => markup`<li><a href="#${id}">${link}</a></li>`)
  }</ul></nav>
<main>
${parts}</main>
<footer>Made by longtail on ${made.toISOString().slice(0, 10)} from ${
    plural(runs.length, "run folder")
  }. Rates are of the test images unless something else is said.</footer>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}

function sectionsOf(
  settings: readonly Setting[],
  hardest: readonly (readonly Thumbnail[])[],
): readonly Section[] {
  const seeds = settings.some(({ runs }) => runs.length > 1);
  return [
    {
      id: "runs",
      title: "What was run",
      link: "Runs",
      says: "Scores are those of each run's last evaluation. Many, medium and few are the " +
        "classes by labeled images: thirds, from 1,000 classes on more than 100, 20 to 100 and fewer " +
        "than 20. Tables sort by a click on a heading.",
      content: runsTable(settings),
    },
    {
      id: "seeds",
      title: "Mean over seeds",
      link: "Seeds",
      says:
        "Mean ± sample standard deviation over runs that differ by their seed alone, by the rules " +
        "that papers report by. The best on the test images is chosen by them: it flatters.",
      content: seedsTable(settings),
    },
    {
      id: "curves",
      title: "Curves",
      link: "Curves",
      says: `Over training steps.${
        seeds ? " Thin lines are seeds, the thick one is their mean." : ""
      }`,
      content: curvesSection(settings),
      legend: settings,
    },
    {
      id: "classes",
      title: "Classes",
      link: "Classes",
      says: "From the class of the most labeled images to that of the fewest.",
      content: classesSection(settings),
      legend: settings,
    },
    {
      id: "confusion",
      title: "Confusion",
      link: "Confusion",
      says:
        "What images of each class are taken for, in percent of the class: a dark diagonal is good.",
      content: confusionSection(settings),
    },
    {
      id: "calibration",
      title: "Calibration",
      link: "Calibration",
      says:
        "How often predictions of a confidence are right. Bars on the dashed line can be taken at " +
        "their word; the upright stroke is the gap.",
      content: calibrationSection(settings),
    },
    {
      id: "hardest",
      title: "Hardest test images",
      link: "Images",
      says: "To whose true class the runs give the least probability.",
      content: hardestSection(hardest),
    },
    {
      id: "priors",
      title: "Estimated class shares",
      link: "Priors",
      says:
        "What methods took the shares of the classes to be, beside what they are among the unlabeled " +
        "images (for a state called prior, among all images), which no method sees. The distance is " +
        "the share of images that would have to change class for both to agree.",
      content: priorsSection(settings),
      legend: settings.filter(hasPriors),
    },
    {
      id: "pseudo-labels",
      title: "Pseudo-labels",
      link: "Pseudo-labels",
      says: "By class, held against the labels that training does not see.",
      content: pseudoLabelsSection(settings),
      legend: settings.filter(hasPseudoLabels),
    },
    {
      id: "options",
      title: "Options",
      link: "Options",
      says: "What sets the settings apart.",
      content: optionsSection(settings),
    },
  ];
}

function legendOf(settings: readonly Setting[]): Markup | null {
  if (settings.length < 2) return null;
  return markup`<ul class="legend" aria-label="Settings">${
    settings.map((setting) => markup`<li>${settingLabel(setting)}</li>`)
  }</ul>`;
}

function titleOf(settings: readonly Setting[]): string {
  const runs = settings.flatMap(({ runs }) => runs);
  const data = [...new Set(runs.map(({ config }) => String(config.dataset)))];
  return runs.length === 1
    ? `${settings[0]!.name} on ${data[0]}` // a run is of a setting
    : `${plural(runs.length, "run")} on ${list(data)}`;
}

/** The report in two sentences. */
function leadOf(settings: readonly Setting[]): Markup {
  const ranked = settings.map((setting) => ({
    setting,
    spread: spreadOfKnown(setting.runs.map((run) => evaluationOf(run)?.balancedAccuracy)),
  })).filter(({ spread }) => spread !== null).sort((a, b) => b.spread!.mean - a.spread!.mean);
  const best = ranked[0], worst = ranked[ranked.length - 1];
  if (!best || !worst) return markup`No evaluation yet.`;
  const score = ({ setting, spread }: typeof best) =>
    markup`<b>${setting.name}</b> (${percent(spread!.mean)}${
      spread!.n > 1 ? `, mean of ${spread!.n} seeds` : ""
    })`;
  if (best === worst) {
    return markup`Balanced accuracy ${percent(best.spread!.mean)}${
      best.spread!.n > 1 ? `, mean of ${best.spread!.n} seeds` : ""
    }.`;
  }
  return markup`Highest balanced accuracy of ${plural(ranked.length, "setting")}: ${score(best)};
lowest: ${score(worst)}.`;
}
