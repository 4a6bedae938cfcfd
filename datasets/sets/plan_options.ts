import type { ByteSource } from "../formats/byte_source.ts";
import type { SetInfo } from "./set_info.ts";
import type { DecodePool } from "../store/decode_pool_deno.ts";

/** What the plan of a set is made from. */
export interface PlanOptions {
  readonly name: string;
  readonly info: SetInfo;
  /** Where the set's files are. */
  readonly folder: string;
  /** Height and width the images shall have. */
  readonly size: number;
  readonly pool: DecodePool;
  /** Semi-Aves: unlabeled images of the 200 classes only, or also of others. */
  readonly unlabeled: "in" | "all";
  /** Opens a file for reading until the store is written; throws BadInput if it cannot. */
  open(path: string): ByteSource;
}
