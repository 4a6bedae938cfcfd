import { parentPort } from "node:worker_threads";
import { BadInput } from "../../../core/bad_input.ts";
import { type ImageRead, readImages, type ReadReply } from "./read_images_deno.ts";

// A worker has a parent.
const port = parentPort!;

port.on("message", ({ id, read }: { readonly id: number; readonly read: ImageRead }) => {
  try {
    const bytes = readImages(read);
    port.postMessage({ id, bytes } satisfies ReadReply, [bytes.buffer]);
  } catch (error) {
    const { message } = error as Error;
    port.postMessage({ id, error: message, bad: error instanceof BadInput } satisfies ReadReply);
  }
});
