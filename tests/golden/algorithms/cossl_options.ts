import type { CosslOptions } from "../../../algorithms/addons/cossl/cossl.ts";
import type { GoldenCase } from "../golden_case.ts";
import type { CaseReader } from "./case_reader.ts";
import type { PresetDraws } from "./preset_random.ts";

/** Options of the add-on in a case's part of the run. */
export function coOptions({ phase, max_lam: least }: GoldenCase["params"]): Partial<CosslOptions> {
  if (phase !== "CoSSL" && phase !== "pre-train") {
    throw new SyntaxError(`Cannot tell which part of the run '${phase}' means`);
  }
  return phase === "CoSSL" ? { pretrain: 0, least } : { pretrain: 1 };
}

/** Draws of a step's gate and weights, also for the probe; a row that is not blended has none. */
export function blendDraws(read: CaseReader, at: string): Record<string, PresetDraws> {
  if (!read.has(`${at}/gate_u`)) return {};
  const least = read.case.params.max_lam as number;
  const gate = { uniform: read.floats(`${at}/gate_u`) };
  const share = {
    uniform: read.floats(`${at}/lam`).map((x) => x > 0 ? (x - least) / (1 - least) : 0),
  };
  return { "cossl/gate": gate, "cossl/share": share, "probe/gate": gate, "probe/share": share };
}
