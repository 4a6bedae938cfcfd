import type { Tensor } from "../autograd/tensor.ts";
import type { Stored, StoredTensor } from "../safetensors.ts";
import type { Trainer } from "./trainer.ts";

/** Where a run's network is kept: the trained one, then its average. */
const NETWORKS = ["student", "average"] as const;

/** Moments of an optimizer. */
const MOMENTS = ["first", "second"] as const;

/**
 * Gives a trainer before its first step the network of another run as its checkpoint has it: trained
 * weights, their average, running statistics, and, under the same kind of optimizer, the moments.
 * Classifiers that only this run's methods have keep their fresh weights, those that only the other's
 * have are left out.
 *
 * @param stored The other run's checkpoint.
 * @param name What error messages call that run.
 * @throws {TypeError} If a weight is missing, of another shape or not finite; names the first five.
 */
export function takeOver(
  trainer: Trainer,
  { tensors }: Pick<Stored, "tensors">,
  name: string,
): void {
  const { network, optimizer, device } = trainer, { set } = network;
  const own = ownHeads(trainer), wrong: string[] = [];
  const writes: (readonly [Tensor, Float32Array])[] = [];
  const take = (key: string, tensor: Tensor, optional: boolean): boolean => {
    const found = tensors.get(key);
    const complaint = complaintOf(found, tensor);
    if (complaint === null) writes.push([tensor, found!.data as Float32Array]); // it was looked at
    else if (!optional) wrong.push(`'${key}' ${complaint}`);
    return complaint === null;
  };
  for (const net of NETWORKS) {
    const { parameters, buffers } = network[net];
    set.parameters.specs.forEach(({ name }, i) =>
      take(`${net}/${name}`, parameters[i]!, own.has(name)) // one a spec, as below
    );
    set.buffers.specs.forEach(({ name }, i) => take(`${net}/${name}`, buffers[i]!, false));
  }
  if (wrong.length > 0) {
    const more = wrong.length > 5 ? ` and ${wrong.length - 5} more` : "";
    throw new TypeError(
      `Cannot start from the network of ${name}: ${wrong.slice(0, 5).join("; ")}${more}`,
    );
  }
  // The counts stand in the order of the specs, of which the model's own come first.
  const counts = tensors.get("optimizer/counts")?.data ?? [];
  const flat = MOMENTS.map((moment) => optimizer[moment]);
  const slices = flat.map((tensor) => tensor ? set.parameters.slices(tensor) : []);
  set.parameters.specs.forEach(({ name }, i) => {
    if (own.has(name)) return;
    const keys = MOMENTS.map((moment) => `optimizer/${moment}/${name}`);
    const alike = flat.every((tensor, m) => tensors.has(keys[m]!) === (tensor !== null)); // one a moment
    const taken = alike && slices.every((of, m) => !of[i] || take(keys[m]!, of[i], true));
    if (taken) optimizer.counts[i] = Number(counts[i] ?? 0);
  });
  for (const [tensor, data] of writes) device.write(tensor, data);
}

/** Parameters of classifiers that the methods have asked for. */
function ownHeads({ needs: { heads }, network: { set } }: Trainer): ReadonlySet<string> {
  const names = Object.entries(heads).map(([head, spec]) => spec.parameterName ?? `heads.${head}`);
  const parameters = set.parameters.specs.map(({ name }) => name);
  return new Set(parameters.filter((name) => names.some((head) => name.startsWith(`${head}.`))));
}

/** Why a stored tensor cannot be taken, or null. */
function complaintOf(found: StoredTensor | undefined, { shape }: Tensor): string | null {
  if (!found) return "is missing";
  if (found.dtype !== "F32" || found.shape.join() !== shape.join()) {
    return `is ${found.dtype}[${found.shape}], this run has F32[${shape}]`;
  }
  return found.data.every(Number.isFinite) ? null : "has values that are not finite";
}
