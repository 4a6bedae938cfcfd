import { type Grid, linearGrid } from "../../../kernels/kernel.ts";
import { matmulRegisterKernel, type MatmulVariant } from "../../../kernels/matmul.ts";
import { matmulTiledKernel } from "../../../kernels/matmul_tiled.ts";

/** Sizes of a matrix product, `[batches, m, k] · [batches, k, n]`. */
export interface MatmulSizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batches: number;
}

/** How a matrix product is computed. */
export interface MatmulPlan {
  readonly kernel: ReturnType<typeof matmulRegisterKernel>;
  /** Parts of the inner axis, whose results are summed afterwards. */
  readonly splits: number;
  /** Length of a part, a multiple of 4. */
  readonly chunk: number;
  readonly grid: Grid;
}

/** Shortest part of an inner axis that is worth a sum afterwards. */
const SHORTEST_PART = 128;

/** Chooses kernel and tile; few tiles over a long inner axis are split, unless a bias is added. */
export function planMatmul(
  { m, n, k, batches }: MatmulSizes,
  variant: MatmulVariant,
  software: boolean,
): MatmulPlan {
  const tilesOf = (size: number) => Math.ceil(m / size) * Math.ceil(n / size) * batches;
  // A tile of 16 compiles four times as long as one of 8 and wastes more at the edges.
  const tile = software ? Math.min(m, n) >= 128 ? 16 : 8 : tilesOf(128) >= 128 ? 128 : 64;
  const tiles = tilesOf(tile);
  const wanted = Math.ceil(128 / Math.max(tiles, 1));
  const most = variant.bias ? 1 : Math.max(1, Math.floor(k / SHORTEST_PART));
  const chunk = Math.max(4, Math.ceil(k / Math.min(wanted, most) / 4) * 4);
  const splits = Math.max(1, Math.ceil(k / chunk));
  if (tile === 8 || tile === 16) {
    return {
      kernel: matmulRegisterKernel(variant, tile),
      splits,
      chunk,
      grid: linearGrid(Math.ceil(tiles * splits / 64)),
    };
  }
  return {
    kernel: matmulTiledKernel(variant, tile),
    splits,
    chunk,
    grid: linearGrid(tiles * splits),
  };
}
