/**
 * The least that an engine by steps can be: one step after another, every request looked at in each. First come, first served; a step has
 * `chunk` tokens, blocks of 16 tokens of KV memory are taken as needed, and the last admitted gives way. No metrics, no watts.
 */

export interface Replay {
  readonly arrivalS: Float64Array;
  readonly promptTokens: Float64Array;
  readonly outputTokens: Float64Array;
}

export interface StepLaw {
  readonly maxBatch: number;
  readonly chunk: number;
  /** Infinity without a limit. */
  readonly kvBlocks: number;
  /** A step takes so long, and more for each token of prompts, each request that writes, and each token that these look back on. */
  readonly baseS: number;
  readonly tokenS: number;
  readonly contextTokenS: number;
}

export interface Stepped {
  /** By row. */
  readonly firstS: Float64Array;
  readonly finishS: Float64Array;
  readonly steps: number;
  readonly preemptions: number;
  readonly busyS: number;
}

interface Running {
  readonly row: number;
  computed: number;
  written: number;
  writes: boolean;
  blocks: number;
  /** Its tokens in the step under way. */
  now: number;
}

const blocksFor = (tokens: number): number => Math.ceil(tokens / 16);

export const bareSteps = (replay: Replay, law: StepLaw): Stepped => new BareSteps(replay, law).play();

class BareSteps implements Stepped {
  readonly firstS: Float64Array;
  readonly finishS: Float64Array;
  steps = 0;
  preemptions = 0;
  busyS = 0;
  readonly #replay: Replay;
  readonly #law: StepLaw;
  /** Those who gave way, the last to do so first: they came before all others who wait. */
  readonly #back: { row: number; written: number }[] = [];
  #running: Running[] = [];
  #next = 0;
  #free: number;
  #nowS = 0;
  /** A run: steps in which the same requests write and nothing else happens. */
  #run = { startS: 0, stepS: 0, steps: 0 };

  constructor(replay: Replay, law: StepLaw) {
    this.#replay = replay;
    this.#law = law;
    this.#free = law.kvBlocks;
    this.firstS = new Float64Array(replay.arrivalS.length).fill(Number.NaN);
    this.finishS = new Float64Array(replay.arrivalS.length).fill(Number.NaN);
  }

  play(): this {
    const { arrivalS } = this.#replay;
    while (this.#next < arrivalS.length || this.#running.length + this.#back.length > 0) {
      if (this.#running.length + this.#back.length === 0) this.#nowS = Math.max(this.#nowS, arrivalS[this.#next] as number);
      const before = this.preemptions;
      const left = this.#give();
      const isNew = this.preemptions === before && this.#admit(left);
      if (isNew || this.preemptions > before) this.#run.steps = 0;
      this.#step();
    }
    return this;
  }

  #missing({ row, written, computed }: Running): number {
    return (this.#replay.promptTokens[row] as number) + written - computed;
  }

  /** Tokens for those who run. @returns how many are left */
  #give(): number {
    let left = this.#law.chunk;
    for (let i = 0; i < this.#running.length; i++) {
      const each = this.#running[i] as Running;
      each.now = Math.min(this.#missing(each), left);
      const blocks = blocksFor(each.computed + each.now);
      while (i < this.#running.length && blocks - each.blocks > this.#free) this.#preemptLast();
      if (i >= this.#running.length) break;
      this.#free -= blocks - each.blocks;
      each.blocks = blocks;
      left -= each.now;
    }
    return left;
  }

  #preemptLast(): void {
    const { row, written, blocks } = this.#running.pop() as Running;
    this.#free += blocks;
    this.#back.unshift({ row, written });
    this.preemptions++;
  }

  /** @returns whether anybody was admitted */
  #admit(tokens: number): boolean {
    const { arrivalS, promptTokens } = this.#replay;
    const { length } = this.#running;
    let left = tokens;
    while (left > 0 && this.#running.length < this.#law.maxBatch) {
      const waits = this.#back[0] ?? ((arrivalS[this.#next] ?? Infinity) <= this.#nowS ? { row: this.#next, written: 0 } : undefined);
      if (waits === undefined) break;
      const now = Math.min((promptTokens[waits.row] as number) + waits.written, left);
      const blocks = blocksFor(now);
      if (blocks > this.#free) break;
      if (this.#back.length > 0) this.#back.shift();
      else this.#next++;
      this.#running.push({ ...waits, computed: 0, writes: false, blocks, now });
      this.#free -= blocks;
      left -= now;
    }
    return this.#running.length > length;
  }

  #step(): void {
    const { baseS, tokenS, contextTokenS } = this.#law;
    const run = this.#run;
    let promptTokens = 0;
    let writers = 0;
    let contextTokens = 0;
    for (const { now, writes, computed } of this.#running) {
      if (writes) {
        writers++;
        contextTokens += computed;
      } else promptTokens += now;
    }
    if (promptTokens > 0 || run.steps === 0) {
      const stepS = baseS + tokenS * promptTokens + tokenS * writers + contextTokenS * contextTokens;
      this.#run = { startS: this.#nowS, stepS, steps: 0 };
    }
    const { startS, stepS } = this.#run;
    const steps = ++this.#run.steps;
    const endS = startS + (steps * stepS + (contextTokenS * writers * steps * (steps - 1)) / 2);
    this.busyS += endS - this.#nowS;
    this.#nowS = endS;
    this.steps++;
    if (this.#write() || promptTokens > 0) this.#run.steps = 0;
  }

  /** @returns whether anybody was answered */
  #write(): boolean {
    const { outputTokens } = this.#replay;
    let answered = 0;
    for (const each of this.#running) {
      each.computed += each.now;
      if (this.#missing(each) > 0) continue;
      each.written++;
      each.writes = true;
      if (each.written === 1) this.firstS[each.row] = this.#nowS;
      if (each.written < (outputTokens[each.row] as number)) continue;
      this.finishS[each.row] = this.#nowS;
      this.#free += each.blocks;
      answered++;
    }
    if (answered > 0) this.#running = this.#running.filter(({ row, written }) => written < (outputTokens[row] as number));
    return answered > 0;
  }
}
