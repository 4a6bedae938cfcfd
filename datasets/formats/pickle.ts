import type { ByteSource } from "./byte_source.ts";
import { PickleCursor } from "./pickle_cursor.ts";
import { buildNumpy, callNumpy } from "./pickle_numpy.ts";
import { PickleBytes, PickleGlobal, PickleTuple, type PickleValue } from "./pickle_values.ts";

/**
 * A file whose objects take more memory than this, about, is refused: the largest real one has some
 * 1.3 million labels.
 */
const MAX_BYTES = 1 << 27;
/** What an object takes in memory, about. */
const COST = { simple: 16, range: 96, list: 128, map: 256 } as const;
const MARK: unique symbol = Symbol("mark");

/**
 * Reads a Python pickle of numbers, text, lists, dictionaries and NumPy arrays. No code is run.
 *
 * Only the instructions that such files need are known (protocols 2 to 5); the only names a file
 * may call are NumPy's own for making an array, a scalar or a type, which are played here. Long
 * byte strings are not loaded but given as a range of the source. Own code, since the readers on
 * npm load whole files and make objects of whatever a file names.
 *
 * @param source The file.
 * @returns The pickled object.
 * @throws {BadInput} If an instruction or a name is not among those, or the file is cut off or
 *   damaged.
 *
 * @example A dictionary
 * ```ts
 * import { memorySource, readPickle } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * // pickle.dumps({"labels": [7]}, protocol=2)
 * const bytes = new TextEncoder().encode("\x02}X\x06\x00\x00\x00labels]K\x07as.");
 * const value = readPickle(memorySource(Uint8Array.of(0x80, ...bytes), "batch"));
 * assert.deepEqual(value, new Map([["labels", [7]]]));
 * ```
 */
export function readPickle(source: ByteSource): PickleValue {
  return new Machine(source).run();
}

class Machine {
  readonly #in: PickleCursor;
  readonly #stack: (PickleValue | typeof MARK)[] = [];
  readonly #memo = new Map<number, PickleValue>();
  /** Bytes that its objects take, about. */
  #bytes = 0;
  /** Bytes that texts were made into; more than the file has would be the same text again. */
  #encoded = 0;

  constructor(source: ByteSource) {
    this.#in = new PickleCursor(source);
  }

  run(): PickleValue {
    for (;;) {
      const start = this.#in.at;
      const code = this.#in.byte();
      if (code === 0x2e) return this.#pop(); // STOP
      if (!this.#step(code)) {
        const letter = code > 32 && code < 127 ? ` ('${String.fromCharCode(code)}')` : "";
        this.#fail(
          `instruction 0x${code.toString(16)}${letter} at byte ${start} is none that data need, ` +
            "and could run code; it is refused",
        );
      }
    }
  }

  /** Plays one instruction; false if it is none of the accepted. */
  #step(code: number): boolean {
    switch (code) {
      case 0x80: // PROTO
        if (this.#in.byte() > 5) this.#fail("its protocol is newer than 5");
        return true;
      case 0x95: // FRAME
        this.#in.long();
        return true;
      case 0x28:
        this.#push(MARK);
        return true;
      case 0x30: // POP
        this.#stack.pop();
        return true;
      case 0x31: // POP_MARK
        this.#popMark();
        return true;
      case 0x4e:
        return this.#push(null);
      case 0x88:
        return this.#push(true);
      case 0x89:
        return this.#push(false);
      case 0x4a: // BININT
        return this.#push(this.#in.view(4).getInt32(0, true));
      case 0x4b: // BININT1
        return this.#push(this.#in.byte());
      case 0x4d: // BININT2
        return this.#push(this.#in.view(2).getUint16(0, true));
      case 0x8a: // LONG1
        return this.#push(this.#in.bigInteger());
      case 0x47: // BINFLOAT
        return this.#push(this.#in.view(8).getFloat64(0, false));
      case 0x55: // SHORT_BINSTRING
      case 0x43: // SHORT_BINBYTES
        return this.#push(this.#in.bytes(this.#in.byte()));
      case 0x54: // BINSTRING
      case 0x42: // BINBYTES
        return this.#push(this.#in.bytes(this.#in.length()));
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        return this.#push(this.#in.bytes(this.#in.long()));
      case 0x8c: // SHORT_BINUNICODE
        return this.#push(this.#in.text(this.#in.byte()));
      case 0x58: // BINUNICODE
        return this.#push(this.#in.text(this.#in.length()));
      case 0x8d: // BINUNICODE8
        return this.#push(this.#in.text(this.#in.long()));
      case 0x5d:
        return this.#push([]);
      case 0x6c: // LIST
        return this.#push(this.#popMark());
      case 0x61: { // APPEND
        const item = this.#pop();
        this.#list().push(item);
        return true;
      }
      case 0x65: { // APPENDS
        const items = this.#popMark();
        const list = this.#list();
        for (const item of items) list.push(item);
        return true;
      }
      case 0x29:
        return this.#push(new PickleTuple([]));
      case 0x74: // TUPLE
        return this.#push(new PickleTuple(this.#popMark()));
      case 0x85:
        return this.#push(new PickleTuple(this.#popMany(1)));
      case 0x86:
        return this.#push(new PickleTuple(this.#popMany(2)));
      case 0x87:
        return this.#push(new PickleTuple(this.#popMany(3)));
      case 0x7d:
        return this.#push(new Map());
      case 0x64: { // DICT
        const items = this.#popMark();
        this.#push(new Map());
        return this.#setItems(items);
      }
      case 0x73: // SETITEM
        return this.#setItems(this.#popMany(2));
      case 0x75: // SETITEMS
        return this.#setItems(this.#popMark());
      case 0x63: // GLOBAL
        return this.#push(this.#global(this.#in.line(), this.#in.line()));
      case 0x93: { // STACK_GLOBAL
        const [module, name] = this.#popMany(2);
        return this.#push(this.#global(module, name));
      }
      case 0x52: { // REDUCE
        const args = this.#pop();
        const callee = this.#pop();
        const made = callNumpy(callee, args, (why) => this.#fail(why));
        if (made instanceof PickleBytes) this.#countEncoded(made.length);
        return this.#push(made);
      }
      case 0x62: { // BUILD
        const state = this.#pop();
        buildNumpy(this.#top(), state, (why) => this.#fail(why));
        return true;
      }
      case 0x71: // BINPUT
        return this.#remember(this.#in.byte());
      case 0x72: // LONG_BINPUT
        return this.#remember(this.#in.length());
      case 0x94: // MEMOIZE
        return this.#remember(this.#memo.size);
      case 0x68: // BINGET
        return this.#push(this.#recall(this.#in.byte()));
      case 0x6a: // LONG_BINGET
        return this.#push(this.#recall(this.#in.length()));
    }
    return false;
  }

  #fail(why: string): never {
    return this.#in.fail(why);
  }

  #push(value: PickleValue | typeof MARK): true {
    this.#count(costOf(value));
    this.#stack.push(value);
    return true;
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MAX_BYTES) this.#fail(`its objects take more than ${MAX_BYTES} bytes`);
  }

  #countEncoded(bytes: number): void {
    this.#encoded += bytes;
    if (this.#encoded > this.#in.size) {
      this.#fail("it makes more bytes of its texts than it has itself");
    }
  }

  #pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) {
      return this.#fail("an instruction lacks its operand");
    }
    return value;
  }

  #popMany(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  #popMark(): PickleValue[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at < 0) this.#fail("a mark is missing");
    // Everything above the last mark is a value.
    const values = this.#stack.splice(at) as PickleValue[];
    values.shift();
    return values;
  }

  #top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK) {
      return this.#fail("an instruction lacks its operand");
    }
    return value;
  }

  #list(): PickleValue[] {
    const list = this.#top();
    return Array.isArray(list) ? list : this.#fail("something is appended to what is no list");
  }

  #setItems(items: PickleValue[]): true {
    const map = this.#top();
    if (!(map instanceof Map) || items.length % 2 !== 0) {
      return this.#fail("items are set on what is no dictionary");
    }
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i]!; // an even number of items
      map.set(key instanceof PickleBytes ? key.text() : key, items[i + 1]!);
    }
    return true;
  }

  #remember(slot: number): true {
    this.#count(COST.simple);
    this.#memo.set(slot, this.#top());
    return true;
  }

  #recall(slot: number): PickleValue {
    const value = this.#memo.get(slot);
    return value === undefined ? this.#fail(`slot ${slot} of its memory is empty`) : value;
  }

  #global(module: PickleValue | undefined, name: PickleValue | undefined): PickleGlobal {
    if (typeof module !== "string" || typeof name !== "string") {
      return this.#fail("a name is no text");
    }
    return PickleGlobal.known(module, name) ??
      this.#fail(`it calls ${module}.${name}, which is none that data need; it is refused`);
  }
}

function costOf(value: PickleValue | typeof MARK): number {
  if (typeof value === "string") return COST.simple + 2 * value.length;
  if (typeof value !== "object" || value === null) return COST.simple;
  if (value instanceof Map) return COST.map;
  if (value instanceof PickleBytes) return COST.range;
  return COST.list;
}
