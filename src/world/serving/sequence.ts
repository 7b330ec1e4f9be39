/** The tokens of one request: asked, predicted, computed and written. One per slot of the pool, used again and again. */
import type { Request } from "../cluster/request-pool.ts";

export class Sequence {
  readonly request: Request;
  promptTokens = 0;
  outputTokens = 0;
  /** What a predictor said. */
  predictedTokens = 0;
  /** Tokens whose keys and values are in memory, and the blocks that hold them. */
  computed = 0;
  blocks = 0;
  /** Tokens of the answer so far. */
  written = 0;
  /** Its tokens in the step under way. */
  scheduled = 0;
  /** When it was admitted last, and how long it had run before, seconds. */
  admittedS = Number.NaN;
  ranS = 0;
  /** When it wrote its last token (NaN before the first), and the longest gap between two, seconds. */
  lastS = Number.NaN;
  longestGapS = 0;

  constructor(request: Request) {
    this.request = request;
  }

  reset(promptTokens: number, outputTokens: number): void {
    this.promptTokens = promptTokens;
    this.outputTokens = outputTokens;
    this.predictedTokens = 0;
    this.computed = 0;
    this.blocks = 0;
    this.written = 0;
    this.scheduled = 0;
    this.ranS = 0;
    this.lastS = Number.NaN;
    this.longestGapS = 0;
  }

  /** Tokens to compute before it writes the next one. */
  get toCompute(): number {
    return this.promptTokens + this.written - this.computed;
  }

  /** Does it only look back on what it has, and write? */
  get decodes(): boolean {
    return this.written > 0 && this.toCompute === 1;
  }

  /** Mean time between its tokens; NaN where there are not two, or where they come all at once. */
  get meanGapS(): number {
    return this.outputTokens > 1 ? (this.lastS - this.request.firstTokenS) / (this.outputTokens - 1) : Number.NaN;
  }

  /** Writes `count` tokens: the first at `fromS`, the last at `toS`, and none of the others longer than `longestS` after the one before. */
  write(count: number, { fromS, toS, longestS }: { fromS: number; toS: number; longestS: number }): void {
    if (this.written === 0) this.request.firstTokenS = fromS;
    else this.longestGapS = Math.max(this.longestGapS, fromS - this.lastS);
    this.longestGapS = Math.max(this.longestGapS, longestS);
    this.lastS = toS;
    this.written += count;
  }
}
