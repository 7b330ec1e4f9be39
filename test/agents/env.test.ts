/** A scenario as an environment: its steps by hand, its contract, and the same world as `run` plays. */
import { strict as assert } from "node:assert";
import { rootRng } from "../../src/kernel/index.ts";
import { checkEnv } from "../../src/learn/check-env.ts";
import { NO_MASK } from "../../src/learn/env.ts";
import { buildWorld } from "../../src/scenario/build.ts";
import { bareScenarioEnv, scenarioEnv } from "../../src/scenario/index.ts";
import { make } from "../control/make.ts";
import { csv, type Files, loadYaml, near } from "../world/run-yaml.ts";

const story = (external: string, more = ""): string => `
name: story
seed: 1
duration: 60 s
sites: { west: { servers: { kind: small-8c } } }
workloads:
  web: { kind: service, startup: 5 s, slo: { latency: 1 s }, work: { kind: trace, column: work_s }, arrivals: { kind: trace, file: web.csv } }
controllers:
  mine: { kind: external, target: { workload: web }, period: 20 s, ${external} }
${more}`;
const ROWS: Files = { "web.csv": csv("arrival_s,work_s", [1, 1], [21, 1], [22, 1], [23, 4], [45, 2]) };

const random = `
name: random
seed: 1
duration: 200 s
warmup: 20 s
sites: { west: { servers: { kind: small-8c } } }
workloads:
  web:
    kind: service
    discipline: ps
    requests: { cpu: 0.5, memory: 100 MiB }
    limits: { cpu: 1, memory: 300 MiB }
    memoryUse: { base: 100 MiB, perRequest: 20 MiB }
    slo: { latency: 200 ms }
    work: { kind: exponential, mean: 50 ms }
    arrivals: { kind: poisson, rate: 30 req/s }
controllers:
  mine:
    kind: external
    target: { workload: web }
    period: 15 s
    observe: [arrival_rate_per_s, latency_p99_s, slo_attainment, cpu_limit_utilization, memory_limit_utilization, replicas, ready_replicas]
    act: [{ kind: replicas, min: 2, max: 12 }, limits.cpu, { kind: limits.memory, min: 150 MiB, max: 1 GiB }]
    reward: "slo_attainment >= 0.99 ? 0.7 + 0.3 * cpu_limit_utilization : 0.7 * min(1, slo_s / latency_p99_s)"
    telemetry: { scrape: 5 s, delay: 5 s, loss: 0.1 }
    actuationDelay: 2 s
`;

describe("a scenario as an environment", () => {
  it("plays from decision to decision, by hand", () => {
    // One replica; at 20 s two are wanted, ready at 25 s. 1 + 1 + 4 s of work from 21 s on are done at 22, 23 and 27 s.
    const external = `observe: [arrival_rate_per_s, latency_p99_s, slo_attainment, busy_cores, replicas, ready_replicas],
    act: [{ kind: replicas, max: 4 }], reward: "min(1, slo_s / latency_p99_s) - 0.1 * replicas"`;
    const env = scenarioEnv(loadYaml(story(external), ROWS).spec);
    assert.equal(env.name, "story/mine");
    assert.equal(env.stepS, 20);
    assert.deepEqual([...env.actionSpace.low, ...env.actionSpace.high], [1, 4]);
    const seen = new Float64Array(6);
    const step = (count: number): readonly number[] => {
      const { reward, elapsedS, terminated, truncated, info } = env.step(Float64Array.of(count), seen, NO_MASK);
      return [reward, elapsedS, Number(terminated), Number(truncated), info[0] as number];
    };
    env.reset(3, seen, NO_MASK);
    assert.deepEqual([...seen], [0, 0, 1, 0, 1, 1]); // nothing has happened
    assert.deepEqual(step(1), [1 - 0.1, 20, 0, 0, 0]);
    assert.deepEqual([...seen], [1 / 20, 1, 1, 1 / 20, 1, 1]);
    assert.deepEqual(step(1.6), [1 / 4 - 0.2, 20, 0, 0, 0]); // rounded to two
    assert.deepEqual([...seen], [3 / 20, 4, 2 / 3, 6 / 20, 2, 2]);
    assert.deepEqual(step(1), [1 / 2 - 0.1, 20, 0, 1, 0]); // the scenario's end truncates
    assert.deepEqual([...seen], [1 / 20, 2, 0, 2 / 20, 1, 1]);
    assert.throws(() => step(1), /story\/mine, step 3: the episode has ended/);
  });

  it("counts refusals, and ends between two decisions where the scenario does", () => {
    const text = story("observe: [replicas], act: [{ kind: replicas, max: 100 }], reward: replicas", "").replace("60 s", "50 s");
    const env = scenarioEnv(loadYaml(text, ROWS).spec);
    const seen = new Float64Array(1);
    env.reset(1, seen, NO_MASK);
    const { reward, info } = env.step(Float64Array.of(10), seen, NO_MASK);
    assert.deepEqual([reward, info[0]], [8, 1]); // eight cores
    env.step(Float64Array.of(10), seen, NO_MASK);
    const { elapsedS, truncated } = env.step(Float64Array.of(10), seen, NO_MASK);
    assert.deepEqual([elapsedS, truncated], [10, true]);
  });

  it("shows memory, kills for it and what was ordered, by hand", () => {
    // 100 MiB, and 50 MiB for a request from 19 s on; at 20 s a limit of 120 MiB kills, at 30 s the replica is back.
    const external = `observe: [oom_restarts, "limit_memory_b / 1048576", "ordered_limit_memory_b / 1048576", memory_limit_utilization, ready_replicas, slo_attainment],
    act: [{ kind: limits.memory, min: 110 MiB, max: 1 GiB }], reward: "-oom_restarts"`;
    const text = story(external).replace(
      "startup: 5 s",
      "restart: 10 s, memoryUse: { base: 100 MiB, perRequest: 50 MiB }, limits: { memory: 1 GiB }",
    );
    const env = scenarioEnv(loadYaml(text, { "web.csv": csv("arrival_s,work_s", [19, 10]) }).spec);
    const seen = new Float64Array(6);
    const step = (limitMib: number): number => env.step(Float64Array.of(limitMib * 1_048_576), seen, NO_MASK).reward;
    env.reset(1, seen, NO_MASK);
    assert.deepEqual([...seen], [0, 1024, 1024, 100 / 1024, 1, 1]);
    assert.equal(step(512) + 0, 0);
    assert.deepEqual([...seen], [0, 512, 512, 150 / 512, 1, 1]);
    assert.equal(step(120), -1);
    assert.deepEqual([...seen], [1, 120, 120, 100 / 120, 1, 0]);
    assert.equal(step(120) + 0, 0);
  });

  it("shows an order before it is carried out", () => {
    const external = "observe: [replicas, ordered_replicas], act: [{ kind: replicas, max: 4 }], actuationDelay: 30 s, reward: queued";
    const env = scenarioEnv(loadYaml(story(external), ROWS).spec);
    const seen = new Float64Array(2);
    const ordering = (count: number): readonly number[] => {
      env.step(Float64Array.of(count), seen, NO_MASK);
      return [...seen];
    };
    env.reset(1, seen, NO_MASK);
    assert.deepEqual([...seen], [1, 1]);
    assert.deepEqual(ordering(3), [1, 3]); // at 20 s the order of 0 s is under way
    assert.deepEqual(ordering(2), [3, 2]);
    env.reset(1, seen, NO_MASK);
    assert.deepEqual([...seen], [1, 1]);
  });

  it("pays by its mode, by hand", () => {
    // Of the first 20 s: p99 1 s, all within the SLO, the one core busy for 1 s. Of the next: 1, 1 and 4 s, 2 of 3 within, busy for 6 s.
    const rewards = (reward: string, from = "", to = ""): readonly number[] => {
      const text = story(`observe: [queued], reward: ${reward}`).replace(from, to);
      const env = scenarioEnv(loadYaml(text, ROWS).spec);
      const seen = new Float64Array(1);
      env.reset(1, seen, NO_MASK);
      return [1, 1].map((count) => env.step(Float64Array.of(count), seen, NO_MASK).reward);
    };
    const close = (got: readonly number[], ...expected: readonly number[]): void => {
      for (const [i, value] of got.entries()) near(value, expected[i] as number);
    };
    close(rewards("{ kind: paper }"), 0.5 + 0.5 * 0.05, 0.5 / 4 + 0.5 * 0.3);
    close(rewards("{ kind: paper, alpha: 0.7 }"), 0.7 + 0.3 * 0.05, 0.7 / 4 + 0.3 * 0.3);
    close(rewards("{ kind: gated }"), 0.5 + 0.5 * 0.05, 0.5 / 4);
    close(rewards("{ kind: gated }", "latency: 1 s", "latency: 1 s, percentile: 0.66"), 0.5 + 0.5 * 0.05, 0.5 / 4 + 0.5 * 0.3);
    // Memory limited to 400 MiB, of which 100 MiB are used: the mean of both.
    const memory = "memoryUse: { base: 100 MiB, perRequest: 0 B }, limits: { memory: 400 MiB }, startup";
    close(rewards("{ kind: paper }", "startup", memory), 0.5 + 0.5 * ((0.05 + 0.25) / 2), 0.5 / 4 + 0.5 * ((0.3 + 0.25) / 2));
  });

  it("begins after the warm-up, and with a seed plays what the scenario plays with that seed", () => {
    const { spec } = loadYaml(random);
    const env = scenarioEnv(spec);
    const seen = new Float64Array(7);
    env.reset(7, seen, NO_MASK);
    const again = new Float64Array(7);
    scenarioEnv(spec).reset(7, again, NO_MASK);
    assert.deepEqual(again, seen);
    assert.ok((seen[0] as number) > 15, "30 requests a second come in the warm-up");
    let elapsedS = 0;
    for (let truncated = false; !truncated; ) {
      const result = env.step(Float64Array.of(4, 1, 5e8), seen, NO_MASK);
      elapsedS += result.elapsedS;
      ({ truncated } = result);
    }
    assert.equal(elapsedS, 220 - 30); // the first decision after 20 s is at 30 s
    env.reset(undefined, again, NO_MASK); // the next episode of the seed has other arrivals
    assert.notDeepEqual(again, seen);
  });

  it("goes on as if what was decided outside had been decided in the loop", () => {
    const text = random.replace(/mine:[\s\S]*(?=telemetry)/, "scale:\n    kind: hpa\n    target: { workload: web }\n    ");
    const { spec } = loadYaml(`${text}  other: { kind: hpa, target: { workload: web }, period: 45 s, cpuUtilization: 0.5 }\n`);
    const inside = buildWorld(spec, { seed: 5, warmupS: 20 });
    inside.begin();
    inside.world.simulation.runUntil(220);
    const hpa = make("periodic", { kind: "hpa" });
    const outside = buildWorld(spec, { seed: 5, warmupS: 20 });
    outside.loop.decideOutside(new Set(["scale"]));
    outside.begin();
    while (!outside.world.simulation.runSome(220, 1)) {
      const telemetry = outside.loop.asked?.get("scale");
      if (telemetry !== undefined) outside.loop.answer(() => hpa.decide(telemetry, rootRng(1)));
    }
    assert.ok((inside.loop.statsOf("scale")?.actions ?? 0) > 0);
    assert.equal(outside.world.simulation.eventHash, inside.world.simulation.eventHash);
    assert.throws(() => outside.loop.answer(() => []), /does not wait/);
  });

  it("refuses what is no number, by name, step and field", () => {
    const env = scenarioEnv(loadYaml(story('observe: [queued], reward: "queued / queued"'), ROWS).spec);
    const seen = new Float64Array(1);
    env.reset(1, seen, NO_MASK);
    assert.throws(() => env.step(Float64Array.of(1), seen, NO_MASK), /story\/mine, step 1: the reward is NaN/);
    env.reset(1, seen, NO_MASK);
    assert.throws(() => env.step(Float64Array.of(Number.NaN), seen, NO_MASK), /story\/mine, step 1: action replicas is NaN, not in 1..20/);
  });

  it("knows how many steps an episode has, by its period, warm-up and telemetry", () => {
    const length = (from: string | RegExp, to: string): readonly [number | undefined, number] => {
      const env = scenarioEnv(loadYaml(random.replace(from, to)).spec);
      const seen = new Float64Array(env.observationSpace.slots.length);
      env.reset(1, seen, NO_MASK);
      for (let steps = 1; ; steps++) if (env.step(env.actionSpace.low, seen, NO_MASK).truncated) return [env.episodeSteps, steps];
    };
    // Decisions every 15 s from 30 s on, the first after the warm-up of 20 s; the last before 220 s is at 210 s.
    assert.deepEqual(length(", loss: 0.1", ""), [13, 13]);
    assert.deepEqual(length(/ {4}telemetry.*\n/, ""), [13, 13]);
    assert.deepEqual(length("delay: 5 s, loss: 0.1", "delay: 40 s"), [12, 12]); // nothing is seen before 45 s
    assert.deepEqual(length("warmup: 20 s", "warmup: 25 s"), [undefined, 13]); // lost telemetry may put the first one off
    assert.deepEqual(length(/warmup: 20 s\n([\s\S]*)period: 15 s([\s\S]*), loss: 0.1/, "$1period: 20 s$2"), [9, 9]); // 20, 40, ..., 180 s
  });

  it("is one of a named controller; others decide by their policies", () => {
    const act = "observe: [replicas], act: [{ kind: replicas, min: 1, max: 4 }], reward: replicas";
    const other = `  other: { kind: external, target: { workload: web }, period: 15 s, ${act}, policy: { kind: hpa } }\n`;
    const { spec } = loadYaml(story(act, other), ROWS);
    const env = scenarioEnv(spec, "mine");
    assert.equal(env.name, "story/mine");
    assert.deepEqual(checkEnv({ form: "single", create: () => bareScenarioEnv(spec, "mine") }, { seed: 5, stepsMax: 10 }), []);
    assert.deepEqual([...buildWorld(spec, { seed: 1, warmupS: 0, outside: ["mine"] }).externals.keys()], ["other"]);
    assert.throws(
      () => scenarioEnv(spec),
      /story has several controllers of kind "external", and one is to be the agent: say which of mine, other/,
    );
    assert.throws(() => scenarioEnv(spec, "hers"), /story has no controller "hers" of kind "external"; it has: mine, other/);
  });

  it("is refused where it makes no sense", () => {
    const refusal = (external: string, from = "", to = ""): string => {
      try {
        scenarioEnv(loadYaml(story(external).replace(from, to), ROWS).spec).reset(1, new Float64Array(1), NO_MASK);
        return "accepted";
      } catch (error) {
        return (error as Error).message;
      }
    };
    assert.match(refusal("reward: { kind: papr }"), /unknown reward kind "papr"\. Did you mean "paper"\?/);
    assert.match(refusal("reward: { kind: paper, alpha: 2 }"), /reward\.alpha must be at most 1, got 2/);
    assert.match(refusal("reward: { kind: gated }", "slo: { latency: 1 s }, ", ""), /must have an slo/);
    assert.match(refusal('observe: ["slo_s / 2"], reward: queued', "slo: { latency: 1 s }, ", ""), /must have an slo/);
    assert.match(refusal("act: [{ kind: replica }]"), /unknown action kind "replica"\. Did you mean "replicas"\?/);
    assert.match(refusal('reward: "1 + speed"'), /controllers\.mine\.reward: has the name "speed", which is not known here/);
    assert.match(refusal("observe: [latency]"), /controllers\.mine\.observe\.0/);
    assert.match(refusal("observe: [queued, queued]"), /must name nothing twice/);
    assert.match(refusal("act: [{ kind: replicas, min: 3, max: 3 }]"), /act\.0 must go from less to more, got 3 to 3/);
    assert.match(
      refusal("act: [{ kind: limits.cpu, min: 0.5, max: 1 }]"),
      /act\.0\.min must be at least what is promised to a replica, 1, got 0\.5/,
    );
    assert.match(
      refusal("act: [limits.cpu]"),
      /controllers\.mine\.act\.0: limits\.cpu has no range to choose from, 1 to 1; give min and max/,
    );
    assert.match(
      refusal("observe: [memory_limit_utilization]"),
      /observe\.0 names memory_limit_utilization, and the workload has no limits\.memory/,
    );
    assert.match(refusal('reward: "1 / limit_memory_b"'), /reward names limit_memory_b, and the workload has no limits\.memory/);
    assert.match(refusal("reward: queued", "slo: { latency: 1 s }, ", ""), /must have an slo/);
    assert.match(refusal("reward: queued", "duration: 60 s", "duration: 60 s\nwarmup: auto"), /warmup must be a time/);
    assert.match(
      refusal("observe: [queued]", "period: 20 s,", "telemetry: { scrape: 30 s, delay: 100 s },"),
      /duration must reach beyond the first decision of controllers\.mine, at 105 s, and the scenario ends at 60 s/, // 15 s are its period
    );
    assert.match(
      refusal("observe: [queued]", "duration: 60 s", "duration: 10 s\nwarmup: 50 s"), // 3 x 20 s is the end itself
      /duration must reach beyond the first decision of controllers\.mine, at 60 s, and the scenario ends at 60 s/,
    );
    const lossy = "period: 20 s, telemetry: { scrape: 30 s, loss: 0.9999 },";
    assert.match(refusal("observe: [queued]", "period: 20 s,", lossy), /no telemetry arrives before the scenario ends/);
    assert.match(refusal("reward: queued", "kind: external", "kind: hpa"), /unknown key "reward"/);
  });
});
