import assert from "node:assert/strict";
import { BadInput } from "../../../core/bad_input.ts";
import {
  objectLayer,
  setLayer,
  withoutReplaced,
  yamlLayer,
} from "../../../experiment/config/layers.ts";
import { resolveConfig } from "../../../experiment/config/resolve.ts";

function refused(run: () => unknown, says: RegExp) {
  assert.throws(run, (error) => {
    assert(error instanceof BadInput, String(error));
    assert.match(error.message, says);
    return true;
  });
}

const values = (text: string) => yamlLayer(text, "run.yaml").map(({ key, value }) => [key, value]);

Deno.test("yamlLayer() follows aliases, of values and of sections", () => {
  assert.deepEqual(values("seed: &n 3\nsteps: *n\nmilestones: &m [0.5, 0.9]\nplugins: *m\n"), [
    ["seed", 3],
    ["steps", 3],
    ["milestones", [0.5, 0.9]],
    ["plugins", [0.5, 0.9]],
  ]);
  assert.deepEqual(values("batch: &b {labeled: 4}\nsplit: *b\n"), [
    ["batch.labeled", 4],
    ["split.labeled", 4],
  ]);
});

Deno.test("yamlLayer() refuses aliases that lead in a circle, nowhere or without end", () => {
  const laughs = Array.from({ length: 9 }, (_, i) => {
    const before = i === 0 ? "x" : `*a${i - 1}`;
    return `a${i}: &a${i} [${new Array(10).fill(before).join(", ")}]`;
  });
  refused(() => yamlLayer("a: &a [*a]\n", "run.yaml"), /aliases of line 1 of run\.yaml cannot be/);
  refused(() => yamlLayer("a: &a {b: *a}\n", "run.yaml"), /nests too deep for options/);
  refused(() => yamlLayer(laughs.join("\n"), "run.yaml"), /cannot be followed: Excessive alias/);
  assert.deepEqual(values("steps: *none\n"), [["steps", null]]);
});

Deno.test("options that nest too deep are refused before a parser follows them", () => {
  const deep: [text: string, line: number][] = [
    [`milestones: ${"[".repeat(200_000)}`, 1],
    [`seed: 1\nmilestones: ${"{a: ".repeat(20_000)}`, 2],
    [`milestones:\n${"- ".repeat(5000)}1\n`, 2],
    [`${"? ".repeat(5000)}1\n`, 1],
    [Array.from({ length: 5000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"), 258],
    [Array.from({ length: 40 }, (_, i) => "[".repeat(i % 2)).join("\n") + "[".repeat(20), 40],
  ];
  for (const [text, line] of deep) {
    const started = performance.now();
    refused(
      () => yamlLayer(text, "run.yaml"),
      new RegExp(`^Line ${line} of run\\.yaml nests too deep for options$`),
    );
    refused(() => setLayer([`milestones=${text}`]), /^milestones \(--set\) nests too deep/);
    assert.ok(performance.now() - started < 1000);
  }
  assert.deepEqual(setLayer(["a=[[1, {b: 2}], ']]']"])[0]?.value, [[1, { b: 2 }], "]]"]);
});

Deno.test("names that every object has are no options", () => {
  for (
    const name of [
      "constructor.keys",
      "constructor.prototype",
      "constructor",
      "toString",
      "__proto__.polluted",
      "hasOwnProperty",
      "split.constructor",
      "optimizer.toString",
    ]
  ) {
    refused(() => resolveConfig([setLayer([`${name}=1`])]), /^There is no option '/);
    const text = name.split(".").reverse().reduce((inner, part) => `{${part}: ${inner}}`, "1");
    refused(() => resolveConfig([yamlLayer(text, "run.yaml")]), /^There is no option '/);
  }
  assert.equal(Object.keys(Object.prototype).length, 0);
  assert.equal(typeof Object.keys, "function");
  refused(() => resolveConfig([setLayer(["algorithm=constructor"])]), /^There is no algorithm/);
  refused(() => resolveConfig([setLayer(["algorithm=fixmatch+__proto__"])]), /^There is no algor/);
});

Deno.test("data sets may have any name: what every object has is no recipe", () => {
  for (
    const algorithm of ["simpro", "acr", "fixmatch+adello", "fixmatch+cossl", "fixmatch+seval"]
  ) {
    const of = (dataset: string) =>
      resolveConfig([setLayer([`algorithm=${algorithm}`, `dataset=${dataset}`])]).config;
    for (const name of ["constructor", "toString"]) {
      assert.deepEqual(
        { ...of(name), dataset: "any" },
        { ...of("any"), dataset: "any" },
        algorithm,
      );
    }
  }
});

Deno.test("options that views and heads are counted by are refused before any is made", () => {
  for (
    const [algorithm, option] of [
      ["fixmatch", "fixmatch.strongViews"],
      ["fixmatch+cossl", "cossl.strongViews"],
      ["balpoe", "balpoe.experts"],
    ]
  ) {
    for (const value of ["65", "4294967296", "1e23"]) {
      refused(
        () => resolveConfig([setLayer([`algorithm=${algorithm}`, `${option}=${value}`])]),
        new RegExp(`^${option} is \\S+: give a whole number from [01] to 64$`),
      );
    }
  }
});

Deno.test("withoutReplaced() drops options of the file's own methods that flags replace, no others", () => {
  const file = objectLayer({
    algorithm: "fixmatch+daso",
    steps: 9,
    fixmatch: { threshold: 0.9 },
    daso: { warmup: 3, spread: 1 },
    dasso: { warmup: 4 },
  }, "a file");
  const keys = (algorithm: string) => {
    const { left, replaced } = withoutReplaced(file, [objectLayer({ algorithm }, "flags")]);
    return [left.map(({ key }) => key).join(" "), ...replaced];
  };
  assert.deepEqual(keys("fixmatch"), [
    "algorithm steps fixmatch.threshold dasso.warmup",
    "daso",
  ]);
  assert.deepEqual(keys("supervised"), ["algorithm steps dasso.warmup", "fixmatch", "daso"]);
  assert.equal(keys("fixmatch+daso").length, 1);
  assert.deepEqual(withoutReplaced(file, []), { left: file, replaced: [] });
});
