import type { ParameterSpec } from "../../nn/parameters.ts";

/** What a block's parameters begin with: up to the first numbers that are parts of the name. */
const BLOCK = /^(.*?(?:\.\d+)+)\./;

/**
 * Factors on the learning rate by layer, `decay^(L − i)` for layer i of 0 … L: the stem before the first
 * residual block, then each block, then all that follows, the classifiers included. Of a network
 * without blocks each of its layers with weights counts as one, as batch norm's do with the
 * convolution before.
 *
 * USB's `layer_decay`, which numbers layers by names as well.
 *
 * @param specs Parameters in the order of the network.
 * @param decay 1 leaves all rates as they are.
 */
export function layerRates(
  specs: readonly Pick<ParameterSpec, "name" | "shape">[],
  decay: number,
): ReadonlyMap<string, number> {
  const blocks = specs.map(({ name }) => BLOCK.exec(name)?.[1] ?? null);
  const last = blocks.findLastIndex((block) => block !== null);
  const layers: number[] = [];
  let layer = 0, before: string | null = null;
  specs.forEach(({ shape }, i) => {
    const block = blocks[i]!; // one a spec
    const begins = last < 0
      ? i > 0 && shape.length > 1
      : block !== null
      ? block !== before
      : i === last + 1;
    if (begins) layer++;
    if (block !== null) before = block;
    layers.push(layer);
  });
  return new Map(specs.map(({ name }, i) => [name, decay ** (layer - layers[i]!)])); // one a spec
}
