import type { Stage } from "../../../datasets/views/view_spec.ts";
import { quarterTurns } from "../../../core/autograd/ops/quarter_turns.ts";
import type { GoldenRunner } from "../runner.ts";
import { imageAt, ImageViews, type Normalization } from "./image_views.ts";
import { operationStage } from "./operation_stage.ts";

/** A decision of a fixture: `["crop", 4, "reflect", 5, 1, 32]`. */
// deno-lint-ignore no-explicit-any -- each kind of decision has values of its own
type Decision = readonly [name: string, ...values: any[]];

/** What the decisions about one image come to. */
interface Row {
  /** Stages on bytes. */
  readonly stages: Stage[];
  /** Stages on normalised values. */
  readonly after: Stage[];
  turns: number;
}

/**
 * Checks `augment_recipes` and `augment_balpoe`: explicit decisions in, bytes and normalised floats
 * out.
 */
export const run: GoldenRunner = async (c, check, device) => {
  const opened = await device();
  const views = new ImageViews(opened);
  const { shape, data } = c.tensor("x");
  const inputs = { shape, data: data as Uint8Array }; // images are U8
  const normalization = c.params as unknown as Normalization;
  const rows = (c.params.rows as Decision[][]).map(readRow);
  for (const [i, { stages }] of rows.entries()) views.add(imageAt(inputs, i), stages);
  const bytes = await views.bytes(), wanted = c.tensor("out"), share = c.params.share_off_by_one;
  if (share === undefined) {
    check.equal("out", bytes, wanted);
  } else {
    check.close("out", bytes, wanted, { relative: 0, absolute: 1 });
    const off = bytes.filter((v, i) => v !== wanted.data[i]).length / bytes.length;
    check.that("out", off <= share, `a share of ${off} is one level off`);
  }

  if (!c.has("f")) return;
  const want = c.tensor("f");
  const floats = rows.slice(0, want.shape[0]).map(({ stages, after, turns }, i) => {
    const spec = { stages: [...stages, ...after], ...normalization };
    const x = views.floats(imageAt(inputs, i), spec);
    return turns === 0 ? x : quarterTurns(x, opened.tensor([turns], [1], "i32"));
  });
  const got = (await opened.readAll(floats)).flatMap((values) => [...values]);
  check.close("f", got, want, { relative: 0, absolute: 1e-6 });
};

function readRow(decisions: readonly Decision[]): Row {
  const row: Row = { stages: [], after: [], turns: 0 };
  for (const decision of decisions) readDecision(decision, row);
  return row;
}

function readDecision([name, ...values]: Decision, row: Row): void {
  const [a, b, c, d, e] = values;
  switch (name) {
    case "skip":
    case "normalise":
      return;
    case "hflip":
    case "vflip":
      row.stages.push({ kind: "flip", axis: name === "hflip" ? "x" : "y", probability: a });
      return;
    case "crop":
      row.stages.push({ kind: "crop", pad: a, border: b, size: e, at: { top: c, left: d } });
      return;
    case "resize":
      row.stages.push({ kind: "resize", size: { height: a, width: b } });
      return;
    case "resized_crop": {
      const box = { top: a, left: b, height: c, width: d };
      row.stages.push({ kind: "resizedCrop", size: e, box });
      return;
    }
    case "center_crop":
      row.stages.push({ kind: "centerCrop", size: a });
      return;
    case "cutout": {
      const [x, y] = c.centre_xy;
      row.stages.push({ kind: "cutout", size: c.size, fill: b, centre: { x, y } });
      return;
    }
    case "cutout_tensor":
      row.after.push({ kind: "hide", length: a, centre: { x: c, y: b } });
      return;
    case "rot90":
      row.turns = a;
      return;
    default:
      row.stages.push(operationStage(name, a, b));
  }
}
