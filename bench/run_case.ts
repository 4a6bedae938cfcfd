import type { BenchCase } from "./bench_case.ts";
import type { Contender, Work } from "./contender.ts";
import { measure, type MeasureOptions } from "./measure.ts";
import type { Failure } from "./report.ts";

/** Milliseconds a run by contender, and who failed. */
export interface CaseResult {
  readonly samples: ReadonlyMap<string, readonly number[]>;
  readonly failures: readonly Failure[];
}

type Judge = (results: ReadonlyMap<string, Float32Array>) => ReadonlyMap<string, string>;

/**
 * Measures one case. In `samples` are only contenders whose result was right before and after the
 * measurement and whose device reported no error: a kernel that did not run must not win.
 *
 * @throws the signal's reason.
 */
export async function runCase(
  { name, shape, stateful, prepare }: BenchCase,
  contenders: readonly Contender[],
  options: Omit<MeasureOptions, "failed">,
): Promise<CaseResult> {
  const failures: Failure[] = [];
  const works = new Map<string, Work>();
  const errorsBefore = new Map(contenders.map((c) => [c.name, c.deviceErrors.length]));
  function fail(contender: string, why: unknown): void {
    failures.push({
      name,
      shape,
      contender,
      why: why instanceof Error ? why.message : `${why}`,
    });
    works.get(contender)?.dispose();
    works.delete(contender);
  }
  async function attempt(contender: string, body: () => Promise<void>): Promise<void> {
    options.signal.throwIfAborted();
    try {
      await body();
    } catch (error) {
      fail(contender, error);
    }
  }
  async function check(judge: Judge): Promise<void> {
    const results = new Map<string, Float32Array>();
    for (const [contender, work] of works) {
      await attempt(contender, async () => {
        results.set(contender, await work.result());
      });
    }
    for (const { name, deviceErrors } of contenders) {
      const error = deviceErrors[errorsBefore.get(name) ?? 0];
      if (works.has(name) && error !== undefined) fail(name, error);
    }
    for (const [contender, why] of judge(results)) {
      if (works.has(contender)) fail(contender, why);
    }
  }

  const prepared = prepare();
  try {
    for (const contender of contenders) {
      await attempt(contender.name, async () => {
        const work = await prepared.start(contender);
        if (!work) return;
        works.set(contender.name, work);
        await work.run(1);
      });
    }
    await check(prepared.judge);
    const samples = await measure(works, { ...options, failed: fail });
    await check(stateful ? judgeFinite : prepared.judge);
    return {
      samples: new Map([...samples].filter(([name]) => works.has(name))),
      failures,
    };
  } finally {
    for (const work of works.values()) work.dispose();
  }
}

function judgeFinite(results: ReadonlyMap<string, Float32Array>): ReadonlyMap<string, string> {
  const broken = [...results].filter(([, result]) => !result.every(Number.isFinite));
  return new Map(broken.map(([name]) => [name, "a value is not finite after the measurement"]));
}
