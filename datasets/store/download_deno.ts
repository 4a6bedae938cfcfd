import { createHash } from "node:crypto";
import { BadInput } from "../../core/bad_input.ts";
import type { Download, OnProgress } from "./work.ts";
import { RefusedFile, withFile } from "../../core/refused_file.ts";
import { writeAll } from "./file_source_deno.ts";
import { exists } from "./locate_deno.ts";

/** Where to and how patiently {@link download} works. */
export interface DownloadOptions {
  readonly folder: string;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Attempts in a row that may gain nothing. Default 5. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt; doubled for each further one. Default 1000. */
  readonly wait?: number;
  /** Milliseconds without a byte after which an attempt is given up. Default 60,000. */
  readonly stall?: number;
}

/** More bytes than this are refused where nothing is known of a file's length. */
const MAX_BYTES = 2 ** 34;
/** Longer chains of redirects are refused. */
const MAX_REDIRECTS = 10;

/** Raised inside when trying again is of no use. */
class Refused extends Error {}

/**
 * Downloads a file and checks it. What is there of an interrupted download (`FILE.part`) is kept
 * and continued; a broken connection is tried again; a file that is already there is only checked.
 *
 * @returns The path of the file.
 * @throws {BadInput} If there is no network, the server refuses or the checksum stays wrong; the
 * message says where to get the file and where to put it.
 * @throws {RefusedFile} If the system does not let it write the file, as when the disk is full.
 */
export async function download(what: Download, options: DownloadOptions): Promise<string> {
  const { folder, attempts = 5, signal } = options;
  const path = `${folder}/${what.file}`;
  if (await exists(path)) {
    const wrong = await wrongChecksum(path, what, options);
    if (!wrong) return path;
    throw new BadInput(`Cannot use ${path}: ${wrong}; remove it to download it again`);
  }
  const part = `${path}.part`;
  let reason = "", damaged = 0;
  for (let attempt = 0, all = 0; attempt < attempts && damaged < 3; attempt++, all++) {
    if (attempt > 0) await again(reason, { what, attempt, options });
    const before = await sizeOf(part);
    try {
      // The list has an address for each data set.
      await fetchRest(what.urls[all % what.urls.length]!, { what, part, options });
      const wrong = await wrongChecksum(part, what, options);
      if (!wrong) {
        await withFile("write", path, () => Deno.rename(part, path));
        return path;
      }
      reason = wrong;
      damaged++;
      await Deno.remove(part);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof RefusedFile) throw error;
      reason = reasonOf(error as Error);
      if (error instanceof Refused && what.urls.length === 1) break;
      // A server that breaks off now and then is still worth asking.
      if (await sizeOf(part) > before) attempt = 0;
    }
  }
  throw new BadInput(
    `Cannot download ${what.urls[0]}: ${reason}; get the file by other means, put it at ${path} ` +
      "and run the same command again",
  );
}

/** Tells what went wrong and waits: the longer, the more attempts in a row gained nothing. */
async function again(
  reason: string,
  { what, attempt, options: { wait = 1000, signal, onProgress, folder } }: {
    readonly what: Download;
    readonly attempt: number;
    readonly options: DownloadOptions;
  },
): Promise<void> {
  onProgress?.({
    stage: "download",
    what: what.file,
    done: await sizeOf(`${folder}/${what.file}.part`),
    total: what.bytes,
    unit: "bytes",
    trouble: reason,
  });
  await pause(wait * 2 ** (attempt - 1), signal);
}

/** The innermost cause: `fetch failed` alone says nothing. */
function reasonOf(error: Error): string {
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return reasonOf(cause).replace(/^.*client error \(Connect\): /, "");
}

interface Job {
  readonly what: Download;
  readonly part: string;
  readonly options: DownloadOptions;
}

/** Asks for what is missing of the part file and appends it. */
async function fetchRest(url: string, { what, part, options }: Job): Promise<void> {
  const { signal, stall = 60_000, onProgress } = options;
  let have = await sizeOf(part);
  if (have > 0 && have === what.bytes) return;
  const idle = new AbortController();
  const response = await watched(
    follow(url, {
      headers: {
        "accept-encoding": "identity",
        ...(have > 0 && { range: `bytes=${have}-` }),
      },
      signal: signal ? AbortSignal.any([signal, idle.signal]) : idle.signal,
    }),
    { stall, idle },
  );
  if (!response.ok) {
    await response.body?.cancel();
    // 416: there is nothing after what we have; the checksum will tell.
    if (response.status === 416) return;
    const text = `the server answers ${response.status} ${response.statusText}`.trim();
    throw [408, 425, 429].includes(response.status) || response.status >= 500
      ? new Error(text)
      : new Refused(text);
  }
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
  const continues = response.status === 206 && Number(range?.[1]) === have;
  if (!continues) have = 0;
  const length = Number(response.headers.get("content-length") ?? NaN);
  const total = what.bytes ?? (Number.isFinite(length) ? have + length : undefined);
  const most = total ?? what.limit ?? MAX_BYTES;
  const tooMuch = async () => {
    idle.abort();
    const text = `the server sends more than the ${most} bytes expected`;
    if (total !== undefined && total <= (what.limit ?? MAX_BYTES)) throw new Error(text);
    await withFile("remove", part, () => Deno.remove(part)); // it has no end
    throw new Refused(text);
  };
  const file = await withFile("write", part, async () => {
    await Deno.mkdir(options.folder, { recursive: true });
    const file = await Deno.open(part, { write: true, create: true, truncate: !continues });
    await file.seek(have, Deno.SeekMode.Start);
    return file;
  });
  try {
    const reader = response.body?.getReader();
    for (;;) {
      const next = await watched(reader?.read() ?? Promise.resolve(undefined), { stall, idle });
      if (!next?.value) break;
      have += next.value.length;
      if (have > most) await tooMuch();
      const { value } = next;
      await withFile("write", part, () => writeAll(file, value));
      onProgress?.({ stage: "download", what: what.file, done: have, total, unit: "bytes" });
    }
  } finally {
    idle.abort();
    file.close();
  }
  if (total !== undefined && have < total) {
    throw new Error(`the connection broke after ${have} of ${total} bytes`);
  }
}

/** Fetches an address, and those that it leads to. */
async function follow(url: string, init: RequestInit): Promise<Response> {
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await fetch(url, { ...init, redirect: "manual" });
    const to = response.headers.get("location");
    if (to === null || response.status < 300 || response.status >= 400) return response;
    await response.body?.cancel();
    url = redirected(url, to);
  }
  throw new Refused(`it is redirected more than ${MAX_REDIRECTS} times`);
}

/**
 * Where a redirect leads.
 *
 * @throws {Error} If it leaves an encrypted connection, or the web.
 */
export function redirected(from: string, to: string): string {
  const { protocol, href } = new URL(to, from);
  const open = protocol === "http:" && new URL(from).protocol === "http:";
  if (protocol === "https:" || open) return href;
  throw new Refused(`it is redirected to ${href}, which is not https`);
}

/** Waits for something, but not longer than `stall`. */
async function watched<T>(
  work: Promise<T>,
  { stall, idle }: { stall: number; idle: AbortController },
): Promise<T> {
  const timer = setTimeout(
    () => idle.abort(new Error(`nothing came for ${stall / 1000} seconds`)),
    stall,
  );
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

/** What is wrong with the checksum or the length, or undefined. */
async function wrongChecksum(
  path: string,
  what: Download,
  { onProgress, signal }: DownloadOptions,
): Promise<string | undefined> {
  const total = await sizeOf(path);
  if (what.bytes !== undefined && total !== what.bytes) {
    return `it has ${total} bytes, expected ${what.bytes}`;
  }
  const kind = what.sha256 ? "sha256" : "md5";
  const expected = what[kind];
  if (!expected) return undefined;
  const hash = createHash(kind);
  let done = 0;
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1 << 20);
  for (;;) {
    signal?.throwIfAborted();
    const read = await file.read(buffer);
    if (read === null) break;
    hash.update(buffer.subarray(0, read));
    done += read;
    onProgress?.({ stage: "check", what: what.file, done, total, unit: "bytes" });
  }
  const actual = hash.digest("hex");
  return actual === expected
    ? undefined
    : `its ${kind === "md5" ? "MD5" : "SHA-256"} is ${actual}, expected ${expected}`;
}

/** The length of a file, 0 where there is none. */
async function sizeOf(path: string): Promise<number> {
  return await exists(path) ? (await Deno.stat(path)).size : 0;
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}
