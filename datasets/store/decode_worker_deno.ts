/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
import { toSquare } from "../images/resize.ts";
import { decodeImage, type DecodeReply, type DecodeTask } from "./decode_image_deno.ts";
import { readWhole } from "./locate_deno.ts";

/** A file larger than this is refused. */
const MAX_FILE = 1 << 28;

self.onmessage = async ({ data: task }: MessageEvent<DecodeTask>) => {
  let reply: DecodeReply;
  try {
    const pixels = await decodeImage(await readWhole(task.path, MAX_FILE), task.path);
    reply = { id: task.id, bytes: toSquare(pixels, task.size, task.fit).data };
  } catch (error) {
    reply = { id: task.id, error: (error as Error).message };
  }
  self.postMessage(reply);
};
