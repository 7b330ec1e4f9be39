import type { Claim } from "../claim.ts";
import { exactAtMost } from "../exact.ts";
import type { Lab } from "../lab.ts";
import { columnOf, type Finding } from "../lab-task.ts";
import { EXPONENTIAL, serverKind, type Tree } from "./station.ts";

const REPLICAS = 4;
const CORES = 32;
const RATE = 20;
const DURATION_S = 500;

/** Each request has a core to itself, so that nothing but its own draws says when it ends. */
async function play(lab: Lab, service: Tree): Promise<ReadonlyMap<number, Route>> {
  const loaded = lab.load({
    scenario: {
      name: "streams",
      duration: DURATION_S,
      sites: { site: { servers: { kind: "./server.yaml", count: REPLICAS } } },
      workloads: {
        s: {
          ...{ kind: "service", replicas: REPLICAS, discipline: "ps", concurrency: "unlimited", work: EXPONENTIAL },
          arrivals: { kind: "poisson", rate: RATE },
          requests: { cpu: CORES },
          ...service,
        },
      },
      record: { requests: true },
    },
    files: { "server.yaml": serverKind(CORES) },
  });
  const [run] = await lab.play(loaded, [1]);
  if (run === undefined) throw new Error("one seed, no run");
  return routesOf(run);
}

interface Route {
  readonly arrivalS: number;
  readonly replica: number;
  readonly attempt: number;
}

function routesOf(run: Finding): ReadonlyMap<number, Route> {
  const [id, arrivalS, replica, attempt] = ["id", "arrival_s", "replica", "attempt"].map((name) => columnOf(run, "requests", name)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return new Map(
    Array.from(id, (request, row) => [
      request,
      { arrivalS: arrivalS[row] as number, replica: replica[row] as number, attempt: attempt[row] as number },
    ]),
  );
}

export const streams: Claim = {
  id: "streams",
  title: "Retries change what happens, not what arrives nor where it first goes",
  source: "each consumer of chance has a stream of its own; common random numbers, Law, Simulation Modeling and Analysis, 2015, 11.2",
  cases: [
    {
      tier: "quick",
      check: async (lab) => {
        const plain = await play(lab, {});
        const retried = await play(lab, { resilience: { timeout: "1 s", attempts: 3, backoff: "100 ms" } });
        const first = [...retried].filter(([id, { attempt }]) => attempt === 1 && plain.has(id));
        if (first.length === 0 || first.length === retried.size) throw new Error("either nothing or everything is tried again");
        const moved = (key: "arrivalS" | "replica"): number => first.filter(([id, route]) => plain.get(id)?.[key] !== route[key]).length;
        const parameters = `${first.length} requests that end at the first attempt, of ${retried.size}`;
        return [
          exactAtMost({ id: "arrivals_moved", parameters, value: moved("arrivalS"), bound: 0, unit: "1" }),
          exactAtMost({ id: "routes_moved", parameters, value: moved("replica"), bound: 0, unit: "1" }),
        ];
      },
    },
  ],
};
