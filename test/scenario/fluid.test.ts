/** What a fluid service cannot have is refused by name. */
import { strict as assert } from "node:assert";
import { complaint, load } from "./bed.ts";

const ARRIVALS = "arrivals: { kind: poisson, rate: 10 req/s }";

function scenario(fields: string, more = "", arrivals = ARRIVALS): string {
  return `name: fluid
seed: 1
duration: 1 h
sites: { west: { servers: { kind: small } } }
workloads:
  web: { kind: service, work: 5 ms, ${arrivals}, mode: fluid${fields} }
${more}`;
}

const REFUSED: readonly (readonly [name: string, text: string, message: string])[] = [
  [
    "classes",
    scenario(", classes: { a: { share: 1 } }"),
    "scenario.yaml:6:104: workloads.web.classes needs single requests: workloads.web has mode: fluid. Hint: mode: events, or leave it out.",
  ],
  [
    "a bounded queue",
    scenario(", queueLimit: 10"),
    "scenario.yaml:6:107: workloads.web.queueLimit needs single requests: workloads.web has mode: fluid. Hint: mode: events, or leave it out.",
  ],
  [
    "retries",
    scenario(", resilience: { attempts: 2 }"),
    "scenario.yaml:6:107: workloads.web.resilience needs single requests: workloads.web has mode: fluid. Hint: mode: events, or leave it out.",
  ],
  [
    "places among those who share",
    scenario(", discipline: ps, concurrency: 4"),
    "scenario.yaml:6:124: workloads.web.concurrency must be unlimited for discipline: ps: workloads.web has mode: fluid. Hint: leave it out, or discipline: fcfs.",
  ],
  [
    "memory by request",
    scenario(", memoryUse: { perRequest: 1 MiB }"),
    "scenario.yaml:6:120: workloads.web.memoryUse.perRequest needs single requests, for a mean number of them has no peaks: workloads.web has mode: fluid. Hint: mode: events.",
  ],
  [
    "users",
    scenario("", "", "arrivals: { kind: closed, users: 5, thinkTime: 1 s }"),
    'scenario.yaml:6:47: workloads.web.arrivals of kind "closed" need single requests, whose answers users wait for: workloads.web has mode: fluid. Hint: poisson at the rate they would have.',
  ],
  [
    "modulated arrivals",
    scenario("", "", "arrivals: { kind: mmpp, rates: [1 req/s, 2 req/s], holding: [1 s, 1 s] }"),
    'scenario.yaml:6:47: workloads.web.arrivals of kind "mmpp" have gaps that depend on each other: workloads.web has mode: fluid. Hint: gamma with a cv, or poisson with a profile.',
  ],
  [
    "a queue rule",
    scenario("", "controllers: { short: { kind: sjf, oracle: [work], target: { workload: web } } }\n"),
    'scenario.yaml:7:31: controllers.short.kind "sjf" orders single requests: workloads.web has mode: fluid. Hint: leave it out, or mode: events.',
  ],
  [
    "a route rule that asks for loads",
    scenario(", replicas: 3", "controllers: { two: { kind: power-of-d, d: 2, target: { workload: web } } }\n"),
    'scenario.yaml:7:29: controllers.two.kind "power-of-d" asks how full replicas are, request by request: workloads.web has mode: fluid. Hint: random or round-robin, or mode: events.',
  ],
  [
    "looks within an interval",
    scenario("", "controllers: { scale: { kind: hpa, target: { workload: web }, telemetry: { scrape: 5 s } } }\n"),
    "scenario.yaml:7:84: controllers.scale.telemetry.scrape must be a multiple of the interval of workloads.web, 15 s, got 5 s. Hint: workloads.web.interval: 5 s.",
  ],
  [
    "rows of nobody",
    scenario("", "record: { requests: true }\n"),
    "scenario.yaml:7:21: record.requests needs single requests, and no other workload has any: workloads.web has mode: fluid. Hint: leave it out, or mode: events.",
  ],
  [
    "an interval of events",
    scenario("").replace("mode: fluid", "interval: 5 s"),
    "scenario.yaml:6:92: workloads.web.interval would be ignored: the service has mode: events. Hint: mode: fluid, or leave it out.",
  ],
];

describe("a fluid service", () => {
  for (const [name, text, message] of REFUSED) it(`refuses ${name}`, () => assert.equal(complaint(text), message));

  it("takes looks at multiples of its interval, round-robin, and the rows of others", () => {
    const text = scenario(
      ", replicas: 2, interval: 5 s",
      `  api: { kind: service, work: 5 ms, ${ARRIVALS} }
controllers:
  scale: { kind: hpa, target: { workload: web } }
  turn: { kind: round-robin, target: { workload: web } }
  order: { kind: fcfs, target: { workload: web } }
record: { requests: true }
`,
    );
    assert.deepEqual(load(text).warnings, []);
  });
});
