import type { PooledBuffer } from "./buffer_pool.ts";

/** Memory behind one or more tensors, counted by who needs it: a scope, a tape, a gradient map. */
export class Storage {
  /** The buffer on loan. */
  readonly buffer: PooledBuffer;
  /** How many need it; it goes back to the pool at 0. */
  refs = 1;
  /** Scope that will let go of it, or null if somebody else must. */
  scope: Scope | null;
  /** Copies of the elements in other layouts, made for kernels that want them. */
  copies: Map<string, { free(): void }> | null = null;

  /** Memory that a scope lets go of, or, without one, whoever made it. */
  constructor(buffer: PooledBuffer, scope: Scope | null) {
    this.buffer = buffer;
    this.scope = scope;
    scope?.add(this);
  }

  /** Frees the copies, which hold what the elements were. */
  changed(): void {
    if (!this.copies) return;
    for (const copy of this.copies.values()) copy.free();
    this.copies = null;
  }
}

/** Storages made since the scope was entered and not handed on. */
export type Scope = Set<Storage>;
