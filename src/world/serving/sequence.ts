/** The tokens of one request: asked, predicted, computed and written. One per slot of the pool, used again and again. */
import type { Request } from "../cluster/request-pool.ts";
import type { Linked } from "../cluster/request-queue.ts";
import { NOT_WRITING } from "./writers.ts";

export class Sequence implements Linked<Sequence> {
  readonly request: Request;
  promptTokens = 0;
  outputTokens = 0;
  /** What a predictor said. */
  predictedTokens = 0;
  // While it writes, `Writers` knows how far it is, and the four below are those of the time at which it began to.
  /** Tokens whose keys and values are in memory, and of the answer so far. */
  computed = 0;
  written = 0;
  /** When it wrote its last token (NaN before the first), and the longest gap between two, seconds. */
  lastS = Number.NaN;
  longestGapS = 0;
  /** Its blocks of KV memory; of one that writes, as it is kept to the end or follows from its tokens. */
  blocks = 0;
  /** Of its prompt, tokens in the step under way. */
  scheduled = 0;
  /** Counted over all admissions of its replica. */
  admission = 0;
  /** Seconds that it waited before, and since when it waits or last began to. */
  waitedS = 0;
  waitsFromS = Number.NaN;
  /** Was it promoted for its waiting, and what service had it had by then, seconds? */
  isPromoted = false;
  promotedAtS = 0;
  // Kept by those who write: the step after which it joined, the one that writes its last token, and its position.
  joinedStep = 0;
  lastStep = 0;
  position = NOT_WRITING;
  // Kept by the list of those who run.
  next: Sequence | undefined = undefined;
  previous: Sequence | undefined = undefined;

  constructor(request: Request) {
    this.request = request;
  }

  reset(promptTokens: number, outputTokens: number): void {
    this.promptTokens = promptTokens;
    this.outputTokens = outputTokens;
    this.predictedTokens = 0;
    this.computed = 0;
    this.written = 0;
    this.lastS = Number.NaN;
    this.longestGapS = 0;
    this.blocks = 0;
    this.scheduled = 0;
    this.waitedS = 0;
    this.isPromoted = false;
    this.promotedAtS = 0;
  }

  /** Tokens to compute before it writes the next one. */
  get toCompute(): number {
    return this.promptTokens + this.written - this.computed;
  }

  /** Mean time between its tokens; NaN where there are not two, or where they come all at once. */
  get meanGapS(): number {
    return this.outputTokens > 1 ? (this.lastS - this.request.firstTokenS) / (this.outputTokens - 1) : Number.NaN;
  }

  /** It has computed all that it had, and writes a token. */
  write(nowS: number): void {
    if (this.written === 0) this.request.firstTokenS = nowS;
    else this.gapEnds(nowS);
    this.lastS = nowS;
    this.written++;
  }

  /** A token comes for which it waited elsewhere than among those who write. */
  gapEnds(nowS: number): void {
    this.longestGapS = Math.max(this.longestGapS, nowS - this.lastS);
  }
}
