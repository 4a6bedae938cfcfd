import { blockUntilReady, jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { concatenate } from "../concatenate.ts";
import type { Work } from "../contender.ts";
import { decays, type FixMatchProblem } from "../network/fixmatch_problem.ts";
import { EPSILON, type NetworkOps, SLOPE, wideResNet } from "../network/wide_resnet.ts";
import { jaxJsArray, jaxJsBatchNorm, jaxJsConv2d } from "./jax_js_layers.ts";

type Arrays = Record<string, np.Array>;

/** FixMatch's step with `valueAndGrad` under one `jit` of jax-js. */
export function jaxJsFixMatchStep(problem: FixMatchProblem): Work {
  const { labeled, unlabeled, size, classes, momentum } = problem;
  const images = (data: Float32Array, count: number) => jaxJsArray(data, [count, 3, size, size]);
  const batch = {
    labeledImages: images(problem.labeledImages, labeled),
    labels: nn.oneHot(np.array(new Int32Array(problem.labels)), classes),
    weakImages: images(problem.weakImages, unlabeled),
    strongImages: images(problem.strongImages, unlabeled),
  };

  /** Consumes the images, uses the parameters by reference. */
  function logits(parameters: Arrays, images: np.Array): np.Array {
    const ops: NetworkOps<np.Array> = {
      parameter(name) {
        const value = parameters[name];
        if (!value) {
          throw new RangeError(`The network has no parameter ${name}`);
        }
        return value.ref;
      },
      share: (x) => x.ref,
      conv2d: jaxJsConv2d,
      batchNorm: (x, gamma, beta) => jaxJsBatchNorm(x, [gamma, beta], EPSILON),
      leakyRelu: (x) => nn.leakyRelu(x, SLOPE),
      add: (a, b) => np.add(a, b),
      globalAveragePool: (x) => np.mean(x, [2, 3]),
      linear: (x, w, b) => np.matmul(x, np.transpose(w)).add(b),
    };
    return wideResNet(problem, ops, images);
  }
  /** One loss a row. */
  function crossEntropy(targets: np.Array, logits: np.Array): np.Array {
    return np.sum(targets.mul(nn.logSoftmax(logits)), 1).neg();
  }
  function loss(parameters: Arrays, batch: Arrays, targets: np.Array, mask: np.Array): np.Array {
    const { labeledImages, labels, strongImages } = batch as typeof fixed;
    const all = logits(parameters, np.concatenate([labeledImages, strongImages]));
    tree.dispose(parameters);
    const supervised = crossEntropy(labels, all.ref.slice([0, labeled]));
    const strong = crossEntropy(targets, all.slice([labeled, labeled + unlabeled]));
    return np.mean(supervised).add(np.mean(mask.mul(strong)));
  }
  const fixed = batch;

  const step = jit((parameters: Arrays, velocity: Arrays, batch: Arrays) => {
    const { weakImages, ...rest } = batch as typeof fixed;
    const probs = nn.softmax(logits(parameters, weakImages));
    const mask = np.greaterEqual(np.max(probs.ref, 1), problem.threshold)
      .astype(np.float32);
    const targets = nn.oneHot(np.argmax(probs, 1), classes);
    const [value, gradients] = valueAndGrad(loss)(tree.ref(parameters), rest, targets, mask);
    const next: Arrays = {};
    const nextVelocity: Arrays = {};
    for (const parameter of problem.parameters) {
      const { name } = parameter;
      const old = parameters[name] as np.Array;
      let gradient = (gradients as Arrays)[name] as np.Array;
      if (decays(parameter)) {
        gradient = gradient.add(old.ref.mul(problem.weightDecay));
      }
      const speed = (velocity[name] as np.Array).mul(momentum).add(gradient.ref);
      nextVelocity[name] = speed.ref;
      next[name] = old.sub(speed.mul(momentum).add(gradient).mul(problem.learningRate));
    }
    return { loss: value, parameters: next, velocity: nextVelocity };
  });

  const named = (value: (data: Float32Array) => Float32Array): Arrays =>
    Object.fromEntries(
      problem.parameters.map((p) => [p.name, jaxJsArray(value(p.value), p.shape)]),
    );
  let parameters = named((data) => data);
  let velocity = named((data) => new Float32Array(data.length));
  let latest = np.array([NaN]);
  return {
    async run(times) {
      for (let i = 0; i < times; i++) {
        const next = step(parameters, velocity, tree.ref(batch));
        latest.dispose();
        latest = next.loss as np.Array;
        parameters = next.parameters as Arrays;
        velocity = next.velocity as Arrays;
      }
      await blockUntilReady([latest, parameters, velocity]);
    },
    async result() {
      const parts = problem.parameters.map(({ name }) => (parameters[name] as np.Array).ref.data());
      const all = await Promise.all([latest.ref.data(), ...parts]);
      return concatenate(all as Float32Array[]);
    },
    dispose() {
      tree.dispose([latest, parameters, velocity, batch]);
      step.dispose();
    },
  };
}
