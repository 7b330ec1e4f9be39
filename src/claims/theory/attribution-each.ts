import type { Claim, Verdict } from "../claim.ts";
import { exact, exactAtMost } from "../exact.ts";
import type { Lab } from "../lab.ts";
import { columnOf, type Finding, metricOf, textsOf } from "../lab-task.ts";
import { serverKind } from "./station.ts";
import { drawTrace, exponentialOf, REPLAY, total } from "./trace.ts";

const CORES = 4;
/** The container of the requests may use so many; each job holds one. Together they never want more than there is. */
const CAP = 2;
const WATTS = [50, 60, 72, 84, 96, 110, 120, 130, 142, 155, 170];
const [IDLE_W, PEAK_W] = [50, 170];
const BOOT_W = 140;
/** Rated points of 80 PLUS Platinum, share of peak watts and efficiency; constant below the first. */
const EFFICIENCY = [
  [0.1, 0.85],
  [0.2, 0.9],
  [0.5, 0.94],
  [1, 0.91],
] as const;
const ROUNDING = 1e-9;

const REQUESTS = drawTrace({ seed: 21, count: 2000, gapMeanS: 8, workOf: exponentialOf(12) });
const JOBS = drawTrace({ seed: 22, count: 40, gapMeanS: 350, workOf: exponentialOf(400) });
const DURATION_S = (REQUESTS.arrivalS.at(-1) as number) + 4000;

function efficiencyAt(watts: number): number {
  const share = watts / PEAK_W;
  let [x, y] = EFFICIENCY[0] as readonly [number, number];
  if (share <= x) return y;
  for (const [nextX, nextY] of EFFICIENCY) {
    if (share <= nextX) return y + ((nextY - y) * (share - x)) / (nextX - x);
    [x, y] = [nextX, nextY];
  }
  return y;
}

/** Two sites, so that one server boots while nothing is on it: `busy` serves, `spare` only fails and comes back. */
async function play(lab: Lab): Promise<Finding> {
  const kind = { power: { kind: "spec", watts: WATTS }, boot: { time: "600 s", power: `${BOOT_W} W` } };
  const loaded = lab.load({
    scenario: {
      name: "attribution-each",
      duration: DURATION_S,
      sites: {
        busy: { psu: "platinum", servers: { kind: "./server.yaml" } },
        spare: { psu: "platinum", servers: { kind: "./server.yaml" } },
      },
      workloads: {
        s: { kind: "service", sites: ["busy"], discipline: "ps", requests: { cpu: CAP }, limits: { cpu: CAP }, ...REPLAY },
        etl: {
          ...{ kind: "batch", sites: ["busy"], cores: 1 },
          arrivals: { kind: "trace", file: "jobs.csv" },
          work: { kind: "trace", column: "work_s" },
        },
      },
      faults: { crash: { kind: "server-crash", target: { site: "spare" }, at: "1000 s", duration: "500 s" } },
      record: { requests: true, jobs: true, power: true },
    },
    files: { "server.yaml": serverKind(CORES, kind), "requests.csv": REQUESTS.csv, "jobs.csv": JOBS.csv },
  });
  const [run] = await lab.play(loaded, [1]);
  if (run === undefined) throw new Error("one seed, no run");
  return run;
}

/** When tasks of one table ran, and the joules that were booked to each. */
interface Tasks {
  readonly fromS: Float64Array;
  readonly toS: Float64Array;
  readonly energyJ: Float64Array;
}

function tasksOf(run: Finding, table: string, count: number): Tasks {
  const [fromS, toS, energyJ] = ["start_s", "finish_s", "energy_j"].map((name) => columnOf(run, table, name)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  if (toS.filter((timeS) => timeS > 0).length !== count) throw new Error(`not all ${count} ${table} ended`);
  return { fromS, toS, energyJ };
}

/** Watts of a server from an instant on, as its rows say. */
interface Watts {
  readonly timeS: number;
  readonly watts: number;
}

function wattsOf(run: Finding, site: string): readonly Watts[] {
  const [times, watts] = ["time_s", "watts"].map((name) => columnOf(run, "power", name)) as [Float64Array, Float64Array];
  return textsOf(run, "power", "server")
    .map((server, row) => ({ server, timeS: times[row] as number, watts: watts[row] as number }))
    .filter(({ server }) => server.startsWith(site));
}

/** A stretch of time in which nothing changes. */
interface Step {
  readonly fromS: number;
  readonly toS: number;
  /** Wall watts of the server that is busy. */
  readonly watts: number;
  readonly requests: number;
  readonly jobs: number;
}

/** What changes at an instant: tasks more or fewer, and perhaps the watts. */
interface Bound {
  readonly timeS: number;
  readonly requests?: number;
  readonly jobs?: number;
  readonly watts?: number;
}

/** All stretches, from the rows of watts and from when each task began and ended. */
function stepsOf(watts: readonly Watts[], requests: Tasks, jobs: Tasks): readonly Step[] {
  const each = (timesS: Float64Array, change: Omit<Bound, "timeS">): readonly Bound[] =>
    Array.from(timesS, (timeS) => ({ timeS, ...change }));
  const bounds: readonly Bound[] = [
    ...watts,
    ...each(requests.fromS, { requests: 1 }),
    ...each(requests.toS, { requests: -1 }),
    ...each(jobs.fromS, { jobs: 1 }),
    ...each(jobs.toS, { jobs: -1 }),
    { timeS: DURATION_S },
  ].toSorted((a, b) => a.timeS - b.timeS);
  const steps: Step[] = [];
  let now = { timeS: 0, requests: 0, jobs: 0, watts: 0 };
  for (const { timeS, requests: moreRequests = 0, jobs: moreJobs = 0, watts: nowW = now.watts } of bounds) {
    if (timeS > now.timeS) steps.push({ ...now, fromS: now.timeS, toS: timeS });
    now = { timeS, requests: now.requests + moreRequests, jobs: now.jobs + moreJobs, watts: nowW };
  }
  return steps;
}

const coresOf = ({ requests, jobs }: Step): number => Math.min(requests, CAP) + jobs;

/** Dynamic watts of one busy core, behind the power supply. */
const perCoreW = (step: Step): number => ((step.watts - IDLE_W) * efficiencyAt(step.watts)) / coresOf(step);

/** Greatest difference between a task's joules as booked and as its steps give them, in joules. */
function worstJ({ fromS, toS, energyJ }: Tasks, steps: readonly Step[], coresEach: (step: Step) => number): number {
  let worst = 0;
  for (const [task, startS] of fromS.entries()) {
    let expected = 0;
    for (let i = firstAt(steps, startS); i < steps.length && (steps[i] as Step).fromS < (toS[task] as number); i++) {
      const step = steps[i] as Step;
      expected += perCoreW(step) * coresEach(step) * (step.toS - step.fromS);
    }
    worst = Math.max(worst, Math.abs((energyJ[task] as number) - expected));
  }
  return worst;
}

/** Position of the step that begins at `timeS`, or of the first after it. */
function firstAt(steps: readonly Step[], timeS: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] as Step).fromS < timeS) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function rows(lab: Lab): Promise<readonly Verdict[]> {
  const run = await play(lab);
  const requests = tasksOf(run, "requests", REQUESTS.workS.length);
  const jobs = tasksOf(run, "jobs", JOBS.workS.length);
  const steps = stepsOf(wattsOf(run, "busy"), requests, jobs);
  const spare = stepsOf(wattsOf(run, "spare"), NOTHING, NOTHING);
  const overTime = (of: readonly Step[], wattsAt: (step: Step) => number): number =>
    total(of.map((step) => wattsAt(step) * (step.toS - step.fromS)));
  const behindSupply = ({ watts }: Step): number => watts * efficiencyAt(watts);
  const lost = (step: Step): number => step.watts - behindSupply(step);
  const parameters = `${requests.fromS.length} requests and ${jobs.fromS.length} jobs of a server, one that boots`;
  const within = (id: string, of: Tasks, coresEach: (step: Step) => number): Verdict =>
    exactAtMost({
      id,
      parameters,
      value: worstJ(of, steps, coresEach),
      bound: (ROUNDING * total(of.energyJ)) / of.energyJ.length,
      unit: "J",
    });
  const account = (name: string, expected: number): Verdict =>
    exact({ id: name, parameters, value: metricOf(run, `energy.${name}_j`), expected, unit: "J", relative: ROUNDING });
  return [
    within("each_request", requests, (step) => Math.min(step.requests, CAP) / step.requests),
    within("each_job", jobs, () => 1),
    account(
      "request",
      overTime(steps, (step) => (step.requests === 0 ? 0 : perCoreW(step) * Math.min(step.requests, CAP))),
    ),
    account(
      "job",
      overTime(steps, (step) => (step.jobs === 0 ? 0 : perCoreW(step) * step.jobs)),
    ),
    account("idle", overTime(spare, behindSupply)),
    account(
      "reserved_idle",
      overTime(steps, ({ watts }) => IDLE_W * efficiencyAt(watts)),
    ),
    account("psu_loss", overTime(steps, lost) + overTime(spare, lost)),
  ];
}

const NOTHING: Tasks = { fromS: new Float64Array(), toS: new Float64Array(), energyJ: new Float64Array() };

export const attributionEach: Claim = {
  id: "attribution-each",
  title: "Joules of each request and each job, from the watts of its server",
  source:
    "E = sum over steps of (P - P_idle) eta(P)/(busy cores) x its cores x dt while it runs; P_idle eta is idle or reserved-idle, boots are idle, P (1 - eta) is the supply's loss; docs/design.md, Energy, recomputed from the recorded rows",
  cases: [{ tier: "quick", check: rows }],
};
