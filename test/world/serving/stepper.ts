/** A stepper for engines by steps that makes one step after another, keeps plain lists, and looks at everything anew each time. */

export interface Asked {
  readonly id: number;
  readonly arrivalS: number;
  readonly prompt: number;
  readonly output: number;
}
export interface Rules {
  readonly engine: "vllm" | "orca" | "sarathi";
  readonly maxBatch: number;
  readonly chunk: number;
  /** 0: no limit. */
  readonly kvBlocks: number;
  /** Shortest answer first, or by arrival where undefined; Infinity: however long others wait. */
  readonly agingS: number | undefined;
  /** When which clock holds. At the start it is 1000 MHz. */
  readonly clocks: readonly { readonly atS: number; readonly clockHz: number }[];
}
export interface Done {
  readonly id: number;
  readonly startS: number;
  readonly firstS: number;
  readonly finishS: number;
  readonly energyJ: number;
}
export interface Told {
  readonly done: readonly Done[];
  readonly preemptions: number;
  /** All gaps between tokens of one answer. */
  readonly gapsS: readonly number[];
}
export interface Open extends Asked {
  computed: number;
  written: number;
  /** Has it written since it was admitted? */
  writes: boolean;
  blocks: number;
  now: number;
  startS: number;
  admittedS: number;
  ranS: number;
  tokensS: number[];
  energyJ: number;
}

export const CONTEXT = 100;
const missing = (open: Open): number => open.prompt + open.written - open.computed;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const isSlow = (clockHz: number): boolean => clockHz === 500e6;

/** Prompts take twice as long at half the clock, all else 1.25 times. */
function lengthS(step: readonly Open[], clockHz: number): { stepS: number; isPrompt: boolean } {
  const writers = step.filter((each) => each.now > 0 && each.writes);
  const promptTokens = sum(step.filter((each) => !each.writes).map(({ now }) => now));
  const promptS = (isSlow(clockHz) ? 2 : 1) * 0.01 * promptTokens;
  const restS = (isSlow(clockHz) ? 1.25 : 1) * (1 + 0.1 * writers.length + 0.001 * sum(writers.map(({ computed }) => computed)));
  return { stepS: promptS + restS, isPrompt: promptS > restS };
}

function watts(isPrompt: boolean, clockHz: number): number {
  if (isSlow(clockHz)) return isPrompt ? 27.5 : 30;
  return isPrompt ? 150 : 100;
}

export class Stepper {
  readonly rules: Rules;
  readonly capacity: number;
  readonly kept: number;
  readonly limit: number;
  readonly done: Done[] = [];
  readonly gapsS: number[] = [];
  running: Open[] = [];
  waiting: Open[] = [];
  preemptions = 0;
  nowS = 0;
  clockHz = 1000e6;
  switches: Rules["clocks"];

  constructor(rules: Rules) {
    this.rules = rules;
    this.capacity = rules.kvBlocks === 0 ? Infinity : rules.kvBlocks;
    this.kept = rules.engine === "sarathi" && this.capacity < Infinity ? Math.floor(0.01 * this.capacity) : 0;
    this.limit = Math.min(CONTEXT, (this.capacity - this.kept) * 16);
    this.switches = rules.clocks;
  }

  play(asked: readonly Asked[]): Told {
    return this.playOn(this.opened(asked), asked);
  }

  opened(asked: readonly Asked[]): Open[] {
    return asked.map((each): Open => {
      const fresh = {
        computed: 0,
        written: 0,
        writes: false,
        blocks: 0,
        now: 0,
        startS: Number.NaN,
        admittedS: 0,
        ranS: 0,
        tokensS: [],
        energyJ: 0,
      };
      return { ...each, ...fresh, output: Math.min(each.output, this.limit - each.prompt) };
    });
  }

  /** When it comes to this replica. */
  comesS({ arrivalS }: Open): number {
    return arrivalS;
  }

  /** @param coming in order of coming */
  playOn(coming: Open[], asked: readonly Asked[]): Told {
    for (;;) {
      const nextS = coming[0] === undefined ? Infinity : this.comesS(coming[0]);
      if (this.running.length + this.waiting.length === 0) {
        if (nextS === Infinity) return this;
        this.nowS = Math.max(this.nowS, nextS);
      }
      while (coming[0] !== undefined && this.comesS(coming[0]) <= this.nowS) this.waiting.push(coming.shift() as Open);
      this.plan(asked);
      if (this.running.length > 0) this.step();
    }
  }

  free(): number {
    return this.capacity - sum(this.running.map(({ blocks }) => blocks));
  }

  plan(asked: readonly Asked[]): void {
    let left = this.rules.engine === "orca" ? Infinity : this.rules.chunk;
    const before = this.preemptions;
    for (const each of [...this.running]) {
      if (!this.running.includes(each)) continue;
      each.now = Math.min(missing(each), left);
      const needed = (): number => Math.max(each.blocks, Math.ceil((each.computed + each.now) / 16)) - each.blocks;
      while (this.running.includes(each) && needed() > this.free()) this.preempt();
      if (!this.running.includes(each)) continue;
      each.blocks += needed();
      left -= each.now;
    }
    while (this.preemptions === before && this.waiting.length > 0 && this.running.length < this.rules.maxBatch && left > 0) {
      const next = this.next(asked);
      const tokens = Math.min(missing(next), left);
      const memory = { orca: this.limit, vllm: next.computed + tokens, sarathi: next.computed + missing(next) }[this.rules.engine];
      const blocks = Math.ceil(memory / 16);
      if (blocks > this.free() - this.kept) break;
      this.waiting.splice(this.waiting.indexOf(next), 1);
      const startS = Number.isNaN(next.startS) ? this.nowS : next.startS;
      this.running.push(Object.assign(next, { now: tokens, blocks, startS, admittedS: this.nowS }));
      left -= tokens;
    }
  }

  preempt(): void {
    const victim = this.running.pop() as Open;
    Object.assign(victim, { computed: 0, writes: false, blocks: 0, now: 0, ranS: victim.ranS + this.nowS - victim.admittedS });
    this.waiting.push(victim);
    this.preemptions++;
  }

  next(asked: readonly Asked[]): Open {
    const { agingS } = this.rules;
    const byEntry = this.waiting.toSorted((a, b) => a.id - b.id);
    const [first] = byEntry as [Open];
    if (agingS === undefined || this.nowS - first.arrivalS - first.ranS > agingS) return first;
    const length = ({ id }: Open): number => (asked[id] as Asked).output; // as predicted, not as the context cuts it
    return byEntry.toSorted((a, b) => length(a) - length(b))[0] as Open;
  }

  step(): void {
    this.switchUpTo(this.nowS);
    const { isPrompt } = lengthS(this.running, this.clockHz);
    let left = 1;
    let joules = 0;
    for (;;) {
      const { stepS } = lengthS(this.running, this.clockHz);
      const untilS = Math.min(this.nowS + left * stepS, this.switches[0]?.atS ?? Infinity);
      joules += watts(isPrompt, this.clockHz) * (untilS - this.nowS);
      const isOver = untilS === this.nowS + left * stepS;
      left -= (untilS - this.nowS) / stepS;
      this.nowS = untilS;
      if (isOver) break;
      this.switchUpTo(untilS);
    }
    this.write(joules / this.running.length);
  }

  switchUpTo(timeS: number): void {
    for (let next = this.switches[0]; next !== undefined && next.atS <= timeS; next = this.switches[0]) {
      this.clockHz = next.clockHz;
      this.switches = this.switches.slice(1);
    }
  }

  write(joules: number): void {
    for (const each of this.running) {
      each.energyJ += joules;
      each.computed += each.now;
      if (each.now === 0 || missing(each) > 0) continue;
      each.written++;
      each.writes = true;
      each.tokensS.push(this.nowS);
      if (each.written < each.output) continue;
      const { id, startS, tokensS, energyJ } = each;
      this.done.push({ id, startS, firstS: tokensS[0] as number, finishS: this.nowS, energyJ });
      this.gapsS.push(...tokensS.slice(1).map((timeS, i) => timeS - (tokensS[i] as number)));
    }
    this.running = this.running.filter(({ written, output }) => written < output);
  }
}

export const stepByStep = (asked: readonly Asked[], rules: Rules): Told => new Stepper(rules).play(asked);
