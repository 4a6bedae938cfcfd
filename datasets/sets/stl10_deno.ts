import { type Planned, type PlanOptions, rawPart } from "../store/pack/pack_plan.ts";
import { sourceKey } from "../store/source_key_deno.ts";
import { stl10Classes } from "./class_names.ts";
import { stl10Images, stl10Labels } from "./stl10.ts";

const FILES = ["train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin", "unlabeled_X.bin"];

/**
 * Plans the packed store of STL-10.
 *
 * @throws {BadInput} If a file is missing or damaged.
 */
export async function planStl10({ name, folder, size, open }: PlanOptions): Promise<Planned> {
  const part = (part: "train" | "test") => {
    const images = stl10Images(open(`${folder}/${part}_X.bin`));
    const labels = stl10Labels(open(`${folder}/${part}_y.bin`), images.images);
    return rawPart(part, images, { labels, size });
  };
  return {
    classNames: stl10Classes,
    key: await sourceKey(folder, FILES, `${name} ${size}`),
    parts: [
      part("train"),
      part("test"),
      rawPart("unlabeled", stl10Images(open(`${folder}/unlabeled_X.bin`)), { labels: null, size }),
    ],
  };
}
