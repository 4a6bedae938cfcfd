import type { Outputs, Targets } from "../plugin/step_slots.ts";

/**
 * Stands in for the outputs of a pass that nobody asked for, and says so on use. A class, not an
 * object with getters: each such object has a hidden class of its own, which keeps its whole step
 * in memory until the next major collection of garbage.
 */
export class AbsentOutputs implements Outputs {
  readonly #plugin: string;

  constructor(plugin: string) {
    this.#plugin = plugin;
  }

  get labeled(): never {
    return this.#fail();
  }

  get weak(): never {
    return this.#fail();
  }

  get strong(): never {
    return this.#fail();
  }

  get identity(): never {
    return this.#fail();
  }

  #fail(): never {
    throw new ReferenceError(
      `'${this.#plugin}' uses the averaged network but asked for no pass of it`,
    );
  }
}

/** Stands in for targets where there is no weak view to make them of, and says so on use. */
export class AbsentTargets implements Targets {
  readonly #plugin: string;

  constructor(plugin: string) {
    this.#plugin = plugin;
  }

  get probs(): never {
    return this.#fail();
  }

  get form(): never {
    return this.#fail();
  }

  #fail(): never {
    throw new ReferenceError(
      `'${this.#plugin}' uses pseudo-labels but no method asked for a weak view`,
    );
  }
}
