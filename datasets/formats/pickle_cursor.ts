import { BadInput } from "../../core/bad_input.ts";
import type { ByteSource } from "./byte_source.ts";
import { PickleBytes } from "./pickle_values.ts";

/** Text longer than this is refused: keys and type names are short. */
const MAX_TEXT = 1 << 20;
/** Bytes read ahead, so that short operands cost no access to the file. */
const WINDOW = 1 << 16;

/** Walks through a pickle and reads the operands of its instructions, all lengths checked. */
export class PickleCursor {
  /** Where the next byte is read. */
  at = 0;
  readonly #source: ByteSource;
  #window: Uint8Array = new Uint8Array();
  #windowAt = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** @throws {BadInput} Always. */
  fail(why: string): never {
    throw new BadInput(`Cannot read ${this.#source.name} as a pickle of data: ${why}`);
  }

  /** Length of the file in bytes. */
  get size(): number {
    return this.#source.size;
  }

  byte(): number {
    return this.#take(1)[0]!; // #take() gives one byte
  }

  /** A length of 4 bytes. */
  length(): number {
    return this.view(4).getUint32(0, true);
  }

  /** A length of 8 bytes; one too large fails where it is used. */
  long(): number {
    return Number(this.view(8).getBigUint64(0, true));
  }

  view(length: number): DataView {
    const bytes = this.#take(length);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }

  /** An integer of as many bytes as its first byte says. */
  bigInteger(): number {
    const bytes = this.#take(this.byte());
    if (bytes.length > 8) this.fail("it has an integer of more than 64 bits");
    let value = 0n;
    for (let i = bytes.length - 1; i >= 0; i--) value = value << 8n | BigInt(bytes[i]!); // in bytes
    return Number(BigInt.asIntN(8 * bytes.length, value));
  }

  /** A byte string, which stays where it is. */
  bytes(length: number): PickleBytes {
    const { at } = this;
    if (!(at + length <= this.#source.size)) {
      this.fail(`it claims ${length} bytes at ${at} but has ${this.#source.size}; it is cut off`);
    }
    this.at += length;
    return new PickleBytes(this.#source, at, length);
  }

  text(length: number): string {
    if (length > MAX_TEXT) {
      this.fail(
        `it has a text of ${length} bytes; arrays pickled as text (protocol 2 of Python 3) are ` +
          "not read, save the file again with protocol 4",
      );
    }
    const bytes = this.#take(length);
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      return this.fail("a text is not UTF-8");
    }
  }

  /** Text up to the end of the line. */
  line(): string {
    let text = "";
    for (;;) {
      const code = this.byte();
      if (code === 0x0a) return text;
      if (text.length > 200) this.fail("a name is longer than 200 characters");
      text += String.fromCharCode(code);
    }
  }

  #take(length: number): Uint8Array {
    const from = this.at - this.#windowAt;
    if (from < 0 || from + length > this.#window.length) {
      if (!(this.at + length <= this.#source.size)) this.fail("it is cut off");
      const want = Math.max(length, Math.min(WINDOW, this.#source.size - this.at));
      this.#window = this.#source.read(this.at, want);
      this.#windowAt = this.at;
    }
    const start = this.at - this.#windowAt;
    this.at += length;
    return this.#window.subarray(start, start + length);
  }
}
