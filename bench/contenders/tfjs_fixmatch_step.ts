import * as tf from "@tensorflow/tfjs-core";
import type { Work } from "../contender.ts";
import { decays, type FixMatchProblem } from "../network/fixmatch_problem.ts";
import { EPSILON, type NetworkOps, SLOPE, wideResNet } from "../network/wide_resnet.ts";
import { permute } from "../permute.ts";
import { batchNorm, imageTensor } from "./tfjs_layout.ts";

/** FixMatch's step with `variableGrads` and the momentum optimizer of TensorFlow.js. */
export function tfjsFixMatchStep(problem: FixMatchProblem, idle: () => Promise<void>): Work {
  const { labeled, unlabeled, size, classes } = problem;
  const variables = new Map(problem.parameters.map((parameter) => {
    const value = parameter.shape.length === 4
      ? tf.tensor4d(
        permute(parameter.value, parameter.shape, [2, 3, 1, 0]),
        hwio(parameter.shape),
      )
      : tf.tensor(parameter.value, [...parameter.shape]);
    return [parameter.name, tf.variable(value, true)];
  }));
  const labeledImages = imageTensor(problem.labeledImages, [labeled, 3, size]);
  const weakImages = imageTensor(problem.weakImages, [unlabeled, 3, size]);
  const strongImages = imageTensor(problem.strongImages, [unlabeled, 3, size]);
  const labels = tf.tidy(() => tf.oneHot(tf.tensor1d(problem.labels, "int32"), classes).toFloat());
  const optimizer = tf.train.momentum(problem.learningRate, problem.momentum, true);

  const ops: NetworkOps<tf.Tensor> = {
    parameter(name) {
      const variable = variables.get(name);
      if (!variable) throw new RangeError(`The network has no parameter ${name}`);
      return variable;
    },
    share: (x) => x,
    conv2d(x, w, stride) {
      const pad = ((w.shape[0] ?? 1) - 1) / 2;
      return tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad);
    },
    batchNorm: (x, gamma, beta) =>
      batchNorm(x as tf.Tensor4D, gamma as tf.Tensor1D, beta as tf.Tensor1D, EPSILON),
    leakyRelu: (x) => tf.leakyRelu(x, SLOPE),
    add: (a, b) => tf.add(a, b),
    globalAveragePool: (x) => tf.mean(x, [1, 2]),
    linear: (x, w, b) => tf.add(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D, false, true), b),
  };
  function logits(images: tf.Tensor): tf.Tensor2D {
    return wideResNet(problem, ops, images) as tf.Tensor2D;
  }
  /** One loss a row. */
  function crossEntropy(targets: tf.Tensor, logits: tf.Tensor): tf.Tensor {
    return tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1));
  }

  function step(): tf.Scalar {
    return tf.tidy(() => {
      const probs = tf.softmax(logits(weakImages));
      const mask = tf.greaterEqual(tf.max(probs, 1), problem.threshold).toFloat();
      const targets = tf.oneHot(tf.argMax(probs, 1) as tf.Tensor1D, classes).toFloat();
      const { value, grads } = tf.variableGrads(() => {
        const all = logits(tf.concat([labeledImages, strongImages]));
        const supervised = crossEntropy(labels, tf.slice(all, [0, 0], [labeled, classes]));
        const strong = crossEntropy(targets, tf.slice(all, [labeled, 0], [unlabeled, classes]));
        return tf.add(tf.mean(supervised), tf.mean(tf.mul(mask, strong))) as tf.Scalar;
      }, [...variables.values()]);
      optimizer.applyGradients(problem.parameters.map((parameter) => {
        const variable = ops.parameter(parameter.name) as tf.Variable;
        const gradient = grads[variable.name];
        if (!gradient) throw new Error(`TensorFlow.js gave no gradient of ${parameter.name}`);
        const tensor = decays(parameter)
          ? tf.add(gradient, tf.mul(variable, problem.weightDecay))
          : gradient;
        return { name: variable.name, tensor };
      }));
      return value;
    });
  }

  let loss: tf.Scalar = tf.scalar(NaN);
  return {
    async run(times) {
      for (let i = 0; i < times; i++) {
        loss.dispose();
        loss = step();
      }
      await idle();
    },
    async result() {
      const parts = await Promise.all(problem.parameters.map(async ({ name, shape }) => {
        const tensor = ops.parameter(name, shape);
        const data = await tensor.data<"float32">();
        return shape.length === 4 ? permute(data, tensor.shape, [3, 2, 0, 1]) : data;
      }));
      return concatenate([await loss.data<"float32">(), ...parts]);
    },
    dispose() {
      optimizer.dispose();
      tf.dispose([loss, labels, labeledImages, weakImages, strongImages, ...variables.values()]);
    },
  };
}
