import assert from "node:assert/strict";
import {
  type GivenSplit,
  makeSplit,
  protocols,
  resolveSplit,
} from "../../../datasets/split/protocols/protocol.ts";
import { splitShortage } from "../../../datasets/split/split_shortage.ts";

const pool = {
  name: "toy",
  fingerprint: "",
  classes: 5,
  labels: Int32Array.from({ length: 500 }, (_, i) => i % 5),
  testLabels: [0, 1, 2, 3, 4],
};

function shortage(given: GivenSplit): string | null {
  return splitShortage(makeSplit(pool, given), resolveSplit(pool, given));
}

Deno.test("splitShortage() tells that a protocol had fewer images than asked", () => {
  assert.match(
    shortage({ protocol: "acr", unlabeledMax: 400, gammaUnlabeled: 2 })!,
    /unlabeledMax is 400, but no class has more than 100 .*protocol acr/,
  );
  assert.equal(shortage({ protocol: "acr", unlabeledMax: 90 }), null);
});

Deno.test("splitShortage() has nothing to say of what protocols do by default", () => {
  for (const protocol of protocols.keys()) {
    for (const unlabeled of ["consistent", "uniform", "reversed"] as const) {
      if (protocol === "balpoe" && unlabeled !== "consistent") continue; // has no unlabeled images
      assert.equal(shortage({ protocol, unlabeled }), null, `${protocol} ${unlabeled}`);
    }
  }
});
