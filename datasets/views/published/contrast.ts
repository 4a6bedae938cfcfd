import type { Stage } from "../view_spec.ts";

/**
 * SimAugment, the views of contrastive losses (Chen et al., "A simple framework for contrastive learning
 * of visual representations", ICML 2020), as CCL's code has them after PaCo's: a random resized crop
 * of a fifth of the area to all of it, flip, a colour jitter in four of five images, grey in one of five,
 * and in every other one a Gaussian blur whose deviation is uniform over 0.1 to 2 pixels.
 *
 * @param size Width and height afterwards.
 */
export function contrastStages(size: number): Stage[] {
  return [
    { kind: "resizedCrop", size, scale: [0.2, 1] },
    { kind: "flip" },
    {
      kind: "colorJitter",
      ...{ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
      probability: 0.8,
    },
    sometimes(0.2, { operation: "color", values: [0] }),
    sometimes(0.5, { operation: "blur", range: [0.1, 2] }),
  ];
}

/** One operation in a share of the images. */
function sometimes(
  probability: number,
  choice: Extract<Stage, { kind: "randAugment" }>["choices"][number],
): Stage {
  return { kind: "randAugment", count: 1, probability, choices: [choice] };
}
