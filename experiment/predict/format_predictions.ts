import { stringify } from "csv-stringify/sync";
import type { Prediction } from "../network/trained_model.ts";

/** A prediction and the image that it is of. */
export interface NamedPrediction extends Prediction {
  /** Path of the image. */
  readonly path: string;
}

/** Predictions as CSV: `path,predicted,class,confidence,p0,…`, a line an image. */
export function predictionsCsv(predictions: readonly NamedPrediction[], classes: number): string {
  const head = ["path", "predicted", "class", "confidence"];
  for (let c = 0; c < classes; c++) head.push(`p${c}`);
  const lines = predictions.map((p) => [
    ...[p.path, p.predicted, p.class, digits(p.confidence)],
    ...p.probabilities.map(digits),
  ]);
  return stringify([head, ...lines]);
}

/** Predictions as one JSON object a line, with the same keys and `probabilities` as a list. */
export function predictionsJsonl(predictions: readonly NamedPrediction[]): string {
  return predictions.map(({ path, predicted, class: name, confidence, probabilities }) => {
    const row = { path, predicted, class: name, confidence: digits(confidence) };
    return `${JSON.stringify({ ...row, probabilities: probabilities.map(digits) })}\n`;
  }).join("");
}

/** As many digits as single precision has. */
function digits(value: number): number {
  return Number(value.toPrecision(8));
}
