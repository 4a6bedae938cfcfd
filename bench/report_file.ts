import { BadInput } from "../core/bad_input.ts";
import { mergeResults } from "./merge_results.ts";
import { circumstances, sectionsOf } from "./report_text.ts";
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

/**
 * Puts the cases of the report into `RESULTS.md`, each with where and when it was measured; others
 * stay as they are.
 *
 * @param order Names of all cases.
 */
export async function writeResults(report: Report, order: readonly string[]): Promise<void> {
  const path = new URL("RESULTS.md", import.meta.url);
  const sections = sectionsOf(report).map(({ name, text }) => ({
    name,
    text: `${text}\n\n${circumstances(report)}`,
  }));
  await Deno.writeTextFile(path, mergeResults(await Deno.readTextFile(path), sections, order));
}
