import type { ResizeFilter } from "../../../datasets/images/resample_weights.ts";
import type { Stage } from "../../../datasets/views/view_spec.ts";
import { ImageViews } from "./image_views.ts";
import { namedImages, type OpsCase } from "./ops_case.ts";

/** Whole images to another size. */
export async function resize(o: OpsCase): Promise<void> {
  const { height, width, filter, input } = o.c.params;
  o.views.add(namedImages(o, input), [{ kind: "resize", size: { height, width }, filter }]);
  o.check.equal("out", await o.views.bytes(), o.c.tensor("out"));
}

/** The shorter side to a size, then the middle. */
export async function resizeShorter(o: OpsCase): Promise<void> {
  const { c, check, device } = o;
  const { shorter, crop, resized_hw: size, input } = c.params;
  const stages: Stage[] = [
    { kind: "resizeShorter", size: shorter },
    { kind: "centerCrop", size: crop },
  ];
  for (const [name, count] of [["resized", 1], ["out", 2]] as const) {
    const views = new ImageViews(device);
    views.add(namedImages(o, input), stages.slice(0, count));
    check.equal(name, await views.bytes(), c.tensor(name));
  }
  check.equal("resized_hw", c.tensor("resized").shape.slice(0, 2), size);
}

/** Boxes of an image to a size; the filter is the last part of the name. */
export async function resizedCrop(o: OpsCase): Promise<void> {
  const { boxes_top_left_h_w: boxes, size, input } = o.c.params;
  const filter = o.c.name.match(/_(bilinear|bicubic)$/)?.[1] as ResizeFilter | undefined;
  if (!filter) return o.check.fail("", "the name tells no filter");
  for (const [top, left, height, width] of boxes) {
    const box = { top, left, height, width };
    o.views.add(namedImages(o, input), [{ kind: "resizedCrop", size, filter, box }]);
  }
  o.check.equal("out", await o.views.bytes(), o.c.tensor("out"));
}

/** What no system does must not come out. */
export async function unusedResizeBox(o: OpsCase): Promise<void> {
  const want = o.c.tensor("out");
  const [top, left, height, width] = o.c.params.box_top_left_h_w;
  const box = { top, left, height, width };
  o.views.add(namedImages(o, o.c.params.input), [
    { kind: "resizedCrop", size: want.shape[0]!, box }, // an image has three sizes
  ]);
  const bytes = await o.views.bytes();
  o.check.that("out", bytes.some((v, i) => v !== want.data[i]), "pixels outside the box were read");
}
