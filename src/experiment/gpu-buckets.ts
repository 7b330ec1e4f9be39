/** Watts and clocks of GPUs by equal buckets, and how long each had each clock. */
import type { Device } from "../world/serving/device.ts";
import { gpuName } from "../world/serving/model-kind.ts";
import type { GpuSeries } from "./result.ts";

export class GpuBuckets {
  readonly #devices: readonly Device[];
  readonly #bucketCount: number;
  readonly #bucketS: number;
  readonly #powerW: Float32Array;
  readonly #clockHz: Float32Array;
  /** Of each GPU at the end of the last bucket: joules, and hertz x seconds. */
  readonly #beforeJ: Float64Array;
  readonly #beforeHzS: Float64Array;

  constructor(devices: readonly Device[], { bucketCount, bucketS }: { readonly bucketCount: number; readonly bucketS: number }) {
    this.#devices = devices;
    this.#bucketCount = bucketCount;
    this.#bucketS = bucketS;
    this.#powerW = new Float32Array(devices.length * bucketCount);
    this.#clockHz = new Float32Array(devices.length * bucketCount);
    this.#beforeJ = new Float64Array(devices.length);
    this.#beforeHzS = new Float64Array(devices.length);
  }

  /** Call at the end of each, once the meters are up to now. */
  close(bucket: number): void {
    for (const [i, { meter, clock }] of this.#devices.entries()) {
      const clockHzS = clock.hzS;
      this.#powerW[i * this.#bucketCount + bucket] = (meter.wallJ - (this.#beforeJ[i] as number)) / this.#bucketS;
      this.#clockHz[i * this.#bucketCount + bucket] = (clockHzS - (this.#beforeHzS[i] as number)) / this.#bucketS;
      this.#beforeJ[i] = meter.wallJ;
      this.#beforeHzS[i] = clockHzS;
    }
  }

  /** Of so many buckets: those that ended. */
  series(closedCount: number): GpuSeries {
    const closed = (values: Float32Array): Float32Array => values.filter((_, i) => i % this.#bucketCount < closedCount);
    return {
      names: this.#devices.map(({ options }) => options.name),
      sites: this.#devices.map(({ server }) => server.options.site),
      kinds: this.#devices.map(({ options }) => gpuName(options.kindName)),
      powerW: closed(this.#powerW),
      clockHz: closed(this.#clockHz),
      residency: this.#devices.map(({ clock: { clocksHz, residencyS } }) =>
        clocksHz.map((clockHz, i) => ({ clockHz, timeS: residencyS[i] as number })).filter(({ timeS }) => timeS > 0),
      ),
    };
  }
}
