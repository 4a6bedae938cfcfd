import { fileURLToPath } from "node:url";
import { goldenRows } from "../../tests/golden/golden_rows.ts";
import { GPU_KERNELS } from "./gpu_kernels.ts";
import type { Findings, Part, PartContext } from "./part.ts";

const FOLDER = fileURLToPath(new URL("../../tests/golden", import.meta.url));

/** Groups that run on the device, the parts of a step first. */
const GROUPS = ["ops_*", "model_*", "optim_*", "augment_*", "law_augment", "alg_*"];
const QUICK = ["ops_conv2d_groups", "ops_linear", "optim_sgd"];

/** Cases of a group by their outcome. */
type Counts = Record<"pass" | "fail" | "skip", number>;

/** The golden values, with the kernels of GPUs. */
export function goldenPart(quick: boolean): Part {
  return { name: "golden", title: "Golden values", seconds: quick ? 90 : 130, run };
}

async function run({ quick, signal, progress }: PartContext): Promise<Findings> {
  const groups: Record<string, Counts> = {};
  const failures: string[] = [];
  let worst = 0;
  for (const pattern of quick ? QUICK : GROUPS) {
    if (signal.aborted) break;
    progress(`golden ${pattern}`);
    for await (const row of goldenRows(FOLDER, [pattern], GPU_KERNELS)) {
      const counts = groups[row.group] ??= { pass: 0, fail: 0, skip: 0 };
      counts[row.status]++;
      if (row.status === "pass") worst = Math.max(worst, row.worst);
      if (row.status === "fail") {
        failures.push(`${row.group}/${row.case} ${row.tensor}: ${row.why?.split("\n")[0]}`);
      }
      if (signal.aborted) break;
    }
  }
  const all = Object.values(groups);
  const sum = (status: keyof Counts) => all.reduce((n, counts) => n + counts[status], 0);
  const counts = { pass: sum("pass"), fail: sum("fail"), skip: sum("skip") };
  const text = `${counts.pass} cases of ${all.length} groups passed, ${counts.fail} failed, ` +
    `${counts.skip} were skipped; worst ${worst.toFixed(3)} of the allowed error.`;
  return { figures: { ...counts, worst, groups }, text, failures };
}
