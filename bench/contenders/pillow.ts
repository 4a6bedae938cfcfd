import { cpus } from "node:os";
import type { Contender } from "../contender.ts";
import { findPython, startPythonWork } from "./python_work.ts";

const VERSION = "import numpy, PIL; print(PIL.__version__)";

/**
 * Opens Pillow on all cores of this machine.
 *
 * @throws {Error} if there is no Python that has Pillow and NumPy.
 */
export async function openPillow(): Promise<Contender> {
  const python = await findPython(VERSION);
  if (!python) {
    throw new Error("no python3 has Pillow and NumPy: apt-get install python3-pil python3-numpy");
  }
  return {
    name: "pillow",
    version: python.said,
    deviceErrors: [],
    augment: ({ images, size, bytes }) =>
      startPythonWork(python, {
        script: "pillow_views.py",
        // Threads of NumPy's would only get in the way of the workers.
        env: { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
        given: { images, size, workers: cpus().length },
        operands: [bytes],
        length: 2 * bytes.length,
      }),
  };
}
