import assert from "node:assert/strict";
import { Markup, markup } from "../../../experiment/report/markup.ts";

Deno.test("html escapes texts, joins lists, takes markup as it is and leaves out null", () => {
  const list = ["<i>", 2, new Markup("<b>"), null, [markup`(${"'"})`]];
  assert.equal(
    markup`<p title="${'"&'}">${list}</p>`.text,
    '<p title="&#34;&#38;">&#60;i&#62;2<b>(&#39;)</p>',
  );
});
