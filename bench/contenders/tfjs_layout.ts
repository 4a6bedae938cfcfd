import * as tf from "@tensorflow/tfjs-core";
import { permute } from "../permute.ts";

/** Square images `[batch, channels, size, size]` as the library's `[batch, size, size, channels]`. */
export function imageTensor(
  data: Float32Array,
  [batch, channels, size]: readonly [number, number, number],
): tf.Tensor4D {
  const channelsLast = permute(data, [batch, channels, size, size], [0, 2, 3, 1]);
  return tf.tensor4d(channelsLast, [batch, size, size, channels]);
}

/** Filters `[out, in, height, width]` as the library's `[height, width, in, out]`. */
export function filterTensor(data: Float32Array, shape: readonly number[]): tf.Tensor4D {
  const [out = 1, channels = 1, height = 1, width = 1] = shape;
  return tf.tensor4d(permute(data, shape, [2, 3, 1, 0]), [height, width, channels, out]);
}

/** Values of {@link imageTensor}'s form, as `[batch, channels, size, size]`. */
export async function readImages(tensor: tf.Tensor): Promise<Float32Array> {
  return permute(await tensor.data<"float32">(), tensor.shape, [0, 3, 1, 2]);
}

/** Values of {@link filterTensor}'s form, as `[out, in, height, width]`. */
export async function readFilters(tensor: tf.Tensor): Promise<Float32Array> {
  return permute(await tensor.data<"float32">(), tensor.shape, [3, 2, 0, 1]);
}

/** Values as they lie. */
export function readPlain(tensor: tf.Tensor): Promise<Float32Array> {
  return tensor.data<"float32">();
}
