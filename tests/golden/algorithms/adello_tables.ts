import {
  classBias,
  divergence,
  imbalanceTemperature,
  smoothedPrior,
  smoothingAt,
} from "../../../algorithms/shared/flexible_alignment.ts";
import type { Device } from "../../../core/autograd/device.ts";
import type { Tensor } from "../../../core/autograd/tensor.ts";
import type { CaseReader } from "./case_reader.ts";

/** Checks a table of `alg_adello`: schedule, biases or temperatures, by what the case holds. */
export async function checkAdelloTable(read: CaseReader, device: Device): Promise<void> {
  if (read.has("alpha_iter")) return checkSmoothing(read);
  if (read.has("bias")) {
    const alphas = read.case.params.alphas as readonly number[];
    const wanted = rowsOf(read, device, "P").map((p, i) => smoothedPrior(p, alphas[i]!)); // one a row
    const biases = rowsOf(read, device, "D").map((d, i) => classBias(d, wanted[i]!)); // as above
    read.close("smoothed", await joined(device, wanted));
    return read.close("bias", await joined(device, biases));
  }
  const priors = rowsOf(read, device, "Q");
  const classes = read.case.params.classes as number;
  const uniform = device.tensor(new Float32Array(classes).fill(1 / classes), [classes]);
  read.close("T", await joined(device, priors.map(imbalanceTemperature)));
  read.close("kl_U_Q", await joined(device, priors.map((q) => divergence(uniform, q))));
  read.close("kl_Q_U_wrong", await joined(device, priors.map((q) => divergence(q, uniform))));
}

/** A row for each setting of minimum and power, a column for each step. */
function checkSmoothing(read: CaseReader): void {
  const { N: steps, iters_per_epoch: epochSteps } = read.case.params as Record<string, number>;
  const settings = read.case.params.settings as readonly (readonly [number, number])[];
  const all = [...read.ints("t")];
  for (const [name, byEpoch] of [["alpha_iter", false], ["alpha_epoch", true]] as const) {
    const rows = settings.flatMap(([minimum, power]) =>
      all.map((step) => {
        const progress = { step, steps: steps!, epoch: 0, epochSteps: epochSteps! }; // both are given
        return smoothingAt({ minimum, power, byEpoch }, progress);
      })
    );
    read.close(name, rows);
  }
}

function rowsOf(read: CaseReader, device: Device, name: string): Tensor[] {
  const values = read.floats(name), [rows = 0, width = 0] = read.case.tensor(name).shape;
  return Array.from(
    { length: rows },
    (_, i) => device.tensor(values.slice(i * width, (i + 1) * width), [width]),
  );
}

async function joined(device: Device, parts: readonly Tensor[]): Promise<Float32Array> {
  return Float32Array.from((await device.readAll(parts)).flatMap((part) => [...part]));
}
