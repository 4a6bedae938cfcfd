import { BadInput } from "../../core/bad_input.ts";

/** Takes bytes off a stream in the pieces a format asks for. */
export class ByteStream {
  /** Name for messages. */
  readonly name: string;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();
  #at = 0;

  /**
   * Reads a stream; the name is for messages.
   *
   * @param name What error messages call it: the path of a file.
   */
  constructor(stream: ReadableStream<Uint8Array>, name: string) {
    this.#reader = stream.getReader();
    this.name = name;
  }

  /**
   * The next bytes.
   *
   * @param length How many; the caller has checked that so many fit into memory.
   * @throws {BadInput} If the stream ends before, or breaks.
   */
  async take(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    await this.#move(length, (piece, at) => bytes.set(piece, at));
    return bytes;
  }

  /** Passes over bytes; throws as {@link take}. */
  async skip(length: number): Promise<void> {
    await this.#move(length, () => {});
  }

  /** Hands the next bytes on in pieces as they come; throws as {@link take}. */
  async pass(length: number, to: (piece: Uint8Array) => Promise<void> | void): Promise<void> {
    await this.#move(length, to);
  }

  /** Whether nothing follows. */
  async ended(): Promise<boolean> {
    return this.#at === this.#chunk.length && !await this.#pull();
  }

  /**
   * Passes over what is left, to the very end: only there the checksums of compressed data are
   * looked at.
   *
   * @param limit More bytes than this are refused.
   * @throws {BadInput} If there are more, or the stream breaks.
   */
  async drain(limit: number): Promise<void> {
    for (let left = limit; !await this.ended();) {
      const length = this.#chunk.length - this.#at;
      if (length > left) {
        throw new BadInput(`Cannot read ${this.name}: it goes on for more than ${limit} bytes`);
      }
      left -= length;
      this.#at = this.#chunk.length;
    }
  }

  /** Ends reading early. */
  async cancel(): Promise<void> {
    // A stream that already broke says so again here; who reads has been told.
    await this.#reader.cancel().catch(() => {});
  }

  async #move(
    length: number,
    to: (piece: Uint8Array, at: number) => Promise<void> | void,
  ): Promise<void> {
    let done = 0;
    while (done < length) {
      if (this.#at === this.#chunk.length && !await this.#pull()) {
        throw new BadInput(
          `Cannot read ${this.name}: it ends ${
            length - done
          } bytes early; it is cut off or damaged`,
        );
      }
      const piece = this.#chunk.subarray(this.#at, this.#at + length - done);
      this.#at += piece.length;
      await to(piece, done);
      done += piece.length;
    }
  }

  async #pull(): Promise<boolean> {
    for (;;) {
      let next: ReadableStreamReadResult<Uint8Array>;
      try {
        next = await this.#reader.read();
      } catch (error) {
        if (error instanceof BadInput) throw error;
        throw new BadInput(
          `Cannot read ${this.name}: its compressed data are damaged (${(error as Error).message})`,
        );
      }
      if (next.done) return false;
      if (next.value.length === 0) continue;
      this.#chunk = next.value;
      this.#at = 0;
      return true;
    }
  }
}
