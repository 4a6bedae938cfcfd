import type { ConvGeometry } from "./geometry.ts";

/**
 * The pixels of `x` whose row and column leave given remainders by the stride: for them alone the
 * input gradient is a convolution of `dy` with every stride-th tap, without a stride.
 */
export interface InputPhase {
  readonly name: string;
  /** Row and column of the first such pixel. */
  readonly outTop: number;
  readonly outLeft: number;
  /** How many there are. */
  readonly rows: number;
  readonly columns: number;
  readonly tapRows: number;
  readonly tapColumns: number;
  /** First of the taps, the others follow at the stride. */
  readonly firstRow: number;
  readonly firstColumn: number;
  /** Row and column of `dy` that the first pixel begins with. */
  readonly top: number;
  readonly left: number;
}

/** All phases that any tap reaches; pixels of the others have no gradient. */
export function inputPhases(g: ConvGeometry): InputPhase[] {
  const phases: InputPhase[] = [];
  for (const y of phasesAlong(g.height, g.kernelHeight, g)) {
    for (const x of phasesAlong(g.width, g.kernelWidth, g)) {
      phases.push({
        name: `${y.start} ${x.start} of ${g.stride} ${g.padding}`,
        outTop: y.start,
        outLeft: x.start,
        rows: y.count,
        columns: x.count,
        tapRows: y.taps,
        tapColumns: x.taps,
        firstRow: y.first,
        firstColumn: x.first,
        top: y.from,
        left: x.from,
      });
    }
  }
  return phases;
}

/** Whether every pixel of `x` is in one of the phases: not where the stride exceeds the filter. */
export function coverAll(phases: readonly InputPhase[], g: ConvGeometry): boolean {
  return phases.length === Math.min(g.stride, g.height) * Math.min(g.stride, g.width);
}

function phasesAlong(size: number, kernel: number, { stride, padding }: ConvGeometry) {
  const phases = [];
  for (let start = 0; start < Math.min(stride, size); start++) {
    const first = (start + padding) % stride;
    if (first >= kernel) continue;
    const taps = Math.ceil((kernel - first) / stride);
    phases.push({
      start,
      count: Math.ceil((size - start) / stride),
      first,
      taps,
      from: (start + padding - first) / stride - (taps - 1),
    });
  }
  return phases;
}
