import * as tf from "@tensorflow/tfjs-core";
import type { Work } from "../contender.ts";
import { decays, type FixMatchProblem } from "../network/fixmatch_problem.ts";
import { EPSILON, type NetworkOps, SLOPE, wideResNet } from "../network/wide_resnet.ts";
import { concatenate } from "../concatenate.ts";
import { tfjsBatchNorm } from "./tfjs_batch_norm.ts";
import { filterTensor, imageTensor, readFilters, readPlain } from "./tfjs_layout.ts";

/** FixMatch's step with `variableGrads` and the momentum optimizer of TensorFlow.js. */
export function tfjsFixMatchStep(problem: FixMatchProblem, idle: () => Promise<void>): Work {
  const { labeled, unlabeled, size, classes } = problem;
  const variables = new Map(problem.parameters.map((parameter) => {
    const { name, shape, value } = parameter;
    const tensor = shape.length === 4 ? filterTensor(value, shape) : tf.tensor(value, [...shape]);
    return [name, tf.variable(tensor)];
  }));
  const labeledImages = imageTensor(problem.labeledImages, [labeled, 3, size]);
  const weakImages = imageTensor(problem.weakImages, [unlabeled, 3, size]);
  const strongImages = imageTensor(problem.strongImages, [unlabeled, 3, size]);
  const labels = tf.oneHot(tf.tensor1d(problem.labels, "int32"), classes, 1, 0, "float32");
  const optimizer = tf.train.momentum(problem.learningRate, problem.momentum, true);

  function variableOf(name: string): tf.Variable {
    const variable = variables.get(name);
    if (!variable) throw new RangeError(`The network has no parameter ${name}`);
    return variable;
  }
  const ops: NetworkOps<tf.Tensor> = {
    parameter: variableOf,
    share: (x) => x,
    conv2d(x, w, stride) {
      const pad = ((w.shape[0] ?? 1) - 1) / 2;
      return tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad);
    },
    batchNorm: (x, gamma, beta) =>
      tfjsBatchNorm(x as tf.Tensor4D, [gamma as tf.Tensor1D, beta as tf.Tensor1D], EPSILON),
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
      const mask = tf.cast(tf.greaterEqual(tf.max(probs, 1), problem.threshold), "float32");
      const guess = tf.argMax(probs, 1) as tf.Tensor1D;
      const targets = tf.oneHot(guess, classes, 1, 0, "float32");
      const { value, grads } = tf.variableGrads(() => {
        const all = logits(tf.concat([labeledImages, strongImages]));
        const supervised = crossEntropy(labels, tf.slice(all, [0, 0], [labeled, classes]));
        const strong = crossEntropy(targets, tf.slice(all, [labeled, 0], [unlabeled, classes]));
        return tf.add(tf.mean(supervised), tf.mean(tf.mul(mask, strong))) as tf.Scalar;
      }, [...variables.values()]);
      optimizer.applyGradients(problem.parameters.map((parameter) => {
        const variable = variableOf(parameter.name);
        const gradient = grads[variable.name];
        if (!gradient) {
          throw new Error(
            `TensorFlow.js gave no gradient of ${parameter.name}`,
          );
        }
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
      const parts = problem.parameters.map(({ name, shape }) =>
        (shape.length === 4 ? readFilters : readPlain)(variableOf(name))
      );
      return concatenate(await Promise.all([readPlain(loss), ...parts]));
    },
    dispose() {
      optimizer.dispose();
      tf.dispose([loss, labels, labeledImages, weakImages, strongImages, ...variables.values()]);
    },
  };
}
