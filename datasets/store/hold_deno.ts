import { BadInput } from "../../core/bad_input.ts";
import { refusal, withFile } from "../../core/refused_file.ts";

/**
 * Lets no other process do the same work until this is disposed of, or this process ends, however it
 * ends: the system holds the lock, not the file.
 *
 * @param path The file to lock; it is gone again afterwards.
 * @param what What is being done, for the message.
 * @returns Nothing to dispose of where nobody may write, and so no work can be done.
 * @throws {BadInput} If another process does it.
 */
export async function hold(path: string, what: string): Promise<Disposable> {
  for (;;) {
    let file: Deno.FsFile;
    try {
      file = await Deno.open(path, { read: true, write: true, create: true });
    } catch (error) {
      if (refusal(error) === undefined) throw error;
      return { [Symbol.dispose]: () => {} };
    }
    if (!await file.tryLock(true)) {
      const holder = await Deno.readTextFile(path).catch(() => "");
      file.close();
      throw new BadInput(
        `Cannot ${what}: another process${
          holder && ` (${holder.trim()})`
        } does it already; wait until it ends, or stop it`,
      );
    }
    // Who held it before may have removed the file after it was opened here.
    if (await leadsTo(path, file)) {
      await withFile("write", path, async () => {
        await file.truncate();
        await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
      });
      return {
        [Symbol.dispose]() {
          Deno.removeSync(path);
          file.close();
        },
      };
    }
    file.close();
  }
}

/** Whether a path is that of an open file; systems that number no files do not let one be removed. */
async function leadsTo(path: string, file: Deno.FsFile): Promise<boolean> {
  try {
    const [a, b] = [await Deno.stat(path), await file.stat()];
    return a.ino === b.ino && a.dev === b.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
