import { Optimizer } from "../../../core/nn/optimizer.ts";
import { warmupEmaDecay } from "../../../core/nn/schedules/ema_decay.ts";
import type { GoldenRunner } from "../runner.ts";
import { declareArrays, fill, rowOf } from "./toy_network.ts";

/**
 * `optim_ema`: the average after each step. The optimizer is SGD with rate 1 on the negated
 * changes; `num_batches_tracked` has no counterpart, since no network of ours counts batches.
 */
export const run: GoldenRunner = async (c, check, open) => {
  const device = await open();
  const { params } = c;
  const set = declareArrays(c, "start");
  const live = set.allocate(device), average = set.allocate(device);
  const gradients = set.parameters.allocate(device);
  for (const weights of [live, average]) {
    fill(device, set, weights, (name) => c.floats(`start/${name}`));
  }
  // DASO's averages, ADELLO's improved one and CoSSL's take the buffers in; the others copy them.
  const warm = params.first_step !== undefined;
  const averaged = warm || params.alpha !== undefined;
  const decay: number = params.decay ?? params.alpha;
  const scale = params.weight_decay ? 1 - params.lr * params.weight_decay : 1;
  const optimizer = new Optimizer(
    device,
    set,
    { kind: "sgd", momentum: 0, nesterov: false },
    ({ name, shape }) => ({
      weightDecay: 0,
      rateScale: 1,
      averageScale: shape.length > 1 && name.endsWith(".weight") ? scale : 1,
    }),
  );
  const steps = c.tensor(`ema/${set.parameters.specs[0]!.name}`).shape[0]!; // traces have steps
  const tolerance = { relative: 1e-6, absolute: 1e-7 };
  const present = new Set(set.parameters.specs.keys());
  for (let t = 0; t < steps; t++) {
    set.parameters.specs.forEach(({ name }, i) =>
      device.write(gradients.views[i]!, rowOf(c, `delta/${name}`, t).map((d) => -d)) // one a spec
    );
    for (const [i, { name }] of set.buffers.specs.entries()) {
      const buffer = live.buffers[i]!; // one a spec
      const before = await device.read(buffer), delta = rowOf(c, `delta/${name}`, t);
      device.write(buffer, before.map((x, k) => x + delta[k]!)); // of one shape
    }
    optimizer.update(live, gradients.flat, average, {
      rate: () => 1,
      present,
      averageDecay: warm ? warmupEmaDecay({ decay })(params.first_step + t) : decay,
      averageBuffers: averaged ? "average" : "copy",
      shrink: params.shrink ?? 1,
    });
    for (const [kind, weights] of [["ema", average], ["live", live]] as const) {
      const parts = [[set.parameters.specs, weights.parameters], [
        set.buffers.specs,
        weights.buffers,
      ]] as const;
      for (const [specs, tensors] of parts) {
        for (const [i, { name }] of specs.entries()) {
          if (!c.has(`${kind}/${name}`)) continue;
          const { f32Err, meaning, shape } = c.tensor(`${kind}/${name}`);
          const data = rowOf(c, `${kind}/${name}`, t);
          const got = await device.read(tensors[i]!); // one a spec
          check.close(`${kind}/${name}[${t}]`, got, { f32Err, meaning, shape, data }, tolerance);
        }
      }
    }
  }
};
