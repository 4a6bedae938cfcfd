import { BadInput } from "../../core/bad_input.ts";
import {
  filePart,
  type ImageFile,
  type Planned,
  type PlanOptions,
} from "../store/pack/pack_plan.ts";
import { ImageTree } from "../store/image_tree_deno.ts";
import { exists, readText } from "../store/locate_deno.ts";
import { resolvePath, sourceKey } from "../store/source_key_deno.ts";
import { parseCsvList } from "./image_lists.ts";

const LABELED = ["train", "test", "valid"] as const;

/** All parts, and the lists that may stand for them. */
const PARTS = [...LABELED, "unlabeled"] as const;

/** Images of a part and the name of each one's class. */
type Named = readonly { readonly path: string; readonly label: string }[];

/**
 * Plans the packed store of a user's own images: `train/<class>/*`, and if there are
 * `test/<class>/*`, `valid/<class>/*` and `unlabeled/**`; or, for any part, a list `PART.csv` in place of its
 * folder. Classes are those of the train part, in the order of their names.
 *
 * @throws {BadInput} If train is missing, a class has no image, or test knows other classes.
 */
export async function planFolder(options: PlanOptions): Promise<Planned> {
  const { name, folder, size } = options;
  const named = new Map<typeof LABELED[number], Named>();
  const tree = new ImageTree(folder);
  for (const part of LABELED) {
    const images = await labeledPart(tree, part);
    if (images) named.set(part, images);
    else if (part === "train") {
      throw new BadInput(
        `Cannot open ${folder} as a folder of images: it has neither ${part}/<class>/ nor ` +
          `${part}.csv`,
      );
    }
  }
  // Systems compose letters and accents differently; a name is shown as it is on disk. The loop
  // above has made sure of train.
  const onDisk = new Map<string, string>();
  for (const { label } of named.get("train")!) {
    if (!onDisk.has(label.normalize())) onDisk.set(label.normalize(), label);
  }
  const classNames = [...onDisk.values()].sort();
  const labels = new Map(classNames.map((name, i) => [name.normalize(), i]));
  const resolve = (path: string) => resolvePath(folder, path);
  const paths: string[] = [];
  const parts = [...named].map(([part, images]) => {
    const files = images.map(({ path, label: name }): ImageFile => {
      const label = labels.get(name.normalize());
      if (label === undefined) {
        throw new BadInput(`Cannot read ${folder}: class '${name}' of ${part} is not in train`);
      }
      return { path, label };
    });
    for (const { path } of files) paths.push(path);
    return filePart(part, files, { ...options, labeled: true, resolve });
  });
  const unlabeled = await unlabeledPart(tree);
  if (unlabeled.length > 0) {
    const files = unlabeled.map((path) => ({ path, label: -1 }));
    parts.push(filePart("unlabeled", files, { ...options, labeled: false, resolve }));
    for (const path of unlabeled) paths.push(path);
  }
  const settings = JSON.stringify([name, size, classNames, parts.map((p) => [p.name, p.images])]);
  const notes = [...await unread(tree, paths), ...repeated(named)];
  return { classNames, parts, key: await sourceKey(folder, paths, settings, options), notes };
}

/** What is said of files that nothing asks for, but that somebody may have meant to be read. */
async function unread(tree: ImageTree, paths: readonly string[]): Promise<string[]> {
  const notes: string[] = [];
  const [first, ...others] = tree.others;
  if (first !== undefined) {
    notes.push(`No .jpg, .jpeg or .png, and left out: ${tree.root}/${first}${more(others.length)}`);
  }
  const known: ReadonlySet<string> = new Set(PARTS.flatMap((part) => [part, `${part}.csv`]));
  const listed = new Set(paths.map((path) => path.slice(0, path.indexOf("/"))));
  for (const { name, isFolder } of await tree.top()) {
    if (known.has(name) || listed.has(name) || !(isFolder || name.endsWith(".csv"))) continue;
    notes.push(`${tree.root}/${name} is not read: the parts are ${PARTS.join(", ")}`);
  }
  return notes;
}

/** What is said of images that are in two parts, or twice in one with two labels. */
function repeated(named: ReadonlyMap<string, Named>): string[] {
  const notes: string[] = [];
  const seen = new Map<string, { readonly part: string; readonly label: string }>();
  const counts = new Map<string, { readonly example: string; images: number }>();
  for (const [part, images] of named) {
    for (const { path, label } of images) {
      const before = seen.get(path);
      if (!before) {
        seen.set(path, { part, label });
        continue;
      }
      if (before.part === part && before.label === label) continue;
      const what = before.part === part
        ? `in ${part} with two labels`
        : `in ${before.part} and in ${part}`;
      const count = counts.get(what) ?? { example: path, images: 0 };
      count.images++;
      counts.set(what, count);
    }
  }
  for (const [what, { example, images }] of counts) {
    notes.push(`Listed ${what}: ${example}${more(images - 1)}`);
  }
  return notes;
}

function more(count: number): string {
  return count === 0 ? "" : ` and ${count} more`;
}

async function labeledPart(tree: ImageTree, part: string): Promise<Named | undefined> {
  const { root } = tree, list = `${root}/${part}.csv`;
  if (await exists(list)) {
    const text = await readText(list, 1 << 28);
    return parseCsvList(text, { path: list, labeled: true });
  }
  if (!await exists(`${root}/${part}`)) return undefined;
  return (await tree.classFolders(part)).flatMap(({ name, paths }) =>
    paths.map((path) => ({ path, label: name }))
  );
}

async function unlabeledPart(tree: ImageTree): Promise<string[]> {
  const { root } = tree, list = `${root}/unlabeled.csv`;
  if (await exists(list)) {
    const text = await readText(list, 1 << 28);
    return parseCsvList(text, { path: list, labeled: false }).map(({ path }) => path);
  }
  return await exists(`${root}/unlabeled`) ? await tree.imagesBelow("unlabeled") : [];
}
