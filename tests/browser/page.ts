import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import { chromium, type Page } from "playwright-core";

/** Where Debian's package `chromium` puts it. */
const CHROMIUM = "/usr/bin/chromium";

/** Whether there is a browser to test in. */
export const hasBrowser: boolean = await Deno.stat(CHROMIUM).then(() => true, () => false);
if (!hasBrowser) console.log(`WebGPU is not tried in a browser: ${CHROMIUM} is not installed`);

const ROOT = new URL("../../", import.meta.url);

/** A file of the project, with the library and all else that it imports, as a module for browsers. */
export async function bundle(path: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", fileURLToPath(new URL(path, ROOT))],
    cwd: ROOT,
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Fails if axe has something to complain of, or the page scrolls sideways. */
export async function assertAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate("axe.run()") as axe.AxeResults;
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(", ")}`),
    [],
  );
  assert.ok(passes.some(({ id }) => id === "color-contrast"));
  const [content, window] = await page.evaluate(
    "[document.documentElement.scrollWidth, innerWidth]",
  ) as [number, number];
  assert.equal(content, window, "the page scrolls sideways");
}

/**
 * Gives the browser WebGPU on the processor, by SwiftShader. The watchdog would take a kernel that compiles
 * slowly on a busy machine for a GPU that hangs, and end the browser; containers have little shared memory.
 */
const WEBGPU = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--disable-gpu-watchdog",
  "--disable-dev-shm-usage",
];

/** Kinds of files by the ends of their names. */
const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  css: "text/css",
  js: "text/javascript",
};

/** How a page is looked at. */
export interface View {
  /** Whether the browser has WebGPU; it does by default. */
  readonly webgpu?: boolean;
  /** Width of the window. */
  readonly width?: number;
  /** What the reader prefers. */
  readonly colorScheme?: "light" | "dark";
}

/**
 * Looks at a page of this machine, which WebGPU takes for a secure one, in Chromium.
 *
 * @param files What is served, by path; an empty page is at `/` if none is there.
 */
export async function withPage(
  files: Readonly<Record<string, string>>,
  look: (page: Page) => Promise<void>,
  { webgpu = true, width = 1200, colorScheme = "light" }: View = {},
): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname } = new URL(request.url), file = files[pathname];
    const type = TYPES[/\.(\w+)$/.exec(pathname)?.[1] ?? "html"] ?? "text/plain";
    return file === undefined && pathname !== "/"
      ? new Response("", { status: 404 })
      : new Response(file ?? "<!doctype html>", { headers: { "content-type": type } });
  });
  try {
    const args = ["--no-sandbox", "--headless=new", ...webgpu ? WEBGPU : ["--disable-gpu"]];
    const browser = await chromium.launch({ executablePath: CHROMIUM, args });
    try {
      const page = await browser.newPage({ viewport: { width, height: 844 }, colorScheme });
      await page.goto(`http://127.0.0.1:${server.addr.port}/`);
      await look(page);
    } finally {
      await browser.close();
    }
  } finally {
    await server.shutdown();
  }
}
