import type { Contender } from "./contender.ts";

/** How to open each contender; the libraries are loaded only then. */
const OPENERS: Readonly<Record<string, (software: boolean) => Promise<Contender>>> = {
  "longtail": async () => (await import("./contenders/longtail.ts")).openLongtail(),
  "tfjs-webgpu": async () => (await import("./contenders/tfjs_webgpu.ts")).openTfjsWebgpu(),
  "jax-js-webgpu": async () => (await import("./contenders/jax_js_webgpu.ts")).openJaxJsWebgpu(),
  "pillow": async () => (await import("./contenders/pillow.ts")).openPillow(),
  "pytorch": async (software) =>
    (await import("./contenders/pytorch.ts")).openPytorch({ gpu: !software }),
};

/** Names of all contenders, as they are chosen by. */
export const contenderNames: readonly string[] = Object.keys(OPENERS);

/**
 * Opens contenders by name. Longtail must open; a peer that does not, say because it asks for a
 * feature that the adapter lacks, is reported to `skipped` and left out.
 *
 * @param options `software`: whether the adapter is, so that others compute on the CPU too.
 */
export async function openContenders(
  names: readonly string[],
  { software, skipped }: {
    readonly software: boolean;
    skipped(name: string, why: string): void;
  },
): Promise<Contender[]> {
  const contenders: Contender[] = [];
  for (const name of names) {
    try {
      const open = OPENERS[name];
      if (open) contenders.push(await open(software));
    } catch (error) {
      if (name === "longtail") throw error;
      skipped(name, error instanceof Error ? error.message : String(error));
    }
  }
  return contenders;
}
