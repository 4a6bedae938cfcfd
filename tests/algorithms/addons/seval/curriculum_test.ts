import assert from "node:assert/strict";
import {
  readCurriculum,
  writeCurriculumRow,
} from "../../../../algorithms/addons/seval/curriculum.ts";
import { encodeNpy, MemoryFiles } from "../../../../core/mod.ts";

const place = { prefix: "a_", classes: 2 };
const values = (x: number) => ({ alpha: [1, 1], pi: [x, 1], tau: [0.9, x] });

Deno.test("writeCurriculumRow() drops the rows that are made anew and marks those that are not there", async () => {
  const files = new MemoryFiles();
  for (const row of [0, 1, 2]) {
    await writeCurriculumRow(files, place, { row, values: values(row) });
  }
  await writeCurriculumRow(files, place, { row: 1, values: values(0.5) });
  const rows = await readCurriculum(files, { ...place, from: "elsewhere" });
  assert.deepEqual(rows.map(({ pi }) => pi), [[0, 1], [0.5, 1]]);
  assert.deepEqual(rows[1]!.tau, [0.9, 0.5]);
  await writeCurriculumRow(files, { ...place, prefix: "b_" }, { row: 1, values: values(1) });
  const [first] = await readCurriculum(files, { ...place, prefix: "b_" });
  assert.deepEqual(first!.pi, [NaN, NaN]);
});

Deno.test("a curriculum has classes in the data set's order, however a run ranks them", async () => {
  const files = new MemoryFiles(), three = { prefix: "c_", classes: 3 };
  const of = (...pi: number[]) => ({ alpha: [1, 1, 1], pi, tau: pi });
  const estimated = { ...three, columns: [2, 0, 1] }, followed = { ...three, columns: [0, 2, 1] };
  await writeCurriculumRow(files, estimated, { row: 0, values: of(12, 10, 11) });
  assert.deepEqual((await readCurriculum(files, three))[0]?.pi, [10, 11, 12]);
  assert.deepEqual((await readCurriculum(files, followed))[0]?.tau, [10, 12, 11]);
});

Deno.test("readCurriculum() refuses files that are missing, of another width, or none", async () => {
  const files = new MemoryFiles();
  await assert.rejects(readCurriculum(files, place), /no curriculum file a_alpha\.npy in this run/);
  await files.write("a_alpha.npy", encodeNpy({ shape: [1, 3], data: new Float32Array(3) }));
  await assert.rejects(readCurriculum(files, place), /a_alpha\.npy has the shape \[1,3\]/);
  await files.write("a_alpha.npy", Uint8Array.of(1, 2));
  await assert.rejects(readCurriculum(files, place), /Cannot read a_alpha\.npy/);
});
