import type { Case, Claim } from "../claim.ts";
import { exactAtMost } from "../exact.ts";
import { serverKind } from "./station.ts";
import { drawTrace, exponentialOf, REPLAY, timesOf } from "./trace.ts";

const COUNT = 20_000;
const LOAD = 0.9;

/** Waits of all requests by the recursion over the sorted backlogs of the servers. */
function waitsS(arrivalS: Float64Array, workS: Float64Array, servers: number): Float64Array {
  const freeAtS = new Float64Array(servers); // ascending
  return arrivalS.map((timeS, i) => {
    const startS = Math.max(timeS, freeAtS[0] as number);
    freeAtS[0] = startS + (workS[i] as number);
    freeAtS.sort();
    return startS - timeS;
  });
}

/** Distance of a float of at least 1 from the next: times near t cannot be told apart more finely. */
function ulp(timeS: number): number {
  let scale = 1;
  while (scale * 2 <= timeS) scale *= 2;
  return scale * Number.EPSILON;
}

const at = (servers: number): Case => ({
  tier: "quick",
  check: async (lab) => {
    const trace = drawTrace({ seed: servers, count: COUNT, gapMeanS: 1 / (LOAD * servers), workOf: exponentialOf(1) });
    const loaded = lab.load({
      scenario: {
        name: "kiefer-wolfowitz",
        duration: (trace.arrivalS.at(-1) as number) + 1000,
        sites: { site: { servers: { kind: "./server.yaml" } } },
        workloads: { s: { kind: "service", concurrency: servers, ...REPLAY } },
        record: { requests: true },
      },
      files: { "server.yaml": serverKind(servers), "requests.csv": trace.csv },
    });
    const [run] = await lab.play(loaded, [1]);
    if (run === undefined) throw new Error("one seed, no run");
    const { arrivalS, startS } = timesOf(run);
    const expected = waitsS(trace.arrivalS, trace.workS, servers);
    if (arrivalS.length !== COUNT) throw new Error(`${arrivalS.length} of ${COUNT} requests ended`);
    let worst = 0;
    for (let i = 0; i < arrivalS.length; i++) {
      const waitS = (startS[i] as number) - (arrivalS[i] as number);
      const allowed = Math.max(1e-9 * (expected[i] as number), 16 * ulp(startS[i] as number));
      worst = Math.max(worst, Math.abs(waitS - (expected[i] as number)) / allowed);
    }
    const parameters = `c = ${servers}, load ${LOAD}, each of ${COUNT} waits`;
    return [exactAtMost({ id: `c${servers}.worst`, parameters, value: worst, bound: 1, unit: "of max(1e-9 W, 16 ulp(t))" })];
  },
});

export const kieferWolfowitz: Claim = {
  id: "kiefer-wolfowitz",
  title: "FCFS on c servers, request by request",
  source: "W_(n+1) = (w_1 + S_n - A_n)+ over the sorted backlogs; Kiefer & Wolfowitz, Transactions of the AMS 78(1), 1955",
  cases: [at(1), at(3), at(8)],
};
