import { closest } from "fastest-levenshtein";
import { BadInput } from "../core/bad_input.ts";
import { openCifar } from "./sets/cifar_file.ts";
import type { Dataset } from "./dataset.ts";
import { syntheticDataset } from "./synthetic.ts";

/** Where and how {@link openDataset} opens a set. */
export interface OpenOptions {
  /** The folder of the set's files, or its parent. */
  readonly dataDir?: string | undefined;
  /** Height and width of the images, where the set has several; default: its own. */
  readonly size?: number | undefined;
}

/** A row of the registry. */
interface Entry {
  readonly sizes: readonly number[];
  open(options: OpenOptions): Promise<Dataset>;
}

const entries: Readonly<Record<string, Entry>> = {
  synthetic: { sizes: [32, 16], open: ({ size }) => syntheticDataset(size ? { size } : {}) },
  cifar10: { sizes: [32], open: ({ dataDir }) => openCifar(dataDir, 10) },
  cifar100: { sizes: [32], open: ({ dataDir }) => openCifar(dataDir, 100) },
};

/** Names of all data sets, as `list` prints them. */
export const datasetNames: readonly string[] = Object.keys(entries);

/**
 * Opens a data set by its name.
 *
 * @param name One of {@link datasetNames}.
 * @param options Its folder and image size.
 * @throws {BadInput} If the name is unknown, the folder does not hold the set, a file is damaged or
 *   the size is none of the set's.
 */
export function openDataset(name: string, options: OpenOptions = {}): Promise<Dataset> {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (!entry) {
    return Promise.reject(
      new BadInput(
        `There is no data set '${name}'; did you mean '${
          closest(name, datasetNames as string[])
        }'? ` +
          `Known: ${datasetNames.join(", ")}`,
      ),
    );
  }
  const { size } = options;
  if (size !== undefined && !entry.sizes.includes(size)) {
    return Promise.reject(
      new BadInput(
        `Cannot open data set '${name}' at ${size} px: it has ${entry.sizes.join(", ")} px`,
      ),
    );
  }
  return entry.open(options);
}
