import { Worker } from "node:worker_threads";
import { BadInput } from "../../../core/bad_input.ts";
import type { ImageRead, ReadReply } from "./read_images_deno.ts";

interface Waiting {
  readonly worker: Worker;
  resolve(bytes: Uint8Array<ArrayBuffer>): void;
  reject(error: Error): void;
}

/** So many batches are read at once. */
const READERS = 2;

const readers: Worker[] = [];
const waiting = new Map<number, Waiting>();
let asked = 0;

/**
 * Reads images in a worker, so that reading and checking do not hold up training. The workers are
 * shared by all stores and do not keep a process alive that waits for nothing from them.
 *
 * @throws {BadInput} As `readImages()`.
 */
export function readAside(read: ImageRead): Promise<Uint8Array<ArrayBuffer>> {
  const id = asked++;
  const worker = readers[id % READERS] ??= start(id % READERS);
  worker.ref();
  return new Promise((resolve, reject) => {
    waiting.set(id, { worker, resolve, reject });
    worker.postMessage({ id, read });
  });
}

function start(place: number): Worker {
  const worker = new Worker(runnable(new URL("./read_worker_deno.ts", import.meta.url)));
  worker.on("message", (reply: ReadReply) => {
    const { resolve, reject } = waiting.get(reply.id)!; // a reply has its question
    waiting.delete(reply.id);
    if (reply.error === undefined) resolve(reply.bytes);
    else reject(reply.bad ? new BadInput(reply.error) : new Error(reply.error));
    if (![...waiting.values()].some((w) => w.worker === worker)) worker.unref();
  });
  worker.on("error", (error: Error) => {
    delete readers[place];
    for (const [id, { worker: own, reject }] of waiting) {
      if (own !== worker) continue;
      waiting.delete(id);
      reject(error);
    }
  });
  return worker;
}

/** Workers take files and texts only; a text can import what was loaded from elsewhere. */
function runnable(module: URL): URL {
  if (module.protocol === "file:") return module;
  const text = `import ${JSON.stringify(module.href)};`;
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}
