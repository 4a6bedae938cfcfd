import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import type { AugmentProblem, Contender, Work } from "../contender.ts";
import { ByteReader } from "./byte_reader.ts";

/** Debian's packages are for its own Python, which need not be the first one on the path. */
const PYTHONS = ["python3", "/usr/bin/python3"];
const VERSION = "import numpy, PIL; print(PIL.__version__)";
const SCRIPT = fileURLToPath(new URL("pillow_views.py", import.meta.url));

/**
 * Opens Pillow on all cores of this machine.
 *
 * @throws {Error} if there is no Python that has Pillow and NumPy.
 */
export async function openPillow(): Promise<Contender> {
  for (const python of PYTHONS) {
    const version = await outputOf(python, ["-c", VERSION]);
    if (version === undefined) continue;
    return {
      name: "pillow",
      version,
      deviceErrors: [],
      augment: (problem) => startViews(python, problem),
    };
  }
  throw new Error(
    "no python3 has Pillow and NumPy: apt-get install python3-pil python3-numpy",
  );
}

async function outputOf(command: string, args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(command, { args, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Starts `pillow_views.py`, which says what it is told. */
async function startViews(python: string, problem: AugmentProblem): Promise<Work> {
  const { images, size, bytes } = problem;
  const process = new Deno.Command(python, {
    args: [SCRIPT],
    stdin: "piped",
    stdout: "piped",
    // Threads of NumPy's would only get in the way of the workers.
    env: { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
  }).spawn();
  const writer = process.stdin.getWriter();
  const reader = new ByteReader(process.stdout);
  const say = (line: string) => writer.write(new TextEncoder().encode(`${line}\n`));
  const heard = async () => new TextDecoder().decode(await reader.line());
  let spent = 0;
  await say(JSON.stringify({ images, size, workers: cpus().length }));
  await writer.write(bytes);
  await heard();
  return {
    async run(times) {
      await say(`run ${times}`);
      spent = Number(await heard());
    },
    async result() {
      await say("result");
      return new Float32Array((await reader.bytes(4 * 2 * bytes.length)).buffer);
    },
    elsewhere: () => spent,
    dispose() {
      writer.close().catch(() => {}); // it has ended already
    },
  };
}
