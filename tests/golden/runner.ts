import type { Device } from "../../core/autograd/device.ts";
import type { Check } from "./check.ts";
import type { GoldenCase } from "./golden_case.ts";

/**
 * Checks one case: feeds what the case gives to this build and hands what comes out to `check`.
 * It holds no formula of its own. `device` opens the WebGPU device on first use.
 */
export type GoldenRunner = (
  c: GoldenCase,
  check: Check,
  device: () => Promise<Device>,
) => void | Promise<void>;
