import { BadInput } from "../../core/bad_input.ts";
import {
  filePart,
  type ImageFile,
  type Planned,
  type PlanOptions,
} from "../store/pack/pack_plan.ts";
import { readText } from "../store/locate_deno.ts";
import { sourceKey } from "../store/source_key_deno.ts";
import { parseFoodList } from "./image_lists.ts";

/**
 * Plans the packed store of Food-101. Classes are numbered by name, samples follow the lists.
 *
 * @throws {BadInput} If a list or an image is missing, or the lists name different classes.
 */
export async function planFood101(options: PlanOptions): Promise<Planned> {
  const { name, folder, size } = options;
  const list = async (part: string) => {
    const path = `${folder}/meta/${part}.json`;
    return parseFoodList(await readText(path, 1 << 26), path);
  };
  const train = await list("train"), test = await list("test");
  const classNames = [...train.keys()].sort();
  const labels = new Map(classNames.map((name, i) => [name.normalize(), i]));
  const other = [...test.keys()].find((name) => !labels.has(name.normalize()));
  if (other !== undefined) {
    throw new BadInput(`Cannot read ${folder}: class '${other}' of the test list is not in train`);
  }
  const files = (lists: ReadonlyMap<string, readonly string[]>): ImageFile[] =>
    [...lists].flatMap(([name, ids]) => {
      const label = labels.get(name.normalize())!; // those of test were just looked up
      return ids.map((id) => ({ path: `images/${id}.jpg`, label }));
    });
  const parts = { train: files(train), test: files(test) };
  const paths = [...parts.train, ...parts.test].map(({ path }) => path);
  const part = (name: "train" | "test") =>
    filePart(name, parts[name], {
      ...options,
      labeled: true,
      resolve: (path) => `${folder}/${path}`,
    });
  return {
    classNames,
    key: await sourceKey(folder, paths, `${name} ${size}`, options),
    parts: [part("train"), part("test")],
  };
}
