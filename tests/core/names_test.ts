import assert from "node:assert/strict";
import { findAlgorithm } from "../../algorithms/registry.ts";
import { BadInput } from "../../core/bad_input.ts";
import { named } from "../../core/names.ts";
import { modelByName } from "../../core/nn/model_registry.ts";
import { infoOf } from "../../datasets/sets/set_info.ts";
import { findProtocol } from "../../datasets/split/protocols/make_split.ts";
import { publishedViews } from "../../datasets/views/published/published_views.ts";

/** What every object has, and a misspelt name. */
const STRANGERS = ["constructor", "__proto__", "toString", "hasOwnProperty", "fre"];

Deno.test("named() finds what a name stands for, also where that is undefined", () => {
  const find = named([["a", 1], ["b", undefined]], "letter");
  assert.deepEqual([find("a"), find("b")], [1, undefined]);
});

Deno.test("named() names the nearest and all others, or says that there is none", () => {
  assert.throws(() => named([["daso", 1], ["acr", 2]], "method")("dasso"), {
    name: "BadInput",
    message: "There is no method 'dasso'; did you mean 'daso'? Known: daso, acr",
  });
});

Deno.test("registries know no name that every object has", () => {
  const half = [0.5, 0.5, 0.5] as const;
  const registries: Record<string, (name: string) => unknown> = {
    algorithm: findAlgorithm,
    model: modelByName,
    "data set": infoOf,
    protocol: findProtocol,
    augmentation: (name) => publishedViews(name, { size: 32, mean: half, std: half }),
  };
  for (const [what, find] of Object.entries(registries)) {
    for (const name of STRANGERS) {
      assert.throws(() => find(name), (error) => {
        assert(error instanceof BadInput, `${what} ${name}: ${error}`);
        assert.match(
          error.message,
          new RegExp(`^There is no ${what} '${name}'; did you mean '.*'\\? Known: `),
        );
        return true;
      });
    }
  }
});
