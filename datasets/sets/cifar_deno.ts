import { parseCifar } from "./cifar.ts";
import { cifar100Classes, cifar10Classes } from "./class_names.ts";
import type { Dataset } from "../images/dataset.ts";
import { joinImages, type LabeledImages } from "../formats/raw_images.ts";
import { findFolder, readWhole } from "../store/locate_deno.ts";
import { memoryDataset } from "../images/memory_dataset.ts";
import { infoOf } from "./set_info.ts";

/** More than any file of the distribution has (153 MB), and little enough to hold. */
const LIMIT = 1 << 30;

/** Classes and files of one of the two sets. */
interface Layout {
  readonly classes: 10 | 100;
  readonly classNames: readonly string[];
  readonly train: readonly [string, ...string[]];
  readonly test: string;
}

const layouts: Readonly<Record<"cifar10" | "cifar100", Layout>> = {
  cifar10: {
    classes: 10,
    classNames: cifar10Classes,
    train: [
      "data_batch_1.bin",
      "data_batch_2.bin",
      "data_batch_3.bin",
      "data_batch_4.bin",
      "data_batch_5.bin",
    ],
    test: "test_batch.bin",
  },
  cifar100: {
    classes: 100,
    classNames: cifar100Classes,
    train: ["train.bin"],
    test: "test.bin",
  },
};

/**
 * Opens CIFAR-10 or CIFAR-100 from the files of the binary distribution.
 *
 * @param dataDir The folder of the files, or its parent.
 * @throws {BadInput} If a file is missing, cut off or damaged; the message names it.
 */
export async function openCifar(
  name: "cifar10" | "cifar100",
  dataDir: string | undefined,
): Promise<Dataset> {
  const { classes, classNames, train, test } = layouts[name];
  const { folders, mean, std } = infoOf(name);
  const folder = await findFolder(dataDir, { name, inner: folders, marker: train[0] });
  const read = async (file: string): Promise<LabeledImages> => {
    const path = `${folder}/${file}`;
    return parseCifar(await readWhole(path, LIMIT), { classes, path });
  };
  const batches: LabeledImages[] = [];
  for (const file of train) batches.push(await read(file));
  return memoryDataset({
    name,
    size: 32,
    classNames,
    mean,
    std,
    train: joinImages(batches),
    test: await read(test),
  });
}
