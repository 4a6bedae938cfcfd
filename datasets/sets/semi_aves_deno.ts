import {
  filePart,
  type ImageFile,
  type Planned,
  type PlanOptions,
} from "../store/pack/pack_plan.ts";
import { readText } from "../store/locate_deno.ts";
import { sourceKey } from "../store/source_key_deno.ts";
import { parsePathList } from "./image_lists.ts";
import { BadInput } from "../../core/bad_input.ts";
import { infoOf } from "./set_info.ts";

/**
 * Plans the packed store of Semi-Aves: labeled images, unlabeled ones of the same classes or of
 * others too, and the test images, in the order of the lists.
 *
 * @throws {BadInput} If a list or an image is missing, or a line of a list is malformed.
 */
export async function planSemiAves(options: PlanOptions): Promise<Planned> {
  const { name, folder, size, unlabeled } = options;
  const classes = infoOf(name).classes!; // it is in the table
  const list = async (file: string): Promise<ImageFile[]> => {
    const path = `${folder}/${file}`;
    return parsePathList(await readText(path, 1 << 26), { path, classes });
  };
  const files = {
    train: await list("l_train_val.txt"),
    test: await list("test.txt"),
    unlabeled: await list(unlabeled === "in" ? "u_train_in.txt" : "u_train.txt"),
  };
  for (const part of ["train", "test"] as const) {
    const bare = files[part].find(({ label }) => label < 0);
    if (bare) throw new BadInput(`Cannot read ${folder}: ${bare.path} of ${part} has no label`);
  }
  const paths = Object.values(files).flat().map(({ path }) => path);
  const part = (name: "train" | "test" | "unlabeled") =>
    filePart(name, files[name], {
      ...options,
      labeled: files[name].every(({ label }) => label >= 0),
      resolve: (path) => `${folder}/${path}`,
    });
  return {
    classNames: Array.from({ length: classes }, (_, i) => `species ${i}`),
    key: await sourceKey(folder, paths, `${name} ${size} ${unlabeled}`, options),
    parts: [part("train"), part("test"), part("unlabeled")],
  };
}
