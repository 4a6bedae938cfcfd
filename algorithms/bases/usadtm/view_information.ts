import {
  add,
  div,
  log,
  matmul,
  maximum,
  mul,
  neg,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
} from "../../../core/mod.ts";

/** ‖f − c‖ of features [batch, features] and templates [classes, features]: [batch, classes]. */
export function euclideanDistances(features: Tensor, templates: Tensor): Tensor {
  const products = matmul(features, templates, { transposeB: true });
  const own = sum(square(features), 1, { keepAxes: true });
  const squares = sub(add(own, sum(square(templates), 1)), mul(products, 2));
  return sqrt(maximum(squares, 0)); // rounding may leave less than nothing
}

/**
 * −I of the classes of two views: with J = (SᵀS' + S'ᵀS) scaled to sum 1,
 * −Σ J (log J − log Σ_col J − log Σ_row J) (Ji et al., "Invariant information clustering", ICCV 2019).
 */
export function negativeInformation(a: Tensor, b: Tensor): Tensor {
  const one = matmul(a, b, { transposeA: true });
  const both = add(one, transpose(one));
  const joint = maximum(div(both, sum(both)), 2.22e-16);
  const rows = log(sum(joint, 1, { keepAxes: true }));
  const columns = log(sum(joint, 0, { keepAxes: true }));
  return neg(sum(mul(joint, sub(sub(log(joint), rows), columns))));
}
