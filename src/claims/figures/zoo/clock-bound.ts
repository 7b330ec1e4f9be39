/** The least that GPUs can draw for requests, whatever sets their clocks: the offline bound of the figures on watts and grams. */
import { parse } from "yaml";
import { type GpuKindSpec, gpuClocksHz, gpuKindSchema, gpuWattsAt, nominalGpuClockHz } from "../../../world/serving/gpu-kind.ts";
import { unslowedOf } from "../../../world/serving/latency.ts";
import { activityOf, gpuName, type LatencyLaw, type ModelKindSpec, modelKindSchema } from "../../../world/serving/model-kind.ts";
import { cutProblem, partsOf } from "../../../world/serving/partition.ts";
import { columnOf, type Finding, textsOf } from "../../lab-task.ts";
import { packageText } from "../../package-files.ts";
import { GPU, keyOf } from "./scenario.ts";

/** A finished request, and the joules it takes at least beyond those of a board that waits. */
export interface LeastWork {
  readonly arrivalS: number;
  readonly energyJ: number;
}

export interface BoundOptions {
  readonly models: readonly string[];
  /** Requests that may be in a batch: each is as fast as alone, so that a second of a GPU does so many seconds of work at most. */
  readonly maxBatch: number;
  /** GPUs that a model may be cut over. */
  readonly stagesMax: number;
}

/**
 * A board with a process draws at least `waitingW` at all times. While it works at clock u it draws P(u), for s(u) times as long as at the
 * greatest: so a second of work at the greatest clock adds at least min over u of s(u) (P(u) - waitingW). No rule for clocks, queues or
 * routes does with less, for it would have to switch to the best clock for each batch and back to the lowest at once, with full batches only.
 */
export class ClockBound {
  readonly waitingW: number;
  readonly #gpu: GpuKindSpec;
  readonly #lawOf: ReadonlyMap<string, (tokens: number) => number>;

  constructor({ models, maxBatch, stagesMax }: BoundOptions) {
    this.#gpu = gpuKindSchema.parse(parse(packageText(`catalogue/gpus/${GPU}.yaml`)));
    const gpu = { kind: this.#gpu, clockHz: nominalGpuClockHz(this.#gpu) };
    this.waitingW = Math.min(...gpuClocksHz(this.#gpu).map((hz) => gpuWattsAt(this.#gpu, hz, "idle")));
    this.#lawOf = new Map(
      models.map((name) => {
        const model = modelKindSchema.parse(parse(packageText(`catalogue/models/${name}.yaml`)));
        const workS = unslowedOf(model, model.latency[gpuName(GPU)] as LatencyLaw, gpu);
        const joulesPerS = this.#leastJPerS(model, stagesMax) / maxBatch;
        return [keyOf(name), (tokens) => joulesPerS * workS({ prompt: 0, output: tokens })];
      }),
    );
  }

  /** Beyond waiting, for a second of the model's work at the greatest clock; where stages have GPUs of their own, each at its own best clock. */
  #leastJPerS(model: ModelKindSpec, stagesMax: number): number {
    const activity = activityOf(model);
    const most = cutProblem(model, this.#gpu, stagesMax) === undefined ? stagesMax : 1;
    const perCut = Array.from({ length: most }, (_, i) =>
      partsOf(model, this.#gpu, i + 1).reduce(
        (sum, { share, slowdownAt }) =>
          sum +
          share * Math.min(...gpuClocksHz(this.#gpu).map((hz) => slowdownAt(hz) * (gpuWattsAt(this.#gpu, hz, activity) - this.waitingW))),
        0,
      ),
    );
    return Math.min(...perCut);
  }

  /** Of the finished requests of a run with `record: { requests: true }`. */
  worksOf(run: Finding): readonly LeastWork[] {
    const [models, finishS] = [textsOf(run, "requests", "class"), columnOf(run, "requests", "finish_s")];
    const [arrivalS, tokens] = [columnOf(run, "requests", "arrival_s"), columnOf(run, "requests", "output_tokens")];
    return models.flatMap((model, i) => {
      const outputTokens = tokens[i] as number; // NaN of an encoder
      const energyJ = this.#lawOf.get(model)?.(Number.isNaN(outputTokens) ? 0 : outputTokens);
      if (energyJ === undefined) throw new Error(`the bound knows no ${model}`);
      return Number.isNaN(finishS[i]) ? [] : [{ arrivalS: arrivalS[i] as number, energyJ }];
    });
  }
}
