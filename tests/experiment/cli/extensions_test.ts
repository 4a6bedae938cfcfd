import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { pluginPath } from "../../../experiment/cli/load_plugins_deno.ts";
import { capturedRun } from "./captured_run.ts";

const scratch = await Deno.makeTempDir({ prefix: "longtail-extensions-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));

/** One of everything, in one module. */
const EVERYTHING = `
import { type Algorithm, BadInput, defineAlgorithm, memoryDataset, type Model } from "@longtail/longtail";
import { globalAvgPool } from "@longtail/longtail/core";
import { findProtocol, type NamedViews, type Protocol } from "@longtail/longtail/datasets";
import type { NamedDataset } from "@longtail/longtail/experiment";

export const halved: Algorithm<{ share: number }> = defineAlgorithm({
  name: "halved",
  kind: "addon",
  paper: "a test",
  requires: ["strong-view", "labeled-logits", "pseudo-labels"],
  defaults: { share: 0.5 },
});

export const models: readonly Model[] = [{
  name: "tiny",
  build(b, { classes }) {
    const conv = b.conv2d("conv", 3, 4, 3, { padding: 1 });
    const norm = b.batchNorm("bn", 4, { activation: { kind: "relu" } });
    return {
      features: 4,
      forward: (x, pass) => globalAvgPool(norm(conv(x, pass), pass)),
      heads: { main: b.linear("fc", 4, classes) },
    };
  },
}];

export const datasets: readonly NamedDataset[] = [{
  name: "shades",
  open({ size = 8 }) {
    if (size % 4 !== 0) throw new BadInput("shades come in multiples of 4 px");
    const part = (images: number) => ({
      bytes: Uint8Array.from(
        { length: images * size * size * 3 },
        (_, i) => Math.floor(i / (size * size * 3)) % 2 ? 200 : 40,
      ),
      labels: Array.from({ length: images }, (_, i) => i % 2),
    });
    const classNames = ["dark", "bright"];
    return memoryDataset({ name: "shades", classNames, size, train: part(80), test: part(10) });
  },
}];

export const protocols: readonly Protocol[] = [{
  name: "first-ten",
  paper: null,
  split(pool, options) {
    const all = findProtocol("free").split(pool, options);
    return { ...all, protocol: "first-ten", labeled: Int32Array.from({ length: 10 }, (_, i) => i) };
  },
}];

export const views: readonly NamedViews[] = [{
  name: "flipped",
  make({ mean, std }) {
    const plain = { stages: [], mean, std };
    const flip = { stages: [{ kind: "flip" as const }], mean, std };
    return { weak: flip, strong: flip, identity: plain };
  },
}];
`;

async function moduleOf(name: string, text: string): Promise<string> {
  const path = `${scratch}/${name}.ts`;
  await Deno.writeTextFile(path, text);
  return path;
}

const everything = await moduleOf("everything", EVERYTHING);

/** A run of two steps that uses all that the module brings. */
const ALL = [
  ...["--algorithm", "fixmatch+halved", "--model", "tiny", "--dataset", "shades"],
  ...["--protocol", "first-ten", "--steps", "2", "--quiet"],
  ...["augment=flipped", "batch.labeled=4", "split.labeledMax=5", "split.gammaLabeled=1"]
    .flatMap((option) => ["--set", option]),
];

Deno.test("one module brings a method, a network, a data set, a protocol and views", async () => {
  const out = `${scratch}/run`;
  const trained = await capturedRun("train", ...ALL, "--plugin", everything, "--out", out);
  assert.equal(trained.code, 0, trained.err);
  assert.match(trained.out, /^fixmatch\+halved on shades: 2 steps/);
  const split = JSON.parse(await Deno.readTextFile(`${out}/split.json`));
  assert.equal(split.protocol, "first-ten");
  assert.deepEqual(split.labeled, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const { model, algorithm } = JSON.parse(await Deno.readTextFile(`${out}/summary.json`));
  assert.deepEqual([model, algorithm], ["tiny", "fixmatch+halved"]);

  const again = await capturedRun("evaluate", out, "--json", "--quiet");
  assert.equal(again.code, 0, again.err);
  assert.equal(JSON.parse(again.out).images, 10);
  const words = await capturedRun("evaluate", out, "--quiet");
  assert.match(words.out, /^ {2}medium .* 2 classes of 5 labeled images$/m);
  assert.match(words.out, /^recall by class, with its labeled images\n {2}dark .* 5$/m);
  assert.doesNotMatch(words.out, /top-5/); // of two classes the true one is always among five
  const size = await capturedRun("train", ...ALL, "--plugin", everything, "--set", "imageSize=9");
  assert.deepEqual([size.code, size.err], [2, "error: shades come in multiples of 4 px"]);
});

Deno.test("list names what a module brings, whether it is a path or an address", async () => {
  for (const plugin of [everything, pathToFileURL(everything).href]) {
    const { code, out, err } = await capturedRun("list", "--plugin", plugin, "--json");
    assert.equal(code, 0, err);
    const { algorithms, models, datasets, protocols, augmentations } = JSON.parse(out);
    assert.ok(algorithms.some(({ name }: { name: string }) => name === "halved"));
    assert.deepEqual(
      [models, datasets, protocols, augmentations].map((names: string[]) => names.at(-1)),
      ["tiny", "shades", "first-ten", "flipped"],
    );
  }
  const { out } = await capturedRun("list", "options", "--plugin", everything, "--json");
  assert.equal(JSON.parse(out).properties.halved.properties.share.default, 0.5);
});

Deno.test("plugin check compiles a module, tries its methods and says what else it brings", async () => {
  const { code, out, err } = await capturedRun("plugin", "check", everything);
  assert.equal(code, 0, err);
  const [models, datasets, protocols, views, ...tried] = out.split("\n");
  assert.deepEqual([models, datasets, protocols, views], [
    "brings models tiny",
    "brings datasets shades",
    "brings protocols first-ten",
    "brings views flipped",
  ]);
  assert.equal(tried[0], "ok     fixmatch+halved");
  assert.ok(tried.length > 1 && tried.every((line) => /^ok {5}[a-z]+\+halved$/.test(line)), out);
});

Deno.test("pluginPath() makes a path of what is no package and no address", () => {
  const packages = [
    "npm:@someone/method",
    "jsr:@someone/method@1",
    "https://a.b/c.ts",
    "file:///c.ts",
  ];
  assert.deepEqual(packages.map(pluginPath), packages);
  assert.equal(pluginPath("/a/b.ts"), "/a/b.ts");
  assert.match(pluginPath("b.ts"), /^\/.*\/b\.ts$/);
});

Deno.test("data verbs see what a module brings", async () => {
  const { code, out, err } = await capturedRun(
    ...["data", "inspect", "shades", "--plugin", everything, "--protocol", "first-ten"],
    ...["--set", "split.labeledMax=5", "--set", "split.gammaLabeled=1"],
  );
  assert.equal(code, 0, err);
  assert.match(out, /shades by protocol first-ten/);
});

Deno.test("names from outside stand beside the toolkit's where one is misspelt", async () => {
  const { code, err } = await capturedRun(
    "train",
    ...ALL,
    "--plugin",
    everything,
    "--dataset",
    "shade",
  );
  assert.equal(code, 2);
  assert.match(err, /no data set 'shade'; did you mean 'shades'\?/);
});

Deno.test("a module is refused by what is wrong with it", async () => {
  const method = (name: string) =>
    'import { defineAlgorithm } from "@longtail/longtail";' +
    `export default defineAlgorithm({ name: "${name}", kind: "addon", paper: "", defaults: {} });`;
  const cases: [string, RegExp][] = [
    [
      "export const answer = 42;",
      /brings nothing: export a method .* or a list called models, data/,
    ],
    ["export const models = { name: 'a' };", /exports 'models', which is no list/],
    ["export const models = [{ build() {} }];", /exports models, but one has no name/],
    [
      "export const datasets = [{ name: 'a' }];",
      /exports data sets, but 'a' has no function 'open'/,
    ],
    ["export const models = [{ name: 'wrn-28-2', build() {} }];", /model called 'wrn-28-2', as an/],
    ["export const datasets = [{ name: 'stl10', open() {} }];", /data set called 'stl10', as an/],
    ["export const protocols = [{ name: 'daso', split() {} }];", /protocol called 'daso', as an/],
    ["export const views = [{ name: 'default', make() {} }];", /augmentation called 'default', as/],
    [
      "const a = { name: 'a', make() {} }; export const views = [a, { ...a }];",
      /augmentation called 'a', as another/,
    ],
    [
      "export const views = [{ name: '__proto__', make() {} }];",
      /has the name '__proto__': give low/,
    ],
    [method("batch"), /has a method 'batch', as an option of runs is called/],
    [method("Mine"), /has the name 'Mine': give lower-case/],
    [
      method("mine").replace("defaults: {}", "defaults: { level: null }"),
      /option 'level' of the method 'mine' has null as its default/,
    ],
  ];
  for (const [i, [text, says]] of cases.entries()) {
    const { code, err } = await capturedRun("list", "--plugin", await moduleOf(`bad${i}`, text));
    assert.equal(code, 2, `${text}: ${err}`);
    assert.match(err, says);
  }
  const twice = await capturedRun(
    ...["list", "--plugin", everything, "--plugin", await moduleOf("twice", method("halved"))],
  );
  assert.match(twice.err, /method called 'halved', as another is/);
});

Deno.test("a run's folder runs no code but what the run has loaded before, unchanged", async () => {
  const folder = `${scratch}/trusted`, log = `${scratch}/was-here`;
  const text = `${EVERYTHING}\nDeno.writeTextFileSync(${JSON.stringify(log)}, "");\n`;
  const plugin = await moduleOf("trusted-plugin", text);
  const made = await capturedRun("train", ...ALL, "--plugin", plugin, "--out", folder);
  assert.equal(made.code, 0, made.err);
  const other = await moduleOf("other-plugin", text);
  const inside = `${folder}/inside.ts`;
  await Deno.writeTextFile(inside, text);
  const config = await Deno.readTextFile(`${folder}/config.yaml`);
  const environment = `${folder}/environment.json`;
  const { plugins } = JSON.parse(await Deno.readTextFile(environment));
  assert.match(plugins[plugin], /^[0-9a-f]{64}$/);
  // Who sends a folder may write into it what he likes.
  await Deno.writeTextFile(
    environment,
    JSON.stringify({ plugins: { ...plugins, [inside]: plugins[plugin] } }),
  );
  await Deno.remove(log);
  for (const stranger of [other, inside, "npm:@nobody/nothing", pathToFileURL(plugin).href]) {
    await Deno.writeTextFile(`${folder}/config.yaml`, config.replace(plugin, stranger));
    for (
      const command of [
        ["evaluate", folder],
        ["export", folder, "--out", `${scratch}/x.onnx`],
        ["train", "--resume", folder],
        ["train", "--config", `${folder}/config.yaml`],
      ]
    ) {
      const { code, err } = await capturedRun(...command, "--quiet");
      assert.equal(code, 2, `${command}: ${err}`);
      assert.ok(err.includes(`names the plugin ${stranger}, whose code would run here`), err);
      assert.match(err, /give --plugin \S+ if you trust it$/);
    }
  }
  await assert.rejects(Deno.stat(log), Deno.errors.NotFound);
  const asked = await capturedRun("evaluate", folder, "--plugin", other, "--quiet");
  assert.equal(asked.code, 0, asked.err);
  await Deno.writeTextFile(`${folder}/config.yaml`, config);
  await Deno.writeTextFile(plugin, `${text}// changed`);
  const changed = await capturedRun("evaluate", folder, "--quiet");
  assert.match(changed.err, /^error: .*config\.yaml names the plugin/);
});
