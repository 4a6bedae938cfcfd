import assert from "node:assert/strict";
import { Builder, modelByName } from "../../../../core/mod.ts";
import { layerRates } from "../../../../core/training/step/layer_rates.ts";

function ratesOf(model: string, decay: number): ReadonlyMap<string, number> {
  const b = new Builder();
  const body = modelByName(model, "usb").build(b, { classes: 10, size: 32 });
  b.linear("heads.other", body.features, 10);
  return layerRates(b.finish().parameters.specs, decay);
}

Deno.test("layerRates() counts stem, blocks and what follows; classifiers have the full rate", () => {
  const rates = ratesOf("wrn-10-1", 0.5);
  const of = (part: string) =>
    [...rates].filter(([name]) => name.startsWith(part)).map(([, r]) => r);
  const [stem] = of("conv1");
  assert.equal(stem, 0.5 ** 4); // three blocks of one, then the last norm and classifiers
  for (
    const [block, rate] of [["block1.", 0.5 ** 3], ["block2.", 0.25], ["block3.", 0.5]] as const
  ) {
    const found = of(block);
    assert.ok(found.length > 0 && found.every((r) => r === rate), `${block}: ${found}`);
  }
  assert.ok([...of("fc"), ...of("bn1"), ...of("heads.")].every((r) => r === 1));
});

Deno.test("layerRates() of a residual network keeps a block together with its shortcut", () => {
  const rates = ratesOf("resnet-18", 0.9);
  const blocks = Map.groupBy(rates, ([name]) => /^(layer\d\.\d)/.exec(name)?.[1] ?? "");
  blocks.delete("");
  assert.equal(blocks.size, 8);
  [...blocks.values()].forEach((block, i) => {
    for (const [name, rate] of block) assert.ok(Math.abs(rate - 0.9 ** (8 - i)) < 1e-12, name);
  });
});

Deno.test("layerRates() of a network without blocks goes by its weights; 1 leaves all rates alone", () => {
  const rates = ratesOf("small-cnn", 0.5);
  assert.equal(rates.get("conv1.weight"), rates.get("bn1.bias"));
  assert.equal(rates.get("conv2.weight"), 2 * rates.get("conv1.weight")!); // it has both
  assert.ok([...ratesOf("wrn-10-1", 1).values()].every((rate) => rate === 1));
});
