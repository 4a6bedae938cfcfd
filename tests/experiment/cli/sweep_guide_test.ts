/** What of docs/guides/sweeps.md takes a cluster, or longer than guides_test.ts has. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { expandPlan } from "../../../experiment/sweep/expand_plan.ts";
import { parsePlan } from "../../../experiment/sweep/plan.ts";
import { picture } from "../../datasets/images.ts";
import { hasSlurm, NO_SLURM, startCluster } from "../sweep/slurm_cluster.ts";

const GUIDE = await Deno.readTextFile(new URL("../../../docs/guides/sweeps.md", import.meta.url));
const scratch = await Deno.makeTempDir({ prefix: "longtail-guide-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));

/** Bodies of the guide's blocks of a language. */
const blocks = (language: string) =>
  [...GUIDE.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, body]) =>
    body!
  );

/** Plans by file name, a twentieth as long. */
const plans = new Map(
  blocks("yaml").flatMap((text) => {
    const name = text.match(/^# (\S+\.yaml)\n/)?.[1];
    const short = text.replace(
      /(steps: )(\d+|\[[^\]]+\])/,
      (_, key: string, steps: string) =>
        key + steps.replaceAll(/\d+/g, (n) => String(Number(n) / 20)),
    );
    return name === undefined ? [] : [[name, short] as const];
  }),
);
for (const [name, text] of plans) await Deno.writeTextFile(`${scratch}/${name}`, text);

const commands = blocks("sh").flatMap((body) => body.trim().split("\n"));

/** Runs one line of the guide as a user's shell would, in the folder of the plans. */
async function say(line: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: [
      "-c",
      line.replace(
        /^deno task/,
        `deno run -A ${fileURLToPath(new URL("../../../cli.ts", import.meta.url))}`,
      ),
    ],
    cwd: scratch,
    env: { INIT_CWD: scratch, NO_COLOR: "1", ...env },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.equal(code, 0, `${line}: ${text(stderr)}`);
  return text(stdout);
}

Deno.test("every plan of the guide can be read, and every command is one that is tried", () => {
  assert.deepEqual([...plans.keys()], ["stacks.yaml", "search.yaml", "cluster.yaml"]);
  for (const [name, text] of plans) {
    const known = { isMethod: () => false, algorithm: "fixmatch", findExperiments: () => [] };
    assert.ok(expandPlan(parsePlan(text, name), known).length > 3);
  }
  for (const text of blocks("yaml")) assert.ok(parse(text));
  assert.equal(commands.length, 8);
});

Deno.test("the guide's commands for images of one's own", async () => {
  const [prepare, choose] = commands.slice(4, 6);
  for (const [part, images] of [["train", 12], ["valid", 2], ["test", 2]] as const) {
    for (const [name, red] of [["cat", 20], ["dog", 200]] as const) {
      await Deno.mkdir(`${scratch}/DIR/${part}/${name}`, { recursive: true });
      for (let i = 0; i < images; i++) {
        const file = `${scratch}/DIR/${part}/${name}/${i}.png`;
        await Deno.writeFile(file, await picture([8, 8], [red + i, 90, 120]));
      }
    }
  }
  await say(`${prepare!} --size 8`);
  const lines = (await say(`${choose!} --dry-run --set model=small-cnn`)).trim().split("\n");
  assert.equal(lines.length, 13);
  assert.match(lines[12]!, /^12 runs, 13000 steps; about/);
});

const ignore = !await hasSlurm();
if (ignore) console.error(NO_SLURM);

Deno.test({
  name: "the guide's command for a cluster",
  ignore,
  async fn() {
    await using cluster = await startCluster(`${scratch}/slurm`);
    assert.match(await say(commands[6]!, cluster.env), /\| fixmatch +\| .* \| 2 /);
  },
});
