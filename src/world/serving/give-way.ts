/** Who leaves a step so that one who waits, and whose key is less, finds room in it. */
import { blocksFor } from "./kv-memory.ts";
import type { ModelQueue } from "./model-queue.ts";
import type { Sequence } from "./sequence.ts";
import { blocksAtFirst, type StepRules } from "./step-rules.ts";
import type { Writers } from "./writers.ts";

/** The next step as it would be without anyone new. */
export interface NextStep {
  readonly rules: StepRules;
  readonly queue: ModelQueue;
  /** In order of admission. */
  readonly running: Iterable<Sequence>;
  readonly writers: Writers;
  /** Do blocks follow the tokens of those who write? */
  readonly grows: boolean;
  /** For those who run and those to come. */
  readonly blocks: number;
}

/** Of those whose keys are greater, the fewest of the greatest; nobody where even all of them would not do. */
export function whoGivesWay(next: Sequence, step: NextStep): ReadonlySet<Sequence> {
  const later = [...step.running].filter(({ request }) => step.queue.mayInterrupt(next.request, request)).sort(byKeyFalling);
  const victims = new Set<Sequence>();
  for (let count = 0; !fits(next, victims, step); count++) {
    const victim = later[count];
    if (victim === undefined) return new Set();
    victims.add(victim);
  }
  return victims;
}

/** Would there be a place, tokens of the step and blocks for one who waits, if some of those who run were gone? */
function fits(next: Sequence, gone: ReadonlySet<Sequence>, { rules, running, writers, grows, blocks }: NextStep): boolean {
  let places = rules.engine.maxBatch;
  let tokens = rules.engine.chunk;
  let free = blocks;
  for (const each of running) {
    if (gone.has(each)) continue;
    const isWriting = writers.has(each);
    const scheduled = isWriting ? 1 : Math.min(each.toCompute, tokens);
    const held = isWriting && !grows ? each.blocks : Math.max(each.blocks, blocksFor(writers.computedBy(each) + scheduled));
    places--;
    tokens -= scheduled;
    free -= held;
  }
  return places > 0 && tokens > 0 && blocksAtFirst(rules, next, Math.min(next.toCompute, tokens)) <= free;
}

/** As in the queue, the last first: greatest key, then the latest to arrive. */
function byKeyFalling({ request: a }: Sequence, { request: b }: Sequence): number {
  return b.key - a.key || b.arrivalS - a.arrivalS || b.id - a.id;
}
