import type { GoldenRunner } from "../runner.ts";
import { CaseReader } from "./case_reader.ts";
import { checkUsbSteps } from "./usb_steps.ts";
import { checkAlignments } from "./usb_alignment.ts";
import { checkAddonSteps, checkMeanCountWeights } from "./usb_addon_steps.ts";

const TOLERANCE = { relative: 1e-5, absolute: 1e-6 } as const;

/**
 * `alg_usb_imb` and `alg_usb_fork`: add-ons of USB and of ADELLO's fork on FixMatch, their alignment
 * of distributions, and bases as the fork has them. What a case holds says of which kind it is.
 */
export const run: GoldenRunner = async (c, check, open) => {
  const read = new CaseReader(c, check, TOLERANCE);
  const base = ["step0/tau", "step0/mu"].some((name) => c.hasScalar(name));
  if (base) await checkUsbSteps(read, await open());
  else if (c.has("step0/z")) await checkAddonSteps(read, await open());
  else if (c.has("step0/p_aligned")) await checkAlignments(read, await open());
  else if (c.has("counts0")) checkMeanCountWeights(read);
  else check.fail("", "no kind of case holds these tensors");
  read.finish();
};
