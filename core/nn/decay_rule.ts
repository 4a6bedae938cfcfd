import type { ParameterSpec } from "./parameters.ts";

/**
 * Which parameters weight decay acts on.
 *
 * - `all`: every one (DASO, SEVAL, BalPoE, CoSSL).
 * - `name`: not those whose name contains `bias` or `bn` (SimPro, ACR). The scale of a batch norm
 *   in a projection, called `shortcut.1.weight`, is therefore decayed.
 * - `dimensions`: not those of at most one dimension, nor `….bias` (USB, ADELLO).
 */
export type DecayRule = "all" | "name" | "dimensions";

/** Whether a rule decays a parameter. */
export function isDecayed(rule: DecayRule, { name, shape }: ParameterSpec): boolean {
  switch (rule) {
    case "all":
      return true;
    case "name":
      return !name.includes("bias") && !name.includes("bn");
    case "dimensions":
      return shape.length > 1 && !name.endsWith(".bias");
  }
}
