import { didYouMean } from "../../names.ts";
import type { Algorithm, AlgorithmSpec, ErasedSpec, Plugin } from "./algorithm.ts";
import { checkCapabilities } from "./capabilities.ts";
import type { StateSpecs } from "./needs.ts";

/**
 * Defines a method.
 *
 * @throws {TypeError} If it has a part or a capability that there is not, or an asynchronous part that
 *   must not wait.
 *
 * @example A base that only learns from labels
 * ```ts
 * import { type Algorithm, crossEntropy, defineAlgorithm } from "@longtail/longtail/core";
 *
 * export interface PlainOptions {
 *   temperature: number;
 * }
 * export const plain: Algorithm<PlainOptions> = defineAlgorithm({
 *   name: "plain",
 *   kind: "base",
 *   paper: "none",
 *   defaults: { temperature: 1 },
 *   loss: (s) => ({
 *     labeled: crossEntropy(s.student.labeled[0]!.logits(), s.batch.labeled.y, {
 *       temperature: s.config.temperature,
 *     }),
 *   }),
 * });
 * plain({ temperature: 2 });
 * ```
 */
export function defineAlgorithm<
  C extends object,
  const S extends StateSpecs = Record<never, never>,
>(spec: AlgorithmSpec<C, S>): Algorithm<C> {
  checkParts(spec);
  checkCapabilities(spec);
  const erased = spec as unknown as ErasedSpec;
  const make = (config: Partial<C> = {}): Plugin => ({
    name: spec.name,
    config: { ...spec.defaults, ...config } as Readonly<Record<string, unknown>>,
    given: config as Readonly<Record<string, unknown>>,
    spec: erased,
  });
  return Object.assign(make, { spec: erased });
}

/** All that a method may be made of, and which parts may wait. */
const PARTS: Readonly<Record<keyof AlgorithmSpec<object, StateSpecs>, "may wait" | "at once">> = {
  pseudoLabel: "at once",
  mask: "at once",
  loss: "at once",
  priorUpdate: "at once",
  name: "at once",
  kind: "at once",
  paper: "at once",
  defaults: "at once",
  docs: "at once",
  formulas: "at once",
  needs: "at once",
  state: "at once",
  provides: "at once",
  requires: "at once",
  adjust: "at once",
  weights: "at once",
  inputs: "at once",
  refine: "at once",
  refineMask: "at once",
  ramp: "at once",
  terms: "at once",
  update: "at once",
  setup: "may wait",
  every: "may wait",
  epoch: "may wait",
  phase: "may wait",
  adjustEvaluation: "at once",
  smoke: "at once",
  check: "at once",
  fits: "at once",
  recipe: "at once",
  starts: "at once",
};

/**
 * Refuses a method with a misspelt part, an asynchronous one that must not wait, or an option whose
 * default does not tell its type. The first two are compile errors too, but a run does not compile
 * what it loads.
 */
function checkParts(spec: { readonly name: string; readonly defaults: object }): void {
  for (const [part, value] of Object.entries(spec)) {
    if (!Object.hasOwn(PARTS, part)) {
      throw new TypeError(
        `The method '${spec.name}' has a part '${part}', but methods have no such part${
          didYouMean(part, Object.keys(PARTS))
        }`,
      );
    }
    const kind = PARTS[part as keyof typeof PARTS]; // it is one of them
    if (kind === "at once" && Object.prototype.toString.call(value) === "[object AsyncFunction]") {
      throw new TypeError(
        `'${part}' of the method '${spec.name}' is asynchronous: only setup, every, epoch and ` +
          "phase may wait, for the GPU or for anything else",
      );
    }
  }
  for (const [option, value] of Object.entries(spec.defaults)) {
    if (!["number", "string", "boolean"].includes(typeof value) && !Array.isArray(value)) {
      throw new TypeError(
        `The option '${option}' of the method '${spec.name}' has ${value} as its default: give a ` +
          "number, a text, true or false, or a list, for it tells the option's type",
      );
    }
  }
}
