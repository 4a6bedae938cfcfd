import type { Device } from "../../core/autograd/device.ts";
import { add, mul } from "../../core/autograd/ops/pointwise.ts";
import { requestDevice } from "../../core/autograd/request_device.ts";
import type { Tensor } from "../../core/autograd/tensor.ts";
import { BadInput } from "../../core/bad_input.ts";
import type { Model } from "../../core/nn/model.ts";
import { modelByName } from "../../core/nn/model_registry.ts";
import type { ParameterSet, Weights } from "../../core/nn/parameters.ts";
import { importStateDict } from "../../core/nn/state_dict.ts";
import type { WideResNetVariant } from "../../core/nn/wide_resnet.ts";
import { decodeSafetensors, encodeSafetensors, type Stored } from "../../core/safetensors.ts";
import { declareNetwork, forwardBody, meanOfExperts } from "../../core/training/step/network.ts";
import { applyHead } from "../../core/training/step/step_outputs.ts";
import { augment } from "../../datasets/views/augment.ts";
import { cardFromMetadata, cardToMetadata, type ModelCard } from "./model_card.ts";
import { type Picture, squaresOf, viewOf } from "./preparation.ts";

/** What a network says of one image. */
export interface Prediction {
  /** Number of the most probable class. */
  readonly predicted: number;
  /** Its name. */
  readonly class: string;
  /** Its probability. */
  readonly confidence: number;
  /** Of each class, in the order of the model's `classNames`. */
  readonly probabilities: readonly number[];
}

/** What {@linkcode TrainedModel} is made of. */
export interface TrainedModelOptions {
  /** What it is. */
  readonly card: ModelCard;
  /** Its weights by PyTorch's names. */
  readonly tensors: Stored["tensors"];
  /** The network; by default the one that the card names. */
  readonly model?: Model | undefined;
  /** Where it runs. */
  readonly device?: DeviceOption | undefined;
  /** Why it cannot be used; whoever tries is told. */
  readonly refusal?: string | undefined;
}

/**
 * A device to be used, or what opens one when it is needed, which is then destroyed in the end; by
 * default the machine's adapter is opened.
 */
export type DeviceOption = Device | (() => Promise<Device>);

/** Opens the device that is asked for; `own` where it is to be destroyed. */
export async function openDevice(
  given: DeviceOption | undefined,
): Promise<{ readonly device: Device; readonly own: boolean }> {
  if (given !== undefined && typeof given !== "function") return { device: given, own: false };
  return { device: await (given ?? requestDevice)(), own: true };
}

/** A network on a device. */
export interface ModelOnDevice {
  /** The device. */
  readonly device: Device;
  /** Names and places of its parameters and buffers. */
  readonly set: ParameterSet;
  /** Their values. */
  readonly weights: Weights;
  /** Logits [images, classes] of prepared images [images, size, size, 3], as evaluations have them. */
  logits(x: Tensor): Tensor;
}

/** Images that are classified at a time. */
const BATCH = 64;

/**
 * A trained network that classifies images: what `train()` returns, and what is loaded of an exported
 * file. Its weights lie on the host; a device is opened when the first image comes.
 *
 * @example Train, save, load, classify
 * ```ts
 * import { fixmatch, loadModel, smallCnn, syntheticDataset, train } from "@longtail/longtail";
 * import assert from "node:assert/strict";
 *
 * const dataset = await syntheticDataset({ size: 16, train: 400, test: 20 });
 * const { network } = await train({
 *   dataset,
 *   model: smallCnn,
 *   algorithm: fixmatch(),
 *   split: { labeledMax: 8, gammaLabeled: 4, unlabeledMax: 24, gammaUnlabeled: 4 },
 *   settings: { steps: 5, batch: { labeled: 4, ratio: 2 } },
 * });
 * const model = loadModel(network.save());
 * const picture = { width: 16, height: 16, data: await dataset.test.read([0]) };
 * const [prediction] = await model.predict([picture]);
 * assert.ok(dataset.classNames.includes(prediction!.class));
 * model.dispose();
 * network.dispose();
 * ```
 */
export class TrainedModel {
  /** What it is. */
  readonly card: ModelCard;
  readonly #tensors: Stored["tensors"];
  readonly #model: Model;
  readonly #given: DeviceOption | undefined;
  readonly #refusal: string | undefined;
  #opened: Promise<ModelOnDevice> | undefined;

  /**
   * Puts a card and weights together.
   *
   * @throws {BadInput} If the card names a model that is not known, and none is given.
   */
  constructor({ card, tensors, model, device, refusal }: TrainedModelOptions) {
    this.card = card;
    this.#tensors = tensors;
    this.#model = model ?? knownModel(card);
    this.#given = device;
    this.#refusal = refusal;
  }

  /** Names of the classes in the order of probabilities. */
  get classNames(): readonly string[] {
    return this.card.classNames;
  }

  /**
   * Classifies pictures of any size, prepared as the test images of its training were.
   *
   * @param pictures Or whole images of the size of the training's, HWC bytes one after the other.
   * @returns A prediction an image, in their order.
   * @throws {TypeError} If bytes are no whole images, or a picture has other bytes than its size says.
   * @throws {BadInput} If a method changes logits in a way that no file can hold.
   */
  async predict(pictures: readonly Picture[] | Uint8Array): Promise<Prediction[]> {
    const { classNames } = this, { length: classes } = classNames;
    const logits = await this.logits(pictures);
    return Array.from(
      { length: logits.length / classes },
      (_, row) => predictionOf(logits.subarray(row * classes, (row + 1) * classes), classNames),
    );
  }

  /**
   * Logits of pictures as {@linkcode TrainedModel.predict} makes probabilities of them.
   *
   * @param pictures As there.
   * @returns Rows [N, C], row-major.
   * @throws As there.
   */
  async logits(pictures: readonly Picture[] | Uint8Array): Promise<Float32Array> {
    const { preparation, classNames: { length: classes } } = this.card, { size } = preparation;
    const bytes = size * size * 3;
    const whole = pictures instanceof Uint8Array;
    if (whole && pictures.length % bytes !== 0) {
      throw new TypeError(
        `${pictures.length} bytes are no whole images of ${size} x ${size} x 3 bytes: give pictures with width and height`,
      );
    }
    const count = whole ? pictures.length / bytes : pictures.length;
    const { device, logits } = await this.open();
    const view = viewOf(preparation);
    const all = new Float32Array(count * classes);
    for (let from = 0; from < count; from += BATCH) {
      const to = Math.min(count, from + BATCH);
      const squares = whole
        ? pictures.subarray(from * bytes, to * bytes)
        : squaresOf(pictures.slice(from, to), preparation);
      const made = device.keep(() =>
        device.scope(() => {
          const images = device.tensor(squares, [to - from, size, size, 3], "u8");
          const index = device.tensor([...Array(to - from).keys()], [to - from], "i32");
          return logits(augment(images, index, view, { seed: 0, step: 0, name: "predict" }));
        })
      );
      const [rows] = await device.readAll([made]);
      made.dispose();
      all.set(rows, from * classes);
    }
    return all;
  }

  /** Its weights by PyTorch's names and in its layouts. */
  stateDict(): Stored["tensors"] {
    return this.#tensors;
  }

  /**
   * A safetensors file of it, which {@linkcode loadModel} and PyTorch read.
   *
   * @throws {BadInput} If a method changes logits in a way that no file can hold.
   */
  save(): Uint8Array<ArrayBuffer> {
    this.#requireUsable();
    return encodeSafetensors(this.#tensors, cardToMetadata(this.card));
  }

  /** Puts the weights on a device; for those who run the network themselves. */
  open(): Promise<ModelOnDevice> {
    return this.#opened ??= this.#open();
  }

  /** Frees what is on the device; the model may be used again, which opens it anew. */
  async dispose(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    if (!opened) return;
    const { device, weights } = await opened;
    if (typeof this.#given !== "object") return device.destroy();
    weights.flatParameters.dispose();
    weights.flatBuffers.dispose();
  }

  #requireUsable(): void {
    if (this.#refusal !== undefined) throw new BadInput(this.#refusal);
  }

  async #open(): Promise<ModelOnDevice> {
    this.#requireUsable();
    const { classNames, preparation: { size }, heads, classwiseNorms, head, evaluation } =
      this.card;
    const classes = classNames.length;
    const network = declareNetwork(this.#model, { classes, size }, { heads, classwiseNorms });
    const { device, own } = await openDevice(this.#given);
    const weights = network.set.allocate(device);
    try {
      importStateDict(network.set, weights, this.#tensors);
    } catch (error) {
      if (own) device.destroy();
      if (error instanceof TypeError) throw new BadInput(error.message);
      throw error;
    }
    return {
      device,
      set: network.set,
      weights,
      logits(x) {
        const pass = { weights, norm: "running" } as const;
        const features = forwardBody(device, network, x, pass);
        const own = meanOfExperts(applyHead(network, head, features, pass));
        if (!evaluation) return own;
        const row = (values: readonly number[]) => device.tensor(values, [classes]);
        return add(mul(own, row(evaluation.scale)), row(evaluation.offsets));
      },
    };
  }
}

/** Settings of {@linkcode loadModel}. */
export interface LoadOptions extends Pick<TrainedModelOptions, "model" | "device"> {
  /** What error messages call the file. */
  readonly name?: string;
}

/**
 * A trained network from the bytes of a safetensors file that `export` or {@linkcode TrainedModel.save}
 * wrote.
 *
 * @param options `model`: the network, where it is one of your own.
 * @throws {BadInput} If the file is damaged, not such a one, or of a model that is not known.
 */
export function loadModel(
  bytes: Uint8Array,
  { name = "the file", ...options }: LoadOptions = {},
): TrainedModel {
  let stored: Stored;
  try {
    stored = decodeSafetensors(bytes, name);
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadInput(error.message);
    throw error;
  }
  const card = cardFromMetadata(stored.metadata, name);
  return new TrainedModel({ card, tensors: stored.tensors, ...options });
}

function knownModel(
  { model, modelVariant }: Pick<ModelCard, "model" | "modelVariant">,
): Model {
  try {
    return modelByName(model, (modelVariant ?? undefined) as WideResNetVariant | undefined);
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof BadInput)) throw error;
    throw new BadInput(`${error.message}; a network of your own is given as the option 'model'`);
  }
}

function predictionOf(logits: Float32Array, classNames: readonly string[]): Prediction {
  const top = Math.max(...logits);
  const shares = Array.from(logits, (z) => Math.exp(z - top));
  const total = shares.reduce((a, b) => a + b, 0);
  const probabilities = shares.map((share) => share / total);
  const predicted = logits.indexOf(top);
  return {
    predicted,
    class: classNames[predicted] ?? String(predicted),
    confidence: probabilities[predicted] ?? NaN,
    probabilities,
  };
}
