import { entryOf, type PublishedRecipe } from "../../core/mod.ts";
import { usb } from "./usb.ts";

/** Tails of its configurations. */
const CUTS: Readonly<Record<string, readonly number[]>> = {
  cifar10: [0.2, 0.4],
  stl10: [0.2, 0.4],
  cifar100: [0.35, 0.7],
};

/**
 * CPE (Ma et al., AAAI 2024), whose repository is a copy of USB: 256 epochs of 1024 steps, 64 labeled and
 * 128 unlabeled images, SGD at the constant rate 0.03, USB's Wide ResNet 28-2, views and splits, as
 * {@linkcode usb} has them. Pseudo-labels reach the second and third batch norm from class 2 and 4 of 10
 * on, 35 and 70 of 100; class shares are logged from the sixth epoch on. What the paper calls uniform
 * is dealt 300 or 400 images a class: γ_u = 1 makes the unlabeled maximum the whole set there.
 */
export const cpe: PublishedRecipe = {
  name: "cpe",
  paper: "CPE (AAAI 2024)",
  settings: usb.settings,
  options: (target) => {
    const cuts = entryOf(CUTS, target.dataset);
    return {
      ...usb.options(target),
      cpe: {
        ...(cuts ? { cuts } : {}),
        ...(target.dataset === "synthetic" ? {} : { estimateAfter: 4 }),
      },
    };
  },
};
