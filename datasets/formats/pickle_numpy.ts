import { memorySource } from "./byte_source.ts";
import {
  decodeIntegers,
  NumpyArray,
  PickleBytes,
  PickleDtype,
  PickleGlobal,
  PickleTuple,
  type PickleValue,
} from "./pickle_values.ts";

type Fail = (why: string) => never;
type Fields = Record<"shape" | "dtype" | "data", PickleValue | undefined>;

/**
 * Plays a call that a pickle makes: NumPy's array, scalar and type.
 *
 * @param callee What is called.
 * @param args Its arguments, a tuple.
 * @param fail Throws with the reason.
 */
export function callNumpy(callee: PickleValue, args: PickleValue, fail: Fail): PickleValue {
  if (!(callee instanceof PickleGlobal) || !(args instanceof PickleTuple)) {
    return fail("it calls what is no function");
  }
  const [first, second, third, fourth] = args.items;
  switch (callee.name) {
    case "numpy.dtype": {
      const code = /^[<|=]?([uif][1248])$/.exec(textOf(first))?.[1];
      return code ? new PickleDtype(code) : fail(`it has the type '${textOf(first)}', not numbers`);
    }
    case "numpy.core.multiarray._reconstruct":
      return new NumpyArray();
    case "numpy.core.multiarray.scalar":
      return scalar(first, second, fail);
    case "numpy.core.numeric._frombuffer": {
      if (fourth !== "C") fail("an array is not in C order");
      const array = new NumpyArray();
      fill(array, { data: first, dtype: second, shape: third }, fail);
      return array;
    }
    case "_codecs.encode":
      return typeof first === "string" ? latin1(first, fail) : fail("what it encodes is no text");
  }
  return fail(`it calls ${callee.name}, which makes no value`);
}

/**
 * Gives an array or a type its state, as NumPy's `__setstate__` does.
 *
 * @param target What {@link callNumpy} made.
 * @param state A tuple.
 * @param fail Throws with the reason.
 */
export function buildNumpy(target: PickleValue, state: PickleValue, fail: Fail): void {
  if (!(state instanceof PickleTuple)) return fail("a state is no tuple");
  if (target instanceof PickleDtype) {
    if (textOf(state.items[1]) === ">") fail("its numbers are big-endian, expected little-endian");
    return;
  }
  if (!(target instanceof NumpyArray)) return fail("state is given to what takes none");
  const [, shape, dtype, fortran, data] = state.items;
  if (fortran !== false && fortran !== 0) fail("an array is not in C order");
  fill(target, { shape, dtype, data }, fail);
}

function fill(array: NumpyArray, { shape, dtype, data }: Fields, fail: Fail): void {
  if (!(shape instanceof PickleTuple) || !shape.items.every(isCount)) {
    return fail("an array has no shape");
  }
  if (!(dtype instanceof PickleDtype)) return fail("an array has no type");
  if (!(data instanceof PickleBytes)) return fail("the elements of an array are no bytes");
  const sizes = shape.items as number[];
  if (sizes.reduce((a, b) => a * b, dtype.size) !== data.length) {
    fail(`an array of shape [${sizes}] and type ${dtype.code} has ${data.length} bytes`);
  }
  array.content = { shape: sizes, dtype, data };
}

function scalar(dtype: PickleValue | undefined, data: PickleValue | undefined, fail: Fail): number {
  if (!(dtype instanceof PickleDtype) || !(data instanceof PickleBytes)) {
    return fail("a number has no type or no bytes");
  }
  if (data.length !== dtype.size) fail(`a number of type ${dtype.code} has ${data.length} bytes`);
  return decodeIntegers(dtype, data.read())?.[0] ?? fail(`a number has type ${dtype.code}`);
}

function isCount(value: PickleValue): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Python 2 wrote names as bytes. */
function textOf(value: PickleValue | undefined): string {
  return value instanceof PickleBytes ? value.text() : typeof value === "string" ? value : "";
}

/** Protocol 2 of Python 3 writes bytes as text that is to be encoded. */
function latin1(text: string, fail: Fail): PickleBytes {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 255) fail("a text that stands for bytes has other characters");
    bytes[i] = code;
  }
  return new PickleBytes(memorySource(bytes, "a byte string"), 0, bytes.length);
}
