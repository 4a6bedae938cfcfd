import type { Predictions, PredictOptions, PredictSet } from "./plugin/host_slots.ts";
import { type Loader, loaderView } from "./loader.ts";
import { forwardBody, meanOfExperts } from "./step/network.ts";
import type { StepContext } from "./step/step.ts";
import { applyHead } from "./step/step_outputs.ts";

/** How many images are seen at once, and what random views are drawn by. */
interface RunKey {
  readonly batch: number;
  readonly seed?: number;
  readonly step?: number;
}

/** What a network makes of a whole set: identity views if no others are asked for, running statistics, raw logits. */
export async function predictSet(
  { device, network, data }: StepContext,
  loader: Loader,
  on: PredictSet,
  {
    network: which = "average",
    head = "main",
    view = "identity",
    features = false,
    batch,
    seed = 0,
    step = 0,
  }: PredictOptions & RunKey,
): Promise<Predictions> {
  const { rows, labels } = loader.set(on);
  const weights = which === "average" ? network.average : network.student;
  const pass = { weights, norm: "running" } as const;
  const all = { logits: [] as Float32Array[], features: [] as Float32Array[] };
  let classes = data.classes;
  device.place = `prediction of the ${on} images`;
  for (let from = 0; from < rows.length; from += batch) {
    const some = rows.subarray(from, from + batch);
    const places = await loader.fetch?.("train", some) ?? some;
    const made = device.keep(() =>
      device.scope(() => {
        const index = device.tensor(places, [places.length], "i32");
        const draw = { seed, step, name: `${on}/${view}/${from}` };
        const x = loader.view("train", index, loaderView(on, view), draw);
        const f = forwardBody(device, network, x, pass);
        return { f, z: meanOfExperts(applyHead(network, head, f, pass)) };
      })
    );
    const [z, f] = await device.readAll(features ? [made.z, made.f] : [made.z]);
    all.logits.push(z!); // the first of those asked for
    classes = made.z.shape[1]!; // logits have two axes
    if (f) all.features.push(f);
    made.z.dispose();
    made.f.dispose();
  }
  return {
    logits: joined(all.logits),
    features: joined(all.features),
    labels: on === "unlabeled" ? null : labels,
    images: rows.length,
    classes,
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
