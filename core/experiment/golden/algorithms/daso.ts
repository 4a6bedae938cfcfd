import type { GoldenRunner } from "../runner.ts";
import { checkIdentitySteps } from "./daso_mixing.ts";
import { checkLogitSteps } from "./daso_steps.ts";

/**
 * `alg_daso` and `alg_daso_bases`: DASO, the methods its repository hosts and those it is compared
 * with. What a case holds says of which kind it is.
 */
export const run: GoldenRunner = async (c, check, open) => {
  if (c.has("step0/z")) return await checkLogitSteps(c, check, await open());
  if (c.has("step0/y")) return await checkIdentitySteps(c, check, await open());
  check.fail("", "no kind of case holds these tensors");
};
