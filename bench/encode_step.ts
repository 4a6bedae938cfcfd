/**
 * Prints the milliseconds of JavaScript in which a FixMatch step of WRN-28-2 is recorded and
 * submitted: what the host adds to a step however fast its GPU is.
 *
 * ```sh
 * deno run -A --config bench/deno.json bench/encode_step.ts [STEPS]
 * ```
 *
 * The step has a GPU's kernels whatever the adapter, and few and small images: how many there are
 * changes the kernels' work, not their number.
 *
 * @module
 */
import { fixmatch } from "@longtail/longtail/algorithms";
import { compose, requestDevice, Trainer, wideResNet } from "@longtail/longtail/core";
import { labelPool, makeSplit, syntheticDataset } from "@longtail/longtail/datasets";
import { resolveSettings } from "../experiment/config/resolve.ts";
import { objectLayer } from "../experiment/config/layers.ts";
import { trainingConfig } from "../experiment/config/training_settings.ts";
import { openLoader } from "../datasets/loading/open_loader.ts";
import { datasetViews } from "../datasets/views/published/published_views.ts";
import { median } from "./statistics.ts";

const STEPS = Number(Deno.args[0] ?? 200);
const WARM = 20;

const device = await requestDevice({ software: false, subgroups: undefined });
const dataset = await syntheticDataset({ size: 16, train: 100, test: 10 });
const settings = { steps: STEPS, batch: { labeled: 2, ratio: 1 } };
const { config, stack } = resolveSettings(compose(fixmatch()), dataset.name, [
  objectLayer(settings, "settings"),
]);
const split = makeSplit(labelPool(dataset), { labeledMax: 2, unlabeledMax: 4, gammaLabeled: 1 });
const views = datasetViews(config.augment, dataset);
const loader = await openLoader({ device, dataset, split, seed: 0, views });
const model = wideResNet({ depth: 28, width: 2, variant: "usb" });
const trainer = new Trainer({ device, model, stack, loader, config: trainingConfig(config) });
await trainer.setup();

const whole: number[] = [], submitting: number[] = [];
for (let step = 0; step < WARM + STEPS; step++) {
  const start = performance.now();
  let submit = 0;
  const submitNow = device.submit.bind(device);
  device.submit = () => {
    const before = performance.now();
    submitNow();
    submit += performance.now() - before;
  };
  trainer.step();
  const time = performance.now() - start;
  device.submit = submitNow;
  await device.idle(); // a software adapter would compute while the next step is recorded
  if (step < WARM) continue;
  whole.push(time);
  submitting.push(submit);
}
const { dispatches } = device.counts;
trainer.step();
console.log(
  `${device.counts.dispatches - dispatches} dispatches: ${median(whole).toFixed(2)} ms a step, ` +
    `of which submitting ${median(submitting).toFixed(2)} ms ` +
    `(${Math.min(...whole).toFixed(2)} to ${Math.max(...whole).toFixed(2)} over ${STEPS} steps)`,
);
await device.idle();
device.destroy();
