/**
 * Behaviour of the methods on real images: makes the runs of `docs/behaviour.md` that are still
 * missing in a folder, one after another, and prints the tables.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { Command, CommanderError } from "commander";
import { exists } from "../../datasets/store/locate_deno.ts";
import { readResult, type Result } from "./results_file.ts";
import { folderName, plannedRuns, type Run, trainArguments } from "./runs.ts";
import { accuracyTable, estimateTable, recallTable } from "./tables.ts";

interface Options {
  readonly dataDir: string;
  readonly seeds: string;
  readonly only?: string;
  readonly print: boolean;
}

const command = new Command("behaviour")
  .description("Makes the runs of docs/behaviour.md that are missing in DIR and prints the tables.")
  .argument("<dir>", "folder of the runs")
  .requiredOption("--data-dir <dir>", "folder of CIFAR-10's binary files")
  .option("--seeds <numbers>", "seeds, by comma", "1,2,3")
  .option("--only <names>", "some methods only, by comma")
  .option("--print", "no runs, only the tables of those that are there", false)
  .exitOverride();

async function missingRuns(root: string, dataDir: string, runs: readonly Run[]): Promise<void> {
  const cli = fileURLToPath(new URL("../../cli.ts", import.meta.url));
  for (const [i, run] of runs.entries()) {
    if (await readResult(root, run)) continue;
    console.error(`${i + 1} of ${runs.length}: ${folderName(run)}`);
    const folder = `${root}/${folderName(run)}`;
    const begun = await exists(`${folder}/checkpoint.safetensors`);
    // Without a checkpoint it stopped before there was anything to keep.
    if (!begun && await exists(folder)) await Deno.remove(folder, { recursive: true });
    const options = begun
      ? ["--resume", folder, "--quiet"]
      : trainArguments(run, { root, dataDir });
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", cli, "train", ...options],
      stdout: "null",
    }).output();
    if (code !== 0) throw new Error(`Run ${folderName(run)} ended with exit code ${code}`);
  }
}

async function main(args: readonly string[]): Promise<void> {
  command.parse([...args], { from: "user" });
  const [root] = command.args, { dataDir, seeds, only, print } = command.opts<Options>();
  const runs = plannedRuns(seeds.split(",").map(Number), only?.split(",") ?? []);
  if (!print) await missingRuns(root!, dataDir, runs); // the argument is required
  const results: Result[] = [];
  for (const run of runs) {
    const result = await readResult(root!, run);
    if (result) results.push(result);
  }
  console.log([
    accuracyTable(results),
    recallTable(results),
    estimateTable(results, "l1"),
    estimateTable(results, "kl"),
  ].join("\n\n"));
}

try {
  await main(Deno.args);
} catch (error) {
  if (!(error instanceof Error)) throw error;
  if (!(error instanceof CommanderError)) console.error(error.message);
  Deno.exit(error instanceof CommanderError && error.exitCode === 0 ? 0 : 2);
}
