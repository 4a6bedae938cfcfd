import { checkFileName, type HostFiles } from "../../core/training/plugin/host_files.ts";
import { writeWhole } from "./write_whole_deno.ts";

/** Methods' files of a run, in the folder `files` of the run's. */
export class RunFiles implements HostFiles {
  readonly #path: string;

  constructor(runPath: string) {
    this.#path = `${runPath}/files`;
  }

  /**
   * Reads a file of this run, or one of another folder: from its `files` if it is a run's, else from
   * the folder itself.
   */
  async read(name: string, from?: string): Promise<Uint8Array | undefined> {
    checkFileName(name);
    const folders = from === undefined ? [this.#path] : [`${from}/files`, from];
    for (const folder of folders) {
      try {
        return await Deno.readFile(`${folder}/${name}`);
      } catch (error) {
        const absent = error instanceof Deno.errors.NotFound ||
          error instanceof Deno.errors.NotADirectory;
        if (!absent) throw error;
      }
    }
    return undefined;
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    checkFileName(name);
    await Deno.mkdir(this.#path, { recursive: true });
    await writeWhole(`${this.#path}/${name}`, bytes);
  }
}
