import { DECODER, type DecodeReply, type DecodeTask } from "./decode_image_deno.ts";

/** Tasks a worker has waiting, so that it never idles. */
const AHEAD = 4;

/** Workers that decode and resize images side by side. */
export class DecodePool implements Disposable {
  readonly #workers: Worker[] = [];
  readonly #waiting = new Map<number, (reply: DecodeReply) => void>();
  readonly #size: number;
  #sent = 0;
  #broken: string | undefined;

  /** @param size Number of workers; default one a processor, at most 8. They start when needed. */
  constructor(size: number = Math.min(8, navigator.hardwareConcurrency)) {
    this.#size = Math.max(1, size);
  }

  /**
   * Decodes images; results come in the order of the tasks, a bounded number ahead.
   *
   * @throws {Error} If a worker breaks down.
   */
  async *decode(tasks: Iterable<Omit<DecodeTask, "id">>): AsyncGenerator<DecodeReply> {
    const window: Promise<DecodeReply>[] = [];
    for (const task of tasks) {
      window.push(this.#send(task));
      if (window.length >= this.#size * AHEAD) yield await window.shift()!; // not empty
    }
    for (const reply of window) yield await reply;
  }

  [Symbol.dispose](): void {
    for (const worker of this.#workers) worker.terminate();
    this.#workers.length = 0;
  }

  async #send(task: Omit<DecodeTask, "id">): Promise<DecodeReply> {
    const id = this.#sent++;
    if (this.#workers.length < this.#size) this.#workers.push(this.#start());
    const reply = await new Promise<DecodeReply>((resolve) => {
      this.#waiting.set(id, resolve);
      if (this.#broken !== undefined) this.#fail();
      // The pool has as many workers as the remainder has values.
      else this.#workers[id % this.#workers.length]!.postMessage({ ...task, id });
    });
    if (this.#broken !== undefined) {
      throw new Error(`The decoder broke down at ${task.path}: ${this.#broken}`);
    }
    return reply;
  }

  #start(): Worker {
    const url = new URL("./decode_worker_deno.ts", import.meta.url);
    const worker = new Worker(url, { type: "module", name: DECODER });
    worker.onmessage = ({ data: reply }: MessageEvent<DecodeReply>) => {
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#broken = event.message;
      this.#fail();
    };
    return worker;
  }

  /** Wakes everyone who waits. */
  #fail(): void {
    for (const [id, resolve] of this.#waiting) resolve({ id, error: this.#broken ?? "" });
    this.#waiting.clear();
  }
}
