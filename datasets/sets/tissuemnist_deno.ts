import { type Planned, type PlanOptions, rawPart } from "../store/pack/pack_plan.ts";
import { sourceKey } from "../store/source_key_deno.ts";
import { tissueClasses } from "./class_names.ts";
import { readTissue } from "./tissuemnist.ts";

/**
 * Plans the packed store of TissueMNIST.
 *
 * @throws {BadInput} If the file is missing or damaged.
 */
export async function planTissue({ name, folder, size, open }: PlanOptions): Promise<Planned> {
  const key = await sourceKey(folder, ["tissuemnist.npz"], `${name} ${size}`);
  const { train, val, test } = await readTissue(
    open(`${folder}/tissuemnist.npz`),
    tissueClasses.length,
  );
  return {
    classNames: tissueClasses,
    key,
    parts: [
      rawPart("train", train, { labels: train.labels, size }),
      rawPart("test", test, { labels: test.labels, size }),
      rawPart("valid", val, { labels: val.labels, size }),
    ],
  };
}
