import { compose, fixmatch, smallCnn, syntheticDataset, train } from "@longtail/longtail";
import { daso } from "@longtail/longtail/algorithms";
import { requestDevice } from "@longtail/longtail/core";

/** What {@linkcode trainHere} trains: a method alone, and one with heads and queues. */
export type Method = "fixmatch" | "fixmatch+daso";

/** What ten steps came to. */
export interface TenSteps {
  /** Losses of each step by name. */
  readonly losses: readonly Readonly<Record<string, number>>[];
  /** Whose adapter it was. */
  readonly vendor: string;
  /** Invocations that shared values across a subgroup. */
  readonly lanes: number;
}

/** Trains ten steps with the kernels of a class; the same code runs in Deno and in a page. */
export async function trainHere(method: Method, software: boolean): Promise<TenSteps> {
  const device = await requestDevice({ software });
  const base = fixmatch({ threshold: 0.3 });
  const losses: Record<string, number>[] = [];
  await train({
    device,
    dataset: await syntheticDataset({ size: 16, train: 400, test: 100 }),
    model: smallCnn,
    // Queues fill, and pseudo-labels are blended, within the ten steps.
    algorithm: method === "fixmatch"
      ? base
      : compose(base, daso({ warmup: 2, period: 2, queue: 16 })),
    split: { labeledMax: 12, gammaLabeled: 4, unlabeledMax: 24, gammaUnlabeled: 4 },
    settings: { steps: 10, logEvery: 1, batch: { labeled: 8, ratio: 2 } },
    onLog: ({ loss }) => losses.push({ ...loss }),
  });
  const { adapter: { vendor }, lanes } = device;
  device.destroy();
  return { losses, vendor, lanes };
}

/** Features that a device is asked for where the adapter has just these. */
export async function askedFor(features: readonly string[]): Promise<readonly string[]> {
  const { requestDevice: request } = GPUAdapter.prototype;
  const asked: string[] = [];
  Object.defineProperty(GPUAdapter.prototype, "features", { get: () => new Set(features) });
  GPUAdapter.prototype.requestDevice = function (descriptor) {
    asked.push(...descriptor?.requiredFeatures ?? []);
    return request.call(this, descriptor);
  };
  (await requestDevice()).destroy();
  return asked;
}
