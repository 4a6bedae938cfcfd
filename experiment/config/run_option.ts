import type { z } from "zod";
import type { RecipeSettings } from "../../core/training/plugin/recipe.ts";
import type { RunConfig } from "./run_config.ts";

/** An option of a run. */
export interface RunOption<T = unknown, R extends boolean = boolean> {
  /** Its type and range. */
  readonly type: z.ZodType<T>;
  /** What it is if neither a recipe nor the user says. */
  readonly default: T;
  /** What it is, with its unit; the sentence over its property in the types. */
  readonly doc: string;
  /** Whether a method's recipe may state it. */
  readonly recipe: R;
}

/** Options that lie in sections of their own. */
type Section = "batch" | "split" | "average" | "loader";

/** A row for each option of a run but those of its methods, by its key. */
export type RunOptions =
  & {
    readonly [K in Exclude<keyof RunConfig, Section>]: RunOption<
      RunConfig[K],
      K extends keyof RecipeSettings ? true : false
    >;
  }
  & SectionRows<"batch">
  & SectionRows<"split">
  & SectionRows<"average">
  & SectionRows<"loader">;

type SectionRows<S extends Section> = {
  readonly [K in keyof RunConfig[S] & string as `${S}.${K}`]: RunOption<
    RunConfig[S][K],
    S extends keyof RecipeSettings ? K extends keyof RecipeSettings[S] ? true : false : false
  >;
};
