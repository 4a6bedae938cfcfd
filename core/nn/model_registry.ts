import { unknownName } from "../names.ts";
import type { Model } from "./model.ts";
import { expertResNet } from "./expert_resnet.ts";
import { expertResNet50 } from "./expert_resnet_50.ts";
import { resNet, type ResNetDepth } from "./resnet.ts";
import { smallCnn } from "./small_cnn.ts";
import { wideResNet, wideResNet37, type WideResNetVariant } from "./wide_resnet.ts";

/** Names that {@linkcode modelByName} knows; D, K and M stand for any valid depth, width and number of experts. */
export const MODEL_NAMES: readonly string[] = [
  "small-cnn",
  "wrn-D-K",
  "wrn-37-K",
  "resnet-18",
  "resnet-34",
  "resnet-50",
  "resnext-50",
  "resnet-32-experts-M",
  "resnet-50-experts-M",
  "resnext-50-experts-M",
];

/**
 * The network of a name, e.g. `wrn-28-2`.
 *
 * @param variant Whose published form; see {@linkcode wideResNet}.
 * @param more `others`: networks from outside, e.g. of `--plugin`.
 * @throws {BadInput} If there is no network of that name; names the nearest.
 * @throws {RangeError} If there is none of that depth, width or number of experts.
 */
export function modelByName(
  name: string,
  variant: WideResNetVariant = "simpro",
  { others = [] }: { readonly others?: readonly Model[] } = {},
): Model {
  const own = others.find((model) => model.name === name);
  if (own) return own;
  if (name === "small-cnn") return smallCnn;
  const wide = name.match(/^wrn-(\d{1,4})-(\d{1,4})$/);
  if (wide) {
    const depth = Number(wide[1]), width = Number(wide[2]);
    return depth === 37 ? wideResNet37({ width }) : wideResNet({ depth, width, variant });
  }
  const many = name.match(/^(resnet-32|resnet-50|resnext-50)-experts-(\d{1,2})$/);
  if (many) {
    const experts = Number(many[2]), next = many[1] === "resnext-50";
    return many[1] === "resnet-32" ? expertResNet({ experts }) : expertResNet50({ experts, next });
  }
  if (name === "resnext-50") return resNet({ depth: 50, next: true, variant });
  const residual = name.match(/^resnet-(\d{1,4})$/);
  if (residual) return resNet({ depth: Number(residual[1]) as ResNetDepth, variant });
  throw unknownName(name, "model", [...MODEL_NAMES, ...others.map((model) => model.name)]);
}
