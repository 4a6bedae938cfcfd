/**
 * `deno task golden [PATTERN …] [--json]`: checks this build against golden values, those beside
 * this file or in the folder that `LONGTAIL_GOLDEN` names.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { EXIT } from "../../experiment/cli/exit_codes_deno.ts";
import { preferVulkan } from "../../experiment/cli/open_adapter_deno.ts";
import { userPath } from "../../experiment/cli/user_files_deno.ts";
import { goldenRows } from "./golden_rows.ts";

const program = new Command("golden")
  .description("check this build against golden values (LONGTAIL_GOLDEN or tests/golden)")
  .argument("[patterns...]", "groups by glob, e.g. 'ops_*'")
  .option("--json", "print one JSON object a case");

if (import.meta.main) {
  program.parse(Deno.args, { from: "user" });
  Deno.exit(await checkGolden(program.args, program.opts()));
}

/** Prints a row a case, or what failed and a line of counts; returns the exit code. */
async function checkGolden(
  patterns: readonly string[],
  { json = false }: { readonly json?: boolean },
): Promise<number> {
  preferVulkan();
  const given = Deno.env.get("LONGTAIL_GOLDEN");
  const folder = given ? userPath(given) : fileURLToPath(new URL(".", import.meta.url));
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
