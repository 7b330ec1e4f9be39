/** Every consumer of chance has a stream of its own: whatever joins a scenario shifts nobody else's draws. */
import { strict as assert } from "node:assert";
import type { RunResult } from "../../src/experiment/result.ts";
import { play, rowsOf } from "../world/run-yaml.ts";
import { FAULTS, SERVERS, WORKLOADS } from "./all-laws.ts";

const RECORD = "record: { requests: true }\n";
const plain = `${SERVERS}${WORKLOADS}${RECORD}`;

/** Arrival times of each open workload, in order; users of a closed loop react to answers, so theirs may move. */
function arrivals(result: RunResult): Readonly<Record<string, readonly number[]>> {
  const byName: Record<string, number[]> = {};
  for (const { workload, arrival_s } of rowsOf(result, "requests") as { workload: string; arrival_s: number }[]) {
    byName[workload] ??= [];
    byName[workload].push(arrival_s);
  }
  // The last seconds are left out: a request that is still under way at the end has no row.
  return Object.fromEntries(
    Object.entries(byName).map(([name, times]) => [name, times.filter((timeS) => timeS < 500).sort((a, b) => a - b)]),
  );
}

const CLOSED = ["lognormal"];

describe("what joins a scenario shifts nobody's draws", () => {
  let before: Readonly<Record<string, readonly number[]>>;
  let hash: string;

  async function compare(text: string): Promise<void> {
    const after = arrivals(await play(text, {}, 3));
    for (const [name, times] of Object.entries(before)) {
      assert.ok(times.length > 100, `${name} has ${times.length} arrivals`);
      if (!CLOSED.includes(name)) assert.deepEqual(after[name], times, name);
    }
  }

  beforeEach(async () => {
    const result = await play(plain, {}, 3);
    before = arrivals(result);
    hash = result.eventLogHash;
  });

  it("a fault", () => compare(`${SERVERS}${WORKLOADS}${FAULTS}${RECORD}`));

  it("a workload", () => {
    const joined = "  late: { kind: service, work: { kind: exponential, mean: 5 ms }, arrivals: { kind: poisson, rate: 20 req/s } }\n";
    return compare(`${SERVERS}${WORKLOADS}${joined}${RECORD}`);
  });

  it("a metric: an SLO changes no event at all", async () => {
    const text = plain.replaceAll("kind: service,", "kind: service, slo: { latency: 50 ms },");
    assert.equal((await play(text, {}, 3)).eventLogHash, hash);
  });
});
