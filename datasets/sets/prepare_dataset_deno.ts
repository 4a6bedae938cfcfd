import { openCifar } from "./cifar_deno.ts";
import { planEurosat } from "./eurosat_deno.ts";
import { planFolder } from "./folder_deno.ts";
import { planFood101 } from "./food101_deno.ts";
import { planImagenet } from "./imagenet_deno.ts";
import { planSemiAves } from "./semi_aves_deno.ts";
import { checkSize, infoOf, usualSize } from "./set_info.ts";
import { planStl10 } from "./stl10_deno.ts";
import { planSvhn } from "./svhn_deno.ts";
import { planTissue } from "./tissuemnist_deno.ts";
import { DecodePool } from "../store/decode_pool_deno.ts";
import { fetchFiles, type FetchOptions } from "./fetch_files_deno.ts";
import { openSource } from "../store/file_source_deno.ts";
import { packName } from "./find_pack_deno.ts";
import { type Packed, packImages, type PackOptions } from "../store/pack/pack_images_deno.ts";
import type { Planned, PlanOptions } from "../store/pack/pack_plan.ts";

/** Where and how {@link prepareDataset} prepares a set. */
export interface PrepareOptions extends FetchOptions, PackOptions {
  /** Height and width of the images; default: the set's usual one. */
  readonly size?: number | undefined;
  /** Semi-Aves: `all` takes unlabeled images of other classes too. Default `in`. */
  readonly unlabeled?: "in" | "all" | undefined;
  /** Decoders side by side; default one a processor, at most 8. */
  readonly workers?: number | undefined;
}

/** What {@link prepareDataset} did. */
export interface Prepared extends Packed {
  /** The packed store, or the folder of files that are read as they are; undefined for none. */
  readonly path: string | undefined;
}

const planners: Readonly<Record<string, (options: PlanOptions) => Promise<Planned>>> = {
  stl10: planStl10,
  svhn: planSvhn,
  imagenet127: planImagenet,
  imagenet1k: planImagenet,
  food101: planFood101,
  "semi-aves": planSemiAves,
  eurosat: planEurosat,
  tissuemnist: planTissue,
  folder: planFolder,
};

/**
 * Gets a data set ready: downloads what has a public address and is not there, unpacks it, and
 * decodes and resizes its images once into a packed store. Interrupted, it goes on where it
 * stopped;
 * done, it only checks that the sources are the same.
 *
 * @param name One of `datasetNames`.
 * @throws {BadInput} If the name or size is unknown, files are missing and cannot be downloaded, or
 * one is damaged; the message names it.
 */
export async function prepareDataset(name: string, options: PrepareOptions): Promise<Prepared> {
  const info = infoOf(name);
  const { size = usualSize(info), dataDir } = options;
  checkSize(name, size);
  if (name === "synthetic") return { path: undefined, images: {}, skipped: [], notes: [] };
  const folder = await fetchFiles(name, { ...options, size });
  if (name === "cifar10" || name === "cifar100") {
    const { train, test } = await openCifar(folder, name === "cifar10" ? 10 : 100);
    const images = { train: train.images, test: test.images };
    return { path: folder, images, skipped: [], notes: [] };
  }
  using stack = new DisposableStack();
  const plan = await planners[name]!({ // every packed set has one
    name,
    folder,
    size,
    fit: info.fit ?? "cover",
    pool: stack.use(new DecodePool(options.workers)),
    unlabeled: options.unlabeled ?? "in",
    open: (path) => stack.use(openSource(path)),
  });
  const { mean, std } = info;
  const path = `${dataDir}/${packName(name, size)}`;
  return { path, ...await packImages(path, { ...plan, name, size, mean, std }, options) };
}
