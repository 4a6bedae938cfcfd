import { BadInput } from "../../core/bad_input.ts";
import { imagenet127Classes } from "./imagenet127_classes.ts";

/**
 * Where each of the 1000 classes goes: entry `id - 1` holds an index of {@link imagenet127Classes}.
 */
export type ClassMap = Int32Array;

/** The map made from WordNet, see {@link imagenet127Classes}. */
export function nearestHypernymMap(): ClassMap {
  const map = new Int32Array(1000);
  imagenet127Classes.forEach(({ members }, index) => {
    for (const id of members) map[id - 1] = index;
  });
  return map;
}

/** A text file and what error messages call it. */
export interface TextFile {
  readonly text: string;
  readonly path: string;
}

/**
 * The map by the authors' own lists, for who has them: `map_clsloc.txt` (`wnid id name` a line) and
 * `imgname2folder.txt` (`<wnid>_<n>.JPEG <wnid of the class>` a line; the first of a wnid counts).
 *
 * @throws {BadInput} If a line is malformed, a class is unknown or one of the 1000 is missing.
 */
export function listedMap(clsloc: TextFile, folders: TextFile): ClassMap {
  const ids = new Map<string, number>();
  for (const { wnid, id } of parseClsloc(clsloc)) ids.set(wnid, id);
  const classes = new Map(imagenet127Classes.map(({ wnid }, i) => [wnid, i]));
  const map = new Int32Array(1000).fill(-1);
  lines(folders, (line, fail) => {
    const match = /^(n\d{8})_\S+\s+(n\d{8})$/.exec(line);
    if (!match) return fail("expected '<wnid>_<n>.JPEG <wnid>'");
    const [, wnid, parent] = match as unknown as [string, string, string];
    const id = ids.get(wnid), index = classes.get(parent);
    if (id === undefined) return fail(`${wnid} is not in ${clsloc.path}`);
    if (index === undefined) return fail(`${parent} is none of the 127 classes`);
    if (map[id - 1] === -1) map[id - 1] = index;
  });
  const missing = map.indexOf(-1);
  if (missing >= 0) {
    throw new BadInput(`Cannot read ${folders.path}: it has no image of class ${missing + 1}`);
  }
  return map;
}

/**
 * Reads `map_clsloc.txt`: the 1000 classes in the order of Downsampled ImageNet.
 *
 * @returns Sorted by id, 1 to 1000.
 * @throws {BadInput} If a line is malformed, or the ids are not 1 to 1000.
 */
export function parseClsloc(file: TextFile): { wnid: string; id: number; name: string }[] {
  const rows: { wnid: string; id: number; name: string }[] = [];
  lines(file, (line, fail) => {
    const match = /^(n\d{8})\s+(\d{1,4})\s+(\S+)$/.exec(line);
    if (!match) return fail("expected 'wnid id name'");
    rows.push({ wnid: match[1]!, id: Number(match[2]), name: match[3]! }); // groups take part
  });
  rows.sort((a, b) => a.id - b.id);
  if (rows.length !== 1000 || rows.some(({ id }, i) => id !== i + 1)) {
    throw new BadInput(`Cannot read ${file.path}: its ids are not 1 to 1000, once each`);
  }
  return rows;
}

function lines(
  { text, path }: TextFile,
  each: (line: string, fail: (why: string) => never) => void,
): void {
  let number = 0;
  for (const line of text.split("\n")) {
    number++;
    const trimmed = line.trim();
    if (trimmed === "") continue;
    each(trimmed, (why) => {
      throw new BadInput(
        `Cannot read ${path}: line ${number}, '${trimmed.slice(0, 80)}': ${why}`,
      );
    });
  }
}
