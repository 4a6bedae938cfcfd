import { lax, numpy as np } from "@jax-js/jax";

/** An array on the device. */
export function jaxJsArray(data: Float32Array, shape: readonly number[]): np.Array {
  return np.array(new Float32Array(data), { shape: [...shape] });
}

/** Convolution padded by `(kernel − 1) / 2`; consumes its operands. */
export function jaxJsConv2d(x: np.Array, w: np.Array, stride: number): np.Array {
  const pad = ((w.shape[2] ?? 1) - 1) / 2;
  return lax.conv(x, w, [stride, stride], [[pad, pad], [pad, pad]]);
}

/** Batch normalization by the batch's own statistics; consumes its operands. */
export function jaxJsBatchNorm(
  x: np.Array,
  [gamma, beta]: readonly [np.Array, np.Array],
  epsilon: number,
): np.Array {
  const channelwise = (v: np.Array) => v.reshape([1, -1, 1, 1]);
  const centred = x.ref.sub(np.mean(x, [0, 2, 3], { keepdims: true }));
  const variance = np.mean(np.square(centred.ref), [0, 2, 3], {
    keepdims: true,
  });
  const scale = channelwise(gamma).div(np.sqrt(variance.add(epsilon)));
  return centred.mul(scale).add(channelwise(beta));
}
