import { cpus } from "node:os";
import { type AdapterInfo, describeAdapter } from "../../core/autograd/adapter.ts";
import { LIMITS, VERSION } from "../../experiment/cli/environment_deno.ts";
import { vulkanDrivers } from "../../experiment/run/vulkan_drivers_deno.ts";
import { table } from "../table.ts";
import type { PartResult } from "./part.ts";

/** Features that longtail uses, or may one day. */
const FEATURES = ["subgroups", "shader-f16", "timestamp-query"] as const;

/** On what the check ran. */
export interface CheckedMachine {
  readonly longtail: string;
  readonly deno: string;
  readonly os: string;
  readonly processor: string;
  readonly cores: number;
  readonly adapter: AdapterInfo;
  readonly drivers: readonly string[] | null;
  readonly limits: Readonly<Record<string, number>>;
  /** Whether the adapter gives a device with each; Deno grants some that it does not list. */
  readonly features: Readonly<Record<string, boolean>>;
}

/** All of a check; the JSON file, but for the parts' texts. */
export interface CheckReport {
  /** ISO 8601. */
  readonly date: string;
  readonly quick: boolean;
  readonly machine: CheckedMachine;
  /** Why each contender that is not in it was left out. */
  readonly leftOut: Readonly<Record<string, string>>;
  readonly parts: readonly PartResult[];
  /** Titles of parts that were not run, yet or for want of time. */
  readonly notRun: readonly string[];
}

/** Looks at an adapter and what is around it. */
export async function checkedMachine(adapter: GPUAdapter): Promise<CheckedMachine> {
  const features: Record<string, boolean> = {};
  for (const name of FEATURES) features[name] = await grants(adapter, name);
  return {
    longtail: VERSION,
    deno: Deno.version.deno,
    os: `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}`,
    processor: cpus()[0]?.model ?? "unknown processor",
    cores: navigator.hardwareConcurrency,
    adapter: describeAdapter(adapter.info),
    drivers: await vulkanDrivers(),
    limits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
    features,
  };
}

async function grants(adapter: GPUAdapter, feature: GPUFeatureName): Promise<boolean> {
  try {
    (await adapter.requestDevice({ requiredFeatures: [feature] })).destroy();
    return true;
  } catch {
    return false;
  }
}

/** The report for a program. */
export function checkJson(report: CheckReport): string {
  const parts = report.parts.map(({ text: _, ...part }) => part);
  return `${JSON.stringify({ ...report, parts }, null, 2)}\n`;
}

/** The report for people, to be sent. */
export function checkText(report: CheckReport): string {
  const { machine, parts, notRun, leftOut, date, quick } = report;
  const { adapter, limits, features } = machine;
  const has = Object.entries(features).map(([name, there]) => `${name} ${there ? "yes" : "no"}`);
  const facts = [
    ["adapter", `${adapter.name}${adapter.software ? " (software)" : ""}`],
    ["vendor", [adapter.vendor, adapter.architecture].filter(Boolean).join(", ")],
    ["drivers", machine.drivers?.join(", ") ?? "not known"],
    ["processor", `${machine.cores} cores of ${machine.processor}`],
    ["system", `${machine.os}, Deno ${machine.deno}`],
    ["features", has.join(", ")],
    ...Object.entries(limits).map(([name, limit]) => [name, String(limit)]),
    ...Object.entries(leftOut).map(([name, why]) => [`${name} is left out`, why]),
  ];
  const outcomes = [
    ...parts.map(({ title, outcome, seconds, limit }) => [
      title,
      outcome,
      `${seconds.toFixed(0)} of ${limit.toFixed(0)}`,
    ]),
    ...notRun.map((name) => [name, "not run", ""]),
  ];
  const sections = parts.map(({ title, text, outcome, failures }) =>
    [
      `## ${title}`,
      ...outcome === "cut"
        ? ["Cut before it was through: its time was over, or the check was interrupted."]
        : [],
      ...outcome === "hung" ? ["It did not end: parts after it may have been slowed by it."] : [],
      ...failures.length > 0 ? [failures.map((why) => `- failed: ${why}`).join("\n")] : [],
      ...text === "" ? [] : [text],
    ].join("\n\n")
  );
  return [
    `# GPU check of longtail ${machine.longtail}`,
    `${date.slice(0, 10)}${quick ? "; a quick rehearsal, whose figures say little" : ""}.`,
    table(["what", "this machine"], facts),
    table(["part", "outcome", "seconds"], outcomes),
    ...sections,
  ].join("\n\n") + "\n";
}
