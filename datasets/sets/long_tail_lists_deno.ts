import { BadInput } from "../../core/bad_input.ts";
import type { PartName } from "../images/dataset.ts";
import { readText } from "../store/locate_deno.ts";
import { filePart, type Planned, type PlanOptions } from "../store/pack/pack_plan.ts";
import { sourceKey } from "../store/source_key_deno.ts";
import { type ListedImage, parsePathList } from "./image_lists.ts";
import { infoOf } from "./set_info.ts";

/** Which list is which part, as the lists' repositories name them. */
const LISTS: Readonly<Record<string, readonly (readonly [part: PartName, file: string])[]>> = {
  "imagenet-lt": [
    ["train", "ImageNet_LT_train.txt"],
    ["test", "ImageNet_LT_test.txt"],
    ["valid", "ImageNet_LT_val.txt"],
  ],
  inaturalist2018: [
    ["train", "iNaturalist18_train.txt"],
    ["test", "iNaturalist18_val.txt"],
  ],
};

/**
 * Plans the packed store of ImageNet-LT or iNaturalist 2018: photographs that lists of paths and labels
 * pick out of the whole set, in the order of the lists. The validation list of iNaturalist is tested
 * on, as in all papers. A class is called what the folders above its images are.
 *
 * @throws {BadInput} If a list or an image is missing, a line of a list is malformed or has no label,
 *   or a class has no image to learn from.
 */
export async function planLongTailLists(options: PlanOptions): Promise<Planned> {
  const { name, folder, size } = options;
  const classes = infoOf(name).classes!; // both are in the table
  const parts = await Promise.all(
    LISTS[name]!.map(async ([part, file]) => { // as above
      const path = `${folder}/${file}`;
      const images = parsePathList(await readText(path, 1 << 27), { path, classes });
      const bare = images.find(({ label }) => label < 0);
      if (bare) throw new BadInput(`Cannot read ${path}: ${bare.path} has no label`);
      return { part, images };
    }),
  );
  const paths = parts.flatMap(({ images }) => images.map(({ path }) => path));
  return {
    classNames: namesOf(parts[0]!.images, { classes, folder }),
    key: await sourceKey(folder, paths, `${name} ${size}`, options),
    parts: parts.map(({ part, images }) =>
      filePart(part, images, {
        ...options,
        labeled: true,
        resolve: (path) => `${folder}/${path}`,
      })
    ),
  };
}

/** What each class is called: the folders between the first and the file of its first image. */
function namesOf(
  train: readonly ListedImage[],
  { classes, folder }: { readonly classes: number; readonly folder: string },
): string[] {
  const names = new Map<number, string>();
  for (const { path, label } of train) {
    if (!names.has(label)) names.set(label, path.split("/").slice(1, -1).join("/"));
  }
  const labels = new Map<string, number>();
  return Array.from({ length: classes }, (_, label) => {
    const name = names.get(label), twin = name && labels.get(name);
    if (name && twin !== undefined) {
      const both = `images of classes ${twin} and ${label} lie in '${name}'`;
      throw new BadInput(`Cannot read ${folder}: ${both}; a folder is a class`);
    }
    if (name) {
      labels.set(name, label);
      return name;
    }
    if (name === "") return `class ${label}`;
    throw new BadInput(
      `Cannot read ${folder}: its list of training images has none of class ${label}`,
    );
  });
}
