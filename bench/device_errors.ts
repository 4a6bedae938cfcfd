/**
 * The list of errors that a device reports from now on, growing as they come. WebGPU never throws
 * them, and a pipeline that is invalid "runs" in no time.
 */
export function listenForErrors(device: GPUDevice): readonly string[] {
  const errors: string[] = [];
  device.addEventListener("uncapturederror", (event) => {
    errors.push((event as GPUUncapturedErrorEvent).error.message);
  });
  return errors;
}
