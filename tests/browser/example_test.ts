import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { smallCnn } from "../../core/nn/small_cnn.ts";
import { loadModel } from "../../experiment/network/trained_model.ts";
import { randomImages, randomModel } from "../experiment/network/tiny_model.ts";
import { assertAccessible, bundle, hasBrowser, type View, withPage } from "./page.ts";

const FOLDER = new URL("../../examples/browser/", import.meta.url);

/** Opens the page as a static server would give it; it may say and fetch nothing. */
function onThePage(name: string, look: (page: Page) => Promise<void>, view: View = {}): void {
  Deno.test({
    name,
    ignore: !hasBrowser,
    // What playwright keeps open belongs to the browser, which is closed.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const read = (file: string) => Deno.readTextFile(new URL(file, FOLDER));
      const files = {
        "/index.html": await read("index.html"),
        "/page.css": await read("page.css"),
        "/page.js": await bundle("examples/browser/page.ts"),
      };
      await withPage(files, async (page) => {
        const trouble: string[] = [], home = new URL(page.url()).origin;
        page.on("pageerror", ({ message }) => trouble.push(message));
        page.on("request", (request) => {
          const url = request.url();
          if (!url.startsWith(`${home}/`) && !/^(data|blob):/.test(url)) {
            trouble.push(`fetches ${url}`);
          }
        });
        await page.goto(`${home}/index.html`);
        await page.locator("html[data-ready]").waitFor({ state: "attached" });
        await look(page);
        assert.deepEqual(trouble, []);
      }, view);
    },
  });
}

/** Waits until an element says something; a first step with SwiftShader may take a while. */
const saying = (page: Page, selector: string, hasText: RegExp) =>
  page.locator(selector, { hasText }).waitFor({ timeout: 120_000 });

/** Lets go of files above the place for them, as a mouse would. */
async function drop(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  const dataTransfer = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(${JSON.stringify([...bytes])});
    transfer.items.add(new File([bytes], ${JSON.stringify(name)}));
    return transfer;
  })()`);
  await page.dispatchEvent("#drop", "drop", { dataTransfer });
}

/** What a network of known answers says in Deno of a picture that is no square. */
async function known() {
  const size = 16, width = 40, height = 24;
  const names = ["heron", "teal", "grebe", "coot"];
  const file = randomModel(smallCnn, { size, classNames: names }).save();
  const data = randomImages(2, 24).subarray(0, width * height * 3);
  const png = await sharp(data, { raw: { width, height, channels: 3 } }).png().toBuffer();
  const model = loadModel(file);
  const [prediction] = await model.predict([{ width, height, data }]);
  await model.dispose();
  return { file, png, prediction: prediction! }; // of the one picture
}

onThePage("the example page trains, shows how it goes, stops, and names pictures", async (page) => {
  const texts = (selector: string) => page.locator(selector).allTextContents();
  const curve = (chart: string) =>
    page.locator(`[data-chart=${chart}] path[d*=L]`).first().getAttribute("d");
  assert.deepEqual(new Set(await texts("#classes .rate b")), new Set(["–"]));
  assert.equal(await page.locator("#charts path[d*=L]").count(), 0);

  // Curves and recalls follow the run.
  await page.fill("#steps", "12");
  await page.click("#train");
  await saying(page, "#status", /^Step [2-9] of 12: balanced accuracy/);
  const early = { accuracy: await curve("accuracy"), loss: await curve("loss") };
  const recalls = await texts("#classes .rate b");
  assert.ok(recalls.every((text) => /^\d+(\.\d)?\s%$/.test(text)), `recalls are ${recalls}`);
  await saying(page, "#status", /^Done: balanced accuracy/);
  assert.notEqual(await curve("accuracy"), early.accuracy);
  assert.notEqual(await curve("loss"), early.loss);
  assert.notDeepEqual(await texts("#classes .rate b"), recalls);

  // The keyboard starts and stops another run, of another method.
  await page.check("input[value=simpro]");
  await page.selectOption("#shape", "reversed");
  assert.equal(
    await page.locator("#classes tbody tr").first().locator("td").nth(1).textContent(),
    "20",
  );
  await page.fill("#steps", "60");
  await page.press("#steps", "Enter");
  await saying(page, "#pace", /^[1-9]\d* of 60 steps/);
  await page.locator("#stop").press("Enter");
  await saying(page, "#status", /^Stopped after \d+ steps: balanced accuracy/);
  assert.match((await texts("#runs tbody th"))[0]!, /SimPro.*the tail turned around/);
  assert.equal((await texts("#runs tbody tr")).length, 2);

  // The trained network is at hand, and can be taken along.
  await page.click("#generated");
  await saying(page, "#said", /^\d+ of 10 right/);
  const download = page.waitForEvent("download");
  await page.click("#save");
  const saved = loadModel(await Deno.readFile(await (await download).path()));
  assert.equal(saved.card.algorithm, "simpro");

  // An exported network answers as it does in Deno.
  const { file, png, prediction } = await known();
  await drop(page, "birds.safetensors", file);
  await saying(page, "#network", /^birds\.safetensors: small-cnn.*heron, teal, grebe, coot/);
  await drop(page, "pond.png", png);
  await saying(page, "#said", /^pond\.png: /);
  assert.equal(await page.textContent("#answers > li strong"), prediction.class);
  const said = parseFloat(/, ([\d.]+)\s%/.exec((await page.textContent("#said"))!)![1]!);
  assert.ok(Math.abs(said - 100 * prediction.confidence) < 0.2, `${said} is not as in Deno`);
  await drop(page, "notes.txt", new TextEncoder().encode("no picture"));
  await saying(page, "#said", /^No pictures that this browser can read: notes\.txt/);
  await drop(page, "torn.safetensors", file.subarray(0, 100));
  await saying(page, "#said", /torn\.safetensors/);

  for (const width of [390, 1200]) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width, height: 844 });
      await page.emulateMedia({ colorScheme });
      await assertAccessible(page);
    }
  }
});

onThePage("without WebGPU the example page says what to do", async (page) => {
  assert.ok(await page.locator("#missing").isVisible());
  assert.match((await page.textContent("#missing-why"))!, /^This browser /);
  assert.ok(await page.locator("#train").isDisabled());
  await assertAccessible(page);
}, { webgpu: false, width: 390 });
