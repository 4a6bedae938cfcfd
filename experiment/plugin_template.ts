/** Files of a new method by name. */
export type PluginFiles = Readonly<Record<string, string>>;

/** Where a new method finds the toolkit. */
export interface ToolkitPlace {
  /** Version of the toolkit. */
  readonly version: string;
  /** Folder of its sources; undefined for the published package. */
  readonly checkout?: string | undefined;
}

/**
 * A small method that works, with its test, to start one's own from: an add-on that weighs unlabeled
 * images by how rare their pseudo-label has been.
 *
 * @param name Lower case with hyphens, e.g. `my-method`.
 */
export function pluginTemplate(name: string, toolkit: ToolkitPlace): PluginFiles {
  const file = name.replaceAll("-", "_");
  const camel = name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const type = `${camel[0]?.toUpperCase()}${camel.slice(1)}Options`;
  return {
    [`${file}.ts`]: `import { type Algorithm, defineAlgorithm } from "@longtail/longtail";
import { argmax, gather, lerp, mean, mul, pow } from "@longtail/longtail/core";

/** Options of {@linkcode ${camel}}; their defaults stand below. */
export interface ${type} {
  /** Share of the past in the running class frequencies. */
  momentum: number;
  /** 0: all images weigh the same; 1: a class half as frequent weighs twice as much. */
  strength: number;
}

/**
 * Weighs each unlabeled image by how rare its pseudo-label has been: (C · frequency)^−strength.
 */
export const ${camel}: Algorithm<${type}> = defineAlgorithm({
  name: "${name}",
  kind: "addon",
  paper: "your paper, venue, year",
  // What a base must have for it: any such base will do, your own too.
  requires: ["pseudo-labels", "mask"],
  defaults: { momentum: 0.99, strength: 0.5 },
  docs: {
    momentum: "Share of the past in the running class frequencies.",
    strength: "0: all images weigh the same; 1: a class half as frequent weighs twice as much.",
  },
  // Saved in the checkpoint and restored by the trainer.
  state: (_config, data) => ({ frequency: { shape: [data.classes], init: "uniform" } }),
  // What an earlier plugin left in the mask stays: multiply, do not replace.
  mask(s, t, m) {
    const scaled = mul(s.state.frequency, s.data.classes);
    const rarity = pow(scaled, -s.config.strength);
    return mul(m, gather(rarity, argmax(t.probs, 1)));
  },
  // After the optimizer; what is assigned here is what the next step sees.
  priorUpdate(s, t) {
    const now = mean(t.probs, 0);
    s.state.frequency = lerp(now, s.state.frequency, s.config.momentum);
    return undefined;
  },
});

export default ${camel};
`,
    [`${file}_test.ts`]: `import {
  checkPlugin,
  compose,
  fixmatch,
  smallCnn,
  syntheticDataset,
  train,
} from "@longtail/longtail";
import assert from "node:assert/strict";
import { ${camel} } from "./${file}.ts";

Deno.test("${camel}() behaves as the toolkit needs it to, on every base", async () => {
  for await (const { stack, problem } of checkPlugin(${camel})) {
    assert.equal(problem, null, stack);
  }
});

Deno.test("${camel}() trains", async () => {
  const { log } = await train({
    dataset: await syntheticDataset({ size: 16, train: 400, test: 50 }),
    model: smallCnn,
    algorithm: compose(fixmatch({ threshold: 0 }), ${camel}({ strength: 1 })),
    split: { labeledMax: 12, gammaLabeled: 4, unlabeledMax: 24, gammaUnlabeled: 4 },
    settings: { steps: 10, batch: { labeled: 8, ratio: 2 } },
  });
  assert.ok(log.mask !== null && log.mask > 0);
});
`,
    "deno.json": `${JSON.stringify(denoConfig(toolkit), null, 2)}\n`,
  };
}

/** The toolkit is a package by its name; from sources that package is linked to them. */
function denoConfig({ version, checkout }: ToolkitPlace): object {
  return {
    imports: { "@longtail/longtail": `jsr:@longtail/longtail@^${version}` },
    ...checkout === undefined ? {} : { links: [checkout] },
    compilerOptions: { exactOptionalPropertyTypes: true }, // as the toolkit has it
  };
}
