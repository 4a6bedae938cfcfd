import { BadInput } from "../../core/bad_input.ts";

/** Images of one class folder. */
export interface ClassFolder {
  readonly name: string;
  /** Below the root, in the order of their names. */
  readonly paths: readonly string[];
}

/** Images that would be left out without a word. */
const OTHER_IMAGES = /\.(avif|bmp|gif|heic|jfif|jp2|jxl|p[gpn]m|svg|tiff?|webp)$/i;

/** Folders nested deeper than this are refused. */
const MAX_DEPTH = 32;

/**
 * The classes of a folder: each folder in it is one, in the order of their names.
 *
 * @param root Where paths start from.
 * @param below The folder, below the root; default the root itself.
 * @throws {BadInput} If there are none, or one holds no image.
 */
export async function classFolders(root: string, below = ""): Promise<ClassFolder[]> {
  const where = below === "" ? root : `${root}/${below}`;
  const classes: ClassFolder[] = [];
  for (const { name, isFolder } of await list(where)) {
    if (!isFolder) continue;
    const paths = await imagesBelow(root, below === "" ? name : `${below}/${name}`);
    if (paths.length === 0) {
      throw new BadInput(`Cannot read ${where}/${name}: it holds no images (.jpg, .jpeg or .png)`);
    }
    classes.push({ name, paths });
  }
  if (classes.length === 0) {
    throw new BadInput(`Cannot read ${where}: expected a folder of images for each class in it`);
  }
  return classes;
}

/**
 * All JPEG and PNG files below a folder, by their endings, in the order of their paths. Links are
 * followed.
 *
 * @param root Where paths start from.
 * @param below The folder, below the root.
 * @param above Where the folders around it really are, to notice links that lead in a circle.
 * @throws {BadInput} If a folder cannot be read, nests too deep or leads in a circle, or holds images
 *   of other kinds.
 */
export async function imagesBelow(
  root: string,
  below: string,
  above: readonly string[] = [],
): Promise<string[]> {
  const folder = `${root}/${below}`;
  const entries = await list(folder);
  const real = await Deno.realPath(folder);
  if (above.includes(real) || above.length > MAX_DEPTH) {
    throw new BadInput(`Cannot read ${folder}: its folders lead in a circle or nest too deep`);
  }
  const found: string[] = [];
  for (const { name, isFolder } of entries) {
    const path = `${below}/${name}`;
    if (isFolder) {
      for (const inner of await imagesBelow(root, path, [...above, real])) found.push(inner);
    } else if (/\.(jpe?g|png)$/i.test(name)) found.push(path);
    else if (OTHER_IMAGES.test(name)) {
      throw new BadInput(
        `Cannot read ${root}/${path}: images must be .jpg, .jpeg or .png; convert it or move it away`,
      );
    }
  }
  return found;
}

/** What a folder holds, hidden files left out, sorted by code units as Python sorts names. */
async function list(folder: string): Promise<{ name: string; isFolder: boolean }[]> {
  const entries: { name: string; isFolder: boolean }[] = [];
  try {
    for await (const { name, isDirectory, isSymlink } of Deno.readDir(folder)) {
      if (name.startsWith(".")) continue;
      const isFolder = isSymlink ? await leadsToFolder(`${folder}/${name}`) : isDirectory;
      entries.push({ name, isFolder });
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new BadInput(`Cannot read ${folder}: there is no such folder`);
    }
    throw new BadInput(`Cannot read ${folder}: ${(error as Error).message}`);
  }
  return entries.sort((a, b) => a.name < b.name ? -1 : 1);
}

/** A link that leads nowhere counts as a file, so that it is named when it cannot be read. */
async function leadsToFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
