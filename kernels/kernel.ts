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
 * are cached by kernel.
 */
export interface Kernel {
  /** Name and every value that changes the code. */
  readonly key: string;
  /** The whole WGSL module; its entry point is `main`. */
  readonly code: string;
  /** Kinds of the arguments in binding order; uniforms come last. */
  readonly bindings: readonly BindingKind[];
  /** Types of the uniforms in order. */
  readonly uniforms: readonly ScalarType[];
  /** Whether it shares values across a subgroup, which not every device can. */
  readonly subgroups: boolean;
}

/** What {@linkcode defineKernel} makes a kernel of. */
export interface KernelSpec {
  /** Name of the kernel with everything that changes its source. */
  readonly key: string;
  /** Arguments by WGSL variable name, in binding order. */
  readonly bindings: Readonly<Record<string, Binding>>;
  /** Uniforms by name; the body reads them as `u.name`. */
  readonly uniforms?: Readonly<Record<string, ScalarType>>;
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
export function defineKernel(spec: KernelSpec): Kernel {
  const names = Object.keys(spec.bindings);
  const uniforms = Object.entries(spec.uniforms ?? {});
  const [x, y = 1, z = 1] = spec.workgroup ?? [64];
  const lines = names.map((name, i) =>
    `@group(0) @binding(${i}) ${declaration(name, spec.bindings[name]!)};` // i indexes names
  );
  if (uniforms.length > 0) {
    lines.push(
      `struct Uniforms { ${uniforms.map(([name, type]) => `${name}: ${type}`).join(", ")} }`,
      `@group(0) @binding(${names.length}) var<uniform> u: Uniforms;`,
    );
  }
  return {
    key: spec.key,
    bindings: names.map((name) => spec.bindings[name]!.kind), // name is one of its keys
    uniforms: uniforms.map(([, type]) => type),
    subgroups: spec.subgroups ?? false,
    code: `${lines.join("\n")}
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
export function memoKernel(key: string, build: (key: string) => Kernel): Kernel {
  let kernel = built.get(key);
  if (!kernel) built.set(key, kernel = build(key));
  return kernel;
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

/** Statements that set `i` to the index of the invocation in a {@linkcode linearGrid} of 64s. */
export const LINEAR_INDEX = "let i = (wid.y * nwg.x + wid.x) * 64u + li;";
