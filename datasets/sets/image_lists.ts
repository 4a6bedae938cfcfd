import { parse } from "csv-parse/sync";
import { BadInput } from "../../core/bad_input.ts";
import { memberPath } from "../formats/archive.ts";

/** One image of a list: where its file is, and its class; -1 where unknown. */
export interface ListedImage {
  /** Below the folder of the set, with `/`. */
  readonly path: string;
  readonly label: number;
}

/** What messages call a list, and how many classes there are. */
export interface ListOptions {
  readonly path: string;
  readonly classes: number;
}

/**
 * Reads a list of Semi-Aves, ImageNet-LT or iNaturalist: `relative/path label` a line.
 *
 * @returns In the order of the file; label -1 stays.
 * @throws {BadInput} If the list is empty, a line is malformed, or a path leaves the folder.
 */
export function parsePathList(text: string, { path, classes }: ListOptions): ListedImage[] {
  const images: ListedImage[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const match = /^(\S.*?)\s+(-?\d+)\s*$/.exec(line);
    const label = Number(match?.[2]);
    if (!match || label < -1 || label >= classes) {
      throw new BadInput(
        `Cannot read ${path}: line ${i + 1}, '${line.slice(0, 80)}': ` +
          `expected 'path label' with a label of -1..${classes - 1}`,
      );
    }
    images.push({ path: memberPath(match[1]!, path), label }); // the group takes part
  }
  if (images.length === 0) throw new BadInput(`Cannot read ${path}: it lists no images`);
  return images;
}

/**
 * Reads `meta/train.json` or `meta/test.json` of Food-101: an object of lists of `class/id`.
 *
 * @returns Class names and image lists, in the order of the file.
 * @throws {BadInput} If it is no such object, or a path leaves the folder.
 */
export function parseFoodList(text: string, path: string): ReadonlyMap<string, readonly string[]> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new BadInput(`Cannot read ${path}: it is no JSON (${(error as Error).message})`);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new BadInput(`Cannot read ${path}: expected an object of class names and image lists`);
  }
  const classes = new Map<string, readonly string[]>();
  for (const [name, ids] of Object.entries(json)) {
    if (!Array.isArray(ids) || ids.length === 0 || !ids.every((id) => typeof id === "string")) {
      throw new BadInput(`Cannot read ${path}: class '${name}' has no list of images`);
    }
    classes.set(name, ids.map((id: string) => memberPath(id, path)));
  }
  if (classes.size === 0) throw new BadInput(`Cannot read ${path}: it lists no images`);
  return classes;
}

/**
 * Reads a user's CSV list: `path,label` a line (`path` alone for unlabeled images), with or without
 * that line as a header; quotes as in RFC 4180.
 *
 * @param options.labeled Whether each line must have a label.
 * @returns Paths and class names in the order of the file.
 * @throws {BadInput} If the file is no CSV, is empty, or a line lacks a field.
 */
export function parseCsvList(
  text: string,
  { path, labeled }: { path: string; labeled: boolean },
): { path: string; label: string }[] {
  let rows: string[][];
  try {
    rows = parse(text, { bom: true, skip_empty_lines: true, trim: true, relax_column_count: true });
  } catch (error) {
    throw new BadInput(`Cannot read ${path} as CSV: ${(error as Error).message}`);
  }
  if (rows[0]?.[0] === "path") rows.shift();
  if (rows.length === 0) throw new BadInput(`Cannot read ${path}: it lists no images`);
  return rows.map(([file = "", label = "", ...rest], i) => {
    if (file === "" || (labeled && label === "") || rest.length > 0) {
      throw new BadInput(
        `Cannot read ${path}: image ${i + 1} is '${
          [file, label, ...rest].join(",").slice(0, 80)
        }', ` +
          `expected ${labeled ? "'path,label'" : "'path'"}`,
      );
    }
    return { path: file, label };
  });
}
