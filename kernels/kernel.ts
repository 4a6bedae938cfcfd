/** Format in which floats lie in memory. Kernels compute in single precision whatever it is. */
export type Precision = "f32" | "f16";

/** The WGSL type of floats, four or one, that lie in memory in a precision. */
export function stored(type: "vec4f" | "f32", precision: Precision): string {
  if (precision === "f32") return type;
  return type === "vec4f" ? "vec4<f16>" : "f16";
}

/** What a precision adds to a kernel's key: of one argument, if given, or of all that have a choice. */
export function inHalf(precision: Precision, argument?: string): string {
  if (precision === "f32") return "";
  return argument === undefined ? " f16" : ` ${argument} f16`;
}

/** Types of a number in a kernel's uniforms. */
export type ScalarType = "u32" | "i32" | "f32";

/**
 * How a kernel sees one of its arguments.
 *
 * - `read`, `write`: a storage buffer of the element type; `write` may be read too.
 * - `texture`: an array of rgba32float textures read by `textureLoad`.
 * - `storage-texture`: an array of rgba32float storage textures that is written.
 */
export type BindingKind = "read" | "write" | "texture" | "storage-texture";

/** An argument of a kernel: its kind and, for buffers, WGSL element type. */
export interface Binding {
  /** What is bound and how it is used. */
  readonly kind: BindingKind;
  /** WGSL type of an element. */
  readonly element: string;
}

/** Numbers of workgroups along x, y, z. */
export type Grid = readonly [x: number, y?: number, z?: number];

/**
 * A compute kernel as plain data: it knows no device. Equal keys mean equal code, so that pipelines
 * are cached by kernel. It is given its arguments and uniforms by name; the type says which names.
 */
export interface Kernel<Arguments extends string = string, Uniforms extends string = string> {
  /** Name and every value that changes the code. */
  readonly key: string;
  /** The whole WGSL module; its entry point is `main`. */
  readonly code: string;
  /** Names and kinds of the arguments in binding order; the uniforms are bound last. */
  readonly bindings: readonly {
    readonly name: Arguments;
    readonly kind: BindingKind;
    readonly precision: Precision;
  }[];
  /** Names and types of the uniforms as they lie in memory. */
  readonly uniforms: readonly { readonly name: Uniforms; readonly type: ScalarType }[];
  /** Whether it shares values across a subgroup, which not every device can. */
  readonly subgroups: boolean;
}

/** The uniforms of a kernel by name. */
export type UniformValues<Uniforms extends string = string> = Readonly<Record<Uniforms, number>>;

/** What a kernel is run with besides its arguments. */
export interface Launch<Uniforms extends string> {
  /** Numbers by name. */
  readonly uniforms: UniformValues<Uniforms>;
  /** Workgroups. */
  readonly grid: Grid;
}

/** What {@linkcode defineKernel} makes a kernel of. */
export interface KernelSpec<Arguments extends string, Uniforms extends string> {
  /** Name of the kernel with everything that changes its source. */
  readonly key: string;
  /** Arguments by WGSL variable name, in binding order; undefined ones are left out. */
  readonly bindings: { readonly [A in Arguments]?: Binding | undefined };
  /** Uniforms by name; the body reads them as `u.name`. */
  readonly uniforms?: Readonly<Record<Uniforms, ScalarType>>;
  /** Invocations of a workgroup; 64 along x by default. */
  readonly workgroup?: readonly [x: number, y?: number, z?: number];
  /** Functions, constants and workgroup variables. */
  readonly header?: string;
  /** Whether the body uses subgroup functions; no by default. */
  readonly subgroups?: boolean;
  /**
   * Statements of `main`, which sees `gid`, `lid`, `wid` (global, local and workgroup ids),
   * `li` (local index) and `nwg` (numbers of workgroups).
   */
  readonly body: string;
}

/** A storage buffer that a kernel reads. */
export function read(element: string): Binding {
  return { kind: "read", element };
}

/** A storage buffer that a kernel writes. */
export function write(element: string): Binding {
  return { kind: "write", element };
}

/** An array of rgba32float textures read by `textureLoad(name, vec2u, layer, 0)`. */
export function texture(): Binding {
  return { kind: "texture", element: "f32" };
}

/** An array of rgba32float textures written by `textureStore(name, vec2u, layer, vec4f)`. */
export function storageTexture(): Binding {
  return { kind: "storage-texture", element: "rgba32float" };
}

/** Writes the declarations around a kernel's body. */
export function defineKernel<Arguments extends string, Uniforms extends string = never>(
  spec: KernelSpec<Arguments, Uniforms>,
): Kernel<Arguments, Uniforms> {
  const bindings = entries<Arguments, Binding>(spec.bindings);
  const uniforms = entries<Uniforms, ScalarType>(spec.uniforms ?? {});
  const [x, y = 1, z = 1] = spec.workgroup ?? [64];
  const lines = bindings.map(([name, binding], i) =>
    `@group(0) @binding(${i}) ${declaration(name, binding)};`
  );
  if (uniforms.length > 0) {
    lines.push(
      `struct Uniforms { ${uniforms.map(([name, type]) => `${name}: ${type}`).join(", ")} }`,
      `@group(0) @binding(${bindings.length}) var<uniform> u: Uniforms;`,
    );
  }
  return {
    key: spec.key,
    bindings: bindings.map(([name, { kind, element }]) => ({
      name,
      kind,
      precision: isHalf(element) ? "f16" : "f32",
    })),
    uniforms: uniforms.map(([name, type]) => ({ name, type })),
    subgroups: spec.subgroups ?? false,
    code: `${bindings.some(([, { element }]) => isHalf(element)) ? "enable f16;\n" : ""}${
      lines.join("\n")
    }
${spec.header ?? ""}
@compute @workgroup_size(${x}, ${y}, ${z})
fn main(
  @builtin(global_invocation_id) gid: vec3u,
  @builtin(local_invocation_id) lid: vec3u,
  @builtin(workgroup_id) wid: vec3u,
  @builtin(local_invocation_index) li: u32,
  @builtin(num_workgroups) nwg: vec3u,
) {
${spec.body}
}
`,
  };
}

function isHalf(element: string): boolean {
  return element.includes("f16");
}

/** Names and values in order, without those that are undefined. */
function entries<K extends string, V>(values: { readonly [name in K]?: V | undefined }): [K, V][] {
  return Object.entries(values).filter(([, value]) => value !== undefined) as [K, V][];
}

function declaration(name: string, { kind, element }: Binding): string {
  switch (kind) {
    case "read":
      return `var<storage, read> ${name}: array<${element}>`;
    case "write":
      return `var<storage, read_write> ${name}: array<${element}>`;
    case "texture":
      return `var ${name}: texture_2d_array<f32>`;
    case "storage-texture":
      return `var ${name}: texture_storage_2d_array<rgba32float, write>`;
  }
}

const built = new Map<string, Kernel>();

/** The kernel of a key, built once. `build` must depend on nothing but the key. */
export function memoKernel<K extends Kernel>(key: string, build: (key: string) => K): K {
  let kernel = built.get(key);
  if (!kernel) built.set(key, kernel = build(key));
  return kernel as K; // whatever is built for a key is of one type
}

/** Uniforms of the same names for each of `rank` axes. */
export function axisUniforms<Uniforms extends string>(
  rank: number,
  names: (axis: number) => readonly Uniforms[],
): Record<Uniforms, "u32"> {
  const all = Array.from({ length: rank }, (_, axis) => names(axis)).flat();
  return Object.fromEntries(all.map((name) => [name, "u32"])) as Record<Uniforms, "u32">;
}

/** Largest number of workgroups along one dimension that WebGPU promises. */
const MAX_GROUPS = 65535;

/**
 * Grid for `count` independent workgroups, folded into two dimensions when there are many.
 * {@linkcode LINEAR_GROUP} gives each its index.
 */
export function linearGrid(count: number): Grid {
  if (count <= MAX_GROUPS) return [Math.max(count, 1)];
  const rows = Math.ceil(count / MAX_GROUPS);
  return [Math.ceil(count / rows), rows];
}

/** Statement that sets `group` to the index of the workgroup in a {@linkcode linearGrid}. */
export const LINEAR_GROUP = "let group = wid.y * nwg.x + wid.x;";

/** Statement that sets a variable to the index of the invocation in a {@linkcode linearGrid} of 64s. */
export function linearIndex(variable = "i"): string {
  return `let ${variable} = (wid.y * nwg.x + wid.x) * 64u + li;`;
}

/**
 * Loop that brings together what the invocations of a workgroup hold, in a fixed order: each round
 * merges the upper half of the places into the lower one, until place 0 has it all. Only the
 * invocation of place 0 may read it without a barrier.
 *
 * @param width Places, a power of two.
 * @param merge Statements that merge the place of one WGSL index into that of another.
 * @param place WGSL variable with the invocation's place.
 */
export function mergeTree(
  width: number,
  merge: (into: string, from: string) => string,
  place = "li",
): string {
  return `for (var half = ${width / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (${place} < half) { ${merge(place, `${place} + half`)} }
  }`;
}
