import { fileURLToPath } from "node:url";
import { BadInput } from "../../core/bad_input.ts";
import { checkPlugin } from "../check_plugin.ts";
import { pluginTemplate } from "../plugin_template.ts";
import { RunFolder } from "../run/run_folder_deno.ts";
import { VERSION } from "./environment_deno.ts";
import { EXIT } from "./exit_codes_deno.ts";
import { isPackage, loadPlugins, pluginPath } from "./load_plugins_deno.ts";
import { adapterFlag, openAdapter } from "./open_adapter_deno.ts";
import { userPath } from "./user_files_deno.ts";
import { tell } from "../run/progress_deno.ts";

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
  const files = pluginTemplate(name, { version: VERSION, checkout: checkout() });
  for (const [file, text] of Object.entries(files)) await folder.writeText(file, text);
  const [method] = Object.keys(files);
  console.log(`${path}: ${Object.keys(files).join(", ")}`);
  console.log(`test it:   cd ${path} && deno test -A`);
  console.log(`check it:  deno task plugin check ${path}/${method}`);
  console.log(
    `train it:  deno task train --plugin ${path}/${method} --algorithm fixmatch+${name}`,
  );
}

/**
 * `plugin check SPECIFIER`: compiles a module, which a run does not do, tries its methods on every base
 * they can stand on, and says what else it brings.
 */
export async function checkPluginCommand(
  specifier: string,
  { adapter, quiet = false }: { readonly adapter?: string; readonly quiet?: boolean },
): Promise<number> {
  const choice = adapterFlag(adapter);
  const path = pluginPath(specifier);
  const { algorithms, ...others } = await loadPlugins([path]);
  const wrong = isPackage(path) ? "" : await compileErrors(path);
  if (wrong !== "") {
    tell(wrong);
    console.log(`FAILED ${path}: it does not compile`);
    return EXIT.failed;
  }
  for (const [list, things] of Object.entries(others)) {
    if (things.length > 0 && !quiet) {
      console.log(`brings ${list} ${things.map(({ name }) => name).join(", ")}`);
    }
  }
  if (algorithms.length === 0) return EXIT.done;
  const device = await openAdapter(choice, { quiet });
  let failed = 0;
  const said = new Set<string>();
  for (const algorithm of algorithms) {
    for await (const { stack, problem } of checkPlugin(algorithm, { device })) {
      if (problem) failed++;
      if (problem) console.log(`FAILED ${stack}: ${said.has(problem) ? "the same" : problem}`);
      if (problem) said.add(problem);
      else if (!quiet) console.log(`ok     ${stack}`);
    }
  }
  device.destroy();
  return failed > 0 ? EXIT.failed : EXIT.done;
}

/** Folder of the toolkit's sources; undefined where it is the published package. */
function checkout(): string | undefined {
  const folder = new URL("../../", import.meta.url);
  return folder.protocol === "file:" ? fileURLToPath(folder) : undefined;
}

/** What the compiler has against a file, with the toolkit's own strictness; empty if nothing. */
async function compileErrors(path: string): Promise<string> {
  const toolkit = checkout();
  const options = toolkit === undefined ? [] : ["--config", `${toolkit}deno.json`];
  const compiler = new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", ...options, path],
    stdout: "null",
    stderr: "piped",
  });
  const { success, stderr } = await compiler.output();
  return success ? "" : new TextDecoder().decode(stderr).trimEnd();
}
