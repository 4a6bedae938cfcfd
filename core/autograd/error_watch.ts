/**
 * Says that the GPU is gone: the driver failed, or the device was destroyed. What was not read back is
 * lost; the command line prints its sentence and exits with code 1.
 */
export class DeviceLost extends Error {
  /** Tells it from other errors. */
  override readonly name = "DeviceLost";
}

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
      this.#lost ??= reason === "destroyed" ? DESTROYED : message || reason || "no reason given";
    });
    // Its promise tells only when nothing is being recorded any more; commands until then are silent.
    const destroy = gpu.destroy.bind(gpu);
    gpu.destroy = () => {
      this.#lost ??= DESTROYED;
      destroy();
    };
  }

  /** Takes an error up; the first one counts. */
  report(error: Error): void {
    this.#failure ??= error;
  }

  /**
   * Throws the first error, if any.
   *
   * @throws {DeviceLost} If the GPU is gone.
   */
  check(): void {
    if (this.#lost !== null) {
      throw new DeviceLost(
        `The GPU was lost during ${this.#place()}: ${this.#lost}; resume the run to go on`,
      );
    }
    if (this.#failure) throw this.#failure;
  }

  /**
   * What to throw for an error of a call that waited: that the GPU is gone comes later than errors
   * which follow from it.
   */
  async explain(error: unknown): Promise<unknown> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    try {
      this.check();
    } catch (reported) {
      return reported;
    }
    return error;
  }
}

const DESTROYED = "the device was destroyed";
