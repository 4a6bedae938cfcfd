/**
 * The map of the project, held by tests: who may import whom, no circles, no loose files, no
 * splinters, nothing that only tests reach. The graph is Deno's own (`deno info`, `deno doc`).
 *
 * @module
 */
import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);

/** Who may import whom: a file may import its own row and the rows before it. */
const LAYERS: readonly (readonly RegExp[])[] = [
  [/^core\/(?!mod\.ts)[^/]+\.ts$/],
  [/^kernels\//],
  [/^core\/autograd\//],
  [/^core\/nn\//],
  [/^core\/training\//],
  [/^core\/mod\.ts$/],
  [/^algorithms\//, /^datasets\//],
  [/^experiment\//],
  [/^mod\.ts$/, /^cli\.ts$/],
  [/^tests\/golden\//],
  [/^bench\//],
  [/^tests\//, /^examples\//],
];

/** Folders that hold nothing but folders and these files. */
const NO_LOOSE_FILES = ["algorithms", "datasets"] as const;
const FACES = ["mod.ts", "registry.ts"];

/** Most lines of a file, fewest of one that is nobody's leaf, most files that know each other. */
const LONGEST = 400, SHORTEST = 30, CROWD = 15;

/** Folders that are lists of siblings: long, though some of their files share a helper. */
const LISTS = ["kernels", "core/autograd/ops", "datasets/sets"];

/** Files that may be short: entry points, methods, data sets; leaves of the public API may, too. */
const MAY_BE_SHORT = /^(cli|mod)\.ts$|\/mod\.ts$|^algorithms\/(bases|addons)\/|^datasets\/sets\//;

/** The one knot: a tensor knows its device and tape, which know tensors. */
const KNOT = ["core/autograd/device.ts", "core/autograd/tape.ts", "core/autograd/tensor.ts"];

/** Where commands and library calls begin. */
const ENTRIES = [
  "cli.ts",
  "experiment/train.ts",
  "experiment/check_plugin.ts",
  "experiment/files_deno.ts",
];

/** Parts of the public API that no command calls, each with its reason. */
const PUBLIC_LEAVES: Readonly<Record<string, string>> = {
  "core/training/metrics/calibration/class_calibration.ts":
    "errors by class, which papers differ in",
  "experiment/evaluation/predictions.ts": "what train() has evaluated, for one's own scores",
};

/** An import, a re-export or a worker; types count. */
interface Arrow {
  readonly to: string;
  /** As it is written. */
  readonly specifier: string;
  readonly typeOnly: boolean;
}

interface Module {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly arrows: readonly Arrow[];
  /** Imports from outside: packages, `node:`. */
  readonly outside: readonly string[];
}

const modules = await readModules();
const library = [...modules.values()].filter(({ path }) => !/^(tests|bench|examples)\//.test(path));
const arrowsOf = (path: string) => modules.get(path)?.arrows ?? [];
const inLibrary = new Set(library.map(({ path }) => path));
const workers = new Set(library.flatMap(({ path, text }) => workersOf(path, text)));

Deno.test("imports point one way only", () => {
  const wrong = [...modules.values()].flatMap(({ path, arrows }) =>
    arrows.filter(({ to }) => !mayImport(path, to)).map(({ to }) => `${path} imports ${to}`)
  );
  assert.deepEqual(wrong, []);
});

Deno.test("packages are those of deno.json, none from jsr: or https:", async () => {
  const imports: Record<string, string> =
    JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT))).imports;
  const known = Object.values(imports).filter((target) => target.startsWith("npm:"))
    .map((target) => target.slice(4).replace(/(.)@.*/, "$1"));
  const wrong = library.flatMap(({ path, outside }) =>
    outside.filter((s) => !s.startsWith("node:") && !known.some((name) => isPackage(s, name)))
      .map((specifier) => `${path} imports ${specifier}`)
  );
  assert.deepEqual(wrong, []);
  assert.deepEqual(Object.values(imports).filter((t) => /^(jsr|https?):/.test(t)), []);
});

Deno.test("files without _deno in their name run in a browser", async () => {
  const portable = library.filter(({ path }) => path !== "cli.ts" && !path.endsWith("_deno.ts"));
  const node = portable.flatMap(({ path, outside, arrows }) => [
    ...outside.filter((s) => s.startsWith("node:")).map((s) => `${path} imports ${s}`),
    ...arrows.filter(({ to, typeOnly }) => to.endsWith("_deno.ts") && !typeOnly && !lazy(path, to))
      .map(({ to }) => `${path} imports ${to}`),
  ]);
  assert.deepEqual(node, []);
  // `Deno` is no name that the browser's types know; files whose types are imported may use it.
  const { stderr } = await new Deno.Command("deno", {
    args: [
      ...["check", "--quiet", "--no-lock"],
      ...["--config", "tests/browser.json", "--import-map", "deno.json"],
      ...portable.map(({ path }) => path),
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const errors = new TextDecoder().decode(stderr).split(/(?=^TS\d+ )/m);
  assert.ok(errors.some((error) => /_deno\.ts:\d+/.test(error))); // the check can see `Deno`
  assert.deepEqual(errors.filter((error) => !/_deno\.ts:\d+/.test(error)), []);
});

Deno.test("no file knows itself by way of others", () => {
  const all = circles(new Map(library.map(({ path, arrows }) => [path, arrows.map((a) => a.to)])));
  const others = all.filter((circle) => circle.join() !== KNOT.join());
  assert.deepEqual(others, []);
  // The knot is one of types: what runs has no circle at all.
  const code = library.map(({ path, arrows }) =>
    [path, arrows.filter((a) => !a.typeOnly).map((a) => a.to)] as const
  );
  assert.deepEqual(circles(new Map(code)), []);
});

Deno.test("no folder knows itself by way of its neighbours", () => {
  const wrong = foldersOf(library).flatMap((folder) => {
    const neighbours = new Map<string, string[]>();
    const inside = (path: string) => folder === "" || path.startsWith(`${folder}/`);
    const child = (path: string) =>
      path.slice(folder === "" ? 0 : folder.length + 1).split("/")[0]!;
    for (const { path, arrows } of library) {
      if (!inside(path)) continue;
      const known = arrows.filter(({ to }) => inside(to) && inLibrary.has(to))
        .map(({ to }) => child(to)).filter((name) => name !== child(path));
      neighbours.set(child(path), [...neighbours.get(child(path)) ?? [], ...known]);
    }
    return circles(neighbours).filter((circle) => circle.some((name) => !name.endsWith(".ts")))
      .map((circle) => `${folder || "."}: ${circle.join(", ")}`);
  });
  assert.deepEqual(wrong, []);
});

Deno.test("algorithms/ and datasets/ have no loose files", () => {
  const loose = library.map(({ path }) => path).filter((path) =>
    NO_LOOSE_FILES.some((folder) =>
      path.startsWith(`${folder}/`) && path.split("/").length === 2 &&
      !FACES.includes(path.slice(folder.length + 1))
    )
  );
  assert.deepEqual(loose, []);
});

Deno.test(`files have ${SHORTEST} to ${LONGEST} lines; fewer if a leaf, a method or a worker`, async () => {
  const faces = await facesOf();
  const leaves = new Set([...faces.values()].flatMap((names) => [...names.values()].flat()));
  const wrong = library.filter(({ path, lines }) =>
    lines > LONGEST ||
    (lines < SHORTEST && !MAY_BE_SHORT.test(path) && !workers.has(path) && !leaves.has(path))
  );
  assert.deepEqual(wrong.map(({ path, lines }) => `${path} has ${lines}`), []);
});

Deno.test(`at most ${CROWD} files of a folder know each other`, () => {
  const wrong = foldersOf(library).flatMap((folder) => {
    if (LISTS.includes(folder)) return [];
    const own = library.filter(({ path }) =>
      path.slice(0, path.lastIndexOf("/")) === folder && !path.endsWith("/mod.ts")
    );
    const paths = new Set(own.map(({ path }) => path));
    const tied = own.flatMap(({ path, arrows }) => {
      const near = arrows.map(({ to }) => to).filter((to) => paths.has(to));
      return near.length > 0 ? [path, ...near] : [];
    });
    const { size } = new Set(tied);
    return size > CROWD ? [`${folder}: ${size}`] : [];
  });
  assert.deepEqual(wrong, []);
});

Deno.test("commands and library calls reach every file, but for named parts of the API", async () => {
  const reached = await reachedFrom(ENTRIES);
  const unreached = library.map(({ path }) => path)
    .filter((path) => !reached.has(path) && !/(^|\/)mod\.ts$/.test(path));
  assert.deepEqual(unreached, Object.keys(PUBLIC_LEAVES).sort());
});

Deno.test("the tests above see the project", () => {
  assert.ok(arrowsOf("mod.ts").some(({ to }) => to === "core/mod.ts"));
  assert.ok(library.length > 200);
  assert.ok(library.flatMap(({ arrows }) => arrows).length > 2 * library.length);
  assert.ok(workers.size > 0);
});

Deno.test("mayImport() lets nothing go back up", () => {
  assert.ok(mayImport("core/training/a.ts", "core/nn/b.ts"));
  assert.ok(mayImport("core/nn/a.ts", "core/safetensors.ts"));
  assert.ok(!mayImport("core/nn/a.ts", "core/training/b.ts"));
  assert.ok(!mayImport("core/nn/a.ts", "core/mod.ts"));
  assert.ok(mayImport("algorithms/a.ts", "core/mod.ts"));
  assert.ok(!mayImport("core/mod.ts", "datasets/a.ts"));
  assert.ok(!mayImport("kernels/a.ts", "core/autograd/b.ts"));
  assert.ok(!mayImport("core/training/a.ts", "datasets/b.ts"));
  assert.ok(!mayImport("datasets/a.ts", "algorithms/b.ts"));
  assert.ok(!mayImport("experiment/a.ts", "tests/b.ts"));
});

Deno.test("circles() finds loops and nothing else", () => {
  const graph = new Map([["a", ["b"]], ["b", ["c"]], ["c", ["a", "d"]], ["d", ["e"]], ["e", []]]);
  assert.deepEqual(circles(graph), [["a", "b", "c"]]);
  assert.deepEqual(circles(new Map([["a", ["b", "c"]], ["b", ["c"]], ["c", []]])), []);
});

/** The modules of the project and their arrows, as Deno sees them. */
async function readModules(): Promise<Map<string, Module>> {
  const paths = await sourcePaths(ROOT, "");
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    entry,
    paths.map((path) => `import ${JSON.stringify(new URL(path, ROOT).href)};`).join("\n"),
  );
  interface Info {
    readonly modules: readonly {
      readonly specifier: string;
      readonly error?: string;
      readonly dependencies?: readonly {
        readonly specifier: string;
        readonly code?: { readonly specifier?: string };
        readonly type?: { readonly specifier?: string };
      }[];
    }[];
  }
  const info = await deno<Info>("info", "--json", "--config", "bench/deno.json", entry);
  await Deno.remove(entry);
  const found = new Map<string, Module>();
  for (const { specifier, error, dependencies = [] } of info.modules) {
    const path = pathOf(specifier);
    if (path === null || !path.endsWith(".ts")) continue;
    assert.equal(error, undefined);
    const text = await Deno.readTextFile(new URL(specifier));
    const arrows: Arrow[] = [], outside: string[] = [];
    for (const { specifier, code, type } of dependencies) {
      const target = code?.specifier ?? type?.specifier ?? specifier, to = pathOf(target);
      if (to === null) outside.push(target);
      else if (to.endsWith(".ts")) arrows.push({ to, specifier, typeOnly: !code });
    }
    const lines = text.trimEnd().split("\n").length;
    found.set(path, { path, text, lines, arrows, outside });
  }
  return found;
}

async function sourcePaths(folder: URL, path: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (/^(node_modules|runs)$|^\./.test(name)) continue;
    if (isDirectory) {
      found.push(...await sourcePaths(new URL(`${name}/`, folder), `${path}${name}/`));
    } else if (name.endsWith(".ts")) found.push(path + name);
  }
  return found;
}

async function deno<T>(...args: readonly string[]): Promise<T> {
  const { success, stdout, stderr } = await new Deno.Command("deno", { args: [...args], cwd: ROOT })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Path from the root; null for what is not of this project. */
function pathOf(specifier: string): string | null {
  return specifier.startsWith(ROOT.href) ? specifier.slice(ROOT.href.length) : null;
}

/** Whether a specifier as Deno resolves it, e.g. `npm:/zod@4.1.0`, is of a package. */
function isPackage(specifier: string, name: string): boolean {
  const rest = specifier.replace(/^npm:\/?/, "");
  return rest === name || rest.startsWith(`${name}@`) || rest.startsWith(`${name}/`);
}

/** Whether a file is only imported where a command needs it. */
function lazy(path: string, to: string): boolean {
  const { text, arrows } = modules.get(path)!; // asked of modules only
  const specifier = arrows.find((arrow) => arrow.to === to)!.specifier; // one of its arrows
  return text.includes(`import("${specifier}")`) && !text.includes(`from "${specifier}"`);
}

/** Files that run as workers: named by URL. */
function workersOf(path: string, text: string): string[] {
  return [...text.matchAll(/new URL\("(\.[^"]+\.ts)", import\.meta\.url\)/g)]
    .map(([, specifier]) => pathOf(new URL(specifier!, new URL(path, ROOT)).href)) // one group
    .filter((found) => found !== null);
}

/** What each mod.ts hands on: the files that define a name. */
async function facesOf(): Promise<Map<string, Map<string, string[]>>> {
  interface Doc {
    readonly nodes: Readonly<
      Record<string, {
        readonly symbols: readonly {
          readonly name: string;
          readonly declarations: readonly { readonly location: { readonly filename: string } }[];
        }[];
      }>
    >;
  }
  const faces = library.map(({ path }) => path).filter((path) => /(^|\/)mod\.ts$/.test(path));
  const { nodes } = await deno<Doc>("doc", "--json", ...faces);
  return new Map(
    Object.entries(nodes).map(([face, { symbols }]) => [
      pathOf(face)!, // asked of the project's files only
      new Map(symbols.map(({ name, declarations }) => [
        name,
        declarations.map(({ location }) => pathOf(location.filename)).filter((p) => p !== null),
      ])),
    ]),
  );
}

/** Files that the entries reach, where a mod.ts stands only for the names that are taken of it. */
async function reachedFrom(entries: readonly string[]): Promise<Set<string>> {
  const faces = await facesOf();
  const reached = new Set(entries);
  for (const path of reached) {
    const { text } = modules.get(path)!; // a file of the library
    for (const { to, specifier } of arrowsOf(path)) {
      const face = faces.get(to);
      if (!face) reached.add(to);
      else for (const name of namesFrom(text, specifier)) face.get(name)?.forEach(add);
    }
    workersOf(path, text).forEach(add);
  }
  function add(path: string): void {
    reached.add(path);
  }
  return reached;
}

/** Names that a file takes of a module. */
function namesFrom(text: string, specifier: string): string[] {
  const quoted = specifier.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  const taken = text.matchAll(
    new RegExp(`(?:import|export)\\s+(?:type\\s+)?\\{([^}]*)\\}\\s+from\\s+"${quoted}"`, "g"),
  );
  return [...taken].flatMap(([, names]) =>
    names!.split(",").map((name) => name.trim().replace(/^type\s+/, "").split(/\s/)[0]!)
  );
}

function mayImport(from: string, target: string): boolean {
  const [own, other] = [from, target].map((path) =>
    LAYERS.findIndex((layer) => layer.some((folder) => folder.test(path)))
  ) as [number, number];
  if (own !== other) return other !== -1 && own > other;
  // Folders side by side in a row do not know each other.
  return own !== -1 &&
    LAYERS[own]?.find((f) => f.test(from)) === LAYERS[own]?.find((f) => f.test(target));
}

function foldersOf(sources: readonly Module[]): string[] {
  const folders = new Set<string>([""]);
  for (const { path } of sources) {
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
      folders.add(path.slice(0, at));
    }
  }
  return [...folders].sort();
}

/** Sets of nodes that reach each other, by Tarjan's algorithm; sorted. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>(), low = new Map<string, number>();
  const stack: string[] = [], found: string[][] = [];
  const visit = (node: string): void => {
    index.set(node, index.size);
    low.set(node, index.get(node)!); // just set, here and below
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node)!, low.get(next)!));
    }
    if (low.get(node) !== index.get(node)) return;
    const circle = stack.splice(stack.indexOf(node));
    if (circle.length > 1) found.push(circle.sort());
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return found.sort();
}
