import { BadInput } from "../../../core/bad_input.ts";
import { infoOf } from "../../../datasets/sets/set_info.ts";
import { type Prepared, prepareDataset } from "../../../datasets/sets/prepare_dataset_deno.ts";
import { type Interrupt, listenForInterrupt } from "../../run/interrupt_deno.ts";
import { workDisplay } from "../../run/work_display_deno.ts";
import { EXIT } from "../exit_codes_deno.ts";
import { userPath } from "../user_files_deno.ts";
import { tell } from "../../run/progress_deno.ts";

/** Flags of `data prepare`. */
export interface PrepareFlags {
  readonly dataDir?: string;
  readonly size?: string;
  readonly quiet?: boolean;
  readonly skipCorrupt?: boolean;
  readonly unlabeled?: string;
  readonly workers?: string;
}

/** `data prepare NAME`: gets a data set ready for training. */
export async function prepareCommand(name: string, flags: PrepareFlags): Promise<number> {
  const { unlabeled, skipCorrupt, quiet = false } = flags;
  infoOf(name);
  if (flags.dataDir === undefined && name !== "synthetic") {
    throw new BadInput(
      `Cannot prepare data set '${name}' without a folder: give --data-dir DIR, where its files ` +
        "are or will go",
    );
  }
  if (unlabeled !== undefined && unlabeled !== "in" && unlabeled !== "all") {
    throw new BadInput(`--unlabeled is '${unlabeled}': give in or all`);
  }
  const dataDir = userPath(flags.dataDir ?? ".");
  const size = wholeNumber("--size", flags.size), workers = wholeNumber("--workers", flags.workers);
  const display = workDisplay({ quiet });
  const interrupt = listenForInterrupt();
  let prepared: Prepared | undefined;
  try {
    prepared = await prepareDataset(name, {
      dataDir,
      size,
      workers,
      skipCorrupt,
      unlabeled,
      onProgress: display.report,
      signal: interrupt.signal,
    });
  } catch (error) {
    if (!isStop(error, interrupt)) throw error;
  } finally {
    display.stop();
    interrupt.stop();
  }
  if (!prepared) {
    const again = ["deno task data prepare", name, ...given({ ...flags, dataDir })].join(" ");
    tell(`Interrupted; what is done is kept. Go on with: ${again}`);
    return EXIT.interrupted;
  }
  report(name, prepared, { quiet });
  return EXIT.done;
}

/** Flags as they are typed. */
function given({ dataDir, size, skipCorrupt, unlabeled, workers, quiet }: PrepareFlags): string[] {
  const values = { "data-dir": dataDir, size, unlabeled, workers };
  const switches = { "skip-corrupt": skipCorrupt, quiet };
  return [
    ...Object.entries(values).flatMap(([flag, value]) => value ? [`--${flag} ${value}`] : []),
    ...Object.entries(switches).flatMap(([flag, on]) => on ? [`--${flag}`] : []),
  ];
}

function report(
  name: string,
  { path, images, skipped, notes }: Prepared,
  { quiet }: { readonly quiet: boolean },
): void {
  const terms = infoOf(name).source?.terms;
  if (!quiet) {
    for (const note of notes) tell(note);
    if (terms !== undefined) tell(`Terms of ${name}: ${terms}`);
  }
  for (const why of skipped) tell(`left out: ${why}`);
  if (path === undefined) {
    console.log(`${name} needs no preparing`);
    return;
  }
  const parts = Object.entries(images).map(([part, count]) => `${part} ${count}`).join(", ");
  const lost = skipped.length === 0 ? "" : `; ${skipped.length} left out`;
  console.log(`${name}: ${parts}${lost}`);
  console.log(path);
}

/** Whether an error only says that the user has asked to stop. */
function isStop(error: unknown, { asked, signal }: Interrupt): boolean {
  return asked &&
    (error === signal.reason || error instanceof Error && error.name === "AbortError");
}

/** A flag's whole number, at least 1. */
function wholeNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1 && text.trim() !== "") return value;
  throw new BadInput(`${flag} is '${text}': give a whole number of at least 1`);
}
