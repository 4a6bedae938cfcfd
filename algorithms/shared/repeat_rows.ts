import { concat, type Tensor } from "../../core/mod.ts";

/** Labels, targets or masks of one view, for `views` of them: the same rows again and again. */
export function repeatRows<T extends Tensor | Tensor<"i32">>(x: T, views: number): T {
  return views === 1 ? x : concat(new Array<Tensor>(views).fill(x as Tensor), 0) as T; // of its type
}
