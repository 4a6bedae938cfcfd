import type { PartName } from "../images/dataset.ts";
import type { PlannedPart } from "./pack_plan.ts";
import type { PlanOptions } from "../sets/plan_options.ts";

/** An image file: its path as the sources name it, and where it really is. */
export interface ImageFile {
  readonly path: string;
  readonly label: number;
}

/** A part of image files, decoded by workers. */
export function filePart(
  name: PartName,
  files: readonly ImageFile[],
  options: Pick<PlanOptions, "pool" | "size" | "info"> & {
    readonly labeled: boolean;
    resolve(path: string): string;
  },
): PlannedPart {
  const { pool, size, info: { fit = "cover" }, labeled, resolve } = options;
  return {
    name,
    images: files.length,
    labels: labeled ? Int32Array.from(files, ({ label }) => label) : null,
    async *produce(from) {
      const tasks = function* () {
        for (const { path } of files.slice(from)) yield { path: resolve(path), size, fit };
      };
      for await (const { bytes, error } of pool.decode(tasks())) {
        yield bytes ? { bytes } : { corrupt: error };
      }
    },
  };
}
