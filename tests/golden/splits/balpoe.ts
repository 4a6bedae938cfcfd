import { shotGroupsByCount } from "../../../core/training/metrics/shot_groups.ts";
import { balpoeCounts, balpoeSelect } from "../../../datasets/split/protocols/balpoe.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { checkCounts, checkVectors } from "./check_case.ts";
import { labelsOf } from "./labels.ts";

/** Images of CIFAR's parts, which the counts divide by the classes. */
const CIFAR: Readonly<Record<string, number>> = { train: 50_000, test: 10_000 };

/** Runs the group `splits_balpoe`. */
export async function run(c: GoldenCase, check: Check): Promise<void> {
  const { C: classes, n, imb_factor: factor, reverse, imb_type: type, settings } = c.params;
  if (settings) {
    const images = CIFAR[c.name.split("_").at(-1) ?? ""] ?? NaN;
    checkCounts(c, check, ([ratio = NaN, reversed]) =>
      balpoeCounts(classes, {
        max: images / classes,
        factor: ratio,
        reverse: Boolean(reversed),
      }));
  } else if (c.has("groups")) checkShots(c, check);
  else {
    const labels = labelsOf(c);
    const counts = balpoeCounts(classes, { max: n / classes, factor, type, reverse });
    const selected = balpoeSelect(labels, { counts, seed: c.params.rand_number });
    await checkVectors(c, check, { vectors: { counts, selected }, labels });
  }
}

/** The rows that the meaning lists: "CIFAR-100 IR 100, 50, 10 and CIFAR-10 IR 100, 50". */
function checkShots(c: GoldenCase, check: Check): void {
  const groups = c.tensor("groups");
  const rows = [...groups.meaning.matchAll(/CIFAR-(\d+) IR ([\d, ]+)/g)]
    .flatMap(([, classes, ratios = ""]) =>
      ratios.split(",").map((ratio) => {
        const C = Number(classes);
        const { many, medium, few } = shotGroupsByCount(
          balpoeCounts(C, { max: 50_000 / C, factor: 1 / Number(ratio) }),
        );
        return [C, many.length, medium.length, few.length];
      })
    );
  check.equal("groups", rows.flat(), groups);
}
