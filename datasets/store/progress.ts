/** How far a long piece of work is. */
export interface Progress {
  readonly stage: "download" | "unpack" | "pack" | "check";
  /** The file or part that is worked on. */
  readonly what: string;
  readonly done: number;
  /** Undefined while nobody knows. */
  readonly total: number | undefined;
  readonly unit: "bytes" | "files" | "images";
  /** What went wrong and will be tried again. */
  readonly trouble?: string;
}

/** Is told now and then, at least at the end of each stage. */
export type OnProgress = (progress: Progress) => void;
