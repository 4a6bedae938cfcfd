import * as tf from "@tensorflow/tfjs-core";

/** Batch normalization by the batch's own statistics, composed as in tfjs-layers. */
export function tfjsBatchNorm(
  x: tf.Tensor4D,
  [gamma, beta]: readonly [tf.Tensor1D, tf.Tensor1D],
  epsilon: number,
): tf.Tensor4D {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  return tf.batchNorm(x, mean as tf.Tensor1D, variance as tf.Tensor1D, beta, gamma, epsilon);
}
