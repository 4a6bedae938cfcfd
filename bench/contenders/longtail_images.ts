import type { Device, Tensor } from "@longtail/longtail/core";
import { permute } from "../permute.ts";

/** Square images `[batch, channels, size, size]` as longtail has them, channels last. */
export function longtailImages(
  device: Device,
  data: Float32Array,
  [batch, channels, size]: readonly [number, number, number],
): Tensor {
  const channelsLast = permute(data, [batch, channels, size, size], [0, 2, 3, 1]);
  return device.tensor(channelsLast, [batch, size, size, channels]);
}
