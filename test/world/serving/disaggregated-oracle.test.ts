/** The engine that parts prompts from answers against a stepper that plays first the one, then the other: the same times and joules for every request. */
import { strict as assert } from "node:assert";
import fc from "fast-check";
import { buildWorld } from "../../../src/scenario/build.ts";
import { actuate } from "../../../src/world/actuators.ts";
import { identities } from "../../../src/world/metrics/identities.ts";
import type { ServedModel } from "../../../src/world/serving/model-serving.ts";
import { StepReplica } from "../../../src/world/serving/step-replica.ts";
import { csv, loadYaml, near } from "../run-yaml.ts";
import { CONTROLLERS, clocks, requests, SWITCH_LATENCY_S } from "./arbitrary-steps.ts";
import { type Disaggregated, promptsThenAnswers } from "./disaggregated-stepper.ts";
import { KINDS } from "./kinds.ts";
import { type Asked, type Done, GOLD_SLO_S, type Order, SLO_S, type Told } from "./stepper.ts";

const END_S = 20_000;
const TOKEN_B = 64 * 2 ** 20;

/** No two requests come at one instant, so that no two replicas begin or end a step at one: only then does it not matter who is asked first. */
const apart = requests.map((asked) => asked.map((each, i): Asked => ({ ...each, arrivalS: each.arrivalS + (i * Math.sqrt(7)) / 1000 })));

const rules: fc.Arbitrary<Disaggregated> = fc
  .record({
    prefills: fc.constantFrom(1, 2),
    decodes: fc.constantFrom(1, 2),
    maxBatch: fc.integer({ min: 1, max: 6 }),
    chunk: fc.constantFrom(3, 16, 40, 2048),
    kvBlocks: fc.constantFrom(0, 4, 5, 9, 14, 100),
    clocks,
    order: fc.constantFrom<(Order | undefined)[]>(
      ...[undefined, { kind: "ssjf", dial: 0 } as const, { kind: "edf", dial: 0 } as const],
      ...[{ kind: "priority", dial: 0 } as const, { kind: "srpt", dial: -1 } as const, { kind: "mlfq", dial: 0 } as const],
    ),
    // Seconds of the roots of primes: nothing arrives where a step ends.
    latencyS: fc.constantFrom(Math.sqrt(5) / 10, Math.sqrt(5)),
    tokenS: fc.constantFrom(Math.sqrt(11) / 1000, Math.sqrt(11) / 20),
  })
  .map((each) => ({ ...each, chunk: Math.max(each.chunk, each.maxBatch) }));

function simulated(asked: readonly Asked[], rule: Disaggregated): Told & { readonly itl: ServedModel["tally"] } {
  const { prefills, decodes, maxBatch, chunk, kvBlocks, order, latencyS, tokenS } = rule;
  const memory = kvBlocks === 0 ? "unlimited" : kvBlocks;
  const link = `{ bandwidth: ${TOKEN_B / tokenS} B/s, latency: ${latencyS} s }`;
  const engine = `{ kind: disaggregated, prefill: ${prefills}, maxBatch: ${maxBatch}, chunk: ${chunk}, kvBlocks: ${memory}, link: ${link} }`;
  const replicas = prefills + decodes;
  const text = `name: oracle
seed: 1
duration: ${END_S} s
sites: { west: { servers: { kind: small-8c, gpus: { kind: g.yaml, count: ${replicas} } } } }
workloads:
  chat:
    kind: model-serving
    models: { llm: { kind: steps.yaml, replicas: ${replicas} } }
    engine: ${engine}
    arrivals: { kind: trace, file: chat.csv }
    classes: { gold: { share: 0.5, priority: 1, slo: { latency: ${GOLD_SLO_S} s } }, rest: { share: 0.5 } }
    slo: { latency: ${SLO_S} s }
controllers:
  route: { kind: round-robin, target: { workload: chat } }
  ${order === undefined ? "" : `queue: { ${CONTROLLERS[order.kind](order)}, target: { workload: chat } }`}
`;
  const rows = asked.map(({ arrivalS, prompt, output, isGold }) => [arrivalS, prompt, output, isGold ? "gold" : "rest"] as const);
  const model = (KINDS["steps.yaml"] as string).replace("perSequence: 100 ms", "perSequence: 100 ms, perContextToken: 1 ms");
  const files = { ...KINDS, "steps.yaml": model, "chat.csv": csv("arrival_s,prompt_tokens,output_tokens,class", ...rows) };
  const { world, begin } = buildWorld(loadYaml(text, files).spec, { seed: 1, warmupS: 0 });
  const done: Done[] = [];
  const [serving] = world.servings;
  serving?.service.watchers.push(({ id, startS, firstTokenS, energyJ }, finishS) => {
    done.push({ id, startS, firstS: firstTokenS, finishS, energyJ, isDropped: false });
  });
  begin();
  for (const { atS, clockHz } of rule.clocks) {
    world.simulation.runUntil(atS - SWITCH_LATENCY_S);
    const { requests_balance, kv_blocks_conserved } = identities(world); // meters are read at the end
    assert.ok(requests_balance && kv_blocks_conserved);
    for (const gpu of world.devices.keys()) assert.equal(actuate(world, { kind: "gpu-clock", gpu, clockHz }), undefined);
  }
  world.simulation.runUntil(END_S);
  for (const server of world.servers) server.finalize();
  for (const site of world.sites) site.close();
  for (const [name, holds] of Object.entries(identities(world))) assert.ok(holds, name);
  const model0 = serving?.service.models[0] as ServedModel;
  const preemptions = model0.replicas.reduce(
    (sum, replica) => sum + (replica instanceof StepReplica ? replica.preemptions : Number.NaN),
    0,
  );
  return { done, preemptions, gapsS: [], itl: model0.tally };
}

const byId = (done: readonly Done[]): readonly Done[] => done.toSorted((a, b) => a.id - b.id);

describe("an engine that parts prompts from answers", function () {
  this.timeout(60_000);

  it("does what prompts, links and answers do one after another, with full memory, preemptions, clocks that change and queue rules", () => {
    let preempted = 0;
    fc.assert(
      fc.property(apart, rules, (asked, rule) => {
        const expected = promptsThenAnswers(asked, rule);
        const { done, preemptions, itl } = simulated(asked, rule);
        assert.equal(done.length, asked.length);
        assert.equal(expected.done.length, asked.length);
        byId(done).forEach(({ id, startS, firstS, finishS, energyJ }, i) => {
          const other = byId(expected.done)[i] as Done;
          assert.equal(id, other.id);
          near(startS, other.startS, 1e-9);
          near(firstS, other.firstS, 1e-9);
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
      { seed: 12, numRuns: 300 },
    );
    assert.ok(preempted > 50, "the random scenarios preempt");
  });
});
