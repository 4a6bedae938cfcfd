import { chromium, type Page } from "playwright-core";

/** Where Debian's package `chromium` puts it. */
const CHROMIUM = "/usr/bin/chromium";

/** Whether there is a browser to test in. */
export const hasBrowser: boolean = await Deno.stat(CHROMIUM).then(() => true, () => false);
if (!hasBrowser) console.log(`WebGPU is not tried in a browser: ${CHROMIUM} is not installed`);

/** Gives the browser WebGPU on the processor, by SwiftShader. */
const FLAGS = [
  "--no-sandbox",
  "--headless=new",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
];

/**
 * Looks at a page of this machine, which WebGPU takes for a secure one, in Chromium.
 *
 * @param files What is served beside the empty page: JavaScript by path.
 */
export async function withPage(
  files: Readonly<Record<string, string>>,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const script = files[new URL(request.url).pathname];
    const type = script === undefined ? "text/html" : "text/javascript";
    return new Response(script ?? "<!doctype html>", { headers: { "content-type": type } });
  });
  try {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${server.addr.port}/`);
      await look(page);
    } finally {
      await browser.close();
    }
  } finally {
    await server.shutdown();
  }
}
