import { parseCifar } from "./cifar.ts";
import { cifar100Classes, cifar10Classes } from "./class_names.ts";
import type { Dataset } from "../images/dataset.ts";
import { joinImages, type LabeledImages } from "../formats/raw_images.ts";
import { findFolder, readWhole } from "../store/locate_deno.ts";
import { memoryDataset, type MemoryDatasetOptions } from "../images/memory_dataset.ts";

/** More than any file of the distribution has (153 MB), and little enough to hold. */
const LIMIT = 1 << 30;

/** Folder, files and constants of one of the two sets. */
interface Layout {
  readonly folder: string;
  readonly train: readonly string[];
  readonly test: string;
  readonly constants: Pick<MemoryDatasetOptions, "classNames" | "mean" | "std">;
}

const layouts: Readonly<Record<10 | 100, Layout>> = {
  10: {
    folder: "cifar-10-batches-bin",
    train: [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`),
    test: "test_batch.bin",
    constants: {
      classNames: cifar10Classes,
      mean: [0.4914, 0.4822, 0.4465],
      std: [0.2471, 0.2435, 0.2616],
    },
  },
  100: {
    folder: "cifar-100-binary",
    train: ["train.bin"],
    test: "test.bin",
    constants: {
      classNames: cifar100Classes,
      mean: [0.5071, 0.4867, 0.4408],
      std: [0.2675, 0.2565, 0.2761],
    },
  },
};

/**
 * Opens CIFAR-10 or CIFAR-100 from the files of the binary distribution.
 *
 * @param dataDir The folder of the files, or its parent.
 * @param classes 10 or 100.
 * @throws {BadInput} If a file is missing, cut off or damaged; the message names it.
 */
export async function openCifar(
  dataDir: string | undefined,
  classes: 10 | 100,
): Promise<Dataset> {
  const name = `cifar${classes}`;
  const { folder: inner, train, test, constants } = layouts[classes];
  const marker = train[0]!; // both layouts name their files
  const folder = await findFolder(dataDir, { name, inner: [inner], marker });
  const read = async (file: string): Promise<LabeledImages> => {
    const path = `${folder}/${file}`;
    return parseCifar(await readWhole(path, LIMIT), { classes, path });
  };
  const batches: LabeledImages[] = [];
  for (const file of train) batches.push(await read(file));
  return memoryDataset({
    name,
    size: 32,
    ...constants,
    train: joinImages(batches),
    test: await read(test),
  });
}
