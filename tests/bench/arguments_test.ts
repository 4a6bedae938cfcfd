import { BadInput } from "../../core/bad_input.ts";
import assert from "node:assert/strict";
import { parseArguments } from "../../bench/arguments.ts";

const names = ["longtail", "peer"];

Deno.test("parseArguments() reads patterns and options in any order", () => {
  assert.deepEqual(
    parseArguments(["gemm", "--json", "f.json", "conv2d-*", "--quick"], names),
    {
      patterns: ["gemm", "conv2d-*"],
      contenders: names,
      quick: true,
      quiet: false,
      json: "f.json",
      write: false,
    },
  );
});

Deno.test("parseArguments() refuses what cannot be, in one sentence", () => {
  const wrong = [["--jsonn"], ["--json"], ["--contenders", "peer,nobody"], ["--quick", "--write"], [
    "--contenders",
    "peer",
    "--write",
  ]];
  for (const args of wrong) {
    assert.throws(() => parseArguments(args, names), (error) => {
      assert.ok(error instanceof BadInput);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  }
});

Deno.test("parseArguments() lets some cases be written", () => {
  const args = parseArguments(["gemm", "--write"], names);
  assert.ok(typeof args !== "string");
  assert.deepEqual([args.patterns, args.write], [["gemm"], true]);
});

Deno.test("parseArguments() gives the help text", () => {
  assert.match(String(parseArguments(["--help"], names)), /--quick/);
});
