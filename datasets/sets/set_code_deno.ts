import type { Dataset } from "../images/dataset.ts";
import { syntheticDataset } from "../images/synthetic.ts";
import type { Planned, PlanOptions } from "../store/pack/pack_plan.ts";
import { openCifar } from "./cifar_deno.ts";
import { planEurosat } from "./eurosat_deno.ts";
import { planFolder } from "./folder_deno.ts";
import { planFood101 } from "./food101_deno.ts";
import { planImagenet } from "./imagenet_deno.ts";
import { planLongTailLists } from "./long_tail_lists_deno.ts";
import { planSemiAves } from "./semi_aves_deno.ts";
import type { PackedName, UnpackedName } from "./set_info.ts";
import { planStl10 } from "./stl10_deno.ts";
import { planSvhn } from "./svhn_deno.ts";
import { planTissue } from "./tissuemnist_deno.ts";

/** How each set that is read from a packed store plans it. */
const planners: Readonly<Record<PackedName, (options: PlanOptions) => Promise<Planned>>> = {
  stl10: planStl10,
  svhn: planSvhn,
  imagenet127: planImagenet,
  imagenet1k: planImagenet,
  "imagenet-lt": planLongTailLists,
  inaturalist2018: planLongTailLists,
  food101: planFood101,
  "semi-aves": planSemiAves,
  eurosat: planEurosat,
  tissuemnist: planTissue,
  folder: planFolder,
};

/** What an {@linkcode Opener} may go by. */
interface OpenerOptions {
  /** The folder of the set's files, or its parent. */
  readonly dataDir: string | undefined;
  /** Height and width of the images; the set's usual ones if left out. */
  readonly size: number | undefined;
}

/** Opens a data set that needs no packed store. */
export type Opener = (options: OpenerOptions) => Promise<Dataset>;

const openers: Readonly<Record<UnpackedName, Opener>> = {
  synthetic: ({ size }) => syntheticDataset(size === undefined ? {} : { size }),
  cifar10: ({ dataDir }) => openCifar("cifar10", dataDir),
  cifar100: ({ dataDir }) => openCifar("cifar100", dataDir),
};

/** What opens a data set as it is; undefined for one that is read from a packed store. */
export function openerOf(name: string): Opener | undefined {
  return Object.hasOwn(openers, name) ? openers[name as UnpackedName] : undefined;
}

/**
 * What plans the packed store of a data set.
 *
 * @throws {RangeError} If the set has none.
 */
export function plannerOf(name: string): (options: PlanOptions) => Promise<Planned> {
  if (Object.hasOwn(planners, name)) return planners[name as PackedName];
  throw new RangeError(`The data set '${name}' has no packed store`);
}
