/** How far an estimate of class frequencies is from the truth. */
export interface Distance {
  /** Σ |q − p|, from 0 to 2. */
  readonly l1: number;
  /** KL(p ‖ q), in nats. */
  readonly kl: number;
}

/** Distances of an estimate q from frequencies p; both are brought to a sum of 1 first. */
export function distance(p: readonly number[], q: readonly number[]): Distance {
  const total = (v: readonly number[]) => v.reduce((a, b) => a + b, 0);
  const [sumP, sumQ] = [total(p), total(q)];
  const pairs = p.map((value, k) => [value / sumP, (q[k] ?? NaN) / sumQ] as const);
  return {
    l1: pairs.reduce((sum, [a, b]) => sum + Math.abs(a - b), 0),
    kl: pairs.reduce((sum, [a, b]) => a > 0 ? sum + a * Math.log(a / b) : sum, 0),
  };
}
