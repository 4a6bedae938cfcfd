/**
 * Runs the commands of docs/guides as they stand there, each guide's in a folder of its own. What a
 * reader does not see says how: `<!-- run with: ARGS -->` above a block adds arguments that make it
 * small, `<!-- not run: WHY -->` leaves it out.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { picture } from "./datasets/images.ts";
import { capturedRun } from "./experiment/cli/captured_run.ts";

const ROOT = new URL("../", import.meta.url);
const GUIDES = new URL("docs/guides/", ROOT);

/** What a guide takes for granted, and what its commands leave behind. */
interface Scene {
  set?(folder: string): void | Promise<void>;
  check?(folder: string): void | Promise<void>;
}

/** A command of a guide, and what the test adds to it. */
interface Command {
  readonly line: string;
  readonly more: string;
}

const scenes: Readonly<Record<string, Scene>> = {
  "browser.md": {
    async check(folder) {
      assert.match(await Deno.readTextFile(`${folder}/longtail.js`), /@compute/);
    },
  },
  "own-data.md": {
    async set(folder) {
      await birds(`${folder}/photos`, { train: 12, test: 3 });
      for (const part of ["photos/unlabeled", "new"]) {
        await pictures(`${folder}/${part}/lake`, 6, 90);
      }
      await files("own-data.md", folder);
    },
    async check(folder) {
      assert.equal((await lines(`${folder}/labels.csv`)).length, 7);
      assert.equal((await lines(`${folder}/new.csv`)).length, 7);
      await written(folder, "classes.png", "views.png", "doubts.png", "report.html");
    },
  },
  "own-plugin.md": {
    async check(folder) {
      await written(folder, "my-method/my_method_test.ts", "mine.html");
    },
  },
  "reproduce.md": {
    async set(folder) {
      await cifar(`${folder}/data`);
    },
    async check(folder) {
      const { labeled } = JSON.parse(await Deno.readTextFile(`${folder}/split.json`)).counts;
      assert.deepEqual([labeled[0], labeled[9]], [4, 2]);
      await written(folder, "runs/try/summary.json");
    },
  },
  "sweeps.md": {
    set: plans,
    async check(folder) {
      assert.match(await Deno.readTextFile(`${folder}/stacks/table.md`), /\| fixmatch\+abc/);
      assert.match(await Deno.readTextFile(`${folder}/search/table.md`), /\| simpro/);
    },
  },
  "trust.md": {
    check(folder) {
      assert.equal([...Deno.readDirSync(`${folder}/runs`)].length, 1);
    },
  },
  "use-a-model.md": {
    async set(folder) {
      await birds(`${folder}/data`, { train: 5, test: 2 });
      await Deno.mkdir(`${folder}/photos/lake`, { recursive: true });
      await Deno.writeFile(`${folder}/photos/lake/a.png`, await picture([30, 20], [40, 40, 90]));
      await Deno.writeFile(`${folder}/heron.jpg`, await picture([30, 20], [200, 40, 90], "jpeg"));
      await Deno.writeTextFile(`${folder}/more.csv`, "path\nheron.jpg\nphotos/lake/a.png\n");
      const split = "--set split.labeledMax=2 --set split.unlabeledMax=2 --set batch.labeled=2";
      const data = "--dataset folder --data-dir data --protocol simpro --out runs/birds";
      await run(
        { line: "deno task data prepare folder --data-dir data", more: "--size 16" },
        folder,
      );
      const more = `${data} ${split} --steps 2 --model small-cnn`;
      await run({ line: "deno task train", more }, folder);
    },
    async check(folder) {
      const [head, ...labels] = await lines(`${folder}/labels.csv`);
      assert.equal(head, "path,predicted,class,confidence,p0,p1");
      assert.deepEqual(labels.map((line) => line.split(",")[0]), [
        "photos/lake/a.png",
        "heron.jpg",
      ]);
      assert.equal((await lines(`${folder}/labels.jsonl`)).length, 2);
      const { unlabeled } = JSON.parse(await Deno.readTextFile(`${folder}/runs/birds/split.json`));
      assert.equal((await lines(`${folder}/pseudo-labels.csv`)).length, 1 + unlabeled.length);
      await written(folder, "doubts.png", "birds.safetensors", "birds.onnx");
    },
  },
};

for (const { name } of [...Deno.readDirSync(GUIDES)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  Deno.test(`the commands of docs/guides/${name} work as they stand there`, async () => {
    const { set, check } = scenes[name]!; // a guide without a scene fails here
    const folder = await Deno.makeTempDir({ prefix: "longtail-guide-" });
    const before = Deno.env.get("INIT_CWD");
    Deno.env.set("INIT_CWD", folder);
    try {
      await set?.(folder);
      const commands = commandsOf(await guide(name));
      assert.ok(commands.length > 0);
      for (const command of commands) await run(command, folder);
      await check?.(folder);
    } finally {
      if (before === undefined) Deno.env.delete("INIT_CWD");
      else Deno.env.set("INIT_CWD", before);
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("commandsOf() takes blocks, marks and comments for what they are", () => {
  const text = [
    ...["<!-- run with: --steps 2 -->", "", "```sh", "deno task train # a word", "", "ls", "```"],
    ...["", "<!-- not run: no cluster -->", "", "```sh", "sbatch", "```", ""],
    ...["  ```sh", "  deno task list", "  ```", "", "```yaml", "a: 1", "```", ""],
  ].join("\n");
  assert.deepEqual(commandsOf(text), [
    { line: "deno task train", more: "--steps 2" },
    { line: "ls", more: "--steps 2" },
    { line: "deno task list", more: "" },
  ]);
  assert.throws(() => commandsOf("<!-- not run: -->\n\n```sh\nls\n```"), /reason/);
});

function guide(name: string): Promise<string> {
  return Deno.readTextFile(new URL(name, GUIDES));
}

/** Commands of a guide's shell blocks that are run, in their order. */
function commandsOf(text: string): Command[] {
  const blocks = text.matchAll(/(?:<!-- ([^>]*) -->\s*)?^ *```sh\n(.*?)^ *```$/gms);
  return [...blocks].flatMap(([, mark = "", body = ""]) => {
    const [, kind, rest = ""] = mark.match(/^(run with|not run):\s*(.*)$/s) ?? [];
    if (kind === "not run") {
      assert.ok(rest, "a block that is not run gives its reason");
      return [];
    }
    const said = body.split("\n").map((line) => line.replace(/ +#.*/, "").trim());
    return said.filter(Boolean).map((line) => ({ line, more: rest.trim() }));
  });
}

/** Runs a command as a user's shell would; what `deno task` starts runs in this process. */
async function run({ line, more }: Command, cwd: string): Promise<void> {
  const whole = `${line} ${more}`.trim();
  const task = whole.match(/^deno task (?!page)(.*)$/s)?.[1];
  if (task !== undefined) {
    const words = await shell(`printf '%s\\0' ${task}`, cwd);
    const { code, err } = await capturedRun(...words.split("\0").slice(0, -1));
    assert.equal(code, 0, `${whole}: ${err}`);
    return;
  }
  const placed = whole.replace(/(?<= )(cli|mod)\.ts\b/, fileURLToPath(new URL("$1.ts", ROOT)))
    .replace(/^deno bundle /, `$&--config ${fileURLToPath(new URL("deno.json", ROOT))} `);
  await shell(placed, cwd);
}

async function shell(line: string, cwd: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("sh", { args: ["-c", line], cwd })
    .output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.equal(code, 0, `${line}: ${text(stderr)}`);
  return text(stdout);
}

async function lines(file: string): Promise<string[]> {
  return (await Deno.readTextFile(file)).trim().split("\n");
}

async function written(folder: string, ...files: readonly string[]): Promise<void> {
  for (const file of files) {
    const { size } = await Deno.stat(`${folder}/${file}`);
    assert.ok(size > 500, `${file} has ${size} bytes`);
  }
}

/** So many pictures of one colour and all shades. */
async function pictures(folder: string, count: number, red: number): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    await Deno.writeFile(`${folder}/${i}.png`, await picture([20, 16], [red, 15 * i, 90]));
  }
}

/** Parts of two classes, with so many pictures a class. */
async function birds(folder: string, parts: Readonly<Record<string, number>>): Promise<void> {
  for (const [part, count] of Object.entries(parts)) {
    await pictures(`${folder}/${part}/heron`, count, 200);
    await pictures(`${folder}/${part}/duck`, count, 30);
  }
}

/** Files of CIFAR-10 with 20 training and 2 test images a class. */
async function cifar(folder: string): Promise<void> {
  await Deno.mkdir(folder);
  const names = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`);
  for (
    const [name, images] of [...names.map((n) => [n, 40] as const), ["test_batch.bin", 20]] as const
  ) {
    const bytes = new Uint8Array(images * 3073);
    for (let i = 0; i < images; i++) {
      bytes.fill(20 * (i % 10) + i, i * 3073, (i + 1) * 3073);
      bytes[i * 3073] = i % 10;
    }
    await Deno.writeFile(`${folder}/${name}`, bytes);
  }
}

/** Writes the YAML files that a guide shows. */
async function files(name: string, folder: string): Promise<void> {
  for (const [, file, body] of (await guide(name)).matchAll(/^```yaml\n# (\S+)\n(.*?)^```$/gms)) {
    await Deno.writeTextFile(`${folder}/${file}`, body!); // both groups are in the pattern
  }
}

/** The plans of the guide on sweeps, a hundredth as long and with one seed. */
async function plans(folder: string): Promise<void> {
  for (
    const [, name, body] of (await guide("sweeps.md")).matchAll(/^```yaml\n# (\S+)\n(.*?)^```$/gms)
  ) {
    const short = body!.replace(/^seeds: .*$/m, "seeds: [1]").replace( // both groups are in the pattern
      /(steps|evaluateEvery): (\d+|\[[^\]]+\])/g,
      (_, key: string, count: string) =>
        `${key}: ${count.replaceAll(/\d+/g, (n) => String(Number(n) / 100))}`,
    );
    await Deno.writeTextFile(`${folder}/${name}`, short);
  }
}
