/** A file to download. */
export interface Download {
  /** The official address, then mirrors. */
  readonly urls: readonly string[];
  /** What it is called here. */
  readonly file: string;
  /** Its length, where known. */
  readonly bytes?: number;
  /** Where its length is not known, more bytes than this are refused. */
  readonly limit?: number;
  /** Hexadecimal, as published. */
  readonly sha256?: string;
  /** Hexadecimal, as published; used where no SHA-256 was. */
  readonly md5?: string;
}

/** How far a long piece of work is. */
export interface Progress {
  readonly stage: "download" | "unpack" | "pack" | "check";
  /** The file or part that is worked on. */
  readonly what: string;
  /** How much of it is done. */
  readonly done: number;
  /** How much there is; undefined while nobody knows. */
  readonly total: number | undefined;
  readonly unit: "bytes" | "files" | "images";
  /** What went wrong and will be tried again. */
  readonly trouble?: string;
}

/** Is told now and then, at least at the end of each stage. */
export type OnProgress = (progress: Progress) => void;
