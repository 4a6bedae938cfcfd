import { didYouMean } from "../../names.ts";
import type { AlgorithmSpec, StateSpecs } from "./algorithm.ts";

/** All that a method may be made of, and which parts run within a step. */
const PARTS: Readonly<Record<keyof AlgorithmSpec<object, StateSpecs>, "step" | "other">> = {
  name: "other",
  kind: "other",
  paper: "other",
  defaults: "other",
  bases: "other",
  smoke: "other",
  check: "other",
  needs: "step",
  state: "step",
  evaluationOffsets: "step",
  adjustEvaluation: "step",
  update: "step",
  recipe: "other",
  adjust: "step",
  pseudoLabel: "step",
  refine: "step",
  refineMask: "step",
  mask: "step",
  ramp: "step",
  weights: "step",
  inputs: "step",
  loss: "step",
  terms: "step",
  priorUpdate: "step",
  setup: "other",
  every: "other",
  epoch: "other",
  phase: "other",
};

/**
 * Refuses a method with a misspelt part, a step slot that is asynchronous, or an option whose default
 * does not tell its type. The first two are compile errors too, but a run does not compile what it loads.
 *
 * @throws {TypeError} If it is such a method; the message names it and the part.
 */
export function checkSpec(
  spec: { readonly name: string; readonly defaults: object },
): void {
  for (const [part, value] of Object.entries(spec)) {
    if (!Object.hasOwn(PARTS, part)) {
      throw new TypeError(
        `The method '${spec.name}' has a part '${part}', but methods have no such part${
          didYouMean(part, Object.keys(PARTS))
        }`,
      );
    }
    const kind = PARTS[part as keyof typeof PARTS]; // it is one of them
    if (kind === "step" && Object.prototype.toString.call(value) === "[object AsyncFunction]") {
      throw new TypeError(
        `'${part}' of the method '${spec.name}' is asynchronous: slots of a step only record ` +
          "kernels; what has to wait for the GPU goes into setup, every, epoch or phase",
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
