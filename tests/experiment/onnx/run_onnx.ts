import { InferenceSession, Tensor } from "onnxruntime-node";

/** What ONNX Runtime makes of images, HWC bytes one after the other. */
export async function runOnnx(
  file: Uint8Array,
  images: Uint8Array,
  size: number,
): Promise<Record<"probabilities" | "logits", number[]>> {
  const session = await InferenceSession.create(file, { logSeverityLevel: 3 });
  const pixels = size * size, count = images.length / pixels / 3;
  const x = new Float32Array(images.length);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < pixels; i++) {
      for (let c = 0; c < 3; c++) {
        x[(n * 3 + c) * pixels + i] = images[(n * pixels + i) * 3 + c]! / 255; // as many as x has
      }
    }
  }
  const found = await session.run({ images: new Tensor("float32", x, [count, 3, size, size]) });
  const read = (name: string) => Array.from(found[name]!.data as Float32Array); // outputs of floats
  const result = { probabilities: read("probabilities"), logits: read("logits") };
  await session.release();
  return result;
}
