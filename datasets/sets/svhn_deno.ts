import { type Planned, type PlanOptions, rawPart } from "../store/pack/pack_plan.ts";
import { sourceKey } from "../store/source_key_deno.ts";
import { svhnClasses } from "./class_names.ts";
import { readSvhn } from "./svhn.ts";

/**
 * Plans the packed store of SVHN.
 *
 * @throws {BadInput} If a file is missing or damaged.
 */
export async function planSvhn({ name, folder, size, open }: PlanOptions): Promise<Planned> {
  const files = ["train_32x32.mat", "test_32x32.mat"];
  const key = await sourceKey(folder, files, `${name} ${size}`);
  const part = async (part: "train" | "test") => {
    const images = await readSvhn(open(`${folder}/${part}_32x32.mat`));
    return rawPart(part, images, { labels: images.labels, size });
  };
  return { classNames: svhnClasses, key, parts: [await part("train"), await part("test")] };
}
