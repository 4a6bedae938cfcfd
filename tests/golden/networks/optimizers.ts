import { isDecayed } from "../../../core/nn/optimizer.ts";
import { Optimizer, type OptimizerOptions } from "../../../core/nn/optimizer.ts";
import type { ParameterSpec } from "../../../core/nn/parameters.ts";
import type { GoldenCase } from "../golden_case.ts";
import type { GoldenRunner } from "../runner.ts";
import { declareArrays, fill, rowOf } from "./toy_network.ts";

/** `optim_sgd` and `optim_adam`: parameters and moments over several steps. */
export const run: GoldenRunner = async (c, check, open) => {
  const device = await open();
  const set = declareArrays(c, "p0");
  const weights = set.allocate(device), average = set.allocate(device);
  const gradients = set.parameters.allocate(device);
  fill(device, set, weights, (name) => c.floats(`p0/${name}`));
  const { params } = c;
  const decayed: readonly string[] | undefined = params.groups?.decayed;
  const layers: Readonly<Record<string, number>> | undefined = params.layer_of;
  const last = layers ? Math.max(...Object.values(layers)) : 0;
  const optimizer = new Optimizer(device, set, optionsOf(c), (spec) => ({
    weightDecay: isDecaying(spec, decayed, layers !== undefined) ? params.weight_decay ?? 0 : 0,
    rateScale: layers ? params.layer_decay ** (last - layers[spec.name]!) : 1, // lists all
    averageScale: 1,
  }));
  const rates: number[] = c.scalar("lr");
  const tolerance = { relative: 1e-5, absolute: 1e-7 };
  for (let t = 0; t < rates.length; t++) {
    const absent = new Set<string>(
      (params.absent ?? []).filter(([step]: [number]) => step === t).map((
        [, name]: [number, string],
      ) => name),
    );
    const present = new Set<number>();
    set.parameters.specs.forEach(({ name }, i) => {
      device.write(gradients.views[i]!, rowOf(c, `grad/${name}`, t)); // one a spec
      if (!absent.has(name)) present.add(i);
    });
    optimizer.update(weights, gradients.flat, average, {
      rate: () => rates[t]!, // t is inside
      present,
      averageDecay: 0,
      averageBuffers: "copy",
    });
    const moments = [["m", optimizer.first], ["buf", optimizer.first], [
      "v",
      optimizer.second,
    ]] as const;
    for (const [i, { name }] of set.parameters.specs.entries()) {
      const got = await device.read(weights.parameters[i]!); // one a spec
      check.close(`p/${name}[${t}]`, got, row(c, `p/${name}`, t), tolerance);
      for (const [key, flat] of moments) {
        if (!flat || !c.has(`${key}/${name}`)) continue;
        const moment = await device.read(set.parameters.slices(flat)[i]!); // one a spec
        check.close(`${key}/${name}[${t}]`, moment, row(c, `${key}/${name}`, t), tolerance);
      }
    }
  }
};

/** Values of a step with the float32 yardstick of the whole trace. */
function row(c: GoldenCase, name: string, t: number) {
  const { f32Err, meaning, shape } = c.tensor(name);
  return { f32Err, meaning, shape: shape.slice(1), data: rowOf(c, name, t) };
}

function isDecaying(spec: ParameterSpec, decayed: readonly string[] | undefined, layered: boolean) {
  if (decayed) return decayed.includes(spec.name);
  return isDecayed(layered ? "dimensions" : "all", spec);
}

function optionsOf({ group, name, params }: GoldenCase): OptimizerOptions {
  if (group === "optim_sgd") {
    const { momentum, nesterov, dampening = 0 } = params;
    return { kind: "sgd", momentum, nesterov, dampening };
  }
  const [beta1, beta2] = params.betas;
  return {
    kind: name.startsWith("adamw") ? "adamw" : "adam",
    beta1,
    beta2,
    eps: params.eps,
    epsBeforeCorrection: params.eps_position === "before bias correction",
  };
}
