import type { GoldenRunner } from "../runner.ts";
import { checkAverages } from "./daso_averages.ts";
import {
  checkAlignment,
  checkDiagnostics,
  checkEstimate,
  checkLabeledLosses,
} from "./daso_functions.ts";
import { checkIdentitySteps } from "./daso_mixing.ts";
import { checkRefinery } from "./daso_refinery.ts";
import { checkLogitSteps } from "./daso_steps.ts";

/**
 * `alg_daso` and `alg_daso_bases`: DASO, the methods its repository hosts and those it is compared
 * with. What a case holds says of which kind it is.
 */
export const run: GoldenRunner = async (c, check, open) => {
  if (c.has("step0/z")) return await checkLogitSteps(c, check, await open());
  if (c.has("step0/y")) return await checkIdentitySteps(c, check, await open());
  if (c.has("aligned")) return await checkAlignment(c, check, await open());
  if (c.has("z")) return await checkLabeledLosses(c, check, await open());
  if (c.has("update0/weight")) return await checkAverages(c, check, await open());
  if (c.has("target")) return await checkRefinery(c, check, await open());
  if (c.has("z_val")) return checkEstimate(c, check);
  if (c.has("ul_labels")) return checkDiagnostics(c, check);
  check.fail("", "no kind of case holds these tensors");
};
