import type { Device } from "../../../core/autograd/device.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { Plugin } from "../../../core/training/plugin/algorithm.ts";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import type { CaseStep, StepReading } from "../../golden/algorithms/case_step.ts";
import { StepCase } from "../../golden/algorithms/step_case.ts";
import { StubModel } from "../../golden/algorithms/stub_model.ts";

/** Logits of one step on three classes, a row an image; features are zeros. */
export interface GivenLogits extends Pick<CaseStep, "y" | "random" | "progress" | "probe"> {
  readonly labeled: readonly number[];
  readonly weak: readonly number[];
  readonly strong: readonly number[];
}

/** Add-ons on FixMatch with images of 6, 3 and 1 of three classes, and heads of zeros. */
export class StepsOf {
  readonly steps: StepCase;
  readonly #model = new StubModel({ features: 2, heads: { main: 3 } });

  constructor(device: Device, ...addons: readonly Plugin[]) {
    this.steps = new StepCase(device, {
      stack: compose(fixmatch({ threshold: 0.8 }), ...addons),
      model: this.#model,
      data: { counts: [6, 3, 1], unlabeled: 4, features: 2 },
    });
  }

  /** Runs one step. */
  async run({ labeled, weak, strong, ...given }: GivenLogits): Promise<StepReading> {
    const main = [...labeled, ...weak, ...strong];
    return await this.steps.step({
      images: this.#model.images(
        [["labeled", labeled.length / 3], ["weak", weak.length / 3], ["strong", strong.length / 3]],
        { main, features: new Float32Array(2 * main.length / 3) },
      ),
      ...given,
    });
  }
}

/** A step in the middle of a run of a hundred, in epochs of ten. */
export const MIDDLE = { step: 50, steps: 100, epoch: 5, epochSteps: 10 } as const;

/** Whether two numbers agree to five digits. */
export function near(a: number | undefined, b: number): boolean {
  return a !== undefined && Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(b));
}
