import { BadInput } from "../../../core/bad_input.ts";
import { readTrainImages, testPart } from "../../../datasets/loading/image_sets.ts";
import { fontNote, writePng } from "../../../datasets/show/paper_deno.ts";
import { DecodePool } from "../../../datasets/store/decode_pool_deno.ts";
import { CertaintySheet } from "../../predict/certainty_sheet_deno.ts";
import { findPictures, type PictureFile } from "../../predict/find_pictures_deno.ts";
import {
  type NamedPrediction,
  predictionsCsv,
  predictionsJsonl,
} from "../../predict/format_predictions.ts";
import { prepareRun } from "../../run/prepare_run_deno.ts";
import { requireSameSplit } from "../../run/split_run.ts";
import { tell } from "../../run/progress_deno.ts";
import { type ModelFlags, type OpenedModel, openModel } from "../open_run_deno.ts";
import { userPath, writeUserFile } from "../user_files_deno.ts";

/** Flags of `predict`. */
export interface PredictFlags extends ModelFlags {
  readonly out: string;
  readonly on?: string;
  readonly sheet?: string;
  readonly skipCorrupt?: boolean;
}

/** Images as the network's training had them, HWC bytes, and what they are called. */
interface Chunk {
  readonly paths: readonly string[];
  readonly bytes: Uint8Array;
}

/** Images at a time. */
const CHUNK = 64;

/** `predict DIR IMAGES… --out FILE`: labels images with a run's network. */
export async function predictCommand(
  dir: string,
  images: readonly string[],
  flags: PredictFlags,
): Promise<void> {
  const { out, on, sheet, skipCorrupt = false, quiet = false } = flags;
  const form = /\.(csv|jsonl)$/.exec(out)?.[1];
  if (form === undefined) {
    throw new BadInput(`Cannot predict to ${out}: give a file that ends in .csv or .jsonl`);
  }
  if (on !== undefined && on !== "unlabeled" && on !== "test") {
    throw new BadInput(`--on is '${on}': give unlabeled or test, images of the run`);
  }
  if (images.length === 0 === (on === undefined)) {
    throw new BadInput(
      on === undefined
        ? "Cannot predict nothing: give files, folders or a .csv list with a column path, or --on unlabeled or --on test for images of the run"
        : `--on ${on} is for images of the run: leave out ${images[0]}, or --on`,
    );
  }
  const pictures = await findPictures(images, { resolve: userPath });
  const opened = await openModel(dir, flags), { model } = opened;
  const { preparation: { size, fit } } = model.card;
  const leftOut: string[] = [];
  const predictions: NamedPrediction[] = [];
  const drawn = sheet === undefined ? null : new CertaintySheet(size);
  try {
    const chunks = on === undefined
      ? decoded(pictures, { size, fit, skip: skipCorrupt ? leftOut : null })
      : ofRun(opened, on);
    for await (const { paths, bytes } of chunks) {
      const found = await model.predict(bytes);
      found.forEach((prediction, i) => {
        predictions.push({ path: paths[i]!, ...prediction }); // a path an image
        drawn?.add(prediction, bytes.subarray(i * size * size * 3, (i + 1) * size * size * 3));
      });
    }
  } finally {
    await model.dispose();
  }
  if (predictions.length === 0) {
    throw new BadInput(`None of the ${pictures.length} images can be read: ${leftOut[0]}`);
  }
  const text = form === "csv"
    ? predictionsCsv(predictions, model.classNames.length)
    : predictionsJsonl(predictions);
  await writeUserFile(userPath(out), text);
  if (drawn && sheet !== undefined) {
    await writePng(userPath(sheet), await drawn.draw());
    const note = await fontNote();
    if (note !== null && !quiet) tell(note);
  }
  for (const why of leftOut) tell(`left out: ${why}`);
  if (!quiet) tell(summary(predictions));
  console.log(userPath(out));
}

/** Decodes pictures as those of a folder's packed store are. */
async function* decoded(
  pictures: readonly PictureFile[],
  { size, fit, skip }: {
    readonly size: number;
    readonly fit: "cover" | "squash";
    /** Takes the reasons of those that cannot be read; without it they are errors. */
    readonly skip: string[] | null;
  },
): AsyncGenerator<Chunk> {
  using pool = new DecodePool();
  let paths: string[] = [], bytes = new Uint8Array(CHUNK * size * size * 3), next = 0;
  for await (const reply of pool.decode(pictures.map(({ file }) => ({ path: file, size, fit })))) {
    const { path } = pictures[next++]!; // a reply a picture
    if (reply.bytes) {
      bytes.set(reply.bytes, paths.push(path) * reply.bytes.length - reply.bytes.length);
    } else if (skip) skip.push(reply.error);
    else {
      throw new BadInput(
        `${reply.error}; repair or remove the image, or leave out all such by --skip-corrupt`,
      );
    }
    if (paths.length < CHUNK) continue;
    yield { paths, bytes };
    paths = [];
    bytes = new Uint8Array(bytes.length);
  }
  if (paths.length > 0) yield { paths, bytes: bytes.subarray(0, paths.length * size * size * 3) };
}

/** Images of the run's own, by their numbers in the data set. */
async function* ofRun(
  { folder, resolved }: OpenedModel,
  on: "unlabeled" | "test",
): AsyncGenerator<Chunk> {
  const { dataset, split } = await prepareRun(resolved, { restored: true });
  requireSameSplit(await folder.readText("split.json"), split, folder.path);
  const all = split[on];
  if (all.length === 0) throw new BadInput(`The run ${folder.path} has no ${on} images`);
  for (let from = 0; from < all.length; from += CHUNK) {
    const numbers = all.subarray(from, from + CHUNK);
    const bytes = on === "test"
      ? await testPart(dataset, split).read(numbers)
      : await readTrainImages(dataset, numbers);
    yield { paths: Array.from(numbers, (n) => `${on}/${n}`), bytes };
  }
}

/** How many images were taken for which class. */
function summary(predictions: readonly NamedPrediction[]): string {
  const counts = new Map<string, number>();
  for (const { class: name } of predictions) counts.set(name, (counts.get(name) ?? 0) + 1);
  const first = [...counts].sort(([, a], [, b]) => b - a);
  const shown = first.slice(0, 10).map(([name, count]) => `${name} ${count}`);
  if (first.length > shown.length) shown.push(`${first.length - shown.length} classes more`);
  return `${predictions.length} images: ${shown.join(", ")}`;
}
