/**
 * A page that trains on generated images, shows how it goes, and names pictures that are dropped onto
 * it. `deno task page` bundles it.
 *
 * @module
 */
import { requestAdapter } from "@longtail/longtail/core";
import { Classifying } from "./classifying.ts";
import { byId, say } from "./elements.ts";
import { openTraining } from "./training.ts";

/** Why there is no WebGPU; null where there is. */
async function reason(): Promise<string | null> {
  if (!isSecureContext) return "Browsers offer WebGPU only to pages whose address they trust.";
  if (!("gpu" in navigator)) return "This browser does not offer it, or it is switched off.";
  if (!await requestAdapter()) return "This browser knows it, but found no GPU that it would use.";
  return null;
}

const why = await reason();
if (why !== null) {
  byId("missing").hidden = false;
  byId("missing-why").textContent = why;
  byId<HTMLInputElement>("files").disabled = true;
  say("status", "Nothing can be trained without WebGPU: see above.", { bad: true });
}
const classifying = new Classifying();
await openTraining((network) => classifying.use(network, "The network trained above"));
if (why !== null) byId<HTMLButtonElement>("train").disabled = true;
document.documentElement.dataset["ready"] = "";
