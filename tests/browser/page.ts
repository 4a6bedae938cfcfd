import { chromium, type Page } from "playwright-core";

/** Where Debian's package `chromium` puts it. */
const CHROMIUM = "/usr/bin/chromium";

/** Whether there is a browser to test in. */
export const hasBrowser: boolean = await Deno.stat(CHROMIUM).then(() => true, () => false);
if (!hasBrowser) console.log(`WebGPU is not tried in a browser: ${CHROMIUM} is not installed`);

/** Gives the browser WebGPU on the processor, by SwiftShader. */
const WEBGPU = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
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
