import assert from "node:assert/strict";
import { hardestImages, hardestSection } from "../../../experiment/report/hardest.ts";

const classNames = ["ant", "bee"];

/** Logits of two classes that give the first a probability. */
const rows = (...first: readonly number[]) => first.flatMap((p) => [Math.log(p), Math.log(1 - p)]);

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`);

Deno.test("images are hard to whose class all runs give little on the mean", () => {
  const [images, labels] = [[7, 8, 9], [0, 0, 1]];
  const hard = hardestImages([
    { images, labels, classNames, logits: rows(0.1, 0.8, 0.6) },
    // The same classes under other numbers, the same images in another order.
    {
      images: [9, 7, 8],
      labels: [0, 1, 1],
      classNames: classNames.toReversed(),
      logits: rows(0.5, 0.7, 0.3),
    },
  ], 2);
  assert.deepEqual(hard.map(({ image, label, taken, runs }) => [image, label, taken, runs]), [
    [7, "ant", "bee", 2],
    [9, "bee", "ant", 2],
  ]);
  near(hard[0]!.probability, (0.1 + 0.3) / 2);
  near(hard[1]!.probability, (0.4 + 0.5) / 2);
});

Deno.test("the section names what an image is and what it is taken for", () => {
  const [image] = hardestImages([{ images: [3], labels: [1], classNames, logits: rows(0.9) }], 1);
  const text = hardestSection([[{ ...image!, source: "data:image/png;base64,AA", small: true }]])!
    .text.replaceAll("\u00a0", " ");
  assert.match(text, /<img src="data:image\/png;base64,AA" alt="Test image 3, bee" class="small">/);
  assert.match(text, /<b>bee<\/b> taken for ant<br>10\.0 %/);
  assert.match(text, /Of these 1, 1 is of bee\. The share is the probability that 1 run gives to/);
  assert.equal(hardestSection([]), null);
});
