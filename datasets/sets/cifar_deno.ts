import { BadInput } from "../../core/bad_input.ts";
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
  /** Images that a file of the distribution has; smaller sets of the same form are taken too. */
  readonly images: { readonly train: number; readonly test: number };
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
    images: { train: 10_000, test: 10_000 },
  },
  cifar100: {
    classes: 100,
    classNames: cifar100Classes,
    train: ["train.bin"],
    test: "test.bin",
    images: { train: 50_000, test: 10_000 },
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
  const { classes, classNames, train, test, images } = layouts[name];
  const { folders, mean, std } = infoOf(name);
  const folder = await findFolder(dataDir, { name, inner: folders, marker: train[0] });
  const read = async (file: string): Promise<LabeledImages> => {
    const path = `${folder}/${file}`;
    return parseCifar(await readWhole(path, LIMIT), { classes, path });
  };
  const batches: LabeledImages[] = [];
  for (const file of train) batches.push(await read(file));
  const tested = await read(test);
  requireWhole(folder, [
    ...batches.map(({ labels }, i) => ({ file: train[i]!, has: labels.length, due: images.train })), // one each
    { file: test, has: tested.labels.length, due: images.test },
  ]);
  return memoryDataset({
    name,
    size: 32,
    classNames,
    mean,
    std,
    train: joinImages(batches),
    test: tested,
  });
}

/**
 * Refuses a file that was cut off at the end of a record: shorter than published, beside one that is
 * not.
 */
function requireWhole(
  folder: string,
  files: readonly { readonly file: string; readonly has: number; readonly due: number }[],
): void {
  const whole = files.find(({ has, due }) => has === due);
  const cut = files.find(({ has, due }) => has !== due);
  if (!whole || !cut) return;
  throw new BadInput(
    `Cannot read ${folder}/${cut.file}: it has ${cut.has} images, expected ${cut.due} as ${whole.file} ` +
      "has what it is to have; the file is cut off, get it again",
  );
}
