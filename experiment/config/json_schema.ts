import { z } from "zod";
import type { ErasedSpec } from "../../core/training/plugin/algorithm.ts";
import { OPTIONS } from "./options.ts";
import type { RunOption } from "./run_option.ts";

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * A JSON Schema of `config.yaml`, for editors that complete and check it: the options of a run, and
 * those of methods under their names. Nothing has to be stated.
 *
 * @param methods Methods whose options are in it.
 */
export function configJsonSchema(methods: readonly ErasedSpec[]): JsonSchema {
  const root: Record<string, JsonSchema> = {};
  const sections = new Map<string, Record<string, JsonSchema>>();
  const put = (key: string, schema: JsonSchema) => {
    const [first = "", second] = key.split(".");
    if (second === undefined) {
      root[first] = schema;
      return;
    }
    let section = sections.get(first);
    if (!section) sections.set(first, section = {});
    section[second] = schema;
    root[first] = objectSchema(section);
  };
  for (const [key, { type, default: fallback, doc }] of OPTIONS) {
    const schema = withoutDemands(z.toJSONSchema(type)) as JsonSchema; // of an object
    put(key, { description: doc, ...schema, default: fallback });
  }
  for (const { name, paper, defaults, docs = {} } of methods) {
    for (const [key, value] of Object.entries(defaults)) {
      const doc = docs[key];
      const said = doc === undefined ? {} : { description: doc };
      put(`${name}.${key}`, { ...said, ...typeOf(value), default: value });
    }
    root[name] = {
      description: `Options of ${name} (${paper}).`,
      ...objectSchema(sections.get(name) ?? {}),
    };
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Options of a longtail run",
    ...objectSchema(root),
  };
}

/** The texts that an option may be, where only a few are; else none. */
export function choicesOf({ type }: RunOption): readonly string[] {
  const { enum: values, anyOf = [] } = z.toJSONSchema(type);
  const all = values ?? anyOf.flatMap((part) => typeof part === "object" ? part.enum ?? [] : []);
  return all.filter((value) => typeof value === "string");
}

function objectSchema(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: "object", properties, additionalProperties: false };
}

/** The type of a method's option, by its default. */
function typeOf(value: unknown): JsonSchema {
  if (!Array.isArray(value)) return { type: typeof value }; // number, string or boolean
  return { type: "array", ...(value.length > 0 && { items: typeOf(value[0]) }) };
}

/** What has a default need not be stated: a section may hold one key of several. */
function withoutDemands(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutDemands);
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).filter(([key]) => key !== "required" && key !== "$schema")
      .map(([key, value]) => [key, withoutDemands(value)]),
  );
}
