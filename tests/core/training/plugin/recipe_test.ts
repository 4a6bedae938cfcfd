import assert from "node:assert/strict";
import { layRecipes, ownRecipe, type PublishedRecipe, type Recipe } from "../../../../core/mod.ts";

const target = { dataset: "toy", base: "ground", addons: ["one", "two"], given: {} };

function laid(...recipes: (Recipe | undefined)[]) {
  return layRecipes(named(recipes), target);
}

/** Methods called 0, 1, 2 … with these recipes. */
function named(recipes: readonly (Recipe | undefined)[]) {
  return recipes.map((recipe, i) => ({ name: `${i}`, ...recipe && { recipe: () => recipe } }));
}

Deno.test("layRecipes() gives the base what add-ons say of it, the later one wins", () => {
  const all = laid(
    { steps: 10, options: { depth: 1, width: 1 } },
    { baseOptions: { width: 2, height: 2 }, options: { depth: 5 } },
    { baseOptions: { height: 3 }, steps: 20 },
  );
  assert.deepEqual(all.map(({ options }) => options), [
    { depth: 1, width: 2, height: 3 },
    { depth: 5 },
    {},
  ]);
  assert.deepEqual(all.map(({ settings }) => settings), [{ steps: 10 }, {}, { steps: 20 }]);
});

Deno.test("layRecipes() lets settings give way to an add-on that does not yield, not options", () => {
  const yielding = { yields: true, steps: 5, options: { depth: 5 } };
  const settings = (...recipes: Parameters<typeof laid>) =>
    laid({ steps: 1 }, ...recipes).map((recipe) => recipe.settings.steps);
  assert.deepEqual(settings(yielding, { ...yielding, steps: 6 }), [1, 5, 6]);
  assert.deepEqual(settings(yielding, undefined), [1, 5, undefined]);
  assert.deepEqual(settings(yielding, {}), [1, undefined, undefined]);
  assert.deepEqual(settings({ steps: 7 }, yielding), [1, 7, undefined]);
  assert.deepEqual(laid({}, yielding, {})[1]?.options, { depth: 5 });
});

const published: PublishedRecipe = {
  name: "ours",
  paper: "Ours",
  settings: ({ addons }) => ({ steps: 100 + addons.length }),
  options: () => ({ 0: { depth: 9 }, 2: { width: 7 } }),
};

Deno.test("layRecipes() takes all settings of a published recipe, of methods their options", () => {
  const recipes: Recipe[] = [
    { steps: 1, learningRate: 1, options: { depth: 1, width: 1 } },
    { steps: 2, baseOptions: { depth: 2, height: 2 } },
    { yields: true, augment: "usb", options: { width: 3 } },
  ];
  const all = layRecipes(named(recipes), target, published);
  assert.deepEqual(all.map(({ settings }) => settings), [{ steps: 102 }, {}, {}]);
  assert.deepEqual(all.map(({ options }) => options), [
    { depth: 9, width: 1, height: 2 },
    {},
    { width: 7 },
  ]);
});

Deno.test("ownRecipe() is a system's training and the method's options in it", () => {
  assert.deepEqual(ownRecipe(published, "2")(target), { steps: 102, options: { width: 7 } });
  assert.deepEqual(ownRecipe(published, "other")(target), { steps: 102, options: {} });
});
