import { parse } from "yaml";
import { type Layer, objectLayer, setLayer } from "../../config/layers.ts";
import { userPath } from "../user_path_deno.ts";

/** Flags that all verbs of `data` have. */
export interface DataFlags {
  readonly dataDir?: string;
  readonly size?: string;
  readonly quiet?: boolean;
}

/** Flags of verbs that look at a data set as a run would. */
export interface RunDataFlags extends DataFlags {
  readonly protocol?: string;
  readonly seed?: string;
  readonly augment?: string;
  readonly set?: readonly string[];
}

/** Flags and `--set` as a run's options; values were texts, so numbers are read as YAML reads them. */
export function dataLayers(name: string, flags: RunDataFlags): Layer[] {
  const number = (text: string | undefined) => text === undefined ? undefined : parse(text);
  const { dataDir, protocol, augment, set = [] } = flags;
  const given = objectLayer({
    dataset: name,
    dataDir: dataDir === undefined ? undefined : userPath(dataDir),
    imageSize: number(flags.size),
    split: { protocol },
    seed: number(flags.seed),
    augment,
  }, "the command line");
  const changed = setLayer(set).map((s) =>
    s.key === "dataDir" && typeof s.value === "string" ? { ...s, value: userPath(s.value) } : s
  );
  return [given, changed];
}
