/** A stepper for engines by steps that makes one step after another, keeps plain lists, and looks at everything anew each time. */

export interface Asked {
  readonly id: number;
  readonly arrivalS: number;
  readonly prompt: number;
  readonly output: number;
  readonly isGold: boolean;
}
/** `dial`: of srpt its cost, seconds, or -1 for the work to do again; of edf and mlfq 3: drops, and a time of starvation. */
export interface Order {
  readonly kind: "ssjf" | "priority" | "srpt" | "edf" | "mlfq";
  readonly dial: -1 | 0 | 3;
}
export interface Rules {
  readonly engine: "vllm" | "orca" | "sarathi";
  readonly maxBatch: number;
  readonly chunk: number;
  /** 0: no limit. */
  readonly kvBlocks: number;
  /** By arrival where undefined. */
  readonly order: Order | undefined;
  /** Infinity: however long others wait. */
  readonly agingS: number;
  /** When which clock holds. At the start it is 1000 MHz. */
  readonly clocks: readonly { readonly atS: number; readonly clockHz: number }[];
}
export interface Done {
  readonly id: number;
  readonly startS: number;
  readonly firstS: number;
  readonly finishS: number;
  readonly energyJ: number;
  readonly isDropped: boolean;
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
  /** Since when it waits to be promoted, and the service that it had when it last was. */
  starvesFromS: number;
  promotedAtS: number;
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

/** Seconds alone until it has written so many tokens more: one step after another. */
function aloneS(open: Pick<Open, "prompt" | "computed" | "written" | "writes">, tokens: number, clockHz: number): number {
  const restS = (context: number): number => (isSlow(clockHz) ? 1.25 : 1) * (1.1 + 0.001 * context);
  const promptS = (isSlow(clockHz) ? 1.25 : 1) + (isSlow(clockHz) ? 2 : 1) * 0.01 * (open.prompt + open.written - open.computed);
  let totalS = open.writes ? restS(open.computed) : promptS;
  const context = open.writes ? open.computed + 1 : open.prompt + open.written;
  for (let k = 0; k < tokens - 1; k++) totalS += restS(context + k);
  return totalS;
}

const anew = (open: Open): Open => ({ ...open, computed: 0, writes: false });
const attainedS = (open: Open): number =>
  open.written === 0 ? 0 : aloneS({ prompt: open.prompt, computed: 0, written: 0, writes: false }, open.written, 1000e6);

export const SLO_S = 90;
export const GOLD_SLO_S = 30;
export const STARVATION_S = 25;
export const QUANTUM_S = 6;
const deadlineS = ({ arrivalS, isGold }: Asked): number => arrivalS + (isGold ? GOLD_SLO_S : SLO_S);

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
        starvesFromS: each.arrivalS,
        promotedAtS: 0,
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
    this.giveWay(asked);
    let left = this.rules.engine === "orca" ? Infinity : this.rules.chunk;
    const before = this.preemptions;
    for (const each of [...this.running]) {
      if (!this.running.includes(each)) continue;
      each.now = Math.min(missing(each), left);
      const needed = (): number => Math.max(each.blocks, Math.ceil((each.computed + each.now) / 16)) - each.blocks;
      while (this.running.includes(each) && needed() > this.free()) this.preempt(this.running.at(-1) as Open);
      if (!this.running.includes(each)) continue;
      each.blocks += needed();
      left -= each.now;
    }
    while (this.preemptions === before && this.waiting.length > 0 && this.running.length < this.rules.maxBatch && left > 0) {
      const next = this.next(asked);
      if (next === undefined) break;
      const tokens = Math.min(missing(next), left);
      const blocks = this.memoryOf(next, left);
      if (blocks > this.free() - this.kept) break;
      this.waiting.splice(this.waiting.indexOf(next), 1);
      const startS = Number.isNaN(next.startS) ? this.nowS : next.startS;
      this.running.push(Object.assign(next, { now: tokens, blocks, startS, admittedS: this.nowS }));
      left -= tokens;
    }
  }

  /** The fewest of the worst who run leave, if that lets in the first who waits. */
  giveWay(asked: readonly Asked[]): void {
    const { order } = this.rules;
    if (order === undefined || !["priority", "srpt", "mlfq"].includes(order.kind)) return;
    const first = this.next(asked);
    if (first === undefined) return;
    const keyOf = (open: Open): number => this.key(open, asked, true);
    const isAged = (open: Open): boolean => open.admittedS - open.arrivalS - open.ranS > this.rules.agingS;
    const worse = this.running.filter((each) => this.key(first, asked, false) < keyOf(each) && !isAged(each));
    worse.sort((a, b) => keyOf(b) - keyOf(a) || b.id - a.id);
    for (let count = 0; count <= worse.length; count++) {
      const gone = worse.slice(0, count);
      if (!this.letsIn(first, gone)) continue;
      for (const each of gone) this.preempt(each);
      return;
    }
  }

  letsIn(next: Open, gone: readonly Open[]): boolean {
    let left = this.rules.engine === "orca" ? Infinity : this.rules.chunk;
    let free = this.free() + sum(this.running.map(({ blocks }) => blocks)) - this.kept;
    const staying = this.running.filter((each) => !gone.includes(each));
    for (const each of staying) {
      const tokens = Math.min(missing(each), left);
      left -= tokens;
      free -= Math.max(each.blocks, Math.ceil((each.computed + tokens) / 16));
    }
    return staying.length < this.rules.maxBatch && left > 0 && this.memoryOf(next, left) <= free;
  }

  memoryOf(next: Open, left: number): number {
    const fresh = { orca: this.limit, vllm: Math.min(missing(next), left), sarathi: missing(next) }[this.rules.engine];
    return Math.ceil((next.computed + fresh) / 16);
  }

  preempt(victim: Open): void {
    this.running.splice(this.running.indexOf(victim), 1);
    const ranS = victim.ranS + this.nowS - victim.admittedS;
    Object.assign(victim, { computed: 0, writes: false, blocks: 0, now: 0, ranS, starvesFromS: this.nowS });
    this.waiting.push(victim);
    this.preemptions++;
  }

  key(open: Open, asked: readonly Asked[], runs: boolean): number {
    const { order } = this.rules;
    switch (order?.kind) {
      case undefined:
        return 0;
      case "ssjf":
        return Math.max(0, (asked[open.id] as Asked).output - open.written); // as predicted, not as the context cuts it
      case "priority":
        return open.isGold ? -1 : 0;
      case "edf":
        return deadlineS(open);
      case "srpt": {
        const leftS = aloneS(open, open.output - open.written, 1000e6);
        const againS = aloneS(anew(open), 1, 1000e6) - aloneS(open, 1, 1000e6);
        return leftS - (runs ? (order.dial < 0 ? againS : order.dial) : 0);
      }
      case "mlfq": {
        const servedS = attainedS(open) - open.promotedAtS; // quanta of 6 s and 12 s, then the last level
        return servedS < QUANTUM_S ? 0 : servedS < 3 * QUANTUM_S ? 1 : 2;
      }
    }
  }

  /** Who goes next; those before it who would be too late are dropped, those who starve promoted. */
  next(asked: readonly Asked[]): Open | undefined {
    const { order, agingS } = this.rules;
    for (const each of this.waiting) {
      if (order?.kind !== "mlfq" || order.dial < 3 || !(this.nowS - each.starvesFromS > STARVATION_S)) continue;
      Object.assign(each, { starvesFromS: this.nowS, promotedAtS: attainedS(each) });
    }
    for (;;) {
      const byEntry = this.waiting.toSorted((a, b) => a.id - b.id);
      const [first] = byEntry;
      if (first === undefined) return undefined;
      const isAged = this.nowS - first.arrivalS - first.ranS > agingS;
      const keyOf = (open: Open): number => this.key(open, asked, false);
      const next = isAged ? first : (byEntry.toSorted((a, b) => keyOf(a) - keyOf(b))[0] as Open);
      this.switchUpTo(this.nowS);
      const isLate = this.nowS + aloneS(next, 1, this.clockHz) > deadlineS(next);
      if (order?.kind !== "edf" || order.dial < 3 || !isLate) return next;
      this.waiting.splice(this.waiting.indexOf(next), 1);
      this.end(next, true);
    }
  }

  end({ id, startS, tokensS, energyJ }: Open, isDropped: boolean): void {
    this.done.push({ id, startS, firstS: tokensS[0] ?? Number.NaN, finishS: this.nowS, energyJ, isDropped });
    if (!isDropped) this.gapsS.push(...tokensS.slice(1).map((timeS, i) => timeS - (tokensS[i] as number)));
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
      this.end(each, false);
    }
    this.running = this.running.filter(({ written, output }) => written < output);
  }
}

export const stepByStep = (asked: readonly Asked[], rules: Rules): Told => new Stepper(rules).play(asked);
