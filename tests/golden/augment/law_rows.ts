import { drawViews } from "../../../datasets/views/augment.ts";
import type { Views, ViewSpec } from "../../../datasets/views/view_spec.ts";
import {
  type ReadProgram,
  readPrograms,
  type ReadStep,
} from "../../../datasets/views/programs/read_programs.ts";
import { publishedViews } from "../../../datasets/views/published/published_views.ts";
import { OPERATIONS } from "../../../kernels/augment/program.ts";
import type { Device } from "../../../core/autograd/device.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { type Counts, misfit } from "./frequencies.ts";

/** Rows that are drawn: a share that is off by a hundredth is noticed. */
export const ROWS = 20_000;

/** What the checks of one system share. */
export interface Law {
  readonly c: GoldenCase;
  readonly check: Check;
  readonly device: Device;
  readonly system: string;
  readonly dataset: string;
}

/** The views of a system, of `size` pixels, and the size of the images they take. */
export function viewsFor(
  { system, dataset }: Pick<Law, "system" | "dataset">,
  size: number,
): { readonly views: Views; readonly from: number } {
  const half = [0.5, 0.5, 0.5] as const;
  const make = (from: number) =>
    publishedViews(system, { dataset, size: from, mean: half, std: half });
  // Food-101's views are seven eighths of the image.
  const from = dataset === "food101" ? Math.ceil(size * 8 / 7) : size;
  return { views: make(from), from };
}

/** What is drawn for many rows of a view on images of `size` pixels. */
export async function drawRows(
  device: Device,
  spec: ViewSpec,
  { size, rows = ROWS, name }: {
    readonly size: number;
    readonly rows?: number;
    readonly name: string;
  },
): Promise<ReadProgram[]> {
  const images = device.tensor(new Uint8Array(size * size * 3), [1, size, size, 3], "u8");
  const program = drawViews(images, [{ spec, name }], { seed: 11, step: 3, n: rows });
  return readPrograms(await device.read(program), program.shape[1]!); // rows of words
}

/** The steps of a row that RandAugment drew. */
export function operationsOf({ steps }: ReadProgram): ReadStep[] {
  return steps.filter(({ operation }) => operation !== null);
}

/** The operation that a fixture calls `ShearX` or `CutoutAbs`. */
export function operationNamed(name: string): string {
  const found = OPERATIONS.find((o) => o.toLowerCase() === name.replace(/Abs$/, "").toLowerCase());
  if (!found) throw new ReferenceError(`There is no operation '${name}'`);
  return found;
}

/** Compares how often outcomes came with how often they should. */
export function fits({ check, system }: Law, name: string, counts: Counts, law: Counts): void {
  const why = misfit(counts, law);
  check.that(`${system}/${name}`, why === null, why ?? "");
}
