/** One suite for every controller and rule in the registry: whoever adds a kind adds no test here. */
import { strict as assert } from "node:assert";
import { existsSync } from "node:fs";
import fc from "fast-check";
import { type AnyControllerPlugin, controllers, type Deciders, type Decision } from "../../src/control/index.ts";
import { rootRng } from "../../src/kernel/index.ts";
import type { ServerId } from "../../src/world/base/id.ts";
import { type FleetServer, ServerFleetIndex } from "../../src/world/cluster/placement/fleet-index.ts";
import type { FleetIndex, JobView, OracleRequestView, PlaceRule, RouteRule } from "../../src/world/cluster/ports.ts";
import type { Action } from "../../src/world/ports.ts";
import { CountingRng, hourly, job, replicas, request, telemetry } from "../control/make.ts";
import { BruteFleet, frozenCopy } from "../world/cluster/brute-fleet.ts";

const HOUR_S = 3600;
const plugins = [...controllers.values()];
const fresh = (plugin: AnyControllerPlugin) => plugin.create(plugin.schema.parse({ kind: plugin.kind }));

describe("every controller plugin", () => {
  for (const plugin of plugins) {
    it(`${plugin.kind}: says what it is`, () => {
      assert.match(plugin.kind, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      assert.ok(existsSync(new URL(`../../src/control/${plugin.kind}.js`, import.meta.url)), "the file is named after the kind");
      assert.match(plugin.doc, /^[A-Z][^\n]*\.$/);
      assert.equal(fresh(plugin).kind, plugin.decides);
      assert.ok(!plugin.needsOracle || plugin.oracles.length > 0);
      assert.equal(plugin.decides === "oracle-queue", plugin.oracles.includes("work"));
    });

    it(`${plugin.kind}: has defaults, and refuses an unknown key`, () => {
      assert.equal(plugin.schema.safeParse({ kind: plugin.kind }).success, true);
      assert.equal(plugin.schema.safeParse({ kind: plugin.kind, kinds: 1 }).success, false);
      assert.equal(plugin.schema.safeParse({ kind: "other" }).success, false);
    });
  }
});

describe("every queue rule", () => {
  for (const [kind, create] of [...rules("queue"), ...rules("oracle-queue")]) {
    it(`${kind}: a finite key that depends on the view alone`, () => {
      const rule = create();
      const truths = rule.kind === "oracle-queue" ? [] : (["workS", "remainingWorkS"] as const);
      fc.assert(
        fc.property(requests, (view) => {
          const first = rule.key(guarded(view, truths));
          assert.ok(Number.isFinite(first));
          assert.equal(rule.key(guarded(view, truths)), first);
          assert.equal(create().key(view), first);
        }),
        { seed: 5 },
      );
    });
  }
});

describe("every route rule", () => {
  for (const [kind, create] of rules("route")) {
    it(`${kind}: legal positions, and the same draws a call whatever the loads and the number of replicas`, () => {
      const rng = new CountingRng(rootRng(6));
      const rule = create();
      rule.choose(request(), replicas([0]), rng);
      const drawsPerCall = rng.draws;
      fc.assert(
        fc.property(loads, (queue) => {
          const before = rng.draws;
          const position = rule.choose(guarded(request(), ["workS", "remainingWorkS"]), replicas(queue), rng);
          assert.ok(Number.isInteger(position) && position >= 0 && position < queue.length);
          assert.equal(rng.draws - before, drawsPerCall);
        }),
        { seed: 6 },
      );
    });

    it(`${kind}: same seed, same choices`, () => {
      fc.assert(
        fc.property(fc.array(loads, { maxLength: 20 }), fc.nat(), (calls, seed) => {
          const run = (rule: RouteRule): number[] => {
            const rng = rootRng(seed);
            return calls.map((queue) => rule.choose(request(), replicas(queue), rng));
          };
          assert.deepEqual(run(create()), run(create()));
        }),
        { seed: 7 },
      );
    });
  }
});

describe("every place rule", () => {
  for (const [kind, create] of rules("place")) {
    it(`${kind}: a server that fits, if one does; on a frozen copy, the same`, () => {
      fc.assert(
        fc.property(fleets, jobs, fc.nat(), (states, asked, seed) => {
          const live = fleetOf(states);
          const frozen = new BruteFleet(frozenCopy(live.columns()));
          const choices = choicesOf(create(), asked, live, seed);
          assert.deepEqual(choicesOf(create(), asked, frozen, seed), choices);
          assert.deepEqual(choicesOf(create(), asked, live, seed), choices);
          for (const [at, choice] of choices.entries()) {
            const fitting = frozen.fitting(asked[at] as JobView);
            assert.ok(choice === undefined ? fitting.length === 0 : fitting.includes(choice));
          }
        }),
        { seed: 8, numRuns: 300 },
      );
    });
  }
});

describe("every delay rule", () => {
  for (const [kind, create] of rules("delay")) {
    it(`${kind}: not before now, not beyond the slack, always the same`, () => {
      const slack = fc.oneof(fc.double({ min: 0, max: 40 * HOUR_S, noNaN: true }), fc.constant(Number.POSITIVE_INFINITY));
      fc.assert(
        fc.property(grid, slack, fc.double({ min: 0, max: 50 * HOUR_S, noNaN: true }), (values, slackS, nowS) => {
          const startS = create().startS(job({ arrivalS: nowS, slackS }), nowS, hourly(values));
          assert.ok(startS >= nowS && startS <= nowS + slackS && Number.isFinite(startS));
          assert.equal(create().startS(job({ arrivalS: nowS, slackS }), nowS, hourly(values)), startS);
        }),
        { seed: 9 },
      );
    });
  }
});

describe("every periodic controller", () => {
  for (const [kind, create] of rules("periodic")) {
    it(`${kind}: a period, actions on its own target only, and none when nothing changed`, () => {
      assert.ok(create().periodS > 0);
      fc.assert(
        fc.property(grid, fc.array(fc.nat({ max: 60 }), { maxLength: 12 }), (values, hours) => {
          const run = (): (readonly Action[])[] => {
            const controller = create();
            const rng = rootRng(10);
            return hours.map((hour) => {
              const seen = telemetry(hour * HOUR_S, hourly(values));
              const said = controller.decide(seen, rng);
              assert.deepEqual(controller.decide(seen, rng), [], "said twice");
              return said;
            });
          };
          const said = run();
          assert.deepEqual(run(), said);
          for (const action of said.flat()) assert.ok(!("workload" in action) || action.workload === "etl");
        }),
        { seed: 10 },
      );
    });
  }
});

const grid = fc.array(fc.nat({ max: 500 }), { minLength: 1, maxLength: 60 });
const loads = fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 12 });
const requests: fc.Arbitrary<OracleRequestView> = fc.record({
  id: fc.nat(),
  arrivalS: fc.double({ min: 0, max: 1e6, noNaN: true }),
  classIndex: fc.nat({ max: 3 }),
  priority: fc.integer({ min: -5, max: 5 }),
  attempt: fc.integer({ min: 1, max: 5 }),
  predictedTokens: fc.nat({ max: 4096 }),
  deadlineS: fc.double({ min: 0, max: 1e6, noNaN: true }),
  isRunning: fc.boolean(),
  predictedLeftS: fc.double({ min: 0, max: 1e3, noNaN: true }),
  attainedS: fc.double({ min: 0, max: 1e3, noNaN: true }),
  isPromoted: fc.boolean(),
  firstTokenS: fc.double({ min: 0, max: 10, noNaN: true }),
  recomputeS: fc.double({ min: 0, max: 10, noNaN: true }),
  earliestEndS: fc.double({ min: 0, max: 1e6, noNaN: true }),
  workS: fc.double({ min: 0, max: 1e3, noNaN: true }),
  remainingWorkS: fc.double({ min: 0, max: 1e3, noNaN: true }),
});
const jobs = fc.array(
  fc
    .record({ cores: fc.integer({ min: 0, max: 80 }), memoryB: fc.nat({ max: 6 }) })
    .map(({ cores, memoryB }) => job({ cores: cores / 10, memoryB })),
  { maxLength: 10 },
);
const fleets = fc.array(
  fc.record({
    freeCores: fc.integer({ min: 0, max: 80 }),
    freeMemoryB: fc.nat({ max: 6 }),
    open: fc.boolean(),
    peakW: fc.constantFrom(200, 300, 400),
  }),
  { minLength: 1, maxLength: 20 },
);

/** Makers of all rules that decide one thing, with their defaults. */
function rules<D extends Decision>(decides: D): [string, () => Deciders[D]][] {
  const found = plugins.filter((plugin) => plugin.decides === decides);
  return found.map((plugin) => [plugin.kind, () => fresh(plugin) as Deciders[D]]);
}

/** A view that fails when someone reads a field that it does not show, even past the compiler. */
function guarded(view: OracleRequestView, hidden: readonly (keyof OracleRequestView)[]): OracleRequestView {
  return new Proxy(view, {
    get(target, field) {
      if (!(field in target) || (hidden as readonly PropertyKey[]).includes(field)) throw new Error(`read ${String(field)}`);
      return Reflect.get(target, field);
    },
  });
}

interface ServerState {
  readonly freeCores: number;
  readonly freeMemoryB: number;
  readonly open: boolean;
  readonly peakW: number;
}

function fleetOf(states: readonly ServerState[]): ServerFleetIndex {
  const servers = states.map(({ peakW }, at): FleetServer => ({ id: at as ServerId, cores: 8, memoryB: 6, idleW: 100, peakW }));
  const fleet = new ServerFleetIndex(servers);
  for (const [at, state] of states.entries()) fleet.update(at as ServerId, state.freeCores / 10, state.freeMemoryB, state.open);
  return fleet;
}

function choicesOf(rule: PlaceRule, asked: readonly JobView[], fleet: FleetIndex, seed: number): (ServerId | undefined)[] {
  const rng = rootRng(seed);
  return asked.map((view) => rule.choose(view, fleet, rng));
}
