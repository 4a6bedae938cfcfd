import { goldenRows } from "../golden/golden_file.ts";
import { preferVulkan } from "./device_file.ts";
import { EXIT } from "./main_file.ts";
import { userPath } from "./paths_file.ts";

/** `golden [PATTERN …]`: checks this build against golden values. */
export async function goldenCommand(
  patterns: readonly string[],
  { json = false }: { readonly json?: boolean },
): Promise<number> {
  preferVulkan();
  const given = Deno.env.get("LONGTAIL_GOLDEN");
  const folder = given
    ? userPath(given)
    : new URL("../../../tests/golden", import.meta.url).pathname;
  const counts = { pass: 0, fail: 0, skip: 0 };
  let worst = 0;
  for await (const row of goldenRows(folder, patterns)) {
    counts[row.status]++;
    if (row.status === "pass") worst = Math.max(worst, row.worst);
    if (json) console.log(JSON.stringify(row));
    else if (row.status !== "pass") {
      console.log(`${row.status} ${row.group}/${row.case} ${row.tensor}: ${row.why}`);
    }
  }
  const total = counts.pass + counts.fail + counts.skip;
  if (total === 0) console.error(`No golden group in ${folder} matches ${patterns.join(" ")}`);
  else if (!json) {
    console.log(
      `${counts.pass} passed, ${counts.fail} failed, ${counts.skip} skipped; worst ${
        worst.toFixed(3)
      } of the allowed error`,
    );
  }
  return counts.fail > 0 || total === 0 ? EXIT.failed : EXIT.done;
}
