import { loadModel, type TrainedModel } from "@longtail/longtail";
import { byId, make, say, sentence } from "./elements.ts";
import { answer, findings, generatePictures, readPicture, type Shown } from "./pictures.ts";

/** Class names that are listed before it is enough. */
const LISTED = 10;

/** Names pictures by the network that it was given last. */
export class Classifying {
  #network: TrainedModel | undefined;
  /** Sets of generated images that were asked for. */
  #generated = 0;
  /** One after the other: what is dropped while others are read waits. */
  #last: Promise<void> = Promise.resolve();

  /** Prepares the place where pictures and networks are dropped. */
  constructor() {
    const input = byId<HTMLInputElement>("files"), zone = byId("drop");
    input.addEventListener("change", () => {
      const files = [...input.files ?? []];
      this.#work((network) => this.#take(files, network));
      input.value = ""; // the same file may be chosen again
    });
    for (const kind of ["dragenter", "dragover"] as const) {
      zone.addEventListener(kind, (event) => {
        event.preventDefault();
        zone.classList.add("over");
      });
    }
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      const files = [...event.dataTransfer?.files ?? []];
      this.#work((network) => this.#take(files, network));
    });
    // A file that misses the place would take the browser away from the page.
    for (const kind of ["dragover", "drop"] as const) {
      addEventListener(kind, (event) => event.preventDefault());
    }
    byId("generated").addEventListener("click", () =>
      this.#work(async (network) => {
        const size = network?.card.preparation.size === 16 ? 16 : 32;
        // No seed of a training, so that the images are new to every network.
        await this.#classify(await generatePictures(size, 1000 + this.#generated++), network);
      }));
    byId("save").addEventListener("click", () => this.#work(save));
  }

  /** Takes this network from now on. */
  use(network: TrainedModel, whence: string): void {
    this.#network?.dispose();
    this.#network = network;
    const { classNames, card: { algorithm, model, step } } = network;
    const names = classNames.slice(0, LISTED).join(", ") +
      (classNames.length > LISTED ? ", …" : "");
    byId("network").replaceChildren(
      make("strong", {}, whence),
      `: ${model}, ${step} steps of ${algorithm}, ${classNames.length} classes (${names}).`,
    );
    for (const id of ["save", "generated"]) byId<HTMLButtonElement>(id).disabled = false;
  }

  #work(todo: (network: TrainedModel | undefined) => void | Promise<void>): void {
    this.#last = this.#last.then(() => todo(this.#network))
      .catch((error) => say("said", sentence(error), { bad: true }));
  }

  async #take(files: readonly File[], given: TrainedModel | undefined): Promise<void> {
    let network = given;
    const shown: Shown[] = [], failed: string[] = [];
    for (const file of files) {
      const { name } = file;
      if (/\.safetensors$/i.test(name)) {
        network = loadModel(new Uint8Array(await file.arrayBuffer()), { name });
        this.use(network, name);
        say("said", `${name} is ready.`);
        continue;
      }
      const picture = await readPicture(file);
      if (picture) shown.push(picture);
      else failed.push(name);
    }
    await this.#classify(shown, network);
    if (failed.length > 0) {
      throw new Error(`No pictures that this browser can read: ${failed.join(", ")}`);
    }
  }

  async #classify(shown: readonly Shown[], network: TrainedModel | undefined): Promise<void> {
    if (shown.length === 0) return;
    if (!network) throw new Error("There is no network yet: train one, or drop an exported one");
    say("said", "Looking …");
    const predictions = await network.predict(shown.map(({ picture }) => picture));
    byId("answers").replaceChildren(
      ...predictions.map((found, i) => answer(shown[i]!, found, network.classNames)), // one each
    );
    say("said", findings(shown, predictions));
  }
}

/** Gives the network to the reader as a file that `loadModel` and PyTorch read. */
function save(network: TrainedModel | undefined): void {
  if (!network) return;
  const url = URL.createObjectURL(new Blob([network.save()]));
  make("a", { href: url, download: "longtail.safetensors" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000); // by then the browser has it
}
