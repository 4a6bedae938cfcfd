/** Reads lines and bytes in turn from a stream. */
export class ByteReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #left: Uint8Array = new Uint8Array();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /**
   * The next line, without its end.
   *
   * @throws {Error} if the stream ends before.
   */
  async line(): Promise<Uint8Array> {
    let end = this.#left.indexOf(NEWLINE);
    while (end < 0) {
      this.#left = joined(this.#left, await this.#next());
      end = this.#left.indexOf(NEWLINE);
    }
    return this.#take(end + 1).subarray(0, end);
  }

  /**
   * The next bytes, in a buffer of their own.
   *
   * @throws {Error} if the stream ends before.
   */
  async bytes(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const all = new Uint8Array(length);
    for (let at = 0; at < length;) {
      if (this.#left.length === 0) this.#left = await this.#next();
      const part = this.#take(Math.min(this.#left.length, length - at));
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  #take(length: number): Uint8Array {
    const taken = this.#left.subarray(0, length);
    this.#left = this.#left.subarray(length);
    return taken;
  }

  async #next(): Promise<Uint8Array> {
    const { value } = await this.#reader.read();
    if (value) return value;
    throw new Error("The other process has ended");
  }
}

const NEWLINE = 10;

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
