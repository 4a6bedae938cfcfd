import { type Picture, type Prediction, syntheticDataset } from "@longtail/longtail";
import { bar, make, percent, thumbnail } from "./elements.ts";

/** Width and height of thumbnails in pixels, for screens with two pixels in one of the style sheet. */
const THUMBNAIL = 176;

/** Classes that an answer names. */
const NAMED = 3;

/** A picture to be classified. */
export interface Shown {
  readonly name: string;
  readonly picture: Picture;
  readonly canvas: HTMLCanvasElement;
  /** Its class, where that is known. */
  readonly truth?: string;
}

/** Reads a file that somebody chose; null where the browser cannot. */
export async function readPicture(file: File): Promise<Shown | null> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { colorSpaceConversion: "none" });
  } catch {
    return null; // no picture, a damaged one, or one in a format that the browser lacks
  }
  const { width, height } = bitmap;
  const whole = new OffscreenCanvas(width, height).getContext("2d")!; // a fresh canvas has one
  whole.drawImage(bitmap, 0, 0);
  const picture = whole.getImageData(0, 0, width, height);
  const scale = Math.min(1, THUMBNAIL / Math.max(width, height));
  const canvas = make("canvas", {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
    className: width <= 64 ? "small" : "",
    hidden: true,
  });
  canvas.getContext("2d")!.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return { name: file.name, picture, canvas };
}

/** An image of each generated class that no training has seen; another seed draws others. */
export async function generatePictures(size: 16 | 32, seed: number): Promise<readonly Shown[]> {
  const { test, classNames } = await syntheticDataset({ seed, size, train: 10, test: 10 });
  return await Promise.all(classNames.map(async (truth, c) => {
    const picture = { width: size, height: size, data: await test.read([c]) };
    return { name: "generated", picture, canvas: thumbnail(picture), truth };
  }));
}

/** A picture and what a network says of it. */
export function answer(
  { name, canvas, truth }: Shown,
  { class: predicted, probabilities }: Prediction,
  classNames: readonly string[],
): HTMLLIElement {
  const likely = probabilities
    .map((probability, c) => ({ probability, name: classNames[c]! })) // one a class
    .sort((a, b) => b.probability - a.probability)
    .slice(0, NAMED);
  const known = truth !== undefined && classNames.includes(truth);
  return make(
    "li",
    {},
    canvas,
    make(
      "div",
      {},
      make("strong", {}, predicted),
      !known
        ? make("p", {}, name)
        : truth === predicted
        ? make("p", { className: "right" }, "right")
        : make("p", { className: "wrong" }, `wrong: ${truth}`),
      make(
        "ol",
        { className: "chances" },
        ...likely.map(({ probability, name }) =>
          make(
            "li",
            {},
            make("span", {}, name),
            make("span", { className: "number" }, percent(probability)),
            bar(probability),
          )
        ),
      ),
    ),
  );
}

/** What was found, in a sentence. */
export function findings(shown: readonly Shown[], predictions: readonly Prediction[]): string {
  const [first] = shown, [only] = predictions;
  if (shown.length === 1) {
    return `${first!.name}: ${only!.class}, ${percent(only!.confidence)}.`; // there is one of each
  }
  const known = shown.filter(({ truth }) => truth !== undefined).length;
  if (known === shown.length) {
    const right = shown.filter(({ truth }, i) => truth === predictions[i]!.class).length;
    return `${right} of ${known} right.`;
  }
  const found = Map.groupBy(predictions, (prediction) => prediction.class);
  const counts = [...found].map(([name, { length }]) => `${length} ${name}`);
  return `${shown.length} pictures: ${counts.join(", ")}.`;
}
