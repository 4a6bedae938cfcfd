import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Model } from "../../../core/nn/model.ts";
import { modelByName } from "../../../core/nn/model_registry.ts";
import { WIDE_RESNET_VARIANTS } from "../../../core/nn/wide_resnet.ts";
import { resNet } from "../../../core/nn/resnet.ts";
import { squaresOf } from "../../../experiment/network/preparation.ts";
import { readPictures } from "../../../experiment/files_deno.ts";
import { picture } from "../../datasets/images.ts";
import { randomImages, randomModel } from "./tiny_model.ts";

const here = fileURLToPath(new URL("../../../examples/pytorch/", import.meta.url));
const scratch = await Deno.makeTempDir({ prefix: "longtail-pytorch-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));

/** Reads a file of weights and one of pixels, and prints probabilities. */
const SCRIPT = `
import json, sys
import torch
from load import load, probabilities
model, card = load(sys.argv[1])
size = int(card["size"])
with open(sys.argv[2], "rb") as file:
    pixels = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8)
images = pixels.reshape(-1, size, size, 3).permute(0, 3, 1, 2) / 255
print(json.dumps(probabilities(model, card, images).flatten().tolist()))
`;

async function python(
  ...args: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  try {
    const { code, stdout, stderr } = await new Deno.Command(PYTHON, {
      args: [...args],
      cwd: here,
      env: { PYTHONDONTWRITEBYTECODE: "1" },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), err: text(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { code: 127, out: "", err: error.message };
    throw error;
  }
}

// Debian's, which has Debian's packages; elsewhere the first on the path.
const PYTHON = Deno.build.os === "linux" ? "/usr/bin/python3" : "python3";
const missing = (await python("-c", "import torch")).code !== 0;
const withoutPictures = (await python("-c", "import torch, numpy, PIL")).code !== 0;
if (missing) {
  console.log(
    "PyTorch is not installed: what it makes of our weights is not tested (python3-torch)",
  );
}

type Card = NonNullable<Parameters<typeof randomModel>[1]>;
const evaluation = { scale: [1, 0.5, 2, 1], offsets: [3, 0, -1, 0.25] };
const heads = { own: { classes: 4 }, several: { classes: 4, experts: 3 } };

const projector = (norm: boolean) => ({ classes: 6, projector: { hidden: 5, norm } });

const NETWORKS: readonly (readonly [string, Model, Card?])[] = [
  ["small-cnn", modelByName("small-cnn"), { evaluation }],
  ["small-cnn with heads of methods", modelByName("small-cnn"), { heads, head: "several" }],
  ...WIDE_RESNET_VARIANTS.flatMap((variant) =>
    [1, 2].map((width) =>
      [`wrn-16-${width}, ${variant}`, modelByName(`wrn-16-${width}`, variant)] as const
    )
  ),
  ...(["simpro", "cossl"] as const).map((variant) =>
    [`resnet-18, ${variant}`, resNet({ depth: 18, variant }), { head: "main" }] as const
  ),
  ["resnet-50, stem of large images", modelByName("resnet-50", "usb"), {
    size: 66,
    heads,
    head: "own",
  }],
  ["wrn-16-1 with class-wise norms and projectors", modelByName("wrn-16-1", "usb"), {
    classwiseNorms: ["BNH", "BNM", "BNT"],
    heads: { second: { classes: 4 }, near: projector(true), far: projector(false) },
    head: "second",
  }],
  ["wrn-37-2", modelByName("wrn-37-2"), { size: 32 }],
  ["resnext-50", modelByName("resnext-50"), { head: "balanced" }],
  ["resnext-50-experts-2", modelByName("resnext-50-experts-2"), { head: "experts" }],
  ["resnet-32-experts-3", modelByName("resnet-32-experts-3"), { head: "experts" }],
  ["resnet-50-experts-1", modelByName("resnet-50-experts-1"), { heads, head: "several" }],
];

for (const [name, model, card] of NETWORKS) {
  Deno.test({
    name: `PyTorch loads our weights and gives what we predict: ${name}`,
    ignore: missing,
    async fn() {
      const network = randomModel(model, card);
      const images = randomImages(6, network.card.preparation.size);
      const weights = `${scratch}/weights.safetensors`, pixels = `${scratch}/pixels`;
      await Deno.writeFile(weights, network.save());
      await Deno.writeFile(pixels, images);
      const ours = (await network.predict(images)).flatMap((p) => p.probabilities);
      await network.dispose();
      const { code, out, err } = await python("-c", SCRIPT, weights, pixels);
      assert.equal(code, 0, err);
      const theirs: number[] = JSON.parse(out);
      assert.equal(theirs.length, ours.length);
      ours.forEach((p, i) => assert.ok(Math.abs(p - theirs[i]!) < 1e-4, `${p}, ${theirs[i]}`));
      assert.ok(ours.some((p, i) => Math.abs(p - ours[i % 4]!) > 1e-3), "all images look alike");
    },
  });
}

Deno.test({
  name: "classify.py prepares pictures as we do",
  ignore: missing || withoutPictures,
  async fn() {
    const stages = [{ kind: "resize", size: 24 }, { kind: "centerCrop", size: 20 }] as const;
    const common = { inputSize: 20, mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] } as const;
    const paths = await Promise.all(
      ([[50, 31], [33, 70], [40, 40]] as const).map(async (size, i) => {
        const path = `${scratch}/${i}.png`;
        await Deno.writeFile(path, await picture(size, [60 * i, 200, 90]));
        return path;
      }),
    );
    for (const fit of ["cover", "squash"] as const) {
      const preparation = { size: 27, fit, stages, ...common };
      const network = randomModel(modelByName("small-cnn"), { preparation });
      const weights = `${scratch}/weights.safetensors`;
      await Deno.writeFile(weights, network.save());
      const pictures = await readPictures(paths);
      const ours = await network.predict(pictures);
      assert.deepEqual(await network.predict(squaresOf(pictures, preparation)), ours);
      await network.dispose();
      const { code, out, err } = await python("classify.py", weights, ...paths);
      assert.equal(code, 0, err);
      out.trim().split("\n").map((line) => JSON.parse(line)).forEach((row, i) => {
        assert.equal(row.path, paths[i]);
        assert.equal(row.class, ours[i]!.class);
        ours[i]!.probabilities.forEach((p, c) =>
          assert.ok(Math.abs(p - row.probabilities[c]) < 1e-4)
        );
      });
    }
  },
});
