import {
  add,
  crossEntropy,
  log,
  mean,
  mul,
  neg,
  oneHot,
  softmax,
  sum,
  type Tensor,
} from "../../core/mod.ts";

/**
 * Cross entropy whose logarithm is taken of probabilities with a floor, as in the code that CDMAD
 * grew from: `mean_i w_i · −Σ_c q_ic log(softmax(z_i)_c + floor)`. It differs from the plain one where a
 * probability is not far above the floor.
 *
 * @param logits z [rows, classes].
 * @param target Classes [rows], or probabilities q [rows, classes].
 * @param options `weights`: w [rows], ones if not given; a floor of 0 is the plain cross entropy.
 */
export function flooredCrossEntropy(
  logits: Tensor,
  target: Tensor | Tensor<"i32">,
  { weights, floor }: { readonly weights?: Tensor; readonly floor: number },
): Tensor {
  if (floor === 0) return crossEntropy(logits, target, weights ? { weights } : {});
  const wanted = target.dtype === "i32"
    ? oneHot(target as Tensor<"i32">, logits.shape[1]!) // just asked; logits have two axes
    : target as Tensor; // the other type
  const each = neg(sum(mul(wanted, log(add(softmax(logits), floor))), 1));
  return mean(weights ? mul(each, weights) : each);
}
