import { BadInput } from "../../core/bad_input.ts";
import type { Dataset } from "../images/dataset.ts";
import { writePng } from "./inspect_deno.ts";
import type { Views } from "../views/view_spec.ts";
import { viewSheet, type ViewSheetOptions } from "./view_sheet.ts";

/**
 * Writes a contact sheet of originals and augmented views as a PNG.
 *
 * @param path Where it goes; ends in `.png`.
 * @throws {BadInput} If it is no PNG or cannot be written.
 */
export async function writeViewSheet(
  path: string,
  dataset: Dataset,
  { views, ...options }: ViewSheetOptions & {
    readonly views: Pick<Views, "labeled" | "weak" | "strong">;
  },
): Promise<void> {
  if (!/\.png$/i.test(path)) {
    throw new BadInput(`Cannot write ${path}: a contact sheet is a PNG, so end its name in .png`);
  }
  await writePng(path, await viewSheet(dataset, views, options));
}
