import { Random } from "@longtail/longtail/core";
import { type Dataset, memoryDataset } from "@longtail/longtail/datasets";

const CLASSES = 10, TEST = 10;

/** Square images of noise, of ten classes in turn: what they show changes no step's cost. */
export function noiseDataset(size: number, train: number): Promise<Dataset> {
  const random = new Random({ seed: 1, name: "bench/noise" });
  const part = (images: number) => {
    const words = Uint32Array.from(
      { length: Math.ceil(images * size * size * 3 / 4) },
      () => random.word(),
    );
    return {
      bytes: new Uint8Array(words.buffer, 0, images * size * size * 3),
      labels: Array.from({ length: images }, (_, i) => i % CLASSES),
    };
  };
  const classNames = Array.from({ length: CLASSES }, (_, i) => `class ${i}`);
  return memoryDataset({ name: "noise", classNames, size, train: part(train), test: part(TEST) });
}
