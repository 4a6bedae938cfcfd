import { exportStateDict } from "../../core/nn/state_dict.ts";
import { encodeSafetensors } from "../../core/safetensors.ts";
import { networkFlag, networkWord } from "../run/network_words.ts";
import { openRun } from "./open_run_deno.ts";
import { userPath, writeUserFile } from "./user_files_deno.ts";

/** Flags of `export`. */
export interface ExportFlags {
  readonly out: string;
  readonly network?: string;
  readonly plugin?: readonly string[];
  readonly quiet?: boolean;
}

/** `export DIR --out FILE`: a run's weights as PyTorch names and lays them out. */
export async function exportCommand(dir: string, flags: ExportFlags): Promise<void> {
  const asked = networkFlag(flags.network);
  const { run, trainer, device } = await openRun(dir, flags);
  const which = asked ?? trainer.needs.evalNetwork;
  const { set, average, student } = trainer.network;
  const dict = await exportStateDict(set, which === "average" ? average : student);
  const path = userPath(flags.out);
  await writeUserFile(
    path,
    encodeSafetensors(dict, {
      format: "pt", // what PyTorch's own writer says
      algorithm: run.resolved.stack.name,
      dataset: run.dataset.name,
      model: run.model.name,
      network: networkWord(which),
      step: String(trainer.done),
    }),
  );
  device.destroy();
  console.log(path);
}
