import { isPublished, type Options, SGD } from "./published.ts";

const USB: Options = {
  ...SGD,
  model: "wrn-28-2",
  modelVariant: "usb",
  augment: "usb",
  steps: 2 ** 20,
  epochSteps: 1024,
  "batch.labeled": 64,
  "batch.ratio": 7,
  learningRate: 0.03,
  schedule: "cosine",
  decayRule: "dimensions",
  "average.decay": 0.999,
};

Deno.test("fixmatch's and supervised's recipes are those of USB's configurations", () => {
  for (const stack of ["fixmatch", "supervised"]) {
    isPublished([stack, "cifar10"], USB, { weightDecay: 5e-4 });
    isPublished([stack, "cifar100"], USB, { weightDecay: 1e-3 });
    isPublished([stack, "stl10"], USB, { weightDecay: 5e-4 });
  }
});
