import { BadInput } from "../../core/bad_input.ts";
import { type ArchiveMember, MAX_MEMBERS } from "./archive.ts";
import { ByteStream } from "./byte_stream.ts";

const BLOCK = 512;
/** Archives are padded to the blocks of a tape. */
const MAX_END = 1 << 24;
/** Extended headers longer than this are refused: they hold one name. */
const MAX_EXTENDED = 1 << 16;

/**
 * Lists a tar archive (POSIX ustar with pax headers, GNU long names), one entry at a time.
 *
 * Own code, since the readers on npm are not as strict: `modern-tar` takes kinds of entry that it
 * does not know, such as sparse files, for plain files.
 *
 * @param stream The archive, already decompressed.
 * @throws {BadInput} If a header is damaged or the archive is cut off.
 */
export async function* readTar(stream: ByteStream): AsyncGenerator<ArchiveMember> {
  const { name: archive } = stream;
  const fail = (why: string): never => {
    throw new BadInput(`Cannot read ${archive} as a tar archive: ${why}`);
  };
  let extended: Extended = {};
  for (let members = 0; members < MAX_MEMBERS; members++) {
    // Archives end with two blocks of zeros; some writers leave them out.
    if (await stream.ended()) return;
    const block = await stream.take(BLOCK);
    if (block.every((byte) => byte === 0)) return await stream.drain(MAX_END);
    const header = parseHeader(block, fail);
    const padding = (BLOCK - header.size % BLOCK) % BLOCK;
    if ("xgLK".includes(header.type)) {
      if (header.size > MAX_EXTENDED) fail(`a header of ${header.size} bytes is too long`);
      const body = utf8(await stream.take(header.size), fail);
      await stream.skip(padding);
      if (header.type === "L") extended.path = body.replace(/\0.*$/s, "");
      if (header.type === "x") extended = { ...extended, ...parsePax(body, fail) };
      continue;
    }
    const size = extended.size ?? header.size;
    const body = new MemberBody(stream, size);
    yield {
      name: extended.path ?? header.name,
      size,
      kind: kinds[header.type] ?? "other",
      open: () => new ByteStream(body.stream(), `${archive}: ${header.name}`),
    };
    extended = {};
    await body.skip();
    await stream.skip((BLOCK - size % BLOCK) % BLOCK);
  }
  fail(`it has more than ${MAX_MEMBERS} entries`);
}

const kinds: Readonly<Record<string, ArchiveMember["kind"]>> = {
  "0": "file",
  "\0": "file",
  "7": "file",
  "5": "folder",
  "1": "link",
  "2": "link",
};

/** What an extended header says of the next entry. */
interface Extended {
  path?: string;
  size?: number;
}

/** The part of the archive that is one entry's content. */
class MemberBody {
  readonly #archive: ByteStream;
  #left: number;

  constructor(archive: ByteStream, size: number) {
    this.#archive = archive;
    this.#left = size;
  }

  stream(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      pull: async (controller) => {
        if (this.#left === 0) return controller.close();
        controller.enqueue(await this.#next());
      },
    }, { highWaterMark: 0 });
  }

  async skip(): Promise<void> {
    const length = this.#left;
    this.#left = 0;
    await this.#archive.skip(length);
  }

  async #next(): Promise<Uint8Array> {
    const length = Math.min(this.#left, 1 << 16);
    const piece = await this.#archive.take(length);
    this.#left -= length;
    return piece;
  }
}

function parseHeader(
  block: Uint8Array,
  fail: (why: string) => never,
): { name: string; size: number; type: string } {
  const text = (at: number, length: number) =>
    utf8(block.subarray(at, at + length), fail).replace(/\0.*$/s, "");
  const octal = (at: number, length: number) => {
    const digits = text(at, length).trim();
    return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : fail("a number is damaged");
  };
  // The checksum counts its own eight bytes as blanks.
  const sum = block.reduce((a, b, i) => a + (i >= 148 && i < 156 ? 32 : b), 0);
  if (octal(148, 8) !== sum) fail("the checksum of a header is wrong");
  const prefix = text(257, 5) === "ustar" && block[263] === 0x30 ? text(345, 155) : "";
  const type = String.fromCharCode(block[156]!); // a block has 512 bytes
  // GNU writes sizes of 8 GiB and more in binary, marked by the first bit.
  const size = block[124]! & 0x80
    ? Number(new DataView(block.buffer, block.byteOffset).getBigUint64(128))
    : octal(124, 12);
  if (!Number.isSafeInteger(size)) fail("a size is out of range");
  return { name: prefix ? `${prefix}/${text(0, 100)}` : text(0, 100), size, type };
}

/** Names in another encoding would lose the letters that tell them apart. */
function utf8(bytes: Uint8Array, fail: (why: string) => never): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return fail("a name is not UTF-8");
  }
}

/** Records `length key=value\n`; only path and size matter here. */
function parsePax(body: string, fail: (why: string) => never): Extended {
  const found: Extended = {};
  for (const line of body.split("\n")) {
    const match = /^\d+ (path|size)=(.*)$/.exec(line);
    if (match?.[1] === "path") found.path = match[2]!; // the group takes part in every match
    if (match?.[1] === "size") {
      found.size = Number(match[2]);
      if (!Number.isSafeInteger(found.size) || found.size < 0) fail("a size is out of range");
    }
  }
  return found;
}
