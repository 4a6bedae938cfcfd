import { BadInput } from "../../core/bad_input.ts";
import type { ByteStream } from "./byte_stream.ts";

/** An array of bytes from an .npy file, row-major. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** How {@link readNpy} reads. */
export interface NpyOptions {
  /** An array of more bytes is refused. */
  readonly limit: number;
}

/** NumPy writes headers of about 128 bytes. */
const MAX_HEADER = 4096;
const HEADER = new RegExp(
  String.raw`^\{\s*'descr':\s*'([^']*)',\s*'fortran_order':\s*(True|False),` +
    String.raw`\s*'shape':\s*\(([\d, ]*)\),?\s*\}\s*$`,
);

/**
 * Reads an array of unsigned bytes in NumPy's .npy format, versions 1 to 3
 * (numpy.lib.format, "Format Version 1.0").
 *
 * @param stream Stands at the start of the array; stands behind it afterwards.
 * @throws {BadInput} If the magic, the header, the type or the length is wrong.
 */
export async function readNpy(stream: ByteStream, { limit }: NpyOptions): Promise<NpyArray> {
  const fail = (why: string): never => {
    throw new BadInput(`Cannot read ${stream.name} as an .npy array: ${why}`);
  };
  const head = await stream.take(8);
  if (String.fromCharCode(...head.subarray(0, 6)) !== "\x93NUMPY") fail("its magic is wrong");
  const version = head[6]!; // of 8 bytes
  if (version < 1 || version > 3) fail(`its version is ${version}, expected 1 to 3`);
  const size = await stream.take(version === 1 ? 2 : 4);
  const view = new DataView(size.buffer);
  const length = version === 1 ? view.getUint16(0, true) : view.getUint32(0, true);
  if (length > MAX_HEADER) fail(`its header claims ${length} bytes`);
  const header = new TextDecoder().decode(await stream.take(length));
  const match = HEADER.exec(header);
  if (!match) return fail("its header is not what NumPy writes");
  const [, type, fortran, sizes] = match as unknown as [string, string, string, string];
  if (type !== "|u1") fail(`its type is '${type}', expected unsigned bytes ('|u1')`);
  if (fortran === "True") fail("it is in Fortran order, expected C order");
  const shape = sizes.split(",").map((s) => s.trim()).filter((s) => s !== "").map(Number);
  const bytes = shape.reduce((a, b) => a * b, 1);
  if (!(bytes <= limit)) fail(`its shape [${shape}] is larger than the ${limit} bytes accepted`);
  return { shape, data: await stream.take(bytes) };
}
