import { comatch, labelGraph } from "../../../algorithms/bases/comatch.ts";
import { simmatch } from "../../../algorithms/bases/simmatch.ts";
import { alignUniform } from "../../../algorithms/shared/distribution_alignment.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { mul, softmax, sum } from "../../../core/autograd/ops/mod.ts";
import { Tape } from "../../../core/autograd/tape.ts";
import { Builder } from "../../../core/nn/builder.ts";
import { projectorHead } from "../../../core/nn/heads/projector.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { GoldenRunner } from "../runner.ts";
import { CaseReader } from "./case_reader.ts";
import { familyTolerance } from "./daso_tolerance.ts";
import { StepCase } from "./step_case.ts";
import { StubModel, type StubViews } from "./stub_model.ts";

/**
 * `alg_usb_memory`: CoMatch and SimMatch on given logits and embeddings, and the projectors that make
 * these. What a case holds says of which kind it is.
 */
export const run: GoldenRunner = async (c, check, open) => {
  const read = new CaseReader(c, check, familyTolerance(c).values);
  if (c.has("step0/z")) await checkMemorySteps(read, await open());
  else if (c.has("g")) await checkProjector(read, await open());
  else check.fail("", "no kind of case holds these tensors");
  read.finish();
};

async function checkMemorySteps(read: CaseReader, device: Device): Promise<void> {
  const { case: c } = read, { params: p } = c, graph = c.has("step0/Q");
  const B: number = p.B, unlabeled = B * p.mu, name = graph ? "comatch" : "simmatch";
  const strong = ["strong", unlabeled] as const;
  const views: StubViews = [
    ["labeled", B],
    ["weak", unlabeled],
    strong,
    ...(graph ? [strong] : []),
  ];
  const model = new StubModel({ heads: { main: p.classes, projector: p.D } });
  const steps = new StepCase(device, {
    stack: compose(graph ? comatchOf(read) : simmatchOf(read)),
    model,
    // The labeled images are as many as the bank has places.
    data: { counts: new Array<number>(p.classes).fill(1), labeled: p.K ?? B },
  });
  if (!graph) startBank(read, steps);
  const { gradients, others: [embeddings] } = familyTolerance(c);
  for (let i = 0; c.has(`step${i}/z`); i++) {
    const at = (what: string) => `step${i}/${what}`;
    const epoch = graph ? Number(i >= p.first_epoch1_step) : read.scalar(at("epoch"));
    const reading = await steps.step({
      images: model.images(views, {
        main: read.floats(at("z")),
        projector: read.floats(at("f")),
      }),
      y: read.ints(at("y")),
      progress: { step: i, steps: 1000, epoch, epochSteps: 1 },
      ...(graph ? {} : { index: { labeled: read.ints(at("idx_lb")) } }),
      probe: (s, t) => {
        const { bank, held } = steps.state.of(name);
        const plain = softmax(s.student.weak[0]!.logits()); // both methods have one
        return {
          p_da: alignUniform({ bank: bank!, held: held! }, plain), // declared
          ...(graph ? { Q: labelGraph(t.probs, p.graph_cutoff) } : {}),
        };
      },
    });
    const { p_da: aligned = [], Q = [] } = reading.probed;
    read.close(at("p_da"), aligned);
    read.close(at("p"), reading.probs);
    read.equal(at("mask"), reading.mask);
    read.close(at("Q"), Q);
    const changed = reading.probs.some((v, k) => Math.abs(v - aligned[k]!) > 1e-6); // alike
    read.equal(at("smoothed"), changed);
    const { labeled = NaN, unlabeled: learned = NaN, contrast = NaN, instance = 0 } = reading.terms;
    read.close(at("Ls"), labeled);
    read.close(at("Lu"), learned / p.lambda_u);
    read.close(at("Lc"), contrast / p.lambda_c);
    read.close(at("Lin_weighted"), instance);
    read.close(at("loss"), reading.loss);
    read.close(at("d_z"), model.gradient(reading, "main"), gradients);
    read.close(at("d_f"), model.gradient(reading, "projector"), embeddings);
    await checkMemory(read, steps, { at, name, i });
  }
}

/** Compares what is remembered after a step. */
async function checkMemory(
  read: CaseReader,
  steps: StepCase,
  { at, name, i }: {
    readonly at: (what: string) => string;
    readonly name: string;
    readonly i: number;
  },
): Promise<void> {
  const { params: p } = read.case, state = (key: string) => steps.readState(`${name}/${key}`);
  // The original writes to rings; here the oldest row is the first.
  const slot = (i + 1) % p.da_len;
  read.equal(at("da_ptr"), slot);
  read.close(at("da_ring"), asRing(await state("bank"), { width: p.classes, next: slot }));
  if (name === "comatch") {
    const next = (i + 1) * p.B * (1 + p.mu) % p.queue_size;
    read.equal(at("queue_ptr"), next);
    read.close(at("queue_f"), asRing(await state("embeddings"), { width: p.D, next }));
    read.close(at("queue_p"), asRing(await state("labels"), { width: p.classes, next }));
    return;
  }
  const embeddings = await state("embeddings"), labels = await state("labels");
  const places = embeddings.length / p.D;
  const columns = embeddings.map((_, k) => embeddings[k % places * p.D + Math.floor(k / places)]!); // turned
  read.close(at("bank"), columns);
  const classes = Array.from(
    { length: places },
    (_, k) => labels.subarray(k * p.classes, (k + 1) * p.classes).indexOf(1),
  );
  read.equal(at("bank_labels"), classes);
}

/** Rows that begin with the oldest, as they lie in a ring whose next place is `next`. */
function asRing(
  rows: Float32Array,
  { width, next }: { readonly width: number; readonly next: number },
): Float32Array {
  const cut = rows.length - next * width;
  return Float32Array.from([...rows.subarray(cut), ...rows.subarray(0, cut)]);
}

function comatchOf({ case: { params: p } }: CaseReader) {
  return comatch({
    threshold: p.p_cutoff,
    lambda: p.lambda_u,
    contrast: p.lambda_c,
    cutoff: p.graph_cutoff,
    temperature: p.T,
    alpha: p.alpha,
    queue: p.queue_size,
    batches: p.da_len,
    width: p.D,
  });
}

function simmatchOf({ case: c }: CaseReader) {
  const { params: p } = c, replaced = p.bank_momentum === "replace";
  return simmatch({
    threshold: p.p_cutoff,
    lambda: p.lambda_u,
    instance: p.lambda_in,
    temperature: p.T,
    alpha: p.alpha,
    batches: p.da_len,
    width: p.D,
    ...(replaced
      ? { network: "average", momentum: 0 }
      : { momentum: p.bank_momentum, scale: c.name.endsWith("_quirk") ? "batch" : "each" }),
  });
}

/** The bank as the case has it before its first step, of images of class 0. */
function startBank(read: CaseReader, steps: StepCase): void {
  const { K: places, D: width, classes } = read.case.params, columns = read.floats("bank_init");
  steps.setState(
    "simmatch/embeddings",
    columns.map((_, k) => columns[k % width * places + Math.floor(k / width)]!), // turned
  );
  steps.setState(
    "simmatch/labels",
    Array.from({ length: places * classes }, (_, k) => Number(k % classes === 0)),
  );
}

/** A projector's vectors, and gradients by its input and parameters. */
async function checkProjector(read: CaseReader, device: Device): Promise<void> {
  const { case: c } = read, { params: p } = c, [rows = 0] = c.tensor("x").shape;
  const b = new Builder();
  const layer = projectorHead(b, "mlp_proj", p.features, {
    hidden: p.features,
    norm: false,
    outputs: p.proj,
    copies: p.epass ? 3 : 1,
  });
  const set = b.finish(), weights = set.allocate(device);
  set.parameters.specs.forEach(({ name }, i) => {
    device.write(weights.parameters[i]!, read.floats(`w/${name}`)); // one a spec
  });
  const x = device.tensor(read.floats("x"), [rows, p.features]);
  const upstream = device.tensor(read.floats("g"), [rows, p.proj]);
  const { out, found } = device.keep(() =>
    device.scope(() => {
      const wanted = [x, ...weights.parameters];
      const tape = new Tape(device, new Map(wanted.map((tensor) => [tensor, null])));
      return tape.record(() => {
        const out = layer(x, { weights, norm: "batch" });
        const gradients = tape.backward(sum(mul(out, upstream)));
        return { out, found: wanted.map((tensor) => gradients.get(tensor)!) }; // all take part
      });
    })
  );
  const [vectors, ...all] = await device.readAll([out, ...found]);
  const { others: [allowed] } = familyTolerance(c);
  read.close("out", vectors!); // it was read
  const names = ["d_x", ...set.parameters.specs.map(({ name }) => `d_w/${name}`)];
  names.forEach((name, i) => read.close(name, all[i]!, allowed)); // one a name
}
