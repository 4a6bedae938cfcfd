import type { PredictSet, StreamSpec, View } from "./plugin/algorithm.ts";

/** A view as loaders make it; `labeled` is the weak view of labeled images, which may be its own. */
export type LoaderView = View | "labeled";

/** What a loader makes where a method asks for a view of images from a set. */
export function loaderView(from: PredictSet | StreamSpec["from"], view: View): LoaderView {
  return from === "labeled" && view === "weak" ? "labeled" : view;
}
