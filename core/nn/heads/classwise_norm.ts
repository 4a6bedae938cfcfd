import { batchNorm } from "../../autograd/ops/batch_norm.ts";
import { add, mul } from "../../autograd/ops/pointwise.ts";
import { globalAvgPool } from "../../autograd/ops/pool.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import type { Builder, Layer, Pass } from "../builder.ts";
import { constant } from "../init.ts";
import type { Body } from "../model.ts";

/** Share of the batch in the new running statistics, and what is added to the variance. */
const NORM = { momentum: 0.1, eps: 1e-5 } as const;

/**
 * Several batch norms side by side on a body's last map (Ma et al., "Three heads are better than one",
 * AAAI 2024, classwise batch normalization): `NAME.weight`, `.bias` and `.running_…` of each. All of them
 * see all rows, so that their statistics are the same at all times and the map is normalised once: the
 * features of the new body are n = mean over pixels of (m − μ) / √(σ² + eps), with the statistics of
 * rows and pixels, and those of norm X are γ_X n + β_X.
 */
export class ClasswiseNorms {
  /** The body with its map normalised and all of its heads on all norms. */
  readonly body: Body;
  readonly #norms: readonly {
    readonly name: string;
    readonly scale: (pass: Pass) => Tensor;
    readonly shift: (pass: Pass) => Tensor;
  }[];

  /**
   * Declares the norms.
   *
   * @param body What hands out its last map.
   * @param names Of the norms, as state dicts have them.
   * @throws {TypeError} If the body hands out no map.
   */
  constructor(b: Builder, body: Body, names: readonly string[]) {
    const { map, features } = body;
    if (!map) throw new TypeError("it hands out no map to normalise");
    const statistics = names.map((name) => ({
      mean: b.buffer(`${name}.running_mean`, [features], 0),
      variance: b.buffer(`${name}.running_var`, [features], 1),
    }));
    this.#norms = names.map((name) => ({
      name,
      scale: b.parameter(`${name}.weight`, [features], constant(1)),
      shift: b.parameter(`${name}.bias`, [features], constant(0)),
    }));
    const [first, ...others] = statistics;
    this.body = {
      ...body,
      forward: (x, pass) => {
        const m = map(x, pass), { device } = m;
        const [mean, variance] = [first!.mean(pass), first!.variance(pass)]; // there is a norm
        const n = batchNorm(m, {
          gamma: device.tensor(new Float32Array(features).fill(1), [features]),
          beta: device.zeros([features]),
          runningMean: mean,
          runningVar: variance,
          mode: pass.norm,
          ...NORM,
        });
        if (pass.norm === "batch") {
          for (const [from, kind] of [[mean, "mean"], [variance, "variance"]] as const) {
            // All buffers of a network are one on the device, which cannot be copied to itself.
            const moved = device.empty(from.shape);
            device.copy(from, moved);
            for (const other of others) device.copy(moved, other[kind](pass));
          }
        }
        return globalAvgPool(n);
      },
      heads: Object.assign(
        {},
        ...Object.entries(body.heads).map(([name, head]) => this.heads(name, head)),
      ) as Body["heads"], // `main` is among them
    };
  }

  /**
   * What one head becomes: under its own name the mean of its logits over the norms [batch, classes], under
   * `HEAD/NORM` those of one norm.
   */
  heads(name: string, head: Layer): Record<string, Layer> {
    const own = this.#norms.map(({ name: norm, scale, shift }): [string, Layer] => [
      `${name}/${norm}`,
      (n, pass) => head(add(mul(n, scale(pass)), shift(pass)), pass),
    ]);
    const mean: Layer = (n, pass) =>
      mul(own.map(([, layer]) => layer(n, pass)).reduce(add), 1 / own.length);
    return { [name]: mean, ...Object.fromEntries(own) };
  }
}
