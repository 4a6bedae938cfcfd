import assert from "node:assert/strict";
import { IMAGENET_FILL } from "../../../../datasets/views/published/view_options.ts";
import type { OperationChoice, Stage, ViewSpec } from "../../../../datasets/views/view_spec.ts";
import { publishedViews } from "../../../../datasets/views/published/published_views.ts";
import { infoOf } from "../../../../datasets/sets/set_info.ts";

/** A stage in a few words; lists of operations have laws and golden values of their own. */
function told(stage: Stage): string {
  switch (stage.kind) {
    case "flip":
      return stage.axis === "y" ? "flip y" : "flip";
    case "crop":
      return `${stage.border} ${stage.pad}${stage.size === undefined ? "" : ` to ${stage.size}`}`;
    case "centerCrop":
      return `middle ${stage.size}`;
    case "resize":
      return `resize ${stage.size}`;
    case "resizedCrop":
      return `random resized ${stage.size}`;
    case "randAugment":
      return `${stage.count} of ${stage.choices.length}${
        stage.probability === undefined ? "" : ` at ${stage.probability}`
      }${fillsOf(stage.choices)}`;
    case "cutout":
      return `cutout ${String(stage.size).replace(",", "-")} in ${stage.fill}`;
    case "hide":
      return `hide ${stage.length}`;
    case "policy":
      return `policies ${stage.policies.length}`;
    case "colorJitter":
      return `jitter ${[stage.brightness, stage.contrast, stage.saturation, stage.hue ?? 0]}`;
    default:
      return stage.kind;
  }
}

function fillsOf(choices: readonly OperationChoice[]): string {
  return choices.some(({ fill }) => `${fill}` === `${IMAGENET_FILL}`) ? " over 124,116,104" : "";
}

const line = ({ stages }: ViewSpec) => stages.map(told).join(", ");

const A = "2 of 14 at 0.5, cutout 16 in 127,127,127";
const B = (most: number) => `3 of 14, cutout 0-${most} in 125,123,114`;
const JITTER = "jitter 0.4,0.4,0.4,0";

/** As the releases have them: weak, strong, evaluated, labeled where it is another. */
const VIEWS: readonly (readonly [
  names: string,
  datasets: string,
  size: number,
  weak: string,
  strong: string,
  identity?: string,
  labeled?: string,
])[] = [
  ["simpro acr", "cifar10 cifar100", 32, "flip, reflect 4", `flip, reflect 4, ${A}`],
  ["simpro", "imagenet127 imagenet1k", 32, "flip, reflect 4", `flip, reflect 4, ${A}`],
  ["simpro", "imagenet127 imagenet1k", 64, "flip, reflect 8", `flip, reflect 8, ${A}`],
  ["acr", "imagenet127", 64, "flip, reflect 8", `flip, reflect 8, ${A}`, "", "zero 8, flip"],
  [
    "simpro acr",
    "stl10",
    96,
    "resize 32, flip, reflect 4",
    `resize 32, flip, reflect 4, ${A}`,
    "resize 32",
  ],
  ["daso daso-remixmatch seval", "cifar10", 32, "flip, reflect 4", `flip, reflect 4, ${A}`],
  ["seval", "cifar100 imagenet127", 32, "flip, reflect 4", `flip, reflect 4, ${A}`],
  [
    "daso seval",
    "stl10",
    96,
    "flip, reflect 4, resize 32",
    `flip, reflect 4, ${A}, resize 32`,
    "resize 32",
  ],
  [
    "daso-remixmatch",
    "stl10",
    96,
    "flip, reflect 4, resize 32",
    `flip, reflect 4, resize 32, ${A}`,
    "resize 32",
  ],
  [
    "seval",
    "semi-aves",
    256,
    "flip, reflect 4 to 224",
    `flip, reflect 4 to 224, ${A}`,
    "middle 224",
  ],
  ["adello usb", "cifar10 cifar100", 32, "reflect 4, flip", `reflect 4, flip, ${B(16)}`],
  [
    "adello usb",
    "stl10",
    96,
    "resize 32, reflect 4, flip",
    `resize 32, reflect 4, flip, ${B(16)}`,
    "resize 32",
  ],
  ["adello usb", "eurosat", 64, "reflect 8, flip, flip y", `reflect 8, flip, flip y, ${B(32)}`],
  [
    "adello usb",
    "tissuemnist",
    28,
    "resize 32, flip, flip y, reflect 1",
    "resize 32, flip, flip y, reflect 1, 3 of 9, cutout 0-16 in 125,123,114",
    "resize 32",
  ],
  ["adello usb", "imagenet127", 64, "zero 8, flip", `zero 8, flip, ${B(32)}`],
  ["adello usb", "imagenet127", 32, "zero 4, flip", `zero 4, flip, ${B(16)}`],
  ["torchssl", "cifar10 cifar100", 32, "flip, reflect 4", `${B(16)}, flip, reflect 4`],
  ["cossl", "cifar10 cifar100 imagenet127", 32, "zero 4, flip", "3 of 16, zero 4, flip, hide 16"],
  ["cossl", "imagenet127", 64, "zero 8, flip", "3 of 16, zero 8, flip, hide 32"],
  [
    "cossl",
    "food101",
    256,
    "random resized 224, flip",
    "random resized 224, flip, 2 of 16 at 0.5, cutout 112 in 127,127,127",
    "middle 224",
  ],
  ["balpoe", "cifar10 cifar100", 32, "zero 4, flip, 1 of 1", "zero 4, flip, 1 of 1"],
  ["balpoe-long", "cifar100", 32, "zero 4, flip, policies 25", "zero 4, flip, policies 25"],
  [
    "balpoe-long-cutout",
    "cifar100",
    32,
    "zero 4, flip, policies 25, hide 16",
    "zero 4, flip, policies 25, hide 16",
  ],
  ["balpoe-trivial", "cifar100", 32, "zero 4, flip, 1 of 14", "zero 4, flip, 1 of 14"],
  [
    "balpoe",
    "imagenet1k",
    64,
    `random resized 64, flip, ${JITTER}`,
    `random resized 64, flip, ${JITTER}`,
  ],
  [
    "balpoe",
    "imagenet-lt",
    256,
    `random resized 224, flip, ${JITTER}`,
    `random resized 224, flip, ${JITTER}`,
    "middle 224",
  ],
  [
    "balpoe",
    "inaturalist2018",
    256,
    "random resized 224, flip",
    "random resized 224, flip",
    "middle 224",
  ],
  [
    "balpoe-long",
    "inaturalist2018",
    256,
    `random resized 224, flip, ${JITTER}, 2 of 15 at 0.5 over 124,116,104`,
    `random resized 224, flip, ${JITTER}, 2 of 15 at 0.5 over 124,116,104`,
    "middle 224",
  ],
  [
    "balpoe-long",
    "semi-aves",
    256,
    `random resized 224, flip, ${JITTER}, 2 of 15 at 0.5 over 124,116,104`,
    `random resized 224, flip, ${JITTER}, 2 of 15 at 0.5 over 124,116,104`,
    "middle 224",
  ],
];

/** What a run of an augmentation on a data set has. */
function viewsOf(name: string, dataset: string, size: number) {
  const half = [0.5, 0.5, 0.5] as const;
  const { mean = half, std = half } = infoOf(dataset);
  return publishedViews(name, { dataset, size, mean, std });
}

Deno.test("views are those of the releases, for every system, data set and size", () => {
  for (const [names, datasets, size, weak, strong, identity = "", labeled] of VIEWS) {
    for (const name of names.split(" ")) {
      for (const dataset of datasets.split(" ")) {
        const made = viewsOf(name, dataset, size);
        assert.deepEqual(
          [line(made.weak), line(made.strong), line(made.identity)],
          [weak, strong, identity],
          `${name} on ${dataset} at ${size}`,
        );
        assert.equal(made.labeled && line(made.labeled), labeled);
      }
    }
  }
});

const CIFAR10 = "0.4914 0.4822 0.4465 / 0.2471 0.2435 0.2616";
const CIFAR100 = "0.5071 0.4867 0.4408 / 0.2675 0.2565 0.2761";
const IMAGENET = "0.485 0.456 0.406 / 0.229 0.224 0.225";
const SMALL = "0.4811 0.4575 0.4079 / 0.2604 0.2532 0.2682";
const HALF = "0.5 0.5 0.5 / 0.5 0.5 0.5";
const BALPOE = "0.4914 0.4822 0.4465 / 0.2023 0.1994 0.201";
const bytes = (mean: number[], std: number[]) =>
  [mean, std].map((values) => values.map((v) => Number((v / 255).toFixed(4))).join(" ")).join(
    " / ",
  );
const USB_CIFAR100 = bytes([129.3, 124.1, 112.4], [68.2, 65.4, 70.4]);

/** Mean and standard deviation of each, to four digits. */
const NORMALISED: readonly (readonly [names: string, datasets: string, constants: string])[] = [
  ["default simpro acr daso seval cossl", "cifar10", CIFAR10],
  ["default simpro acr daso seval", "stl10", CIFAR10],
  ["default simpro acr cossl", "cifar100", CIFAR100],
  ["daso daso-remixmatch seval", "cifar100", "0.5071 0.4865 0.4409 / 0.2673 0.2564 0.2762"],
  ["default simpro acr adello usb cossl daso", "imagenet127 imagenet1k", SMALL],
  ["seval", "imagenet127", CIFAR10],
  ["seval", "semi-aves", IMAGENET],
  ["cossl", "food101", IMAGENET],
  ["adello usb", "cifar10", IMAGENET],
  ["adello usb torchssl", "cifar100", USB_CIFAR100],
  ["adello usb", "stl10", bytes([112.4, 109.1, 98.6], [68.4, 66.6, 68.5])],
  ["adello usb", "eurosat tissuemnist", HALF],
  ["torchssl", "cifar10", bytes([125.3, 123, 113.9], [63, 62.1, 66.7])],
  ["balpoe balpoe-long", "imagenet-lt", IMAGENET],
  ["balpoe balpoe-long", "inaturalist2018", "0.466 0.471 0.38 / 0.195 0.194 0.192"],
  ["balpoe balpoe-long balpoe-long-cutout balpoe-trivial", "cifar10 cifar100", BALPOE],
];

Deno.test("views are normalised with the constants of the releases", () => {
  for (const [names, datasets, constants] of NORMALISED) {
    for (const name of names.split(" ")) {
      for (const dataset of datasets.split(" ")) {
        const { weak, strong, identity, labeled = weak } = viewsOf(name, dataset, 32);
        for (const { mean, std } of [weak, strong, identity, labeled]) {
          const shown = [mean, std].map((values) =>
            values.map((v) => Number(v.toFixed(4))).join(" ")
          );
          assert.equal(shown.join(" / "), constants, `${name} on ${dataset}`);
        }
      }
    }
  }
});
