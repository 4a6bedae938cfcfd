import { BadInput } from "../../core/bad_input.ts";
import { unreadable } from "./file_source_deno.ts";

/** Images of one class folder. */
export interface ClassFolder {
  readonly name: string;
  /** Below the root, in the order of their names. */
  readonly paths: readonly string[];
}

const IMAGE = /\.(jpe?g|png)$/i;

/** Images that would be left out without a word. */
const OTHER_IMAGES = /\.(avif|bmp|gif|heic|jfif|jif|jp2|jpe|jxl|p[gpn]m|svg|tiff?|webp)$/i;

/** What systems leave in folders by themselves, beside hidden files. */
const CLUTTER = /^(thumbs\.db|ehthumbs\.db|desktop\.ini|icon\r)$/i;

/** Folders nested deeper than this are refused. */
const MAX_DEPTH = 32;

/** Looks for images below a folder, by the endings of their names. Links are followed. */
export class ImageTree {
  /** Where paths start from. */
  readonly root: string;
  /** Files that were passed over since they are no images. */
  readonly others: string[] = [];

  constructor(root: string) {
    this.root = root;
  }

  /**
   * The classes of a folder: each folder in it is one, in the order of their names.
   *
   * @param below The folder, below the root; default the root itself.
   * @throws {BadInput} If there are none, one holds no image, or an image lies beside them.
   */
  async classFolders(below = ""): Promise<ClassFolder[]> {
    const where = below === "" ? this.root : `${this.root}/${below}`;
    const classes: ClassFolder[] = [];
    const beside: string[] = [];
    for (const { name, isFolder } of await list(where)) {
      const path = below === "" ? name : `${below}/${name}`;
      if (!isFolder) {
        (IMAGE.test(name) || OTHER_IMAGES.test(name) ? beside : this.others).push(path);
        continue;
      }
      const paths = await this.imagesBelow(path);
      if (paths.length === 0) {
        throw new BadInput(
          `Cannot read ${where}/${name}: it holds no images (.jpg, .jpeg or .png)`,
        );
      }
      classes.push({ name, paths });
    }
    if (classes.length === 0) {
      throw new BadInput(`Cannot read ${where}: expected a folder of images for each class in it`);
    }
    if (beside.length > 0) {
      throw new BadInput(
        `Cannot read ${this.root}/${
          beside[0]
        }: it lies beside the folders of the classes; move it into one, or away`,
      );
    }
    return classes;
  }

  /**
   * All JPEG and PNG files below a folder, in the order of their paths.
   *
   * @param below The folder, below the root.
   * @param above Where the folders around it really are, to notice links that lead in a circle.
   * @throws {BadInput} If a folder cannot be read, nests too deep or leads in a circle, or holds
   *   images of other kinds.
   */
  async imagesBelow(below: string, above: readonly string[] = []): Promise<string[]> {
    const folder = `${this.root}/${below}`;
    const entries = await list(folder);
    const real = await Deno.realPath(folder);
    if (above.includes(real) || above.length > MAX_DEPTH) {
      throw new BadInput(`Cannot read ${folder}: its folders lead in a circle or nest too deep`);
    }
    const found: string[] = [];
    for (const { name, isFolder } of entries) {
      const path = `${below}/${name}`;
      if (isFolder) {
        for (const inner of await this.imagesBelow(path, [...above, real])) found.push(inner);
      } else if (IMAGE.test(name)) found.push(path);
      else if (OTHER_IMAGES.test(name)) {
        throw new BadInput(
          `Cannot read ${this.root}/${path}: images must be .jpg, .jpeg or .png; convert or rename it, or move it away`,
        );
      } else if (!CLUTTER.test(name)) this.others.push(path);
    }
    return found;
  }

  /** Folders and files of the root itself, hidden ones left out, in the order of their names. */
  async top(): Promise<readonly { readonly name: string; readonly isFolder: boolean }[]> {
    return await list(this.root);
  }
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
    throw unreadable(folder, error);
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
