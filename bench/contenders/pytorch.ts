import { cpus } from "node:os";
import type { Contender } from "../contender.ts";
import type { FixMatchTraining } from "../network/fixmatch_problem.ts";
import { findPython, type PythonWork, startPythonWork } from "./python_work.ts";

const ASKED = "import numpy, PIL, torch; print(torch.__version__, torch.cuda.is_available())";

/**
 * Opens PyTorch on a GPU if it may have one and finds one, else on all cores of this machine.
 *
 * @throws {Error} if there is no Python that has PyTorch, NumPy and Pillow.
 */
export async function openPytorch({ gpu }: { readonly gpu: boolean }): Promise<Contender> {
  const python = await findPython(ASKED);
  if (!python) {
    throw new Error(
      "no python3 has PyTorch, NumPy and Pillow: " +
        "apt-get install python3-torch python3-numpy python3-pil",
    );
  }
  const [version = "", cuda] = python.said.split(" ");
  const device = gpu && cuda === "True" ? "cuda" : "cpu";
  function start(kind: string, work: Pick<PythonWork, "given" | "operands" | "length">) {
    return startPythonWork(python!, { // found above
      ...work,
      script: "pytorch_work.py",
      // Beside a software adapter processor time counts: threads must not wait in a loop.
      env: gpu ? {} : { OMP_WAIT_POLICY: "passive" },
      given: { ...work.given, work: kind, device, cores: cpus().length },
    });
  }
  function train(kind: string, problem: FixMatchTraining, images: PythonWork["operands"]) {
    const { parameters, labels, ...given } = problem;
    const values = parameters.map(({ value }) => value);
    return start(kind, {
      given: { ...given, parameters: parameters.map(({ name, shape }) => ({ name, shape })) },
      operands: [...images, ...values, labels],
      length: values.reduce((sum, { length }) => sum + length, 1),
    });
  }
  return {
    name: `pytorch-${device}`,
    version,
    deviceErrors: [],
    gemm: ({ a, b, ...given }) =>
      start("gemm", { given, operands: [a, b], length: given.m * given.n }),
    conv2d({ x, w, dy, ...given }) {
      const { length } = { forward: dy, input: x, filter: w }[given.kind];
      return start("conv2d", { given, operands: [x, w, dy], length });
    },
    batchNormTrain({ x, gamma, beta, dy, ...given }) {
      const length = 2 * x.length + 2 * gamma.length;
      return start("batch_norm_train", { given, operands: [x, gamma, beta, dy], length });
    },
    fixmatchStep({ labeledImages, weakImages, strongImages, ...problem }) {
      return train("fixmatch_step", problem, [labeledImages, weakImages, strongImages]);
    },
    fixmatchStepWithViews({ bytes, ...problem }) {
      return train("fixmatch_step_with_views", problem, [bytes]);
    },
  };
}
