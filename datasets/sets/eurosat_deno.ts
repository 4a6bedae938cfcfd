import {
  filePart,
  type ImageFile,
  type Planned,
  type PlanOptions,
} from "../store/pack/pack_plan.ts";
import { ImageTree } from "../store/image_tree_deno.ts";
import { sourceKey } from "../store/source_key_deno.ts";

/**
 * Plans the packed store of EuroSAT. It has no test set of its own: of each class, in the order of
 * file names, the first 80 % are for training, the rest for testing (ADELLO, USB).
 *
 * @throws {BadInput} If a folder holds no images.
 */
export async function planEurosat(options: PlanOptions): Promise<Planned> {
  const { name, folder, size } = options;
  const classes = await new ImageTree(folder).classFolders();
  const train: ImageFile[] = [], test: ImageFile[] = [];
  for (const [label, { paths }] of classes.entries()) {
    const cut = Math.floor(0.8 * paths.length);
    paths.forEach((path, i) => (i < cut ? train : test).push({ path, label }));
  }
  const paths = [...train, ...test].map(({ path }) => path);
  const rest = { ...options, labeled: true, resolve: (path: string) => `${folder}/${path}` };
  return {
    classNames: classes.map(({ name }) => name),
    key: await sourceKey(folder, paths, `${name} ${size}`, options),
    parts: [filePart("train", train, rest), filePart("test", test, rest)],
  };
}
