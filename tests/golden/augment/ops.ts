import type { Stage } from "../../../datasets/views/view_spec.ts";
import { quarterTurns } from "../../../core/autograd/ops/quarter_turns.ts";
import type { GoldenCase } from "../golden_case.ts";
import type { GoldenRunner } from "../runner.ts";
import { cutout, tensorCutout } from "./cutouts.ts";
import { namedImages, type OpsCase, pool } from "./ops_case.ts";
import { type Images, ImageViews } from "./image_views.ts";
import { operationStage } from "./operation_stage.ts";
import { resize, resizedCrop, resizeShorter, unusedResizeBox } from "./resizes.ts";

/** Which check a case gets: by a parameter only such cases have, else by its name. */
const CHECKS: readonly (readonly [key: string, run: (o: OpsCase) => void | Promise<void>])[] = [
  ["op", operation],
  ["f", blend],
  ["centres_xy", cutout],
  ["centres_yx", tensorCutout],
  ["offsets_yx", crop],
  ["filter", resize],
  ["shorter", resizeShorter],
  ["boxes_top_left_h_w", resizedCrop],
  ["box_top_left_h_w", unusedResizeBox],
  ["k", turn],
  ["mean", normalise],
  ["images", images],
  ["luma", luma],
  ["hflip", flip],
  ["vflip", flip],
];

/** Checks `augment_ops`: every image operation, one at a time. */
export const run: GoldenRunner = async (c, check, device) => {
  const found = CHECKS.find(([key]) => key in c.params || key === c.name);
  if (!found) return check.fail("", `no operation is known for a case like '${c.name}'`);
  const opened = await device();
  const views = new ImageViews(opened);
  await found[1]({ c, check, device: opened, views, pools: await readPools(c) });
};

async function readPools(c: GoldenCase): Promise<ReadonlyMap<string, Images>> {
  const { tensors } = await c.other(c.group);
  const prefix = "images/";
  return new Map(
    [...tensors].filter(([name]) => name.startsWith(prefix)).map(([name, { shape, data }]) => [
      name.slice(prefix.length),
      { shape, data: data as Uint8Array }, // images are U8
    ]),
  );
}

/** `out_POOL` has a row a magnitude (or an image), `out_POOL_all` every image for each of `all_v`. */
async function operation(o: OpsCase): Promise<void> {
  const { c, check, device } = o;
  const { op, v, input_of: inputOf, all_v: allV } = c.params;
  for (const name of c.tensorNames) {
    const [, poolName, all] = name.match(/^out_(\w+?)(_all)?$/) ?? [];
    if (poolName === undefined) return check.fail(name, "is no output of a pool of images");
    const views = new ImageViews(device);
    const inputs = pool(o, poolName);
    if (all) {
      for (const magnitude of allV[poolName]) views.add(inputs, [operationStage(op, magnitude)]);
    } else if (v === undefined) {
      views.add(inputs, [operationStage(op)]);
    } else {
      (v as number[]).forEach((magnitude, k) => {
        views.add(inputs, [operationStage(op, magnitude)], [inputOf[poolName][k]]);
      });
    }
    check.equal(name, await views.bytes(), c.tensor(name));
  }
}

/** The blend shows in the contrast of a grey image with one pixel that does not move its mean. */
async function blend({ c, check, views }: OpsCase): Promise<void> {
  const d = c.tensor("d").data, p = c.tensor("p").data, side = 24;
  (c.params.f as number[]).forEach((factor, k) => {
    const data = new Uint8Array(side * side * 3).fill(d[k]!).fill(p[k]!, 0, 3); // as many as f
    views.add({ shape: [side, side, 3], data }, [operationStage("Contrast", factor)]);
  });
  const bytes = await views.bytes(), step = side * side * 3;
  check.equal("out", c.params.f.map((_: number, k: number) => bytes[k * step]!), c.tensor("out")); // inside
}

/** A colour of 0 is the luma. */
async function luma({ c, check, views }: OpsCase): Promise<void> {
  const { shape, data } = c.tensor("rgb");
  views.add({ shape: [1, ...shape], data: data as Uint8Array }, [operationStage("Color", 0)]);
  check.equal("L", (await views.bytes()).filter((_, i) => i % 3 === 0), c.tensor("L"));
}

async function images(o: OpsCase): Promise<void> {
  for (const name of o.c.tensorNames) {
    const views = new ImageViews(o.device);
    views.add(pool(o, name), []);
    o.check.equal(name, await views.bytes(), o.c.tensor(name));
  }
}

async function flip(o: OpsCase): Promise<void> {
  const { c, check, device } = o;
  const axis = c.name === "hflip" ? "x" : "y";
  for (const name of c.tensorNames) {
    const views = new ImageViews(device), want = c.tensor(name);
    views.add(namedImages(o, want.meaning), [{ kind: "flip", axis, probability: 1 }]);
    check.equal(name, await views.bytes(), want);
  }
}

async function crop(o: OpsCase): Promise<void> {
  const { c, check, views } = o;
  const { pad, size, offsets_yx: offsets, input } = c.params;
  const border = c.name.match(/^crop_(reflect|zero)_/)?.[1] as "reflect" | "zero" | undefined;
  if (!border) return check.fail("", "the name tells no border");
  const extent = Array.isArray(size) ? { height: size[0], width: size[1] } : size;
  for (const [top, left] of offsets) {
    const stage: Stage = { kind: "crop", pad, border, size: extent, at: { top, left } };
    views.add(namedImages(o, input), [stage]);
  }
  check.equal("out", await views.bytes(), c.tensor("out"));
}

async function turn(o: OpsCase): Promise<void> {
  const { c, check, device, views } = o;
  const turns = c.params.k as number[];
  const half = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] } as const;
  const image = namedImages(o, c.params.input);
  const x = views.floats(image, { stages: [], ...half }, turns.map(() => 0));
  const turned = quarterTurns(x, device.tensor(turns, [turns.length], "i32"));
  const values = await device.read(turned);
  check.equal("out", Uint8Array.from(values, Math.round), c.tensor("out"));
}

async function normalise(o: OpsCase): Promise<void> {
  const { c, check, device, views } = o;
  const { mean, std } = c.params as { mean: [number, number, number]; std: typeof mean };
  const want = c.tensor("out");
  const input = namedImages(o, want.meaning);
  const values = await device.read(views.floats(input, { stages: [], mean, std }));
  const [, rows] = want.meaning.match(/rows ([\d,]+)/) ?? [];
  const width = input.shape.at(-2)! * 3; // images have four sizes
  const got = rows === undefined ? values : rows.split(",").flatMap((
    r,
  ) => [...values.subarray(Number(r) * width, (Number(r) + 1) * width)]);
  check.close("out", got, want, { relative: 0, absolute: 1e-6 });
}
