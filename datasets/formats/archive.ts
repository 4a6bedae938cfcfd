import { BadInput } from "../../core/bad_input.ts";
import type { ByteStream } from "./byte_stream.ts";

/** One entry of an archive. */
export interface ArchiveMember {
  /** As it stands in the archive: no path before {@link memberPath} has checked it. */
  readonly name: string;
  /** Length of its content in bytes, as the archive claims. */
  readonly size: number;
  /** What the entry is. */
  readonly kind: "file" | "folder" | "link" | "other";
  /** Its content. In a tar archive it must be read before the next entry is asked for. */
  open(): ByteStream;
}

/** An archive with more entries than this is refused. */
export const MAX_MEMBERS = 4_000_000;

/**
 * Names that Windows reads as something else: streams and wildcards, devices, and ends that it drops.
 */
const UNPORTABLE = /[<>:"|?*]|[. ]$|^(aux|con|nul|prn|com\d|lpt\d)(\.|$)/i;

/**
 * The path of an archive's entry below the folder it is unpacked to.
 *
 * @param name The entry's name, not to be trusted.
 * @param archive What error messages call the archive.
 * @returns Parts joined by `/`; empty for the folder itself.
 * @throws {BadInput} If the name is absolute, leaves the folder or is no name on some system.
 *
 * @example A name that leaves the folder
 * ```ts
 * import { memberPath } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * assert.equal(memberPath("./set//train/1.png", "set.zip"), "set/train/1.png");
 * assert.throws(() => memberPath("../1.png", "set.zip"), /leaves the folder/);
 * ```
 */
export function memberPath(name: string, archive: string): string {
  const fail = (why: string): never => {
    const shown = JSON.stringify(name.slice(0, 200));
    throw new BadInput(`Cannot unpack ${archive}: the entry ${shown} ${why}; it is refused`);
  };
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  if (/[\x00-\x1f\\]/.test(name)) fail("has a backslash or a control character");
  if (name.startsWith("/") || /^[A-Za-z]:/.test(name)) fail("is an absolute path");
  if (name.length > 4000) fail("is too long");
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) fail("leaves the folder");
  if (parts.some((part) => UNPORTABLE.test(part))) fail("is no name on some systems");
  return parts.join("/");
}
