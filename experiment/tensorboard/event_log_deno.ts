import { withFile } from "../../core/refused_file.ts";
import { type LogLine, writeWhole } from "../run/run_folder_deno.ts";
import { confusionImage } from "./confusion_image.ts";
import { decodeEvents, encodeEvent, type TaggedValue } from "./events.ts";
import { scalarsOf } from "./scalars.ts";

/** How the name of a file begins by which TensorBoard finds it. */
const PREFIX = "events.out.tfevents.";

/** The form of the file, which its first event says. */
const VERSION = "brain.Event:2";

/** What a run logs, as TensorBoard reads it: one file in the folder `tensorboard` of the run. */
export class EventLog {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  /**
   * Begins the file of a run.
   *
   * @param folder Of the run.
   * @param config Text of its `config.yaml`, which is shown beside the curves.
   */
  static async create(folder: string, config: string): Promise<EventLog> {
    await Deno.mkdir(`${folder}/tensorboard`, { recursive: true });
    const wallTime = seconds();
    const file = `${folder}/tensorboard/${PREFIX}${Math.floor(wallTime)}.longtail`;
    const log = new EventLog(file);
    await Deno.writeFile(file, encodeEvent({ wallTime, step: 0, fileVersion: VERSION }));
    // Markdown, in which a block of code keeps its lines.
    await log.#append(0, [{ tag: "config", text: `\`\`\`yaml\n${config}\`\`\`\n` }]);
    return log;
  }

  /** Goes on with the file of an earlier process; null where the run has none. */
  static async open(folder: string): Promise<EventLog | null> {
    try {
      for await (const { name } of Deno.readDir(`${folder}/tensorboard`)) {
        if (name.startsWith(PREFIX)) return new EventLog(`${folder}/tensorboard/${name}`);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return null;
  }

  /** Adds a line of the run's log; a confusion matrix is added as an image. */
  async log(line: LogLine): Promise<void> {
    const values = [...scalarsOf(line)];
    for (
      const [part, scores] of [["test", line.evaluation], ["validation", line.validation]] as const
    ) {
      if (scores) values.push(await confusionImage(`${part}/confusion`, scores.confusion));
    }
    await this.#append(line.step, values);
  }

  /**
   * Drops events past a step, which a resumed run writes again, and whatever a killed process left
   * unfinished.
   */
  async truncate(step: number): Promise<void> {
    const bytes = await Deno.readFile(this.#file), { events, ends } = decodeEvents(bytes);
    const kept = events.flatMap((event, i) =>
      event.step <= step ? [bytes.subarray(ends[i - 1] ?? 0, ends[i])] : []
    );
    await writeWhole(this.#file, new Uint8Array(await new Blob(kept).arrayBuffer()));
  }

  async #append(step: number, values: readonly TaggedValue[]): Promise<void> {
    const event = encodeEvent({ wallTime: seconds(), step, values });
    await withFile("write", this.#file, () => Deno.writeFile(this.#file, event, { append: true }));
  }
}

function seconds(): number {
  return Date.now() / 1000;
}
