import { type PartName, partNames } from "./dataset.ts";

/** What the fingerprint takes from one part: its length and two hashes. */
export interface PartDigest {
  readonly images: number;
  /** SHA-256 of all bytes, hexadecimal. */
  readonly pixels: string;
  /** SHA-256 of the labels as little-endian int32, or null where there are none. */
  readonly labels: string | null;
}

/** What a data set is, as far as two runs on it must agree. */
export interface Contents {
  readonly classNames: readonly string[];
  readonly size: number;
  readonly parts: Partial<Readonly<Record<PartName, PartDigest>>>;
}

/**
 * The fingerprint of a data set: equal if and only if classes, size, pixels and labels are,
 * wherever they are stored.
 *
 * @param contents Classes, image size and the digest of each part.
 * @returns SHA-256, hexadecimal, of the contents written as JSON in one fixed order.
 */
export function fingerprintOf(contents: Contents): Promise<string> {
  const parts = partNames.map((name) => {
    const part = contents.parts[name];
    return part ? [name, part.images, part.pixels, part.labels] : [name];
  });
  const text = JSON.stringify([contents.classNames, contents.size, parts]);
  return sha256(new TextEncoder().encode(text));
}

/**
 * SHA-256 of some bytes.
 *
 * @returns 64 hexadecimal digits.
 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  // The cast only leaves out shared memory, which no reader here hands out.
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
}

/**
 * SHA-256 of labels, as little-endian int32.
 *
 * @returns 64 hexadecimal digits.
 */
export function labelsSha256(labels: Int32Array): Promise<string> {
  return sha256(littleEndian(labels));
}

/**
 * Labels as little-endian bytes, on any machine.
 *
 * @returns A copy, 4 bytes a label.
 */
export function littleEndian(labels: Int32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(labels.length * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < labels.length; i++) {
    view.setInt32(i * 4, labels[i]!, true); // i is inside labels
  }
  return bytes;
}
