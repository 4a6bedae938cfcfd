import { z } from "zod";
import { BadInput } from "../../core/bad_input.ts";
import type { HeadSpec, NetworkName } from "../../core/training/plugin/needs.ts";
import { networkOf, networkWord } from "./network_words.ts";
import { describePreparation, type Preparation } from "./preparation.ts";

/** What a trained network is, beside its weights: whoever has both can classify images. */
export interface ModelCard {
  /** Methods that trained it, joined by `+`. */
  readonly algorithm: string;
  /** Name of the data set. */
  readonly dataset: string;
  /** Name of the model. */
  readonly model: string;
  /** Whose published form of it; null for models that have one form. */
  readonly modelVariant: string | null;
  /** Which of the run's networks. */
  readonly network: NetworkName;
  /** Head that classifies. */
  readonly head: string;
  /** Heads that methods added to the model's own. */
  readonly heads: Readonly<Record<string, HeadSpec>>;
  /** Batch norms that methods put side by side on the model's last map. */
  readonly classwiseNorms: readonly string[];
  /** Steps of training. */
  readonly step: number;
  /** SHA-256 over the tensors of the run's checkpoint. */
  readonly state: string;
  /** Names of the classes in the order of the logits. */
  readonly classNames: readonly string[];
  /** What is done to images first. */
  readonly preparation: Preparation;
  /** What the methods do to logits when they are evaluated: `scale · z + offsets`; null for nothing. */
  readonly evaluation: ClassMap | null;
}

/** A factor and an addend for the logits of each class. */
export interface ClassMap {
  /** Factors [classes]. */
  readonly scale: readonly number[];
  /** Addends [classes]. */
  readonly offsets: readonly number[];
}

/** A card as texts by name: the metadata of safetensors and ONNX files. */
export function cardToMetadata(card: ModelCard): Record<string, string> {
  const { preparation: { inputSize, mean, std, ...prepare }, evaluation } = card;
  return {
    format: "pt", // what PyTorch's own writer says
    algorithm: card.algorithm,
    dataset: card.dataset,
    model: card.model,
    ...(card.modelVariant === null ? {} : { modelVariant: card.modelVariant }),
    network: networkWord(card.network),
    head: card.head,
    heads: JSON.stringify(card.heads),
    ...(card.classwiseNorms.length === 0
      ? {}
      : { classwiseNorms: JSON.stringify(card.classwiseNorms) }),
    step: String(card.step),
    state: card.state,
    classNames: JSON.stringify(card.classNames),
    size: String(inputSize),
    mean: JSON.stringify(mean),
    std: JSON.stringify(std),
    resize: describePreparation(card.preparation),
    prepare: JSON.stringify(prepare),
    ...(evaluation === null ? {} : {
      evaluationScale: JSON.stringify(evaluation.scale),
      evaluationOffsets: JSON.stringify(evaluation.offsets),
    }),
  };
}

const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue({ code: "custom", message: "it is not JSON" });
    return z.NEVER;
  }
});
const natural = z.string().regex(/^\d{1,15}$/, "it is no whole number").transform(Number);
const positive = z.number().int().min(1).max(4096);
const channels = z.tuple([z.number(), z.number(), z.number()]);
const names = z.array(z.string()).min(1);
const perClass = json.pipe(z.array(z.number())).optional();
// What else a stage says is checked where its view is made.
const stage = z.looseObject({
  kind: z.enum(["resize", "resizeShorter", "centerCrop", "crop", "flip"]),
});
const preparation = z.strictObject({
  size: positive,
  fit: z.enum(["cover", "squash"]),
  stages: z.array(stage),
  inputSize: positive,
  mean: channels,
  std: channels,
});
const head = z.strictObject({
  classes: positive.max(1 << 20),
  experts: positive.optional(),
  parameterName: z.string().optional(),
  group: z.string().optional(),
  weightDecay: z.number().optional(),
  detach: z.boolean().optional(),
  projector: z.strictObject({
    hidden: positive.max(1 << 20),
    norm: z.boolean(),
    copies: positive.max(64).optional(),
  }).optional(),
});
const metadataSchema = z.object({
  algorithm: z.string(),
  dataset: z.string(),
  model: z.string(),
  modelVariant: z.string().optional(),
  network: z.enum(["ema", "raw"]),
  head: z.string(),
  heads: json.pipe(z.record(z.string(), head)),
  classwiseNorms: json.pipe(z.array(z.string()).max(64)).optional(),
  step: natural,
  state: z.string(),
  classNames: json.pipe(names),
  size: natural.pipe(positive),
  mean: json.pipe(channels),
  std: json.pipe(channels),
  prepare: json.pipe(preparation.pick({ size: true, fit: true, stages: true })),
  evaluationScale: perClass,
  evaluationOffsets: perClass,
});

const runModelSchema = z.strictObject({ classNames: names, preparation });

/** What of a card is known before a run's first step: the content of its `model.json`. */
export type RunModel = Pick<ModelCard, "classNames" | "preparation">;

/**
 * Reads the text of a `model.json`, trusting nothing in it.
 *
 * @param name What error messages call it.
 * @throws {BadInput} If it is none.
 */
export function parseRunModel(text: string, name: string): RunModel {
  const { success, data, error } = json.pipe(runModelSchema).safeParse(text);
  if (success) return data as RunModel; // absent and undefined are the same there
  const { path, message } = error.issues[0]!; // a failure has an issue
  throw new BadInput(
    `Cannot read ${name}: ${[path.join("."), message].filter(Boolean).join(": ")}`,
  );
}

/**
 * Reads a card from the metadata of a file, trusting nothing in it.
 *
 * @param name What error messages call the file.
 * @throws {BadInput} Naming what is missing or not of its form.
 */
export function cardFromMetadata(
  metadata: Readonly<Record<string, string>>,
  name: string,
): ModelCard {
  const { success, data, error } = metadataSchema.safeParse(metadata);
  if (!success) {
    const { path: [key = ""], message } = error.issues[0]!; // a failure has an issue
    throw new BadInput(
      key in metadata
        ? `Cannot use ${name} as a model: its ${String(key)} cannot be read (${message})`
        : `Cannot use ${name} as a model: its metadata have no '${
          String(key)
        }', as files of \`export\` do`,
    );
  }
  const { size, mean, std, prepare, evaluationScale: scale, evaluationOffsets: offsets } = data;
  const { length } = data.classNames;
  for (const list of [scale, offsets]) {
    if (list === undefined || list.length === length) continue;
    throw new BadInput(
      `Cannot use ${name} as a model: it has ${length} classes, but ${list.length} numbers for evaluation`,
    );
  }
  const { algorithm, dataset, model, network, head, heads, step, state, classNames } = data;
  return {
    ...{ algorithm, dataset, model, head, step, state, classNames },
    network: networkOf(network),
    modelVariant: data.modelVariant ?? null,
    heads: heads as ModelCard["heads"], // absent and undefined are the same there
    classwiseNorms: data.classwiseNorms ?? [],
    preparation: {
      ...prepare,
      stages: prepare.stages as Preparation["stages"],
      inputSize: size,
      mean,
      std,
    },
    evaluation: scale && offsets ? { scale, offsets } : null,
  };
}
