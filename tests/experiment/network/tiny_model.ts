import type { Model } from "../../../core/nn/model.ts";
import type { StoredTensor } from "../../../core/safetensors.ts";
import { stateDictOf } from "../../../core/nn/state_dict.ts";
import { Random } from "../../../core/random.ts";
import { declareNetwork } from "../../../core/training/step/network.ts";
import type { ModelCard } from "../../../experiment/network/model_card.ts";
import { TrainedModel } from "../../../experiment/network/trained_model.ts";

/** Images of random colours with random pixels, HWC: no two look alike to any network. */
export function randomImages(count: number, size: number): Uint8Array {
  const random = new Random({ seed: 3, name: `images ${count} of ${size}` });
  const pixels = size * size * 3;
  const colours = Array.from({ length: 3 * count }, () => random.below(206));
  return Uint8Array.from(
    { length: count * pixels },
    (_, i) => colours[3 * Math.floor(i / pixels) + i % 3]! + random.below(50), // three an image
  );
}

/**
 * A model with random weights whose running statistics, scales and shifts are no defaults either, so
 * that a mistake in any of them shows.
 */
export function randomModel(
  model: Model,
  { size = 16, classes = 4, ...card }: { size?: number; classes?: number } & Partial<ModelCard> =
    {},
): TrainedModel {
  const heads = card.heads ?? {};
  const classwiseNorms = card.classwiseNorms ?? [];
  const { set } = declareNetwork(model, { classes, size }, { heads, classwiseNorms });
  const shapes = new Map(
    [...set.parameters.specs, ...set.buffers.specs].map(({ name, shape }) =>
      [name, shape] as const
    ),
  );
  const tensors: ReadonlyMap<string, StoredTensor> = stateDictOf(set, (name) => {
    const [, norm, statistic] = name.match(/^(.+)(\.running_.+)$/) ?? [];
    // Class-wise norms have the same statistics at all times.
    const shared = classwiseNorms.some((n) => n === norm) ? classwiseNorms[0] + statistic! : name; // one norm
    const random = new Random({ seed: 5, name: shared });
    const shape = shapes.get(name)!; // every name is one of them
    const length = shape.reduce((a, b) => a * b, 1);
    // As large as lets signals through blocks that add up, and makes logits of a few units.
    const inputs = shape.length === 4 ? length / shape[3]! : shape[1]!;
    const between = (least: number, most: number) => () =>
      least + (most - least) * random.uniform();
    const spread = Math.sqrt(6 / inputs);
    const draw = shape.length > 1
      ? between(-spread, spread)
      : name.endsWith("running_var")
      ? between(0.5, 1.5)
      : name.endsWith(".weight")
      ? between(0.4, 0.8)
      : between(-0.4, 0.4);
    return Float32Array.from({ length }, draw);
  });
  return new TrainedModel({
    model,
    tensors,
    card: {
      algorithm: "none",
      dataset: "random",
      model: model.name,
      modelVariant: model.variant ?? null,
      network: "average",
      head: "main",
      heads,
      classwiseNorms,
      step: 0,
      state: "0",
      classNames: Array.from({ length: classes }, (_, c) => `class ${c}`),
      preparation: {
        size,
        fit: "cover",
        stages: [],
        inputSize: size,
        mean: [0.4, 0.5, 0.6],
        std: [0.2, 0.25, 0.3],
      },
      evaluation: null,
      ...card,
    },
  });
}
