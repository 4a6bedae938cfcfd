import assert from "node:assert/strict";
import { type Browser, chromium, type Page } from "playwright-core";
import { reportPage } from "../../../experiment/report/page.ts";
import { assertAccessible } from "../../browser/page.ts";
import { sampleRun } from "./sample_runs.ts";

/** Where Debian's package `chromium` puts it. */
const CHROMIUM = "/usr/bin/chromium";

const there = await Deno.stat(CHROMIUM).then(() => true, () => false);
if (!there) console.log(`Reports are not tried in a browser here: ${CHROMIUM} is not installed`);

const EVIL = "<img src=x onerror=document.title='broken'>";

/** A page of runs with everything that a report can show. */
function sample(): string {
  const state = () => ({ "acr/estimate": [0.2, 0.3, 0.5] });
  return reportPage([
    sampleRun({ seed: 1 }),
    sampleRun({ seed: 2 }),
    sampleRun({ algorithm: "acr", state, options: { learningRate: 0.1 } }),
    sampleRun({ algorithm: "supervised", seed: 7, options: { note: EVIL } }),
  ]);
}

/** Opens the report in a window of a width; the test fails if it fetches or says anything. */
async function withPage(
  options: { readonly width: number; readonly colorScheme?: "light" | "dark" },
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const { width, colorScheme = "light" } = options;
  const folder = await Deno.makeTempDir(), file = `${folder}/report.html`;
  await Deno.writeTextFile(file, sample());
  let browser: Browser | undefined;
  try {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    const page = await browser.newPage({ viewport: { width, height: 844 }, colorScheme });
    const trouble: string[] = [];
    page.on("pageerror", ({ message }) => trouble.push(message));
    page.on("console", (message) => trouble.push(message.text()));
    page.on("request", (request) => {
      if (!/^(file|data):/.test(request.url())) trouble.push(`fetches ${request.url()}`);
    });
    await page.goto(`file://${file}`);
    await look(page);
    assert.deepEqual(trouble, []);
  } finally {
    await browser?.close();
    await Deno.remove(folder, { recursive: true });
  }
}

function inBrowser(name: string, fn: () => Promise<void>): void {
  // What playwright keeps open belongs to the browser, which is closed.
  Deno.test({ name, ignore: !there, sanitizeOps: false, sanitizeResources: false, fn });
}

for (const width of [390, 1400]) {
  for (const colorScheme of ["light", "dark"] as const) {
    inBrowser(`axe finds nothing to complain of at ${width} px, ${colorScheme}`, async () => {
      await withPage({ width, colorScheme }, async (page) => {
        await page.evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)");
        await assertAccessible(page);
      });
    });
  }
}

inBrowser("a click on a heading sorts a table, another turns it around", async () => {
  await withPage({ width: 1400 }, async (page) => {
    const column = () =>
      page.evaluate(
        "[...document.querySelectorAll('#runs tbody tr')].map((r) => r.cells[2].textContent)",
      ) as Promise<string[]>;
    const sorted = async () => await page.locator("#runs th[aria-sort]").getAttribute("aria-sort");
    const button = page.locator("#runs thead button").nth(2);
    await button.click();
    const down = await column(), values = down.map((text) => parseFloat(text));
    assert.deepEqual(values, values.toSorted((a, b) => b - a));
    assert.equal(await sorted(), "descending");
    await button.click();
    assert.deepEqual((await column()).map((text) => parseFloat(text)), values.toReversed());
    assert.equal(await sorted(), "ascending");
    assert.notEqual(await page.title(), "broken");
  });
});

inBrowser("the theme follows the reader's, and the switch overrides it", async () => {
  await withPage({ width: 390, colorScheme: "dark" }, async (page) => {
    const background = () =>
      page.evaluate("getComputedStyle(document.body).backgroundColor") as Promise<string>;
    const line = () =>
      page.evaluate(
        "getComputedStyle(document.querySelector('#curves figure path[d*=L]')).stroke",
      ) as Promise<string>;
    const dark = [await background(), await line()];
    assert.equal(await page.locator(".theme").textContent(), "Light theme");
    await page.locator(".theme").click();
    const light = [await background(), await line()];
    assert.equal(await page.locator(".theme").textContent(), "Dark theme");
    assert.notEqual(light[0], dark[0]);
    assert.notEqual(light[1], dark[1]);
    await page.reload();
    assert.equal(await background(), light[0], "the choice is forgotten");
  });
});
