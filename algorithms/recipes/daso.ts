import type { Recipe } from "../../core/mod.ts";
import { usbRecipe } from "../recipes.ts";

/**
 * Settings of DASO's code (Oh et al., CVPR 2022) for the methods it trains: SGD 0.03 with Nesterov
 * momentum 0.9 at a constant rate, decay 5e-4 on everything, an average of 0.999 that starts as the
 * plain mean and takes batch statistics in, Wide ResNet 28-2, 250,000 steps in epochs of 500. On
 * `synthetic` a small, short run that a laptop's CPU finishes.
 *
 * @param ratio Unlabeled images per labeled one.
 * @param options `augment`: `daso-remixmatch` for methods of the ReMixMatch family. `small`: options
 *   of the method for the short run.
 */
export function dasoRecipe(
  ratio: number,
  { augment = "daso", small }: {
    readonly augment?: "daso" | "daso-remixmatch";
    readonly small?: Readonly<Record<string, unknown>>;
  } = {},
): (target: { readonly dataset: string }) => Recipe {
  return ({ dataset }) => {
    const shared: Recipe = {
      modelVariant: "daso",
      learningRate: 0.03,
      schedule: "constant",
      optimizer: { kind: "sgd", momentum: 0.9, nesterov: true },
      weightDecay: 5e-4,
      decayRule: "all",
    };
    if (dataset === "synthetic") {
      const short = usbRecipe({ dataset });
      return {
        ...short,
        ...shared,
        batch: { ...short.batch, ratio },
        ...(small ? { options: small } : {}),
      };
    }
    return {
      ...shared,
      model: "wrn-28-2",
      steps: 250_000,
      epochSteps: 500,
      batch: { labeled: 64, ratio },
      average: { decay: 0.999, warmup: true, buffers: "average" },
      augment,
    };
  };
}
