import { BadInput } from "../../core/bad_input.ts";
import type { Model } from "../../core/nn/model.ts";
import { importStateDict, stateDictOf } from "../../core/nn/state_dict.ts";
import type { Stored } from "../../core/safetensors.ts";
import { stateHash, stepsOf } from "../../core/training/checkpoint.ts";
import { adjustLogits, adjustsLogits, solidLogits } from "../../core/training/evaluate.ts";
import type { Stack } from "../../core/training/plugin/compose.ts";
import { type MergedNeeds, mergeNeeds } from "../../core/training/plugin/merge_needs.ts";
import type { DataInfo, NetworkName } from "../../core/training/plugin/needs.ts";
import {
  type DeclaredNetwork,
  declareNetwork,
  featuresOf,
} from "../../core/training/step/network.ts";
import { PluginState } from "../../core/training/step/plugin_state.ts";
import { splitInfo } from "../../datasets/loading/split_draws.ts";
import type { Split } from "../../datasets/split/split.ts";
import { classMapOf } from "./class_map.ts";
import type { ClassMap } from "./model_card.ts";
import type { Preparation } from "./preparation.ts";
import { type DeviceOption, openDevice, TrainedModel } from "./trained_model.ts";

/** What {@linkcode checkpointModel} makes a network of. */
export interface CheckpointModelOptions {
  /** The checkpoint. */
  readonly stored: Stored;
  /** The network that was trained. */
  readonly model: Model;
  /** The methods that trained it. */
  readonly stack: Stack;
  /** How the images were dealt out. */
  readonly split: Split;
  /** Steps of the whole run. */
  readonly steps: number;
  /** Names of the classes in the order of the split. */
  readonly classNames: readonly string[];
  /** What was done to test images. */
  readonly preparation: Preparation;
  /** Which network; by default the one that the methods evaluate. */
  readonly network?: NetworkName | undefined;
  /** Where it runs. */
  readonly device?: DeviceOption | undefined;
}

/**
 * The network of a run's checkpoint, with the head and the logits that its methods evaluate. Needs no
 * images.
 *
 * @throws {BadInput} If the checkpoint is of another network or other methods.
 */
export async function checkpointModel(options: CheckpointModelOptions): Promise<TrainedModel> {
  const { stored, model, stack, split, steps, classNames, preparation } = options;
  const input = { classes: classNames.length, size: preparation.size };
  const data: DataInfo = {
    ...splitInfo({ name: split.dataset, classNames }, split),
    features: featuresOf(model, input),
  };
  const needs = mergeNeeds(stack, data);
  const network = options.network ?? needs.evalNetwork;
  const step = stepsOf(stored) ?? 0;
  const head = step >= Math.round(needs.evalHeadFrom * steps) ? needs.evalHead : "main";
  const declared = declareNetwork(model, input, needs);
  let tensors: Stored["tensors"];
  try {
    tensors = stateDictOf(declared.set, (name) => floats(stored, `${network}/${name}`));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new BadInput(
      `The checkpoint is of another network than '${model.name}': ${error.message}`,
    );
  }
  const evaluation = adjustsLogits(stack)
    ? await adjustmentOf(stored, {
      ...{ stack, data, head, needs, tensors, network: declared },
      size: preparation.inputSize,
      device: options.device,
    })
    : null;
  const unknown = evaluation === "unknown";
  return new TrainedModel({
    card: {
      algorithm: stack.name,
      dataset: split.dataset,
      model: model.name,
      modelVariant: model.variant ?? null,
      network,
      head,
      heads: needs.heads,
      classwiseNorms: needs.classwiseNorms,
      step,
      state: stored.metadata.state ?? await stateHash(stored),
      classNames,
      preparation,
      evaluation: unknown ? null : evaluation,
    },
    tensors,
    model,
    device: options.device,
    refusal: unknown
      ? `'${stack.name}' changes the logits of its evaluations by more than a factor and an addend for each class, which no network outside of its run can repeat: give adjustEvaluation that form`
      : undefined,
  });
}

function floats({ tensors }: Stored, name: string): Float32Array | undefined {
  const found = tensors.get(name);
  return found?.dtype === "F32" ? found.data as Float32Array : undefined;
}

interface AdjustmentOptions {
  readonly stack: Stack;
  readonly data: DataInfo;
  readonly head: string;
  readonly needs: MergedNeeds;
  readonly network: DeclaredNetwork;
  /** Its weights. */
  readonly tensors: Stored["tensors"];
  /** Width and height of the images. */
  readonly size: number;
  readonly device: DeviceOption | undefined;
}

/** What the methods do to logits, given what they kept in the checkpoint and what the network says. */
async function adjustmentOf(
  stored: Stored,
  { stack, data, head, needs, network, tensors, size, device: asked }: AdjustmentOptions,
): Promise<ClassMap | null | "unknown"> {
  const { device, own } = await openDevice(asked);
  const state = new PluginState(device, stack.plugins, data);
  const weights = Object.keys(needs.solids).length > 0 ? network.set.allocate(device) : null;
  try {
    for (const [key, tensor] of state.tensors) {
      const values = floats(stored, `plugin/${key}`);
      if (values?.length !== tensor.size) {
        throw new BadInput(`The checkpoint has no 'plugin/${key}' of ${tensor.size} numbers`);
      }
      device.write(tensor, values);
    }
    if (weights) importStateDict(network.set, weights, tensors);
    const map = await classMapOf(device, (z) => {
      const solids = weights
        ? solidLogits({ device, network, needs }, { weights, head, size })
        : {};
      return adjustLogits({ stack, state, data }, z, { head, solids });
    }, data.classes);
    if (!map) return "unknown";
    const plain = map.scale.every((s) => s === 1) && map.offsets.every((o) => o === 0);
    return plain ? null : map;
  } finally {
    for (const tensor of state.tensors.values()) tensor.dispose();
    weights?.flatParameters.dispose();
    weights?.flatBuffers.dispose();
    if (own) device.destroy();
  }
}
