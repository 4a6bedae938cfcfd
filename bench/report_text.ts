import { meanRatios, type Report, type Row } from "./report.ts";
import { table } from "./table.ts";

/** A part of the report. */
export interface Section {
  /** Name of its case. */
  readonly name: string;
  /** Figures as Markdown, without a heading. */
  readonly text: string;
}

/** The whole report as Markdown. */
export function reportText(report: Report): string {
  const sections = sectionsOf(report).map(({ name, text }) => `## ${name}\n\n${text}`);
  return [circumstances(report), ...sections].join("\n\n");
}

/** One section for each case, in the order in which they were run. */
export function sectionsOf(report: Report): Section[] {
  const names = [...report.rows, ...report.failures].map(({ name }) => name);
  return [...new Set(names)].map((name) => {
    const rows = report.rows.filter((row) => row.name === name);
    const failures = report.failures.filter((failure) => failure.name === name)
      .map(({ shape, contender, why }) => `- ${contender}, ${shape}: ${why}`);
    const means = meanRatios(report.ratios.filter((ratio) => ratio.name === name))
      .map(({ ratio, versus }) => `${digits(ratio)} × against ${versus}`);
    const variants = rows.some(({ shares }) => shares !== undefined);
    const parts = [
      ...rows.length > 0 ? [variants ? variantTable(rows) : contenderTable(rows, report)] : [],
      ...means.length > 0 ? [`Geometric mean over the shapes: ${means.join(", ")}.`] : [],
      ...failures.length > 0 ? [["Failed:", "", ...failures].join("\n")] : [],
    ];
    return { name, text: parts.join("\n\n") };
  });
}

/** On what, by which clock and when the figures were made. */
export function circumstances(report: Report): string {
  const { adapter: { name, software }, cores, processor, peak, clock, date } = report;
  const versions = Object.entries(report.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${name}${software ? " (software)" : ""}, ${cores} cores of ${processor}`,
    `peak of the same run ${digits(peak.gflops)} GFLOP/s, ${digits(peak.gbps)} GB/s`,
    `milliseconds are medians, ${clock}`,
    versions.join(", "),
    date.slice(0, 10),
  ].join("; ");
}

function contenderTable(rows: readonly Row[], { ratios }: Report): string {
  const ratio = (row: Row) =>
    ratios.find(({ name, shape, versus }) =>
      name === row.name && shape === row.shape && versus === row.contender
    )?.ratio;
  return table(
    ["shape", "contender", "ms", "min to max", "rate", "peak", "longtail is faster by"],
    rows.map((row) => [
      row.shape,
      row.contender,
      digits(row.milliseconds),
      row.spread.map(digits).join(" to "),
      rateText(row),
      row.fractionOfPeak === undefined ? "" : percent(row.fractionOfPeak),
      ratio(row) === undefined ? "" : `${digits(ratio(row) ?? NaN)} ×`,
    ]),
  );
}

function variantTable(rows: readonly Row[]): string {
  const all = [
    ["shape", "method", "ms", "min to max", "asks for", "takes"],
    ...rows.map(({ shape, contender, milliseconds, spread, asks = "", shares = [] }) => [
      shape,
      contender,
      digits(milliseconds),
      spread.map(digits).join(" to "),
      asks,
      shares.map(({ of, share, milliseconds }) =>
        `${percent(share)} of ${of} (${digits(milliseconds)} ms)`
      ).join(", "),
    ]),
  ];
  const [head = [], ...body] = all.map((cells) =>
    cells.filter((_, column) => all.slice(1).some((row) => row[column] !== ""))
  );
  return table(head, body);
}

function rateText({ gflops, gbps, imagesPerSecond }: Row): string {
  if (imagesPerSecond !== undefined) {
    return `${digits(imagesPerSecond)} images/s`;
  }
  if (gflops !== undefined) return `${digits(gflops)} GFLOP/s`;
  return gbps === undefined ? "" : `${digits(gbps)} GB/s`;
}

/** Three significant digits, without an exponent. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const decimals = 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 1e-6)));
  return value.toFixed(Math.min(6, Math.max(0, decimals)));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
