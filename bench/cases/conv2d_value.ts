import type { Conv2dProblem } from "../contender.ts";

/** One element of the right result of a convolution, summed in float64. */
export function conv2dValueAt(problem: Conv2dProblem, place: number): number {
  const { kind, batch, size, inChannels, outChannels, kernel, stride, x, w, dy } = problem;
  const pad = (kernel - 1) / 2;
  const outSize = size / stride;
  /** x at an output pixel and a tap; zero outside. */
  function xAt(n: number, c: number, [row, column, i, j]: readonly number[]): number {
    const h = (row ?? 0) * stride + (i ?? 0) - pad;
    const v = (column ?? 0) * stride + (j ?? 0) - pad;
    const inside = h >= 0 && h < size && v >= 0 && v < size;
    return inside ? x[((n * inChannels + c) * size + h) * size + v] ?? NaN : 0;
  }
  const wAt = (o: number, c: number, i: number, j: number) =>
    w[((o * inChannels + c) * kernel + i) * kernel + j] ?? NaN;
  const dyAt = (n: number, o: number, row: number, column: number) =>
    dy[((n * outChannels + o) * outSize + row) * outSize + column] ?? NaN;

  let sum = 0;
  if (kind === "forward") {
    const [n, o, row, column] = coordinates(place, [outChannels, outSize, outSize]);
    for (let c = 0; c < inChannels; c++) {
      for (let i = 0; i < kernel; i++) {
        for (let j = 0; j < kernel; j++) {
          sum += xAt(n, c, [row, column, i, j]) * wAt(o, c, i, j);
        }
      }
    }
  } else if (kind === "input") {
    const [n, c, h, v] = coordinates(place, [inChannels, size, size]);
    for (let i = 0; i < kernel; i++) {
      const row = (h + pad - i) / stride;
      if (!Number.isInteger(row) || row < 0 || row >= outSize) continue;
      for (let j = 0; j < kernel; j++) {
        const column = (v + pad - j) / stride;
        if (!Number.isInteger(column) || column < 0 || column >= outSize) {
          continue;
        }
        for (let o = 0; o < outChannels; o++) {
          sum += dyAt(n, o, row, column) * wAt(o, c, i, j);
        }
      }
    }
  } else {
    const [o, c, i, j] = coordinates(place, [inChannels, kernel, kernel]);
    for (let n = 0; n < batch; n++) {
      for (let row = 0; row < outSize; row++) {
        for (let column = 0; column < outSize; column++) {
          sum += dyAt(n, o, row, column) * xAt(n, c, [row, column, i, j]);
        }
      }
    }
  }
  return sum;
}

/** The four coordinates of a place in an array whose last three sizes are given. */
function coordinates(
  place: number,
  [second, third, fourth]: readonly [number, number, number],
): [number, number, number, number] {
  return [
    Math.trunc(place / (second * third * fourth)),
    Math.trunc(place / (third * fourth)) % second,
    Math.trunc(place / fourth) % third,
    place % fourth,
  ];
}
