/** The stepper for replicas that compute prompts and others that write: first all prompts with their links, then all that is written. */
import { type Asked, type Open, type Rules, Stepper, type Told } from "./stepper.ts";

export interface Disaggregated extends Pick<Rules, "maxBatch" | "chunk" | "kvBlocks" | "order" | "clocks"> {
  readonly prefills: number;
  readonly decodes: number;
  readonly latencyS: number;
  readonly tokenS: number;
}

/** On its way out of a replica. */
interface Sent {
  readonly open: Open;
  readonly beginS: number;
  readonly thereS: number;
}

const rulesOf = (rules: Disaggregated, engine: Rules["engine"]): Rules => ({ ...rules, engine, agingS: Infinity });

/** Keeps memory for whole prompts, as sarathi does, and nothing besides. */
class Prompts extends Stepper {
  override readonly kept = 0;
  readonly link: Disaggregated;
  readonly sent: Sent[] = [];

  constructor(rules: Disaggregated) {
    super(rulesOf(rules, "sarathi"));
    this.link = rules;
  }

  override free(): number {
    const held = this.sent.filter(({ thereS }) => thereS > this.nowS).map(({ open }) => Math.ceil(open.prompt / 16));
    return super.free() - held.reduce((sum, blocks) => sum + blocks, 0);
  }

  /** Who waits for memory waits for what is sent, or for others who need less. */
  override plan(asked: readonly Asked[]): void {
    super.plan(asked);
    if (this.running.length > 0) return;
    const next = this.sent.map(({ thereS }) => thereS).filter((thereS) => thereS > this.nowS);
    this.nowS = Math.min(...next, ...asked.map(({ arrivalS }) => arrivalS).filter((arrivalS) => arrivalS > this.nowS));
  }

  override write(joules: number): void {
    super.write(joules);
    for (const open of this.running.filter(({ written }) => written > 0)) {
      const beginS = Math.max(this.nowS, this.sent.at(-1)?.thereS ?? 0);
      const thereS = beginS + this.link.latencyS + open.prompt * this.link.tokenS;
      this.sent.push({ open, beginS, thereS });
    }
    this.running = this.running.filter(({ written }) => written === 0);
  }
}

class Answers extends Stepper {
  readonly thereS = new Map<Open, number>();

  constructor(rules: Disaggregated) {
    super(rulesOf(rules, "vllm"));
  }

  override comesS(open: Open): number {
    return this.thereS.get(open) as number;
  }

  come(sent: readonly Sent[], asked: readonly Asked[]): Told {
    const order = sent.toSorted((a, b) => a.thereS - b.thereS);
    for (const { open, thereS } of order) this.thereS.set(Object.assign(open, { blocks: 0, writes: true }), thereS);
    return this.playOn(
      order.map(({ open }) => open),
      asked,
    );
  }
}

/** Each replica takes its turn, both where requests come and where they go on. */
export function promptsThenAnswers(asked: readonly Asked[], rules: Disaggregated): Told {
  const prompts = Array.from({ length: rules.prefills }, () => new Prompts(rules));
  for (const [turn, each] of prompts.entries()) {
    const own = each.opened(asked).filter((_, i) => i % rules.prefills === turn);
    each.playOn(own, asked);
  }
  const sent = prompts.flatMap((each) => each.sent).toSorted((a, b) => a.beginS - b.beginS);
  const answers = Array.from({ length: rules.decodes }, () => new Answers(rules));
  for (const [turn, each] of answers.entries())
    each.come(
      sent.filter((_, i) => i % rules.decodes === turn),
      asked,
    );
  const all: readonly Stepper[] = [...prompts, ...answers];
  return {
    done: all.flatMap(({ done }) => done),
    preemptions: all.reduce((sum, { preemptions }) => sum + preemptions, 0),
    gapsS: all.flatMap(({ gapsS }) => gapsS),
  };
}
