import { algorithms, type ListedAlgorithm } from "../../algorithms/registry.ts";
import { BadInput } from "../../core/bad_input.ts";
import { MODEL_NAMES, modelByName } from "../../core/nn/model_registry.ts";
import type { Model } from "../../core/nn/model.ts";
import type { Dataset } from "../../datasets/images/dataset.ts";
import { datasetNames } from "../../datasets/sets/set_info.ts";
import { protocols } from "../../datasets/split/protocols/make_split.ts";
import type { Protocol } from "../../datasets/split/split.ts";
import {
  augmentationNames,
  type NamedViews,
} from "../../datasets/views/published/published_views.ts";
import { OPTIONS } from "./options.ts";

/** A data set from outside: its name, and how it is opened. */
export interface NamedDataset {
  /** Name as in `--dataset`. */
  readonly name: string;
  /**
   * Opens it; throws {@linkcode BadInput} if it cannot.
   *
   * @param options Folder of its files and size of the images in pixels, where the user has said.
   */
  open(options: { readonly dataDir?: string; readonly size?: number }): Dataset | Promise<Dataset>;
}

/**
 * What modules from outside bring, beside the toolkit's own. A module that is loaded by `--plugin`
 * exports lists by these names; methods it may also export one by one, under any name.
 */
export interface Extensions {
  /** Bases and add-ons, for `--algorithm`. */
  readonly algorithms: readonly ListedAlgorithm[];
  /** Networks, for `--model`. */
  readonly models: readonly Model[];
  /** Data sets, for `--dataset`. */
  readonly datasets: readonly NamedDataset[];
  /** Ways to deal images out, for `--protocol`. */
  readonly protocols: readonly Protocol[];
  /** Augmentations, for the option `augment`. */
  readonly views: readonly NamedViews[];
}

/** Nothing from outside. */
export const NO_EXTENSIONS: Extensions = {
  algorithms: [],
  models: [],
  datasets: [],
  protocols: [],
  views: [],
};

/** Things that have a name and a function that makes them. */
const LISTS = {
  models: { what: "model", makes: "build", known: knowsModel },
  datasets: { what: "data set", makes: "open", known: (name) => datasetNames.includes(name) },
  protocols: { what: "protocol", makes: "split", known: (name) => protocols.has(name) },
  views: {
    what: "augmentation",
    makes: "make",
    known: (name) => augmentationNames.includes(name),
  },
} as const satisfies Readonly<
  Record<
    Exclude<keyof Extensions, "algorithms">,
    { readonly what: string; readonly makes: string; known(name: string): boolean }
  >
>;

/** Lower case, with hyphens: what fits into a key, a file's name and a stack's. */
const NAME = /^[a-z0-9]+([-_][a-z0-9]+)*$/;

/**
 * What a module from outside brings.
 *
 * @param module What it exports.
 * @param specifier What it is called in messages.
 * @param before What modules before it have brought.
 * @throws {BadInput} If it brings nothing, something of another shape, or something whose name is taken.
 */
export function extensionsOf(
  module: Readonly<Record<string, unknown>>,
  specifier: string,
  before: Extensions = NO_EXTENSIONS,
): Extensions {
  const brought: Record<string, readonly unknown[]> = {
    algorithms: ownAlgorithms(module, specifier, before.algorithms),
  };
  for (const [list, { what, makes, known }] of Object.entries(LISTS)) {
    const things = module[list] ?? [];
    if (!Array.isArray(things)) {
      throw new BadInput(`The plugin ${specifier} exports '${list}', which is no list`);
    }
    const taken = new Set(before[list as keyof typeof LISTS].map(({ name }) => name));
    for (const thing of things) {
      const name = nameOf(thing);
      if (name === undefined || typeof thing[makes] !== "function") {
        throw new BadInput(
          `The plugin ${specifier} exports ${what}s, but ${
            name === undefined ? "one has no name" : `'${name}' has no function '${makes}'`
          }`,
        );
      }
      checkName(name, specifier);
      if (known(name) || taken.has(name)) throw nameTaken(specifier, what, name);
      taken.add(name);
    }
    brought[list] = things;
  }
  if (Object.values(brought).every(({ length }) => length === 0)) {
    throw new BadInput(
      `The plugin ${specifier} brings nothing: export a method that comes from defineAlgorithm, or ` +
        `a list called ${Object.keys(LISTS).join(", ")}`,
    );
  }
  return brought as unknown as Extensions; // each list was checked
}

/** Joins what two modules bring. */
export function joinExtensions(a: Extensions, b: Extensions): Extensions {
  return {
    algorithms: [...a.algorithms, ...b.algorithms],
    models: [...a.models, ...b.models],
    datasets: [...a.datasets, ...b.datasets],
    protocols: [...a.protocols, ...b.protocols],
    views: [...a.views, ...b.views],
  };
}

/** Methods that a module exports under any name; those of the toolkit that it hands on are not its own. */
function ownAlgorithms(
  module: Readonly<Record<string, unknown>>,
  specifier: string,
  before: readonly ListedAlgorithm[],
): ListedAlgorithm[] {
  const exported = Object.values(module).flat().filter(isAlgorithm);
  const own = [...new Set(exported)].filter((method) => !algorithms.includes(method));
  const taken = new Set([...algorithms, ...before].map(({ spec }) => spec.name));
  for (const { spec: { name } } of own) {
    checkName(name, specifier);
    if ([...OPTIONS.keys()].some((key) => key.split(".")[0] === name)) {
      throw new BadInput(
        `The plugin ${specifier} has a method '${name}', as an option of runs is called: give it another name`,
      );
    }
    if (taken.has(name)) throw nameTaken(specifier, "method", name);
    taken.add(name);
  }
  return own;
}

function isAlgorithm(value: unknown): value is ListedAlgorithm {
  if (typeof value !== "function" || !("spec" in value)) return false;
  const { spec } = value;
  return typeof spec === "object" && spec !== null && "name" in spec && "kind" in spec &&
    "defaults" in spec;
}

function nameOf(thing: unknown): string | undefined {
  if (typeof thing !== "object" || thing === null || !("name" in thing)) return undefined;
  return typeof thing.name === "string" ? thing.name : undefined;
}

function checkName(name: string, specifier: string): void {
  if (NAME.test(name)) return;
  throw new BadInput(
    `The plugin ${specifier} has the name '${name}': give lower-case letters, digits and single hyphens, e.g. my-method`,
  );
}

function nameTaken(specifier: string, what: string, name: string): BadInput {
  return new BadInput(
    `The plugin ${specifier} brings a ${what} called '${name}', as another is: give it another name`,
  );
}

function knowsModel(name: string): boolean {
  if (MODEL_NAMES.includes(name)) return true;
  try {
    modelByName(name);
    return true;
  } catch (error) {
    return !(error instanceof BadInput); // a depth that there is not is the toolkit's name too
  }
}
