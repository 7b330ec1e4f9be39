/** A plain environment to break in tests: it counts, and pays what was drawn at its begin. */
import { type Env, EpisodeStreams, StepRecord, type StepResult } from "../../src/learn/env.ts";
import { box, discrete, type Floats } from "../../src/learn/spaces.ts";

export class Counter implements Env {
  readonly name: string = "Counter-v0";
  readonly observationSpace = box([
    { name: "count", low: 0, high: 1000 },
    { name: "drawn", low: 0, high: 1 },
  ]);
  readonly actionSpace = discrete("pick", 3);
  readonly masked: boolean = false;
  readonly stepS = 2;
  readonly infoNames = ["double"];
  readonly streams = new EpisodeStreams();
  readonly record = new StepRecord(1);
  count = 0;
  drawn = 0;

  reset(seed: number | undefined, observationOut: Floats, _maskOut: Uint8Array): void {
    this.drawn = this.streams.next(seed).uniform();
    this.count = 0;
    this.observe(observationOut);
  }

  step(action: Floats, observationOut: Floats, _maskOut: Uint8Array): StepResult {
    this.count++;
    this.record.reward = this.drawn + (action[0] as number);
    this.record.elapsedS = 2;
    this.record.info[0] = 2 * this.count;
    this.observe(observationOut);
    return this.record;
  }

  observe(out: Floats): void {
    out[0] = this.count;
    out[1] = this.drawn;
  }
}
