/** Services whose requests are no events, beside the same scenarios with events: only `mode` differs. */
import type { Case, Claim, Tier, Verdict } from "../claim.ts";
import { exact } from "../exact.ts";
import type { Lab, Setting } from "../lab.ts";
import { type Finding, metricOf } from "../lab-task.ts";
import { replicate } from "../replicate.ts";
import { runLength } from "../run-length.ts";
import { erlangC } from "./erlang.ts";
import { EXPONENTIAL, ofS, openControls, serverKind, station, type Tree } from "./station.ts";

const MARGIN = 0.03;
/** Formulas for other laws are approximations, up to so much off; the rest of the margin is for what chance leaves open. */
const OFF = 0.02;
/** A wait is a difference of two times of day: of 0.6 ms after two days some digits are gone. */
const ROUNDING = 1e-7;
const DAY_S = 86_400;

interface Law {
  readonly name: string;
  readonly cv2: number;
  readonly work: Tree | string;
}

const LAWS: readonly Law[] = [
  { name: "exponential", cv2: 1, work: EXPONENTIAL },
  { name: "deterministic", cv2: 0, work: "1 s" },
  { name: "hyperexponential", cv2: 2, work: { kind: "hyperexponential", mean: "1 s", cv: Math.SQRT2 } },
];
const LOADS = [0.3, 0.5, 0.7, 0.9];
const SERVERS = [1, 2, 8];
/** Those that take seconds. */
const QUICK: ReadonlySet<string> = new Set([
  "exponential.c2.0.7",
  "deterministic.c1.0.7",
  "deterministic.c2.0.5",
  "hyperexponential.c1.0.5",
]);

/** As a fluid it is the same from the second interval on, so a day is long. */
async function fluid(lab: Lab, setting: Setting): Promise<Finding> {
  const { workloads } = setting.scenario as { readonly workloads: { readonly s: Tree } };
  const scenario = { ...setting.scenario, workloads: { s: { ...workloads.s, mode: "fluid" } } };
  const [run] = await lab.play(lab.load({ ...setting, scenario }), [1]);
  if (run === undefined) throw new Error("one seed, no run");
  return run;
}

function waits({ name, cv2, work }: Law, cores: number, load: number): Case {
  const id = `${name}.c${cores}.${load}`;
  const tier: Tier = QUICK.has(id) ? "quick" : "full";
  const queue = { name: "fluid", cores, load, workCv2: cv2, service: { work } };
  const parameters = `load ${load}, c = ${cores}, ${name} work`;
  // Only those who wait tell something, and the part of the margin that the formula leaves.
  const busyAll = erlangC(cores, cores * load);
  const left = cv2 === 1 ? MARGIN : MARGIN - OFF;
  const durationS = Math.ceil(runLength({ load, workCv2: cv2 }, left) / (cores * busyAll));
  return {
    tier,
    check: async (lab) => {
      const still = await fluid(lab, station({ ...queue, warmupS: DAY_S, durationS: DAY_S }));
      const expected = ofS("wait_mean_s")(still);
      const rows: Verdict[] = [];
      if (cv2 === 1) {
        const waitS = busyAll / (cores * (1 - load));
        rows.push(exact({ id: `${id}.closed_form`, parameters, value: expected, expected: waitS, unit: "s", relative: ROUNDING }));
      }
      const events = await replicate(lab, {
        parameters,
        setting: station({ ...queue, durationS }),
        controls: openControls({ load, cores }),
        rows: [{ id: `${id}.wait_mean`, of: ofS("wait_mean_s"), unit: "s", expected, margin: MARGIN }],
      });
      return [...rows, ...events];
    },
  };
}

export const fluidWaits: Claim = {
  id: "fluid-waits",
  title: "mode: fluid waits as mode: events does",
  source:
    "M/M/c exact (Erlang's C); M/G/c by Boxma, Cohen & Huffels, Operations Research 27(6), 1979, and Cosmetatos, Operational Research Quarterly 27(3), 1976",
  cases: SERVERS.flatMap((cores) => LAWS.flatMap((law) => LOADS.map((load) => waits(law, cores, load)))),
};

const CALM_S = 900;
const RUSH_S = 900;
const REST_S = 1800;
/** Requests a second of a server that answers one a second. */
const CALM_PER_S = 0.5;
const RUSH_PER_S = 1.5;
const REST_PER_S = 0.25;
/** What is in service, and the steps in which a backlog begins and ends, are left out of the arithmetic. */
const NEAR = 0.01;

/** Clockwork: constant gaps and constant work, so nobody waits but in the rush and after it. */
function rush(durationS: number): Setting {
  const rows = [
    [0, 1],
    [CALM_S, RUSH_PER_S / CALM_PER_S],
    [CALM_S + RUSH_S, REST_PER_S / CALM_PER_S],
    [CALM_S + RUSH_S + REST_S, 1],
    [100 * DAY_S, 1],
  ];
  return {
    scenario: {
      name: "fluid-rush",
      duration: durationS,
      sites: { site: { servers: { kind: "./server.yaml" } } },
      workloads: {
        s: {
          kind: "service",
          work: "1 s",
          arrivals: { kind: "renewal", gap: `${1 / CALM_PER_S} s`, profile: { kind: "table", file: "rush.csv" } },
        },
      },
    },
    files: { "server.yaml": serverKind(1), "rush.csv": `time_s,factor\n${rows.map((row) => row.join(",")).join("\n")}\n` },
  };
}

function near(row: { id: string; parameters: string; value: number; expected: number; unit: string }): Verdict {
  const agrees = Math.abs(row.value - row.expected) <= NEAR * row.expected;
  return {
    ...row,
    low: row.value,
    high: row.value,
    verdict: agrees ? "pass" : "miss",
    reason: `${agrees ? "" : "not "}within ${NEAR * 100} %, one run`,
  };
}

export const fluidRush: Claim = {
  id: "fluid-rush",
  title: "A fluid's backlog grows by what is too much, and drains by what is free",
  source: "backlog (lambda - mu) t, then (mu - lambda) t down to 0; Kleinrock, Queueing Systems II, 1976, 2.7",
  cases: [
    {
      tier: "quick",
      check: async (lab) => {
        const parameters = `${CALM_PER_S}, ${RUSH_PER_S}, ${REST_PER_S} req/s`;
        const top = (RUSH_PER_S - 1) * RUSH_S;
        const drainS = top / (1 - REST_PER_S);
        const atTop = await fluid(lab, rush(CALM_S + RUSH_S));
        const whole = await fluid(lab, rush(CALM_S + RUSH_S + REST_S));
        const arrived = CALM_PER_S * CALM_S + RUSH_PER_S * RUSH_S + REST_PER_S * REST_S;
        const waited = (top * (RUSH_S + drainS)) / 2;
        return [
          near({ id: "backlog", parameters, value: ofS("requests_unfinished")(atTop), expected: top, unit: "1" }),
          near({ id: "wait_mean", parameters, value: ofS("wait_mean_s")(whole), expected: waited / arrived, unit: "s" }),
        ];
      },
    },
  ],
};

/** Watts at the mean of the busy cores are the mean of the watts where the curve is straight. Where it bends they part, more so on few cores. */
const CURVES = [
  { name: "straight", power: { kind: "linear", idle: "50 W", peak: "170 W" }, margin: 0.01 },
  { name: "bent", power: { kind: "spec", watts: [50, 60, 72, 84, 96, 110, 120, 130, 142, 155, 170] }, margin: 0.05 },
] as const;

export const fluidEnergy: Claim = {
  id: "fluid-energy",
  title: "mode: fluid draws what mode: events does",
  source:
    "the same meters; watts at the mean of a server's busy cores. The bent curve, of ten straight pieces on four cores, is a hard case",
  cases: CURVES.map(({ name, power, margin }) => ({
    tier: "quick" as const,
    check: async (lab: Lab) => {
      const cores = 4;
      const plain = station({ name: "fluid-energy", cores, load: 0.5, durationS: 6000 });
      const setting = { ...plain, files: { "server.yaml": serverKind(cores, { power }) } };
      const wattsOf = (run: Finding): number => metricOf(run, "sites.site.power_mean_w");
      const expected = wattsOf(await fluid(lab, setting));
      return replicate(lab, {
        parameters: `load 0.5, c = ${cores}, a ${name} curve`,
        setting,
        controls: openControls({ load: 0.5, cores }),
        rows: [{ id: `${name}.power_mean`, of: wattsOf, unit: "W", expected, margin }],
      });
    },
  })),
};

const SCRAPE_S = 15;
/** Set before anything was measured. Finite samples and queues far from their capacity are not in the theory of restless.ts. */
const INTERVAL_MARGIN = 0.1;
const PERCENTILE = 0.99;

/** By name: what a watcher with a reward of this is paid by interval. */
const SEEN = {
  met: { formula: `slo_attainment >= ${PERCENTILE} ? 1 : 0`, unit: "1" },
  p99: { formula: "latency_p99_s", unit: "s" },
} as const;

function intervals(cores: number, load: number, tier: Tier): Case {
  const workS = 0.2;
  const watchers = Object.entries(SEEN).map(([name, { formula }]) => {
    const telemetry = { scrape: `${SCRAPE_S} s` };
    return [name, { kind: "external", target: { workload: "s" }, period: `${SCRAPE_S} s`, telemetry, reward: formula }];
  });
  const service = {
    work: { kind: "exponential", mean: `${workS} s` },
    arrivals: { kind: "poisson", rate: (load * cores) / workS },
    slo: { latency: "2 s", percentile: PERCENTILE },
  };
  const of = { name: "fluid-intervals", cores, load, service, warmupS: 600, more: { controllers: Object.fromEntries(watchers) } };
  return {
    tier,
    check: async (lab) => {
      const still = await fluid(lab, station({ ...of, durationS: 20 * DAY_S }));
      return replicate(lab, {
        parameters: `load ${load}, c = ${cores}, ${SCRAPE_S} s intervals of some ${Math.round((load * cores * SCRAPE_S) / workS)} requests`,
        setting: station({ ...of, durationS: 3600 }),
        controls: [],
        rows: Object.entries(SEEN).map(([name, { unit }]) => {
          const seen = (run: Finding): number => metricOf(run, `controllers.${name}.reward_mean`);
          return { id: `c${cores}.${load}.${name}`, of: seen, unit, expected: seen(still), margin: INTERVAL_MARGIN };
        }),
      });
    },
  };
}

export const fluidIntervals: Claim = {
  id: "fluid-intervals",
  title: "An interval of mode: fluid shows what one of mode: events shows",
  source: "src/world/cluster/fluid/restless.ts; the share of intervals that meet an SLO of 99 % within 2 s, and the mean of their p99",
  cases: [
    intervals(4, 0.85, "quick"),
    intervals(2, 0.7, "full"),
    intervals(4, 0.75, "full"),
    intervals(8, 0.9, "full"),
    intervals(1, 0.8, "full"),
  ],
};
