import assert from "node:assert/strict";
import { BadInput } from "../../../core/bad_input.ts";
import { modelByName } from "../../../core/nn/model_registry.ts";
import { checkFit } from "../../../core/training/plugin/compose.ts";
import { recipes } from "../../../algorithms/recipes/recipes.ts";
import { longTailCounts, shapeOrder } from "../../../datasets/split/long_tail.ts";
import { makeSplit } from "../../../datasets/split/protocols/make_split.ts";
import { fractionOfTail } from "../../../datasets/split/protocols/simpro.ts";
import type { Split } from "../../../datasets/split/split.ts";
import { augmentationNames } from "../../../datasets/views/published/published_views.ts";
import { setLayer } from "../../../experiment/config/layers.ts";
import { trainingConfig } from "../../../experiment/config/training_settings.ts";
import { resolveConfig, type Resolved } from "../../../experiment/config/resolve.ts";
import {
  type Experiment,
  experimentLayer,
  experiments,
  findExperiment,
  matchExperiments,
  publishedScores,
} from "../../../experiment/published/experiments.ts";
import { LISTED, pool, POOLS } from "../../algorithms/recipes/pools.ts";

/** As many images of each class of small ImageNet's 1000 as its tail takes, and one more. */
const IMAGENET_1K = pool(
  "imagenet1k",
  fractionOfTail(1000, { max: 1280, gamma: 256, fraction: 0.2 }).total.map((n) => n + 1),
);

const DATA = [...POOLS, ...LISTED, IMAGENET_1K];

const made = new Map<string, Split>();

/** A run's split on labels like those of its data set; rows that share one make it once. */
function splitOf({ config: { dataset, split } }: Resolved): Split {
  const given = Object.fromEntries(Object.entries(split).filter(([, value]) => value !== null));
  const key = JSON.stringify([dataset, given]);
  const data = DATA.find(({ name }) => name === dataset);
  assert.ok(data, dataset);
  const found = made.get(key) ?? makeSplit(data, given);
  made.set(key, found);
  return found;
}

/** Class counts within an image of a formula: where powers meet whole numbers, papers round their way. */
function isTail(counts: readonly number[], want: readonly number[], message: string): void {
  assert.equal(counts.length, want.length, message);
  counts.forEach((n, c) => assert.ok(Math.abs(n - want[c]!) <= 1, `${message}: class ${c}, ${n}`)); // as long
}

const add = (a: readonly number[], b: readonly number[]) => a.map((n, i) => n + (b[i] ?? 0));

/** Labeled images that are held out, by class. */
function heldOut({ holdout, counts }: Split, labels: ArrayLike<number>): number[] {
  const held = counts.labeled.map(() => 0);
  for (const image of holdout) held[labels[image]!]!++; // a labeled image
  return held;
}

Deno.test("every row is a run: stack, recipe, options, network and views are known", () => {
  for (const row of experiments) {
    const { config, stack } = resolveConfig([experimentLayer(row)]);
    assert.equal(config.recipe, row.recipe);
    assert.equal(config.experiment, row.id);
    assert.equal(config.dataset, row.dataset);
    assert.equal(stack.name, row.stack);
    assert.ok(augmentationNames.includes(config.augment), row.id);
    modelByName(config.model, config.modelVariant);
  }
});

Deno.test("every row's split has the class counts of its table", () => {
  for (const row of experiments) {
    const resolved = resolveConfig([experimentLayer(row)]), { config } = resolved;
    const split = splitOf(resolved), { options: o } = row;
    const { classes, labels } = DATA.find(({ name }) => name === row.dataset)!; // splitOf() asked
    const data = {
      dataset: row.dataset,
      classes,
      labeled: split.labeled.length,
      unlabeled: split.unlabeled.length,
      counts: split.counts.labeled,
      holdout: split.holdout.length,
      valid: split.valid.length,
      trueUnlabeledCounts: split.counts.unlabeled,
    };
    checkFit(resolved.stack, data, trainingConfig(config));
    const max = o["split.labeledMax"], gamma = Number(o["split.gammaLabeled"]);
    if (typeof max !== "number" || row.dataset === "imagenet1k") continue; // a natural tail, or a shared one
    const labeled = longTailCounts(classes, { max, gamma });
    isTail(add(split.counts.labeled, heldOut(split, labels)), labeled, `${row.id}, labeled`);
    if (row.recipe === "balpoe" || row.dataset === "stl10") continue;
    const M1 = Number(o["split.unlabeledMax"]), shape = o["split.unlabeled"] ?? "consistent";
    const gammaUnlabeled = shape === "uniform" ? 1 : Number(o["split.gammaUnlabeled"] ?? gamma);
    const counts = longTailCounts(classes, { max: M1, gamma: gammaUnlabeled });
    const order = shapeOrder(shape === "uniform" ? "consistent" : shape as "reversed", classes);
    const dealt = order.map((from) => counts[from]!); // a permutation
    const { includeLabeled } = config.split;
    const both = includeLabeled ??
      (config.split.protocol === "acr" || config.split.protocol === "adello");
    const want = both && row.stack !== "supervised" ? add(dealt, labeled) : dealt;
    assert.ok(split.counts.unlabeled, row.id);
    isTail(split.counts.unlabeled, want.map(Math.round), `${row.id}, unlabeled`);
  }
});

/** Sums of published tails, by data set, N1 and γ. */
const SUMS: Readonly<Record<string, number>> = {
  "cifar10 500 100": 1236,
  "cifar10 500 150": 1162,
  "cifar10 1500 50": 4196,
  "cifar10 1500 100": 3720,
  "cifar10 1500 150": 3496,
  "cifar100 50 10": 1911,
  "cifar100 50 20": 1545,
  "cifar100 150 10": 5835,
  "cifar100 150 15": 5153,
  "cifar100 150 20": 4741,
  "cifar100 150 50": 3751,
  "cifar100 150 100": 3218,
  "cifar100 500 10": 19_573,
  "cifar100 500 50": 12_608,
  "cifar100 500 100": 10_847,
  "stl10 150 10": 609,
  "stl10 150 20": 507,
  "stl10 450 10": 1835,
  "stl10 450 20": 1528,
  "food101 250 50": 6338,
  "food101 250 100": 5448,
};

Deno.test("rows' labeled images are as many as the papers' tails have", () => {
  const seen = new Set<string>();
  for (const row of experiments) {
    const { "split.labeledMax": max, "split.gammaLabeled": gamma } = row.options;
    const want = SUMS[`${row.dataset} ${max} ${gamma}`];
    if (want === undefined) continue;
    seen.add(`${row.dataset} ${max} ${gamma}`);
    const split = splitOf(resolveConfig([experimentLayer(row)]));
    assert.equal(split.labeled.length + split.holdout.length, want, row.id);
  }
  assert.deepEqual([...seen].sort(), Object.keys(SUMS).sort());
});

Deno.test("every system of the toolkit has rows; IDs are unique, numbers are read somewhere", () => {
  const per = Map.groupBy(experiments, ({ system }) => system);
  for (const { name } of recipes) assert.ok((per.get(name)?.length ?? 0) >= 8, name);
  assert.equal(new Set(experiments.map(({ id }) => id)).size, experiments.length);
  const rules = new Set(["last", "median20", "mean20", "best", "unknown"]);
  for (const { id, published } of experiments) {
    assert.ok(published.length > 0, id);
    for (const { mean, std, source, rule, metric } of published) {
      assert.ok(mean > 0 && mean < 100 && (std === null || std >= 0), id);
      assert.ok(source !== "" && rules.has(rule), id);
      assert.ok(["top1", "balanced", "gm", "ece", "mce"].includes(metric), id);
    }
  }
});

const first = (find: (row: Experiment) => boolean) => {
  const row = experiments.find(find);
  assert.ok(row);
  return resolveConfig([experimentLayer(row)]).all as Record<string, never>;
};

Deno.test("notes of the tables are options: CReST+ and CReST, SEVAL-PL, widths, test sets", () => {
  const crest = experiments.filter(({ stack }) => stack.includes("crest"));
  assert.deepEqual(
    new Set(crest.map(({ options }) => options["crest.plus"])),
    new Set([true, false]),
  );
  assert.equal(findExperiment("daso-t2-stl10-n450-g10-fixmatch+crest").options["crest.plus"], true);
  const raw = experiments.filter(({ options }) => options["seval.evaluate"] === "raw");
  assert.ok(raw.length >= 23 && raw.every(({ stack }) => stack.endsWith("+seval")));
  const own = first(({ system, stack, dataset }) =>
    system === "acr" && stack === "acr" && dataset === "cifar100"
  );
  assert.equal(own["model"], "wrn-28-8");
  const later = first(({ system, stack, dataset }) =>
    system === "ccl" && stack === "acr" && dataset === "cifar100"
  );
  assert.equal(later["model"], "wrn-28-2");
  const balanced = experiments.find(({ system, stack, recipe, dataset, options }) =>
    system === "simpro" && stack === "acr" && recipe === "acr" && dataset === "imagenet127" &&
    options["split.includeLabeled"] === true
  );
  assert.ok(balanced);
  assert.equal(splitOf(resolveConfig([experimentLayer(balanced)])).test.length, 127 * 50);
});

Deno.test("numbers of shifted test sets are shown, but are no number of a run's own", () => {
  const row = findExperiment("balpoe-t3-cifar100-n500-g100-balpoe");
  assert.equal(row.published.length, 10);
  assert.deepEqual(publishedScores(row.id).map(({ mean }) => mean), [52]);
  assert.deepEqual(publishedScores("nothing"), []);
});

Deno.test("rows are found by ID and glob; what the user says lies over them", () => {
  assert.equal(matchExperiments("balpoe-t2-*").length, 2);
  assert.equal(matchExperiments("balpoe-t2-cifar100-n500-g100-balpoe").length, 1);
  assert.equal(matchExperiments("cossl-*").length, 19);
  assert.throws(() => matchExperiments("nobody-*"), BadInput);
  assert.throws(
    () => findExperiment("balpoe-t2-cifar100-n500-g100-balpo"),
    /did you mean 'balpoe-t2-cifar100-n500-g100-balpoe'/,
  );
  const row = findExperiment("daso-t1-cifar10-n500-m4000-g100-fixmatch");
  const { config } = resolveConfig([experimentLayer(row), setLayer(["steps=2", "recipe=seval"])]);
  assert.deepEqual(
    [config.steps, config.recipe, config.experiment, config.split.labeledMax],
    [2, "seval", row.id, 500],
  );
});

Deno.test("docs/recipes.md names rows that there are, and how many", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/recipes.md", import.meta.url));
  const ids = [...page.matchAll(/--experiment ([a-z]\S+)/g)].map(([, id]) => id!); // one group
  assert.ok(ids.length >= 3);
  for (const id of ids) findExperiment(id);
  assert.ok(page.includes(`${experiments.length} rows are listed`));
  const per = Map.groupBy(experiments, ({ system }) => system);
  for (const { name } of recipes) {
    assert.match(page, new RegExp(`\\| \`${name}\` +\\| ${per.get(name)?.length} `));
  }
});
