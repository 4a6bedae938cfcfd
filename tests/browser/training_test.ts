import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { bundle, hasBrowser, withPage } from "./page.ts";
import { type Method, type TenSteps, trainHere } from "./train_in_page.ts";

/** Difference of losses from Deno's, as a share: another compiler rounds otherwise. */
const RELATIVE = 1e-3;

function inBrowser(name: string, look: (page: Page) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !hasBrowser,
    // What playwright keeps open belongs to the browser, which is closed.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () =>
      await withPage({ "/bundle.js": await bundle("tests/browser/train_in_page.ts") }, look),
  });
}

/** Calls a function of the bundle in a page. */
const call = (page: Page, name: string, ...args: readonly unknown[]): Promise<unknown> =>
  page.evaluate(`import("/bundle.js").then((m) => m.${name}(...${JSON.stringify(args)}))`);

for (const [kind, software] of [["software", true], ["GPUs", false]] as const) {
  inBrowser(`ten steps have the losses of Deno's, kernels for ${kind}`, async (page) => {
    for (const method of ["fixmatch", "fixmatch+daso"] as const satisfies Method[]) {
      const there = await call(page, "trainHere", method, software) as TenSteps;
      const here = await trainHere(method, software);
      assert.equal(there.vendor, "google");
      // SwiftShader's subgroups have four lanes, kernels are written for eight.
      assert.equal(there.lanes, 0);
      assert.equal(there.losses.length, 10);
      there.losses.forEach((losses, step) => {
        const wanted = here.losses[step]!; // as many
        assert.deepEqual(Object.keys(losses), Object.keys(wanted));
        for (const [name, loss] of Object.entries(losses)) {
          const off = Math.abs(loss - wanted[name]!);
          assert.ok(
            off <= RELATIVE * Math.abs(wanted[name]!) + 1e-5, // so written that NaN fails
            `${method}, step ${step}: ${name} is ${loss}, in Deno ${wanted[name]}`,
          );
        }
      });
      assert.ok(there.losses.some(({ unlabeled }) => unlabeled! > 0), "no pseudo-label counted");
    }
  });
}

inBrowser("subgroups are asked for only where the adapter has them", async (page) => {
  assert.deepEqual(await call(page, "askedFor", []), []);
  assert.deepEqual(await call(page, "askedFor", ["subgroups"]), ["subgroups"]);
});
