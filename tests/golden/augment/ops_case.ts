import type { Device } from "../../../core/autograd/device.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { imageAt, type Images, type ImageViews } from "./image_views.ts";

/** What the checks of a case of `augment_ops` share. */
export interface OpsCase {
  readonly c: GoldenCase;
  readonly check: Check;
  readonly device: Device;
  readonly views: ImageViews;
  /** The group's images by name. */
  readonly pools: ReadonlyMap<string, Images>;
}

/** A pool by name. */
export function pool({ pools }: OpsCase, name: string): Images {
  const found = pools.get(name);
  if (!found) throw new ReferenceError(`There are no images '${name}'`);
  return found;
}

/** The images that a text like `images/cifar[0]` or `of images/odd` names. */
export function namedImages(o: OpsCase, text: string): Images {
  const [, name, from, to] = text.match(/images\/(\w+)(?:\[(\d+)(?:\.\.(\d+))?\])?/) ?? [];
  if (name === undefined) throw new SyntaxError(`'${text}' names no images`);
  const all = pool(o, name);
  if (from === undefined) return all;
  if (to === undefined) return imageAt(all, Number(from));
  const parts = Array.from(
    { length: Number(to) - Number(from) + 1 },
    (_, i) => imageAt(all, Number(from) + i),
  );
  return {
    shape: [parts.length, ...all.shape.slice(1)],
    data: Uint8Array.from(parts.flatMap(({ data }) => [...data])),
  };
}
