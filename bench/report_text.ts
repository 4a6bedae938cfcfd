import { meanRatios, type Report, type Row } from "./report.ts";
import { table } from "./table.ts";

/** The report as Markdown: all figures, then the geometric means of the ratios. */
export function reportText(report: Report): string {
  const ratio = (row: Row) =>
    report.ratios.find(({ name, shape, versus }) =>
      name === row.name && shape === row.shape && versus === row.contender
    )?.ratio;
  const figures = table(
    ["case", "shape", "contender", "ms", "min to max", "rate", "peak", "longtail is faster by"],
    report.rows.map((row) => [
      row.name,
      row.shape,
      row.contender,
      digits(row.milliseconds),
      row.spread.map(digits).join(" to "),
      rateText(row),
      row.fractionOfPeak === undefined ? "" : `${(100 * row.fractionOfPeak).toFixed(1)} %`,
      ratio(row) === undefined ? "" : `${digits(ratio(row) ?? NaN)} ×`,
    ]),
  );
  const means = table(
    ["case", "versus", "geometric mean", "shapes"],
    meanRatios(report.ratios).map(({ name, versus, ratio, shapes }) => [
      name,
      versus,
      `${digits(ratio)} ×`,
      String(shapes),
    ]),
  );
  const failures = report.failures.map(({ name, shape, contender, why }) =>
    `- ${contender}, ${name} ${shape}: ${why}`
  );
  const versions = Object.entries(report.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `- Adapter: ${report.adapter.name}${report.adapter.software ? " (software)" : ""}, ` +
    `${report.cores} cores of ${report.processor}`,
    `- Peak, same run: ${digits(report.peak.gflops)} GFLOP/s, ${digits(report.peak.gbps)} GB/s`,
    `- Milliseconds: ${report.clock}; medians`,
    `- Versions: ${versions.join(", ")}`,
    `- Date: ${report.date.slice(0, 10)}`,
    "",
    figures,
    ...(report.ratios.length > 0 ? ["", means] : []),
    ...(failures.length > 0 ? ["", "Failed:", ...failures] : []),
  ].join("\n");
}

function rateText({ gflops, gbps, imagesPerSecond }: Row): string {
  if (imagesPerSecond !== undefined) {
    return `${digits(imagesPerSecond)} images/s`;
  }
  if (gflops !== undefined) return `${digits(gflops)} GFLOP/s`;
  return gbps === undefined ? "" : `${digits(gbps)} GB/s`;
}

/** Three significant digits, without an exponent. */
function digits(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const decimals = 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 1e-6)));
  return value.toFixed(Math.min(6, Math.max(0, decimals)));
}
