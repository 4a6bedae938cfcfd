import { BadInput } from "../../core/bad_input.ts";
import { exists, readText } from "../store/locate_deno.ts";
import { concatenate, type Planned, type PlanOptions, rawPart } from "../store/pack/pack_plan.ts";
import { sourceKey } from "../store/source_key_deno.ts";
import { listedMap, nearestHypernymMap, parseClsloc, type TextFile } from "./imagenet127.ts";
import { imagenet127Classes } from "./imagenet127_classes.ts";
import { readImagenetBatch } from "./imagenet_batch.ts";

const BATCHES = 10;
const CLSLOC = "map_clsloc.txt";
const FOLDERS = "imgname2folder.txt";

/**
 * Plans the packed store of small-ImageNet with 1000 classes, or with 127 from the same files or
 * from files that were relabeled before.
 *
 * @throws {BadInput} If a file is missing or damaged, or does more than hold data.
 */
export async function planImagenet(options: PlanOptions): Promise<Planned> {
  const { name, folder, size, open } = options;
  const val = await findVal(folder, size);
  const files: string[] = [];
  const notes: string[] = [];
  for (let i = 1; i <= BATCHES; i++) {
    if (await exists(`${folder}/train_data_batch_${i}`)) files.push(`train_data_batch_${i}`);
  }
  const last = `train_data_batch_${files.length}`;
  if (files.at(-1) !== last) {
    throw new BadInput(`Cannot read ${folder}: batches up to ${files.at(-1)} are not all there`);
  }
  if (files.length < BATCHES) {
    notes.push(`${folder} has ${files.length} of ${BATCHES} train batches; only these are used`);
  }
  const lists = name === "imagenet127" ? await mapFiles(folder) : undefined;
  const sources = [...files, val, ...lists?.map(({ path }) => path) ?? []];
  const key = await sourceKey(folder, sources, `${name} ${size}`);
  const read = (file: string) =>
    readImagenetBatch(open(file.includes("/") ? file : `${folder}/${file}`), {
      size,
      classes: 1000,
    });
  const batches = files.map(read);
  const test = read(val);
  const all = [...batches, test];
  let relabel = (label: number) => label - 1;
  if (name === "imagenet127") {
    // Files of the authors' tool hold 1..127; the published ones always reach beyond.
    if (all.some(({ labels }) => labels.some((label) => label > imagenet127Classes.length))) {
      const map = lists ? listedMap(...lists) : nearestHypernymMap();
      relabel = (label) => map[label - 1]!; // labels are 1..1000 here
      notes.push(
        lists
          ? `The 1000 classes were mapped to 127 by ${FOLDERS}`
          : `The 1000 classes were mapped to 127 by WordNet; put ${CLSLOC} and ${FOLDERS} into ` +
            `${folder} to use the authors' own lists`,
      );
    }
  }
  const train = concatenate(batches);
  const labels = new Int32Array(train.images);
  let at = 0;
  for (const batch of batches) {
    labels.set(batch.labels.map(relabel), at);
    at += batch.images;
  }
  return {
    classNames: name === "imagenet127"
      ? imagenet127Classes.map(({ name }) => name)
      : await classNames(folder),
    key,
    parts: [
      rawPart("train", train, { labels, size }),
      rawPart("test", test, { labels: test.labels.map(relabel), size }),
    ],
    notes,
  };
}

/** `val_data` comes in an archive of its own. */
async function findVal(folder: string, size: number): Promise<string> {
  for (const inner of [folder, `${folder}/../Imagenet${size}_val`, `${folder}/..`]) {
    if (await exists(`${inner}/val_data`)) {
      return inner === folder ? "val_data" : `${inner}/val_data`;
    }
  }
  throw new BadInput(`Cannot read ${folder}: val_data is missing; unzip the val archive there too`);
}

/** The authors' lists, if the user has both. */
async function mapFiles(folder: string): Promise<[TextFile, TextFile] | undefined> {
  if (!await exists(`${folder}/${CLSLOC}`) || !await exists(`${folder}/${FOLDERS}`)) return;
  return [await text(`${folder}/${CLSLOC}`), await text(`${folder}/${FOLDERS}`)];
}

/** Names of the 1000 classes, where the user has the list of them; numbers otherwise. */
async function classNames(folder: string): Promise<string[]> {
  if (!await exists(`${folder}/${CLSLOC}`)) {
    return Array.from({ length: 1000 }, (_, i) => `class ${i + 1}`);
  }
  const rows = parseClsloc(await text(`${folder}/${CLSLOC}`));
  // Two pairs of classes share a name.
  const seen = new Map<string, number>();
  for (const { name } of rows) seen.set(name, (seen.get(name) ?? 0) + 1);
  return rows.map(({ name, id }) => seen.get(name) === 1 ? name : `${name} (${id})`);
}

async function text(path: string): Promise<TextFile> {
  return { path, text: await readText(path, 1 << 28) };
}
