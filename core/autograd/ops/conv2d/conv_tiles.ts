import type { TiledConvVariant } from "../../../../kernels/conv2d/tiled_conv.ts";
import { FILTER_ROWS, type TiledFilterVariant } from "../../../../kernels/conv2d/tiled_filter.ts";
import type { Device } from "../../device.ts";

/** By what a convolution's fastest tile is known. */
export interface ConvKind {
  /** Output pixels of all images. */
  readonly pixels: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly tapRows: number;
  readonly tapColumns: number;
  readonly stride: number;
}

/** The tiles that a kernel comes in, and which of them a convolution runs in. */
export interface TileChoice<Tile> {
  /** What the convolution is called in {@linkcode Device.tiles}. */
  readonly key: string;
  /** Name of its tile where none was timed. */
  readonly rule: string;
  /** All tiles by name; each gives the same bits, as it sums in the same order. */
  readonly tiles: ReadonlyMap<string, Tile>;
}

/** The tile that was the fastest on a device, else that of the rule. */
export function tileOf<Tile>(device: Device, { key, rule, tiles }: TileChoice<Tile>): Tile {
  const timed = device.software ? undefined : tiles.get(device.tiles.get(key) ?? rule);
  return timed ?? tiles.get(rule)!; // rules name tiles
}

/** Workgroups that keep a large GPU busy. */
export const WORKGROUPS = 1024;

/** Output pixels from which on more of them change no choice, as a power of two. */
const MANY = 17;

/** Their number. */
export const MANY_PIXELS: number = 2 ** MANY;

/** Output pixels and channels of a workgroup. */
export type ConvTile = Pick<TiledConvVariant, "pixels" | "channels">;

const CONV_TILES: ReadonlyMap<string, ConvTile> = new Map(
  ([[128, 128], [128, 64], [64, 64], [128, 32], [64, 32], [128, 16], [64, 16]] as const)
    .map(([pixels, channels]) => [`${pixels}x${channels}`, { pixels, channels }]),
);

/**
 * Tiles of a convolution. By rule the largest of 8 × 4 outputs an invocation that leaves no channels
 * idle and gives every core something to do.
 */
export function convTiles(
  kind: ConvKind,
  reach: TiledConvVariant["reach"],
): TileChoice<ConvTile> {
  const { pixels, outputs } = kind;
  const channels = Math.min(64, channelsFor(outputs));
  const groups = Math.ceil(pixels / 128) * Math.ceil(outputs / channels);
  return {
    key: `conv ${describe(kind)} ${reach}`,
    rule: `${2 * groups >= WORKGROUPS ? 128 : 64}x${channels}`,
    tiles: CONV_TILES,
  };
}

/** Output channels of a workgroup; it always has as many rows. */
export type FilterTile = Pick<TiledFilterVariant, "channels">;

const FILTER_TILES: ReadonlyMap<string, FilterTile> = new Map(
  ([64, 32] as const).map((channels) => [`${FILTER_ROWS}x${channels}`, { channels }]),
);

/** Tiles of a filter gradient. */
export function filterTiles(kind: ConvKind): TileChoice<FilterTile> {
  const rule = `${FILTER_ROWS}x${kind.outputs <= 32 ? 32 : 64}`;
  return { key: `filter ${describe(kind)}`, rule, tiles: FILTER_TILES };
}

/** Names of the tiles that are worth a try: those that leave few channels idle, that of the rule first. */
export function candidates(
  { rule, tiles }: TileChoice<{ readonly channels: number }>,
  outputs: number,
): string[] {
  const most = channelsFor(outputs);
  const near = [...tiles].filter(([, { channels }]) => channels <= most && 2 * channels >= most);
  return [...new Set([rule, ...near.map(([name]) => name)])];
}

/** Channels of the smallest tile that has them all, or of the largest. */
function channelsFor(outputs: number): 16 | 32 | 64 | 128 {
  return outputs <= 16 ? 16 : outputs <= 32 ? 32 : outputs <= 64 ? 64 : 128;
}

function describe({ pixels, inputs, outputs, tapRows, tapColumns, stride }: ConvKind): string {
  const power = Math.min(MANY, Math.round(Math.log2(pixels)));
  return `${inputs}x${outputs} ${tapRows}x${tapColumns}/${stride} pixels 2^${power}`;
}
