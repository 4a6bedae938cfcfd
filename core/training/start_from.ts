import { copyWeights } from "../nn/parameters.ts";
import { type ImportOptions, importStateDict } from "../nn/state_dict.ts";
import type { Stored } from "../safetensors.ts";
import type { Trainer } from "./trainer.ts";

/**
 * Gives a trainer's network, and its average, the values of a PyTorch state dict to start from; to
 * be called before the first step.
 *
 * @throws {TypeError} If a tensor is missing, unknown or of another shape, by name.
 */
export function startFrom(
  { network }: Trainer,
  dict: Stored["tensors"],
  options: ImportOptions = {},
): void {
  const { set, student, average } = network;
  importStateDict(set, student, dict, options);
  copyWeights(student, average);
}
