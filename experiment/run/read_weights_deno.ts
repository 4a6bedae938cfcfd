import { BadInput } from "../../core/bad_input.ts";
import { decodeSafetensors, type Stored } from "../../core/safetensors.ts";

/**
 * Reads a safetensors file of weights.
 *
 * @throws {BadInput} If it cannot be read or is not one.
 */
export async function readWeights(path: string): Promise<Stored["tensors"]> {
  try {
    const bytes = await Deno.readFile(path);
    // Batch norm's counters, 64-bit integers that have no effect.
    const skip = (name: string) => name.endsWith("num_batches_tracked");
    return decodeSafetensors(bytes, path, { skip, convert: true }).tensors;
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadInput(error.message);
    if (!(error instanceof Error)) throw error;
    throw new BadInput(`Cannot read the weights ${path}: ${error.message}`);
  }
}
