import type { CurveSeries } from "../../report/charts/measured-on-curves.ts";
import type { Case, Claim, Tier, Verdict } from "../claim.ts";
import { LEVEL, MEAN_MARGIN, replicate } from "../replicate.ts";
import { runLength } from "../run-length.ts";
import { erlangC } from "../theory/erlang.ts";
import { ofS, openControls, station, type Tree } from "../theory/station.ts";

interface Model {
  /** Part of the rows' ids. */
  readonly name: string;
  /** In the legend. */
  readonly label: string;
  readonly cores: number;
  /** Squared coefficient of variation of the work, whose mean is 1 s. */
  readonly workCv2: number;
  readonly service: Tree;
  /** Mean latency in seconds at a load per core in (0, 1). */
  latencyS(load: number): number;
}

/** Pollaczek and Khinchine's mean. */
const oneServer =
  (workCv2: number) =>
  (load: number): number =>
    1 + (load * (1 + workCv2)) / (2 * (1 - load));

const MODELS: readonly Model[] = [
  {
    ...{ name: "m-h2-1", label: "M/G/1, hyperexponential, cv 2", cores: 1, workCv2: 4 },
    service: { work: { kind: "hyperexponential", mean: "1 s", cv: 2 } },
    latencyS: oneServer(4),
  },
  { name: "m-m-1", label: "M/M/1", cores: 1, workCv2: 1, service: {}, latencyS: oneServer(1) },
  { name: "m-d-1", label: "M/D/1", cores: 1, workCv2: 0, service: { work: "1 s" }, latencyS: oneServer(0) },
  {
    ...{ name: "m-m-4", label: "M/M/4", cores: 4, workCv2: 1, service: {} },
    latencyS: (load) => 1 + erlangC(4, 4 * load) / (4 * (1 - load)),
  },
];

const ID = "theory-latency-load";
const LOADS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const QUICK_LOAD_MAX = 0.6;
const idOf = ({ name }: Model, load: number): string => `${name}.${load}`;

/**
 * Half the length that `verify` plans: twice as many runs where they are needed, far fewer requests where the controls
 * take most of the variance away.
 */
const durationS = ({ cores, workCv2 }: Model, load: number): number => Math.ceil(runLength({ load, workCv2 }) / (2 * cores));

function point(model: Model, load: number): Case {
  const { name, label, cores, workCv2, service } = model;
  const tier: Tier = load <= QUICK_LOAD_MAX ? "quick" : "full";
  return {
    tier,
    check: (lab) =>
      replicate(lab, {
        parameters: `${label}, load ${load}`,
        setting: station({ name, cores, load, workCv2, service, durationS: durationS(model, load) }),
        controls: openControls({ load, cores }),
        rows: [{ id: idOf(model, load), of: ofS("latency_mean_s"), unit: "s", expected: model.latencyS(load), margin: MEAN_MARGIN }],
      }),
  };
}

/** The curve from load 0.02 to 0.9, and the points that were measured. */
function seriesOf(model: Model, rows: readonly Verdict[]): CurveSeries {
  const curve = Array.from({ length: 89 }, (_, i) => (i + 2) / 100).map((load) => ({ x: load, y: model.latencyS(load) }));
  const points = LOADS.flatMap((load) => {
    const row = rows.find(({ id }) => id === `${ID}.${idOf(model, load)}`);
    if (row === undefined || row.value === null || row.low === null || row.high === null) return [];
    return [{ x: load, value: row.value, low: row.low, high: row.high, expected: model.latencyS(load) }];
  });
  return { label: model.label, curve, points };
}

async function figure(rows: readonly Verdict[]): Promise<string> {
  const [{ adaptive }, { measuredOnCurves }] = await Promise.all([
    import("../../report/charts/frame.ts"),
    import("../../report/charts/measured-on-curves.ts"),
  ]);
  return adaptive(
    measuredOnCurves({
      id: ID,
      title: "Mean latency over load, on the curves of queueing theory",
      xLabel: "load of each core",
      yLabel: "mean latency, s, log scale (mean work 1 s)",
      yTicks: [1, 2, 5, 10, 20],
      series: MODELS.map((model) => seriesOf(model, rows)),
      margin: MEAN_MARGIN,
      level: LEVEL,
    }),
  );
}

export const theoryLatencyLoad: Claim = {
  id: ID,
  title: "Mean latency over load: one server or four, work constant, exponential or hyperexponential",
  source:
    "W = 1 + rho (1 + cv2)/(2 (1 - rho)) with one server, 1 + C/(c (1 - rho)) with c; work of 1 s; Kleinrock, Queueing Systems I, 1975, 3.5 and 5.6",
  cases: MODELS.flatMap((model) => LOADS.map((load) => point(model, load))),
  figure,
};
