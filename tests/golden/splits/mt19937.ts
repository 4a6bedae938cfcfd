import { NumpyRandom } from "../../../datasets/split/random/numpy_random.ts";
import { PythonRandom } from "../../../datasets/split/random/python_random.ts";
import { TorchRandom } from "../samplers/torch_random.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { checkIndices, vectorNames } from "./index_vector.ts";

/** One line of a case: its name, how many numbers it holds and the call its meaning spells. */
interface Line {
  readonly name: string;
  readonly count: number;
  readonly meaning: string;
  /** Whole numbers in the line's name: `randint_-3_4` has −3 and 4. */
  readonly sizes: readonly number[];
}

type Draw = (line: Line, c: GoldenCase) => ArrayLike<number>;

/** Runs the groups `splits_mt19937_numpy`, `_python` and `_torch`. */
export async function run(c: GoldenCase, check: Check): Promise<void> {
  const library = c.group.slice("splits_mt19937_".length);
  const draw = LIBRARIES[library];
  if (!draw) throw new ReferenceError(`No generator is known for ${c.group}`);
  for (const name of vectorNames(c)) {
    const line = lineOf(c, name);
    const got = draw(line, c);
    if (c.hasScalar(name)) {
      const want = (c.scalar(name) as (number | number[])[]).flat();
      // log, sqrt and pow may differ by an ulp between libraries; the rest is exact.
      if (/^(normal|beta|mixed)/.test(name)) {
        check.close(name, got, want, { relative: 1e-12, absolute: 0, elementwise: true });
      } else check.equal(name, got, want);
    } else if (c.has(name)) check.equal(name, got, c.tensor(name));
    else await checkIndices(c, check, { name, got });
  }
}

function lineOf(c: GoldenCase, name: string): Line {
  const scalar = c.json.scalars?.[name];
  const meaning = c.has(name)
    ? c.tensor(name).meaning
    : c.has(`${name}/head`)
    ? c.tensor(`${name}/head`).meaning
    : typeof scalar === "object" && scalar !== null && "meaning" in scalar
    ? String(scalar.meaning)
    : "";
  const count = c.has(name)
    ? c.tensor(name).data.length
    : c.hasScalar(name)
    ? c.scalar(name).length
    : c.scalar(`${name}/length`);
  const sizes = [...name.matchAll(/_(-?\d+)(?:\^(\d+))?/g)]
    .map(([, base, power]) => Number(base) ** Number(power ?? 1));
  return { name, count, meaning, sizes };
}

const LIBRARIES: Readonly<Record<string, Draw>> = {
  numpy: drawNumpy,
  python: drawPython,
  torch: drawTorch,
};

function drawNumpy({ name, count, meaning, sizes }: Line, c: GoldenCase): ArrayLike<number> {
  const random = new NumpyRandom(c.params.seed);
  const many = (draw: () => number) => Array.from({ length: count }, draw);
  const [a = NaN, b = NaN] = /^(uniform|beta|choice)/.test(name)
    ? callNumbers(meaning, name.split("_")[0] ?? "")
    : sizes;
  switch (name.replaceAll(/_-?\d+(\^\d+)?/g, "")) {
    case "words":
      return many(() => random.word());
    case "words_after":
      for (let i = 0; i < a; i++) random.word();
      return many(() => random.word());
    case "rand":
      return many(() => random.random());
    case "uniform":
      return many(() => random.uniform(a, b));
    case "normal":
      return many(() => random.normal());
    case "beta":
      return many(() => random.beta(a, b));
    case "shuffle":
      return random.shuffle(range(a));
    case "shuffle_then":
      return [...random.shuffle(range(a)), ...random.shuffle(range(b, secondStart(meaning)))];
    case "shuffle_second":
      random.shuffle(range(a));
      return random.shuffle(range(a));
    case "permutation":
      return random.permutation(a);
    case "choice_replace":
      return random.choice(a, count);
    case "choice_no_replace":
      return random.sample(a, count);
    case "choice_p":
      return random.weightedChoice(listOf(meaning), count);
    case "choice_p_no_replace":
      return random.weightedSample(listOf(c.tensor("choice_p").meaning), count);
    case "randint":
      return many(() => random.randint(a, b));
    case "mixed":
      return mixed(random, meaning);
  }
  throw new ReferenceError(`Nothing is known about NumPy's '${name}'`);
}

function drawPython({ name, count, meaning, sizes }: Line, c: GoldenCase): ArrayLike<number> {
  const random = new PythonRandom(c.params.seed);
  const many = (draw: () => number) => Array.from({ length: count }, draw);
  const [a = NaN, b = NaN] = name === "uniform" ? callNumbers(meaning, name) : sizes;
  switch (name.replaceAll(/_-?\d+/g, "")) {
    case "words":
      return many(() => random.getrandbits(32));
    case "random":
      return many(() => random.random());
    case "getrandbits":
      return many(() => random.getrandbits(a));
    case "shuffle":
      return random.shuffle(range(a));
    case "randint":
      return many(() => random.randint(a, b));
    case "uniform":
      return many(() => random.uniform(a, b));
    case "choice":
      return many(() => random.choice(a));
    case "choices":
      return random.choices(a, count);
    case "choices_weights":
      return random.weightedChoices(listOf(meaning), count);
    case "sample":
      return random.sample(a, b);
  }
  throw new ReferenceError(`Nothing is known about Python's '${name}'`);
}

function drawTorch({ name, count, meaning, sizes }: Line, c: GoldenCase): ArrayLike<number> {
  const random = new TorchRandom(c.params.seed);
  const many = (draw: () => number) => Array.from({ length: count }, draw);
  const [a = NaN, b = NaN] = sizes;
  switch (name.replaceAll(/_-?\d+/g, "")) {
    case "words": // drawn by the range 2^32 - 1, the widest that takes one word
      return many(() => random.randint(0, 2 ** 32 - 1));
    case "randperm":
      return random.randperm(a);
    case "randperm_then":
      return [...random.randperm(a), ...random.randperm(b)];
    case "randint":
      return many(() => random.randint(a, b));
    case "rand_f32":
      return many(() => random.float());
    case "rand_f64":
      return many(() => random.double());
    case "multinomial_f32":
      return random.multinomial(
        Float32Array.from(listOf(c.tensor("multinomial_f64").meaning)),
        count,
      );
    case "multinomial_f64":
    case "multinomial_unnormalised":
      return random.multinomial(listOf(meaning), count);
  }
  throw new ReferenceError(`Nothing is known about torch's '${name}'`);
}

/** Draws what a sentence like "rand(), randint(0,9), normal (…)" lists, one after another. */
function mixed(random: NumpyRandom, meaning: string): number[] {
  return [...meaning.matchAll(/\b(rand|randint|permutation|normal)\b(?:\(([^)]*)\))?/g)]
    .flatMap(([, call, inside = ""]): number[] => {
      const [a = NaN, b = NaN] = inside.split(",").map(Number);
      if (call === "rand") return [random.random()];
      if (call === "randint") return [random.randint(a, b)];
      if (call === "permutation") return [...random.permutation(a)];
      return [random.normal()];
    });
}

function range(length: number, start = 0): Int32Array {
  return Int32Array.from({ length }, (_, i) => start + i);
}

/** Where the second list of "shuffle(0..5) then shuffle(100..105)" starts. */
function secondStart(meaning: string): number {
  return Number(/then \w+\((\d+)\.\./.exec(meaning)?.[1]);
}

/** The numbers a meaning gives to a call: [10, 20] of "choice(10, 20)". */
function callNumbers(meaning: string, call: string): number[] {
  const inside = new RegExp(`\\b${call}\\(([^)]*)\\)`).exec(meaning)?.[1] ?? "";
  return inside.split(",").map(Number);
}

/** The numbers of the list in square brackets. */
function listOf(meaning: string): number[] {
  return (/\[([^\]]*)\]/.exec(meaning)?.[1] ?? "").split(",").map(Number);
}
