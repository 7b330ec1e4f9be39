/** Steps of language models by roofline, against what was measured of three serving systems. Nothing is fitted to these points. */
import { parse } from "yaml";
import type { PredictedSeries } from "../../report/charts/predicted-measured.ts";
import { type GpuKindSpec, gpuKindSchema, nominalGpuClockHz } from "../../world/serving/gpu-kind.ts";
import { type ModelKindSpec, modelKindSchema } from "../../world/serving/model-kind.ts";
import { makeStepTime, pairsOf } from "../../world/serving/step-time.ts";
import { readCsv } from "../../world/workload/index.ts";
import type { Claim, Verdict } from "../claim.ts";
import { packageText } from "../package-files.ts";
import { computed } from "./rows.ts";

const ID = "llm-latency";
/** Relative to the measured time. */
const BAND = 0.15;
const NUMBERS = ["parallel", "prompts", "prompt_tokens", "writers", "context_tokens", "measured_ms"] as const;
const TEXTS = ["point", "study", "gpu", "model"] as const;

/** A measured step, and what the roofline says of it. */
interface Point {
  readonly id: string;
  readonly study: string;
  readonly gpu: string;
  readonly parameters: string;
  readonly measuredMs: number;
  readonly predictedMs: number;
}

const STUDIES: Readonly<Record<string, string>> = {
  muxserve: "MuxServe, Llama-7b, A100",
  splitwise: "Splitwise, Llama-2-70b, 8 GPUs",
  leaderboard: "ML.ENERGY, Llama-3.1, vLLM, H100",
};

/** Why a point lies out of the band, as far as its study's own numbers tell. The first whose pattern fits. */
const REASONS: readonly (readonly [pattern: RegExp, why: string])[] = [
  [
    /^splitwise.*token/,
    "a token takes Splitwise as long on 4 GPUs as on 8, and on the A100 12 % longer for 16 requests than for one: not what its GPUs read sets the pace, but something else, such as its host",
  ],
  [
    /^splitwise.*prompt-(4096|8192)/,
    "twice the tokens take Splitwise 2.2 to 2.9 times as long beyond 2048, which fused attention would not",
  ],
  [/^splitwise.*prompt/, "what its lone token takes beyond the roofline is missing here too (row host)"],
  [
    /^leaderboard.*70b\.8$/,
    "beside reading the weights 3.4 ms are left for 160 all-reduces; the link is fitted on a profile of NCCL, where one takes 26 us at least",
  ],
  [
    /^leaderboard/,
    "the lengths of prompts are not published (70 tokens are taken), and sampling and scheduling of a large batch are not in the roofline",
  ],
];

const kindOf = (gpu: string): GpuKindSpec => gpuKindSchema.parse(parse(packageText(`catalogue/gpus/${gpu}.yaml`)));
const modelOf = (name: string): ModelKindSpec => modelKindSchema.parse(parse(packageText(`catalogue/models/${name}.yaml`)));

function readPoints(): readonly Point[] {
  const columns = [...NUMBERS.map((name) => ({ name })), ...TEXTS.map((name) => ({ name, type: "text" as const }))];
  const { numbers, texts, rowCount } = readCsv(packageText("traces/llm-latency-points.csv").split("\n"), "llm-latency-points.csv", columns);
  return Array.from({ length: rowCount }, (_, i) => {
    const number = (name: (typeof NUMBERS)[number]): number => numbers[name]?.[i] as number;
    const text = (name: (typeof TEXTS)[number]): string => texts[name]?.[i] as string;
    const [prompts, promptTokens, writers, context] = [
      number("prompts"),
      number("prompt_tokens"),
      number("writers"),
      number("context_tokens"),
    ];
    const kind = kindOf(text("gpu"));
    const { architecture } = modelOf(text("model"));
    const time = makeStepTime({ kind: "roofline" }, kind, nominalGpuClockHz(kind), { architecture, parallel: number("parallel") });
    const seconds = time.stepS(prompts * promptTokens, prompts * pairsOf(0, promptTokens), writers, writers * context);
    const work = [
      ...(prompts > 0 ? [`${prompts} x ${promptTokens} tokens of prompts`] : []),
      ...(writers > 0 ? [`a token for ${writers} that look back on ${context}`] : []),
    ];
    return {
      ...{ id: text("point"), study: text("study"), gpu: text("gpu"), measuredMs: number("measured_ms"), predictedMs: 1000 * seconds },
      parameters: `${text("model")} on ${number("parallel")} x ${text("gpu")}: ${work.join(", ")}`,
    };
  });
}

const offBy = ({ measuredMs, predictedMs }: Point): number => predictedMs / measuredMs - 1;
const percent = (share: number): string => `${share < 0 ? "" : "+"}${(100 * share).toFixed(1)} %`;

function pointRow(point: Point): Verdict {
  const { id, parameters, measuredMs, predictedMs } = point;
  const off = offBy(point);
  const holds = Math.abs(off) <= BAND;
  return {
    ...{ id, parameters, unit: "ms", value: predictedMs, low: predictedMs, high: predictedMs, expected: measuredMs },
    verdict: holds ? "pass" : "miss",
    reason: holds ? `${percent(off)}, within ${100 * BAND} %` : `${percent(off)}: ${REASONS.find(([pattern]) => pattern.test(id))?.[1]}`,
  };
}

/** All but the lone tokens of Splitwise, where what these take beyond the roofline is added to every step on the same GPUs. */
function withHost(points: readonly Point[]): readonly Point[] {
  return points
    .filter(({ id, study }) => study === "splitwise" && !id.endsWith(".token-1"))
    .map((point) => {
      const lone = points.find(({ id }) => id === `splitwise.${point.gpu}.token-1`) as Point;
      return { ...point, id: `host.${point.id}`, predictedMs: point.predictedMs + lone.measuredMs - lone.predictedMs };
    });
}

function hostRow(point: Point): Verdict {
  const { id, parameters, measuredMs, predictedMs } = point;
  const reason = `${percent(offBy(point))}, with what a lone token takes beyond the roofline on these GPUs as the host's own time`;
  return computed({ id, parameters, unit: "ms" }, predictedMs, measuredMs, reason);
}

function withinRow(id: string, points: readonly Point[], what: string): Verdict {
  const within = points.filter((point) => Math.abs(offBy(point)) <= BAND).length;
  return computed({ id, parameters: `${what}, of ${points.length}`, unit: "1" }, within, null, `points within ${100 * BAND} %`);
}

async function check(): Promise<readonly Verdict[]> {
  const points = readPoints();
  const hosted = withHost(points);
  const studies = Object.keys(STUDIES).map((study) =>
    withinRow(
      `within.${study}`,
      points.filter((point) => point.study === study),
      STUDIES[study] as string,
    ),
  );
  return [
    ...points.map(pointRow),
    ...hosted.map(hostRow),
    ...studies,
    withinRow("within.host", hosted, "Splitwise with the time of its host"),
    withinRow("within.all", points, "all points"),
  ];
}

async function figure(rows: readonly Verdict[]): Promise<string> {
  const [{ adaptive }, { predictedMeasured }] = await Promise.all([
    import("../../report/charts/frame.ts"),
    import("../../report/charts/predicted-measured.ts"),
  ]);
  const of = (prefix: string): PredictedSeries["points"] =>
    rows.flatMap(({ id, value, expected }) =>
      id.startsWith(`${ID}.${prefix}.`) && value !== null && expected !== null ? [{ measured: expected, predicted: value }] : [],
    );
  const all = rows.find(({ id }) => id === `${ID}.within.all`);
  return adaptive(
    predictedMeasured({
      id: ID,
      title: "Time of a step: roofline against measured",
      unit: "ms",
      ticks: [5, 10, 20, 50, 100, 200, 500, 1000, 2000],
      band: BAND,
      series: [
        ...Object.entries(STUDIES).map(([study, label]) => ({ label, points: of(study), isHollow: false })),
        { label: "Splitwise, with its host's own time", points: of("host.splitwise"), isHollow: true, colorOf: 1 },
      ],
      description:
        `${all?.value} points lie within ${100 * BAND} % of what was measured (${all?.parameters}), without a constant fitted to them. ` +
        "Splitwise's tokens take longer than its GPUs need; with one constant for each of its machines, from its lone token, more of its points come close.",
    }),
  );
}

export const llmLatency: Claim = {
  id: ID,
  title: "Steps of language models by roofline, against three serving systems",
  source:
    "Roofline (Williams et al., CACM 52(4), 2009) with shares of the peaks fitted on Vidur's GEMM profiles (Agrawal et al., MLSys 2024); points of Splitwise (Patel et al., ISCA 2024), MuxServe (Duan et al., ICML 2024) and the ML.ENERGY leaderboard",
  cases: [{ tier: "quick", check }],
  figure,
};
