/** How many requests of each model wait and run, by equal buckets: the integral of those in system less that of those who run. */
import type { ServedModel } from "../world/serving/model-serving.ts";
import type { ModelSeries } from "./result.ts";

export class ModelBuckets {
  readonly workload: string;
  readonly model: string;
  readonly #served: ServedModel;
  readonly #bucketS: number;
  /** Request-seconds of each bucket. */
  readonly inSystemS: Float64Array;
  readonly #runningS: Float64Array;
  #beforeS = 0;

  constructor(
    names: { readonly workload: string; readonly model: string },
    served: ServedModel,
    { bucketCount, bucketS }: { readonly bucketCount: number; readonly bucketS: number },
  ) {
    this.workload = names.workload;
    this.model = names.model;
    this.#served = served;
    this.#bucketS = bucketS;
    this.inSystemS = new Float64Array(bucketCount);
    this.#runningS = new Float64Array(bucketCount);
  }

  /** Call at the end of each. */
  close(bucket: number): void {
    const nowS = this.#served.replicas.reduce((sum, { usedS }) => sum + usedS.memberS, 0);
    this.#runningS[bucket] = nowS - this.#beforeS;
    this.#beforeS = nowS;
  }

  /** Of so many buckets: those that ended. Call once all that were in system are counted. */
  series(closedCount: number): ModelSeries {
    const { workload, model } = this;
    const runningS = this.#runningS.slice(0, closedCount);
    return {
      ...{ workload, model },
      queued: this.inSystemS.slice(0, closedCount).map((timeS, i) => Math.max(0, timeS - (runningS[i] as number)) / this.#bucketS),
      running: runningS.map((timeS) => timeS / this.#bucketS),
    };
  }
}
