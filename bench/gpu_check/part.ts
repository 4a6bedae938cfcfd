/** What a part works with. */
export interface PartContext {
  /** Tiny networks and few cases. */
  readonly quick: boolean;
  /** Aborted when the part's time is over, or the user has asked to stop. */
  readonly signal: AbortSignal;
  progress(line: string): void;
}

/** What a part has found. */
export interface Findings {
  /** For the JSON file. */
  readonly figures: unknown;
  /** The same as Markdown, without a heading. */
  readonly text: string;
  /** What longtail got wrong, in words. */
  readonly failures: readonly string[];
}

/** A part of the check, with a share of the time. */
export interface Part {
  /** As in the JSON file: `golden`, `kernels`, … */
  readonly name: string;
  /** The heading in the Markdown file. */
  readonly title: string;
  /** Seconds that it may take. */
  readonly seconds: number;
  /** Ends soon after the signal, with what it has found by then. */
  run(context: PartContext): Promise<Findings>;
}

/** What came of a part. */
export interface PartResult extends Pick<Part, "name" | "title"> {
  /** `cut` if time or check were over before the part was through, `hung` if it did not even end. */
  readonly outcome: "passed" | "failed" | "cut" | "hung";
  /** Seconds that it took, and that it was allowed. */
  readonly seconds: number;
  readonly limit: number;
  /** What went wrong, by name; a part that is cut may have failures, too. */
  readonly failures: readonly string[];
  /** Null if the part threw. */
  readonly figures: unknown;
  readonly text: string;
}

/** Seconds that a part has for its last measurement after its time. */
const GRACE = 45;

/**
 * Runs a part within its time. What it throws is its failure; nothing is thrown.
 *
 * @param grace Seconds after its time in which it has to end.
 */
export async function runPart(
  { name, title, seconds: limit, run }: Part,
  { signal, ...context }: PartContext,
  grace = GRACE,
): Promise<PartResult> {
  const start = performance.now();
  const time = AbortSignal.timeout(limit * 1000);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), (limit + grace) * 1000);
  });
  function result(
    outcome: PartResult["outcome"],
    { figures = null, text = "", failures = [] }: Partial<Findings>,
  ): PartResult {
    const seconds = (performance.now() - start) / 1000;
    return { name, title, outcome, seconds, limit, failures, figures, text };
  }
  try {
    const found = await Promise.race([
      run({ ...context, signal: AbortSignal.any([time, signal]) }),
      late,
    ]);
    if (found === "late") {
      return result("hung", { failures: [`did not end within ${grace} s after its time`] });
    }
    if (time.aborted || signal.aborted) return result("cut", found);
    return result(found.failures.length > 0 ? "failed" : "passed", found);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return result("failed", { failures: [message] });
  } finally {
    clearTimeout(timer);
  }
}
