import assert from "node:assert/strict";
import { hasBrowser, withPage } from "./page.ts";
import { type RecordedKernel, recordKernels } from "./recorded_kernels.ts";

/** What stands in front of kernels with subgroups where the compiler is a browser's. */
const SUBGROUPS = "enable subgroups;\ndiagnostic(off, subgroup_uniformity);\n";

/**
 * Compiles kernels in a page; returns what the compiler says.
 *
 * @param kernels `whole`: whether a pipeline is made as well, which takes a software adapter seconds.
 */
async function compile(
  kernels: readonly (RecordedKernel & { readonly whole: boolean })[],
): Promise<string[]> {
  const adapter = (await navigator.gpu.requestAdapter())!; // there is one in this browser
  const { maxComputeWorkgroupStorageSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredFeatures: ["subgroups"],
    requiredLimits: { maxComputeWorkgroupStorageSize },
  });
  const said: string[] = [];
  for (const { key, code, entries, whole } of kernels) {
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ code });
    const { messages } = await module.getCompilationInfo();
    if (whole) {
      const layout = device.createBindGroupLayout({ entries });
      device.createComputePipeline({
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: "main" },
      });
    }
    const error = await device.popErrorScope();
    for (const { type, lineNum, message } of messages) {
      said.push(`${key}: ${type} in line ${lineNum}: ${message}`);
    }
    if (error) said.push(`${key}: ${error.message}`);
  }
  return said;
}

/**
 * The kernel with single in place of half precision, which SwiftShader does not have: all else about it
 * is checked.
 */
function inSingle(code: string): string {
  return code.replace("enable f16;\n", "").replaceAll("vec4<f16>", "vec4f")
    .replaceAll(/\bf16\b/g, "f32");
}

/** Kernels of one family differ in numbers. */
const family = ({ key }: RecordedKernel) => key.split(/[\d/]/)[0]!; // the first of at least one

Deno.test({
  name: "every kernel compiles in a browser, whose compiler is stricter than Deno's",
  ignore: !hasBrowser,
  // What playwright keeps open belongs to the browser, which is closed.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const recorded = await recordKernels();
    assert.ok(recorded.length > 350, `only ${recorded.length} kernels`);
    const first = new Set(Map.groupBy(recorded, family).values().map(([kernel]) => kernel));
    const kernels = recorded.map((kernel) => ({
      ...kernel,
      code: /\bsubgroup[A-Z]/.test(kernel.code) ? SUBGROUPS + kernel.code : inSingle(kernel.code),
      whole: first.has(kernel),
    }));
    assert.ok(kernels.some(({ code }) => code.startsWith(SUBGROUPS)), "none uses subgroups");
    await withPage({}, async (page) => {
      assert.deepEqual(await page.evaluate(compile, kernels), []);
      // What Deno's compiler lets through: the test would not see it if the page did not.
      const [kernel] = kernels;
      const mixed = {
        ...kernel!,
        code: "fn f(a: u32) -> u32 { return a * 2u << 3u; }",
        whole: false,
      };
      assert.equal((await page.evaluate(compile, [mixed])).length, 2);
    });
  },
});
