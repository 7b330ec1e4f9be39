/** Engines by steps against a stepper that makes one step after another: the same times and joules for every request. */
import { strict as assert } from "node:assert";
import fc from "fast-check";
import { buildWorld } from "../../../src/scenario/build.ts";
import { actuate } from "../../../src/world/actuators.ts";
import { OUTCOME } from "../../../src/world/cluster/service-stats.ts";
import { identities } from "../../../src/world/metrics/identities.ts";
import type { ServedModel } from "../../../src/world/serving/model-serving.ts";
import { StepReplica } from "../../../src/world/serving/step-replica.ts";
import { csv, loadYaml, near } from "../run-yaml.ts";
import { CONTROLLERS, clocks, requests, SWITCH_LATENCY_S } from "./arbitrary-steps.ts";
import { KINDS } from "./kinds.ts";
import { type Asked, type Done, GOLD_SLO_S, type Order, type Rules, SLO_S, stepByStep, type Told } from "./stepper.ts";

const END_S = 20_000;

const rules: fc.Arbitrary<Rules> = fc
  .record({
    engine: fc.constantFrom("vllm", "sarathi", "orca"),
    maxBatch: fc.integer({ min: 1, max: 6 }),
    chunk: fc.constantFrom(1, 3, 16, 40, 2048),
    kvBlocks: fc.constantFrom(0, 4, 5, 9, 14, 100),
    order: fc.option(
      fc.record({
        kind: fc.constantFrom("ssjf", "priority", "srpt", "edf", "mlfq"),
        dial: fc.constantFrom(-1, 0, 3),
      }) as fc.Arbitrary<Order>,
      { nil: undefined, freq: 6 },
    ),
    agingS: fc.constantFrom(3, 20, Infinity),
    clocks,
  })
  .map((each) => ({
    ...each,
    chunk: Math.max(each.chunk, each.maxBatch),
    agingS: each.order !== undefined && AGING.includes(each.order.kind) ? each.agingS : Infinity,
  }));

const AGING: readonly Order["kind"][] = ["ssjf", "priority", "srpt"];

function built(asked: readonly Asked[], { engine, maxBatch, chunk, kvBlocks, order, agingS }: Rules) {
  const memory = kvBlocks === 0 ? "unlimited" : kvBlocks;
  const spec = `{ kind: ${engine}, maxBatch: ${maxBatch}, ${engine === "orca" ? "" : `chunk: ${chunk}, `}kvBlocks: ${memory} }`;
  const aging = agingS === Infinity ? "" : `, aging: ${agingS} s`;
  const queue =
    order === undefined ? "" : `controllers: { queue: { ${CONTROLLERS[order.kind](order)}${aging}, target: { workload: chat } } }`;
  const text = `name: oracle
seed: 1
duration: ${END_S} s
sites: { west: { servers: { kind: small-8c, gpus: { kind: g.yaml } } } }
workloads:
  chat:
    kind: model-serving
    models: { llm: { kind: steps.yaml } }
    engine: ${spec}
    arrivals: { kind: trace, file: chat.csv }
    classes: { gold: { share: 0.5, priority: 1, slo: { latency: ${GOLD_SLO_S} s } }, rest: { share: 0.5 } }
    slo: { latency: ${SLO_S} s }
${queue}
`;
  const rows = asked.map(({ arrivalS, prompt, output, isGold }) => [arrivalS, prompt, output, isGold ? "gold" : "rest"] as const);
  const model = (KINDS["steps.yaml"] as string).replace("perSequence: 100 ms", "perSequence: 100 ms, perContextToken: 1 ms");
  const files = { ...KINDS, "steps.yaml": model, "chat.csv": csv("arrival_s,prompt_tokens,output_tokens,class", ...rows) };
  return buildWorld(loadYaml(text, files).spec, { seed: 1, warmupS: 0 });
}

function simulated(asked: readonly Asked[], rule: Rules): Told & { readonly itl: ServedModel["tally"] } {
  const { world, begin } = built(asked, rule);
  const done: Done[] = [];
  const [serving] = world.servings;
  serving?.service.watchers.push(({ id, startS, firstTokenS, energyJ, outcome }, finishS) => {
    done.push({ id, startS, firstS: firstTokenS, finishS, energyJ, isDropped: outcome === OUTCOME.dropped });
  });
  begin();
  for (const { atS, clockHz } of rule.clocks) {
    world.simulation.runUntil(atS - SWITCH_LATENCY_S);
    assert.equal(actuate(world, { kind: "gpu-clock", gpu: 0, clockHz }), undefined);
  }
  world.simulation.runUntil(END_S);
  for (const server of world.servers) server.finalize();
  for (const site of world.sites) site.close();
  for (const [name, holds] of Object.entries(identities(world))) assert.ok(holds, name);
  const model = serving?.service.models[0] as ServedModel;
  const [replica] = model.replicas;
  assert.ok(replica instanceof StepReplica);
  return { done, preemptions: replica.preemptions, gapsS: [], itl: model.tally };
}

/** Nearly, or both absent: of one that was dropped before it began. */
const same = (actual: number, expected: number): void => {
  if (!Number.isNaN(expected) || !Number.isNaN(actual)) near(actual, expected, 1e-9);
};

const byId = (done: readonly Done[]): readonly Done[] => done.toSorted((a, b) => a.id - b.id);

describe("engines by steps", function () {
  this.timeout(60_000);

  it("do what a step after another does, with preemptions, clocks that change and every queue rule", () => {
    let preempted = 0;
    fc.assert(
      fc.property(requests, rules, (asked, rule) => {
        const expected = stepByStep(asked, rule);
        const { done, preemptions, itl } = simulated(asked, rule);
        assert.deepEqual(
          byId(done).map(({ id }) => id),
          byId(expected.done).map(({ id }) => id),
        );
        byId(done).forEach(({ id, startS, firstS, finishS, energyJ, isDropped }, i) => {
          const other = byId(expected.done)[i] as Done;
          assert.equal(id, other.id);
          assert.equal(isDropped, other.isDropped);
          same(startS, other.startS);
          same(firstS, other.firstS);
          near(finishS, other.finishS, 1e-9);
          near(energyJ, other.energyJ, 1e-9);
        });
        assert.equal(preemptions, expected.preemptions);
        assert.equal(itl.gaps, expected.gapsS.length);
        near(
          itl.gapsS,
          expected.gapsS.reduce((sum, gapS) => sum + gapS, 0),
          1e-9,
        );
        near(itl.longestGapS, Math.max(0, ...expected.gapsS), 1e-9);
        preempted += preemptions;
      }),
      { seed: 11, numRuns: 1000 },
    );
    assert.ok(preempted > 100, "the random scenarios preempt");
  });
});
