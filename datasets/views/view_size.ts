import { ViewCompiler } from "./compile/view_compiler.ts";
import type { PixelSize, ViewRecipe } from "./view_recipe.ts";

/**
 * Size of a view of images of a size, as networks see it.
 *
 * @throws {RangeError} If the recipe cannot be used on such images.
 *
 * @example The middle of a resized image
 * ```ts
 * import { type ViewRecipe, viewSize } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const middle: ViewRecipe = {
 *   stages: [{ kind: "resizeShorter", size: 256 }, { kind: "centerCrop", size: 224 }],
 *   mean: [0.485, 0.456, 0.406],
 *   std: [0.229, 0.224, 0.225],
 * };
 * assert.deepEqual(viewSize(middle, { height: 300, width: 400 }), { height: 224, width: 224 });
 * ```
 */
export function viewSize(recipe: ViewRecipe, from: PixelSize): PixelSize {
  return new ViewCompiler(recipe, from).size;
}
