import assert from "node:assert/strict";
import { setInfos } from "../../../datasets/sets/set_info.ts";
import config from "../../../deno.json" with { type: "json" };

const root = new URL("../../../", import.meta.url);
const scratch = await Deno.makeTempDir({ prefix: "longtail-permissions-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));

/** What every command may do. */
const LEAST = ["--allow-read", "--allow-write", "--allow-env", "--allow-sys"];

/** Tasks that start programs with rights of their own, and say what they check by themselves. */
const FREE = ["bench", "test", "check", "page"];

/** Tasks that are no commands: programs of a checkout. */
const OF_CHECKOUT = ["golden", "gpu-check"];

const tasks = new Map(Object.entries(config.tasks).filter(([name]) => !FREE.includes(name)));
const allowed = (command: string) => command.match(/--allow-[a-z]+(?==|\s)/g) ?? [];

Deno.test("tasks may do what they need and no more", () => {
  const more = new Map(Object.entries({
    data: ["--allow-ffi", "--allow-net"],
    predict: ["--allow-ffi"],
    plugin: ["--allow-run"],
    sweep: ["--allow-run"],
    "gpu-check": ["--allow-run"],
  }));
  for (const [name, command] of tasks) {
    assert.doesNotMatch(command, / -A|--allow-all/, name);
    assert.deepEqual(allowed(command), [...LEAST, ...more.get(name) ?? []], name);
    // Who starts a task by its name can kill it, too.
    if (!OF_CHECKOUT.includes(name)) assert.match(command, / cli\.ts --of-task /, name);
  }
});

Deno.test("run.sh allows what the tasks allow", async () => {
  const script = await Deno.readTextFile(new URL("run.sh", root));
  const value = (name: string) => script.match(new RegExp(`^${name}="(.*)"$`, "m"))![1]!;
  const may = value("may"), data = value("may_data").replace("$may", may);
  for (const [name, command] of tasks) {
    const line = script.match(new RegExp(`^(?:${name}|\\*)\\) exec deno run (.*)$`, "m"))![1]!;
    const words = line.replace("$may_data", data).replace("$may", may);
    const flags = (text: string) => text.match(/--allow-.*--allow-\S+/)![0];
    assert.equal(flags(words), flags(command), name);
  }
});

Deno.test("the task data may reach the hosts of all data sets", () => {
  const hosts = tasks.get("data")!.match(/--allow-net=(\S+)/)![1]!.split(",");
  const urls = Object.values(setInfos).flatMap(({ downloads }) => downloads).flatMap((d) => d.urls);
  assert.ok(urls.length > 8);
  assert.deepEqual(urls.map((url) => new URL(url).host).filter((h) => !hosts.includes(h)), []);
});

/** Trains in a folder of its own with some permissions. */
async function trainWith(name: string, ...allow: readonly string[]) {
  const folder = `${scratch}/${name}`;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", ...allow, "cli.ts", "train", "--model", "small-cnn", "--quiet"],
      ...["--steps", "4", "--set", "batch.labeled=4", "--set", "batch.ratio=2", "--tensorboard"],
      ...["--out", folder],
    ],
    cwd: root,
  }).output();
  return { folder, code, err: new TextDecoder().decode(stderr) };
}

const WRITE = `--allow-write=${scratch}`;

Deno.test("train reads, writes its folder, and sees environment and system: no more", async () => {
  const allow = ["--allow-read", WRITE, "--allow-env", "--allow-sys"];
  const { folder, code, err } = await trainWith("least", ...allow);
  assert.equal(code, 0, err);
  const environment = JSON.parse(await Deno.readTextFile(`${folder}/environment.json`));
  if (Deno.build.os === "linux") assert.match(environment.drivers.join(), /lib\w+\.so/);
});

Deno.test("train says which permission is missing, and writes nothing", async () => {
  const { folder, code, err } = await trainWith("less", "--allow-read", WRITE, "--allow-env");
  assert.equal(code, 2, err);
  assert.match(err, /^error: Requires sys access .*--allow-sys.*docs\/guides\/trust\.md/m);
  await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
});
