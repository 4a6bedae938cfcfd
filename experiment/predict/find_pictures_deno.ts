import { parse } from "csv-parse/sync";
import { dirname } from "node:path";
import { BadInput } from "../../core/bad_input.ts";
import { ImageTree } from "../../datasets/store/image_tree_deno.ts";
import { readText } from "../../datasets/store/locate_deno.ts";
import { resolvePath } from "../../datasets/store/source_key_deno.ts";

/** A picture to be classified. */
export interface PictureFile {
  /** As the user or a list names it. */
  readonly path: string;
  /** Where it is. */
  readonly file: string;
}

/**
 * The pictures that a user means: files, all in folders and below, and those of `.csv` lists.
 *
 * @param paths As given.
 * @param options.resolve Where a path of the user's really leads.
 * @throws {BadInput} If one does not exist, a folder or list has none, or a list no column `path`.
 */
export async function findPictures(
  paths: readonly string[],
  { resolve }: { resolve(path: string): string },
): Promise<PictureFile[]> {
  const found: PictureFile[] = [];
  for (const path of paths) {
    const file = resolve(path);
    const stat = await statOf(file, path);
    const own = stat.isDirectory
      ? await inFolder(path, file)
      : /\.csv$/i.test(path)
      ? await inList(path, file)
      : [{ path, file }];
    if (own.length === 0) throw new BadInput(`Cannot predict ${path}: it holds no images`);
    for (const picture of own) found.push(picture);
  }
  return found;
}

async function inFolder(path: string, folder: string): Promise<PictureFile[]> {
  const root = path.replace(/[/\\]+$/, "");
  const below = await new ImageTree(folder).imagesBelow(".");
  return below.map((name) => name.replace(/^\.\//, "")).map((name) => ({
    path: `${root}/${name}`,
    file: `${folder}/${name}`,
  }));
}

/** Paths of a list start from its folder. */
async function inList(path: string, list: string): Promise<PictureFile[]> {
  const text = await readText(list, 1 << 28);
  let rows: Record<string, string>[];
  try {
    rows = parse(text, {
      bom: true,
      columns: true,
      skip_empty_lines: true,
      trim: true,
    });
  } catch (error) {
    throw new BadInput(`Cannot read ${path} as CSV: ${(error as Error).message}`);
  }
  return rows.map((row) => {
    const name = row["path"];
    if (!name) {
      throw new BadInput(
        `Cannot read ${path}: it needs a column 'path', and has ${Object.keys(row).join(", ")}`,
      );
    }
    return { path: name, file: resolvePath(dirname(list), name) };
  });
}

async function statOf(file: string, path: string): Promise<Deno.FileInfo> {
  try {
    return await Deno.stat(file);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const why = error instanceof Deno.errors.NotFound ? "there is no such file" : error.message;
    throw new BadInput(`Cannot predict ${path}: ${why}`);
  }
}
