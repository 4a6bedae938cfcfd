import type { Dataset } from "@longtail/longtail/datasets";
import { packImages } from "../../datasets/store/pack/pack_images_deno.ts";
import type { PlannedPart } from "../../datasets/store/pack/pack_plan.ts";
import { openPack } from "../../datasets/store/pack/pack_reader_deno.ts";

/** A data set in a file that goes away with it. */
export interface PackedDataset {
  readonly dataset: Dataset;
  remove(): void;
}

/** Puts a data set into a packed store, of which images are read from the disk as they are needed. */
export async function packedDataset({ name, size, ...set }: Dataset): Promise<PackedDataset> {
  const folder = await Deno.makeTempDir({ prefix: "longtail-bench-" });
  const path = `${folder}/${name}-${size}.pack`;
  const parts = (["train", "test"] as const).map((part): PlannedPart => ({
    name: part,
    images: set[part].images,
    labels: set[part].labels,
    async *produce(from) {
      const rest = Int32Array.from({ length: set[part].images - from }, (_, i) => from + i);
      yield { bytes: await set[part].read(rest) };
    },
  }));
  const { classNames, fingerprint: key } = set;
  await packImages(path, { name, size, classNames, key, parts });
  return {
    dataset: await openPack(path, { memory: 0 }),
    remove: () => Deno.removeSync(folder, { recursive: true }),
  };
}
