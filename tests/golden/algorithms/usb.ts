import { signalAnnealing } from "../../../algorithms/bases/uda.ts";
import { learnedTarget } from "../../../algorithms/shared/consistency.ts";
import { softmax } from "../../../core/autograd/ops/mod.ts";
import type { Device } from "../../../core/autograd/device.ts";
import type { Schedule } from "../../../core/nn/schedules/schedule.ts";
import type { GoldenRunner } from "../runner.ts";
import { CaseReader } from "./case_reader.ts";
import { familyTolerance } from "./daso_tolerance.ts";
import { checkSevalAddon, isSevalAddon } from "./seval_addons.ts";
import { checkUsbSteps } from "./usb_steps.ts";

/**
 * `alg_usb` and `alg_seval_bases`: what USB's code and SEVAL's make of FixMatch. What a case
 * holds says of which kind it is.
 */
export const run: GoldenRunner = async (c, check, open) => {
  const read = new CaseReader(c, check, familyTolerance(c).values);
  if (isSevalAddon(c)) await checkSevalAddon(read, await open());
  else if (c.has("step0/z")) await checkUsbSteps(read, await open());
  else if (c.has("progress")) checkAnnealing(read);
  else if (c.has("z_w")) await checkSharpening(read, await open());
  else check.fail("", "no kind of case holds these tensors");
  read.finish();
};

/** UDA's thresholds over the share of the run. */
function checkAnnealing(read: CaseReader): void {
  const { classes } = read.case.params, progress = read.floats("progress");
  const of = (shape: "linear" | "exponential" | "logarithmic"): Schedule =>
    signalAnnealing({ classes, steps: 1, shape });
  read.close("eta_linear", progress.map(of("linear")));
  read.close("eta_exp", progress.map(of("exponential")));
  read.close("eta_log", progress.map(of("logarithmic")));
}

/** Soft targets at two temperatures. */
async function checkSharpening(read: CaseReader, device: Device): Promise<void> {
  const { params, tensorNames } = read.case, { shape } = read.case.tensor("z_w");
  const logits = read.floats("z_w");
  for (const name of tensorNames.filter((name) => name.startsWith("target_"))) {
    const temperature: number = params[name.slice("target_".length)];
    const target = device.keep(() =>
      device.scope(() => {
        const probs = softmax(device.tensor(logits, shape));
        return learnedTarget({ probs, form: "hard" }, { targets: "soft", temperature });
      })
    );
    read.close(name, await device.read(target));
    target.dispose();
  }
}
