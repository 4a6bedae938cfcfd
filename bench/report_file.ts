import { BadInput } from "../core/bad_input.ts";
import { reportText } from "./report_text.ts";
import type { Report } from "./report.ts";

/** Makes sure that a file can be written later, before a bench of many minutes. */
export async function checkWritable(path: string): Promise<void> {
  try {
    (await Deno.open(path, { append: true, create: true })).close();
  } catch (error) {
    throw new BadInput(
      `bench: cannot write ${path}: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** Writes the report as JSON. */
export async function writeReport(path: string, report: Report): Promise<void> {
  await Deno.writeTextFile(path, `${JSON.stringify(report, null, 2)}\n`);
}

/** Writes the report beside this file, for readers. */
export async function writeResults(report: Report): Promise<void> {
  const text = [
    "# Results of the bench",
    "",
    "Written by `deno task bench --write`; what is measured and how: see [README](README.md).",
    "",
    reportText(report),
    "",
  ].join("\n");
  await Deno.writeTextFile(new URL("RESULTS.md", import.meta.url), text);
}
