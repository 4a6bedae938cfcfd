import { BadInput } from "../../core/bad_input.ts";
import { objectLayer } from "../config/layers.ts";
import { type ReadRun, readRun } from "../run/read_run_deno.ts";
import { TABLE_FORMS } from "../tables/render_table.ts";
import { type FindPublished, resultTable } from "../tables/result_table.ts";
import { userPath } from "./user_files_deno.ts";

/** Flags of `report`. */
export interface ReportFlags {
  /** A form of {@linkcode TABLE_FORMS}. */
  readonly table?: string;
}

/** What published tables say of a row. */
const published: FindPublished = () => [];

/** `report DIR…`: what runs have come to, side by side. */
export async function reportCommand(dirs: readonly string[], flags: ReportFlags): Promise<void> {
  const { table } = flags;
  if (table === undefined) {
    throw new BadInput("report takes --table markdown, csv or latex");
  }
  const form = Object.hasOwn(TABLE_FORMS, table) ? TABLE_FORMS[table] : undefined;
  if (!form) {
    throw new BadInput(`--table is '${table}': give ${Object.keys(TABLE_FORMS).join(", ")}`);
  }
  const runs: ReadRun[] = [];
  for (const dir of dirs) runs.push(await readRun(userPath(dir)));
  console.log(form(resultTable(runs.map(tabled), { published })).trimEnd());
}

function tabled({ config, summary }: ReadRun) {
  const options = objectLayer(config, "config.yaml").map(({ key, value }) => [key, value]);
  return { options: Object.fromEntries(options), summary };
}
