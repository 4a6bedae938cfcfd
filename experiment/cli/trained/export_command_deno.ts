import { BadInput } from "../../../core/bad_input.ts";
import { type ModelFlags, openModel } from "../open_run_deno.ts";
import { userPath, writeUserFile } from "../user_files_deno.ts";

/** Flags of `export`. */
export interface ExportFlags extends ModelFlags {
  readonly out: string;
}

/**
 * `export DIR --out FILE`: a run's network as a file that says by itself what it is: weights as
 * PyTorch names and lays them out (.safetensors), or the whole network (.onnx).
 */
export async function exportCommand(dir: string, flags: ExportFlags): Promise<void> {
  const path = userPath(flags.out);
  const form = /\.(onnx|safetensors)$/.exec(path)?.[1];
  if (form === undefined) {
    throw new BadInput(
      `Cannot export to ${flags.out}: give a file that ends in .safetensors, weights for PyTorch, or .onnx, the whole network`,
    );
  }
  const { model } = await openModel(dir, flags);
  try {
    const bytes = form === "onnx"
      ? await (await import("../../onnx/to_onnx.ts")).toOnnx(model)
      : model.save();
    await writeUserFile(path, bytes);
  } finally {
    await model.dispose();
  }
  console.log(path);
}
