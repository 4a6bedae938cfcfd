import assert from "node:assert/strict";
import type { ListedAlgorithm } from "../../../algorithms/registry.ts";
import { BadInput } from "../../../core/bad_input.ts";
import { objectLayer, setLayer, yamlLayer } from "../../../experiment/config/layers.ts";
import { resolveConfig, resolveSettings } from "../../../experiment/config/resolve.ts";
import { compose, defineAlgorithm, type Recipe } from "../../../core/mod.ts";

function refused(run: () => unknown, says: RegExp) {
  assert.throws(run, (error) => {
    assert(error instanceof BadInput, String(error));
    assert.match(error.message, says);
    return true;
  });
}

Deno.test("resolveConfig() lets the later layer win: recipe, file, flags, --set", () => {
  const file = yamlLayer("seed: 1\nsteps: 10\nbatch:\n  labeled: 4\n", "run.yaml");
  const flags = objectLayer({ seed: 2 }, "the command line");
  const { config } = resolveConfig([file, flags, setLayer(["batch.labeled=8", "batch.labeled=9"])]);
  assert.equal(config.steps, 10);
  assert.equal(config.seed, 2);
  assert.equal(config.batch.labeled, 9);
  assert.equal(config.batch.ratio, 2, "the recipe's, untouched");
});

Deno.test("resolveConfig() says how methods are combined where a name is no combination", () => {
  for (const name of ["", "fixmatch+", "+daso", "fixmatch daso", "fixmatch + daso"]) {
    refused(
      () => resolveConfig([objectLayer({ algorithm: name }, "the command line")]),
      /algorithm is '.*': give a base, and add-ons joined to it by \+, e\.g\. fixmatch\+daso/,
    );
  }
});

Deno.test("resolveConfig() takes the base's recipe for the data set", () => {
  const of = (dataset: string) => resolveConfig([setLayer([`dataset=${dataset}`])]).config;
  assert.equal(of("cifar10").model, "wrn-28-2");
  assert.equal(of("synthetic").model, "small-cnn");
});

Deno.test("resolveConfig() lays recipes over each other, the methods' own options included", () => {
  const method = (name: string, kind: "base" | "addon", recipe: Recipe) =>
    defineAlgorithm<{ level: number; other: number }>({
      name,
      kind,
      paper: "none",
      defaults: { level: 1, other: 2 },
      recipe: ({ dataset, base }) => dataset === "cifar10" && base === "ground" ? recipe : {},
    }) as ListedAlgorithm;
  const others = [
    method("ground", "base", { steps: 7, learningRate: 0.5, options: { level: 3 } }),
    method("roof", "addon", { steps: 9, options: { level: 4, other: 5 } }),
  ];
  const layers = [setLayer(["algorithm=ground+roof", "dataset=cifar10", "roof.other=6"])];
  const { config, all } = resolveConfig(layers, { algorithms: others });
  assert.equal(config.steps, 9);
  assert.equal(config.learningRate, 0.5);
  assert.deepEqual(all["ground"], { level: 3, other: 2 });
  assert.deepEqual(all["roof"], { level: 4, other: 6 });
  const given = compose(others[0]!(), others[1]!({ other: 6 }));
  const { stack } = resolveSettings(given, "cifar10", []);
  assert.deepEqual(stack.plugins.map(({ config }) => config), [all["ground"], all["roof"]]);
});

Deno.test("resolveConfig() takes a recipe's empty section for nothing said", () => {
  const quiet = defineAlgorithm({
    name: "quiet",
    kind: "base",
    paper: "none",
    defaults: {},
    recipe: () => ({ split: {}, average: {} }),
  }) as ListedAlgorithm;
  const { config } = resolveConfig([setLayer(["algorithm=quiet"])], { algorithms: [quiet] });
  assert.equal(config.split.protocol, "free");
  assert.equal(config.average.decay, 0.999);
});

Deno.test("resolveConfig() tells recipes what the user has set of the methods", () => {
  const asking = defineAlgorithm<{ level: number }>({
    name: "asking",
    kind: "base",
    paper: "none",
    defaults: { level: 1 },
    recipe: ({ given }) => ({ steps: given["asking"]?.["level"] === 2 ? 22 : 11 }),
  }) as ListedAlgorithm;
  const of = (...more: string[]) =>
    resolveConfig([setLayer(["algorithm=asking", ...more])], { algorithms: [asking] }).config.steps;
  assert.deepEqual([of(), of("asking.level=2"), of("asking.level=2", "steps=3")], [11, 22, 3]);
  const given = compose(asking({ level: 2 }));
  assert.equal(resolveSettings(given, "cifar10", []).config.steps, 22);
});

Deno.test("resolveConfig() leaves M1 of a recipe's tail open where N1 is another", () => {
  const of = (...more: string[]) =>
    resolveConfig([setLayer(["algorithm=fixmatch+daso", "dataset=cifar10", ...more])]).config.split;
  assert.equal(of().unlabeledMax, 3000);
  assert.equal(of("split.labeledMax=500").unlabeledMax, null);
  assert.equal(of("split.unlabeledMax=7", "split.labeledMax=500").unlabeledMax, 7);
});

Deno.test("resolveConfig() lets the average of own images start as the plain mean", () => {
  const of = (dataset: string) => resolveConfig([setLayer([`dataset=${dataset}`])]).config;
  assert.equal(of("folder").average.warmup, true);
  assert.equal(of("mine").average.warmup, true);
  assert.equal(of("cifar10").average.warmup, false);
});

Deno.test("resolveConfig() names an unknown key, its line and the nearest known one", () => {
  const file = yamlLayer("seed: 1\nbatch:\n  labelled: 4\n", "run.yaml");
  refused(
    () => resolveConfig([file]),
    /'batch\.labelled' \(line 3 of run\.yaml\).*'batch\.labeled'/,
  );
  refused(() => resolveConfig([setLayer(["learningrate=1"])]), /'learningRate'/);
});

Deno.test("resolveConfig() refuses values of the wrong type or range, naming key and value", () => {
  refused(() => resolveConfig([setLayer(["learningRate=-1"])]), /learningRate is -1 \(--set\)/);
  refused(() => resolveConfig([setLayer(["learningRate=nan"])]), /learningRate is 'nan'/);
  refused(() => resolveConfig([setLayer(["steps=0"])]), /steps is 0/);
  for (const depth of ["0", "17", "2.5"]) {
    refused(
      () => resolveConfig([setLayer([`loader.prefetch=${depth}`])]),
      /loader\.prefetch is .*\(--set\)/,
    );
  }
  refused(() => resolveConfig([setLayer(["seed=99999999999999999999999"])]), /seed is/);
  refused(
    () => resolveConfig([setLayer(["split.gammaLabeled=0.5"])]),
    /split\.gammaLabeled is 0\.5/,
  );
});

Deno.test("resolveConfig() checks a method's options against its defaults", () => {
  refused(
    () => resolveConfig([setLayer(["fixmatch.treshold=0.9"])]),
    /'fixmatch\.treshold'.*'fixmatch\.threshold'/,
  );
  refused(
    () => resolveConfig([setLayer(["fixmatch.threshold=high"])]),
    /fixmatch\.threshold is 'high' \(--set\), but it takes a number such as 0\.95/,
  );
  refused(
    () => resolveConfig([setLayer(["daso.temperature=1"])]),
    /neither a section nor a method/,
  );
});

Deno.test("resolveConfig() names unknown methods and stacks that do not fit", () => {
  refused(() => resolveConfig([setLayer(["algorithm=fixmach"])]), /'fixmatch'/);
  refused(() => resolveConfig([setLayer(["algorithm=fixmatch+supervised"])]), /choose one/);
});

Deno.test("resolveConfig() switches all optimizer settings with its kind", () => {
  const { config } = resolveConfig([setLayer(["optimizer.kind=adam", "optimizer.beta2=0.99"])]);
  assert.deepEqual(config.optimizer, { kind: "adam", beta1: 0.9, beta2: 0.99, eps: 1e-8 });
  refused(
    () => resolveConfig([setLayer(["optimizer.kind=adam", "optimizer.momentum=0.9"])]),
    /optimizer\.momentum/,
  );
});

Deno.test("resolveConfig() repeats itself from what it resolved", () => {
  const first = resolveConfig([setLayer(["fixmatch.threshold=0.8", "steps=7"])]);
  const again = resolveConfig([objectLayer(first.all, "the first")]);
  assert.deepEqual(again.all, first.all);
  assert.deepEqual(again.config, first.config);
});

Deno.test("resolveConfig() knows no option that every object has, and leaves objects as they are", () => {
  for (const key of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
    refused(() => resolveConfig([setLayer([`${key}=1`])]), /There is no option/);
    refused(() => resolveConfig([setLayer([`${key}.polluted=1`])]), /There is no option/);
    refused(() => resolveConfig([setLayer([`split.${key}=1`])]), /There is no option/);
    refused(() => resolveConfig([yamlLayer(`${key}:\n  a: 1\n`, "a.yaml")]), /There is no option/);
  }
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  assert.equal((Object as unknown as Record<string, unknown>)["polluted"], undefined);
});

Deno.test("resolveConfig() takes a key of which a file says nothing for not stated", () => {
  const plain = resolveConfig([]).all;
  const texts = [
    "split:\n  # labeledMax: 5\n",
    "split: {}\n",
    "split: null\n",
    "plugins:\nseed:\n",
  ];
  for (const text of [...texts, "fixmatch:\n", "fixmatch: {}\n"]) {
    assert.deepEqual(resolveConfig([yamlLayer(text, "run.yaml")]).all, plain, text);
  }
  const before = objectLayer({ seed: 3 }, "--set");
  assert.equal(resolveConfig([before, yamlLayer("seed:\n", "run.yaml")]).config.seed, 3);
  refused(() => resolveConfig([yamlLayer("splt:\n", "run.yaml")]), /'splt' \(line 1.*'split/);
  refused(
    () => resolveConfig([setLayer(["split=free"])]),
    /split is 'free' \(--set\), but it is a section: set its options, e\.g\. split\.protocol/,
  );
  refused(() => resolveConfig([yamlLayer("seed: null\n", "run.yaml")]), /seed is null \(line 1/);
  refused(() => resolveConfig([setLayer(["seed="])]), /seed is null \(--set\)/);
});

Deno.test("yamlLayer() names the line of what is not YAML", () => {
  refused(() => yamlLayer("seed: 1\nsteps: [1,\n", "run.yaml"), /of run\.yaml is not YAML/);
  refused(() => yamlLayer("- 1\n", "run.yaml"), /not a map/);
  assert.deepEqual(yamlLayer("", "run.yaml"), []);
});

Deno.test("setLayer() refuses what is not key=value", () => {
  refused(() => setLayer(["seed"]), /key=value, not 'seed'/);
});
