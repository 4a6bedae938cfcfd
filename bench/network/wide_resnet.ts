/**
 * The wide residual network of the bench, written once for every peer.
 *
 * @module
 */

/** A wide residual network for square images of three channels. */
export interface WideResNet {
  /** 6 n + 4. */
  readonly depth: number;
  readonly width: number;
  readonly classes: number;
}

/** The operations a network of {@link wideResNet} is made of, over a library's own tensors `T`. */
export interface NetworkOps<T> {
  /** The parameter of this name and shape; asked for once a forward pass. */
  parameter(name: string, shape: readonly number[]): T;
  /** Marks a second use of `x`, for libraries whose operations consume their operands. */
  share(x: T): T;
  /** Padded by `(kernel − 1) / 2`, no bias; `w` is `[out, in, kernel, kernel]`. */
  conv2d(x: T, w: T, stride: number): T;
  /** Over batch and pixels, by the batch's own statistics. */
  batchNorm(x: T, gamma: T, beta: T): T;
  leakyRelu(x: T): T;
  add(a: T, b: T): T;
  globalAveragePool(x: T): T;
  /** `x wᵀ + b`; `w` is `[out, in]`. */
  linear(x: T, w: T, b: T): T;
}

/** Slope of the leaky ReLU for negative inputs. */
export const SLOPE = 0.1;
/** Added to the variance in batch normalization. */
export const EPSILON = 1e-5;

/**
 * Logits of a pre-activation wide residual network (Zagoruyko and Komodakis 2016) in the form of
 * FixMatch's code bases: leaky ReLU of slope 0.1, and the first block's activation before the
 * branch. Parameters have the state-dict names of DASO's code.
 *
 * Every parameter is asked for once and every tensor consumed once, in the order of the network.
 */
export function wideResNet<T>(net: WideResNet, ops: NetworkOps<T>, images: T): T {
  const blocks = (net.depth - 4) / 6;
  if (!Number.isInteger(blocks) || blocks < 1) {
    throw new RangeError(
      `Depth ${net.depth} of a wide residual network is not 6 n + 4`,
    );
  }
  function conv(x: T, name: string, out: number, from: number, kernel: number, stride: number): T {
    return ops.conv2d(
      x,
      ops.parameter(`${name}.weight`, [out, from, kernel, kernel]),
      stride,
    );
  }
  function activate(x: T, name: string, channels: number): T {
    const gamma = ops.parameter(`${name}.weight`, [channels]);
    const beta = ops.parameter(`${name}.bias`, [channels]);
    return ops.leakyRelu(ops.batchNorm(x, gamma, beta));
  }

  let channels = 16;
  let x = conv(images, "encoder.init_conv", channels, 3, 3, 1);
  for (let unit = 1; unit <= 3; unit++) {
    const out = 16 * net.width * 2 ** (unit - 1);
    for (let block = 0; block < blocks; block++) {
      const name = `encoder.unit${unit}.${block}`;
      const stride = unit > 1 && block === 0 ? 2 : 1;
      const first = unit === 1 && block === 0;
      if (first) x = activate(x, `${name}.pre_act.0`, channels);
      let shortcut = ops.share(x);
      if (stride > 1 || channels !== out) {
        shortcut = conv(shortcut, `${name}.identity`, out, channels, 1, stride);
      }
      // The layers' numbers count the activations too, as in the original's Sequential.
      const at = first ? 0 : 2;
      let body = first ? x : activate(x, `${name}.layer.0`, channels);
      body = conv(body, `${name}.layer.${at}`, out, channels, 3, stride);
      body = activate(body, `${name}.layer.${at + 1}`, out);
      body = conv(body, `${name}.layer.${at + 3}`, out, out, 3, 1);
      x = ops.add(shortcut, body);
      channels = out;
    }
  }
  const features = ops.globalAveragePool(activate(x, "encoder.unit4.0", channels));
  const weight = ops.parameter("classifier.classifier.weight", [net.classes, channels]);
  return ops.linear(features, weight, ops.parameter("classifier.classifier.bias", [net.classes]));
}
