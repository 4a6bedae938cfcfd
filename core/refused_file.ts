/** What the system's error codes mean, in words. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EDQUOT: "the quota is used up",
  EEXIST: "something else has that name",
  EFBIG: "the file would be too large",
  EIO: "the device reports an error",
  EISDIR: "it is a folder",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "its name is too long",
  ENOENT: "it is not there",
  ENOSPC: "no space is left on the disk",
  ENOTDIR: "a part of its path is a file",
  EROFS: "the file system is read-only",
};

/**
 * Says that the system refused a file or a folder: full, read-only, gone. The command line prints its
 * sentence and exits with code 1.
 */
export class RefusedFile extends Error {
  /** Tells it from other errors. */
  override name = "RefusedFile";
}

/** Why the system refused a file, in words; undefined for errors of another kind. */
export function refusal(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  if (typeof code === "string") return REASONS[code] ?? `${error.message}`;
  return /\(os error \d+\)/.test(error.message) ? error.message : undefined;
}

/**
 * Does something with a file, and says in a sentence what the system refuses.
 *
 * @param doing E.g. `write`.
 * @throws {RefusedFile} If it does.
 */
export async function withFile<T>(
  doing: string,
  path: string,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const why = refusal(error);
    if (why === undefined) throw error;
    throw new RefusedFile(`Cannot ${doing} ${path}: ${why}`, { cause: error });
  }
}
