import { BadInput } from "../../../core/bad_input.ts";
import { objectLayer } from "../../config/layers.ts";
import { publishedScores } from "../../published/experiments.ts";
import { reportPage } from "../../report/page.ts";
import { readRuns } from "../../report/read_runs_deno.ts";
import type { ReadRun } from "../../run/read_run_deno.ts";
import { TABLE_FORMS } from "../../tables/render_table.ts";
import { resultTable, type TabledRun } from "../../tables/result_table.ts";
import { measuresOf } from "../../tables/scores.ts";
import { reportImages } from "./report_images_deno.ts";
import { userPath, writeUserFile } from "../user_files_deno.ts";

/** Flags of `report`. */
export interface ReportFlags {
  /** Where the page goes. */
  readonly out?: string;
  /** Whether it shows the hardest test images. */
  readonly images?: boolean;
  readonly quiet?: boolean;
  readonly plugin?: readonly string[];
  /** A form of {@linkcode TABLE_FORMS}. */
  readonly table?: string;
  /** Its columns of scores, by comma. */
  readonly metrics?: string;
}

/** `report DIR…`: what runs have come to, side by side. */
export async function reportCommand(dirs: readonly string[], flags: ReportFlags): Promise<void> {
  const { table, out, images = false, metrics } = flags;
  if (table === undefined && out === undefined) {
    throw new BadInput("report takes --out FILE.html, or --table markdown, csv or latex");
  }
  if (images && out === undefined) {
    throw new BadInput("--images go into a page: give --out FILE.html");
  }
  const form = table === undefined ? undefined : formOf(table);
  if (metrics !== undefined && !form) {
    throw new BadInput("--metrics are columns of a table: give --table markdown, csv or latex");
  }
  const measures = metrics === undefined ? {} : { measures: measuresOf(metrics.split(",")) };
  if (out !== undefined && !/\.html?$/i.test(out)) {
    throw new BadInput(`A report is a page of HTML, not ${out}: give --out FILE.html`);
  }
  const runs = await readRuns(dirs.map(userPath));
  if (form) {
    const options = { published: publishedScores, ...measures };
    console.log(form(resultTable(runs.map(tabled), options)).trimEnd());
  }
  if (out === undefined) return;
  const path = userPath(out);
  const hardest = images ? await reportImages(runs.map((run) => run.path), flags) : [];
  await writeUserFile(path, reportPage(runs, { hardest }));
  console.log(path);
}

function formOf(table: string): (typeof TABLE_FORMS)[string] {
  const form = Object.hasOwn(TABLE_FORMS, table) ? TABLE_FORMS[table] : undefined;
  if (form) return form;
  throw new BadInput(`--table is '${table}': give ${Object.keys(TABLE_FORMS).join(", ")}`);
}

/** A run as a table takes it. */
export function tabled({ config, summary }: ReadRun): TabledRun {
  const options = objectLayer(config, "config.yaml").map(({ key, value }) => [key, value]);
  return { options: Object.fromEntries(options), summary };
}
