/** Collects what the GPU reports on its own time, for the next call that can throw. */
export class ErrorWatch {
  readonly #place: () => string;
  #lost: string | null = null;
  #failure: Error | null = null;

  /** @param place Names what is being recorded, e.g. `step 12`. */
  constructor(gpu: GPUDevice, place: () => string) {
    this.#place = place;
    gpu.addEventListener("uncapturederror", (event) => {
      const { error } = event as GPUUncapturedErrorEvent;
      this.report(new Error(`The GPU refused a command of ${place()}: ${error.message}`));
    });
    gpu.lost.then(({ reason, message }) => {
      if (reason !== "destroyed") this.#lost = message || reason || "no reason given";
    });
  }

  /** Takes an error up; the first one counts. */
  report(error: Error): void {
    this.#failure ??= error;
  }

  /** Throws the first error, if any. */
  check(): void {
    if (this.#failure) throw this.#failure;
    if (this.#lost !== null) {
      throw new Error(
        `The GPU was lost during ${this.#place()}: ${this.#lost}. Resume the run to go on`,
      );
    }
  }
}
