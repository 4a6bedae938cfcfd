import type { Stack } from "./compose.ts";
import type {
  DataInfo,
  HeadSpec,
  Input,
  Needs,
  NetworkName,
  NonEmpty,
  PassSpec,
  SolidImage,
  StreamSpec,
  UnlabeledView,
  View,
} from "./needs.ts";
import { inSlot } from "./slot_failed.ts";

/** What all plugins of a stack need together. */
export interface MergedNeeds {
  /** Views of each labeled image. */
  readonly labeled: NonEmpty<View>;
  /** Views of each unlabeled image. */
  readonly unlabeled: readonly UnlabeledView[];
  /** Network runs that were asked for. */
  readonly passes: readonly PassSpec[];
  /** Whether the student gets a pass over all views where none is asked for. */
  readonly studentPass: boolean;
  /** Names of passes that the student's pass over all views stands for. */
  readonly passNames: readonly string[];
  /** Heads beside the network's own, by name. */
  readonly heads: Readonly<Record<string, HeadSpec>>;
  /** Loaders beside labeled and unlabeled, by name. */
  readonly streams: Readonly<Record<string, StreamSpec>>;
  /** Batch norms side by side on the network's last map; none where nobody asks. */
  readonly classwiseNorms: readonly string[];
  /** Images of one colour, by name. */
  readonly solids: Readonly<Record<string, SolidImage>>;
  /** Head that is evaluated. */
  readonly evalHead: string;
  /** Share of the run before which `main` is evaluated. */
  readonly evalHeadFrom: number;
  /** Which network is evaluated. */
  readonly evalNetwork: NetworkName;
}

/**
 * What a stack needs for some data.
 *
 * @throws {TypeError} If needs contradict each other; one message lists every conflict.
 */
export function mergeNeeds({ plugins }: Stack, data: DataInfo): MergedNeeds {
  const wrong: string[] = [];
  const heads: Record<string, HeadSpec> = {};
  const streams: Record<string, StreamSpec> = {};
  const solids: Record<string, SolidImage> = {};
  const evalHeads = new Set<string>();
  let labeled: View[] = [], unlabeled: UnlabeledView[] = [];
  let classwiseNorms: readonly string[] = [];
  const passes: PassSpec[] = [];
  let evalNetwork: NetworkName = "average";
  let studentPass = true, evalHeadFrom = 0;
  for (const { name, spec, config } of plugins) {
    const needs: Needs = inSlot(name, "needs", () => spec.needs?.(config, data)) ?? {};
    labeled = mergeViews(labeled, needs.views?.labeled ?? []);
    unlabeled = mergeViews(unlabeled, needs.views?.unlabeled ?? []);
    for (const pass of needs.passes ?? []) {
      const same = pass.name !== undefined && passes.find((p) => p.name === pass.name);
      if (same && JSON.stringify(same) !== JSON.stringify(pass)) {
        wrong.push(`the pass '${pass.name}' is declared twice, otherwise by ${name}`);
      }
    }
    addPasses(passes, needs.passes ?? []);
    for (const [head, wanted] of Object.entries(needs.heads ?? {})) {
      if (isEverybodys(head)) wrong.push(`the head '${head}' of ${name} has no name of its own`);
      if (Object.hasOwn(heads, head)) {
        wrong.push(`the head '${head}' is declared twice, again by ${name}`);
      }
      heads[head] = wanted;
    }
    for (const [stream, wanted] of Object.entries(needs.streams ?? {})) {
      if (isEverybodys(stream)) {
        wrong.push(`the stream '${stream}' of ${name} has no name of its own`);
      }
      if (Object.hasOwn(streams, stream)) {
        wrong.push(`the stream '${stream}' is declared twice, again by ${name}`);
      }
      streams[stream] = wanted;
    }
    if (needs.classwiseNorms) {
      const asked = needs.classwiseNorms, kept = classwiseNorms;
      if (kept.length > 0 && kept.join() !== asked.join()) {
        wrong.push(`different class-wise batch norms are asked for, otherwise by ${name}`);
      }
      classwiseNorms = asked;
    }
    for (const [solid, wanted] of Object.entries(needs.solids ?? {})) {
      if (isEverybodys(solid)) {
        wrong.push(`the solid image '${solid}' of ${name} has no name of its own`);
      }
      if (Object.hasOwn(solids, solid)) {
        wrong.push(`the solid image '${solid}' is declared twice, again by ${name}`);
      }
      solids[solid] = wanted;
    }
    if (needs.evalHead) {
      evalHeads.add(needs.evalHead);
      evalHeadFrom = needs.evalHeadFrom ?? 0;
    }
    if (needs.student === "late") studentPass = false;
    if (needs.evalNetwork) evalNetwork = needs.evalNetwork;
  }
  if (evalHeads.size > 1) {
    wrong.push(`different heads are to be evaluated: ${[...evalHeads].join(", ")}`);
  }
  if (wrong.length > 0) throw new TypeError(`Cannot combine the methods: ${wrong.join("; ")}`);
  const [first = "weak", ...others] = labeled;
  const single = studentPass && !passes.some((p) => p.net === "student" && p.name === undefined);
  const within = passes.filter((p) => single && p.net === "student");
  return {
    labeled: [first, ...others],
    unlabeled,
    passes: passes.filter((p) => !within.includes(p)),
    studentPass,
    passNames: within.flatMap(({ name }) => name ?? []),
    heads,
    streams,
    classwiseNorms,
    solids,
    evalHead: [...evalHeads][0] ?? "main",
    evalHeadFrom,
    evalNetwork,
  };
}

/** Whether every object has something of this name. */
function isEverybodys(name: string): boolean {
  return name === "__proto__" || name in Object.prototype;
}

/** Joins a plugin's passes with those of the plugins before it. */
function addPasses(passes: PassSpec[], own: readonly PassSpec[]): void {
  const before = passes.length;
  for (const pass of own) {
    if (passes.some((p) => JSON.stringify(p) === JSON.stringify(pass))) continue;
    const same = passes.slice(0, before).findIndex(({ net, norm, name }) =>
      net === "average" && pass.net === "average" && norm === pass.norm &&
      name === undefined && pass.name === undefined
    );
    if (same < 0) passes.push(pass);
    else passes[same] = { ...passes[same]!, inputs: inOrder(passes[same]!, pass) }; // one was found
  }
}

const ORDER: readonly string[] = ["labeled", "weak", "strong", "identity"] satisfies Input[];

/** What two passes see, each input once, labeled images first. */
function inOrder(a: PassSpec, b: PassSpec): PassSpec["inputs"] {
  const place = (input: string) => ORDER.indexOf(input.split("/")[0]!); // text has a first part
  const all = [...new Set([...a.inputs, ...b.inputs])].sort((x, y) => place(x) - place(y));
  return all as unknown as PassSpec["inputs"]; // both lists have an input
}

/** Every view as often as either list has it. */
function mergeViews<V extends View>(a: readonly V[], b: readonly V[]): V[] {
  const merged = [...a];
  for (const view of new Set(b)) {
    const count = (list: readonly V[]) => list.filter((v) => v === view).length;
    for (let missing = count(b) - count(merged); missing > 0; missing--) merged.push(view);
  }
  return merged;
}
