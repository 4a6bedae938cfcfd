import assert from "node:assert/strict";
import { BadInput } from "../../../core/bad_input.ts";
import { RefusedFile } from "../../../core/refused_file.ts";
import { sha256 } from "../../../datasets/images/fingerprint.ts";
import { setInfos } from "../../../datasets/sets/set_info.ts";
import { download, redirected } from "../../../datasets/store/download_deno.ts";
import type { Progress } from "../../../datasets/store/work.ts";
import { ramp } from "../samples.ts";

const content = ramp(300_000);
const hash = await sha256(content);
const quick = { wait: 1, attempts: 3, stall: 5000 };

/** A server on the loopback that answers request number `n` (from 0) as told, and a folder. */
async function serving(answer: (n: number, request: Request, port: number) => Response) {
  const folder = await Deno.makeTempDir({ prefix: "longtail-download-" });
  const ranges: (string | null)[] = [];
  let port = 0;
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: (address) => port = address.port,
    onError: () => new Response("broken", { status: 500 }),
  }, (request) => {
    ranges.push(request.headers.get("range"));
    return answer(ranges.length - 1, request, port);
  });
  return {
    folder,
    /** What each request asked for. */
    ranges,
    file: { urls: [`http://127.0.0.1:${port}/set.bin`], file: "set.bin", sha256: hash },
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The whole file, or the range asked for. */
function whole(request: Request, bytes = content): Response {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "")?.[1] ?? 0);
  if (from === 0) return new Response(bytes);
  return new Response(bytes.slice(from), {
    status: 206,
    headers: { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` },
  });
}

/** Promises the whole file, sends some of it and breaks the connection. */
function broken(request: Request, length: number): Response {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "")?.[1] ?? 0);
  let sent = false;
  const body = new ReadableStream({
    async pull(controller) {
      if (sent) {
        await new Promise((resolve) => setTimeout(resolve, 30));
        return controller.error(new Error("cable cut"));
      }
      sent = true;
      controller.enqueue(content.slice(from, from + length));
    },
  });
  return new Response(body, {
    status: from > 0 ? 206 : 200,
    headers: {
      "content-length": String(content.length - from),
      ...(from > 0 && { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` }),
    },
  });
}

Deno.test("download() fetches, checks and reports", async () => {
  await using server = await serving((_, request) => whole(request));
  const seen: string[] = [];
  const path = await download(server.file, {
    ...quick,
    folder: `${server.folder}/new`,
    onProgress: ({ stage, done, total }) => seen.push(`${stage} ${done}/${total}`),
  });
  assert.equal(path, `${server.folder}/new/set.bin`);
  assert.deepEqual(await Deno.readFile(path), content);
  assert.equal(seen.includes("download 300000/300000"), true);
  assert.equal(seen.at(-1), "check 300000/300000");
  await download(server.file, { ...quick, folder: `${server.folder}/new` });
  assert.equal(server.ranges.length, 1, "a file that is there is not fetched again");
});

Deno.test("download() goes on where the connection broke", async () => {
  await using server = await serving((n, request) =>
    n < 4 ? broken(request, 50_000) : whole(request)
  );
  const path = await download(server.file, { ...quick, folder: server.folder });
  assert.deepEqual(await Deno.readFile(path), content);
  assert.deepEqual(server.ranges, [null, ...[1, 2, 3, 4].map((n) => `bytes=${n * 50_000}-`)]);
});

Deno.test("download() goes on after it was stopped", async () => {
  await using server = await serving((_, request) => whole(request));
  await Deno.writeFile(`${server.folder}/set.bin.part`, content.slice(0, 1000));
  await download(server.file, { ...quick, folder: server.folder });
  assert.deepEqual(server.ranges, ["bytes=1000-"]);
  assert.deepEqual(await Deno.readFile(`${server.folder}/set.bin`), content);
});

Deno.test("download() takes a whole part file without asking for more", async () => {
  await using server = await serving(() => new Response(null, { status: 416 }));
  await Deno.writeFile(`${server.folder}/set.bin.part`, content);
  await download(server.file, { ...quick, folder: server.folder });
  assert.deepEqual(await Deno.readFile(`${server.folder}/set.bin`), content);
});

Deno.test("download() starts over where a server knows no ranges", async () => {
  await using server = await serving(() => new Response(content));
  await Deno.writeFile(`${server.folder}/set.bin.part`, content.slice(1000, 5000));
  await download(server.file, { ...quick, folder: server.folder });
  assert.deepEqual(await Deno.readFile(`${server.folder}/set.bin`), content);
});

Deno.test("download() throws away what arrived corrupted", async () => {
  const bad = Uint8Array.from(content);
  bad[1234]! ^= 1;
  await using server = await serving((n, request) => whole(request, n === 0 ? bad : content));
  await download(server.file, { ...quick, folder: server.folder });
  assert.deepEqual(server.ranges, [null, null]);
  assert.deepEqual(await Deno.readFile(`${server.folder}/set.bin`), content);
});

Deno.test("download() gives up on a file that stays wrong", async () => {
  await using server = await serving((_, request) => whole(request));
  const file = { ...server.file, sha256: "0".repeat(64) };
  await assert.rejects(download(file, { ...quick, folder: server.folder }), (error) => {
    return error instanceof BadInput &&
      /SHA-256 is [0-9a-f]{64}, expected 0{64}/.test(error.message);
  });
  assert.equal(server.ranges.length, 3);
  const files = [...Deno.readDirSync(server.folder)].map(({ name }) => name);
  assert.deepEqual(files, [], "nothing wrong is left");
});

Deno.test("download() checks an MD5 where no SHA-256 was published", async () => {
  await using server = await serving((_, request) => whole(request));
  const { urls, file } = server.file;
  const md5 = "5d41402abc4b2a76b9719d911017c592";
  await assert.rejects(
    download({ urls, file, md5 }, { ...quick, folder: server.folder }),
    /MD5 is [0-9a-f]{32}, expected 5d41402a/,
  );
});

Deno.test("download() does not ask again where a server refuses", async () => {
  await using server = await serving(() => new Response("no", { status: 404 }));
  await assert.rejects(download(server.file, { ...quick, folder: server.folder }), (error) => {
    return error instanceof BadInput && error.message.includes(server.file.urls[0]!) &&
      /answers 404/.test(error.message) && error.message.includes(`${server.folder}/set.bin`);
  });
  assert.equal(server.ranges.length, 1);
});

Deno.test("download() asks again where a server is busy, and tries mirrors", async () => {
  await using server = await serving((n, request) =>
    n < 2 ? new Response(null, { status: 503 }) : whole(request)
  );
  const urls = ["http://127.0.0.1:1/set.bin", server.file.urls[0]!];
  await download({ ...server.file, urls }, { ...quick, attempts: 8, folder: server.folder });
  assert.equal(server.ranges.length, 3);
});

Deno.test("download() says where to put the file when there is no network", async () => {
  const above = await Deno.makeTempDir({ prefix: "longtail-download-" });
  const folder = `${above}/data`, troubles: (string | undefined)[] = [];
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }), { port } = listener.addr;
  listener.close(); // nobody listens there now
  const url = `http://127.0.0.1:${port}/set.bin`;
  const file = { urls: [url], file: "set.bin", sha256: hash };
  const onProgress = ({ trouble }: Progress) => troubles.push(trouble);
  try {
    await assert.rejects(download(file, { ...quick, folder, onProgress }), (error) => {
      return error instanceof BadInput &&
        error.message.startsWith(`Cannot download ${url}: `) && /refused/.test(error.message) &&
        error.message.includes(`put it at ${folder}/set.bin`);
    });
    assert.equal(troubles.length, quick.attempts - 1);
    for (const trouble of troubles) assert.match(trouble ?? "", /refused/i);
    await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
  } finally {
    await Deno.remove(above, { recursive: true });
  }
});

Deno.test("download() gives up a connection that stalls", async () => {
  await using server = await serving((n, request) => {
    if (n > 0) return whole(request);
    let open: ReadableStreamDefaultController | undefined;
    const body = new ReadableStream({
      start: (controller) => {
        open = controller;
        controller.enqueue(content.slice(0, 100));
      },
      cancel: () => open = undefined,
    });
    setTimeout(() => open?.close(), 2000);
    return new Response(body, { headers: { "content-length": String(content.length) } });
  });
  await download(server.file, { ...quick, stall: 200, folder: server.folder });
  assert.deepEqual(await Deno.readFile(`${server.folder}/set.bin`), content);
});

Deno.test("download() stops at more bytes than expected", async () => {
  await using server = await serving((_, request) => whole(request));
  const file = { ...server.file, bytes: 1000 };
  await assert.rejects(
    download(file, { ...quick, folder: server.folder }),
    /sends more than the 1000 bytes expected/,
  );
});

/** An answer without a length and without an end. */
function endless(): Response {
  return new Response(
    new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1 << 16)) }),
  );
}

Deno.test("download() stops an answer that has no end, and keeps nothing of it", async () => {
  await using server = await serving(endless);
  const { urls, file } = server.file;
  await assert.rejects(
    download({ urls, file, limit: 1 << 20 }, { ...quick, folder: server.folder }),
    /sends more than the 1048576 bytes expected/,
  );
  assert.equal(server.ranges.length, 1);
  assert.deepEqual([...Deno.readDirSync(server.folder)], []);
});

Deno.test("download() follows redirects, but not in a circle", async () => {
  await using server = await serving((n, request, port) => {
    const to = (path: string) => new Response(null, { status: 302, headers: { location: path } });
    const { pathname } = new URL(request.url);
    if (pathname === "/set.bin") return to(n < 2 ? `http://127.0.0.1:${port}/b` : "/set.bin");
    return pathname === "/b" ? to("/c") : whole(request);
  });
  await download(server.file, { ...quick, folder: `${server.folder}/a` });
  assert.deepEqual(await Deno.readFile(`${server.folder}/a/set.bin`), content);
  await assert.rejects(
    download(server.file, { ...quick, folder: `${server.folder}/b` }),
    /it is redirected more than 10 times/,
  );
});

Deno.test("redirected() stays on https once it is there, and on the web", () => {
  assert.equal(redirected("https://a.org/x/y", "../z"), "https://a.org/z");
  assert.equal(redirected("http://a.org/x", "https://b.org/"), "https://b.org/");
  assert.equal(redirected("http://a.org/x", "http://b.org/"), "http://b.org/");
  for (const to of ["http://a.org/x", "file:///etc/passwd", "data:,x", "ftp://a.org/x"]) {
    assert.throws(
      () => redirected("https://a.org/x", to),
      /is redirected to .*, which is not https/,
    );
  }
  assert.throws(() => redirected("http://a.org/x", "file:///etc/passwd"), /which is not https/);
});

Deno.test("download() says in a sentence what the system refuses, and does not try again", async () => {
  await using server = await serving((_, request) => whole(request));
  await Deno.symlink("/dev/full", `${server.folder}/set.bin.part`);
  await assert.rejects(download(server.file, { ...quick, folder: server.folder }), (error) => {
    return error instanceof RefusedFile &&
      error.message === `Cannot write ${server.folder}/set.bin.part: no space is left on the disk`;
  });
  assert.equal(server.ranges.length, 1);
});

Deno.test("every file that is downloaded has a length or a bound, a digest, and an address of https", () => {
  const files = Object.values(setInfos).flatMap(({ downloads }) => downloads);
  assert.ok(files.length >= 8);
  for (const { urls, file, bytes, limit, sha256, md5 } of files) {
    assert.match(urls[0]!, /^https:/, file);
    assert.ok(bytes !== undefined || limit !== undefined, file);
    assert.match(sha256 ?? md5 ?? "", /^([0-9a-f]{32}|[0-9a-f]{64})$/, file);
    if (urls.some((url) => url.startsWith("http:"))) assert.ok(bytes && sha256, file);
  }
});

Deno.test("download() refuses a file that is there but wrong, and leaves it alone", async () => {
  await using server = await serving((_, request) => whole(request));
  await Deno.writeTextFile(`${server.folder}/set.bin`, "mine");
  await assert.rejects(
    download(server.file, { ...quick, folder: server.folder }),
    /Cannot use .*set\.bin: its SHA-256 is .*remove it/,
  );
  assert.equal(await Deno.readTextFile(`${server.folder}/set.bin`), "mine");
  assert.equal(server.ranges.length, 0);
});

Deno.test("download() stops when asked to and keeps what it has", async () => {
  await using server = await serving((_, request) => broken(request, 20_000));
  const stop = new AbortController();
  const running = download(server.file, {
    ...quick,
    attempts: 100,
    folder: server.folder,
    signal: stop.signal,
    onProgress: ({ done }) => {
      if (done >= 40_000) stop.abort(new Error("stopped"));
    },
  });
  await assert.rejects(running, /stopped/);
  assert((await Deno.stat(`${server.folder}/set.bin.part`)).size >= 40_000);
});
