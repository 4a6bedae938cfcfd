import { concat, detach, slice } from "../../autograd/ops/layout.ts";
import { sizeOf } from "../../autograd/shape.ts";
import { gradients } from "../../autograd/tape.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import type { Norm, Pass } from "../../nn/builder.ts";
import type { Input, NetworkName, PassSpec } from "../plugin/needs.ts";
import type { Output, Outputs } from "../plugin/step_slots.ts";
import { type DeclaredNetwork, forwardBody, type Network } from "./network.ts";

/** Applies all plugins' `adjust` to main logits. */
export type Adjust = (logits: Tensor, where: Input, view: number) => Tensor;

/** Images of a step by where they come from. */
export type Images = Readonly<Record<Input, readonly Tensor[]>>;

interface Rows {
  readonly input: Input;
  /** Which of the batch's views of this kind they are. */
  readonly view: number;
  readonly from: number;
  readonly to: number;
}

/** One run of a network over a batch; heads are computed once for all of its rows. */
class NetworkRun {
  readonly features: Tensor;
  readonly #network: Network;
  readonly #pass: Pass;
  readonly #recorded: boolean;
  readonly #heads = new Map<string, Tensor>();

  constructor(network: Network, x: Tensor, pass: Pass) {
    this.#network = network;
    this.#pass = pass;
    this.#recorded = x.device.tape !== null;
    this.features = forwardBody(x.device, network, x, pass);
    // Recorded now, whoever asks first: a slot without a tape must not leave its own copy behind.
    this.head("main");
  }

  /** Logits of a head for all rows. */
  head(name: string): Tensor {
    // What is computed while no tape records must not be what a loss differentiates.
    const live = this.#recorded && this.features.device.tape === null && name !== "main";
    const key = live ? `${name} without tape` : name;
    let logits = this.#heads.get(key);
    if (!logits) {
      // Statistics of a head's own batch norm move once, with what is recorded.
      const pass = live ? { ...this.#pass, norm: frozen(this.#pass.norm) } : this.#pass;
      logits = applyHead(this.#network, name, this.features, pass);
      this.#heads.set(key, logits);
    }
    return logits;
  }
}

/** The batch's statistics, where they were to move the running ones as well. */
function frozen(norm: Norm): Norm {
  return norm === "batch" ? "frozen" : norm;
}

/** Logits of a head on any features. */
export function applyHead(
  network: DeclaredNetwork,
  name: string,
  features: Tensor,
  pass: Pass,
): Tensor {
  const head = Object.hasOwn(network.heads, name) ? network.heads[name] : undefined;
  if (!head) {
    throw new ReferenceError(
      `There is no head '${name}': declare it in needs; the network has ${
        Object.keys(network.heads).join(", ")
      }`,
    );
  }
  return head(network.detached.has(name) ? detach(features) : features, pass);
}

class ViewOutput implements Output {
  readonly #run: NetworkRun;
  readonly #rows: Rows;
  readonly #adjust: Adjust;
  readonly #cache = new Map<string, Tensor>();

  constructor(run: NetworkRun, rows: Rows, adjust: Adjust) {
    this.#run = run;
    this.#rows = rows;
    this.#adjust = adjust;
  }

  get features(): Tensor {
    return this.#cached("features", () => this.#slice(this.#run.features));
  }

  rawLogits(): Tensor {
    return this.#cached("main", () => this.#slice(this.#run.head("main")));
  }

  logits(head = "main"): Tensor {
    if (head === "main") {
      return this.#cached(
        "adjusted",
        () => this.#adjust(this.rawLogits(), this.#rows.input, this.#rows.view),
      );
    }
    return this.#cached(`head ${head}`, () => this.#slice(this.#run.head(head)));
  }

  #slice(all: Tensor): Tensor {
    const { from, to } = this.#rows;
    return from === 0 && to === all.shape[0] ? all : slice(all, { start: from, end: to });
  }

  #cached(what: string, make: () => Tensor): Tensor {
    const key = this.#run.features.device.tape ? what : `${what} without tape`;
    let value = this.#cache.get(key);
    if (!value) this.#cache.set(key, value = make());
    return value;
  }
}

/** Outputs of one pass by where the rows come from. */
export function runPass(
  network: Network,
  spec: PassSpec,
  images: Images,
  adjust: Adjust,
): Outputs {
  const parts = spec.inputs.flatMap((wanted) => {
    const [kind, nth] = wanted.split("/");
    const input = kind as Input; // what stands before the slash is one
    const all = images[input].map((x, view) => ({ input, view, x }));
    return nth === undefined ? all : all.slice(Number(nth), Number(nth) + 1);
  });
  const first = parts[0];
  if (!first) {
    throw new TypeError(`A pass over ${spec.inputs.join(", ")} has no images: ask for their views`);
  }
  const { device } = first.x;
  const run = () => {
    const x = parts.length === 1 ? first.x : concat(parts.map((p) => p.x), 0);
    const weights = spec.net === "student" ? network.student : network.average;
    const { norm = "batch" } = spec, { precision } = network;
    return new NetworkRun(network, x, { weights, norm, precision });
  };
  const ran = spec.net === "student" && spec.grad !== false ? run() : device.noGrad(run);
  const outputs: Record<Input, Output[]> = { labeled: [], weak: [], strong: [], identity: [] };
  let from = 0;
  for (const { input, view, x } of parts) {
    const to = from + x.shape[0]!; // images have a batch axis
    outputs[input].push(new ViewOutput(ran, { input, view, from, to }, adjust));
    from = to;
  }
  return outputs;
}

/** Output of a pass of its own; the average's has no gradient. */
export function runAlone(
  network: Network,
  x: Tensor,
  { net, norm }: { readonly net: NetworkName; readonly norm: Norm },
): Output {
  const student = net === "student";
  const weights = student ? network.student : network.average;
  const { precision } = network;
  const make = () => new NetworkRun(network, x, { weights, norm, precision });
  const run = student ? make() : x.device.noGrad(make);
  // Rows of no view of the batch: main logits stay as the head gives them.
  return new ViewOutput(run, { input: "identity", view: 0, from: 0, to: x.shape[0]! }, (z) => z); // images have a batch axis
}

/** Gradient by images of one number of the student's output on them, without one by the weights. */
export function imageGradient(
  network: Network,
  x: Tensor,
  { value, norm }: { readonly value: (out: Output) => Tensor; readonly norm: Norm },
): Tensor {
  const images = detach(x); // a handle of its own, whatever tape the images are on
  const { grads: [gradient] } = gradients(
    [images],
    () => value(runAlone(network, images, { net: "student", norm })),
  );
  return gradient!; // one was asked for
}

/** One image of the form of others [batch, …], each of its numbers the same: [1, …]. */
export function solidImage(
  { shape, device }: Pick<Tensor, "shape" | "device">,
  value: number,
): Tensor {
  const one = [1, ...shape.slice(1)];
  return device.tensor(new Float32Array(sizeOf(one)).fill(value), one);
}

/** Outputs of several passes of one network, joined. */
export function joinOutputs(all: readonly Outputs[]): Outputs {
  const join = (input: Input) => all.flatMap((outputs) => outputs[input]);
  return {
    labeled: join("labeled"),
    weak: join("weak"),
    strong: join("strong"),
    identity: join("identity"),
  };
}
