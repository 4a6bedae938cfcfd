import { TooLarge } from "../../autograd/buffer_pool.ts";
import type { Device } from "../../autograd/device.ts";
import { type ConvGeometry, convGeometry } from "../../autograd/ops/conv2d/geometry.ts";
import { convTunables } from "../../autograd/ops/conv2d/conv_tunables.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import { tune } from "../../autograd/tuning/tune.ts";
import type { Loader } from "../loader.ts";
import type { MergedNeeds } from "../plugin/merge_needs.ts";
import { forwardBody, type Network } from "./network.ts";
import type { TrainingConfig } from "../training_config.ts";
import { batchesOfStep, drawSizes } from "./step_images.ts";

/** What {@linkcode tuneStep} has to know of a run. */
export interface TunedRun {
  readonly device: Device;
  readonly network: Network;
  readonly needs: MergedNeeds;
  readonly loader: Pick<Loader, "size">;
  readonly config: TrainingConfig;
}

/**
 * Times the tiles of the network's convolutions at the sizes of a run's steps, unless the run is to
 * go by rules. Never on software adapters, for which the rules are made.
 */
export async function tuneStep(run: TunedRun): Promise<void> {
  const { device, needs, config } = run, { tune: wanted = true } = config;
  if (!wanted || device.software || device.adapter.software) return;
  const layers = convolutionsOf(run), batches = batchesOfStep(needs, drawSizes(needs, config));
  const tunables = batches.flatMap((images) =>
    layers.flatMap((layer) => convTunables({ ...layer, images }))
  );
  device.place = "choice of tiles";
  try {
    await tune(device, tunables);
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error; // the first step will say which batch would do
  }
}

/** What a convolution is applied with. */
type ConvAttributes = Readonly<Record<"stride" | "padding" | "groups", number>>;

/** The convolutions of a network, told by a run over one image. */
function convolutionsOf({ device, network, loader: { size } }: TunedRun): ConvGeometry[] {
  const found: ConvGeometry[] = [];
  const outer = device.trace;
  device.trace = {
    operation({ name, inputs: [x, w], attributes }) {
      if (name !== "conv2d") return;
      found.push(convGeometry(x as Tensor, w as Tensor, attributes as ConvAttributes)); // it takes these
    },
    constant() {},
  };
  try {
    device.noGrad(() =>
      device.scope(() => {
        const x = device.zeros([1, size, size, 3]);
        forwardBody(device, network, x, { weights: network.student, norm: "running" });
      })
    );
  } finally {
    device.trace = outer;
  }
  return found;
}
