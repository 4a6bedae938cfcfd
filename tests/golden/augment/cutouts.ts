import { drawViews } from "../../../datasets/views/augment.ts";
import { cutoutBox } from "../../../datasets/views/compile/cutout_box.ts";
import type { Channels, Stage } from "../../../datasets/views/view_spec.ts";
import { Head } from "../../../kernels/augment/program.ts";
import { ImageViews } from "./image_views.ts";
import { namedImages, type OpsCase } from "./ops_case.ts";

/** Filled boxes: their corners, the images, and how many pixels two colours tell apart. */
export async function cutout(o: OpsCase): Promise<void> {
  const { c, check, device, views } = o;
  const { size, centres_xy: centres, fill, input } = c.params;
  const image = namedImages(o, input);
  const [height, width] = image.shape.slice(-3) as [number, number];
  const others = new ImageViews(device);
  const boxes: number[] = [];
  for (const [x, y] of centres) {
    const stage = (colour: Channels): Stage[] => [
      { kind: "cutout", size, fill: colour, centre: { x, y } },
    ];
    views.add(image, stage(fill));
    others.add(image, stage(fill.map((v: number) => 255 - v)));
    boxes.push(...cutoutBox({ centre: { x, y }, size }, { height, width }));
  }
  const bytes = await views.bytes(), changed = await others.bytes();
  check.equal("boxes", boxes, c.tensor("boxes"));
  check.equal("out", bytes, c.tensor("out"));
  const filled = centres.map((_: unknown, k: number) => {
    let pixels = 0;
    for (let i = k * height * width; i < (k + 1) * height * width; i++) {
      if (bytes[3 * i] !== changed[3 * i]) pixels++;
    }
    return pixels;
  });
  check.equal("filled", filled, c.tensor("filled"));
}

/** Hidden boxes of normalised images: their corners, and where values differ from the image's. */
export async function tensorCutout(o: OpsCase): Promise<void> {
  const { c, check, device, views } = o;
  const { length, centres_yx: centres, input } = c.params;
  const image = namedImages(o, input);
  const normalization = { mean: [-1, -1, -1], std: [1, 1, 1] } as const; // no value is 0
  const boxes: number[] = [], kept: number[] = [];
  for (const [y, x] of centres) {
    const stages: Stage[] = [{ kind: "hide", length, centre: { x, y } }];
    const spec = { stages, ...normalization };
    const tensor = device.tensor(image.data, image.shape, "u8");
    const program = drawViews(tensor, [{ spec, name: "golden" }], { seed: 0, step: 0, n: 1 });
    const [words, values] = await device.readAll([program, views.floats(image, spec)]);
    boxes.push(...words.subarray(Head.box, Head.box + 4));
    kept.push(...values.filter((_, i) => i % 3 === 0).map((v) => v === 0 ? 0 : 1));
  }
  check.equal("boxes", boxes, c.tensor("boxes"));
  check.equal("mask", kept, c.tensor("mask"));
}
