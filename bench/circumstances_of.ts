import { cpus } from "node:os";
import type { AdapterInfo } from "../core/autograd/adapter.ts";
import type { Contender } from "./contender.ts";
import type { Report } from "./report.ts";
import type { Figures } from "./run_bench.ts";

/** What a report says of the machine, the clock and who took part, all of it but the figures. */
export function circumstancesOf(
  { name, software }: Pick<AdapterInfo, "name" | "software">,
  { contenders, clock }: {
    readonly contenders: readonly Pick<Contender, "name" | "version">[];
    readonly clock: string;
  },
): Omit<Report, keyof Figures> {
  return {
    adapter: { name, software },
    processor: cpus()[0]?.model ?? "unknown processor",
    cores: navigator.hardwareConcurrency,
    clock,
    date: new Date().toISOString(),
    versions: {
      deno: Deno.version.deno,
      ...Object.fromEntries(contenders.map(({ name, version }) => [name, version])),
    },
  };
}
