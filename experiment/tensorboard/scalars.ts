import type { ReportedEvaluation } from "../network/network_words.ts";
import type { LogLine } from "../run/run_folder_deno.ts";
import type { TaggedValue } from "./events.ts";

/** The numbers of a log line by tag: `train/loss/NAME`, `train/mask`, `test/top1`, `test/ece`. */
export function scalarsOf(line: LogLine): readonly TaggedValue[] {
  const numbers: Record<string, unknown> = {
    ...trainingOf(line),
    ...(line.evaluation ? scoresOf("test", line.evaluation) : {}),
    ...(line.validation ? scoresOf("validation", line.validation) : {}),
  };
  return Object.entries(numbers).flatMap(([tag, scalar]) =>
    typeof scalar === "number" && Number.isFinite(scalar) ? [{ tag, scalar }] : []
  );
}

function trainingOf(line: LogLine): Record<string, unknown> {
  const { loss = {}, values = {}, pseudoLabels } = line;
  const named = (folder: string, all: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(all).map(([key, v]) => [`train/${folder}/${key}`, v]));
  return {
    ...named("loss", loss),
    ...named("value", values),
    "train/mask": line.mask,
    "train/learningRate": line.learningRate,
    "train/epoch": line.epoch,
    "train/imagesPerSecond": line.imagesPerSecond,
    "train/pseudoLabels/accuracy": pseudoLabels?.accuracy,
    "train/pseudoLabels/usedAccuracy": pseudoLabels?.usedAccuracy,
  };
}

/** Scores of an evaluation that are one number each. */
function scoresOf(part: string, { calibration, ...evaluation }: ReportedEvaluation) {
  const { ece, mce, overconfidence, nll, brier } = calibration ?? {}; // runs of old have none
  const scores = { ...evaluation, ece, mce, overconfidence, nll, brier };
  return Object.fromEntries(
    Object.entries(scores).filter(([key]) => key !== "images")
      .map(([key, value]) => [`${part}/${key}`, value]),
  );
}
