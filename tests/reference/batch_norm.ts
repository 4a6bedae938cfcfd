import { type Nd, nd } from "./nd.ts";

/** A batch norm with leaky rectifier and all of its gradients in doubles; the last axis is kept. */
export function batchNormNd(
  x: Nd,
  { gamma, beta, dy, eps, slope, constants }: {
    readonly gamma: Nd;
    readonly beta: Nd;
    readonly dy: Nd;
    readonly eps: number;
    readonly slope: number;
    /** Statistics to use instead of the batch's. */
    readonly constants?: { readonly mean: Nd; readonly variance: Nd };
  },
): { y: Nd; dx: Nd; dGamma: Nd; dBeta: Nd; mean: Nd; variance: Nd } {
  const channels = gamma.data.length, rows = x.data.length / channels;
  const y = x.data.slice(), dx = x.data.slice();
  const means = gamma.data.slice(), variances = gamma.data.slice();
  const dGamma = gamma.data.slice(), dBeta = gamma.data.slice();
  for (let c = 0; c < channels; c++) {
    const column = (a: Float64Array) => a.filter((_, i) => i % channels === c);
    const values = column(x.data), arriving = column(dy.data);
    const sum = (a: Float64Array) => a.reduce((s, v) => s + v, 0);
    const mean = sum(values) / rows;
    const variance = sum(values.map((v) => (v - mean) ** 2)) / rows;
    const center = constants?.mean.data[c] ?? mean;
    const deviation = Math.sqrt((constants?.variance.data[c] ?? variance) + eps);
    const scale = gamma.data[c]!, shift = beta.data[c]!; // c is a channel
    const normal = values.map((v) => (v - center) / deviation);
    const z = normal.map((v) => v * scale + shift);
    const dz = arriving.map((d, i) => z[i]! > 0 ? d : slope * d); // of one length
    const db = sum(dz), dg = sum(dz.map((d, i) => d * normal[i]!));
    for (let i = 0; i < rows; i++) {
      const v = z[i]!, share = constants ? 0 : (db + normal[i]! * dg) / rows;
      y[i * channels + c] = v > 0 ? v : slope * v;
      dx[i * channels + c] = scale / deviation * (dz[i]! - share);
    }
    [means[c], variances[c], dGamma[c], dBeta[c]] = [mean, variance, dg, db];
  }
  const perChannel = (data: Float64Array) => nd([channels], data);
  return {
    y: nd(x.shape, y),
    dx: nd(x.shape, dx),
    dGamma: perChannel(dGamma),
    dBeta: perChannel(dBeta),
    mean: perChannel(means),
    variance: perChannel(variances),
  };
}
