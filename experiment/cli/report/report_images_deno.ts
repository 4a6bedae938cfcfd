import { BadInput } from "../../../core/bad_input.ts";
import type { ImagePart } from "../../../datasets/images/dataset.ts";
import { testPart } from "../../../datasets/loading/image_sets.ts";
import { rankedClassNames } from "../../../datasets/split/split.ts";
import { hardestImages, type TestAnswers, type Thumbnail } from "../../report/hardest.ts";
import { encodePng } from "../../png.ts";
import { requireSameSplit } from "../../run/split_run.ts";
import { openRun } from "../open_run_deno.ts";

/** How many images a report shows of a data set. */
const COUNT = 24;

/** Up to this size an image is so small that its pixels are shown as such. */
const SMALL = 64;

/**
 * The hardest test images of runs, of each data set those that its runs together find hardest: every
 * run's checkpoint looks at its test images again.
 *
 * @param dirs Folders of runs.
 * @throws {BadInput} If data or checkpoint of a run are not there, or do not fit.
 */
export async function reportImages(
  dirs: readonly string[],
  { quiet = false, ...flags }: { readonly quiet?: boolean; readonly plugin?: readonly string[] },
): Promise<readonly (readonly Thumbnail[])[]> {
  const sets = new Map<string, { test: ImagePart; size: number; answers: TestAnswers[] }>();
  for (const [i, dir] of dirs.entries()) {
    const opened = await openRun(dir, { ...flags, quiet: quiet || i > 0 }); // the adapter is named once
    const { folder, run: { dataset, split }, trainer, device } = opened;
    requireSameSplit(await folder.readText("split.json"), split, folder.path);
    if (split.test.length === 0) {
      throw new BadInput(`The run ${folder.path} has no test images to show: leave --images out`);
    }
    const { logits, labels } = await trainer.logits();
    device.destroy();
    const { fingerprint, size } = dataset, test = testPart(dataset, split);
    const set = sets.get(fingerprint) ?? { test, size, answers: [] };
    const classNames = rankedClassNames(dataset.classNames, split);
    set.answers.push({ images: split.test, logits, labels, classNames });
    sets.set(fingerprint, set);
  }
  return await Promise.all([...sets.values()].map(async ({ test, size, answers }) => {
    const hard = hardestImages(answers, COUNT), bytes = size * size * 3;
    const pixels = await test.read(hard.map(({ image }) => image));
    return await Promise.all(hard.map(async (image, i) => {
      const data = pixels.subarray(i * bytes, (i + 1) * bytes);
      const png = await encodePng({ width: size, height: size, data });
      return {
        ...image,
        source: `data:image/png;base64,${png.toBase64()}`,
        small: size <= SMALL,
      };
    }));
  }));
}
