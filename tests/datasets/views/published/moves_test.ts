import assert from "node:assert/strict";
import { requestDevice } from "../../../../core/autograd/request_device.ts";
import { countOf, misfit } from "../../../golden/augment/frequencies.ts";
import { drawRows } from "../../../golden/augment/law_rows.ts";
import { publishedViews } from "../../../../datasets/views/published/published_views.ts";

const device = await requestDevice();
const half = [0.5, 0.5, 0.5] as const;

/** Places of a crop along an axis, from the first to the last one. */
interface Moves {
  readonly system: string;
  readonly dataset: string;
  /** Of the images. */
  readonly from: number;
  /** Of the views. */
  readonly to: number;
  readonly places: readonly [first: number, last: number];
  readonly flipsY?: boolean;
  readonly view?: "weak" | "labeled";
}

const MOVES: readonly Moves[] = [
  { system: "acr", dataset: "imagenet127", from: 64, to: 64, places: [-8, 8], view: "labeled" },
  { system: "adello", dataset: "imagenet127", from: 64, to: 64, places: [-8, 8] },
  { system: "adello", dataset: "eurosat", from: 64, to: 64, places: [-8, 8], flipsY: true },
  { system: "adello", dataset: "tissuemnist", from: 32, to: 32, places: [-1, 1], flipsY: true },
  { system: "daso", dataset: "stl10", from: 32, to: 32, places: [-4, 4] },
  { system: "seval", dataset: "semi-aves", from: 256, to: 224, places: [-4, 36] },
  { system: "torchssl", dataset: "cifar10", from: 32, to: 32, places: [-4, 4] },
  { system: "default", dataset: "folder", from: 32, to: 32, places: [-4, 4] },
  { system: "balpoe-long", dataset: "cifar10", from: 32, to: 32, places: [-4, 4] },
];

for (const { system, dataset, from, to, places, flipsY = false, view = "weak" } of MOVES) {
  Deno.test(`${system} flips and crops ${view} views of ${dataset} as often each way`, async () => {
    const spec = publishedViews(system, { dataset, size: from, mean: half, std: half })[view]!; // ACR's
    // What follows the moves has a law of its own.
    const stages = spec.stages.filter(({ kind }) => kind === "flip" || kind === "crop");
    const rows = await drawRows(device, { ...spec, stages }, { size: from, name: system });
    const [first, last] = places;
    const law = countOf(Array.from({ length: last - first + 1 }, (_, i) => first + i));
    for (const [axis, flips] of [["x", true], ["y", flipsY]] as const) {
      const windows = rows.map(({ window: { flipX, flipY, left, top } }) =>
        axis === "x" ? { flip: flipX, start: left } : { flip: flipY, start: top }
      );
      const shares = countOf(flips ? ["true", "false"] : ["false"]);
      assert.equal(misfit(countOf(windows.map(({ flip }) => `${flip}`)), shares), null, axis);
      // A mirrored view begins at its last pixel.
      const starts = windows.map(({ flip, start }) => flip ? start - (to - 1) : start);
      const ends = starts.map((v, i) => windows[i]!.flip && flipFirst(stages) ? from - to - v : v); // as long
      assert.equal(misfit(countOf(ends), law), null, axis);
    }
  });
}

/** Whether the crop is of a mirrored image, so that it counts from the other side. */
function flipFirst(stages: readonly { readonly kind: string }[]): boolean {
  return stages[0]?.kind === "flip";
}
