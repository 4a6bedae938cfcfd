import { Draw, SLOTS, STAGE, TRIES, VIEW } from "../../../kernels/augment/view_table.ts";
import { Code, Window } from "../../../kernels/augment/program.ts";
import { cutoutBox, encodeCutout } from "./cutout_box.ts";
import { colourWord, floatBits } from "./encode_operation.ts";
import { codesOf, encodeChoices, jitterChoices } from "./encode_choices.ts";
import { roundHalfEven } from "../../../core/round_half_even.ts";
import { resampleTaps, resampleWeights, type ResizeFilter } from "../../images/resample_weights.ts";
import type {
  CenterCropStage,
  ColorJitterStage,
  CropStage,
  CutoutStage,
  Extent,
  FlipStage,
  HideStage,
  PixelSize,
  PolicyOperation,
  PolicyStage,
  RandAugmentStage,
  ResizedCropStage,
  Stage,
  ViewSpec,
} from "../view_spec.ts";

type Box = PixelSize & { readonly top: number; readonly left: number };

/**
 * Lays one view out as words for images of one size, following the size from stage to stage.
 * Flips and crops are gathered into one window, which becomes a step only where another step needs
 * its pixels; the last one belongs to the row's head.
 */
export class ViewCompiler {
  /** Size of the image so far. */
  size: PixelSize;
  /** Number of steps so far. */
  steps = 0;
  /** Pixels of the largest image that a step leaves behind. */
  capacity = 0;
  /** How often a pixel is visited, at most: by steps, taps of resizes, and on the way out. */
  visits = 0;
  /** Kinds of steps so far. */
  readonly codes: Set<number> = new Set();
  readonly #spec: ViewSpec;
  /** What stages point to; places count from the view's start. */
  readonly #data: number[] = [];
  readonly #stages: number[][] = [];
  #slots = 0;
  #window: { moved: boolean; border: "reflect" | "zero" | null } = { moved: false, border: null };
  #hides = false;

  /** @throws {RangeError} If a stage cannot be done; says which and why. */
  constructor(spec: ViewSpec, size: PixelSize) {
    this.#spec = spec;
    this.size = size;
    for (const stage of spec.stages) {
      if (this.#hides) throw new RangeError(`Stage '${stage.kind}' follows 'hide', the last one`);
      this.#add(stage);
    }
    this.visits += this.size.height * this.size.width;
    if (this.#slots > SLOTS) {
      throw new RangeError(
        `The view draws ${this.#slots} blocks of random numbers an image: ${SLOTS} at most`,
      );
    }
  }

  /** The view as the kernels read it. */
  words(): number[] {
    const { mean, std } = this.#spec;
    const head = [
      this.#stages.length,
      this.steps,
      this.#windowFlags(),
      VIEW + this.#data.length,
      ...std.map((deviation) => floatBits(1 / (255 * deviation))),
      ...std.map((deviation, c) => floatBits(-mean[c]! / deviation)), // both have three
    ];
    return head.concat(this.#data, ...this.#stages);
  }

  #add(stage: Stage): void {
    switch (stage.kind) {
      case "flip":
        return this.#flip(stage);
      case "crop":
        return this.#crop(stage);
      case "centerCrop":
        return this.#centerCrop(stage);
      case "resize":
        return this.#resize(extent(stage.size), stage.filter);
      case "resizeShorter": {
        const { height, width } = this.size, shorter = Math.min(height, width);
        const scaled = (side: number) => Math.trunc(stage.size * side / shorter);
        return this.#resize({ height: scaled(height), width: scaled(width) }, stage.filter);
      }
      case "resizedCrop":
        return this.#resizedCrop(stage);
      case "randAugment":
        return this.#randAugment(stage);
      case "policy":
        return this.#policy(stage);
      case "colorJitter":
        return this.#colorJitter(stage);
      case "cutout":
        return this.#cutout(stage);
      case "hide":
        return this.#hide(stage);
    }
  }

  #flip({ axis = "x", probability = 0.5 }: FlipStage): void {
    const last = (axis === "x" ? this.size.width : this.size.height) - 1;
    this.#push(Draw.flip, 1, [axis === "x" ? 0 : 1, floatBits(probability), last]);
    this.#window.moved = true;
  }

  #crop(stage: CropStage): void {
    const { pad, border, size, at } = stage;
    const { height, width } = this.size;
    const out = size === undefined ? this.size : extent(size);
    const rows = height + 2 * pad - out.height + 1, columns = width + 2 * pad - out.width + 1;
    checkCrop(stage, { from: this.size, out, rows, columns });
    const along = (first: number | undefined, number: number) =>
      first === undefined ? [-pad, number] : [first - pad, 1];
    this.#takeWindow([...along(at?.left, columns), ...along(at?.top, rows)], out, border);
  }

  #centerCrop({ size }: CenterCropStage): void {
    const { height, width } = this.size;
    if (size > height || size > width || size < 1) {
      throw new RangeError(`Cannot take the middle ${size} pixels of ${shown(this.size)}`);
    }
    const left = roundHalfEven((width - size) / 2), top = roundHalfEven((height - size) / 2);
    this.#takeWindow([left, 1, top, 1], extent(size), "reflect");
  }

  #takeWindow(draw: number[], size: PixelSize, border: "reflect" | "zero"): void {
    // What lies beyond an image is known for one margin only, and for none inside another.
    if (this.#window.border !== null) this.#flush();
    this.#push(Draw.crop, 1, draw);
    this.#window = { moved: true, border };
    this.size = size;
  }

  #resize(to: PixelSize, filter: ResizeFilter = "bilinear"): void {
    if (to.height < 1 || to.width < 1) throw new RangeError(`Cannot resize to ${shown(to)} pixels`);
    if (to.height === this.size.height && to.width === this.size.width) return;
    this.#resizeBox({ top: 0, left: 0, ...this.size }, to, filter);
  }

  #resizeBox(box: Box, to: PixelSize, filter: ResizeFilter): void {
    if (this.#window.moved) this.#flush();
    this.codes.add(Code.resizeColumns).add(Code.resizeRows);
    const along = (from: number, out: number) => {
      const { records, taps } = resampleWeights(from, out, { filter });
      return [this.#place(records), taps];
    };
    const columns = along(box.width, to.width), rows = along(box.height, to.height);
    const corner = [box.left, box.top];
    const parameters = [...columns, ...rows, box.height, to.width, to.height, ...corner, box.width];
    this.#push(Draw.resize, 0, parameters, 2);
    this.#leaves(
      { height: box.height, width: to.width },
      resampleTaps(box.width, to.width, filter),
    );
    this.#leaves(to, resampleTaps(box.height, to.height, filter));
  }

  #resizedCrop(
    { size, scale = [0.08, 1], ratio = [3 / 4, 4 / 3], filter = "bilinear", box }: ResizedCropStage,
  ): void {
    const { height, width } = this.size;
    if (box) {
      const { top, left } = box;
      if (!inside(top, height - box.height + 1) || !inside(left, width - box.width + 1)) {
        throw new RangeError(
          `Cannot take ${shown(box)} pixels at (${top}, ${left}) of ${shown(this.size)}`,
        );
      }
      return this.#resizeBox(box, extent(size), filter);
    }
    if (this.#window.moved) this.#flush();
    this.codes.add(Code.resizeColumns).add(Code.resizeRows);
    const longest = Math.max(height, width);
    const taps = resampleTaps(longest, size, filter);
    const start = this.#place([]);
    for (let from = 1; from <= longest; from++) {
      this.#place(resampleWeights(from, size, { filter, taps }).records);
    }
    const laws = [...scale, ...ratio.map(Math.log)].map(floatBits);
    this.#push(Draw.resizedCrop, TRIES, [height, width, size, ...laws, start, taps], 2);
    this.#leaves({ height, width: size }, taps);
    this.#leaves(extent(size), taps);
  }

  #randAugment({ count, probability = 1, choices }: RandAugmentStage): void {
    if (count < 1 || choices.length === 0) return;
    const parameters = this.#operations(choices.map((entry) => ({ ...entry, probability })), count);
    for (let i = 0; i < count; i++) this.#push(Draw.operation, 2, parameters, 1);
  }

  #policy({ policies }: PolicyStage): void {
    const [first] = policies;
    if (!first?.length) return;
    if (policies.some(({ length }) => length !== first.length)) {
      throw new RangeError("Policies of different lengths: give each as many operations");
    }
    const [entries, , ...size] = this.#operations(policies.flat(), first.length);
    const parameters = [entries!, policies.length, first.length, ...size]; // all are there
    this.#push(Draw.policy, 1 + 2 * first.length, parameters, first.length);
  }

  #colorJitter(stage: ColorJitterStage): void {
    const choices = jitterChoices(stage), { length } = choices;
    if (length === 0) return;
    const parameters = [...this.#operations(choices, length), floatBits(stage.probability ?? 1)];
    this.#push(Draw.shuffle, 1 + length, parameters, length);
  }

  /** Parameters of stages that choose operations for `count` steps: their place, their number and the size. */
  #operations(choices: readonly PolicyOperation[], count: number): number[] {
    this.#needPixels();
    const { height, width } = this.size;
    const mixed = choices.some(({ filter = "nearest" }) => filter !== "nearest");
    const blurs = choices.some(({ operation }) => operation === "blur");
    // Statistics, then values; mixing reads up to 16 pixels without a loop, a blur five six times.
    this.visits += count * (blurs ? 36 : mixed ? 4 : 2) * height * width;
    for (const code of choices.flatMap(codesOf)) this.codes.add(code);
    const entries = this.#place(encodeChoices(choices, this.size, (words) => this.#place(words)));
    return [entries, choices.length, height, width];
  }

  #cutout({ size, fill, leastCentre = 0, centre }: CutoutStage): void {
    this.#needPixels();
    this.codes.add(Code.box);
    this.visits += this.size.height * this.size.width;
    if (centre) {
      const [least] = typeof size === "number" ? [size] : size;
      const step = encodeCutout(cutoutBox({ centre, size: least }, this.size), fill);
      return this.#push(Draw.step, 0, [this.#place(step)], 1);
    }
    const sizes = typeof size === "number" ? [size, size] : size;
    const laws = [...sizes, leastCentre].map(floatBits);
    const { height, width } = this.size;
    this.#push(Draw.cutout, 1, [...laws, colourWord(fill), height, width], 1);
  }

  #hide({ length, centre }: HideStage): void {
    const { height, width } = this.size;
    if (centre && !(inside(centre.x, width) && inside(centre.y, height))) {
      throw new RangeError(`Pixel (${centre.x}, ${centre.y}) is not in ${shown(this.size)} pixels`);
    }
    const places = centre ? [centre.y, 1, centre.x, 1] : [0, height, 0, width];
    this.#push(Draw.hide, 1, [length, ...places, height, width]);
    this.#hides = true;
  }

  /** Makes sure that the next step finds the image in an area. */
  #needPixels(): void {
    if (this.#window.moved || this.steps === 0) this.#flush();
  }

  #flush(): void {
    const { height, width } = this.size;
    this.codes.add(Code.window);
    this.#push(Draw.window, 0, [this.#windowFlags(), height, width], 1);
    this.#window = { moved: false, border: null };
    this.#leaves(this.size);
  }

  #windowFlags(): number {
    return this.#window.border === "zero" ? Window.zero : 0;
  }

  #leaves(size: PixelSize, taps = 0): void {
    const pixels = size.height * size.width;
    this.size = size;
    this.capacity = Math.max(this.capacity, pixels);
    this.visits += pixels * (1 + taps);
  }

  #push(kind: number, slots: number, parameters: readonly number[], steps = 0): void {
    const words = [kind, this.#slots, this.steps, ...parameters];
    while (words.length < STAGE) words.push(0);
    this.#stages.push(words);
    this.#slots += slots;
    this.steps += steps;
  }

  #place(words: ArrayLike<number>): number {
    const at = VIEW + this.#data.length;
    for (let i = 0; i < words.length; i++) this.#data.push(words[i]!); // i is inside
    return at;
  }
}

/**
 * Looks at a crop before it is laid out.
 *
 * @throws {RangeError} If it does not fit into the image with its margin, or its place is not in it.
 */
function checkCrop(
  { pad, border, at }: CropStage,
  { from, out, rows, columns }: {
    readonly from: PixelSize;
    readonly out: PixelSize;
    /** Places there are along each axis. */
    readonly rows: number;
    readonly columns: number;
  },
): void {
  const { height, width } = from;
  if (pad < 0 || rows < 1 || columns < 1 || out.height < 1 || out.width < 1) {
    throw new RangeError(
      `Cannot crop ${shown(out)} from ${shown(from)} pixels with a margin of ${pad}`,
    );
  }
  if (border === "reflect" && pad >= Math.min(height, width)) {
    throw new RangeError(`Cannot reflect ${pad} pixels around an image of ${shown(from)}`);
  }
  if (at && !(inside(at.left, columns) && inside(at.top, rows))) {
    throw new RangeError(
      `Cannot crop at (${at.top}, ${at.left}): there are ${rows} x ${columns} places`,
    );
  }
}

/** `32 x 32`, for messages. */
export function shown({ height, width }: PixelSize): string {
  return `${height} x ${width}`;
}

/** Height and width of what may be one number for both. */
function extent(size: Extent): PixelSize {
  return typeof size === "number" ? { height: size, width: size } : size;
}

/** Whether a number is one of 0 to `end` - 1. */
function inside(value: number, end: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < end;
}
