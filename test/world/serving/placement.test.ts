/** Plans of placements against all that could be planned, on cases small enough to try them all. */
import { strict as assert } from "node:assert";
import { type Rng, rootRng } from "../../../src/kernel/index.ts";
import type { GpuKindSpec } from "../../../src/world/serving/gpu-kind.ts";
import type { ModelKindSpec } from "../../../src/world/serving/model-kind.ts";
import { placeExclusive } from "../../../src/world/serving/placement/exclusive.ts";
import { packReplicas } from "../../../src/world/serving/placement/packed.ts";
import { PartTable, type PlannedReplica, roomB, type Slot } from "../../../src/world/serving/placement/plan.ts";
import { type Group, type Sample, scoreOf } from "../../../src/world/serving/placement/score.ts";
import { searchPlacement } from "../../../src/world/serving/placement/search.ts";
import { loadYaml } from "../run-yaml.ts";
import { SHARED_KINDS } from "./shared-kinds.ts";

const { spec } = loadYaml(
  `name: kinds
duration: 1 s
sites: { west: { servers: { kind: small-8c, gpus: { kind: ./g.yaml, count: 2 } } } }
workloads: { chat: { kind: model-serving, models: { a: { kind: ./small.yaml }, b: { kind: ./cut.yaml } }, outputTokens: 4, arrivals: { kind: poisson, rate: 0.01 req/s } } }
`,
  SHARED_KINDS,
);
const GPU = spec.gpuKinds["g.yaml"] as GpuKindSpec;
const [DECODER, ENCODER] = ["small.yaml", "cut.yaml"].map((name) => spec.modelKinds[name] as ModelKindSpec) as [
  ModelKindSpec,
  ModelKindSpec,
];
const GIB = 1_073_741_824;

/** A kind of its own for each size, all of which the models call g. */
const kindOf = (room: number): string => `${room}/g`;
const ROOMS = Array.from({ length: 8 }, (_, room) => room);

/** GPUs with so many GiB for weights, in servers of `perServer`. */
const slotsOf = (rooms: readonly number[], perServer = 1): readonly Slot[] =>
  rooms.map((room, index) => {
    const kind = { ...GPU, memory: GPU.overhead + room * GIB };
    return { index, server: Math.floor(index / perServer), name: `gpu${index}`, kindName: kindOf(room), kind, clockHz: 1e9 };
  });
const decoder = (weights: number): ModelKindSpec => ({ ...DECODER, weights: weights * GIB });
const encoder = (weights: number): ModelKindSpec => ({ ...ENCODER, weights: weights * GIB });

describe("replicas with GPUs of their own", () => {
  /** The most asks that find a place, over all ways to give them. */
  function mostPlaced(weights: readonly number[], rooms: readonly number[], taken: ReadonlySet<number> = new Set()): number {
    const [first, ...others] = weights;
    if (first === undefined) return 0;
    let most = mostPlaced(others, rooms, taken);
    for (const [i, room] of rooms.entries())
      if (!taken.has(i) && first <= room) most = Math.max(most, 1 + mostPlaced(others, rooms, new Set([...taken, i])));
    return most;
  }

  it("find a place wherever any order of placing would", () => {
    const rng = rootRng(2);
    for (let i = 0; i < 300; i++) {
      const rooms = Array.from({ length: 1 + rng.int(5) }, () => 1 + rng.int(4));
      const weights = Array.from({ length: 1 + rng.int(5) }, () => 1 + rng.int(4));
      const table = new PartTable(weights.map(decoder));
      const asks = weights.map((_, model) => ({ stages: 1, partsOn: (slot: Slot) => table.of(model, slot, 1) }));
      const places = placeExclusive(asks, slotsOf(rooms));
      const given = places.flatMap((gpus) => gpus ?? []);
      assert.equal(new Set(given).size, given.length);
      for (const [model, gpus] of places.entries())
        for (const gpu of gpus ?? []) assert.ok((weights[model] as number) <= (rooms[gpu] as number));
      assert.equal(given.length, mostPlaced(weights, rooms), `${weights} on ${rooms}`);
    }
  });

  it("move for one that only their place holds", () => {
    // The first takes the smaller of the two that may hold it; the second may only have that one.
    const slots = slotsOf([4, 4]);
    const table = new PartTable([decoder(2), decoder(2)]);
    const may = [slots, slots.slice(0, 1)];
    const asks = may.map((own, model) => ({
      stages: 1,
      partsOn: (slot: Slot) => (own.includes(slot) ? table.of(model, slot, 1) : undefined),
    }));
    assert.deepEqual(placeExclusive(asks, slots), [[1], [0]]);
  });

  it("that span GPUs come first, in the server with the fewest that suffices", () => {
    const slots = slotsOf([4, 4, 4, 4, 4], 3); // three in the first server, two in the second
    const table = new PartTable([decoder(2), encoder(2)]);
    const ask = (model: number, stages: number) => ({ stages, partsOn: (slot: Slot) => table.of(model, slot, stages) });
    assert.deepEqual(placeExclusive([ask(0, 1), ask(1, 2)], slots), [[0], [3, 4]]);
  });
});

describe("replicas packed by memory", () => {
  it("go largest first, each on the first GPU with room, no two of one model on one", () => {
    // 5 on the first, 4 and 4 on the second and the third; 2 beside the 5, 1 beside the first 4.
    const table = new PartTable([decoder(1), decoder(4), decoder(5), decoder(2)]);
    const wanted = [0, 1, 1, 2, 3].map((model) => ({ model, stages: 1 }));
    const { replicas } = packReplicas(wanted, slotsOf([7, 7, 7]), table);
    assert.deepEqual(replicas, [
      { model: 0, gpus: [1] },
      { model: 1, gpus: [1] },
      { model: 1, gpus: [2] },
      { model: 2, gpus: [0] },
      { model: 3, gpus: [0] },
    ]);
  });

  it("put each stage of one that spans GPUs on a GPU of its own, of one server", () => {
    const table = new PartTable([encoder(4), decoder(3)]);
    const wanted = [
      { model: 0, stages: 2 },
      { model: 1, stages: 1 },
    ];
    // Two stages of 2: the lone GPU of the first server is of no use; beside them there is room for 3 on the second.
    const slots = slotsOf([2, 4, 5]).map((slot) => ({ ...slot, server: slot.index === 0 ? 0 : 1 }));
    assert.deepEqual(packReplicas(wanted, slots, table).replicas, [
      { model: 0, gpus: [1, 2] },
      { model: 1, gpus: [2] },
    ]);
  });

  it("say who found no room, and how much there was", () => {
    const table = new PartTable([decoder(3), decoder(2)]);
    const { missed } = packReplicas(
      [0, 0, 1].map((model) => ({ model, stages: 1 })),
      slotsOf([4, 4]),
      table,
    );
    assert.deepEqual(missed, { model: 1, leftB: GIB });
  });
});

/** Requests at whole seconds for models by turns, of so many seconds alone. */
function sampleOf(rows: readonly (readonly [arrivalS: number, model: number, aloneS: number])[], sloS: readonly number[]): Sample {
  const column = (i: 0 | 1 | 2) => rows.map((row) => row[i]);
  return {
    arrivalS: Float64Array.from(column(0)),
    model: Int32Array.from(column(1)),
    aloneS: new Map(ROOMS.map((room) => [kindOf(room), Float64Array.from(column(2))])),
    transferS: new Map(ROOMS.map((room) => [kindOf(room), Float64Array.from(rows, () => 0.5)])),
    sloS,
  };
}

describe("the score of a placement", () => {
  it("serves in order, takes a group for the longest stage, and turns away who would be late", () => {
    const table = new PartTable([encoder(2)]);
    const slots = slotsOf([4, 4], 2);
    // 4 s alone, SLO 7 s. One GPU: 0-4; 4-8 for the one at 1 s: 7 s; the one at 2 s would take 10 s.
    const sample = sampleOf(
      [
        [0, 0, 4],
        [1, 0, 4],
        [2, 0, 4],
      ],
      [7],
    );
    assert.deepEqual(scoreOf([{ slots: slots.slice(0, 1), models: [0] }], sample, table), { attainment: 2 / 3, latencyMeanS: 5.5 });
    // Two stages: free after 2 s each, and 4.5 s in all: 4.5, 2 - 1 + 4.5, 4 - 2 + 4.5.
    const piped = scoreOf([{ slots, models: [0] }], sample, table);
    assert.equal(piped.attainment, 1);
    assert.ok(Math.abs(piped.latencyMeanS - 16.5 / 3) < 1e-12);
  });
});

describe("the search of a placement", () => {
  /** Requests of two or three models that come in bursts. */
  function randomSample(rng: Rng, models: number): Sample {
    let atS = 0;
    const rows = Array.from({ length: 60 }, () => {
      atS += rng.int(3);
      const model = rng.int(models);
      return [atS, model, 1 + model] as const;
    });
    return sampleOf(
      rows,
      Array.from({ length: models }, (_, model) => 3 * (1 + model)),
    );
  }

  /** The best attainment of all ways to put models on GPUs that leave none out. */
  function bestOf(weights: readonly number[], slots: readonly Slot[], sample: Sample, table: PartTable): number {
    let best = -1;
    const ways = 2 ** weights.length;
    const tryAll = (groups: readonly Group[]): void => {
      const slot = slots[groups.length];
      if (slot === undefined) {
        if (weights.every((_, model) => groups.some(({ models }) => models.includes(model))))
          best = Math.max(best, scoreOf(groups, sample, table).attainment);
        return;
      }
      for (let way = 0; way < ways; way++) {
        const models = weights.map((_, model) => model).filter((model) => Math.floor(way / 2 ** model) % 2 === 1);
        const usedB = models.reduce((sum, model) => sum + (weights[model] as number) * GIB, 0);
        if (usedB <= roomB(slot.kind)) tryAll([...groups, { slots: [slot], models }]);
      }
    };
    tryAll([]);
    return best;
  }

  it("answers all but three of 60 requests that the best of all placements answers, and finds one wherever first fit decreasing does", () => {
    const rng = rootRng(3);
    let equal = 0;
    let tried = 0;
    for (let i = 0; i < 60; i++) {
      const weights = Array.from({ length: 2 + rng.int(2) }, () => 1 + rng.int(3));
      const slots = slotsOf(Array.from({ length: 2 + rng.int(2) }, () => 3 + rng.int(3)));
      const table = new PartTable(weights.map(decoder));
      const sample = randomSample(rng, weights.length);
      const best = bestOf(weights, slots, sample, table);
      const found = searchPlacement(slots, { sample, table, objective: "alpa-serve" });
      const packs =
        packReplicas(
          weights.map((_, model) => ({ model, stages: 1 })),
          slots,
          table,
        ).missed === undefined;
      assert.equal(found !== undefined, packs);
      if (found === undefined) continue;
      const score = scoreOf(groupsOf(found, slots), sample, table).attainment;
      tried++;
      if (score === best) equal++;
      assert.ok(score <= best && Math.round(60 * (best - score)) <= 3, `${score} of ${best}: ${weights}`);
    }
    assert.ok(tried > 40 && equal > 0.8 * tried, `${equal} of ${tried}`);
  });

  const groupsOf = (replicas: readonly PlannedReplica[], slots: readonly Slot[]): readonly Group[] =>
    slots.map((slot) => ({ slots: [slot], models: replicas.filter(({ gpus }) => gpus[0] === slot.index).map(({ model }) => model) }));

  it("cuts models where that keeps the SLO and replicas do not", () => {
    // Bursts of two requests of 4 s for each of two models, SLO 6.5 s; a GPU holds one of them whole, or half of both. Each model alone on its
    // GPU answers the second after 8 s; the pipeline after 2 + 4.5.
    const table = new PartTable([encoder(4), encoder(4)]);
    const rows = [0, 20, 40, 60].flatMap((atS, i) => [0, 0].map(() => [atS, i % 2, 4] as const));
    const sample = sampleOf(rows, [6.5, 6.5]);
    const found = searchPlacement(slotsOf([4, 4], 2), { sample, table, objective: "alpa-serve" });
    assert.deepEqual(found, [
      { model: 0, gpus: [0, 1] },
      { model: 1, gpus: [0, 1] },
    ]);
  });

  it("of mu-Serve puts like with like where attainment is the same; that of AlpaServe does not look", () => {
    // Two encoders and two decoders of 2 GiB, two GPUs of 4 GiB: any pairing answers all requests, which never meet.
    const table = new PartTable([encoder(2), decoder(2), encoder(2), decoder(2)]);
    const rows = Array.from({ length: 40 }, (_, i) => [10 * i, i % 4, 1] as const);
    const sample = sampleOf(rows, [9, 9, 9, 9]);
    const onOne = (objective: "alpa-serve" | "mu-serve") =>
      (searchPlacement(slotsOf([4, 4]), { sample, table, objective }) as readonly PlannedReplica[])
        .filter(({ gpus }) => gpus[0] === 0)
        .map(({ model }) => model);
    assert.deepEqual(onOne("mu-serve"), [0, 2]);
    assert.deepEqual(onOne("alpa-serve"), [0, 1]);
  });
});
