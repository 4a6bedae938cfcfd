import type { Device } from "../../../core/autograd/device.ts";
import { constant } from "../../../core/nn/init.ts";
import { Optimizer } from "../../../core/nn/optimizer.ts";
import { ParameterSet } from "../../../core/nn/parameters.ts";
import { warmupEmaDecay } from "../../../core/nn/schedules/ema_decay.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { familyTolerance } from "./daso_tolerance.ts";

/**
 * The average over updates whose students are given. The optimizer has no gradient to follow, so
 * that the students stay what they are; the first update makes the average their copy.
 */
export async function checkAverages(c: GoldenCase, check: Check, device: Device): Promise<void> {
  const { params: { ema_decay: decay, ema_weight_decay, lr, steps_t: steps } } = c;
  const { values } = familyTolerance(c);
  const names = c.tensorNames.filter((name) => /^update0\/(?!ema_)/.test(name))
    .map((name) => name.slice("update0/".length));
  const shapeOf = (name: string) => c.tensor(`update0/${name}`).shape;
  const running = names.filter((name) => name.startsWith("running_"));
  const set = new ParameterSet(
    names.filter((name) => !running.includes(name)).map((name) => ({
      name,
      shape: shapeOf(name),
      layout: "plain",
      init: constant(0),
      group: "main",
    })),
    running.map((name) => ({ name, shape: shapeOf(name), initial: 0 })),
  );
  const live = set.allocate(device), average = set.allocate(device);
  const gradients = set.parameters.allocate(device);
  const optimizer = new Optimizer(
    device,
    set,
    { kind: "sgd", momentum: 0, nesterov: false },
    ({ name }) => ({
      weightDecay: 0,
      rateScale: 1,
      averageScale: name === "weight" ? 1 - lr * ema_weight_decay : 1,
    }),
  );
  const arrays = [
    ...set.parameters.specs.map(({ name }, i) =>
      [name, live.parameters[i]!, average.parameters[i]!] as const
    ), // one a spec
    ...set.buffers.specs.map(({ name }, i) =>
      [name, live.buffers[i]!, average.buffers[i]!] as const
    ),
  ];
  for (const [i, t] of (steps as number[]).entries()) {
    for (const [name, student] of arrays) device.write(student, c.floats(`update${i}/${name}`));
    const rate = warmupEmaDecay({ decay })(t);
    check.close(`update${i}/decay`, rate, c.scalar(`update${i}/decay`), values);
    optimizer.update(live, gradients.flat, average, {
      rate: () => 0,
      present: new Set(set.parameters.specs.keys()),
      averageDecay: rate,
      averageBuffers: "average",
    });
    for (const [name, , mean] of arrays) {
      const full = `update${i}/ema_${name}`;
      check.close(full, await device.read(mean), c.tensor(full), values);
    }
  }
}
