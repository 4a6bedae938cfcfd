import { softmaxRows } from "../../core/training/metrics/logit_rows.ts";
import { list, percent, plural } from "./format.ts";
import { Markup, markup } from "./markup.ts";

/** What a run says of its test images. */
export interface TestAnswers {
  /** Numbers of the test images in their part of the data set [N]. */
  readonly images: ArrayLike<number>;
  /** Rows [N, C], row-major. */
  readonly logits: ArrayLike<number>;
  /** True classes [N]. */
  readonly labels: ArrayLike<number>;
  /** Names of the classes, in the order of the logits. */
  readonly classNames: readonly string[];
}

/** A test image that runs find hard. */
export interface HardImage {
  /** Its number in the test part. */
  readonly image: number;
  /** Name of its class. */
  readonly label: string;
  /** What most runs take it for; the first of equals. */
  readonly taken: string;
  /** Mean probability that the runs give its true class. */
  readonly probability: number;
  /** How many runs were asked. */
  readonly runs: number;
}

/** A hard image and how it looks. */
export interface Thumbnail extends HardImage {
  /** PNG as a `data:` address. */
  readonly source: string;
  /** Pixels are to be seen as such. */
  readonly small: boolean;
}

/**
 * The test images to whose true class some runs on the same data give the least probability, on the
 * mean; the hardest first.
 *
 * @param count How many.
 */
export function hardestImages(
  answers: readonly TestAnswers[],
  count: number,
): readonly HardImage[] {
  const all = new Map<number, { label: string; sum: number; taken: string[] }>();
  for (const { images, logits, labels, classNames } of answers) {
    const classes = classNames.length, shares = softmaxRows(logits, classes);
    for (let i = 0; i < images.length; i++) {
      const own = shares.subarray(i * classes, (i + 1) * classes), label = labels[i]!; // one each
      const taken = classNames[own.indexOf(Math.max(...own))]!; // of C values
      const before = all.get(images[i]!) ?? { label: classNames[label]!, sum: 0, taken: [] };
      before.sum += own[label]!;
      before.taken.push(taken);
      all.set(images[i]!, before);
    }
  }
  return [...all].map(([image, { label, sum, taken }]) => ({
    ...{ image, label, taken: mostFrequent(taken), probability: sum / taken.length },
    runs: taken.length,
  })).sort((a, b) => a.probability - b.probability || a.image - b.image).slice(0, count);
}

/** Hard images with what they are and what they are taken for; null where nobody asked for them. */
export function hardestSection(groups: readonly (readonly Thumbnail[])[]): Markup | null {
  const drawn = groups.filter((group) => group.length > 0).map((group) => {
    const pictures = group.map(({ source, small, image, label, taken, probability }) =>
      markup`<li><img src="${source}" alt="Test image ${image}, ${label}"${
        small ? new Markup(' class="small"') : null
      }><span><b>${label}</b>${taken === label ? ", undecided" : ` taken for ${taken}`}<br>${
        percent(probability)
      }</span></li>
`
    );
    return markup`<ul class="pictures">${pictures}</ul><p class="note">${captionOf(group)}</p>`;
  });
  return drawn.length > 0 ? markup`${drawn}` : null;
}

/** Which classes the hard images are of. */
function captionOf(group: readonly Thumbnail[]): string {
  const counts = new Map<string, number>();
  for (const { label } of group) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [first, ...others] = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 3);
  const words = ([name, n]: [string, number]) => `${n} ${n === 1 ? "is" : "are"} of ${name}`;
  const most = [words(first!), ...others.map(([name, n]) => `${n} of ${name}`)]; // one at least
  return `Of these ${group.length}, ${list(most)}. The share is the probability that ${
    plural(group[0]!.runs, "run")
  } ${group[0]!.runs === 1 ? "gives" : "give on the mean"} to the true class.`;
}

function mostFrequent(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].reduce((best, one) => one[1] > best[1] ? one : best)[0]; // none is empty
}
