import { fileURLToPath } from "node:url";
import { BadInput } from "../../core/bad_input.ts";
import type { AdapterChoice } from "../../core/autograd/adapter.ts";
import { checkPlugin } from "../check_plugin.ts";
import { pluginTemplate } from "../plugin_template.ts";
import { RunFolder } from "../run/run_folder_deno.ts";
import { openAdapter } from "./open_adapter_deno.ts";
import { EXIT } from "./exit_codes.ts";
import { userPath } from "./user_path_deno.ts";
import { loadPlugins } from "./load_plugins_deno.ts";

/** `plugin new NAME`: writes a small method with its test. */
export async function newPluginCommand(
  name: string,
  { out }: { readonly out?: string },
): Promise<void> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new BadInput(
      `'${name}' cannot be a method's name: give lower-case letters, digits and single hyphens, e.g. my-method`,
    );
  }
  const path = userPath(out ?? name);
  const folder = await RunFolder.create(path);
  const files = pluginTemplate(name);
  for (const [file, text] of Object.entries(files)) await folder.writeText(file, text);
  const [method] = Object.keys(files);
  console.log(`${path}: ${Object.keys(files).join(", ")}`);
  console.log(`check it:  deno task plugin check ${path}/${method}`);
  console.log(
    `train it:  deno task train --plugin ${path}/${method} --algorithm fixmatch+${name}`,
  );
}

/**
 * `plugin check SPECIFIER`: compiles a method, which a run does not do, and tries it on every base it
 * can stand on.
 */
export async function checkPluginCommand(
  specifier: string,
  { adapter = "high-performance", quiet = false }: {
    readonly adapter?: string;
    readonly quiet?: boolean;
  },
): Promise<number> {
  if (!["high-performance", "low-power", "fallback"].includes(adapter)) {
    throw new BadInput(`--adapter is '${adapter}': give high-performance, low-power or fallback`);
  }
  const packaged = /^(npm|jsr|https?|file):/.test(specifier);
  const path = packaged ? specifier : userPath(specifier);
  const [algorithm] = await loadPlugins([path]);
  const wrong = packaged ? "" : await compileErrors(path);
  if (wrong !== "") {
    console.error(wrong);
    console.log(`FAILED ${path}: it does not compile`);
    return EXIT.failed;
  }
  const device = await openAdapter(adapter as AdapterChoice, { quiet }); // checked above
  let failed = 0;
  for await (const { stack, problem } of checkPlugin(algorithm!, { device })) { // one was loaded
    if (problem) failed++;
    if (problem) console.log(`FAILED ${stack}: ${problem}`);
    else if (!quiet) console.log(`ok     ${stack}`);
  }
  device.destroy();
  return failed > 0 ? EXIT.failed : EXIT.done;
}

/** What the compiler has against a file, with the toolkit's own strictness; empty if nothing. */
async function compileErrors(path: string): Promise<string> {
  const config = new URL("../../deno.json", import.meta.url);
  const options = config.protocol === "file:" ? ["--config", fileURLToPath(config)] : [];
  const compiler = new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", ...options, path],
    stdout: "null",
    stderr: "piped",
  });
  const { success, stderr } = await compiler.output();
  return success ? "" : new TextDecoder().decode(stderr).trimEnd();
}
