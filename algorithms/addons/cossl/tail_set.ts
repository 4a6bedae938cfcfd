/** Feature vectors in rows. */
export interface FeatureRows {
  /** [rows, width]. */
  readonly values: Float32Array;
  readonly width: number;
}

/** What {@linkcode tailSet} draws. */
export interface TailDraws {
  /** One of `rows` rows of a class. */
  anchor(rows: number): number;
  /** Weight of the anchor. */
  share(): number;
}

/** One feature vector that {@linkcode tailSet} made. */
export interface TailRow {
  readonly y: number;
  /** Row of the labeled features. */
  readonly anchor: number;
  /** Row of the labeled features, or past their end of the unlabeled ones. */
  readonly other: number;
  readonly share: number;
}

/**
 * Weight imprinting: the mean feature vector of each class, scaled to length 1 (CoSSL's start).
 *
 * @returns [classes, width]; zeros for a class without images.
 */
export function imprint(
  { values, width }: FeatureRows,
  labels: ArrayLike<number>,
  classes: number,
): Float32Array {
  const sums = new Float64Array(classes * width);
  for (let row = 0; row < labels.length; row++) {
    for (let k = 0; k < width; k++) {
      sums[labels[row]! * width + k]! += values[row * width + k]!; // both have whole rows
    }
  }
  for (let c = 0; c < classes; c++) {
    const mean = sums.subarray(c * width, (c + 1) * width);
    const length = Math.hypot(...mean);
    if (length > 0) mean.forEach((x, k) => mean[k] = x / length);
  }
  return Float32Array.from(sums);
}

/** softmax(w · f) of each row, features as they are: [rows, classes]. */
export function imprintedProbs(
  { values, width }: FeatureRows,
  weights: Float32Array,
): Float32Array {
  const classes = weights.length / width, rows = values.length / width;
  const probs = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    const logits = Array.from({ length: classes }, (_, c) => {
      let z = 0;
      for (let k = 0; k < width; k++) z += weights[c * width + k]! * values[row * width + k]!; // whole rows
      return z;
    });
    const highest = Math.max(...logits), powers = logits.map((z) => Math.exp(z - highest));
    const total = powers.reduce((a, b) => a + b, 0);
    powers.forEach((p, c) => probs[row * classes + c] = p / total);
  }
  return probs;
}

/**
 * CoSSL's balanced feature set at the start of co-learning: for each class c of N_c images the
 * N_max − N_c rows of highest P(c|·) among labeled features of other classes and all unlabeled ones,
 * each blended with an anchor of the class, λ a + (1 − λ) b, and labeled c (`tfe_init` of the code).
 *
 * @param given Features and probabilities of labeled and unlabeled images, and the former's classes.
 * @returns The labeled features, then the new ones, with their classes; and how those were made.
 */
export function tailSet(
  given: {
    readonly labeled: FeatureRows;
    readonly labels: ArrayLike<number>;
    readonly unlabeled: FeatureRows;
    readonly labeledProbs: Float32Array;
    readonly unlabeledProbs: Float32Array;
    readonly classes: number;
  },
  draws: TailDraws,
): { features: Float32Array; labels: Int32Array; made: readonly TailRow[] } {
  const { labeled, labels, unlabeled, labeledProbs, unlabeledProbs, classes } = given;
  const { width } = labeled, rows = labels.length, others = unlabeled.values.length / width;
  const byClass = Array.from(
    { length: classes },
    (_, c) => Array.from(labels, (y, row) => y === c ? row : -1).filter((row) => row >= 0),
  );
  const most = Math.max(...byClass.map((own) => own.length));
  const probOf = (row: number, c: number) =>
    row < rows ? labeledProbs[row * classes + c]! : unlabeledProbs[(row - rows) * classes + c]!; // whole rows
  const made: TailRow[] = [];
  byClass.forEach((own, y) => {
    if (own.length === 0 || own.length === most) return;
    const pool = Array.from({ length: rows + others }, (_, row) => row)
      .filter((row) => row >= rows || labels[row] !== y)
      .sort((a, b) => probOf(b, y) - probOf(a, y));
    for (const other of pool.slice(0, most - own.length)) {
      made.push({ y, anchor: own[draws.anchor(own.length)]!, other, share: draws.share() }); // of the rows
    }
  });
  const features = new Float32Array((rows + made.length) * width);
  features.set(labeled.values);
  made.forEach(({ anchor, other, share }, i) => {
    const [from, at] = other < rows ? [labeled.values, other] : [unlabeled.values, other - rows];
    for (let k = 0; k < width; k++) {
      const a = labeled.values[anchor * width + k]!, b = from[at * width + k]!; // rows are inside
      features[(rows + i) * width + k] = share * a + (1 - share) * b;
    }
  });
  return {
    features,
    labels: Int32Array.from([...Array.from(labels), ...made.map((m) => m.y)]),
    made,
  };
}
