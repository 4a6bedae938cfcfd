import { ENTRIES, type Entry, SHAPES, SHARED } from "./setting.ts";

/** One run of the table. */
export interface Run {
  readonly entry: Entry;
  /** How the unlabeled images are distributed; a key of {@linkcode SHAPES}. */
  readonly shape: string;
  readonly seed: number;
}

/** Runs in the order in which they can be made: seed by seed, so that a table can be read early. */
export function plannedRuns(seeds: readonly number[], names: readonly string[]): Run[] {
  const unknown = names.find((name) => !ENTRIES.some((entry) => entry.name === name));
  if (unknown !== undefined) {
    throw new RangeError(
      `There is no entry "${unknown}": choose from ${ENTRIES.map((e) => e.name).join(", ")}`,
    );
  }
  const wanted = names.length ? ENTRIES.filter((e) => names.includes(e.name)) : ENTRIES;
  const [first] = Object.keys(SHAPES);
  return seeds.flatMap((seed) =>
    Object.keys(SHAPES).flatMap((shape) =>
      wanted.filter((entry) => !entry.labelsOnly || shape === first)
        .map((entry) => ({ entry, shape, seed }))
    )
  );
}

/** Name of a run's folder. */
export function folderName({ entry, shape, seed }: Run): string {
  return `${entry.name}-${shape}-${seed}`;
}

/** Arguments of `train` for a run. */
export function trainArguments(
  run: Run,
  { root, dataDir }: { readonly root: string; readonly dataDir: string },
): string[] {
  const { entry, shape, seed } = run, { after } = entry;
  const before = after && `${root}/${after.name}-${shape}-${seed}`;
  const set = {
    ...SHARED,
    ...SHAPES[shape],
    "split.unlabeled": shape,
    ...entry.set,
    ...after && { [after.option]: before! }, // a run's folder where there is a run before
  };
  return [
    ...["--algorithm", entry.algorithm, "--dataset", "cifar10", "--data-dir", dataDir],
    ...["--seed", String(seed), "--out", `${root}/${folderName(run)}`, "--quiet"],
    ...Object.entries(set).flatMap(([key, value]) => ["--set", `${key}=${value}`]),
  ];
}
