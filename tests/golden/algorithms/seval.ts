import type { GoldenRunner } from "../runner.ts";
import { checkRefinement, checkThresholds } from "./seval_fits.ts";
import { checkSevalMixing, checkSevalTeacher } from "./seval_guesses.ts";
import { checkCurriculum, checkSevalRun } from "./seval_runs.ts";
import { checkSevalSteps } from "./seval_steps.ts";

/** `alg_seval`: steps, fits and whole runs of SEVAL. What a case holds says of which kind it is. */
export const run: GoldenRunner = async (c, check, open) => {
  if (c.has("Z")) return checkRefinement(c, check);
  if (c.has("R")) return checkThresholds(c, check);
  if (c.has("pi_npy")) return await checkCurriculum(c, check);
  if (c.has("eval0/Z_v")) return await checkSevalRun(c, check, await open());
  if (c.has("perm")) return await checkSevalMixing(c, check, await open());
  if (c.has("z_teacher")) return await checkSevalTeacher(c, check, await open());
  if (c.has("z_abc") || c.has("step0/z") || c.has("step0/feats")) {
    return await checkSevalSteps(c, check, await open());
  }
  check.fail("", "no kind of case holds these tensors");
};
